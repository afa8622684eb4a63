"""The catalogue of bad input, and the promises of SECURITY.md: every test and every vector that they name exists."""

import fnmatch
import json
import os
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROWS = json.loads((ROOT / "tests/security/catalogue.json").read_text())
PAGE = ROOT / "tests/security/CATALOGUE.md"
PARTS = {
    "S": (60, "All surfaces"),
    "C": (34, "C"),
    "P": (35, "Python"),
    "N": (31, "Node"),
    "H": (31, "PHP"),
    "R": (30, "Ruby"),
    "X": (28, "The page"),
}
HEAD = """\
# Catalogue of bad input

Made of catalogue.json by `UPDATE=1 pytest tests/test_security.py`; do not edit it. Each row is something that a visitor, a
careless program or a machine can do, with the tests that show what happens then.

`sign:Control` are the vectors of that operation with that flag, `sign/time-zero` is one of them: every surface runs all that
it can express, so that one row is a test on each. Everything else is a test of one surface.
"""


@cache
def vectors(operation):
    files = (ROOT / "tests/vectors").glob(f"{operation}*.json")
    return [case for path in files if path.stem.split("-")[0] == operation for case in json.loads(path.read_text())["tests"]]


def exists(reference):
    if "::" in reference:
        path, name = reference.split("::", 1)
        text = (ROOT / path).read_text() if (ROOT / path).is_file() else ""
        # What begins with _ is the end of names that a loop defines.
        start = "" if name.startswith("_") else r"(?<!\w)"
        return re.search(rf"{start}{re.escape(name)}(?!\w)", text) is not None
    if ":" in reference:
        operation, flag = reference.split(":")
        return any(flag in case.get("flags", []) for case in vectors(operation))
    operation, name = reference.split("/")
    return any(fnmatch.fnmatch(case["id"], name) for case in vectors(operation))


def references(row):
    return row.get("vectors", []) + row.get("tests", [])


def shown(reference):
    path, _, name = reference.partition("::")
    return f"[{name}](../../{path})" if name else f"`{reference}`"


def page():
    lines = [HEAD]
    for letter, (_, title) in PARTS.items():
        lines.append(f"\n## {title}\n\n| | what is tried | shown by |\n|---|---|---|\n")
        for name, row in ROWS.items():
            if name[0] == letter:
                what = row["what"].replace("|", "\\|").replace("<", "&lt;")
                by = f"does not apply: {row['why_not']}" if "why_not" in row else ", ".join(map(shown, references(row)))
                lines.append(f"| {name} | {what} | {by} |\n")
    return "".join(lines)


def test_every_row_is_there_in_order():
    assert list(ROWS) == [f"{letter}{number}" for letter, (count, _) in PARTS.items() for number in range(1, count + 1)]


@pytest.mark.parametrize("name", ROWS)
def test_what_a_row_names_exists(name):
    row = ROWS[name]
    assert ("why_not" in row) != bool(references(row)), "a row has tests, or the reason why it has none"
    assert [reference for reference in references(row) if not exists(reference)] == []


def test_a_name_that_does_not_exist_is_noticed():
    for reference in ["tests/test_security.py::test_of_" + "nothing", "tests/no_file.py::x", "sign:NoFlag", "sign/no-case", "none:Key"]:
        assert not exists(reference)


def test_the_page_is_fresh():
    if os.environ.get("UPDATE"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page(), "UPDATE=1 pytest tests/test_security.py"


def promises():
    """The items of SECURITY.md's chapter, one per promise."""
    chapter = (ROOT / "SECURITY.md").read_text().split("\n## Promised\n")[1].split("\n## ")[0]
    return [" ".join(item.split()) for item in re.split(r"(?m)^- ", chapter)[1:]]


def test_every_promise_names_a_test_that_exists():
    assert promises()
    for promise in promises():
        named = [f"{path}::{name}" for name, path in re.findall(r"\[`([^`]+)`\]\(([^)]+)\)", promise)]
        assert named, f"no test is named: {promise}"
        assert [reference for reference in named if not exists(reference)] == []
