"""What `make python`, `make node`, ... leave in dist/ is installed into an empty place outside the clone and signs once.

No cargo is on the PATH there, and nothing of the clone is.
"""

import os
import shutil
import subprocess
import sys

import pytest

from test_project import NODE, PHP, PLAIN, ROOT, RUBY, VERSION

DIST = ROOT / "dist"
PROGRAMS = [sys.executable, NODE[0], PHP[0], RUBY[0], "npm", "gem"]


@pytest.fixture
def run(tmp_path):
    """Runs a command in the empty place; returns what it prints."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in PROGRAMS:
        (folder / os.path.basename(program)).symlink_to(shutil.which(program))
    environment = {
        "PATH": f"{folder}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "GOSQUARED_SECURE_MODE_SECRET": "personsig-test-secret",
        "GEM_HOME": str(tmp_path / "gems"),
        "PKG_CONFIG_PATH": str(tmp_path / "lib/pkgconfig"),
        "CMAKE_PREFIX_PATH": str(tmp_path),
    }
    assert shutil.which("cargo", path=environment["PATH"]) is None

    def run(*command, **more):
        result = subprocess.run(command, cwd=tmp_path, env=environment | more, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout.strip()

    return run


def only(pattern):
    (path,) = DIST.glob(pattern)
    return str(path)


def test_python_wheel(run, tmp_path):
    run(sys.executable, "-m", "venv", "venv")
    run("venv/bin/pip", "install", "--quiet", "--no-index", only("personsig-*.whl"))
    assert run("venv/bin/python", "-c", "import personsig; print(personsig.Signer.from_env('gosquared').sign(123456))") == PLAIN


def test_node_package(run, tmp_path):
    (tmp_path / "package.json").write_text("{}")
    run("npm", "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", only("personsig-*.tgz"))
    (tmp_path / "sign.mjs").write_text("import { Signer } from 'personsig'\nconsole.log(Signer.fromEnv('gosquared').sign(123456))")
    assert run(os.path.basename(NODE[0]), "sign.mjs") == PLAIN
    commonjs = "console.log(require('personsig').Signer.fromEnv('gosquared').sign(123456))"
    assert run(os.path.basename(NODE[0]), "-e", commonjs) == PLAIN


def test_php_extension(run, tmp_path):
    shutil.copy(DIST / "personsig.so", tmp_path)
    (tmp_path / "php.ini").write_text(f"extension={tmp_path}/personsig.so\n")
    code = "echo Personsig\\Signer::fromEnv('gosquared')->sign(123456);"
    assert run(os.path.basename(PHP[0]), "-c", "php.ini", "-r", code, PHP_INI_SCAN_DIR="") == PLAIN


def test_ruby_gem(run, tmp_path):
    run("gem", "install", "--local", "--no-document", only("personsig-*-*.gem"))
    code = "require 'personsig'; puts Personsig::Signer.from_env('gosquared').sign(123456)"
    assert run(os.path.basename(RUBY[0]), "-e", code) == PLAIN


C_PROGRAM = """
#include <personsig.h>
#include <stdio.h>
int main(void) {
    personsig_signer *signer;
    char signature[PERSONSIG_SIGNATURE_MAX];
    size_t length;
    if (personsig_signer_from_env("gosquared", 9, NULL, 0, &signer)) return 1;
    if (personsig_signer_sign(signer, "123456", 6, PERSONSIG_DEFAULT, signature, sizeof signature, &length)) return 1;
    printf("%.*s\\n", (int)length, signature);
    personsig_signer_free(signer);
}
"""


@pytest.fixture
def c_program(run, tmp_path):
    run("tar", "-C", str(tmp_path), "-xzf", only("personsig-c-*.tar.gz"))
    (tmp_path / "sign.c").write_text(C_PROGRAM)


def test_c_library_by_pkg_config(run, c_program, tmp_path):
    flags = run("pkg-config", "--cflags", "--libs", "personsig").split()
    run("gcc", "sign.c", "-o", "shared", *flags)
    assert run("./shared", LD_LIBRARY_PATH=str(tmp_path / "lib")) == PLAIN
    assert run("pkg-config", "--modversion", "personsig") == VERSION


def test_c_library_linked_statically(run, c_program, tmp_path):
    run("gcc", "sign.c", "-o", "static", "-Iinclude", "lib/libpersonsig.a", "-lpthread", "-ldl", "-lm")
    assert run("./static") == PLAIN


@pytest.mark.parametrize("kind", ["shared", "static"])
def test_c_library_by_cmake(run, c_program, tmp_path, kind):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(sign C)\nfind_package(personsig REQUIRED)\n"
        f"add_executable(sign sign.c)\ntarget_link_libraries(sign personsig::{kind})\n"
    )
    run("cmake", "-B", "build", "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", "build")
    assert run("build/sign", LD_LIBRARY_PATH=str(tmp_path / "lib")) == PLAIN


def test_command(run, tmp_path):
    shutil.copy(DIST / "personsig", tmp_path)
    assert run("./personsig", "sign", "--provider", "gosquared", "123456") == PLAIN


def test_make_install_puts_library_and_command_below_its_prefix(run, tmp_path):
    """As root without Rust: what is built already is installed as it is."""
    run("make", "-C", str(ROOT), "install", "PREFIX=/opt/personsig", f"DESTDIR={tmp_path}")
    there = tmp_path / "opt/personsig"
    assert run(str(there / "bin/personsig"), "sign", "--provider", "gosquared", "123456") == PLAIN
    expected = [
        "include/personsig.h",
        "lib/libpersonsig.a",
        "lib/libpersonsig.so",
        "lib/libpersonsig.so.1",
        f"lib/libpersonsig.so.{VERSION}",
        "lib/pkgconfig/personsig.pc",
        "lib/cmake/personsig/personsig-config.cmake",
    ]
    assert [path for path in expected if not (there / path).exists()] == []
    assert os.readlink(there / "lib/libpersonsig.so") == "libpersonsig.so.1"
