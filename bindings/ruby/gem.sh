#!/bin/sh
# Builds a gem in a folder of its own: gem.sh FOLDER LIBRARY ... makes the compiled gem, gem.sh FOLDER the source gem.
#
# A library lies in a folder that is named for its Ruby: target/packages/ruby/3.1/personsig_ruby.so. The gem is left in FOLDER, and its
# name is printed. NOTICES names a file of the licences that go with what is linked in. Two runs make the same bytes.
set -eu
cd "$(dirname "$0")/../.."
stage=$1
shift
rm -rf "$stage"
mkdir -p "$stage/lib/personsig"
cp bindings/ruby/lib/personsig.rb "$stage/lib/"
cp bindings/ruby/lib/personsig/*.rb "$stage/lib/personsig/"
cp -R bindings/ruby/sig bindings/ruby/doc bindings/ruby/README.md bindings/ruby/personsig.gemspec CHANGELOG.md LICENSE-* "$stage/"
test -z "${NOTICES:-}" || cp "$NOTICES" "$stage/THIRD-PARTY-LICENSES.txt"

for library; do
    folder=$stage/lib/personsig/$(basename "$(dirname "$library")")
    mkdir "$folder"
    cp "$library" "$folder/"
done

if test $# = 0; then
    # The workspace, cut down to the core and this crate, which keep their distance: ext/personsig for bindings/ruby.
    mkdir -p "$stage/ext/personsig" "$stage/core"
    sed -e 's|^members = .*|members = ["core", "ext/personsig"]|' -e '/^# php and ruby/d' -e '/^default-members/d' Cargo.toml \
        >"$stage/Cargo.toml"
    # Without what tests and examples need.
    sed '/^\[dev-dependencies\]/,$d' core/Cargo.toml >"$stage/core/Cargo.toml"
    sed '/^\[\[test\]\]/,/^$/d' bindings/ruby/Cargo.toml >"$stage/ext/personsig/Cargo.toml"
    cp -R core/src core/README.md "$stage/core/"
    cp -R bindings/ruby/src bindings/ruby/extconf.rb "$stage/ext/personsig/"
    # cargo drops from the lock file what nothing here needs. --locked would refuse the workspace's.
    cp Cargo.lock "$stage/"
    "${CARGO:-cargo}" metadata --quiet --offline --format-version 1 --manifest-path "$stage/Cargo.toml" >/dev/null
fi

find "$stage" -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
cd "$stage"
# The date in the archive: that of RubyGems, where none is given.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-315619200}"
${GEM:-gem} build --silent personsig.gemspec
ls -- *.gem
