"""What all packages have in common: licences, notices, bills of materials, the least glibc, no path of a machine, the same bytes twice."""

import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from places import ROOT, VERSION, committed

DIST = ROOT / "dist"
# Each kind of package by the names of its files, and the crate whose code is in it, where there is compiled code.
KINDS = {
    "wheel": (f"personsig-{VERSION}-*.whl", "personsig-python"),
    "sdist": (f"personsig-{VERSION}.tar.gz", None),
    "npm": (f"personsig-{VERSION}.tgz", None),
    "npm-platform": (f"personsig-linux-*-{VERSION}.tgz", "personsig-node"),
    "gem": (f"personsig-{VERSION}.gem", None),
    "gem-platform": (f"personsig-{VERSION}-*.gem", "personsig-ruby"),
    "php": (f"php_personsig-{VERSION}_*.zip", "personsig-php"),
    "c": (f"libpersonsig-{VERSION}-*.tar.gz", "personsig-c"),
    "command": (f"personsig-cli-{VERSION}-*.tar.gz", "personsig-cli"),
    "crate": (f"personsig-{VERSION}.crate", None),
    "crate-command": (f"personsig-cli-{VERSION}.crate", None),
}
COMPILED = [kind for kind, (_, crate) in KINDS.items() if crate]
CRATES = sorted({"personsig", *filter(None, (crate for _, crate in KINDS.values()))})
CARGO_HOME = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))


def package(kind):
    """The file of that kind, which `make packages` left in dist/."""
    paths = sorted(DIST.glob(KINDS[kind][0]))
    if kind == "wheel":
        # `make python` leaves one for this machine alone, too.
        paths = [path for path in paths if "manylinux_2_17" in path.name]
    assert len(paths) == 1, f"{KINDS[kind][0]}: {[path.name for path in paths]}; run make packages"
    return paths[0]


def files(path):
    """{name: bytes} of all that is in a package."""
    if path.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    with tarfile.open(path) as archive:
        found = {member.name.removeprefix("./"): archive.extractfile(member).read() for member in archive if member.isfile()}
    if path.suffix == ".gem":
        with tarfile.open(fileobj=io.BytesIO(found.pop("data.tar.gz"))) as archive:
            found |= {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    return found


def named(found, name):
    """The text of the one file of that name, in whatever folder."""
    texts = {text for path, text in found.items() if pathlib.PurePosixPath(path).name == name}
    assert len(texts) == 1, f"{len(texts)} different files are called {name}, of {sorted(found)}"
    return texts.pop().decode("utf-8")


def tree(crate):
    command = [os.environ.get("CARGO", "cargo"), "tree", "--locked", "-e", "normal", "-p", crate, "--prefix", "none"]
    command += ["--target", "x86_64-unknown-linux-gnu"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return {tuple(line.split()[:2]) for line in lines}


@pytest.mark.parametrize("kind", KINDS)
def test_it_carries_both_licences(kind):
    found = files(package(kind))
    for name in ["LICENSE-MIT", "LICENSE-APACHE"]:
        assert named(found, name) == (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("kind", COMPILED)
def test_it_carries_the_notices_of_every_crate_linked_into_it(kind):
    crate = KINDS[kind][1]
    notices = named(files(package(kind)), "THIRD-PARTY-LICENSES.txt")
    others = {(name, version) for name, version in tree(crate) if not name.startswith("personsig")}
    assert len(others) > 20
    assert [name for name, version in sorted(others) if f"\n- {name} {version.removeprefix('v')}: " not in notices] == []
    for text in [
        "Redistributions in binary form must reproduce",  # subtle
        "Isis Agora Lovecruft",
        "Apache License\n                           Version 2.0",
        "UNICODE LICENSE V3",  # tables of std and of unicode-normalization
        "(in Rust's standard library)",
    ]:
        assert text in notices, text
    assert notices == subprocess.run([sys.executable, ROOT / ".ci/notices", crate], check=True, capture_output=True, text=True).stdout


def test_a_licence_that_is_not_known_is_an_error():
    """A new crate under new terms is read by a person first."""
    code = "import runpy; print(runpy.run_path('.ci/notices')['texts']('new', {'GPL-3.0-only'}, {'LICENSE': 'GNU'}))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"PYTHONPATH": ".ci"}, capture_output=True, text=True)
    assert ran.returncode == 1 and "no text of GPL-3.0-only in the sources of new" in ran.stderr


@pytest.mark.parametrize("crate", CRATES)
def test_the_bill_of_materials_is_what_cargo_links(crate):
    text = (DIST / f"{crate}-{VERSION}.cdx.json").read_text("utf-8")
    bill = json.loads(text)
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.5", 1)
    about = bill["metadata"]["component"]
    parts = {(part["name"], f"v{part['version']}") for part in [about, *bill["components"]]}
    assert parts == tree(crate)
    references = [part["bom-ref"] for part in [about, *bill["components"]]]
    assert len(set(references)) == len(references)
    assert [entry["ref"] for entry in bill["dependencies"] if entry["ref"] not in references] == []
    assert {need for entry in bill["dependencies"] for need in entry["dependsOn"]} | {about["bom-ref"]} == set(references)
    for part in bill["components"]:
        assert part["licenses"] and part["purl"].startswith("pkg:cargo/")
        assert part["name"] == "personsig" or re.fullmatch("[0-9a-f]{64}", part["hashes"][0]["content"])
    for forbidden in ["timestamp", "serialNumber", str(ROOT), str(pathlib.Path.home())]:
        assert forbidden not in text, forbidden
    assert text == subprocess.run([sys.executable, ROOT / ".ci/sbom", crate], check=True, capture_output=True, text=True).stdout


def programs(kind):
    return {name: content for name, content in files(package(kind)).items() if content.startswith(b"\x7fELF")}


def versions(content, folder):
    path = folder / "program"
    path.write_bytes(content)
    symbols = subprocess.run(["objdump", "-T", path], check=True, capture_output=True, text=True).stdout
    return {tuple(map(int, version.split("."))) for version in re.findall(r"\(?GLIBC_([\d.]+)", symbols)}


@pytest.mark.parametrize("kind", COMPILED)
def test_glibc_2_17_is_enough(kind, tmp_path):
    found = programs(kind)
    assert found, f"nothing is compiled in {package(kind).name}"
    for name, content in found.items():
        assert (2, 2, 5) <= max(versions(content, tmp_path)) <= (2, 17), name
        assert content[18:20] == b"\x3e\x00", f"{name} is not for x86-64"


# What names a place on the machine that built a package.
PATHS = [str(ROOT).encode(), str(CARGO_HOME).encode(), b"/registry/src/", b"/.rustup/", b"/.cargo/"]
PATHS += [] if pathlib.Path.home() in [pathlib.Path("/"), pathlib.Path("/root")] else [str(pathlib.Path.home()).encode()]
SOURCES = re.compile(rb"/(?:home|root|Users|tmp|build|work|builds|github)/[\w./+-]+\.(?:rs|c|h|py)\b")


@pytest.mark.parametrize("kind", COMPILED)
def test_no_path_of_the_builder_is_in_it(kind):
    for name, content in files(package(kind)).items():
        is_compiled = content.startswith((b"\x7fELF", b"!<arch>"))
        found = [path for path in PATHS if path in content] + (SOURCES.findall(content) if is_compiled else [])
        assert found == [], name


def test_a_path_would_be_found():
    """The check's own check: what cargo builds without remapping has cargo's folder in it."""
    native = (ROOT / "target/release/personsig-share").read_bytes()  # which writes the manual pages of a package
    assert any(path in native for path in PATHS)


def test_every_package_has_the_same_version():
    ours = [path.name for path in DIST.iterdir() if re.match(r"(lib|php_)?personsig-", path.name)]
    assert [name for name in ours if VERSION not in name] == []
    assert all(VERSION in package(kind).name for kind in KINDS)


def test_built_in_another_folder_with_another_cargo_home_the_bytes_are_the_same(tmp_path):
    """The C library and the command; the other packages' tests see to theirs."""
    checkout, home = tmp_path / "another checkout", tmp_path / "cargo"
    checkout.mkdir()
    committed(checkout)
    (home / "registry").mkdir(parents=True)
    for part in ["index", "cache"]:
        (home / "registry" / part).symlink_to(CARGO_HOME / "registry" / part)
    if (CARGO_HOME / "config.toml").exists():
        shutil.copy(CARGO_HOME / "config.toml", home)
    packages = checkout / "target/packages"
    packages.mkdir(parents=True)
    for part in ["venv", "zig"]:
        (packages / part).symlink_to(ROOT / "target/packages" / part)
    environment = os.environ | {"CARGO_HOME": str(home), "HOME": str(tmp_path), "RUSTUP_HOME": rustup_home()}
    target = "x86_64-unknown-linux-gnu"
    for crate in ["personsig-c", "personsig-cli"]:
        command = [checkout / ".ci/for-release", "cargo", "build", "--quiet", "--release", "--locked", "--target", target, "-p", crate]
        subprocess.run(command, cwd=checkout, env=environment, check=True)
    built, stage = packages / target / "release", tmp_path / "stage"
    install = environment | {"PREFIX": "/", "DESTDIR": str(stage)}
    subprocess.run([checkout / "bindings/c/install.sh", built], env=install, check=True)
    ours, theirs = files(package("c")), {str(path.relative_to(stage)): path for path in stage.rglob("*") if path.is_file()}
    theirs = {name: path.read_bytes() for name, path in theirs.items() if not path.is_symlink()}
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert files(package("command"))["bin/personsig"] == (built / "personsig").read_bytes()


def rustup_home():
    return os.environ.get("RUSTUP_HOME", str(pathlib.Path.home() / ".rustup"))
