"""From installing to the first signature, by the commands of each package's README and the first program there.

The room is a Debian 12 with the language, its package manager and for C a compiler, and without Rust. pytest's --durations prints the
seconds; the README promises less than a minute."""

import re
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
