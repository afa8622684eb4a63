"""What belongs to no language alone: the READMEs' code, the examples, the one version, and that the runner can fail."""

import json
import os
import pathlib
import re
import runpy
import shutil
import subprocess
import sys

import pytest

import conformance

ROOT = conformance.ROOT
BUILT = conformance.BUILT
VERSION = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
PHP = conformance.adapters()["php"][:-1]
RUBY = conformance.adapters()["ruby"][:-1]
NODE = conformance.adapters()["node"][:-1]
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{BUILT}{os.pathsep}{os.environ['PATH']}",
    "LD_LIBRARY_PATH": str(BUILT),
    "GOSQUARED_SECURE_MODE_SECRET": "personsig-test-secret",
    "CHAMELEON_VERIFICATION_SECRET": "personsig-test-secret",
}


def compile_c(source, folder):
    program = folder / source.stem
    command = [os.environ.get("CC", "cc"), "-std=c17", "-Wall", "-Wextra", "-Werror", "-pedantic", str(source), "-o", str(program)]
    libraries = ["-lpersonsig", *(["-lcrypto"] if "<openssl/" in source.read_text() else [])]
    subprocess.run([*command, f"-I{ROOT / 'include'}", f"-L{BUILT}", *libraries], check=True)
    return [str(program)]


def node(source, folder):
    """By the package's name, as a user's program imports it."""
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "personsig").symlink_to(ROOT / "bindings/node")
    program = folder / source.name
    if program != source:
        shutil.copy(source, program)
    return [*NODE, str(program)]


RUN = {
    ".py": lambda source, folder: [sys.executable, str(source)],
    ".mjs": node,
    ".php": lambda source, folder: [*PHP, str(source)],
    ".rb": lambda source, folder: [*RUBY, str(source)],
    ".sh": lambda source, folder: ["sh", "-eu", str(source)],
    ".c": compile_c,
    ".rs": lambda source, folder: [str(ROOT / "target/quick/examples" / source.stem)],
}


def output_of(source, folder):
    command = RUN[source.suffix](source, folder)
    return subprocess.run(command, env=ENVIRONMENT, cwd=folder, check=True, capture_output=True, text=True).stdout


PLAIN = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"
TIMESTAMPED = "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824"
EXAMPLES = {
    "sign": [PLAIN, TIMESTAMPED],
    "verify": ["valid, signed at 1596165824 with secret 0", "refused: signature-mismatch"],
    "rotate": ["valid, with secret 1", "valid, with secret 0"],
    "replace": [PLAIN, PLAIN],
    "snippet": [
        '<script nonce="rAnd0m">',
        '_gs("identify",{"id":"123456","name":"O\\u0027Brien","seats":3});',
        f'_gs("auth","{PLAIN}");',
        "</script>",
        "''",
        f'{{"id":"123456","auth":"{PLAIN}"}}',
    ],
}


@pytest.mark.parametrize("suffix", RUN)
@pytest.mark.parametrize("task", EXAMPLES)
def test_example_prints_the_same_in_every_language(task, suffix, tmp_path):
    assert output_of(ROOT / f"examples/{task}{suffix}", tmp_path).splitlines() == EXAMPLES[task]


SUFFIXES = {"python": ".py", "js": ".mjs", "php": ".php", "ruby": ".rb", "sh": ".sh", "c": ".c"}
# A block in one of these languages is a program by itself. What cannot run alone has another fence: console, text, html, py, ini.
README_PATHS = [
    pathlib.Path("README.md"),
    pathlib.Path("core/README.md"),
    *(path.relative_to(ROOT) for path in sorted(ROOT.glob("bindings/*/README.md"))),
]
BLOCKS = [
    pytest.param(language, code, id=f"{path.parent.name or 'root'}-{language}-{number}")
    for path in README_PATHS
    for number, (language, code) in enumerate(
        re.findall(rf"^```({'|'.join(SUFFIXES)})\n(.*?)^```$", (ROOT / path).read_text("utf-8"), re.M | re.S), 1
    )
]


@pytest.mark.parametrize("language,code", BLOCKS)
def test_readme_block_prints_what_it_says(language, code, tmp_path):
    """`=> text` in a comment is the line that is printed there. Rust's blocks are the core's own doctests."""
    expected = re.findall(r"(?:#|//) => (.*)", code)
    assert expected, "a block that shows nothing proves nothing"
    source = tmp_path / f"block{SUFFIXES[language]}"
    source.write_text(f"<?php\n{code}" if language == "php" else code, "utf-8")
    assert output_of(source, tmp_path).splitlines() == expected


def test_the_readme_shows_every_language():
    assert {block.values[0] for block in BLOCKS if block.id.startswith("root-")} == set(SUFFIXES)


def test_every_package_has_a_readme_with_what_its_users_need():
    """A registry shows this page alone: it must be complete without the others."""
    for path in README_PATHS[1:]:
        text = (ROOT / path).read_text("utf-8").lower()
        for need in [
            "install",
            "sign",
            "verify",
            "error",
            "rotate",
            "chameleon",
            "switch enforcement on for good",
            "mit or apache-2.0",
            "authenticated",
        ]:
            assert need in text, f"{path} says nothing of {need!r}"
    folders = {path.parent for path in ROOT.glob("bindings/*/Cargo.toml")} | {ROOT / "core"}
    assert {ROOT / path.parent for path in README_PATHS[1:]} == folders


CODES = re.findall(r'^    1?\d{1,2} \w+ "([a-z-]+)"', (ROOT / "core/src/error.rs").read_text("utf-8"), re.M)


# The sandbox signs nothing and gives reasons of its own.
@pytest.mark.parametrize(
    "path", [path for path in [*README_PATHS, pathlib.Path("tests/CONTRACT.md")] if path.parts[1:2] != ("sandbox",)], ids=str
)
def test_every_code_is_listed(path):
    assert len(CODES) >= 18
    text = (ROOT / path).read_text("utf-8")
    assert [code for code in CODES if f"`{code}`" not in text] == []


MARKDOWN = [ROOT / path for path in subprocess.check_output(["git", "ls-files", "-z", "*.md"], cwd=ROOT, text=True).split("\0") if path]


def anchors(path):
    """The names that a link can point to: headings as the usual renderers write them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", MARKDOWN, ids=[str(path.relative_to(ROOT)) for path in MARKDOWN])
def test_links_lead_somewhere(path):
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.M | re.S)
    text = re.sub(r"`[^`\n]+`(?!\])", "", text)
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", text):
        file = path.parent / target if target else path
        assert file.exists(), f"{target} does not exist"
        if anchor:
            assert anchor in anchors(file), f"{file.name} has no heading #{anchor}"


@pytest.mark.parametrize("surface", conformance.adapters())
def test_version_is_the_workspaces(surface):
    adapter = conformance.Adapter(surface, conformance.adapters()[surface])
    assert adapter.start()["version"] == VERSION
    adapter.stop()


# `make version` sets them.
COPIES = runpy.run_path(str(ROOT / ".ci/version"))["COPIES"]


@pytest.mark.parametrize("path", COPIES)
def test_copy_is_the_workspaces_version(path):
    text = (ROOT / path).read_text("utf-8")
    for pattern in COPIES[path]:
        found = re.findall(pattern, text, re.M)
        assert found and set(found) == {VERSION}, pattern


def test_make_version_sets_every_copy(tmp_path):
    """In a copy of the manifests and of what holds a version; nothing of the old one is left, in the lock file too."""
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")[:-1]
    for name in names:
        if name in COPIES or name.endswith(("Cargo.toml", "Cargo.lock", ".rs")) or name == ".ci/version":
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run([sys.executable, tmp_path / ".ci/version", "98.76.54"], check=True, capture_output=True)
    for path, patterns in COPIES.items():
        text = (tmp_path / path).read_text("utf-8")
        assert {found for pattern in patterns for found in re.findall(pattern, text, re.M)} == {"98.76.54"}, path
    header = (tmp_path / "include/personsig.h").read_text()
    assert re.findall(r"#define PERSONSIG_VERSION_\w+ (\d+)", header) == ["98", "76", "54"]
    before, after = (root.joinpath("Cargo.lock").read_text() for root in (ROOT, tmp_path))
    ours = r'name = "(personsig[a-z-]*)"\nversion = "98.76.54"'
    assert len(re.findall(ours, after)) == len(re.findall(r'^name = "personsig', after, re.M)) >= 9
    assert re.sub(r"98\.76\.54", VERSION, after) == before


def test_make_version_takes_a_version_alone():
    for wrong in ["1.2", "v1.2.3", "1.2.3.4", "1.2.3 "]:
        assert subprocess.run([sys.executable, ROOT / ".ci/version", wrong], capture_output=True).returncode, wrong


# The one public address. Everything else that names one follows from it.
ADDRESS = re.search(r'^repository = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
ADDRESSES = {
    "bindings/python/pyproject.toml": {
        r'Homepage = "(.+)"': "",
        r'Repository = "(.+)"': "",
        r'Issues = "(.+)"': "/issues",
        r'Changelog = "(.+)"': "/blob/main/CHANGELOG.md",
    },
    "bindings/node/package.json": {
        r'"homepage": "(.+)"': "",
        r'"repository": \{ "type": "git", "url": "git\+(.+)\.git"': "",
        r'"bugs": "(.+)"': "/issues",
    },
    "bindings/ruby/personsig.gemspec": {
        r'address = "(.+)"': "",
        r'"bug_tracker_uri" => "#\{address\}(.+)"': "/issues",
        r'"changelog_uri" => "#\{address\}(.+)"': "/blob/main/CHANGELOG.md",
    },
    "composer.json": {r'"homepage": "(.+)"': "", r'"issues": "(.+)"': "/issues", r'"source": "(.+)"': ""},
    "SECURITY.md": {r"<(.+)/security/advisories/new>": ""},
    ".github/ISSUE_TEMPLATE/config.yml": {r"url: (.+)/security/advisories/new": ""},
}
FIELDS = [(path, field) for path, fields in ADDRESSES.items() for field in fields]


@pytest.mark.parametrize("path,field", FIELDS)
def test_address_is_the_workspaces(path, field):
    text = (ROOT / path).read_text("utf-8")
    suffix = ADDRESSES[path][field]
    wanted = suffix if "#\\{address" in field else ADDRESS + suffix
    if os.environ.get("UPDATE"):
        start, end = re.search(field, text).span(1)
        text = text[:start] + wanted + text[end:]
        (ROOT / path).write_text(text, "utf-8")
    assert re.search(field, text)[1] == wanted


@pytest.mark.parametrize("path", [str(path.with_name("Cargo.toml")) for path in README_PATHS[1:]])
def test_crate_inherits_the_address(path):
    manifest = (ROOT / path).read_text()
    assert "repository.workspace = true" in manifest
    assert 'readme = "README.md"' in manifest


def test_signing_and_verifying_need_these_crates_alone():
    tree = ["cargo", "tree", "--locked", "-p", "personsig", "--no-default-features", "-e", "normal", "--depth", "1", "--prefix", "none"]
    lines = subprocess.run(tree, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert sorted(line.split()[0] for line in lines[1:]) == ["hex", "hmac", "itoa", "sha2", "subtle", "zeroize"]


def test_no_other_file_names_the_address():
    """Or it would be forgotten when the address is set."""
    names = subprocess.check_output(["git", "grep", "--untracked", "-lIF", ADDRESS], cwd=ROOT, text=True)
    assert set(names.splitlines()) == {"Cargo.toml", *ADDRESSES}


GOOD = {"provider": "gosquared", "secret": "s", "user_id": "42", "now": 0}
UNREAD = {
    "operation": ("signal", GOOD),
    "field": ("sign", {**GOOD, "colour": "red"}),
    "form": ("sign", {**GOOD, "user_id": {"roman": "XLII"}}),
    "native": ("sign", {**GOOD, "user_id": {"native": "symbol"}}),
    "two-forms-in-one": ("sign", {**GOOD, "secret": {"hex": "00", "int": "1"}}),
}


@pytest.mark.parametrize("what", UNREAD)
@pytest.mark.parametrize("surface", conformance.adapters())
def test_adapter_refuses_what_it_does_not_know(surface, what):
    adapter = conformance.Adapter(surface, conformance.adapters()[surface])
    assert "result" in adapter.run("sign", GOOD)
    assert "crash" in adapter.run(*UNREAD[what])
    adapter.stop()


def test_one_changed_digit_fails_once_a_surface(tmp_path, monkeypatch, capsys):
    file = json.loads((ROOT / "tests/vectors/sign.json").read_text("utf-8"))
    file["tests"] = [test for test in file["tests"] if test["id"] == "gosquared-text"]
    file["count"] = 1
    signature = file["tests"][0]["expect"]["signature"]
    file["tests"][0]["expect"]["signature"] = signature.replace("0", "1", 1)
    (tmp_path / "sign.json").write_text(json.dumps(file))
    monkeypatch.setattr(conformance, "REPORT", tmp_path / "report")
    monkeypatch.setattr(conformance, "AWKWARD", ["42"])
    assert conformance.main([str(tmp_path)]) == 1
    report = json.loads((tmp_path / "report").read_text())
    assert [failure["surface"] for failure in report["failures"]] == list(conformance.adapters())
    assert capsys.readouterr().out.endswith(", 7 wrong\n")


def test_a_file_that_is_cut_short_is_not_run(tmp_path):
    file = json.loads((ROOT / "tests/vectors/hmac.json").read_text("utf-8"))
    file["tests"].pop()
    (tmp_path / "hmac.json").write_text(json.dumps(file))
    with pytest.raises(SystemExit, match="is it whole"):
        conformance.main([str(tmp_path)])


def test_a_surface_that_does_not_start_is_a_crash(tmp_path):
    adapter = conformance.Adapter("nobody", [str(tmp_path / "nothing")])
    assert "crash" in adapter.run("sign", GOOD)


def test_a_process_that_dies_is_a_crash():
    adapter = conformance.Adapter("dying", [sys.executable, "-c", "import sys; sys.stdin.readline(); print('{}', flush=True)"])
    assert "crash" in adapter.run("sign", GOOD)


def test_a_process_that_hangs_is_a_crash(monkeypatch):
    monkeypatch.setattr(conformance, "PATIENCE", 0.2)
    adapter = conformance.Adapter("hanging", [sys.executable, "-c", "import time; time.sleep(60)"])
    assert "no answer" in adapter.run("sign", GOOD)["crash"]
