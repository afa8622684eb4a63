"""PHP's packages: the zip for PIE in the command line's PHP and in PHP-FPM, where there is no Rust, and phpize's build of the source.

The source is compiled in `make test-packages-full`, and PHP 8.4 is that of a room with Debian 13."""

import calendar
import json
import os
import pathlib
import re
import shutil
import stat
import struct
import subprocess
import sys
import time
import zipfile

import pytest

import fastcgi
from places import ADDRESS, PLAIN, QUICK, ROOT, RUST, SYSTEM, VERSION, Place, committed, glibc, in_rooms

PHP = shutil.which(os.environ.get("PHP", "php"))
PHP_CONFIG = os.environ.get("PHP_CONFIG", "php-config")
PHP_VERSION = subprocess.run(
    [PHP, "-n", "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;"], check=True, capture_output=True, text=True
).stdout
COMPOSER = json.loads((ROOT / "composer.json").read_text("utf-8"))
LIBC = "x86_64-linux-glibc"
ZIP = ROOT / f"dist/php_personsig-{VERSION}_php{PHP_VERSION}-{LIBC}-nts.zip"

PROGRAM = r"""
$signer = Personsig\Signer::fromEnv('gosquared');
echo $signer->sign(123456), "\n", $signer->verify('123456', $signer->sign('123456'))->secretIndex, "\n";
echo json_encode($signer->isValid('1', 'x')), "\n";
try {
    $signer->sign('');
} catch (Personsig\InputException $e) {
    echo $e->reason, "\n";
}
"""
SIGNED = [PLAIN, "0", "false", "empty-user-id"]


@pytest.fixture
def place(tmp_path):
    """The zip's files in a folder, as a person unpacks them, and no php.ini of this machine's."""
    with zipfile.ZipFile(ZIP) as archive:
        archive.extractall(tmp_path / "unpacked")
    return Place(tmp_path, PHP, PHP_INI_SCAN_DIR="")


def unpacked(place):
    return place.folder / "unpacked/personsig.so"


# The zip


def test_composer_json_is_what_pie_reads():
    extension = COMPOSER["php-ext"]
    assert (COMPOSER["type"], extension["extension-name"]) == ("php-ext", "personsig")
    assert (ROOT / extension["build-path"] / "config.m4").exists()
    # Compiled where there is a zip for this PHP, else built from source.
    assert extension["download-url-method"] == ["pre-packaged-binary", "composer-default"]
    assert (extension["support-nts"], extension["support-zts"], extension["os-families"]) == (True, False, ["linux"])
    # A tag is the version; one that stands here would contradict it some day.
    assert "version" not in COMPOSER
    assert (COMPOSER["homepage"], COMPOSER["support"]["issues"]) == (ADDRESS, f"{ADDRESS}/issues")


def test_the_zip_has_what_its_users_need():
    with zipfile.ZipFile(ZIP) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    licences = {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES.txt"}
    assert set(files) == {"personsig.so", "personsig.ini", "personsig.stub.php", "README.md", *licences}
    assert b"\n- ext-php-rs " in files["THIRD-PARTY-LICENSES.txt"]
    assert files["personsig.ini"].endswith(b"\nextension=personsig\n")
    assert files["personsig.stub.php"] == (ROOT / "bindings/php/personsig.stub.php").read_bytes()


def test_the_zip_that_is_packed_again_has_the_same_bytes(place):
    packed = [ROOT / "bindings/php/zip.py", unpacked(place), place.folder / "unpacked/THIRD-PARTY-LICENSES.txt", place.folder]
    date = str(calendar.timegm(zipfile.ZipFile(ZIP).infolist()[0].date_time))
    name = place.run(sys.executable, *packed, VERSION, PHP_VERSION, LIBC, TZ="Asia/Tokyo", SOURCE_DATE_EPOCH=date)
    assert pathlib.Path(name).name == ZIP.name
    assert pathlib.Path(name).read_bytes() == ZIP.read_bytes(), "or dist/ is not of these sources: make package-php"


def test_its_library_runs_on_old_systems(place):
    least, needed = glibc(unpacked(place))
    assert least <= (2, 17)
    assert needed <= SYSTEM


def test_it_signs_where_there_is_no_rust(place):
    assert place.run(PHP, "-n", "-d", f"extension={unpacked(place)}", "-r", PROGRAM).splitlines() == SIGNED


def test_it_is_loaded_by_a_line_in_php_ini(place):
    (place.folder / "php.ini").write_text(f"extension={unpacked(place)}\n")
    assert place.run(PHP, "-c", "php.ini", "-r", PROGRAM).splitlines() == SIGNED
    assert "personsig" in place.run(PHP, "-c", "php.ini", "-m").splitlines()


def test_it_is_loaded_by_its_own_ini_file(place):
    """In the folder of extensions and that of additional .ini files, which is what `docker-php-ext-enable` and PIE do."""
    (place.folder / "conf.d").mkdir()
    shutil.move(place.folder / "unpacked/personsig.ini", place.folder / "conf.d")
    (place.folder / "php.ini").write_text(f'extension_dir="{place.folder}/unpacked"\n')
    said = place.run(PHP, "-c", "php.ini", "-r", PROGRAM, PHP_INI_SCAN_DIR=str(place.folder / "conf.d"))
    assert said.splitlines() == SIGNED


def test_editors_are_told_what_it_does(place):
    describe = ROOT / "bindings/php/tests/describe.php"
    stub = place.run(PHP, "-n", describe, place.folder / "unpacked/personsig.stub.php")
    code = f"require '{describe}'; echo json_encode(PersonsigTests\\describe());"
    assert json.loads(stub) == json.loads(place.run(PHP, "-n", "-d", f"extension={unpacked(place)}", "-r", code))


# PHP itself asks what it was built for.


def refused(place, old, new):
    library = unpacked(place)
    content = library.read_bytes()
    assert content.count(old) == 1
    library.write_bytes(content.replace(old, new))
    said = place.run(PHP, "-n", "-d", f"extension={library}", "-r", "echo class_exists('Personsig\\Signer') ? 'loaded' : 'not loaded';")
    assert said.endswith("not loaded") and "Unable to initialize module" in said
    return said


def api(place):
    (number,) = re.findall(r"PHP Extension Build => API(\d+),NTS$", place.run(PHP, "-n", "-i"), re.M)
    return int(number)


def test_another_version_of_php_refuses_it(place):
    number = api(place)
    said = refused(place, struct.pack("<I", number), struct.pack("<I", number - 1))
    assert f"Module compiled with module API={number - 1}" in said


def test_a_thread_safe_php_refuses_it(place):
    number = api(place)
    said = refused(place, f"API{number},NTS\0".encode(), f"API{number},TS\0\0".encode())
    assert f"Module compiled with build ID=API{number},TS" in said


# PHP-FPM


class Fpm:
    """A pool of one, on a socket in the folder, that loads the extension by its own ini file."""

    def __init__(self, folder, start, inner=None):
        """`start` runs php-fpm with these arguments; what it sees as the folder may be called otherwise there."""
        inner = inner or str(folder)
        self.folder, self.inner = folder, inner
        (folder / "fpm.conf").write_text(
            f"[global]\nerror_log = {inner}/fpm.log\n[www]\nlisten = {inner}/fpm.sock\nlisten.mode = 0666\n"
            "pm = static\npm.max_children = 1\n"
            "env[GOSQUARED_SECURE_MODE_SECRET] = personsig-test-secret\n"
        )
        (folder / "sign.php").write_text(f"<?php\n{PROGRAM}")
        self.process = start("-F", "-R", "-y", f"{inner}/fpm.conf")

    def __enter__(self):
        patience = time.monotonic() + 60
        while not (self.folder / "fpm.sock").exists():
            assert self.process.poll() is None and time.monotonic() < patience, (self.folder / "fpm.log").read_text()
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            # A room's first process does not heed it, and takes all of the room along.
            self.process.kill()
            self.process.wait(10)

    def ask(self):
        return fastcgi.ask(self.folder / "fpm.sock", f"{self.inner}/sign.php", self.inner).split("\r\n\r\n", 1)[1].splitlines()


def test_php_fpm_signs(place):
    """With the secret in its pool, and twice by one worker."""
    program = shutil.which(f"php-fpm{PHP_VERSION}", path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"])
    (place.folder / "php.ini").write_text(f'extension_dir="{place.folder}/unpacked"\nextension=personsig\n')

    def start(*arguments):
        command = [program, "-c", place.folder / "php.ini", *arguments]
        return subprocess.Popen(command, env=place.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    with Fpm(place.folder, start) as fpm:
        assert [fpm.ask(), fpm.ask()] == [SIGNED, SIGNED]


# phpize, as PIE runs it


@pytest.fixture(scope="module")
def phpized(tmp_path_factory):
    """The archive of the committed tree, which is what composer downloads, after phpize."""
    folder = tmp_path_factory.mktemp("phpized")
    committed(folder)
    build = folder / COMPOSER["php-ext"]["build-path"]
    phpize = [shutil.which("phpize" + PHP_VERSION) or shutil.which("phpize")]
    subprocess.run(phpize, cwd=build, check=True, capture_output=True)
    return build


@pytest.mark.parametrize(
    ("cargo", "said"),
    [
        (None, "there is no cargo and rustc on the PATH that run. Install Rust with rustup"),
        ("echo cargo 1.85.0", "cargo is 1.85.0. Run rustup update"),
        ("echo no default toolchain >&2; exit 1", "there is no cargo and rustc on the PATH that run. Install Rust with rustup"),
    ],
    ids=["none", "old", "without-a-toolchain"],
)
def test_configure_says_what_is_missing(phpized, tmp_path, cargo, said):
    place = Place(tmp_path, PHP, PHP_CONFIG)
    if cargo:
        (place.folder / "bin/cargo").write_text(f"#!/bin/sh\n{cargo}\n")
        (place.folder / "bin/cargo").chmod(0o755)
    message = place.run(phpized / "configure", cwd=tmp_path, status=1)
    assert f"personsig needs Rust {RUST} or later, and " in message.splitlines()[-1]
    assert said in message.splitlines()[-1]


@pytest.mark.parametrize(
    ("define", "vernum", "said"),
    [
        ("ZTS", "80200", "neither thread-safe (ZTS) nor a debug build"),
        ("ZEND_DEBUG", "80200", "neither thread-safe (ZTS) nor a debug build"),
        ("NOTHING", "80033", "personsig needs PHP 8.1 or later"),
    ],
)
def test_configure_refuses_a_php_that_cannot_load_it(phpized, tmp_path, define, vernum, said):
    place = Place(tmp_path, PHP)
    (tmp_path / "include/main").mkdir(parents=True)
    (tmp_path / "include/main/php_config.h").write_text(f"#define {define} 1\n")
    script = (
        f"#!/bin/sh\ncase $1 in --vernum) echo {vernum} ;; --include-dir) echo {tmp_path}/include ;; --version) echo 8 ;;\n"
        f'*) exec {shutil.which(PHP_CONFIG)} "$@" ;; esac\n'
    )
    (place.folder / "bin/php-config").write_text(script)
    (place.folder / "bin/php-config").chmod(0o755)
    assert said in place.run(phpized / "configure", cwd=tmp_path, status=1).splitlines()[-1]


@in_rooms
def test_phpize_builds_tests_and_installs_it(phpized, tmp_path):
    """And root, who installs it, needs no cargo: all is made by then."""
    place = Place(tmp_path, PHP, PHP_CONFIG)
    home = pathlib.Path.home()
    rust = {name: os.environ.get(name, str(home / folder)) for name, folder in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")]}
    path = f"{place.env['PATH']}:{os.path.dirname(shutil.which('cargo'))}"
    place.run("./configure", cwd=phpized, PATH=path, **rust)
    place.run("make", cwd=phpized, PATH=path, **rust, **QUICK)
    said = place.run("make", "test", cwd=phpized, NO_INTERACTION="1")
    assert re.search(r"Tests passed +: +1 \(100\.0%\)", said), said
    place.run("make", "install", f"INSTALL_ROOT={tmp_path}/root", cwd=phpized)
    (library,) = (tmp_path / "root").rglob("personsig.so")
    assert stat.S_ISREG(library.stat().st_mode) and library.parent.name == place.run(PHP_CONFIG, "--extension-dir").rsplit("/", 1)[1]
    assert place.run(PHP, "-n", "-d", f"extension={library}", "-r", PROGRAM, PHP_INI_SCAN_DIR="").splitlines() == SIGNED
    # A source that changed is compiled again; `make clean` leaves nothing of cargo's.
    os.utime(phpized / "src/lib.rs")
    assert "personsig.so" in place.run("make", "--dry-run", cwd=phpized)
    place.run("make", "clean", cwd=phpized)
    assert not (phpized / "target").exists()


# PHP 8.4, in Debian 13


@in_rooms
def test_phpize_builds_tests_and_installs_it_for_another_php(trixie):
    build = f"/root/dist/{COMPOSER['php-ext']['build-path']}"
    (trixie.folder / "root/dist").mkdir()
    committed(trixie.folder / "root/dist")
    trixie.run("sh", "-euc", "phpize && ./configure && make", cwd=build, rust=True, **QUICK)
    said = trixie.run("make", "test", cwd=build, NO_INTERACTION="1")
    assert re.search(r"Tests passed +: +1 \(100\.0%\)", said), said
    trixie.run("make", "install", cwd=build)
    assert trixie.run("php", "-n", "-d", "extension=personsig", "-r", PROGRAM).splitlines() == SIGNED


@in_rooms
def test_the_zip_for_another_php(trixie):
    """Loaded by name, by php.ini's folder, and in PHP-FPM."""
    name = f"php_personsig-{VERSION}_php8.4-{LIBC}-nts.zip"
    with zipfile.ZipFile(trixie.folder / "root/clone/dist" / name) as archive:
        archive.extractall(trixie.folder / "root/zip")
    assert glibc(trixie.folder / "root/zip/personsig.so")[0] <= (2, 17)
    assert trixie.run("php", "-n", "-d", "extension=/root/zip/personsig.so", "-r", PROGRAM).splitlines() == SIGNED
    trixie.run("sh", "-c", 'cp /root/zip/personsig.so "$(php-config --extension-dir)/"')
    for program in ("cli", "fpm"):
        trixie.run("cp", "/root/zip/personsig.ini", f"/etc/php/8.4/{program}/conf.d/20-personsig.ini")
    assert trixie.run("php", "-r", PROGRAM).splitlines() == SIGNED
    folder = trixie.folder / "root/fpm"
    folder.mkdir()
    with Fpm(folder, lambda *arguments: trixie.start("php-fpm8.4", *arguments), "/root/fpm") as fpm:
        assert fpm.ask() == SIGNED


@in_rooms
def test_another_php_refuses_the_zip_for_this_one(trixie, place):
    library = trixie.put(unpacked(place))
    said = trixie.run("php", "-n", "-d", f"extension={library}", "-r", "echo class_exists('Personsig\\Signer') ? 'loaded' : 'not loaded';")
    assert said.endswith("not loaded") and "Unable to initialize module" in said
