#!/usr/bin/env python3
"""From a clone to the first signature with the README alone: for each language, a bare Debian 12 with its tools, the install commands
that the README gives, and its first program.

    sudo tests/rooms/readme.py             every language
    sudo tests/rooms/readme.py NAME...     these, such as Python

Prints the seconds. Standard library only; rooms.sh makes the rooms."""

import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ROOT / "tests/rooms/rooms.sh"
README = (ROOT / "README.md").read_text("utf-8")
SIGNATURE = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"

# The language of the README's block, what its users have besides git, make, gcc and Rust, what they do that the README says in words,
# before and after the install commands, and how they run a program.
WALKS = {
    "Python": ("python", ["python3-venv"], "python3 -m venv ~/venv && . ~/venv/bin/activate", "", "python program.python"),
    "Node": ("js", ["nodejs", "npm"], "", "mv program.js program.mjs", "node program.mjs"),
    "PHP": (
        "php",
        ["php-cli"],
        "",
        "ini=$(php --ini | sed -n 's/^Loaded Configuration File: *//p')"
        " && make php | grep -o 'extension=[^ ]*' | head -n 1 >>\"$ini\" && sed -i '1i <?php' program.php",
        "php program.php",
    ),
    "Ruby": ("ruby", ["ruby"], "", "", "ruby program.ruby"),
    "C": ("c", ["sudo"], "", "cc program.c -lpersonsig", "./a.out"),
    "Shell": ("sh", ["sudo"], "", "", "sh program.sh"),
}


def walk(name):
    block, packages, before, after, run = WALKS[name]
    install, text = re.search(rf"^\*\*{name}\*\*.*?`(make [^`]+)`(.*)", README, re.M | re.S).groups()
    program = re.search(rf"^```{block}\n(.*?)^```$", text, re.M | re.S)[1]
    room = ["new", f"readme-{block}", "bookworm", "git", "make", "gcc", "libc6-dev", "python3", *packages]
    folder = pathlib.Path(subprocess.run([ROOMS, *room], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())
    subprocess.run([ROOMS, "lend", folder], check=True)
    began = time.monotonic()
    clone = folder / "root/personsig"
    subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, clone], check=True)
    (clone / f"program.{block}").write_text(program)
    steps = " && ".join(step for step in [before, install, after] if step)
    inside = f"cd ~/personsig && export GOSQUARED_SECURE_MODE_SECRET=personsig-test-secret && {steps} && {run}"
    command = [ROOMS, "enter", folder, "root", "bash", "-c", inside]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = round(time.monotonic() - began)
    if said.returncode or said.stdout.splitlines()[-1:] != [SIGNATURE]:
        print(f"{said.stdout}\n{name}: no signature after {seconds} s; the room is {folder}", file=sys.stderr)
        return False
    print(f"{name}: {seconds} s: {install}", flush=True)
    subprocess.run(["rm", "-rf", folder], check=True)
    return True


if __name__ == "__main__":
    sys.exit(not all([walk(name) for name in sys.argv[1:] or WALKS]))
