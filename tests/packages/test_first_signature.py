"""From installing to the first signature, by the commands of a README and its first program.

A package's room is a Debian 12 with the language, its package manager and for C a compiler, and without Rust. A clone's has git, make, gcc,
Rust and the language. pytest's --durations prints the seconds; the README promises less than a minute for a package."""

import re
import subprocess
import time

import pytest

from places import PLAIN, ROOT, VERSION, Room, in_rooms

SYSTEM = ["python3-venv", "nodejs", "npm", "ruby", "php-cli", "unzip", "gcc", "libc6-dev", "pkg-config"]
LINUX = "x86_64-linux"

# For each page: its language, what a release has, the commands that the page gives, and how a program is run.
WALKS = {
    "python": (
        "python",
        [f"personsig-{VERSION}-*manylinux_2_17*.whl"],
        "python3 -m venv venv && . venv/bin/activate && pip install dist/personsig-*.whl",
        "python program.python",
    ),
    "node": (
        "js",
        [f"personsig-{VERSION}.tgz", f"personsig-linux-x64-gnu-{VERSION}.tgz"],
        "npm install ./dist/personsig-*.tgz && mv program.js program.mjs",
        "node program.mjs",
    ),
    "ruby": (
        "ruby",
        [f"personsig-{VERSION}-{LINUX}.gem"],
        f"cd dist && gem install --user-install --local personsig-*-{LINUX}.gem && cd ..",
        "ruby program.ruby",
    ),
    "php": (
        "php",
        [f"php_personsig-{VERSION}_php8.2-{LINUX}-glibc-nts.zip"],
        "unzip -q dist/php_personsig-*.zip personsig.so personsig.ini"
        """ && cp personsig.so "$(php -r 'echo ini_get("extension_dir");')/" && cp personsig.ini /etc/php/8.2/cli/conf.d/"""
        " && sed -i '1i <?php' program.php",
        "php program.php",
    ),
    "c": (
        "c",
        [f"libpersonsig-{VERSION}-{LINUX}-gnu.tar.gz"],
        "tar -C /usr/local -xzf dist/libpersonsig-*-x86_64-linux-gnu.tar.gz && ldconfig"
        " && cc program.c $(pkg-config --cflags --libs personsig)",
        "./a.out",
    ),
    "cli": (
        "sh",
        [f"personsig-cli-{VERSION}-{LINUX}-gnu.tar.gz"],
        "tar -C /usr/local -xzf dist/personsig-cli-*-x86_64-linux-gnu.tar.gz",
        "PATH=/usr/local/bin:$PATH sh program.sh",
    ),
}


@pytest.fixture(scope="module")
def room():
    return Room("packages-first", "bookworm", *SYSTEM)


@in_rooms
@pytest.mark.parametrize("page", WALKS)
def test_from_the_readme_to_the_first_signature(page, room, record_property):
    language, packages, install, run = WALKS[page]
    readme = (ROOT / f"bindings/{page}/README.md").read_text("utf-8")
    program = re.search(rf"^## Sign\n.*?^```{language}\n(.*?)^```", readme, re.M | re.S)[1]
    folder = room.folder / "root" / page
    (folder / "dist").mkdir(parents=True)
    (folder / f"program.{language}").write_text(program)
    for package in packages:
        (path,) = ROOT.glob(f"dist/{package}")
        room.put(path, f"root/{page}/dist")
    began = time.monotonic()
    said = room.run("sh", "-euc", f"{install}; {run}", cwd=f"/root/{page}").splitlines()
    record_property("seconds", time.monotonic() - began)
    assert PLAIN in said


# The language of the README's block, what its users have, what they do before and after the command, and how a program is run.
CLONES = {
    "Python": ("python", ["python3-venv"], "python3 -m venv ~/venv && . ~/venv/bin/activate", "true", "python program.python"),
    "Node": ("js", ["nodejs", "npm"], "true", "mv program.js program.mjs", "node program.mjs"),
    "PHP": (
        "php",
        ["php-cli"],
        "ini=$(php --ini | sed -n 's/^Loaded Configuration File: *//p')",
        "make php | grep -o 'extension=[^ ]*' | head -n 1 >>\"$ini\" && sed -i '1i <?php' program.php",
        "php program.php",
    ),
    "Ruby": ("ruby", ["ruby"], "true", "true", "ruby program.ruby"),
    "C": ("c", ["sudo"], "true", "cc program.c -lpersonsig", "./a.out"),
    "Shell": ("sh", ["sudo"], "true", "true", "sh program.sh"),
}


@in_rooms
@pytest.mark.parametrize("name", CLONES)
def test_from_a_clone_and_its_readme_to_the_first_signature(name):
    language, packages, before, after, run = CLONES[name]
    readme = (ROOT / "README.md").read_text("utf-8")
    install, rest = re.search(rf"^\*\*{name}\*\*.*?`(make [^`]+)`(.*)", readme, re.M | re.S).groups()
    program = re.search(rf"^```{language}\n(.*?)^```$", rest, re.M | re.S)[1]
    room = Room(f"first-{language}", "bookworm", "git", "make", "gcc", "libc6-dev", "python3", *packages)
    clone = room.folder / "root/personsig"
    subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, clone], check=True)
    (clone / f"program.{language}").write_text(program)
    path = "/rust/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    said = room.run("bash", "-euc", f"{before}; {install}; {after}; {run}", cwd="/root/personsig", PATH=path)
    assert PLAIN in said.splitlines()
