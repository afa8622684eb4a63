"""Every vector, a test named by its id, through the adapter that the conformance run starts too."""

import importlib.util
import json
import pathlib

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[3] / "tests"


def load_adapter():
    spec = importlib.util.spec_from_file_location("personsig_adapter", TESTS / "adapters" / "python.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ADAPTER = load_adapter()


def expand(form):
    """{"repeat": [text, count]} is a runner's to expand."""
    match form:
        case {"repeat": [text, count]}:
            return text * count
        case dict():
            return {name: expand(value) for name, value in form.items()}
        case list():
            return [expand(element) for element in form]
    return form


def vectors():
    files = sorted((TESTS / "vectors").glob("*.json"))
    assert files, "there are no vectors"
    for file in files:
        content = json.loads(file.read_text("utf-8"))
        operation = content["operation"]
        assert content["format"] == 1 and content["count"] == len(content["tests"]), file
        for case in content["tests"]:
            missing = sorted(set(case.get("requires", [])) - set(ADAPTER.SUPPORTS))
            marks = [pytest.mark.skip(reason=f"requires {', '.join(missing)}")] if missing else []
            yield pytest.param(operation, case, id=f"{operation}/{case['id']}", marks=marks)


@pytest.mark.parametrize(("operation", "case"), list(vectors()))
def test_vector(operation, case):
    expect = case["expect"]
    answer = ADAPTER.run(operation, expand(case["input"]))
    if "error" not in expect:
        assert answer == {"result": expect}
    else:
        assert answer.get("error") == expect["error"]
        assert "index" not in expect or answer.get("index") == expect["index"]
