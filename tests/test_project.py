"""What belongs to no language alone: the README's code, the examples, the one version, and that the runner can fail."""
import json
import os
import pathlib
import re
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
    ".rs": lambda source, folder: [str(BUILT / "examples" / source.stem)],
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
BLOCKS = re.findall(r"^```(python|js|php|ruby|sh|c)\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)


@pytest.mark.parametrize("language,code", BLOCKS, ids=[f"{language}-{number}" for number, (language, _) in enumerate(BLOCKS, 1)])
def test_readme_block_prints_what_it_says(language, code, tmp_path):
    """`=> text` in a comment is the line that is printed there. Rust's blocks are the core's own doctests."""
    expected = re.findall(r"(?:#|//) => (.*)", code)
    assert expected, "a block that shows nothing proves nothing"
    source = tmp_path / f"block{SUFFIXES[language]}"
    source.write_text(f"<?php\n{code}" if language == "php" else code, "utf-8")
    assert output_of(source, tmp_path).splitlines() == expected


def test_the_readme_shows_every_language():
    assert {language for language, _ in BLOCKS} == set(SUFFIXES)


@pytest.mark.parametrize("surface", conformance.adapters())
def test_version_is_the_workspaces(surface):
    adapter = conformance.Adapter(surface, conformance.adapters()[surface])
    assert adapter.start()["version"] == VERSION
    adapter.stop()


MANIFESTS = {
    "bindings/node/package.json": r'"version": "(.+)"',
    "bindings/node/package-lock.json": r'"version": "(.+)"',
    "examples/web/package-lock.json": r'"name": "personsig",\s+"version": "(.+)"',
    "bindings/ruby/lib/personsig/version.rb": r'VERSION = "(.+)"',
}


@pytest.mark.parametrize("path", MANIFESTS)
def test_manifest_has_the_workspaces_version(path):
    text = (ROOT / path).read_text()
    if os.environ.get("UPDATE"):
        start, end = re.search(MANIFESTS[path], text).span(1)
        text = text[:start] + VERSION + text[end:]
        (ROOT / path).write_text(text)
    assert re.search(MANIFESTS[path], text)[1] == VERSION


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
