"""The packed crates alone, in an empty folder: complete, without a warning, built and tested, their documentation too."""

import json
import os
import subprocess

import pytest

from places import ADDRESS, PLAIN, QUICK, ROOT, RUST, VERSION

CRATES = {name: ROOT / f"dist/{name}-{VERSION}.crate" for name in ["personsig", "personsig-cli"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crates")
    for archive in CRATES.values():
        subprocess.run(["tar", "-C", folder, "-xzf", archive], check=True)
    return folder


def cargo(*arguments, cwd, **environment):
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("CARGO_TARGET", "CARGO_PROFILE", "RUSTFLAGS"))}
    command = [os.environ.get("CARGO", "cargo"), *map(str, arguments)]
    ran = subprocess.run(command, cwd=cwd, env=variables | environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout, ran.stderr


def of_core(folder):
    """The core is on no registry yet when the command is tried."""
    return ["--config", f'patch.crates-io.personsig.path="{folder}/personsig-{VERSION}"']


def test_packing_says_nothing_but_what_it_does(tmp_path):
    arguments = ["package", "--locked", "--no-verify", "--allow-dirty", "--target-dir", tmp_path, "-p", "personsig", "-p", "personsig-cli"]
    _, said = cargo(*arguments, cwd=ROOT)
    assert "warning" not in said and said.count("Packaged ") == 2, said


@pytest.mark.parametrize("name", CRATES)
def test_it_has_what_a_registry_shows(folder, name):
    crate = folder / f"{name}-{VERSION}"
    for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "Cargo.lock"]:
        assert (crate / file).is_file() and not (crate / file).is_symlink(), file
    said, _ = cargo("metadata", "--no-deps", "--offline", "--format-version=1", cwd=crate)
    (package,) = json.loads(said)["packages"]
    assert (package["version"], package["rust_version"], package["license"]) == (VERSION, RUST, "MIT OR Apache-2.0")
    assert package["repository"] == ADDRESS and package["description"] and package["readme"] == "README.md"
    assert 0 < len(package["keywords"]) <= 5 and 0 < len(package["categories"]) <= 5
    assert package["publish"] is None
    assert [need["name"] for need in package["dependencies"] if need.get("path") or need["req"] == "*"] == []
    if name == "personsig":
        assert package["documentation"] and package["metadata"]["docs"]["rs"]["all-features"]
        assert (crate / "MISTAKES.md").is_file() and (crate / "PROVIDERS.md").is_file()


def test_the_core_builds_and_its_tests_pass(folder):
    said, _ = cargo("test", "--release", "--locked", "--all-features", cwd=folder / f"personsig-{VERSION}", **QUICK)
    assert said.count("test result: ok") >= 7, said
    assert said.count("... ok") > 80, said


def test_the_command_builds_and_its_tests_pass(folder):
    crate = folder / f"personsig-cli-{VERSION}"
    said, _ = cargo("test", "--release", "--offline", *of_core(folder), cwd=crate, **QUICK)
    assert said.count("test result: ok") >= 2, said
    command = crate / "target/release/personsig"
    secret = {"GOSQUARED_SECURE_MODE_SECRET": "personsig-test-secret"}
    signed = subprocess.run([command, "sign", "--provider", "gosquared", "123456"], env=secret, check=True, capture_output=True, text=True)
    assert signed.stdout == f"{PLAIN}\n"


def test_documentation_has_no_warning(folder):
    """As docs.rs makes it."""
    cargo("doc", "--no-deps", "--locked", "--all-features", cwd=folder / f"personsig-{VERSION}", RUSTDOCFLAGS="-D warnings")
