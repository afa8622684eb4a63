"""Each machine here lacks something or has it in a form that is of no use. `.ci/need` must notice, and say what to do.

A machine is a folder of programs, the only one on the PATH: links to this machine's programs, and scripts in place of some.
"""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = """as awk bash cat cc cp cut dirname env find flock getconf grep head id ld locale ls make mkdir mktemp mv paste readlink rm sed
    sh sort tail test tr uname""".split()
LANGUAGES = {
    "rust": ["cargo", "rustc"],
    "python": [],
    "node": ["node", "npm"],
    "php": ["php", "php-config", "phpunit"],
    "ruby": ["ruby"],
    "dpkg": ["dpkg"],
}


class Machine:
    def __init__(self, folder):
        self.folder, self.bin = folder, folder / "bin"
        self.bin.mkdir()
        self.environment = {"PATH": str(self.bin), "HOME": os.environ.get("HOME", str(folder)), "CARGO_TARGET_DIR": str(folder / "target")}
        self.link(TOOLS)

    def link(self, names):
        for name in names:
            if found := shutil.which(name):
                (self.bin / name).symlink_to(found)

    def has(self, *languages):
        for language in languages:
            self.link(LANGUAGES[language])
        if "python" in languages:
            (self.bin / "python3").symlink_to(sys.executable)
        return self

    def script(self, name, text):
        """In place of the program, which is then called `really-NAME`."""
        program = self.bin / name
        if program.is_symlink():
            self.script(f"really-{name}", f'exec "{os.readlink(program)}" "$@"')
            program.unlink()
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        return self

    def need(self, *names, **environment):
        """The exit code and what was said."""
        command = [str(ROOT / ".ci/need"), *names]
        done = subprocess.run(command, env=self.environment | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return done.returncode, (done.stdout + done.stderr).strip()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def refused(answer):
    """The one line that says why."""
    code, said = answer
    assert code == 1, said
    assert "\n" not in said, said
    return said


def test_what_is_there_is_passed_over_in_silence(machine):
    machine.has("rust", "python", "node", "php", "ruby")
    names = ["rust", "glibc", "cc", "python", "venv", "node", "npm", "php", "php_headers", "ruby", "ruby_headers", "libclang"]
    assert machine.need(*names) == (0, "")


def test_without_apt_the_packages_are_named(machine):
    assert refused(machine.need("ruby")) == "Missing: ruby. Install it; Debian's packages are: ruby"


@pytest.mark.parametrize("path", ["/nonexistent", "/etc/passwd"])
def test_a_wrong_libclang_path_is_named(machine, path):
    assert f"LIBCLANG_PATH is '{path}'" in refused(machine.need("libclang", LIBCLANG_PATH=path))


def test_the_library_of_clangs_cpp_interface_is_no_libclang(machine):
    (machine.folder / "libclang-cpp.so.14").symlink_to("/lib/x86_64-linux-gnu/libc.so.6")
    assert "no libclang that works" in refused(machine.need("libclang", LIBCLANG_PATH=str(machine.folder)))


def test_a_file_of_the_right_name_is_no_libclang(machine):
    (machine.folder / "libclang.so.1").symlink_to("/lib/x86_64-linux-gnu/libc.so.6")
    assert "no libclang that works" in refused(machine.need("libclang", LIBCLANG_PATH=str(machine.folder)))


def test_libclang_without_clangs_headers_is_missing(machine):
    assert "libclang-dev" in refused(machine.need("libclang", BINDGEN_EXTRA_CLANG_ARGS="-nobuiltininc"))


def test_rustc_without_cargo(machine):
    machine.link(["rustc"])
    assert "Install Rust with rustup" in refused(machine.need("rust"))


def test_an_old_rust(machine):
    machine.has("rust").script("rustc", "echo 'rustc 1.63.0'")
    said = refused(machine.need("rust"))
    assert "is version 1.63; it must be at least 1.88" in said


def test_a_rustup_without_a_toolchain(machine):
    machine.has("rust").script("rustc", "echo 'error: no default toolchain is configured' >&2; exit 1")
    assert "does not run: error: no default toolchain is configured" in refused(machine.need("rust"))


def test_a_compiler_that_is_named_and_not_there(machine):
    assert refused(machine.need("cc", CC="gcc-99")) == "Missing: C compiler: CC is 'gcc-99', which is not on the PATH."


def test_cargo_links_with_cc_whatever_compiles(machine):
    real = shutil.which("cc")
    (machine.bin / "cc").unlink()
    (machine.bin / "gcc-12").symlink_to(real)
    assert "gcc" in refused(machine.need("cc", CC="gcc-12"))


@pytest.mark.parametrize("name,library", [("jansson", "-ljansson"), ("openssl", "-lcrypto")])
def test_a_header_without_its_library(machine, name, library):
    machine.link(["openssl"])
    machine.script("cc", f'case "$*" in *{library}*) exit 1 ;; esac; exec really-cc "$@"')
    assert f"Missing: {name}" in refused(machine.need(name))


def test_an_old_python(machine):
    machine.script("python3", 'case "$*" in *version_info*) echo "3 8" ;; *) echo Python 3.8.1 ;; esac')
    said = refused(machine.need("python", "venv"))
    assert "is version 3.8; it must be at least 3.10. Name another one with PYTHON=..." in said


def test_a_version_manager_without_a_version(machine):
    machine.script("python3", "echo 'pyenv: python3: command not found' >&2; exit 127")
    assert "does not run: pyenv: python3: command not found" in refused(machine.need("python"))


def test_apt_cannot_complete_another_python(machine):
    machine.has("dpkg").script("dpkg", "exit 1")
    machine.script("python3", f'case "$*" in *ensurepip*) exit 1 ;; esac; exec "{sys.executable}" "$@"')
    assert "is not Debian's, so apt cannot complete it" in refused(machine.need("venv"))


def test_an_old_node(machine):
    machine.script("node", "echo '12 22'")
    assert "is version 12.22; it must be at least 18.20" in refused(machine.need("node"))


def test_npm_of_another_system(machine):
    machine.has("node").script("npm", 'test "$1" = --version && echo 10.0.0 || echo win32')
    assert "npm" in refused(machine.need("npm"))


APT = """echo "$*" >>"$0.log"
case "$*" in *' install '*--simulate*) {simulate} ;; *' install '*) {install} ;; esac"""


def test_what_apt_refuses_is_said_in_one_line(machine):
    machine.link(["node"])
    machine.script("apt-get", APT.format(simulate="echo ' nodejs : Conflicts: npm'; exit 100", install="exit 99"))
    code, said = machine.need("npm")
    assert code == 1
    assert said.splitlines()[1].startswith("apt cannot install npm: nodejs : Conflicts: npm. The whole log: ")


def test_apt_brings_what_is_missing(machine):
    install = f'ln -s "{shutil.which("ruby")}" "${{0%/*}}/ruby"'
    machine.link(["ln"])
    machine.script("apt-get", APT.format(simulate=":", install=install))
    assert machine.need("ruby") == (0, "Missing: ruby. Installing with apt: ruby")
    assert machine.need("ruby") == (0, "")


def test_what_apt_brings_and_does_not_help_is_still_missing(machine):
    machine.script("apt-get", APT.format(simulate=":", install=":"))
    code, said = machine.need("ruby")
    assert code == 1 and "Still missing after apt-get install ruby: ruby." in said


@pytest.mark.parametrize("sudo", [None, "exit 1"])
def test_a_user_who_may_not_install_is_told_the_packages(machine, sudo):
    machine.script("id", "echo 1000").script("apt-get", "exit 99")
    if sudo:
        machine.script("sudo", sudo)
    assert refused(machine.need("ruby")) == "Missing: ruby. Install as root: apt-get install ruby"


def test_a_user_with_sudo_installs(machine):
    install = f'ln -s "{shutil.which("ruby")}" "${{0%/*}}/ruby"'
    machine.link(["ln"])
    machine.script("id", "echo 1000").script("sudo", 'test "$1" = -n && exit; exec "$@"')
    machine.script("apt-get", APT.format(simulate=":", install=install))
    assert machine.need("ruby")[0] == 0


def test_php_config_of_another_version(machine):
    machine.has("php").script("php-config", "case $1 in --vernum) echo 80427 ;; --version) echo 8.4.27 ;; esac")
    assert "php-config is PHP 8.4.27's, and php is 8." in refused(machine.need("php_headers"))


def test_a_thread_safe_php(machine):
    machine.has("php").script("php", 'case "$*" in *PHP_ZTS*) exit 1 ;; esac; exec really-php "$@"')
    assert "is a thread-safe or debug build" in refused(machine.need("php"))


@pytest.mark.parametrize("name,said", [("php", "7 4"), ("ruby", "2 7")])
def test_an_old_interpreter(machine, name, said):
    machine.script(name, f"echo '{said}'")
    assert f"is version {said.replace(' ', '.')}; it must be at least" in refused(machine.need(name))


def test_apt_cannot_complete_another_ruby(machine):
    machine.has("ruby").script("dpkg", "exit 1")
    machine.script("ruby", 'case "$*" in *minitest*) exit 1 ;; esac; exec really-ruby "$@"')
    assert "is not Debian's, so apt cannot complete it" in refused(machine.need("minitest"))


def test_on_a_mac_the_first_line_says_what_works(machine):
    machine.has("rust").script("uname", "echo Darwin").script("getconf", "exit 1")
    code, said = machine.need("platform")
    assert code == 0 and said.startswith("macOS is not tested. The Rust crate, the command and the Python package may build;")
    assert machine.need("loadable") == (0, "")
    assert "needs Linux with glibc" in refused(machine.need("glibc"))


def test_on_alpine_the_first_line_says_what_works(machine):
    machine.has("rust").script("getconf", "exit 1")
    code, said = machine.need("platform")
    assert code == 0 and said.startswith("Linux without glibc (Alpine) is not tested. The Rust crate and the command may build;")
    assert "needs Linux with glibc" in refused(machine.need("loadable"))


def test_on_linux_with_glibc_nothing_is_said(machine):
    assert machine.need("platform") == (0, "")


def build(machine, *command):
    done = subprocess.run([str(ROOT / ".ci/build"), "the thing", *command], env=machine.environment, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_a_build_that_compiles_says_so_once(machine):
    assert build(machine, "sh", "-c", "echo '   Compiling a'; echo '   Compiling b' >&2") == (0, "Building the thing\n", "")


def test_a_build_that_has_nothing_to_do_is_silent(machine):
    assert build(machine, "sh", "-c", "echo '    Finished'") == (0, "", "")


def test_a_failed_build_ends_in_its_error_and_the_path_of_the_log(machine):
    code, _, said = build(machine, "sh", "-c", "echo '   Compiling a'; for i in 1 2 3; do echo error: $i; done; exit 101")
    assert code == 1
    assert said.splitlines()[0] == "error: 1"
    assert said.splitlines()[1].startswith("Building the thing failed. The whole log: ")
    assert "error: 3" in pathlib.Path(said.rsplit(": ", 1)[1].strip()).read_text()


def variable(name, **environment):
    command = ["make", "-s", "--no-print-directory", "-C", str(ROOT), "--eval", f"print:\n\t@echo '$({name})'", "print"]
    kept = {key: value for key, value in os.environ.items() if key not in ("HOME", "MAKEFLAGS", "LC_ALL", "LANG", "RUSTUP_HOME")}
    return subprocess.run(command, env=kept | environment, check=True, capture_output=True, text=True).stdout.strip()


def test_without_a_home_caches_lie_in_target():
    assert variable("HOME") == str(ROOT / "target/home")
    assert variable("HOME", HOME="/nonexistent") == str(ROOT / "target/home")
    assert variable("RUSTUP_HOME", HOME="/nonexistent") == os.path.expanduser("~root/.rustup" if os.getuid() == 0 else "~/.rustup")


def test_a_home_that_can_be_written_is_left_alone(tmp_path):
    assert variable("HOME", HOME=str(tmp_path)) == str(tmp_path)


def test_without_a_locale_text_is_utf_8():
    assert variable("LC_ALL", LC_ALL="POSIX") == "C.UTF-8"
    assert variable("LC_ALL", LC_ALL="C.UTF-8") == "C.UTF-8"


@pytest.mark.parametrize("target", ["help", "python", "node", "php", "ruby", "c", "cli", "sandbox", "example-php", "install", "uninstall"])
def test_the_folder_may_have_an_apostrophe_in_its_name(tmp_path, target):
    folder = tmp_path / "o'brien"
    folder.mkdir()
    for entry in ROOT.iterdir():
        (folder / entry.name).symlink_to(entry)
    command = ["make", "-n", "--no-print-directory", "-C", str(folder), target, "PREFIX=/o'brien"]
    recipes = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in recipes.replace("\\\n", "").splitlines():
        # Read and not run.
        read = subprocess.run(["sh", "-n"], input=line, capture_output=True, text=True)
        assert read.returncode == 0, line + read.stderr


def test_uninstall_removes_what_install_put_there_and_nothing_else(tmp_path):
    tmp_path = tmp_path / "o'brien files"

    def make(target):
        command = ["make", "-s", "-C", str(ROOT), target, "PREFIX=/opt/personsig", f"DESTDIR={tmp_path}"]
        subprocess.run(command, check=True, capture_output=True)
        return sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.is_dir())

    ours = tmp_path / "opt/personsig/lib/pkgconfig/another.pc"
    ours.parent.mkdir(parents=True)
    ours.touch()
    installed = make("install")
    assert "opt/personsig/bin/personsig" in installed and "opt/personsig/lib/libpersonsig.so" in installed
    assert make("uninstall") == ["opt/personsig/lib/pkgconfig/another.pc"]
