"""Where memory runs out, a call raises MemoryError, and neither aborts nor hangs, however much it was given."""

import os
import subprocess
import sys

import pytest

# What is given is made before the limit is set, and everything is used once, so that only the call itself can fail.
PROGRAM = """
import resource, sys
import personsig
signer = personsig.Signer("gosquared", "personsig-test-secret")
signer.sign_many(["42"]), signer.snippet("42", traits={{"a": [1.5]}}), signer.identity("42"), signer.explain("42", "x")
given = {given}
call = lambda: {call}
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
limit = used + int(sys.argv[1]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    call()
    said = "done"
except MemoryError:
    said = "MemoryError"
print(said)
"""

CALLS = {
    "many ids": ("[str(id) for id in range(300_000)]", "signer.sign_many(given)"),
    "many ids in a subclass of list": ("type('List', (list,), {})(['42'] * 300_000)", "signer.sign_many(given)"),
    "many fallback secrets": ("['older'] * 300_000", "personsig.Signer('gosquared', 'newer', fallback_secrets=given)"),
    "a long list": ("{'a': ['x'] * 300_000}", "signer.snippet('42', traits=given)"),
    "many names": ("{str(name): 1 for name in range(300_000, 0, -1)}", "signer.snippet('42', traits=given)"),
    "a long string": ("{'a': 'x' * 20_000_000}", "signer.snippet('42', traits=given)"),
    "a long string beyond ASCII": ("{'a': '\\u00e9' * 8_000_000}", "signer.snippet('42', traits=given)"),
    "a long id": ("'x' * 20_000_000", "signer.identity(given)"),
    "a long id on a page": ("'x' * 20_000_000", "signer.snippet(given)"),
    "a long id with a lone surrogate": ("'x' * 20_000_000 + '\\ud800'", "refused(lambda: signer.sign(given))"),
    "a long signature": ("'\\u00e9' * 10_000_000", "signer.is_valid('42', given)"),
    "what explain tries": ("['ada@example.com'] * 16", "signer.explain('123456', '00' * 32, also=given)"),
    "a long signature to explain": ("'0a\\n' * 5_000_000", "signer.explain('123456', given)"),
    "a long name of a variable": ("'X' * 20_000_000", "refused(lambda: personsig.Signer.from_env('gosquared', variable=given))"),
    "a long secret": ("'x' * 20_000_000", "personsig.Signer('gosquared', given)"),
}
REFUSED = """
def refused(call):
    try: call()
    except personsig.InputError: pass
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the limit is set from Linux's figures")
@pytest.mark.parametrize(("given", "call"), CALLS.values(), ids=CALLS)
def test_it_is_a_memory_error(given, call):
    program = REFUSED + PROGRAM.format(given=given, call=call)
    said = set()
    for megabytes in (1, 15, 1000):
        # With a backtrace, the report of a failed allocation allocates, and waits for its own lock for ever.
        ran = subprocess.run(
            [sys.executable, "-c", program, str(megabytes)],
            env=os.environ | {"RUST_BACKTRACE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (ran.returncode, ran.stderr) == (0, ""), megabytes
        said.add(ran.stdout)
    assert said == {"MemoryError\n", "done\n"}
