"""Empty places to install into, and rooms: other releases of Debian."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARGO_TOML = (ROOT / "Cargo.toml").read_text("utf-8")
VERSION = re.search(r'^version = "(.+)"', CARGO_TOML, re.M)[1]
ADDRESS = re.search(r'^repository = "(.+)"', CARGO_TOML, re.M)[1]
RUST = re.search(r'^rust-version = "(.+)"', CARGO_TOML, re.M)[1]
ROOMS = ROOT / "tests/rooms/rooms.sh"
PLAIN = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"
SECRETS = {"GOSQUARED_SECURE_MODE_SECRET": "personsig-test-secret"}
# Optimised, without the minutes that fat LTO takes: these builds are tried, not released.
QUICK = {"CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}

in_rooms = pytest.mark.skipif("ROOMS" not in os.environ, reason="make test-packages-full runs it")


class Place:
    """A folder, and what runs there with nothing of this shell's environment: no Rust, and no package of this machine's user."""

    def __init__(self, folder, *programs, **environment):
        self.folder = folder
        bin = folder / "bin"
        bin.mkdir(exist_ok=True)
        for program in programs:
            (bin / pathlib.Path(program).name).symlink_to(shutil.which(program) or pytest.fail(f"{program} is missing"))
        self.env = {"PATH": f"{bin}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", **SECRETS, **environment}
        assert shutil.which("cargo", path=self.env["PATH"]) is None and shutil.which("rustc", path=self.env["PATH"]) is None

    def run(self, *command, status=0, cwd=None, **environment):
        """What it prints, standard error included. The status must be this one, or with None any but 0."""
        command = [*map(str, command)]
        ran = subprocess.run(command, cwd=cwd or self.folder, env=self.env | environment, capture_output=True, text=True)
        wrong = ran.returncode == 0 if status is None else ran.returncode != status
        assert not wrong, f"{' '.join(command)}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return (ran.stdout + ran.stderr).strip()


class Room(Place):
    """A room. What runs there runs as root; this machine's Rust is on the PATH where that is asked for."""

    def __init__(self, name, suite, *packages):
        made = subprocess.run([ROOMS, "new", name, suite, *packages], capture_output=True, text=True)
        assert made.returncode == 0, made.stdout + made.stderr
        self.folder = pathlib.Path(made.stdout.strip())
        subprocess.run([ROOMS, "lend", self.folder], check=True)

    def command(self, *command, cwd="/root", rust=False, **environment):
        path = ("/rust/bin:" if rust else "") + "/usr/sbin:/usr/bin:/sbin:/bin"
        variables = [f"{name}={value}" for name, value in {"PATH": path, "LC_ALL": "C.UTF-8", **SECRETS, **environment}.items()]
        return [ROOMS, "enter", self.folder, "root", "env", "-C", cwd, *variables, *map(str, command)]

    def run(self, *command, status=0, **more):
        command = self.command(*command, **more)
        ran = subprocess.run(command, capture_output=True, text=True)
        wrong = ran.returncode == 0 if status is None else ran.returncode != status
        assert not wrong, f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return (ran.stdout + ran.stderr).strip()

    def start(self, *command, **more):
        return subprocess.Popen(self.command(*command, **more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def put(self, path, to="root"):
        """Copies a file or a tree into the room, and returns its path there."""
        there = self.folder / to / path.name
        if path.is_dir():
            shutil.copytree(path, there, symlinks=True)
        else:
            shutil.copy(path, there)
        return f"/{to}/{path.name}"


def glibc(library):
    """The least glibc that the library names, and the libraries that it needs."""
    symbols = subprocess.run(["objdump", "-T", library], check=True, capture_output=True, text=True).stdout
    needed = subprocess.run(["objdump", "-p", library], check=True, capture_output=True, text=True).stdout
    versions = [tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_(\d+\.\d+)", symbols)]
    return max(versions), set(re.findall(r"NEEDED\s+(\S+)", needed))


SYSTEM = {"libc.so.6", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2"}


def committed(folder):
    """The committed tree, as an archive of a tag has it."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
