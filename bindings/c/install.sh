#!/bin/sh
# Installs the C library that cargo built: header, shared and static library, pkg-config file, CMake package.
#
#     PREFIX=/usr/local DESTDIR= bindings/c/install.sh [target/release]
#     PREFIX=/usr/local DESTDIR= bindings/c/install.sh --uninstall
#
# The files under PREFIX find each other, so the tree may be moved afterwards.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
uninstall=
test "${1:-}" != --uninstall || { uninstall=yes; shift; }
built=${1:-$here/../../target/release}
to=${DESTDIR:-}${PREFIX:-/usr/local}

# The version of the header, which a test keeps equal to that of Cargo.toml.
version=$(sed -n 's/^#define PERSONSIG_VERSION "\(.*\)"$/\1/p' "$here/../../include/personsig.h")
major=${version%%.*}
rest=${version#*.}
minor=${rest%%.*}
soname=$(sed -n 's/.*libpersonsig\.so\.\([0-9]*\).*/\1/p' "$here/build.rs")

# put MODE SOURCE TARGET: installs a file, or removes it.
put() {
    if test -n "$uninstall"; then rm -f "$to/$3"; else install -D -m "$1" "$2" "$to/$3"; fi
}
link() {
    if test -n "$uninstall"; then rm -f "$to/$2"; else ln -sf "$1" "$to/$2"; fi
}
# fill NAME FOLDER: installs a template, filled in.
fill() {
    put 644 "$here/$1.in" "$2/$1"
    test -n "$uninstall" || sed -e "s/@VERSION@/$version/g" -e "s/@SOVERSION@/$soname/g" -e "s/@MAJOR@/$major/g" -e "s/@MINOR@/$minor/g" \
        "$here/$1.in" >"$to/$2/$1"
}

put 644 "$here/../../include/personsig.h" include/personsig.h
put 644 "$built/libpersonsig.a" lib/libpersonsig.a
put 755 "$built/libpersonsig.so" "lib/libpersonsig.so.$version"
link "libpersonsig.so.$version" "lib/libpersonsig.so.$soname"
link "libpersonsig.so.$soname" lib/libpersonsig.so
fill personsig.pc lib/pkgconfig
fill personsig-config.cmake lib/cmake/personsig
fill personsig-config-version.cmake lib/cmake/personsig
test -z "$uninstall" || rmdir "$to/lib/cmake/personsig" 2>/dev/null || true
