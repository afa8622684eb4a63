#!/bin/sh
# Installs the C library that cargo built: header, shared and static library, pkg-config file, CMake package, manual page, licences.
#
# cargo-c would still leave the CMake package, the manual page and the static library of one object to this script; it names the shared
# library by a rule of its own; and whoever builds would have to build cargo-c first, whose own dependencies are several times as many.
#
#     PREFIX=/usr/local DESTDIR= bindings/c/install.sh [target/release]
#     PREFIX=/usr/local DESTDIR= bindings/c/install.sh --uninstall
#
# The files under PREFIX find each other, so the tree may be moved afterwards. LD, OBJCOPY and AR may name other programs.
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

functions=$(sed -n 's/^[a-z].*[ *]\(personsig_[a-z0-9_]*\)(.*/\1/p' "$here/../../include/personsig.h")

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

# one_object LIBRARY FOLDER: makes FOLDER/libpersonsig.a of one object, whose only global symbols are the header's
# functions. With Rust's runtime visible, a program could not link a second static library written in Rust ("multiple
# definition of rust_eh_personality"). Groups are dissolved, since the linker would drop one of two of the same name.
one_object() {
    # Not --strip-debug: ld leaves strong references to what it has dropped. And rustc's bitcode is for rustc.
    # shellcheck disable=SC2046,SC2086 # one word per function
    "${LD:-ld}" -r --gc-sections --force-group-allocation $(printf -- '-u %s ' $functions) "$1" -o "$2/personsig.o" &&
        "${OBJCOPY:-objcopy}" -w --keep-global-symbol='personsig_*' --strip-unneeded \
            --remove-section=.llvmbc --remove-section=.llvmcmd "$2/personsig.o" &&
        "${AR:-ar}" crsD "$2/libpersonsig.a" "$2/personsig.o"
}

work=
put 644 "$here/../../include/personsig.h" include/personsig.h
if test -n "$uninstall"; then
    put 644 '' lib/libpersonsig.a
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    one_object "$built/libpersonsig.a" "$work" || {
        echo 'The static library is installed as Rust makes it, and cannot be linked with another one written in Rust:' \
            'that takes ld, objcopy and ar of GNU binutils 2.29 or newer.' >&2
        cp "$built/libpersonsig.a" "$work/"
    }
    put 644 "$work/libpersonsig.a" lib/libpersonsig.a
fi
put 755 "$built/libpersonsig.so" "lib/libpersonsig.so.$version"
link "libpersonsig.so.$version" "lib/libpersonsig.so.$soname"
link "libpersonsig.so.$soname" lib/libpersonsig.so
fill personsig.pc lib/pkgconfig
fill personsig-config.cmake lib/cmake/personsig
fill personsig-config-version.cmake lib/cmake/personsig

# One page, found by the name of every function.
put 644 "$here/personsig.3" share/man/man3/personsig.3
for function in $functions; do
    test -n "$uninstall" || echo '.so man3/personsig.3' >"$work/page"
    put 644 "$work/page" "share/man/man3/$function.3"
done

put 644 "$here/../../LICENSE-MIT" share/doc/libpersonsig/LICENSE-MIT
put 644 "$here/../../LICENSE-APACHE" share/doc/libpersonsig/LICENSE-APACHE
test -n "$uninstall" || "$here/../../.ci/kept-notices" personsig-c "$built"
put 644 "$built/THIRD-PARTY-LICENSES-personsig-c.txt" share/doc/libpersonsig/THIRD-PARTY-LICENSES.txt
test -z "$uninstall" || rmdir "$to/lib/cmake/personsig" "$to/share/doc/libpersonsig" 2>/dev/null || true
