"""Constant time, shown in three ways and measured in a fourth. Nothing is skipped: what cannot run fails by name.

A. memcheck reports every jump and every address that depends on a secret, in machine code of every optimisation level.
B. MemorySanitizer does the same for the code with SHA-NI instructions, which valgrind cannot run.
C. The conditional jumps of the compression functions are read from the disassembly: each is a loop's.
D. Times of calls, as dudect measures them.

A, B and D run core/src/constant_time_test.rs and core/tests/timing.rs, C reads the program of A. Each has leaks planted in
it that it has to report in the same run.

    python3 tests/security/constant_time.py [A B C D]
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CARGO = os.environ.get("CARGO", "cargo")
TARGET = "x86_64-unknown-linux-gnu"
LEVELS = ["1", "2", "s", "z", "3"]
# What each run of the tests must have run.
CLEAN = ["nothing_in_sign_and_verify_depends_on_a_secret", "nothing_that_keeps_secrets_off_the_page_depends_on_one"]
PLANTED = [
    "a_comparison_byte_by_byte_is_caught",
    "a_rotation_that_stops_at_a_match_is_caught",
    "a_comparison_of_hex_digits_is_caught",
    "a_comparison_of_slices_is_caught",
    "a_page_that_compares_strings_is_caught",
    "a_page_that_stops_at_a_match_is_caught",
]
MSAN = [
    "-Zsanitizer=memory",
    "-Cllvm-args=-msan-poison-stack=0",
    # What is undefined by itself is not of interest, only what is marked; and subtle passes bytes through black_box.
    "-Cllvm-args=-msan-eager-checks=0",
    "-Cforce-frame-pointers=yes",
    "-Cunsafe-allow-abi-mismatch=sanitizer",
    "--cfg=personsig_msan",
]


class Failed(Exception):
    pass


def cargo(level, *arguments, flags=(), **environment):
    """Runs cargo as a release is built, but for the level, and returns what it said. Symbols are kept, for C."""
    environment = {
        **os.environ,
        "CARGO_TARGET_DIR": str(PROJECT / "target" / "security"),
        "CARGO_PROFILE_RELEASE_LTO": "fat",
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "1",
        "CARGO_PROFILE_RELEASE_OPT_LEVEL": level,
        "CARGO_PROFILE_RELEASE_STRIP": "none",
        "RUSTFLAGS": " ".join(["-Csymbol-mangling-version=v0", *flags]),
        **environment,
    }
    command = [CARGO, "test", "--release", "--locked", "-p", "personsig", "--all-features", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{done.stdout}\n{done.stderr}")
    return done.stdout


def checked(said):
    """Both clean runs and every planted leak are in the report of the tests."""
    lacking = [name for name in CLEAN + PLANTED if not re.search(rf"^test .*{name} \.\.\. ok$", said, re.MULTILINE)]
    if lacking:
        raise Failed(f"{said}\nnot run: {', '.join(lacking)}")
    return f"{len(CLEAN)} clean, {len(PLANTED)} planted leaks reported"


def memcheck(level):
    return checked(cargo(level, "--lib", "constant_time_test"))


def memory_sanitizer():
    return checked(
        cargo(
            "3",
            "--lib",
            "--target",
            TARGET,
            "constant_time_test",
            flags=MSAN,
            RUSTC_BOOTSTRAP="1",
            MSAN_OPTIONS="poison_in_malloc=0:poison_in_free=0",
        )
    )


# C. A conditional jump takes what the last instruction before it that sets flags has computed. Where all data is in
# vector registers and in memory, as with SHA-NI, a jump on general registers that were never loaded from either is a
# loop's. The portable code has its data in general registers, so there the number and the operands are what is left to
# see; memcheck reads that code.

# name of a function: how many conditional jumps it may have, and whether its data is in vector registers.
COMPRESSIONS = {
    "personsig::sha256::sha_ni::nested::<[u128; 4], 1, personsig::sha256::tests::check<1>": (0, True),
    "personsig::sha256::sha_ni::nested::<[u128; 4], 4, personsig::sha256::tests::check<4>": (0, True),
    "personsig::sha256::sha_ni::compress::<4>": (3, True),
    "sha2::sha256::x86_sha::compress": (2, True),
    "sha2::sha256::compress256": (6, False),
}
PLANTED_JUMP = "personsig::sha256::sha_ni::nested::<[u128; 4], 1, personsig::sha256::tests::branch_on_a_message"
SETS_FLAGS = re.compile(
    r"(cmp|test|add|sub|inc|dec|and|or|xor|neg|adc|sbb|sh[lr]|sa[lr]|ro[lr]|imul|mul|bt[rsc]?|bs[fr]|[lt]zcnt|popcnt|v?ptest"
    r"|v?u?comis[sd]|pcmp[ei]str[im]|cmpxchg|xadd)[bwlq]?$"
)
GENERAL = re.compile(r"%(?:[re]?(?:[abcd]x|[sd]i|[sb]p)|[abcd]l|r\d+[dwb]?)\b")


def functions(program):
    done = subprocess.run(["objdump", "-d", "-C", "--no-show-raw-insn", program], capture_output=True, text=True, check=True)
    for block in done.stdout.split("\n\n"):
        head, _, body = block.partition("\n")
        if name := re.fullmatch(r"[0-9a-f]+ <(.*)>:", head):
            lines = (line.partition("\t")[2].split("#")[0].strip() for line in body.splitlines())
            yield name[1], [line for line in lines if line]


def whole(register):
    """%eax, %ax and %al are %rax."""
    name = register[1:]
    if numbered := re.fullmatch(r"(r\d+)[dwb]?", name):
        return numbered[1]
    return name.lstrip("re")[:1] + ("x" if name.lstrip("re")[:1] in "abcd" and name[-2:] not in ("bp",) else name[-2:])


def wrong(instructions, most, in_vectors):
    """What is wrong with a function, and its conditional jumps."""
    found, loaded, jumps, flags = [], set(), [], None
    for instruction in instructions:
        mnemonic, _, operands = instruction.partition(" ")
        if re.search(r"^(v?mov|v?pextr|v?pmovmsk|pop|lods)", mnemonic) and (
            to := re.search(r"(?:\)|%[xyz]mm\d+|0x[0-9a-f]+),(%\w+)$", operands)
        ):
            if GENERAL.fullmatch(to[1]) and not re.match(r"\s*\$", operands):
                loaded.add(whole(to[1]))
    for instruction in instructions:
        mnemonic, _, operands = instruction.partition(" ")
        if SETS_FLAGS.match(mnemonic):
            flags = instruction
        if re.match(r"i?div|loop|jr?[er]?cxz", mnemonic):
            found.append(f"{instruction}: its time or its target depends on a value")
        elif re.match(r"j(?!mp)", mnemonic):
            jumps.append(f"{mnemonic} behind {flags}")
            plain = flags and re.match(r"(cmp|test|add|sub|inc|dec)[bwlq]?\s", flags)
            if not plain or (in_vectors and "(" in flags):
                found.append(f"{jumps[-1]}: not a loop's")
            elif in_vectors and (known := {whole(name) for name in GENERAL.findall(flags)} & loaded):
                found.append(f"{jumps[-1]}: {', '.join(sorted(known))} was loaded from data")
    if len(jumps) > most:
        found.append(f"{len(jumps)} conditional jumps, at most {most} are expected")
    return found, jumps


def disassembly():
    said = cargo("3", "--lib", "--no-run", "--message-format=json")
    messages = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    [program] = [message["executable"] for message in messages if message.get("executable")]
    every = dict(functions(program))
    report = []
    for start, (most, in_vectors) in COMPRESSIONS.items():
        names = [name for name in every if name.startswith(start) and (name == start or "{closure" not in name[len(start) :][13:])]
        if len(names) != 1:
            raise Failed(f"{start}: {len(names)} functions of that name in {program}")
        found, jumps = wrong(every[names[0]], most, in_vectors)
        if found:
            raise Failed("\n".join(f"{start}: {problem}" for problem in found))
        report.append(f"{len(jumps)}")
    planted = [name for name in every if name.startswith(PLANTED_JUMP)]
    if not planted or not any(wrong(every[name], 0, True)[0] for name in planted):
        raise Failed(f"the planted branch was not reported: {planted}")
    return f"conditional jumps: {', '.join(report)}; the planted one reported"


def timing():
    said = cargo("3", "--test", "timing", "--", "--ignored", "--nocapture")
    values = re.findall(r"\|t\| = ([0-9.]+), at (most|least)", said)
    if [bound for _, bound in values] != ["most"] * 4 + ["least"] * 2:
        raise Failed(f"{said}\nnot all of it was measured")
    return "|t| = " + ", ".join(value for value, _ in values[:4]) + "; planted: " + ", ".join(value for value, _ in values[4:])


CHECKS = {
    "A": [(f"memcheck at opt-level {level}", lambda level=level: memcheck(level)) for level in LEVELS],
    "B": [("MemorySanitizer with SHA-NI", memory_sanitizer)],
    "C": [("disassembly of the compression functions", disassembly)],
    "D": [("times", timing)],
}


def main(asked):
    failed = []
    for kind in asked or CHECKS:
        for name, check in CHECKS[kind]:
            start = time.monotonic()
            try:
                said = check()
            except (Failed, OSError, subprocess.SubprocessError) as error:
                failed.append(name)
                said = f"FAILED\n{error}"
            print(f"constant time, {name}: {said} ({time.monotonic() - start:.0f} s)", flush=True)
    if failed:
        sys.exit(f"constant time: failed: {'; '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
