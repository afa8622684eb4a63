"""The C library's and the command's archives, unpacked in an empty place where there is no Rust."""

import shutil

import pytest

from places import PLAIN, ROOT, VERSION, Place, Room, in_rooms

LIBRARY = ROOT / f"dist/libpersonsig-{VERSION}-x86_64-linux-gnu.tar.gz"
COMMAND = ROOT / f"dist/personsig-cli-{VERSION}-x86_64-linux-gnu.tar.gz"
# Signs, verifies, is refused once: C and C++ alike.
PROGRAM = r"""
#include <personsig.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    personsig_signer *signer;
    char signature[PERSONSIG_SIGNATURE_MAX];
    size_t length;
    personsig_status status = personsig_signer_from_env(PERSONSIG_LITERAL("gosquared"), NULL, 0, &signer);
    if (status != PERSONSIG_OK || strcmp(personsig_version(), PERSONSIG_VERSION))
        return 1;
    if (personsig_signer_sign(signer, PERSONSIG_LITERAL("123456"), PERSONSIG_DEFAULT, signature, sizeof signature, &length))
        return 1;
    printf("%.*s\n", (int)length, signature);
    puts(personsig_status_name(personsig_signer_verify(signer, PERSONSIG_LITERAL("123456"), signature, length, NULL, NULL, NULL)));
    puts(personsig_status_name(personsig_signer_verify(signer, PERSONSIG_LITERAL("123457"), signature, length, NULL, NULL, NULL)));
    puts(personsig_status_name(personsig_signer_sign(signer, "", 0, PERSONSIG_DEFAULT, signature, sizeof signature, &length)));
    personsig_signer_free(signer);
    return 0;
}
"""
PRINTED = f"{PLAIN}\nok\nsignature-mismatch\nempty-user-id"
COMPILERS = {"gcc": "c", "clang": "c", "g++": "cc", "clang++": "cc"}
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-pedantic"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("c"))
    # A folder with a space: what is in it finds each other wherever it was unpacked.
    place.prefix = place.folder / "the library"
    place.prefix.mkdir()
    place.run("tar", "-C", place.prefix, "-xzf", LIBRARY)
    place.env |= {"PKG_CONFIG_PATH": str(place.prefix / "lib/pkgconfig"), "CMAKE_PREFIX_PATH": str(place.prefix)}
    for suffix in ["c", "cc"]:
        (place.folder / f"program.{suffix}").write_text(PROGRAM)
    return place


def flags(place, *options):
    """As a shell splits them."""
    line = place.run("pkg-config", *options, "personsig").replace("\\ ", "\0")
    return [flag.replace("\0", " ") for flag in line.split()]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_shared_by_pkg_config(place, compiler):
    name = f"shared-{compiler}"
    place.run(compiler, *WARNINGS, f"program.{COMPILERS[compiler]}", "-o", name, *flags(place, "--cflags", "--libs"))
    assert place.run(f"./{name}", LD_LIBRARY_PATH=str(place.prefix / "lib")) == PRINTED


@pytest.mark.parametrize("compiler", COMPILERS)
def test_static_by_pkg_config(place, compiler):
    """Two ways: the library alone is static, as its archive's name comes before the shared one's; or the whole program is."""
    source, options = f"program.{COMPILERS[compiler]}", flags(place, "--cflags", "--libs", "--static")
    at = options.index("-lpersonsig")
    mixed = [*options[:at], "-Wl,-Bstatic", "-lpersonsig", "-Wl,-Bdynamic", *options[at + 1 :]]
    place.run(compiler, *WARNINGS, source, "-o", f"mixed-{compiler}", *mixed)
    assert place.run(f"./mixed-{compiler}") == PRINTED
    place.run(compiler, *WARNINGS, "-static", source, "-o", f"static-{compiler}", *options)
    assert place.run(f"./static-{compiler}") == PRINTED
    assert "personsig" not in place.run("readelf", "-d", f"mixed-{compiler}")


@pytest.mark.parametrize("kind", ["shared", "static"])
@pytest.mark.parametrize("compilers", ["gcc g++", "clang clang++"])
def test_cmake(place, kind, compilers):
    c, cxx = compilers.split()
    project = place.folder / f"cmake-{kind}-{c}"
    project.mkdir()
    for suffix in ["c", "cc"]:
        shutil.copy(place.folder / f"program.{suffix}", project)
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.19)\nproject(programs C CXX)\n"
        f"find_package(personsig {VERSION}...<1 CONFIG REQUIRED COMPONENTS {kind})\n"
        "foreach(language c cc)\n  add_executable(program_${language} program.${language})\n"
        f"  target_link_libraries(program_${{language}} PRIVATE personsig::{kind})\nendforeach()\n"
    )
    place.run("cmake", "-B", "build", f"-DCMAKE_C_COMPILER={c}", f"-DCMAKE_CXX_COMPILER={cxx}", cwd=project)
    place.run("cmake", "--build", "build", cwd=project)
    for program in ["program_c", "program_cc"]:
        assert place.run(project / "build" / program) == PRINTED


def test_versions_and_symbols(place):
    assert place.run("pkg-config", "--modversion", "personsig") == VERSION
    symbols = place.run("nm", "-g", "--defined-only", "--format=posix", place.prefix / "lib/libpersonsig.a").splitlines()
    names = {line.split()[0] for line in symbols if " T " in line}
    shared = place.run("nm", "-D", "--defined-only", "--format=posix", place.prefix / "lib/libpersonsig.so").splitlines()
    assert names == {line.split()[0] for line in shared}
    assert len(names) >= 24 and all(name.startswith("personsig_") for name in names)


def test_manual_page(place):
    """By the library's name and by every function's."""
    for page in ["personsig", "personsig_signer_verify", "personsig_version"]:
        text = place.run(
            "groff", "-s", "-man", "-Tascii", "-P-cbou", f"-I{place.prefix}/share/man", f"{place.prefix}/share/man/man3/{page}.3"
        )
        assert "personsig_signer_sign_many" in text and "PERSONSIG_BUFFER_TOO_SMALL" in text, page


def test_command(tmp_path):
    place = Place(tmp_path)
    place.run("tar", "-xzf", COMMAND)
    assert place.run("bin/personsig", "--version") == f"personsig {VERSION}"
    assert place.run("bin/personsig", "sign", "--provider", "gosquared", "123456") == PLAIN
    assert "valid" in place.run("bin/personsig", "verify", "--provider", "gosquared", "123456", PLAIN)
    assert "signature-mismatch" in place.run("bin/personsig", "verify", "--provider", "gosquared", "123457", PLAIN, status=1)
    assert {path.name for path in (tmp_path / "share/man/man1").iterdir()} >= {"personsig.1", "personsig-sign.1", "personsig-verify.1"}


@in_rooms
def test_glibc_of_2020_is_enough():
    """Debian 11 has glibc 2.31; the wheel's Python must be newer than its 3.9."""
    room = Room("packages-bullseye", "bullseye", "gcc", "libc6-dev", "pkg-config", "python3", "python3-pip")
    for archive in [LIBRARY, COMMAND]:
        room.run("tar", "-C", "/usr/local", "-xzf", room.put(archive))
    assert room.run("personsig", "sign", "--provider", "gosquared", "123456", PATH="/usr/local/bin:/usr/bin:/bin") == PLAIN
    (room.folder / "root/program.c").write_text(PROGRAM)
    room.run("sh", "-euc", "gcc program.c -o shared $(pkg-config --cflags --libs personsig); ldconfig")
    assert room.run("./shared") == PRINTED
    room.run("sh", "-euc", "gcc -static program.c -o static $(pkg-config --static --cflags --libs personsig)")
    assert room.run("./static") == PRINTED
    (wheel,) = ROOT.glob(f"dist/personsig-{VERSION}-*manylinux_2_17*.whl")
    assert "is not a supported wheel on this platform" in room.run("pip3", "install", "--no-index", room.put(wheel), status=None)
