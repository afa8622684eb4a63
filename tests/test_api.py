"""Every language has what `api.json` lists, under its own spelling, in its stub and in the loaded module, and no more.

What a module does not tell of itself, the names of JavaScript's and Ruby's options, is tried: an option that is known
and of a wrong type is a TypeError that names it.
"""

import ast
import inspect
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import personsig

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINDINGS = ROOT / "bindings"
API = json.loads((ROOT / "tests" / "api.json").read_text("utf-8"))
EXTENSION = ROOT / "target" / "release" / "libpersonsig_php.so"


def run(*command):
    ran = subprocess.run([*map(str, command)], capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def tool(name):
    return os.environ.get(name.upper()) or shutil.which(name) or name


def snake(name):
    return re.sub(r"(?<=[a-z])[A-Z]", lambda letter: "_" + letter[0], name).lower()


def camel(name):
    return re.sub(r"_([a-z])", lambda letter: letter[1].upper(), name)


def expected(language):
    """(functions, fields) of the list that this language has."""
    absent = API["absent"].get(language, {})
    functions = {name: parameters for name, parameters in API["functions"].items() if name not in absent}
    return functions, {name: fields for name, fields in API["fields"].items() if name not in absent}


# Python

PYTHON_DEFAULTS = {"None": None, "()": [], "{}": {}}


def python_stub():
    functions, fields = {}, {}
    for node in ast.parse((BINDINGS / "python/python/personsig/_personsig.pyi").read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            functions[node.name] = python_parameters(node)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
            if node.name != "Signer":
                fields[node.name] = [method.name for method in methods if not method.name.startswith("__")]
                continue
            for method in methods:
                name = "Signer" if method.name == "__new__" else f"Signer.{method.name}"
                functions[name] = python_parameters(method)
    errors = ast.parse((BINDINGS / "python/python/personsig/_errors.py").read_text("utf-8"))
    own = {
        node.name: [inner.target.id for inner in node.body if isinstance(inner, ast.AnnAssign)]
        for node in errors.body
        if isinstance(node, ast.ClassDef)
    }
    # A kind of error says again what its codes are.
    for name in ("InputError", "VerificationError"):
        fields[name] = own["Error"] if own[name] == ["code"] else own[name]
    return functions, fields


def python_parameters(function):
    given = function.args
    named = [*given.posonlyargs, *given.args]
    found = {argument.arg: "required" for argument in named if argument.arg not in ("self", "cls")}
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        found[argument.arg] = PYTHON_DEFAULTS[ast.unparse(default)]
    return found


def python_module():
    functions, fields = {}, {}

    def parameters(function):
        found = {}
        for parameter in inspect.signature(function).parameters.values():
            default = "required" if parameter.default is parameter.empty else PYTHON_DEFAULTS[repr(parameter.default)]
            found[parameter.name] = default
        found.pop("self", None)
        return found

    for name in personsig.__all__:
        value = getattr(personsig, name)
        if name == "Signer":
            functions["Signer"] = parameters(value)
            for member, method in vars(value).items():
                if member == "__class_getitem__" or not member.startswith("__"):
                    method = getattr(value, member)
                    functions[f"Signer.{member}"] = parameters(method) if callable(method) else {}
        elif hasattr(value, "__match_args__"):
            fields[name] = list(value.__match_args__)
        elif name.endswith("Error") and name != "Error":
            fields[name] = list(vars(value("message", "code", 1)))
        elif inspect.isbuiltin(value):
            functions[name] = parameters(value)
    return functions, fields


# Node

DECLARED = r"""
const [typescript, file] = process.argv.slice(1);
const ts = require(typescript);
const source = ts.createSourceFile(file, require('fs').readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
const options = {}, functions = {}, fields = {};
const shapes = Object.fromEntries(source.statements.filter(ts.isInterfaceDeclaration).map((node) => [node.name.text, node]));
const members = (node) => [
  ...node.members.map((member) => member.name?.text).filter((name) => name),
  ...(node.heritageClauses ?? []).flatMap((clause) => clause.types.flatMap((type) => members(shapes[type.expression.text]))),
];
const parameters = (node) => Object.fromEntries(node.parameters.flatMap((parameter) => {
  const type = parameter.type?.getText().replace(/<.*/, '');
  if (parameter.name.text === 'options') return members(shapes[type]).map((name) => [name, 'optional']);
  return [[parameter.name.text, parameter.questionToken ? 'optional' : 'required']];
}));
for (const node of source.statements) {
  if (ts.isFunctionDeclaration(node)) functions[node.name.text] = parameters(node);
  if (ts.isInterfaceDeclaration(node) && node.members.every((member) => member.modifiers?.length)) fields[node.name.text] = members(node);
  if (ts.isClassDeclaration(node) && node.name.text === 'Signer') {
    for (const member of node.members) {
      if (ts.isConstructorDeclaration(member)) functions.Signer = parameters(member);
      else functions[`Signer.${member.name.text}`] = member.parameters ? parameters(member) : {};
    }
  }
  if (ts.isClassDeclaration(node) && node.name.text.endsWith('Error')) {
    const own = node.members.filter(ts.isPropertyDeclaration).map((member) => member.name.text);
    // A kind of error says again what its codes are.
    fields[node.name.text] = node.name.text === 'PersonsigError' || own.join() !== 'code' ? own : fields.PersonsigError;
  }
}
delete fields.Traits;
console.log(JSON.stringify([functions, fields]));
"""

# The module's own: what it exports, and the options that it knows of each method, among all that there are.
LOADED = r"""
const [path, functions] = [process.argv[1], JSON.parse(process.argv[2])];
const personsig = require(path);
const { Signer } = personsig;
const signer = new Signer('chameleon', 'personsig-test-secret');
const names = Object.keys(personsig).filter((name) => !/Error$|^(version|default)$/.test(name) && name !== 'Signer');
const found = Object.fromEntries(names.map((name) => [name, {}]));
found.Signer = {};
const own = (of) => Object.getOwnPropertyNames(of);
for (const name of own(Signer.prototype)) if (!['constructor', 'toJSON'].includes(name)) found[`Signer.${name}`] = {};
for (const name of own(Signer)) if (typeof Signer[name] === 'function') found[`Signer.${name}`] = {};
const values = { provider: 'gosquared', secret: 'x', userId: '42', userIds: ['42'], signature: '', value: '' };
const every = new Set(Object.values(functions).flatMap((parameters) => Object.keys(parameters)));
for (const [name, parameters] of Object.entries(functions)) {
  if (!(name in found) || name === 'Signer.provider') continue;
  const member = name.split('.')[1];
  const call = name === 'Signer' ? (...all) => new Signer(...all)
    : !member ? personsig[name] : member === 'fromEnv' ? Signer.fromEnv : (...all) => signer[member](...all);
  const required = Object.entries(parameters).filter(([, value]) => value === 'required').map(([name]) => name);
  for (const option of required) found[name][option] = 'required';
  const given = required.map((name) => values[name]);
  for (const option of required.length === Object.keys(parameters).length ? [] : every) {
    try { call(...given, { [option]: Symbol('s') }); } catch (error) {
      if (error instanceof TypeError && error.message.startsWith(`${option} `)) found[name][option] = 'optional';
      else if (error.code !== 'invalid-option') throw error;
    }
  }
}
console.log(JSON.stringify(found));
"""


def without_defaults(functions):
    """A default in JavaScript is written nowhere."""
    optional = lambda default: default if default == "required" else "optional"  # noqa: E731
    return {name: {key: optional(default) for key, default in found.items()} for name, found in functions.items()}


def in_snake(functions):
    spelled = lambda name: ".".join(part if part == "Signer" else snake(part) for part in name.split("."))  # noqa: E731
    return {spelled(name): {snake(key): value for key, value in found.items()} for name, found in functions.items()}


def in_camel(functions):
    spelled = lambda name: ".".join(part if part == "Signer" else camel(part) for part in name.split("."))  # noqa: E731
    return {spelled(name): {camel(key): value for key, value in found.items()} for name, found in functions.items()}


def node_stub():
    typescript = BINDINGS / "node/node_modules/typescript"
    functions, fields = json.loads(run(tool("node"), "-e", DECLARED, typescript, BINDINGS / "node/index.d.ts"))
    return in_snake(functions), {name: [*map(snake, found)] for name, found in fields.items()}


def node_module():
    functions = json.dumps(in_camel(expected("node")[0]))
    return in_snake(json.loads(run(tool("node"), "-e", LOADED, BINDINGS / "node/index.js", functions))), None


# PHP

PHP_DEFAULTS = {"NULL": None, "array (\n)": [], "required": "required"}


def php_described(text):
    described = json.loads(text)
    short = lambda name: name.rpartition("\\")[2]  # noqa: E731

    def parameters(function):
        return {snake(one["name"]): PHP_DEFAULTS[one["default"]] for one in function["parameters"]}

    functions = {snake(short(one["name"])): parameters(one) for one in described["functions"]}
    fields = {}
    for (name, one), *_ in (entry.items() for entry in described["classes"]):
        name = short(name)
        properties = [snake(field["name"]) for field in one["properties"] if "public" in field["is"]]
        if name == "Signer":
            functions |= {f"Signer.{field}": {} for field in properties}
            for method in one["methods"]:
                method_name = "Signer" if method["name"] == "__construct" else f"Signer.{snake(method['name'])}"
                functions[method_name] = parameters(method)
        elif name.endswith("Exception") and name != "PersonsigException":
            # `code` is PHP's own, and an int.
            fields[name.replace("Exception", "Error")] = ["code" if field == "reason" else field for field in properties]
        else:
            fields[name] = properties
    # PHP has one kind of array.
    functions["Signer.snippet"] = {key: {} if key == "traits" else value for key, value in functions["Signer.snippet"].items()}
    return functions, fields


DESCRIBE = BINDINGS / "php/tests/describe.php"


def php_stub():
    return php_described(run(tool("php"), "-n", DESCRIBE, BINDINGS / "php/personsig.stub.php"))


def php_module():
    program = f"require '{DESCRIBE}'; echo json_encode(PersonsigTests\\describe());"
    return php_described(run(tool("php"), "-n", "-d", f"extension={EXTENSION}", "-r", program))


# Ruby

RUBY_DEFAULTS = {"nil": None, "[]": [], "{}": {}}


def ruby_name(name):
    return {"new": "Signer", "valid?": "Signer.is_valid"}.get(name, f"Signer.{name}")


def ruby_signatures():
    """RBS says which keywords there are, and not their defaults."""
    text = (BINDINGS / "ruby/sig/personsig.rbs").read_text("utf-8")
    functions, fields = {}, {}
    for owner, body in re.findall(r"^  class (\w+).*?\n(.*?)^  end", text, re.MULTILINE | re.DOTALL):
        if owner != "Signer":
            fields[owner] = re.findall(r"attr_reader (\w+):", body) or fields["Error"]
        else:
            for name, parameters in re.findall(r"def (?:self\.)?(\w+\??): \((.*?)\) ->", body):
                optional = dict.fromkeys(re.findall(r"\?(\w+):", parameters), "optional")
                functions[ruby_name(name)] = dict.fromkeys(re.findall(r" (\w+)(?:,|$)", parameters), "required") | optional
    functions |= {name: {} for name in re.findall(r"^  def self\.(\w+): \(\)", text, re.MULTILINE)}
    return functions, fields


def ruby_documentation():
    text = (BINDINGS / "ruby/doc/signer.rb").read_text("utf-8")
    functions = {}
    for name, parameters in re.findall(r"^    def (?:self\.)?(\w+\??)(?:\((.*)\))?; end", text, re.MULTILINE):
        found = functions[ruby_name(name)] = {}
        for parameter in filter(None, parameters.split(", ")):
            key, _, default = parameter.partition(": ")
            found[key] = RUBY_DEFAULTS[default] if default else "required"
    return functions, None


RUBY = r"""
require "json"
require "personsig"
functions = JSON.parse(ARGV[0])
found = Personsig.singleton_methods.to_h { |name| [name, {}] }
found["new"] = {}
(Personsig::Signer.singleton_methods(false) - [:new]).each { |name| found[name.to_s] = {} }
Personsig::Signer.public_instance_methods(false).each { |name| found[name.to_s] = {} }
signer = Personsig::Signer.new("chameleon", "personsig-test-secret")
values = { "provider" => "gosquared", "secret" => "x", "user_id" => "42", "user_ids" => ["42"], "signature" => "" }
every = functions.values.flat_map(&:keys).uniq
functions.each do |name, parameters|
  next unless found.key?(name) && !parameters.empty?
  required = parameters.keys.select { |key| parameters[key] == "required" }
  required.each { |key| found[name][key] = "required" }
  target = %w[new from_env].include?(name) ? Personsig::Signer : signer
  every.each do |option|
    target.public_send(name, *required.map { |key| values.fetch(key) }, option.to_sym => Object.new)
  rescue TypeError => error
    raise unless error.message.start_with?("#{option} ")
    found[name][option] = "optional"
  rescue ArgumentError => error
    raise unless error.message.start_with?("unknown keyword: :#{option}")
  end
end
fields = %w[Verified Finding Provider].to_h { |name| [name, Personsig.const_get(name).members] }
%w[InputError VerificationError].each { |name| fields[name] = Personsig.const_get(name).superclass.public_instance_methods(false).sort }
puts JSON.generate([found, fields])
"""


def ruby_module():
    spelled = {"Signer": "new", "Signer.is_valid": "valid?"}
    functions = {spelled.get(name, name.removeprefix("Signer.")): found for name, found in expected("ruby")[0].items()}
    found, fields = json.loads(run(tool("ruby"), "-I", BINDINGS / "ruby/lib", "-e", RUBY, json.dumps(functions)))
    return {name if name == "providers" else ruby_name(name): parameters for name, parameters in found.items()}, fields


# C

C_OUT = {"out", "cap", "out_len", "bad_index", "size"}
C_NAMES = {"Signer": "personsig_signer_new", "providers": "personsig_provider_name"}


def c_parameters(text, structs):
    """The names of what goes in: no lengths, no results, options' fields in their struct's place."""
    for declaration in filter(None, map(str.strip, text.split(","))):
        name = re.search(r"(\w+)$", declaration)[1]
        struct = re.search(r"personsig_(\w+)_options", declaration)
        if struct:
            yield from c_parameters(structs[struct[1]].replace(";", ","), structs)
        elif not (name in C_OUT or re.search(r"_(len|lens|count)$|^signer$|^index$|^status$|^void$", name)):
            if not re.match(r"(size_t|int64_t) \*", declaration):
                yield name


def c_header():
    text = (ROOT / "include/personsig.h").read_text("utf-8")
    text = re.sub(r"/\*.*?\*/|//[^\n]*|^ *#.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    structs = dict(re.findall(r"typedef struct \w* ?\{([^}]*)\} personsig_(\w+)_options;", text))
    structs = {name: fields for fields, name in structs.items()}
    functions, fields = {}, {"Provider": [], "Verified": []}
    known = {C_NAMES.get(name, f"personsig_{name.replace('Signer.', 'signer_')}"): name for name in API["functions"]}
    for name, parameters in re.findall(r"\b(personsig_\w+)\(([^)]*)\);", re.sub(r"\s+", " ", text)):
        field = name.removeprefix("personsig_provider_")
        if field in API["fields"]["Provider"]:
            fields["Provider"].append(field)
        if name == "personsig_signer_verify":
            fields["Verified"] = re.findall(r"(?:size_t|int64_t) \*(\w+)", parameters)
        if name in known or field == name or field not in API["fields"]["Provider"]:
            functions[known.get(name, name)] = dict.fromkeys(c_parameters(parameters, structs), "given")
    return functions, fields


def c_library():
    symbols = run("nm", "-D", "--defined-only", ROOT / "target/release/libpersonsig.so").split()
    return {symbol.partition("@")[0] for symbol in symbols if symbol.startswith("personsig_")}


# The shell

CLI_OPTIONS = {"secret_file": "secret", "fallback_secret_file": "fallback_secrets", "secret_variable": "variable"}
CLI_ARGUMENTS = {"ID": "user_id", "SIGNATURE": "signature"}
# How it reads and writes.
CLI_OWN = {"json", "help", "stdin", "csv", "column", "output"}


def cli_command(command):
    text = run(ROOT / "target/release/personsig", command, "--help")
    options = [option.replace("-", "_") for option in re.findall(r"^ +(?:-\w, )?--([a-z-]+)", text, re.MULTILINE)]
    arguments = re.findall(r"^  [<\[]([A-Z]+)[>\]] ", text, re.MULTILINE)
    found = {CLI_OPTIONS.get(name, name) for name in options if name not in CLI_OWN}
    return found | {CLI_ARGUMENTS[name] for name in arguments}


# The tests


def compared(language, found, wanted):
    assert {name for name in found if name not in wanted} == set(API["own"].get(language, {})), "neither listed nor the language's own"
    assert {name: found.get(name) for name in wanted} == wanted


EXACT = {"python": [python_stub, python_module], "php": [php_stub, php_module], "ruby": [ruby_documentation]}
WITHOUT_DEFAULTS = {"node": [node_stub, node_module], "ruby": [ruby_signatures, ruby_module]}
READERS = [
    (language, read, same)
    for same, all in ((dict, EXACT), (without_defaults, WITHOUT_DEFAULTS))
    for language in all
    for read in all[language]
]


@pytest.mark.parametrize(("language", "read", "same"), READERS, ids=[read.__name__ for _, read, _ in READERS])
def test_a_stub_or_module_has_what_is_listed(language, read, same):
    functions, fields = read()
    wanted_functions, wanted_fields = expected(language)
    if read is ruby_documentation:
        # `ri` has the rest from lib/personsig.rb itself.
        del wanted_functions["providers"]
    compared(language, functions, same(wanted_functions))
    assert fields is None or {name: fields.get(name) for name in wanted_fields} == wanted_fields


def test_the_header_has_what_is_listed():
    functions, fields = c_header()
    wanted_functions, wanted_fields = expected("c")
    own = set(API["own"]["c"])
    assert set(functions) - set(wanted_functions) == own
    assert {name: set(functions.get(name, ["missing"])) for name in wanted_functions} == {
        name: set(parameters) for name, parameters in wanted_functions.items()
    }
    # In C what is new is appended.
    assert {name: sorted(found) for name, found in fields.items()} == {name: sorted(found) for name, found in wanted_fields.items()}


def test_the_c_library_exports_what_the_header_declares():
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "include/personsig.h").read_text("utf-8"), flags=re.DOTALL)
    assert c_library() == set(re.findall(r"\b(personsig_\w+)\(", text)) - {"PERSONSIG_LITERAL"}


def test_the_command_has_what_is_listed():
    functions, _ = expected("cli")
    secrets = {"provider", "secret", "fallback_secrets", "variable"}
    commands = {name.removeprefix("Signer."): set(found) | secrets for name, found in functions.items() if name.startswith("Signer.")}
    # A batch is `sign` with --stdin or --csv.
    assert commands.pop("from_env") and commands.pop("sign_many")
    commands["providers"] = set()
    assert {name: cli_command(name) for name in commands} == commands
    listed = run(ROOT / "target/release/personsig", "--help")
    listed = re.search(r"\nCommands:\n(.*?)\n\n", listed, re.DOTALL)[1]
    assert set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)) - {"help", "sandbox"} == set(commands)


# Words

STUBS = [
    "node/index.d.ts",
    "python/python/personsig/_personsig.pyi",
    "php/personsig.stub.php",
    "ruby/sig/personsig.rbs",
]


@pytest.mark.parametrize("stub", STUBS)
def test_a_field_of_providers_may_hold_the_words_that_one_of_them_has(stub):
    fields = [{getattr(row, field) for row in personsig.providers()} for field in ("scheme", "encoding", "identifier", "key_form")]
    word = r"""["']([a-z0-9-]+)["']"""
    union = rf"{word}(?:\s*[|,]\s*{word})+"
    unions = [{*re.findall(word, found[0])} for found in re.finditer(union, (BINDINGS / stub).read_text("utf-8"))]
    for words in fields:
        assert words in unions
        assert all(words == union or union in fields for union in unions if len(words & union) > 1)
