"""The npm packages, installed by npm, pnpm, yarn, Bun and Deno from a registry of our own, and used by each Node from 18.20 on.

What installs and runs them is in node_modules here, as package-lock.json has it; no Rust is on the PATH.
"""

import base64
import functools
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import threading

import pytest

from places import ADDRESS, ROOT, SYSTEM, VERSION, glibc

NATIVE = "@personsig/linux-x64-gnu"
MAIN = ROOT / f"dist/personsig-{VERSION}.tgz"
PLATFORM = ROOT / f"dist/personsig-linux-x64-gnu-{VERSION}.tgz"
TOOLS = pathlib.Path(__file__).resolve().parent / "node_modules"
NODES = {version: TOOLS / f"node-{version}/bin/node" for version in ("18", "20", "22", "24")}
BUN = TOOLS / "@oven/bun-linux-x64-baseline/bin/bun"
DENO = TOOLS / "@deno/linux-x64-glibc/deno"
NPM = shutil.which(os.environ.get("NPM", "npm"))

USE = """
const signer = Signer.fromEnv('gosquared');
console.log(signer.sign(123456));
console.log(new Signer('chameleon', 'personsig-test-secret').sign('123456', { now: 1596165824 }));
console.log(signer.verify('123456', signer.sign(123456)).secretIndex, signer.isValid('654321', signer.sign(123456)));
try {
  signer.sign('');
} catch (error) {
  console.log(error instanceof InputError, error.code);
}
console.log(version);
"""
NAMES = "{ InputError, Signer, version }"
PROGRAMS = {"sign.mjs": f"import {NAMES} from 'personsig';{USE}", "sign.cjs": f"const {NAMES} = require('personsig');{USE}"}
USED = f"""\
0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64
05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824
0 false
true empty-user-id
{VERSION}"""


# The registry


def manifest(tarball):
    return json.load(tarfile.open(tarball).extractfile("package/package.json"))


class Registry(http.server.BaseHTTPRequestHandler):
    """What npm's registry answers, for the two packages. Every other package is one that does not exist."""

    def do_GET(self):
        name = self.path[1:].replace("%2f", "/").replace("%2F", "/")
        tarball = {"personsig": MAIN, NATIVE: PLATFORM, MAIN.name: MAIN, PLATFORM.name: PLATFORM}.get(name)
        if tarball is None:
            return self.answer(404, b'{"error": "not found"}')
        content = tarball.read_bytes()
        if name == tarball.name:
            return self.answer(200, content, "application/octet-stream")
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        address = f"http://127.0.0.1:{self.server.server_port}/{tarball.name}"
        distribution = {"tarball": address, "integrity": integrity, "shasum": hashlib.sha1(content).hexdigest()}
        versions = {VERSION: manifest(tarball) | {"dist": distribution}}
        document = {"name": name, "dist-tags": {"latest": VERSION}, "versions": versions, "time": {VERSION: "2020-01-01T00:00:00.000Z"}}
        self.answer(200, json.dumps(document).encode())

    def answer(self, status, content, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def registry():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


# Places


class Place:
    """An empty place: Node of one version and the system's programs, no Rust, and nothing of this shell's."""

    def __init__(self, folder, registry, node="20"):
        self.folder, self.node = folder, node
        (folder / "bin").mkdir(parents=True)
        (folder / "bin/node").symlink_to(NODES[node])
        self.env = {
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(folder),
            "npm_config_registry": registry,
            "npm_config_audit": "false",
            "npm_config_fund": "false",
            "npm_config_update_notifier": "false",
            "NPM_CONFIG_REGISTRY": registry,
            "BUN_CONFIG_REGISTRY": registry,
            "YARN_NPM_REGISTRY_SERVER": registry,
            "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1",
            "YARN_ENABLE_TELEMETRY": "0",
            "YARN_ENABLE_IMMUTABLE_INSTALLS": "false",
            "DENO_NO_UPDATE_CHECK": "1",
            "NO_COLOR": "1",
            "CI": "1",
            "GOSQUARED_SECURE_MODE_SECRET": "personsig-test-secret",
        }
        assert shutil.which("cargo", path=self.env["PATH"]) is None and shutil.which("rustc", path=self.env["PATH"]) is None
        self.app = folder / "app"
        self.app.mkdir()
        self.write({"package.json": '{"name": "app", "private": true}', **PROGRAMS})

    def write(self, files):
        for name, text in files.items():
            (self.app / name).write_text(text)

    def run(self, *command, fails=False, **env):
        ran = subprocess.run([*map(str, command)], cwd=self.app, env=self.env | env, capture_output=True, text=True, timeout=120)
        assert (ran.returncode != 0) == fails, f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return (ran.stdout + ran.stderr).strip()

    def npm(self, *arguments, **more):
        """The npm of this Node's time."""
        npm = TOOLS / "npm-10/bin/npm-cli.js" if self.node in ("18", "20") else pathlib.Path(NPM).resolve()
        return self.run("node", npm, *arguments, "--loglevel=error", **more)

    def signs(self, *command):
        for program in PROGRAMS:
            assert self.run(*command, program) == USED

    def refusal(self, program="sign.cjs", **env):
        """The message of the error at load, its cause's code, and all that was printed."""
        said = self.run("node", program, fails=True, **env)
        message = re.search(r"^Error: (.*)", said, re.M)[1]
        cause = re.search(r"\[cause\]: .*?code: '(\w+)'", said, re.S)
        return message, cause and cause[1]


@pytest.fixture
def place(tmp_path, registry):
    return functools.partial(Place, tmp_path, registry)


# Every runtime


@pytest.fixture(scope="module")
def installed(tmp_path_factory, registry):
    """A place where npm has installed the package."""
    place = Place(tmp_path_factory.mktemp("installed"), registry)
    place.npm("install", "personsig")
    return place


def test_npm_installs_both_packages(installed):
    assert sorted(path.name for path in (installed.app / "node_modules/@personsig").iterdir()) == ["linux-x64-gnu"]
    lock = json.loads((installed.app / "package-lock.json").read_text())["packages"]
    assert set(lock) == {"", "node_modules/personsig", f"node_modules/{NATIVE}"}


RUNTIMES = {f"node-{version}": [path] for version, path in NODES.items()} | {
    "bun": [BUN],
    "deno": [DENO, "run", "--allow-env", "--allow-read", "--allow-ffi", "--node-modules-dir=manual"],
}


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_runtime_signs(runtime, installed):
    installed.signs(*RUNTIMES[runtime])


def test_an_older_node_is_told(tmp_path, registry):
    place = Place(tmp_path, registry)
    engines = {tarball.name: manifest(tarball)["engines"]["node"] for tarball in (MAIN, PLATFORM)}
    assert set(engines.values()) == {">=18.20"}
    place.npm("install", "personsig")
    # npm refuses where it is told to be strict, and warns otherwise; it has no option to pretend another version.
    package = place.app / "node_modules/personsig/package.json"
    assert json.loads(package.read_text())["engines"] == {"node": ">=18.20"}


# Every package manager


def by_npm(place):
    place.npm("install", "personsig")
    shutil.rmtree(place.app / "node_modules")
    place.npm("ci")
    place.signs("node")


def by_npm_globally(place):
    place.npm("install", "--global", f"--prefix={place.folder}/global", "personsig")
    code = f"const {NAMES} = require('{place.folder}/global/lib/node_modules/personsig');{USE}"
    assert place.run("node", "-e", code) == USED


def by_npm_from_files(place):
    place.npm("install", "--offline", MAIN, PLATFORM)
    place.signs("node")


def by_pnpm(place):
    pnpm = TOOLS / "@pnpm/exe.linux-x64/pnpm"
    place.write({".npmrc": f"registry={place.env['npm_config_registry']}\n"})
    place.run(pnpm, "add", "personsig")
    place.signs("node")
    shutil.rmtree(place.app / "node_modules")
    place.run(pnpm, "install", "--frozen-lockfile", "--offline")
    place.signs("node")


def by_yarn_1(place):
    yarn = TOOLS / "yarn-1/bin/yarn.js"
    place.run("node", yarn, "add", "personsig", "--non-interactive", f"--registry={place.env['npm_config_registry']}")
    place.signs("node")


def by_yarn_4(place):
    place.write({".yarnrc.yml": "nodeLinker: node-modules\nenableGlobalCache: false\n", "yarn.lock": ""})
    place.run("node", TOOLS / "@yarnpkg/cli-dist/bin/yarn.js", "add", "personsig")
    place.signs("node")


def by_yarn_4_without_node_modules(place):
    yarn = TOOLS / "@yarnpkg/cli-dist/bin/yarn.js"
    place.write({".yarnrc.yml": "nodeLinker: pnp\npnpEnableEsmLoader: true\nenableGlobalCache: false\n", "yarn.lock": ""})
    place.run("node", yarn, "add", "personsig")
    assert not (place.app / "node_modules").exists()
    place.signs("node", yarn, "node")


def by_bun(place):
    place.run(BUN, "add", "personsig")
    place.signs(BUN)


def by_deno(place):
    permissions = ["--allow-env", "--allow-read", "--allow-ffi"]
    place.write({"sign.ts": f"import {NAMES} from 'npm:personsig@{VERSION}';{USE}"})
    (place.app / "package.json").unlink()
    # Deno reports each package that it downloads.
    assert place.run(DENO, "run", "--quiet", *permissions, "--no-lock", "sign.ts") == USED


MANAGERS = {
    name: (function, node)
    for function, nodes in {
        by_npm: ["18", "24"],
        by_npm_globally: ["22"],
        by_npm_from_files: ["18", "22"],
        by_pnpm: ["22"],
        by_yarn_1: ["20"],
        by_yarn_4: ["20"],
        by_yarn_4_without_node_modules: ["22"],
        by_bun: ["24"],
        by_deno: ["24"],
    }.items()
    for node in nodes
    for name in [f"{function.__name__}-node-{node}"]
}


@pytest.mark.parametrize("manager", MANAGERS)
def test_a_package_manager_installs_it(manager, place):
    install, node = MANAGERS[manager]
    install(place(node))


# Where the native module is not


HOW = (
    f"It is an optional dependency: --omit=optional leaves it out, and so may a lock file or a node_modules folder from another platform. "
    f"Install without that option, on this platform; or run: npm install --save-optional {NATIVE}@{VERSION}"
)


@pytest.mark.parametrize("node", ["18", "24"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_omit_optional_says_what_is_missing_and_the_cure_helps(place, program, node):
    place = place(node)
    place.npm("install", "--omit=optional", "personsig")
    message, cause = place.refusal(program)
    assert message == f"personsig's native module for linux-x64-gnu, {NATIVE}, is not installed (installed: none). {HOW}"
    assert cause == "MODULE_NOT_FOUND"
    place.npm(*message.partition("npm ")[2].split())
    place.signs("node")


def test_a_lock_file_of_another_platform_works(place):
    place = place("22")
    place.npm("install", "personsig", "--os=darwin", "--cpu=arm64", "--package-lock-only")
    place.npm("ci")
    place.signs("node")


def test_node_modules_of_another_platform_are_named(place):
    place = place("22")
    place.npm("install", "personsig", "--os=darwin", "--cpu=arm64")
    # The npm of Debian 12 knows neither option.
    shutil.rmtree(place.app / "node_modules/@personsig/linux-x64-gnu", ignore_errors=True)
    foreign = place.app / "node_modules/@personsig/darwin-arm64"
    foreign.mkdir(parents=True)
    message, cause = place.refusal()
    assert message == f"personsig's native module for linux-x64-gnu, {NATIVE}, is not installed (installed: @personsig/darwin-arm64). {HOW}"
    place.npm("install")
    place.npm(*message.partition("npm ")[2].split())
    place.signs("node")


def test_the_main_package_alone_says_so(place):
    place = place("20")
    place.npm("install", "--offline", MAIN)
    message, _ = place.refusal()
    assert message.startswith(f"personsig's native module for linux-x64-gnu, {NATIVE}, is not installed (installed: none).")


def pretend(place, **values):
    """Node on another machine, as far as it tells."""
    ldd = values.pop("ldd", None)
    lines = [f"Object.defineProperty(process, '{name}', {{ value: '{value}' }});" for name, value in values.items()]
    if ldd is not None:
        lines.append("const fs = require('node:fs'), read = fs.readFileSync;")
        lines.append(f"fs.readFileSync = (file, ...more) => (file === '/usr/bin/ldd' ? {json.dumps(ldd)} : read(file, ...more));")
    place.write({"pretend.cjs": "\n".join(lines)})
    return {"NODE_OPTIONS": f"--require={place.app}/pretend.cjs"}


MUSL = "#!/bin/sh\nmusl libc (x86_64)\n"


@pytest.mark.parametrize(
    ("machine", "values", "more"),
    [
        ("darwin-arm64", {"platform": "darwin", "arch": "arm64"}, ""),
        ("win32-x64", {"platform": "win32"}, ""),
        ("linux-arm64-gnu", {"arch": "arm64"}, ""),
        ("linux-x64-musl", {"ldd": MUSL}, "; use an image with glibc, such as node:22-slim"),
        ("freebsd-x64", {"platform": "freebsd"}, ""),
    ],
    ids=["macos", "windows", "arm", "alpine", "freebsd"],
)
def test_another_machine_is_named(machine, values, more, installed):
    message, _ = installed.refusal(**pretend(installed, **values))
    assert message == f"personsig has no native module for {machine}. There is {NATIVE}{more}."


def test_a_module_that_does_not_load_says_why(place):
    place = place("22")
    place.npm("install", "personsig")
    addon = place.app / f"node_modules/{NATIVE}/personsig.node"
    addon.write_text("no library")
    message, cause = place.refusal()
    assert message.startswith("personsig's native module for linux-x64-gnu does not load: ") and "too short" in message
    assert cause == "ERR_DLOPEN_FAILED"


def test_a_module_of_another_version_is_refused(place):
    place = place("22")
    place.npm("install", "personsig")
    package = place.app / "node_modules/personsig/package.json"
    package.write_text(package.read_text().replace(f'"version": "{VERSION}"', '"version": "99.0.0"'))
    message, _ = place.refusal()
    assert message.startswith(f"personsig 99.0.0 found the native module of {VERSION}.")


def test_no_environment_variable_names_what_is_loaded(installed):
    text = tarfile.open(MAIN).extractfile("package/load.js").read().decode()
    assert "env" not in re.sub(r"^ *//.*", "", text, flags=re.M).replace("environment", "")
    names = [
        "NAPI_RS_NATIVE_LIBRARY_PATH",
        "NAPI_RS_FORCE_WASI",
        "PERSONSIG_NATIVE",
        "PERSONSIG_NATIVE_LIBRARY_PATH",
        "PERSONSIG_BINARY_PATH",
    ]
    assert installed.run("node", "sign.cjs", **dict.fromkeys(names, "/nowhere/evil.node")) == USED


def test_the_loader_makes_no_report():
    """It takes 30 ms, and Deno asks for a permission."""
    text = tarfile.open(MAIN).extractfile("package/load.js").read().decode()
    assert "process.report" not in text and "child_process" not in text


# Types


TYPED = """
import { InputError, type InputCode, Signer, type Verified } from 'personsig';
const signer = Signer.fromEnv('gosquared');
const signature: string = signer.sign(123456n, { now: null });
const verified: Verified = signer.verify('123456', signature, { maxAge: 60 });
export const auth: string = signer.identity(42).auth;
try {
  signer.sign('');
} catch (error) {
  if (error instanceof InputError) {
    const code: InputCode = error.code;
    void code;
  }
}
void verified;
"""
WRONG = """
import { Signer } from 'personsig';
// @ts-expect-error no provider
new Signer('gosqaured', 'secret');
const signer = new Signer('gosquared', 'secret');
// @ts-expect-error no such method
signer.signs('1');
// @ts-expect-error an id is no boolean
signer.sign(true);
"""
RESOLUTIONS = {
    "node16": {"module": "node16"},
    "nodenext": {"module": "nodenext"},
    "bundler": {"module": "esnext", "moduleResolution": "bundler"},
}


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_strict_typescript_knows_the_installed_package(resolution, installed):
    files = {f"{name}.{ending}": text for name, text in {"right": TYPED, "wrong": WRONG}.items() for ending in ("mts", "cts", "ts")}
    options = {"strict": True, "noEmit": True, "target": "es2022", "types": [], "skipLibCheck": False, **RESOLUTIONS[resolution]}
    installed.write({**files, "tsconfig.json": json.dumps({"compilerOptions": options, "files": list(files)})})
    installed.run("node", TOOLS / "typescript/bin/tsc")


def test_every_export_is_declared_and_the_reverse(installed):
    """Of what is installed, as the compiler sees it."""
    script = """
const ts = require(process.argv[2]);
const program = ts.createProgram(['all.mts'], { module: ts.ModuleKind.Node16 });
const checker = program.getTypeChecker();
const [statement] = program.getSourceFile('all.mts').statements;
const declared = checker.getExportsOfModule(checker.getSymbolAtLocation(statement.moduleSpecifier));
const target = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const values = declared.filter((symbol) => target(symbol).flags & ts.SymbolFlags.Value);
const names = values.map((symbol) => symbol.name).sort();
import('personsig').then((esm) => console.log(JSON.stringify([names, Object.keys(require('personsig')).sort(), Object.keys(esm).sort()])));
"""
    installed.write({"all.mts": "import * as all from 'personsig'; void all;", "exports.cjs": script})
    declared, required, imported = json.loads(installed.run("node", "exports.cjs", TOOLS / "typescript"))
    assert declared == required == imported and len(declared) > 5


# What is in them


def files(tarball):
    return {member.name.removeprefix("package/") for member in tarfile.open(tarball)}


LICENCES = {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES.txt"}


def test_the_packages_are_whole():
    assert files(MAIN) == {"package.json", "README.md", "index.js", "index.mjs", "index.d.ts", "index.d.mts", "load.js", *LICENCES}
    assert files(PLATFORM) == {"package.json", "README.md", "personsig.node", *LICENCES}


def test_the_metadata_is_complete():
    main, platform = manifest(MAIN), manifest(PLATFORM)
    for package in (main, platform):
        assert package["version"] == VERSION and package["license"] == "MIT OR Apache-2.0"
        assert package["homepage"] == ADDRESS and package["bugs"] == f"{ADDRESS}/issues"
        assert package["repository"]["url"] == f"git+{ADDRESS}.git"
        assert package["description"] and package["author"] and package["type"] == "commonjs"
        assert "scripts" not in package and "devDependencies" not in package and "dependencies" not in package
    assert main["keywords"] and not {"os", "cpu", "libc"} & set(main)
    assert main["optionalDependencies"] == {NATIVE: VERSION}
    assert (platform["os"], platform["cpu"], platform["libc"], platform["main"]) == (["linux"], ["x64"], ["glibc"], "personsig.node")


def test_the_module_is_for_glibc_2_17(tmp_path):
    (tmp_path / "personsig.node").write_bytes(tarfile.open(PLATFORM).extractfile("package/personsig.node").read())
    least, needed = glibc(tmp_path / "personsig.node")
    assert least <= (2, 17) and needed <= SYSTEM


def test_the_loader_requires_each_package_by_its_machines_name():
    text = tarfile.open(MAIN).extractfile("package/load.js").read().decode()
    cases = re.findall(r"case '([\w-]+)':\s+return require\('@personsig/([\w-]+)'\);", text)
    assert cases and all(machine == package for machine, package in cases) and len(cases) == text.count("case '")
    assert {f"@personsig/{machine}" for machine, _ in cases} >= set(manifest(MAIN)["optionalDependencies"])


@pytest.mark.parametrize("tarball", [MAIN, PLATFORM], ids=["main", "platform"])
def test_the_notices_are_of_what_is_linked_in(tarball):
    wanted = subprocess.run([ROOT / ".ci/notices", "personsig-node"], check=True, capture_output=True).stdout
    assert wanted.count(b"\n") > 100
    assert tarfile.open(tarball).extractfile("package/THIRD-PARTY-LICENSES.txt").read() == wanted


@pytest.mark.parametrize("tarball", [MAIN, PLATFORM], ids=["main", "platform"])
def test_publint_has_nothing_to_say(tarball, place):
    place = place("22")
    place.run("tar", "-xzf", tarball)
    text = (place.app / "package/package.json").read_text()
    # The address may still be a placeholder, which is no repository's.
    if ADDRESS.count("/") < 4:
        place.write({"package/package.json": text.replace(ADDRESS, "https://example.com/personsig/personsig")})
    said = place.run("node", TOOLS / "publint/src/cli.js", "run", "package", "--strict", "--pack=false")
    assert "All good!" in said, said


def test_the_types_are_not_wrong(place):
    """In every kind of resolution that `attw` knows."""
    said = place("22").run("node", TOOLS / "@arethetypeswrong/cli/dist/index.js", MAIN, "--no-color")
    assert "No problems found" in said, said


@pytest.mark.parametrize("tarball", [MAIN, PLATFORM], ids=["main", "platform"])
def test_nothing_of_this_machine_is_in_it(tarball):
    """So that another machine makes the same bytes."""
    with tarfile.open(tarball) as archive:
        members = {member.name: archive.extractfile(member).read() for member in archive}
        assert len({(member.mtime, member.uid, member.uname) for member in archive}) == 1
    for path in {str(ROOT), os.path.expanduser("~/.cargo"), os.environ.get("CARGO_HOME", "/nowhere")}:
        assert [name for name, content in members.items() if path.encode() in content] == []


# Bundlers: bindings/node/test/tools.test.mjs has them all, with the package as `make node` packs it. What differs here is the loader.


def test_esbuild_copies_the_platforms_module_beside_the_bundle(installed, tmp_path):
    esbuild = TOOLS / "@esbuild/linux-x64/bin/esbuild"
    installed.run(
        esbuild, "sign.mjs", "--bundle", "--platform=node", "--loader:.node=copy", f"--outdir={tmp_path}/out", "--out-extension:.js=.cjs"
    )
    assert installed.run("node", tmp_path / "out/sign.cjs") == USED


def test_esbuild_leaves_it_out(installed, tmp_path):
    esbuild = TOOLS / "@esbuild/linux-x64/bin/esbuild"
    installed.run(esbuild, "sign.mjs", "--bundle", "--platform=node", "--format=esm", "--external:personsig", "--outfile=bundle.mjs")
    assert installed.run("node", "bundle.mjs") == USED


@pytest.mark.skipif(sys.platform != "linux", reason="tools for Linux")
@pytest.mark.parametrize("version", NODES)
def test_the_node_is_of_the_version_it_says(version):
    said = subprocess.run([NODES[version], "--version"], check=True, capture_output=True, text=True).stdout
    assert re.match(rf"v{version}\.", said) and (version != "18" or said.startswith("v18.20."))
