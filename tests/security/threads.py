"""Many threads at once: no data race, and every result is what the host's own HMAC says."""

import functools
import glob
import subprocess

import pytest
from hosts import HOSTS, OBJECTS, SCRATCH, SECONDS, command, compiled, finish, run, start
from memory import TARGET, ours, under_valgrind

# ThreadSanitizer, in a C program over the library that was compiled with it. Its runtime is rustc's: gcc's lacks functions that
# rustc's code calls. libcrypto is not compiled with it, so what it synchronizes is not seen.


@functools.cache
def sanitized():
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    runtime = glob.glob(f"{sysroot}/lib/rustlib/x86_64-unknown-linux-gnu/lib/librustc-*_rt.tsan.a")
    assert runtime, "this Rust has no runtime of ThreadSanitizer; rustup's toolchains do"
    whole = ["-Wl,--whole-archive", runtime[0], "-Wl,--no-whole-archive"]
    libraries = [SCRATCH / "thread" / TARGET, *whole, "-lcrypto", "-lpthread", "-ldl", "-lm", "-lrt"]
    compiled("host.c", "-fsanitize=thread", "-c", name="host-thread.o")
    program = SCRATCH / "host-thread"
    run(["cc", SCRATCH / "host-thread.o", "-o", program, *libraries])
    suppressions = SCRATCH / "thread.supp"
    suppressions.write_text("called_from_lib:libcrypto.so\n")
    return program, {"TSAN_OPTIONS": f"suppressions='{suppressions}':ignore_noninstrumented_modules=1"}


def test_the_thread_sanitizer_finds_no_race():
    program, environment = sanitized()
    run([program, "threads", str(min(SECONDS, 10))], **environment)


def test_the_thread_sanitizer_finds_what_was_planted():
    """One thread frees the signer that another one uses."""
    program, environment = sanitized()
    said = run([program, "misuse", "race"], expected=None, **environment)
    assert "WARNING: ThreadSanitizer: " in said


# Helgrind, over the library that ships.


def test_helgrind_finds_no_race():
    assert ours(under_valgrind("c", "threads", "0.5", tool="helgrind"), OBJECTS["c"]) == []


def test_helgrind_finds_what_was_planted():
    assert "Race" in ours(under_valgrind("c", "misuse", "race", tool="helgrind"), OBJECTS["c"])


@functools.cache
def started():
    """All hosts at once, eight threads or workers each: forty compete for this machine's processors."""
    return {host: start([*command(host), "threads", str(SECONDS)]) for host in HOSTS}


@pytest.mark.parametrize("host", HOSTS)
def test_eight_threads_get_the_right_results(host):
    assert int(finish(started()[host], timeout=SECONDS * 3 + 120)) > 8


@pytest.mark.parametrize("host", HOSTS)
def test_a_wrong_result_is_noticed(host):
    """The control: a Signer with another secret."""
    assert run([*command(host), "threads", "0.1", "another"], expected=1)
