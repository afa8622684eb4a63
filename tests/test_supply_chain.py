"""What may come into the project from others: licences, registries, the core's crates, and the lock file that fixes them.

`deny.toml` says it once; cargo-deny itself runs with the advisories in the hosted workflows."""

import json
import os
import re
import runpy
import subprocess
import sys

import pytest

import conformance

ROOT = conformance.ROOT
CARGO = os.environ.get("CARGO", "cargo")
DENY = (ROOT / "deny.toml").read_text("utf-8")
sys.path.insert(0, str(ROOT / ".ci"))  # where notices finds its module
ALTERNATIVES = runpy.run_path(str(ROOT / ".ci/notices"))["alternatives"]


def cargo(*arguments):
    return subprocess.run([CARGO, *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def listed(key):
    return re.findall(r'"([^"]+)"', re.search(rf"^{key} = \[(.*?)\]", DENY, re.M | re.S)[1])


def packages():
    """Of every target and feature."""
    return json.loads(cargo("metadata", "--locked", "--format-version", "1", "--all-features"))["packages"]


def test_every_licence_is_one_that_deny_toml_allows():
    allowed = set(listed("allow"))
    exceptions = dict(re.findall(r'\{ crate = "([^"]+)", allow = \["([^"]+)"\] \}', DENY))
    refused = []
    for package in packages():
        names = allowed | {exceptions.get(package["name"])}
        if not any(choice <= names for choice in ALTERNATIVES(package["license"] or "none")):
            refused.append((package["name"], package["license"]))
    assert refused == []


@pytest.mark.parametrize(
    "expression,choices",
    {
        "MIT": [{"MIT"}],
        "MIT/Apache-2.0": [{"MIT"}, {"Apache-2.0"}],
        "(MIT OR Apache-2.0) AND Unicode-3.0": [{"MIT", "Unicode-3.0"}, {"Apache-2.0", "Unicode-3.0"}],
        "Apache-2.0 WITH LLVM-exception OR MIT": [{"Apache-2.0 WITH LLVM-exception"}, {"MIT"}],
    }.items(),
)
def test_an_expression_of_licences_is_read(expression, choices):
    assert [set(choice) for choice in ALTERNATIVES(expression)] == choices


def test_what_is_linked_into_a_package_has_no_exception():
    exceptions = set(re.findall(r'\{ crate = "([^"]+)", allow', DENY))
    for crate in ["personsig-c", "personsig-cli", "personsig-python", "personsig-node", "personsig-php", "personsig-ruby"]:
        linked = cargo("tree", "--locked", "-e", "normal", "-p", crate, "--prefix", "none", "--format", "{p}")
        names = {line.split()[0] for line in linked.splitlines()}
        assert exceptions and not exceptions & names
        # Nor does anything that signs speak to a network.
        assert not {name for name in names if re.search("openssl|rustls|^ring$|native-tls|ureq|hyper|tokio", name)}


def test_every_crate_comes_from_crates_io_with_its_checksum():
    lock = (ROOT / "Cargo.lock").read_text("utf-8")
    tables = lock.split("[[package]]\n")[1:]
    assert len(tables) > 100
    for table in tables:
        source = re.search(r'^source = "(.+)"', table, re.M)
        if source is None:
            assert table.startswith('name = "personsig'), table
        else:
            assert source[1] == f"registry+{listed('allow-registry')[0]}" and re.search(r'^checksum = "[0-9a-f]{64}"', table, re.M), table


def core(*features):
    tree = cargo("tree", "--locked", "-p", "personsig", "--no-default-features", *features, "-e", "normal", "--prefix", "none")
    return {line.split()[0] for line in tree.splitlines()}


def test_the_core_without_explain_stands_on_two_dozen_crates_at_most():
    """The tree itself: cargo tree -p personsig --no-default-features --features snippet -e normal"""
    for features in [[], ["--features", "snippet"]]:
        assert len(core(*features)) <= 24, sorted(core(*features))
    assert len(core("--features", "snippet")) < len(core("--features", "snippet,explain"))


# These compile or resolve; `cargo fmt` and `cargo --version` do not.
RESOLVES = r"(?:\$\(CARGO\)|\$CARGO|\bcargo)(?: \+\S+)? (build|test|clippy|package|publish|doc|run|install|fetch|tree|metadata|bench)\b"
SCRIPTS = [
    "Makefile",
    ".ci",
    ".github/workflows",
    "bindings/*/install.sh",
    "bindings/ruby",
    "bindings/php",
    "tests/packages",
    "tests/rooms",
]


def calls():
    names = subprocess.check_output(["git", "ls-files", *SCRIPTS], cwd=ROOT, text=True).splitlines()
    for name in names:
        if not name.endswith((".md", ".rs", ".json", ".txt", ".lock")):
            text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
            for line in text.splitlines():
                if not re.match(r"\s*(#|\"\"\"|//)", line) and "echo " not in line:
                    yield from ((name, line) for _ in re.finditer(RESOLVES, line))


def test_every_call_of_cargo_keeps_to_the_lock_file():
    found = list(calls())
    assert len(found) > 10
    assert [f"{name}: {line.strip()}" for name, line in found if "--locked" not in line and "clippy --version" not in line] == []
