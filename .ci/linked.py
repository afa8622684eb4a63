"""The crates that are linked into one of the workspace's crates, as cargo resolves them for a package."""

import functools
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
CARGO = os.environ.get("CARGO", "cargo")
TARGET = os.environ.get("RELEASE_TARGET", "x86_64-unknown-linux-gnu")


def cargo(*arguments):
    return subprocess.run([CARGO, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


@functools.cache
def metadata():
    """Every package of the lock file that this target needs, by (name, version)."""
    packages = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET))["packages"]
    return {(package["name"], package["version"]): package for package in packages}


def edges(crate):
    """{(name, version): [(name, version), ...]} of the crate and all that it links, with proc macros, which write code."""
    tree = cargo("tree", "--locked", "-p", crate, "--target", TARGET, "-e", "normal", "--prefix", "depth", "--format", " {p}")
    found, path = {}, []
    for line in tree.splitlines():
        depth, name, version = line.split()[:3]
        package = name, version.removeprefix("v")
        found.setdefault(package, set())
        del path[int(depth) :]
        if path:
            found[path[-1]].add(package)
        path.append(package)
    return {package: sorted(needs) for package, needs in sorted(found.items())}


def third_party(crate):
    """The packages of others, as cargo's metadata has them, by name and version."""
    packages = [metadata()[package] for package in edges(crate)]
    return [package for package in packages if package["source"] is not None]
