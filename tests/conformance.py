"""Runs the vectors through every surface, shows each the secrets that vendors issue, then signs in each and verifies in every other.

    python3 tests/conformance.py [DIR]         the vectors of DIR, or tests/vectors; writes report.json
    python3 tests/conformance.py --adapters    surface -> the argv that starts its adapter, as JSON

The format and the protocol are in README.md beside this file. Standard library only. The surfaces must be built:
`make conformance` does both.
"""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import os
import pathlib
import queue
import string
import subprocess
import sys
import threading
import uuid

from oracle import CAPABILITIES

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / "target/release"
ADAPTERS = ROOT / "tests/adapters"
REPORT = ROOT / "report.json"
PATIENCE = 60  # seconds until an adapter that does not answer counts as hanging


def adapters():
    """The surfaces. This list only grows, and one that does not start is a failure."""
    return {
        "rust": [str(BUILT / "examples/adapter")],
        "c": [str(BUILT / "adapter-c")],
        "cli": [sys.executable, str(ADAPTERS / "cli.py"), str(BUILT / "personsig")],
        "python": [str(ROOT / "target/venv/bin/python"), str(ADAPTERS / "python.py")],
        "node": [os.environ.get("NODE", "node"), str(ADAPTERS / "node.mjs")],
        "php": [os.environ.get("PHP", "php"), "-n", "-d", f"extension={BUILT / 'libpersonsig_php.so'}", str(ADAPTERS / "php.php")],
        "ruby": [os.environ.get("RUBY", "ruby"), "-I", str(ROOT / "bindings/ruby/lib"), str(ADAPTERS / "ruby.rb")],
    }


class Adapter:
    """One surface's process, started when it is first asked and again after it died in a case."""

    def __init__(self, surface, argv):
        self.surface, self.argv, self.process, self.seq, self.unable = surface, argv, None, 0, None

    def start(self):
        """Its answer to `start`, or {"crash"}; what did not start once is not tried again."""
        self.stop()
        if self.unable:
            return self.unable
        try:
            self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        except OSError as error:
            self.unable = {"crash": f"does not start: {error}"}
            return self.unable
        self.lines = queue.Queue()
        threading.Thread(target=self.read, args=(self.process.stdout, self.lines), daemon=True).start()
        answer = self.exchange({"cmd": "start", "format": 1})
        self.unable = answer if "crash" in answer else None
        return answer

    @staticmethod
    def read(stream, lines):
        for line in stream:
            lines.put(line)
        lines.put("")

    def exchange(self, request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=PATIENCE)
            answer = json.loads(line) if line else {"crash": "the process died"}
            return answer if isinstance(answer, dict) else {"crash": "not an answer"}
        except queue.Empty:
            crash = f"no answer within {PATIENCE} s"
        except (OSError, ValueError) as error:
            crash = f"{type(error).__name__}: {error}"
        self.stop()
        return {"crash": crash}

    def run(self, operation, given):
        """{"result"}, {"error"} or {"crash"}."""
        if self.process is None or self.process.poll() is not None:
            started = self.start()
            if "crash" in started:
                return started
        self.seq += 1
        answer = self.exchange({"cmd": "run", "seq": self.seq, "operation": operation, "input": given})
        if "crash" not in answer and answer.pop("seq", None) != self.seq:
            return {"crash": "an answer to another request"}
        return answer

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def expand(form):
    """{"repeat": [text, count]} is this program's to expand; adapters never see it."""
    if isinstance(form, dict):
        if set(form) == {"repeat"}:
            text, count = form["repeat"]
            return text * count
        return {name: expand(value) for name, value in form.items()}
    return [expand(element) for element in form] if isinstance(form, list) else form


def complaint(test, answer):
    """What is wrong with an answer, or None. `index` is compared where the case states it."""
    expect = test["expect"]
    if "crash" in answer:
        return f"crashed: {answer['crash']}"
    if "error" in expect:
        right = answer.get("error") == expect["error"] and answer.get("index") == expect.get("index", answer.get("index"))
    else:
        right = canonical(answer) == canonical({"result": expect})
    return None if right else f"expected {shorten(expect)}, got {shorten(answer)}"


def canonical(given):
    """For a comparison in which 1 is neither true nor 1.0."""
    return json.dumps(given, sort_keys=True)


def shorten(given):
    text = json.dumps(given)
    return text if len(text) < 200 else text[:200] + "..."


def malformed(test):
    """What no runner knows must fail, not pass unread."""
    unknown = set(test) - {"id", "flags", "from", "requires", "input", "expect"}
    unknown |= set(test.get("requires", [])) - set(CAPABILITIES)
    return f"unknown: {', '.join(sorted(unknown))}" if unknown else None


def run_surface(adapter, files):
    """(description, counts by operation, failures) of one surface."""
    counts, failures = {}, []
    started = adapter.start()
    claims = {name for name, surfaces in CAPABILITIES.items() if adapter.surface in surfaces}
    if started.get("surface") != adapter.surface or set(started.get("supports", [])) != claims:
        failures.append({"surface": adapter.surface, "case": "start", "why": f"answered {shorten(started)}"})
    for file in files:
        operation = file["operation"]
        count = counts.setdefault(operation, {"ran": 0, "passed": 0, "failed": 0, "skipped": 0, "crashed": 0})
        for test in file["tests"]:
            why, answer = malformed(test), {}
            if why is None and set(test.get("requires", [])) - claims:
                count["skipped"] += 1
                continue
            if why is None:
                answer = adapter.run(operation, expand(test["input"]))
                why = complaint(test, answer)
            count["ran"] += 1
            count["crashed" if "crash" in answer else "failed" if why else "passed"] += 1
            if why:
                failures.append({"surface": adapter.surface, "case": f"{operation}/{test['id']}", "why": why})
    return started, counts, failures


SECRETS_AT_ONCE = 250  # the shell has a file of each

SECRET, NOW = "personsig-test-secret", 1596165824
AWKWARD = [
    "0",
    "42",
    "-42",
    "007",
    "1e5",
    "42.0",
    "0x2a",
    "9007199254740993",
    "340282366920938463463374607431768211456",
    "42-1596165824",
    "42-",
    "-",
    "--",
    "-1596165824",
    "a-b-c",
    " 42",
    "42 ",
    " ",
    "a b",
    "\u00a042",
    "42\u0085",
    "\ufeff42",
    "NULL",
    "undefined1",
    "none",
    "true",
    "nan",
    "[object]",
    "Array",
    "ada@example.com",
    "email:ada@example.com",
    "Ada@Example.COM",
    "550e8400-e29b-41d4-a716-446655440000",
    "550E8400-E29B-41D4-A716-446655440000",
    "O'Brien",
    '"quoted"',
    "`tick`",
    "back\\slash",
    "100%",
    "%41",
    "a+b",
    "a&b=c",
    "</script>",
    "<!--",
    "]]>",
    "${id}",
    "$&",
    "Zo\u00eb",
    "Zoe\u0308",
    "\u674e\u5c0f\u9f99",
    "\u0645\u062d\u0645\u062f",
    "\u05e9\u05dc\u05d5\u05dd",
    "\u202eabc",
    "\U0001f9d1\u200d\U0001f680",
    "\ufffd",
    "\uffff",
    "\U0010ffff",
    "\u2028",
    "stra\u00dfe",
    "\u0130",
    "\uff14\uff12",
    "x" * 44,
    "x" * 45,
    "x" * 55,
    "x" * 56,
    "x" * 64,
    "x" * 1025,
    "\u00e9" * 2000,
    "\U0001f680" * 20000,
]


def odd_secrets():
    """Kind -> secrets of that kind, as vendors issue them: the same in every run."""

    def random(*name, count=32):
        return hashlib.shake_256(repr(name).encode()).digest(count)

    def letters(alphabet, count, *name):
        return "".join(alphabet[byte % len(alphabet)] for byte in random(*name, count=count))

    word = string.ascii_letters + string.digits
    makers = {
        "hex": lambda n: random("hex", n).hex(),
        "base64": lambda n: base64.b64encode(random("base64", n)).decode(),
        "base64url": lambda n: base64.urlsafe_b64encode(random("base64url", n)).decode(),
        "base64url-unpadded": lambda n: base64.urlsafe_b64encode(random("unpadded", n)).decode().rstrip("="),
        "uuid": lambda n: str(uuid.UUID(bytes=random("uuid", n, count=16))),
        "sk": lambda n: "sk_" + letters(word, 40, "sk", n),
        "iv": lambda n: "iv_" + random("iv", n).hex(),
        "utv": lambda n: "utv_" + letters(word + "-_", 32, "utv", n),
        "inner-punctuation": lambda n: "a" + letters(word + "=#$-_.:;,!?*%@&+/|~^()<>[]{}'\"`\\", 30, "inner", n) + "9",
        "short": lambda n: letters(word, 8, "short", n),
        "bytes": lambda n: {"hex": (b"\xfe" + random("bytes", n)).hex()},
    }
    return {kind: [make(number) for number in range(1000)] for kind, make in makers.items()}


def run_secrets(adapter):
    """A thousand secrets of each kind are taken, each as it is: failures. The last one of a Signer must verify what it signed."""
    failures = []
    for kind, secrets in odd_secrets().items():
        for start in range(0, len(secrets), SECRETS_AT_ONCE):
            chunk = secrets[start : start + SECRETS_AT_ONCE]
            key = bytes.fromhex(chunk[-1]["hex"]) if isinstance(chunk[-1], dict) else chunk[-1].encode()
            shown = hmac.new(key, b"42", hashlib.sha256).hexdigest()
            given = {"provider": "gosquared", "secret": chunk[0], "fallback_secrets": chunk[1:], "user_id": "42", "signature": shown}
            answer = adapter.run("verify", {**given, "now": NOW})
            if answer != {"result": {"secret_index": len(chunk) - 1, "signed_at": None}}:
                case = f"secrets of the kind {kind}, from number {start}"
                failures.append({"surface": adapter.surface, "case": case, "why": shorten(answer)})
    return failures


def run_pairs(surfaces):
    """Every user signed in A is verified in B: {A: {B: number right}}, failures."""
    users = [(provider, user_id) for provider in ("gosquared", "chameleon") for user_id in AWKWARD]

    def sign(adapter):
        signed = []
        for provider, user_id in users:
            given = {"provider": provider, "secret": SECRET, "user_id": user_id, "now": NOW}
            signed.append(adapter.run("sign", given).get("result", {}).get("signature"))
        return signed

    def verify(adapter):
        right, failures = {}, []
        for surface, signed in signatures.items():
            right[surface] = 0
            for (provider, user_id), signature in zip(users, signed):
                given = {"provider": provider, "secret": SECRET, "user_id": user_id, "signature": signature, "now": NOW}
                answer = adapter.run("verify", given) if signature else {"crash": "not signed"}
                expect = {"secret_index": 0, "signed_at": NOW if provider == "chameleon" else None}
                if answer == {"result": expect}:
                    right[surface] += 1
                else:
                    pair = f"{surface} to {adapter.surface}, {provider}, {ascii(user_id[:20])}"
                    failures.append({"surface": adapter.surface, "case": pair, "why": shorten(answer)})
        return right, failures

    with concurrent.futures.ThreadPoolExecutor() as pool:
        signatures = dict(zip(surfaces, pool.map(sign, surfaces.values())))
        verified = dict(zip(surfaces, pool.map(verify, surfaces.values())))
    failures = [failure for _, failed in verified.values() for failure in failed]
    return {a: {b: verified[b][0][a] for b in surfaces} for a in surfaces}, len(users), failures


def table(title, rows, columns, cell):
    cells = [[title, *columns]] + [[row, *(cell(row, column) for column in columns)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    for line in cells:
        print("  ".join([line[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(line[1:], widths[1:]))]))
    print()


def main(arguments):
    if arguments == ["--adapters"]:
        print(json.dumps(adapters(), indent=1))
        return 0
    if len(arguments) > 1 or arguments[:1] and arguments[0].startswith("-"):
        sys.exit(__doc__)
    folder = pathlib.Path(arguments[0] if arguments else ROOT / "tests/vectors")
    files = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    for file in files:
        if file["count"] != len(file["tests"]):
            sys.exit(f"a file of {file['operation']} says {file['count']} tests and has {len(file['tests'])}: is it whole?")
    surfaces = {surface: Adapter(surface, argv) for surface, argv in adapters().items()}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = dict(zip(surfaces, pool.map(lambda adapter: run_surface(adapter, files), surfaces.values())))
        failed = dict(zip(surfaces, pool.map(run_secrets, surfaces.values())))
    for surface, more in failed.items():
        runs[surface][2].extend(more)
    pairs, users, failures = run_pairs(surfaces)
    for adapter in surfaces.values():
        adapter.stop()

    report = {"surfaces": {}, "failures": [], "pairs": {"ran": users * len(surfaces) ** 2, "failed": len(failures)}}
    for surface, (started, counts, failed) in runs.items():
        sums = {key: sum(count[key] for count in counts.values()) for key in ("ran", "passed", "failed", "skipped", "crashed")}
        report["surfaces"][surface] = {"runtime": started.get("runtime"), "version": started.get("version"), **sums}
        report["failures"] += failed
    report["failures"] += failures
    REPORT.write_text(json.dumps(report, indent=1) + "\n")

    def cell(operation, surface):
        count = runs[surface][1][operation]
        wrong = count["failed"] + count["crashed"]
        return f"{count['passed']}" + (f" {wrong} WRONG" if wrong else "") + (f" ({count['skipped']})" if count["skipped"] else "")

    for surface, (started, _, _) in runs.items():
        print(f"{surface:8}{started.get('version', '?'):8}{started.get('runtime', '?')}")
    print("\nCases right (not expressible there, by `requires`):")
    table("operation", list(dict.fromkeys(file["operation"] for file in files)), list(surfaces), cell)
    print(f"Signed in the row, verified in the column, of {users}:")
    table("", list(surfaces), list(surfaces), lambda a, b: str(pairs[a][b]))
    for failure in report["failures"][:100]:
        print(f"{failure['surface']}: {failure['case']}: {failure['why']}")
    ran = sum(surface["ran"] for surface in report["surfaces"].values())
    print(f"{ran} cases and {report['pairs']['ran']} pairs on {len(surfaces)} surfaces, {len(report['failures'])} wrong")
    return 1 if report["failures"] or not ran else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
