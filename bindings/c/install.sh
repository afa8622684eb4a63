#!/bin/sh
# Installs the C library that cargo built: header, shared and static library, pkg-config file, CMake package.
#
#     PREFIX=/usr/local DESTDIR= bindings/c/install.sh [target/release]
#
# The files under PREFIX find each other, so the tree may be moved afterwards.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
built=${1:-$here/../../target/release}
to=${DESTDIR:-}${PREFIX:-/usr/local}

# The version of the header, which a test keeps equal to that of Cargo.toml.
version=$(sed -n 's/^#define PERSONSIG_VERSION "\(.*\)"$/\1/p' "$here/../../include/personsig.h")
major=${version%%.*}
rest=${version#*.}
minor=${rest%%.*}
soname=$(sed -n 's/.*libpersonsig\.so\.\([0-9]*\).*/\1/p' "$here/build.rs")

fill() {
    sed -e "s/@VERSION@/$version/g" -e "s/@SOVERSION@/$soname/g" -e "s/@MAJOR@/$major/g" -e "s/@MINOR@/$minor/g" \
        "$here/$1.in" >"$to/$2/$1"
    chmod 644 "$to/$2/$1"
}

install -d "$to/include" "$to/lib/pkgconfig" "$to/lib/cmake/personsig"
install -m 644 "$here/../../include/personsig.h" "$to/include/personsig.h"
install -m 644 "$built/libpersonsig.a" "$to/lib/libpersonsig.a"
install -m 755 "$built/libpersonsig.so" "$to/lib/libpersonsig.so.$version"
ln -sf "libpersonsig.so.$version" "$to/lib/libpersonsig.so.$soname"
ln -sf "libpersonsig.so.$soname" "$to/lib/libpersonsig.so"
fill personsig.pc lib/pkgconfig
fill personsig-config.cmake lib/cmake/personsig
fill personsig-config-version.cmake lib/cmake/personsig
