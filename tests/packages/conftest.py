import subprocess

import pytest

from places import QUICK, ROOT, Room


@pytest.fixture(scope="session")
def trixie():
    """Debian 13 with Ruby 3.3, PHP 8.4 and a clone in which `make package-php package-ruby` was run."""
    tools = ["git", "make", "gcc", "libc6-dev", "python3", "python3-venv", "libclang-dev"]
    room = Room("packages-trixie", "trixie", *tools, "ruby", "ruby-dev", "ruby-rbs", "php-cli", "php-dev", "php-fpm")
    subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, room.folder / "root/clone"], check=True)
    room.run("make", "package-php", "package-ruby", cwd="/root/clone", rust=True, **QUICK)
    return room
