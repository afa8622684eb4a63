"""What is derived is fresh: stub, annotations, version, pins. And the package is whole."""

import ast
import doctest
import importlib.metadata
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys
import typing

import pytest

import personsig
from personsig import _personsig

HERE = pathlib.Path(__file__).resolve().parent
BINDING = HERE.parent
ROOT = HERE.parents[2]
INSTALLED = pathlib.Path(personsig.__file__).parent


def check(module, *arguments, cwd):
    command = [sys.executable, "-m", module, *map(str, arguments)]
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return ran.returncode, ran.stdout + ran.stderr


def test_the_stub_declares_what_the_module_has(tmp_path):
    # stubtest takes no literal type for a union; what these hold is compared below.
    allowed = tmp_path / "allowed"
    allowed.write_text("".join(f"personsig._names.{name}\n" for name in LITERALS))
    code, output = check("mypy.stubtest", "--allowlist", allowed, "personsig", cwd=tmp_path)
    assert code == 0, output


def test_the_package_is_strictly_typed(tmp_path):
    code, output = check("mypy", "--strict", "-p", "personsig", cwd=tmp_path)
    assert code == 0, output


def test_a_users_program_is_strictly_typed(tmp_path):
    code, output = check("mypy", "--strict", "--warn-unused-ignores", HERE / "typed_program.py", cwd=tmp_path)
    assert code == 0, output


def test_another_type_checker_accepts_and_refuses_the_same(tmp_path):
    settings = {"include": [str(HERE / "typed_program.py")], "reportUnnecessaryTypeIgnoreComment": "error"}
    settings |= {"enableTypeIgnoreComments": True, "typeCheckingMode": "standard"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    code, output = check("pyright", "--pythonpath", sys.executable, "-p", tmp_path, cwd=tmp_path)
    assert code == 0, output


CORE = ROOT / "core" / "src"
NAMES = BINDING / "python" / "personsig" / "_names.py"


def core_codes(kind):
    lists = re.split(r"^    (Input|Verification|System):$", (CORE / "error.rs").read_text("utf-8"), flags=re.MULTILINE)
    return re.findall(r'^    \d+ \w+ "([a-z0-9-]+)"', lists[lists.index(kind) + 1], re.MULTILINE)


def core_findings():
    mistakes = (CORE / "explain" / "mistake.rs").read_text("utf-8").split("\nmistakes! {\n")[1]
    return re.findall(r'^    \w+ "([a-z0-9-]+)"', mistakes, re.MULTILINE)


LITERALS = {
    "ProviderName": lambda: [row.name for row in personsig.providers()],
    "InputCode": lambda: core_codes("Input"),
    "VerificationCode": lambda: core_codes("Verification"),
    "FindingCode": core_findings,
}


@pytest.mark.parametrize("name", LITERALS)
def test_a_literal_type_has_exactly_what_the_core_has(name):
    values = LITERALS[name]()
    assert len(values) > 1
    wanted = "".join(f'    "{value}",\n' for value in values)
    if "UPDATE" in os.environ:
        text, count = re.subn(rf"(?<=^{name}: TypeAlias = Literal\[\n)[^\]]*", wanted, NAMES.read_text("utf-8"), flags=re.MULTILINE)
        assert count == 1
        NAMES.write_text(text, "utf-8")
    assert f"\n{name}: TypeAlias = Literal[\n{wanted}]\n" in NAMES.read_text("utf-8")


@pytest.mark.parametrize("name", LITERALS)
def test_the_installed_literal_types_are_these(name):
    assert list(typing.get_args(getattr(personsig, name))) == LITERALS[name]()


def test_identities_have_the_fields_that_the_module_gives():
    types = {"gosquared": personsig.GoSquaredIdentity, "chameleon": personsig.ChameleonIdentity}
    for name, identity in types.items():
        fields = personsig.Signer(name, "personsig-test-secret").identity("42")
        assert {field: type(value) for field, value in fields.items()} == typing.get_type_hints(identity)
    # A provider of a type of its own, or of fields named by its row.
    assert typing.get_args(personsig.Identity) == (*types.values(), dict[str, str])


def test_the_package_alone_does_not_import_typing():
    program = f"import sys; sys.path.insert(0, {str(INSTALLED.parent)!r}); import personsig; "
    program += "print('typing' in sys.modules, personsig.ProviderName is not None, 'typing' in sys.modules)"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert ran.stdout == "False True True\n", ran.stderr


def test_a_signer_can_be_named_in_an_annotation_at_run_time():
    alias = personsig.Signer[typing.Literal["gosquared"]]
    assert (typing.get_origin(alias), typing.get_args(alias)) == (personsig.Signer, (typing.Literal["gosquared"],))


def test_a_name_that_the_package_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchName'"):
        personsig.NoSuchName


def declared():
    """(dotted name, definition) of every public function and class of the stub."""
    stub = ast.parse((INSTALLED / "_personsig.pyi").read_text("utf-8"))
    for node in stub.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
            yield node.name, node
            methods = [inner for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.FunctionDef)]
            # What every object has, the module documents no more than Python itself does.
            methods = [method for method in methods if method.name == "__new__" or not method.name.startswith("__")]
            # Of several overloads the last one, which has the documentation.
            yield from ((f"{node.name}.{method.name}", method) for method in methods)


def is_property(function):
    return any(isinstance(decorator, ast.Name) and decorator.id == "property" for decorator in function.decorator_list)


def loaded(name):
    owner, _, attribute = name.rpartition(".")
    return getattr(getattr(_personsig, owner), attribute) if owner else getattr(_personsig, attribute)


def without_annotations(function):
    for argument in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]:
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
    public = {name for name in names if not name.startswith("_")} - {"TYPE_CHECKING"}
    types = {*LITERALS, "Identity", "GoSquaredIdentity", "ChameleonIdentity"}
    assert public | types | {"__version__"} == set(personsig.__all__)
    assert all(hasattr(personsig, name) for name in personsig.__all__)


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
