"""The wheel, installed by pip into empty places by every CPython here, where there is no Rust; and the sdist, built by pip."""

import email
import functools
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from places import ADDRESS, ROOT, SYSTEM, VERSION, glibc

WHEEL = ROOT / f"dist/personsig-{VERSION}-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
SDIST = ROOT / f"dist/personsig-{VERSION}.tar.gz"
TOOLS = pathlib.Path(sys.executable).parent

WANTED = ["3.10", "3.11", "3.12", "3.13", "3.14"]
TOO_OLD = "3.9"
PLACES = [
    *os.environ.get("PATH", "").split(os.pathsep),
    "/usr/bin",
    "/usr/local/bin",
    f"{os.environ.get('PYENV_ROOT', os.path.expanduser('~/.pyenv'))}/versions/*/bin",
    "/opt/python/*/bin",
    os.path.expanduser("~/.local/share/uv/python/*/bin"),
]


@functools.cache
def interpreters():
    """{minor version: program} of the CPythons that lie where they usually do; this machine's own comes first."""
    asked = "import platform, sys; print(platform.python_implementation(), '%d.%d' % sys.version_info[:2], getattr(sys, 'abiflags', ''))"
    found = {}
    for program in [sys._base_executable, *(path for place in PLACES for path in sorted(glob.glob(f"{place}/python3.*")))]:
        if re.search(r"python3\.\d+$|python3?$", program) is None and program != sys._base_executable:
            continue
        ran = subprocess.run([program, "-I", "-c", asked], capture_output=True, text=True)
        implementation, version, *flags = ran.stdout.split() or ["", ""]
        # A free-threaded build takes no abi3 wheel.
        if implementation == "CPython" and "t" not in "".join(flags):
            found.setdefault(version, program)
    return found


def interpreter(version):
    if version not in interpreters():
        pytest.skip(f"CPython {version} is not on this machine")
    return interpreters()[version]


def environment(folder, *programs):
    """Nothing of this shell's but what reaches a registry; of programs the system's and the named, and no Rust among them."""
    (folder / "bin").mkdir(exist_ok=True)
    for program in programs:
        (folder / "bin" / program).symlink_to(shutil.which(program))
    kept = {name: value for name, value in os.environ.items() if re.match(r"PIP_|SSL_CERT_|(HTTPS?|NO|ALL)_PROXY$", name, re.I)}
    return kept | {
        "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
        "HOME": str(folder),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "400",
        "GOSQUARED_SECURE_MODE_SECRET": "personsig-test-secret",
    }


def run(*command, cwd, env, status=0):
    ran = subprocess.run([*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True)
    assert (ran.returncode == 0) == (status == 0), f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    return (ran.stdout + ran.stderr).strip()


@pytest.fixture
def place(tmp_path):
    """An empty place, and what runs commands there without Rust."""
    env = environment(tmp_path)
    assert shutil.which("cargo", path=env["PATH"]) is None and shutil.which("rustc", path=env["PATH"]) is None
    return functools.partial(run, cwd=tmp_path, env=env)


@pytest.fixture(scope="module", params=WANTED)
def python(request, tmp_path_factory):
    """What runs a program by a CPython that has the wheel, in an environment of its own without Rust."""
    folder = tmp_path_factory.mktemp("installed")
    env = environment(folder)
    assert shutil.which("cargo", path=env["PATH"]) is None and shutil.which("rustc", path=env["PATH"]) is None
    run(interpreter(request.param), "-m", "venv", "venv", cwd=folder, env=env)
    run("venv/bin/pip", "install", "--quiet", "--no-index", WHEEL, cwd=folder, env=env)
    return functools.partial(run, "venv/bin/python", "-c", cwd=folder, env=env)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder where pip has put the wheel."""
    folder = tmp_path_factory.mktemp("site")
    run(TOOLS / "pip", "install", "--quiet", "--no-index", "--target", "site", WHEEL, cwd=folder, env=environment(folder))
    return folder / "site"


USE = """
import personsig

signer = personsig.Signer.from_env("gosquared")
print(signer.sign(123456))
print(personsig.Signer("chameleon", "personsig-test-secret").sign("123456", now=1596165824))
print(signer.verify("123456", signer.sign(123456)).secret_index, signer.is_valid("654321", signer.sign(123456)))
try:
    signer.sign("")
except personsig.InputError as error:
    print(error.code)
print(personsig.__version__)
"""
USED = f"""\
0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64
05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824
0 False
empty-user-id
{VERSION}"""


# The wheel


def test_the_wheel_installs_and_signs_without_rust(python):
    assert python(USE) == USED


def test_this_machines_own_interpreter_is_among_them():
    assert set(interpreters()) & set(WANTED), f"none of CPython {', '.join(WANTED)} was found"


IN_A_SECOND_INTERPRETER = """
import sys
import personsig
if sys.version_info >= (3, 13):
    import _interpreters as interpreters
else:
    import _xxsubinterpreters as interpreters
interpreter = interpreters.create()
interpreters.run_string(interpreter, '''
try:
    import personsig
except ImportError as error:
    print("ImportError:", error, flush=True)
''')
interpreters.destroy(interpreter)
print(personsig.Signer("gosquared", "personsig-test-secret").sign("123456")[:8])
"""


def test_a_second_interpreter_is_refused_and_the_first_signs_on(python):
    """Before Python 3.12 the two share a GIL, and the module itself refuses."""
    refusal, signature = python(IN_A_SECOND_INTERPRETER).splitlines()
    ours = "personsig works in one interpreter per process, and another one has imported it; start a process for each"
    pythons = "module personsig._personsig does not support loading in subinterpreters"
    assert refusal in (f"ImportError: {pythons}", f"ImportError: {ours} (mod_wsgi: WSGIApplicationGroup %{{GLOBAL}})")
    assert signature == "0b303c45"


def test_an_older_python_is_refused(place):
    said = place(interpreter(TOO_OLD), "-m", "pip", "install", "--no-index", "--target=there", WHEEL, status=1)
    assert "is not a supported wheel on this platform" in said


@pytest.mark.parametrize(
    ("refused", "options"),
    [
        (False, ["--python-version=3.10", "--platform=manylinux_2_17_x86_64"]),
        (False, ["--python-version=3.14", "--platform=manylinux_2_17_x86_64"]),
        (True, ["--python-version=3.9", "--platform=manylinux_2_17_x86_64"]),
        (True, ["--python-version=3.12", "--platform=manylinux_2_12_x86_64"]),
        (True, ["--python-version=3.12", "--platform=manylinux_2_17_aarch64"]),
        (True, ["--python-version=3.12", "--platform=musllinux_1_2_x86_64"]),
        (True, ["--python-version=3.12", "--platform=macosx_11_0_arm64"]),
        (True, ["--python-version=3.12", "--implementation=pp", "--platform=manylinux_2_17_x86_64"]),
    ],
    ids=["oldest", "newest", "older-python", "older-glibc", "arm", "musl", "macos", "pypy"],
)
def test_pip_takes_the_wheel_where_it_works_alone(refused, options, place):
    command = [TOOLS / "pip", "install", "--dry-run", "--no-index", "--target=there", "--only-binary=:all:", *options, WHEEL]
    said = place(*command, status=refused)
    assert ("is not a supported wheel on this platform" if refused else "Would install") in said


def test_the_wheel_is_whole():
    names = {name for name in zipfile.ZipFile(WHEEL).namelist() if not name.endswith("/")}
    sources = {path.name for path in (ROOT / "bindings/python/python/personsig").iterdir() if path.is_file()}
    assert {"py.typed", "_personsig.pyi"} <= sources
    info = f"personsig-{VERSION}.dist-info"
    licences = {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES.txt"}
    assert names == {
        *(f"personsig/{name}" for name in sources | {"_personsig.abi3.so"}),
        *(f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD")),
        *(f"{info}/licenses/{name}" for name in licences),
    }


def test_the_module_is_for_glibc_2_17(tmp_path):
    least, needed = glibc(zipfile.ZipFile(WHEEL).extract("personsig/_personsig.abi3.so", tmp_path))
    assert least <= (2, 17) and needed <= SYSTEM


def metadata():
    wheel = zipfile.ZipFile(WHEEL).read(f"personsig-{VERSION}.dist-info/METADATA")
    sdist = tarfile.open(SDIST).extractfile(f"personsig-{VERSION}/PKG-INFO").read()
    assert wheel == sdist
    return email.message_from_bytes(wheel)


def test_the_metadata_is_complete():
    fields = metadata()
    assert (fields["Name"], fields["Version"], fields["Requires-Python"]) == ("personsig", VERSION, ">=3.10")
    assert fields["License-Expression"] == "MIT OR Apache-2.0"
    assert set(fields.get_all("License-File")) == {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES.txt"}
    assert fields["Summary"] and fields["Keywords"] and fields["Author"]
    assert "Typing :: Typed" in fields.get_all("Classifier")
    assert fields["Description-Content-Type"].startswith("text/markdown") and "Signer.from_env" in fields.get_payload()
    urls = dict(line.split(", ") for line in fields.get_all("Project-URL"))
    assert urls == {
        "Homepage": ADDRESS,
        "Repository": ADDRESS,
        "Issues": f"{ADDRESS}/issues",
        "Changelog": f"{ADDRESS}/blob/main/CHANGELOG.md",
    }


def test_the_notices_are_of_what_is_linked_in():
    wanted = subprocess.run([ROOT / ".ci/notices", "personsig-python"], check=True, capture_output=True).stdout
    assert wanted.count(b"\n") > 100
    assert zipfile.ZipFile(WHEEL).read(f"personsig-{VERSION}.dist-info/licenses/THIRD-PARTY-LICENSES.txt") == wanted
    assert tarfile.open(SDIST).extractfile(f"personsig-{VERSION}/THIRD-PARTY-LICENSES.txt").read() == wanted


CHECKERS = {
    "twine": (["twine", "check", "--strict", WHEEL, SDIST], r"(?s)whl: PASSED.*gz: PASSED"),
    "check-wheel-contents": (["check-wheel-contents", WHEEL], r"whl: OK$"),
    "abi3audit": (["abi3audit", "--strict", "--summary", WHEEL], r"1 extensions scanned; 0 ABI version mismatches and 0 ABI\s+violations"),
    "auditwheel": (["auditwheel", "show", WHEEL], r'platform tag:\s+"manylinux_2_17_x86_64"'),
}


@pytest.mark.parametrize("name", CHECKERS)
def test_a_checker_of_packages_finds_nothing(name, place):
    (program, *arguments), pattern = CHECKERS[name]
    said = re.sub("\x1b\\[[0-9;]*m", "", place(TOOLS / program, *arguments))
    assert re.search(pattern, said), said


# Types

TYPED = """
import personsig

signer = personsig.Signer.from_env("gosquared")
signature: str = signer.sign(123456, now=None)
verified: personsig.Verified = signer.verify("123456", signature, max_age=60)
auth: str = signer.identity(42)["auth"]
try:
    signer.sign("")
except personsig.InputError as error:
    code: personsig.InputCode = error.code
"""
# Each line's number must be among what a checker complains of.
WRONG = """\
import personsig
personsig.Signer("gosqaured", "secret")
signer = personsig.Signer("gosquared", "secret")
signer.sign(1.5)
signer.sign_many("1")
signer.signs("1")
"""
WRONG_LINES = {2, 4, 5, 6}


def lines(said, file):
    return {int(line) for line in re.findall(rf"{re.escape(file)}:(\d+)(?::\d+)?(?: -)?:? error", said)}


TYPE_CHECKERS = {
    "mypy": [TOOLS / "mypy", "--strict"],
    "pyright": [TOOLS / "pyright"],
}


@pytest.mark.parametrize("checker", TYPE_CHECKERS)
def test_a_type_checker_knows_the_installed_package(checker, site, tmp_path):
    (tmp_path / "right.py").write_text(TYPED)
    (tmp_path / "wrong.py").write_text(WRONG)
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(site)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    env = os.environ | {"MYPYPATH": str(site)}
    run(*TYPE_CHECKERS[checker], "right.py", cwd=tmp_path, env=env)
    assert lines(run(*TYPE_CHECKERS[checker], "wrong.py", cwd=tmp_path, env=env, status=1), "wrong.py") >= WRONG_LINES


def test_the_stubs_are_those_that_were_compared_with_the_module():
    """bindings/python's own tests compare these with what is loaded."""
    folder = ROOT / "bindings/python/python/personsig"
    wheel = zipfile.ZipFile(WHEEL)
    for path in folder.iterdir():
        if path.is_file():
            assert wheel.read(f"personsig/{path.name}") == path.read_bytes()


def test_the_stubs_declare_what_the_released_module_has(site, tmp_path):
    allowed = tmp_path / "allowed"
    names = ("ProviderName", "InputCode", "VerificationCode", "FindingCode")
    allowed.write_text("".join(f"personsig._names.{name}\n" for name in names))
    run(
        TOOLS / "python",
        "-m",
        "mypy.stubtest",
        "--allowlist",
        allowed,
        "personsig",
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
    )


# The sdist


def test_the_sdist_holds_what_builds_and_no_tests_of_the_package():
    """The vectors are not in it, so tests in it would test little and look like all of them."""
    names = [name.partition("/")[2] for name in tarfile.open(SDIST).getnames()]
    assert [name for name in names if name.endswith(".py") and not name.startswith("python/personsig/")] == []
    assert {"Cargo.lock", "pyproject.toml", "LICENSE-MIT", "LICENSE-APACHE", "core/src/lib.rs", "python/personsig/py.typed"} <= set(names)


def test_the_sdist_asks_for_no_whole_lock():
    """Cargo.lock is the workspace's, which has members that the sdist leaves out: with --locked cargo would refuse it."""
    text = tarfile.open(SDIST).extractfile(f"personsig-{VERSION}/pyproject.toml").read().decode()
    assert not re.search(r"^locked\s*=", text, re.M)


@pytest.fixture(scope="module")
def build_tools():
    """maturin, for pip's build environment, so that nothing but a first time asks the registry."""
    folder = ROOT / "target/packages/build-tools"
    needs = re.findall(r'^requires = \["(.*)"\]', (ROOT / "bindings/python/pyproject.toml").read_text("utf-8"), re.M)
    folder.mkdir(parents=True, exist_ok=True)
    command = [TOOLS / "pip", "download", "--quiet", "--only-binary=:all:", "--dest", folder, "--find-links", folder]
    ran = subprocess.run([*command, "--no-index", *needs], capture_output=True)
    if ran.returncode != 0:
        subprocess.run([*command, *needs], check=True)
    return folder


def test_pip_builds_the_sdist_alone(tmp_path, build_tools):
    env = environment(tmp_path, "cargo", "rustc")
    homes = {"CARGO_HOME": "~/.cargo", "RUSTUP_HOME": "~/.rustup"}
    env |= {name: os.environ.get(name, os.path.expanduser(path)) for name, path in homes.items()}
    # The crates lie here already: they were built from.
    env |= {"CARGO_NET_OFFLINE": "true", "CARGO_TARGET_DIR": str(ROOT / "target/packages/from-sdist")}
    # What is tested is that it builds.
    env |= {"CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}
    place = functools.partial(run, cwd=tmp_path, env=env)
    place(sys._base_executable, "-m", "venv", "venv")
    place("venv/bin/pip", "install", "--quiet", "--no-index", "--find-links", build_tools, SDIST)
    assert place("venv/bin/python", "-W", "error", "-c", USE) == USED
    there = place("venv/bin/pip", "show", "--files", "personsig")
    assert "THIRD-PARTY-LICENSES.txt" in there and "py.typed" in there


def test_without_cargo_the_sdist_says_what_is_missing(place, build_tools, tmp_path):
    """And installs no Rust by itself, where it is told so: bindings/python/README.md."""
    place(sys._base_executable, "-m", "venv", "venv")
    command = ["env", "MATURIN_NO_INSTALL_RUST=1", "venv/bin/pip", "install", "--no-index", "--find-links", build_tools, SDIST]
    said = place(*command, status=1)
    assert "Cargo, the Rust package manager, is not installed or is not on PATH." in said
    assert "MATURIN_NO_INSTALL_RUST=1" in (ROOT / "bindings/python/README.md").read_text("utf-8")
    assert not (tmp_path / ".cache/puccinialin").exists() and not (tmp_path / ".rustup").exists()


# Twice the same


@pytest.mark.parametrize("file", [WHEEL, SDIST], ids=["wheel", "sdist"])
def test_nothing_of_this_machine_is_in_it(file):
    """So that another machine makes the same bytes."""
    if file == WHEEL:
        members = {info.filename: zipfile.ZipFile(file).read(info) for info in zipfile.ZipFile(file).infolist()}
        assert len({info.date_time for info in zipfile.ZipFile(file).infolist()}) == 1
    else:
        with tarfile.open(file) as archive:
            members = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
            assert len({(member.mtime, member.uid, member.uname) for member in archive}) == 1
    for path in {str(ROOT), os.path.expanduser("~/.cargo"), os.environ.get("CARGO_HOME", "/nowhere")}:
        assert [name for name, content in members.items() if path.encode() in content] == []
