"""What is derived is fresh: stub, annotations, version, pins. And the package is whole."""

import ast
import doctest
import importlib.metadata
import inspect
import pathlib
import re
import subprocess
import sys

import pytest

import personsig
from personsig import _personsig

HERE = pathlib.Path(__file__).resolve().parent
BINDING = HERE.parent
ROOT = HERE.parents[2]
INSTALLED = pathlib.Path(personsig.__file__).parent


def run_mypy(module, *arguments, cwd):
    command = [sys.executable, "-m", module, *map(str, arguments)]
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return ran.returncode, ran.stdout + ran.stderr


def test_the_stub_declares_what_the_module_has(tmp_path):
    code, output = run_mypy("mypy.stubtest", "personsig", cwd=tmp_path)
    assert code == 0, output


def test_the_package_is_strictly_typed(tmp_path):
    code, output = run_mypy("mypy", "--strict", "-p", "personsig", cwd=tmp_path)
    assert code == 0, output


def test_a_users_program_is_strictly_typed(tmp_path):
    code, output = run_mypy("mypy", "--strict", "--warn-unused-ignores", HERE / "typed_program.py", cwd=tmp_path)
    assert code == 0, output


def declared():
    """(dotted name, definition) of every public function and class of the stub."""
    stub = ast.parse((INSTALLED / "_personsig.pyi").read_text("utf-8"))
    for node in stub.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
            yield node.name, node
            methods = [inner for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.FunctionDef)]
            # What every object has, the module documents no more than Python itself does.
            methods = [method for method in methods if method.name == "__new__" or not method.name.startswith("__")]
            yield from ((f"{node.name}.{method.name}", method) for method in methods)


def is_property(function):
    return any(isinstance(decorator, ast.Name) and decorator.id == "property" for decorator in function.decorator_list)


def loaded(name):
    owner, _, attribute = name.rpartition(".")
    return getattr(getattr(_personsig, owner), attribute) if owner else getattr(_personsig, attribute)


def without_annotations(function):
    for argument in [*function.args.args, *function.args.kwonlyargs]:
        argument.annotation = None
    bound = re.sub(r"^(self|cls)(, )?", "", ast.unparse(function.args))
    return f"({bound})"


DECLARED = dict(declared())
FUNCTIONS = [name for name, node in DECLARED.items() if isinstance(node, ast.FunctionDef) and not is_property(node)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_signature_in_the_stub_is_the_modules(name):
    # The module has the constructor's under the class.
    signature = inspect.signature(loaded(name.removesuffix(".__new__")))
    names = [parameter for parameter in signature.parameters.values() if parameter.name != "self"]
    assert without_annotations(DECLARED[name]) == str(signature.replace(parameters=names))


@pytest.mark.parametrize("name", [name for name in DECLARED if not name.endswith("__new__")])
def test_documentation_in_the_stub_is_the_modules(name):
    assert ast.get_docstring(DECLARED[name]) == inspect.getdoc(loaded(name))


def test_the_packages_own_example_runs():
    ran = doctest.testmod(personsig)
    assert ran.attempted == 3 and ran.failed == 0


def test_all_is_all():
    names = [name for name, value in vars(personsig).items() if not inspect.ismodule(value)]
    public = {name for name in names if not name.startswith("_")}
    assert public | {"__version__"} == set(personsig.__all__)


def test_the_version_is_the_workspaces():
    cargo = (ROOT / "Cargo.toml").read_text("utf-8")
    version = re.search(r'^\[workspace\.package\]\nversion = "(.+)"$', cargo, re.MULTILINE)[1]
    assert personsig.__version__ == importlib.metadata.version("personsig") == version


def test_the_wheel_says_that_it_is_typed():
    assert (INSTALLED / "py.typed").is_file()


def test_the_wheel_holds_both_licenses():
    files = [file.name for file in importlib.metadata.files("personsig")]
    assert {"LICENSE-MIT", "LICENSE-APACHE"} <= set(files)


def test_one_maturin_builds_everywhere():
    files = [(BINDING / name).read_text("utf-8") for name in ("pyproject.toml", "requirements.txt")]
    assert len({re.search(r"maturin==[\d.]+", text)[0] for text in files}) == 1


EXAMPLES = {
    "sign.py": """\
0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64
05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824
""",
    "verify.py": "valid, signed at 1596165824 with secret 0\nrefused: signature-mismatch\n",
    "snippet.py": """\
<script nonce="rAnd0m">
_gs("identify",{"id":"123456","name":"O\\u0027Brien","seats":3});
_gs("auth","0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64");
</script>
''
{"id":"123456","auth":"0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"}
""",
    "rotate.py": "valid, with secret 1\nvalid, with secret 0\n",
}


@pytest.mark.parametrize("file", EXAMPLES)
def test_an_example_prints_what_it_says(tmp_path, file):
    ran = subprocess.run([sys.executable, ROOT / "examples" / file], cwd=tmp_path, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == (EXAMPLES[file], "")
