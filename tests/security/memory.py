"""Memory in each host: nothing is used after it was freed or beyond its end, nothing leaks, a lack of it is an error, and no
secret stays in it.

Every check has a control in the same run: the same check over a defect that was planted, which it must find.
"""

import concurrent.futures
import functools
import hashlib
import os
import shutil
import struct
import sysconfig
import xml.etree.ElementTree

import pytest
from hosts import HOSTS, OBJECTS, RELEASE, ROOT, ROUNDS, SCRATCH, command, compiled, finish, run, start

# AddressSanitizer and LeakSanitizer, in C programs over the library that was compiled with both. UndefinedBehaviorSanitizer
# sees the C code alone.

TARGET = "x86_64-unknown-linux-gnu/release/libpersonsig.a"
ASAN = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
C_TESTS = ROOT / "bindings/c/tests/programs"
# Those that leave malloc as it is.
LEFT_ALONE = ["known_answers", "null_pointers", "buffer_sizes", "option_sizes", "page_end", "threads", "fork", "errno", "explain"]


def sanitized(source):
    libraries = [SCRATCH / "address" / TARGET, "-lcrypto", "-lpthread", "-ldl", "-lm"]
    return compiled(source, *ASAN, *libraries, name=f"{os.path.basename(source).removesuffix('.c')}-address")


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_a_c_program_is_clean_under_the_address_sanitizer(name):
    run([sanitized(C_TESTS / f"{name}.c")])


def test_every_function_is_clean_under_the_address_sanitizer():
    run([sanitized("host.c"), "life", "1000"])


MISUSES = {
    "free-twice": "heap-use-after-free",
    "use-after-free": "heap-use-after-free",
    "read-beyond": "heap-buffer-overflow",
    "write-beyond": "heap-buffer-overflow",
    "leak": "detected memory leaks",
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_the_address_sanitizer_finds_what_was_planted(misuse):
    assert MISUSES[misuse] in run([sanitized("host.c"), "misuse", misuse], expected=None)


# Memcheck, over each host with the library that ships. Of what it reports, only what has a frame of ours counts: the
# collectors of Ruby and V8 look at every word of the stack, defined or not, by design, and interpreters leave memory
# that they use until the end.

# Python and PHP have allocators of their own, in which memcheck would see one block; a module that is unloaded at the
# end has no name in reports. V8's machine code changes while it runs.
VALGRIND = {
    "c": {},
    "python": {"PYTHONMALLOC": "malloc"},
    "node": {},
    "php": {"USE_ZEND_ALLOC": "0", "ZEND_DONT_UNLOAD_MODULES": "1"},
    "ruby": {},
}


LEAKED = {"Leak_DefinitelyLost"}
LEAKS = ["--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]


def under_valgrind(host, *arguments, tool="memcheck", options=(), **environment):
    """What valgrind reports of a host's program, as `(kind, objects of its frames)`."""
    report = SCRATCH / f"{tool}-{host}-{'-'.join(arguments)}.xml"
    valgrind = ["valgrind", f"--tool={tool}", "--xml=yes", f"--xml-file={report}", "--num-callers=60", "--error-limit=no", *options]
    # The interpreter of Debian, with the module of the environment: another one may have been compiled with warnings of its own.
    if host == "python":
        assert os.path.exists("/usr/bin/python3"), "Debian's python3 is missing"
        environment["PYTHONPATH"] = sysconfig.get_path("purelib")
    program = command(host, python="/usr/bin/python3", node=["--jitless"])
    run([*valgrind, *program, *arguments], **VALGRIND[host], **environment)
    errors = xml.etree.ElementTree.parse(report).iter("error")
    reported = [(error.findtext("kind"), *({part.text for part in error.iter(name)} for name in ("obj", "fn"))) for error in errors]
    # What Python's classes are made of, when the module is loaded, lives as long as the process: pyo3 forgets it on purpose.
    return [(kind, objects) for kind, objects, functions in reported if not (kind in LEAKED and "PyModule_ExecDef" in functions)]


def ours(errors, name):
    return [kind for kind, objects in errors if any(obj.endswith(name) for obj in objects)]


def preloaded(name, folder):
    """In a folder of the test's: LD_PRELOAD takes a space for the end of a path, and the checkout's may have one."""
    return shutil.copy(compiled(f"{name}.c", "-shared", "-fPIC", name=f"{name}.so"), folder / f"{name}.so")


@pytest.mark.parametrize("host", HOSTS)
def test_memcheck_finds_nothing_of_ours(host):
    rounds = ["life", "50"] if host == "c" else ["once", "3"]
    assert ours(under_valgrind(host, *rounds, options=LEAKS), OBJECTS[host]) == []


@pytest.mark.parametrize("host", HOSTS)
def test_memcheck_finds_what_was_planted(host, tmp_path):
    """A library that reads a byte beyond a block and loses it, when the host's process begins."""
    planted = preloaded("planted", tmp_path)
    nothing = ["life", "0"] if host == "c" else ["once", "0"]
    found = ours(under_valgrind(host, *nothing, options=LEAKS, LD_PRELOAD=planted), "planted.so")
    assert set(found) == {"InvalidRead", "Leak_DefinitelyLost"}


# How much a process grows while Signers are made, used rightly and wrongly, and let go. What a host's collector takes
# and keeps differs. V8 gives its young objects more room as it goes on, unless it is told not to.
GROWTH = {"c": 1 << 19, "python": 1 << 19, "php": 1 << 19, "ruby": 1 << 21, "node": 8 << 20}
YOUNG = ["--max-semi-space-size=1"]
KEPT = min(ROUNDS, 60_000)


@functools.cache
def growths():
    """All hosts, one after another on each processor but one, on which the other tests run meanwhile."""
    pool = concurrent.futures.ThreadPoolExecutor(max(1, os.cpu_count() - 1))
    started = lambda host, *arguments: pool.submit(lambda: int(run([*command(host, node=YOUNG), "life", *arguments])))  # noqa: E731
    return {host: (started(host, str(ROUNDS)), started(host, str(KEPT), "kept")) for host in HOSTS}


@pytest.fixture(autouse=True, scope="module")
def begin_with_what_takes_longest(request):
    if any("grow" in item.name for item in request.session.items):
        growths()


@pytest.mark.parametrize("host", HOSTS)
def test_a_process_does_not_grow(host):
    assert growths()[host][0].result() < GROWTH[host]


@pytest.mark.parametrize("host", HOSTS)
def test_a_process_that_keeps_them_grows(host):
    # One has 500 bytes at least.
    assert growths()[host][1].result() > KEPT * 250


# An allocator that refuses our library's allocations, one after another, and then all of them. The smallest that it
# refuses is larger than what no caller decides: in C every allocation counts (out_of_memory.c).
LEAST = 1 << 14


def refusing(control, host):
    control.write_bytes(struct.pack("<5i", 0, 0, 0, 0, 0))
    return {"LD_PRELOAD": preloaded("refuse", control.parent), "PERSONSIG_REFUSE": control, "PERSONSIG_REFUSE_OBJECT": OBJECTS[host]}


@pytest.mark.parametrize("host", [host for host in HOSTS if host != "c"])
def test_an_allocation_that_fails_is_an_error(host, tmp_path):
    control = tmp_path / "control"
    said = run([*command(host), "refuse", control, str(LEAST)], **refusing(control, host))
    # At least one of each call but `verify` of what is no signature, alone and with all that follow.
    assert int(said) > 20


def refusing_command(control, arguments, given, at, for_good, least):
    environment = refusing(control, "cli")
    control.write_bytes(struct.pack("<5i", at, for_good, least, 0, 0))
    process = start([RELEASE / "personsig", *arguments], GOSQUARED_SECURE_MODE_SECRET="s" * 40, **environment)
    out, err = process.communicate(given, timeout=60)
    return process.returncode, out + err, struct.unpack("<5i", control.read_bytes())[4]


NAMES = ",".join(f'"{number}":1' for number in range(20_000, 0, -1))
LONG = "x" * 1_000_000
COMMANDS = {
    "sign -": ("sign --provider gosquared -", LONG),
    "sign --stdin": ("sign --provider gosquared --stdin", LONG),
    "sign --csv": ("sign --provider gosquared --csv - --column id", f"id,n\n1,{LONG}\n"),
    "sign --csv of quotes": ("sign --provider gosquared --csv - --column id", 'id\n"' + '""' * 500_000 + '"\n'),
    "sign --csv with many columns": ("sign --provider gosquared --csv - --column id", "id" + ",n" * 60_000 + "\n"),
    "verify -": ("verify --provider gosquared 1 -", LONG),
    "explain -": ("explain --provider gosquared 1 -", f"{LONG}\n{LONG}"),
    # Without escapes, for which serde_json has a buffer of its own: bindings/cli/tests/command/memory.rs has those.
    "snippet --traits": ("snippet --provider gosquared --traits - 1", f'{{"a":"{LONG}",{NAMES},"c":[{"1," * 100_000}1]}}'),
    "snippet -": ("snippet --provider gosquared --json -", LONG),
    "identity -": ("identity --provider gosquared -", LONG),
    "a secret file": ("sign --provider gosquared --secret-file - 1", LONG),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_allocation_of_the_command_that_fails_is_exit_code_3(name, tmp_path):
    arguments, given = COMMANDS[name]
    control, refused = tmp_path / "control", 0
    # The buffers of standard input and output have 64 KiB, whatever they hold.
    least = (1 << 16) + 1
    for for_good in (0, 1):
        at = 1
        while True:
            exit_code, said, number = refusing_command(control, arguments.split(), given, at, for_good, least)
            if number == 0:
                assert exit_code in (0, 1), said[-500:]
                break
            assert exit_code == 3 and "memory" in said, f"allocation {at}, for good {for_good}: {exit_code}\n{said[-500:]}"
            refused, at = refused + number, at + 1
    assert refused > 0


def test_an_abort_of_the_command_is_noticed(tmp_path):
    """The buffer of standard output is one that no caller decides, and no error: the allocator does refuse."""
    exit_code, said, number = refusing_command(tmp_path / "control", ["providers"], "", 1, 0, 1 << 16)
    assert (exit_code, number) == (-6, 1) and "memory allocation of 65536 bytes failed" in said


# What is left of a secret in a process once its Signer is gone. Whoever has the two states behind HMAC's pads can sign as well
# as with the secret. In C the secret is looked for too: in the other hosts the program's own string is the host's.


def rotated(word, by):
    return (word >> by | word << 32 - by) & 0xFFFFFFFF


def state_of(block):
    """SHA-256's state (FIPS 180-4) after one block, as the library keeps it: words in this machine's order."""
    primes = [n for n in range(2, 312) if all(n % d for d in range(2, int(n**0.5) + 1))]
    root = lambda n, k: int((n ** (1 / k) % 1) * 2**32)  # noqa: E731
    before = [root(prime, 2) for prime in primes[:8]]
    constants = [cube_root(prime) for prime in primes[:64]]
    w = list(struct.unpack(">16I", block))
    for i in range(16, 64):
        low = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
        high = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
        w.append((w[i - 16] + low + w[i - 7] + high) & 0xFFFFFFFF)
    a, b, c, d, e, f, g, h = before
    for i in range(64):
        one = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        first = (h + one + (e & f ^ ~e & g) + constants[i] + w[i]) & 0xFFFFFFFF
        zero = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        second = (zero + (a & b ^ a & c ^ b & c)) & 0xFFFFFFFF
        a, b, c, d, e, f, g, h = (first + second) & 0xFFFFFFFF, a, b, c, (d + first) & 0xFFFFFFFF, e, f, g
    after = [(x + y) & 0xFFFFFFFF for x, y in zip(before, (a, b, c, d, e, f, g, h), strict=True)]
    return struct.pack("=8I", *after)


def cube_root(prime):
    """The first 32 bits behind the point, in integers: a float has too few."""
    low, high = 0, 8 << 32
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= prime << 96 else (low, middle)
    return low & 0xFFFFFFFF


def found_in(process, *wanted):
    """How often each of these bytes lies in the memory that the process can write, but for its stack: what calls leave there
    until others write over it is no promise of SECURITY.md.
    """
    counts = [0] * len(wanted)
    with open(f"/proc/{process.pid}/maps") as maps, open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            addresses, permissions = line.split()[:2]
            start, end = (int(address, 16) for address in addresses.split("-"))
            if "w" not in permissions or line.endswith("[stack]\n"):
                continue
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except (OSError, OverflowError, ValueError):
                continue  # [vvar] and the like
            for index, bytes_wanted in enumerate(wanted):
                counts[index] += content.count(bytes_wanted)
    return counts


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_of_a_secret_stays_behind(host):
    # Put together here, so that no other file and no other process's arguments hold it.
    secret = "".join(["canary-", "5ZkQ0vXr-", host, "-", str(os.getpid())])
    pad = lambda byte: bytes(byte ^ letter for letter in secret.encode().ljust(64, b"\0"))  # noqa: E731
    wanted = [state_of(pad(0x36)), state_of(pad(0x5C)), *([secret.encode()] if host == "c" else [])]
    process = start([*command(host), "alive"], **({} if host == "c" else {"RESIDUE_SECRET": secret}))
    try:
        if host == "c":
            process.stdin.write(secret + "\n")
            process.stdin.flush()
        assert process.stdout.readline() == "made\n", process.stderr.read()
        assert all(found_in(process, *wanted)), "the control: while the Signer lives they are there"
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "freed\n"
        assert not any(found_in(process, *wanted))
    finally:
        process.kill()
        finish(process, expected=-9)


def test_the_state_is_that_of_sha_256():
    """A message of one block is hashed to the state behind it."""
    message = b"what do ya want for nothing?"
    block = (message + b"\x80").ljust(56, b"\0") + struct.pack(">Q", 8 * len(message))
    words = struct.unpack("=8I", state_of(block))
    assert struct.pack(">8I", *words) == hashlib.sha256(message).digest()
