"""How the programs in programs/ are started, each in its host, with what `make` built. `make security-memory` builds it all.

PERSONSIG_ROUNDS and PERSONSIG_SECONDS say how long the longest tests take; the quick run sets them low.
"""

import functools
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
PROGRAMS = pathlib.Path(__file__).with_name("programs")
RELEASE = ROOT / "target" / "release"
SCRATCH = ROOT / "target" / "security"
ROUNDS = int(os.environ.get("PERSONSIG_ROUNDS", 300_000))
SECONDS = float(os.environ.get("PERSONSIG_SECONDS", 60))

HOSTS = ["c", "python", "node", "php", "ruby"]

# A part of the path of the library's file, by which memory checkers and `refuse.c` know it.
OBJECTS = {
    "c": "libpersonsig.so",
    "python": "_personsig.abi3.so",
    "node": "personsig.node",
    "php": "libpersonsig_php.so",
    "ruby": "personsig_ruby.so",
    "cli": "",
}


def tool(name, default):
    """The program that the Makefile's variable names. A test that cannot run fails by name."""
    found = shutil.which(os.environ.get(name, default))
    assert found, f"{name} is '{os.environ.get(name, default)}', which is not on the PATH"
    return found


def php_modules(*names):
    """The options that load PHP's own modules where they are not built in."""
    built_in = run([tool("PHP", "php"), "-n", "-m"]).lower().split()
    return [option for name in names if name not in built_in for option in ("-d", f"extension={name}")]


def command(host, *, python=None, node=()):
    """The program of a host, without its arguments."""
    match host:
        case "c":
            library = linked()
            return [compiled("host.c", "-L", library, f"-Wl,-rpath,{library}", "-lpersonsig", "-lcrypto", "-lpthread")]
        case "python":
            return [python or sys.executable, PROGRAMS / "host.py"]
        case "node":
            return [tool("NODE", "node"), "--expose-gc", *node, PROGRAMS / "host.mjs"]
        case "php":
            extension = f"extension={RELEASE / OBJECTS['php']}"
            options = ["-d", extension, "-d", "memory_limit=-1", "-d", "variables_order=EGPCS"]
            return [tool("PHP", "php"), "-n", *php_modules("pcntl"), *options, PROGRAMS / "host.php"]
        case "ruby":
            return [tool("RUBY", "ruby"), "-W:no-experimental", "-I", ROOT / "bindings/ruby/lib", PROGRAMS / "host.rb"]


@functools.cache
def compiled(source, *options, name=None):
    """A C program or library of programs/, compiled anew for each run of the tests."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    to = SCRATCH / (name or pathlib.Path(source).stem)
    compiler = [*os.environ.get("CC", "cc").split(), "-std=c17", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    run([*compiler, "-I", ROOT / "include", PROGRAMS / source, "-o", to, *options])
    return to


@functools.cache
def linked():
    """A folder with the C library under both its names."""
    folder = SCRATCH / "library"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("libpersonsig.so", "libpersonsig.so.1"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(RELEASE / "libpersonsig.so")
    return folder


def start(arguments, **environment):
    pipe = subprocess.PIPE
    given = os.environ | {"RUST_BACKTRACE": "1"} | {name: str(value) for name, value in environment.items()}
    return subprocess.Popen([str(argument) for argument in arguments], env=given, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def finish(process, expected=0, timeout=600):
    """The standard output of a process that must end with this exit code; None is any but 0."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    is_right = process.returncode != 0 if expected is None else process.returncode == expected
    assert is_right, f"{process.args}: {process.returncode}\n{out[-2000:]}{err[-4000:]}"
    return out if expected == 0 else out + err


def run(arguments, expected=0, **environment):
    return finish(start(arguments, **environment), expected)
