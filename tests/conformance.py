"""Runs the vectors through every surface, shows each the secrets that vendors issue, then signs in each and verifies in every other.

    python3 tests/conformance.py [DIR]                        the vectors of DIR, or tests/vectors; writes report.json
    python3 tests/conformance.py --adapter 'COMMAND' [DIR]    the same vectors through your own program, which needs no build
    python3 tests/conformance.py --adapters                   surface -> the argv that starts its adapter, as JSON

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
import select
import shlex
import signal
import string
import subprocess
import sys
import time
import uuid

import judge
import shared
from oracle import CAPABILITIES, VENDORS

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / "target/release"
ADAPTERS = ROOT / "tests/adapters"
REPORT = ROOT / "report.json"
PATIENCE = 60  # seconds until an adapter that does not answer counts as hanging
JUDGE_PATIENCE = 10  # the same for one's own program, which has no build to wait for
HANGS, DEATHS = 2, 10  # after so many an adapter is given up
ANSWER_MAX = 16 << 20  # bytes of one answer


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
    """One program that speaks the protocol, started when it is first asked and again after it died in a case."""

    def __init__(self, surface, argv, patience=None):
        self.surface, self.argv, self.patience = surface, argv, patience or PATIENCE
        self.process, self.seq, self.hangs, self.deaths, self.unable = None, 0, 0, 0, None

    def start(self):
        """Its answer to `start`, or {"crash"}; what did not start once is not tried again."""
        self.stop()
        if self.unable:
            return self.unable
        pipes = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
        try:
            self.process = subprocess.Popen(self.argv, bufsize=0, start_new_session=True, **pipes)
        except OSError as error:
            self.unable = {"crash": f"does not start: {error}"}
            return self.unable
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            os.set_blocking(pipe.fileno(), False)
        self.unread, self.said = bytearray(), b""
        answer = self.exchange({"cmd": "start", "format": 1})
        if "crash" in answer:
            self.unable = {"crash": f"does not start: {answer['crash']}"}
        return self.unable or answer

    def exchange(self, request):
        """The answer to a request, an object; or {"crash"}, after which the process is no more."""
        try:
            answer = json.loads(self.line(json.dumps(request).encode() + b"\n"))
            if isinstance(answer, dict):
                return answer
            self.deaths += 1
            crash = "its answer is no JSON object"
        except Hanging:
            self.hangs += 1
            crash = f"no answer within {self.patience} s. Does it flush its output after every line?"
        except Dead as dead:
            self.deaths += 1
            crash = str(dead)
        except (ValueError, RecursionError):
            self.deaths += 1
            crash = "its answer is no JSON. Print nothing but answers to standard output"
        self.stop()
        if self.hangs >= HANGS or self.deaths >= DEATHS:
            self.unable = {"crash": f"given up after it hung or ended {self.hangs + self.deaths} times; the last time: {crash}"}
        return {"crash": crash}

    def line(self, request):
        """Writes a request and reads a line, at once: neither side may wait for the other to empty a pipe."""
        into, out, errors = (pipe.fileno() for pipe in (self.process.stdin, self.process.stdout, self.process.stderr))
        deadline, listening = time.monotonic() + self.patience, [out, errors]
        ended = b"\n" in self.unread
        while request or not ended:
            left = deadline - time.monotonic()
            ready = select.select(listening, [into] if request else [], [], max(left, 0))
            if left <= 0 or not any(ready):
                raise Hanging
            try:
                if into in ready[1]:
                    request = request[os.write(into, request[:65536]) :]
                if errors in ready[0] and not self.hear(errors):
                    listening.remove(errors)
                read = os.read(out, 65536) if out in ready[0] else None
            except BlockingIOError:
                continue
            except OSError:
                read = b""
            if read == b"":
                raise Dead(self.last_words(errors))
            self.unread += read or b""
            ended = ended or b"\n" in (read or b"")
            if len(self.unread) > ANSWER_MAX:
                raise Dead(f"an answer of more than {ANSWER_MAX} bytes")
        line, _, self.unread = self.unread.partition(b"\n")
        return line

    def hear(self, errors):
        """Keeps the end of what it prints to standard error. False when nothing more can come."""
        heard = os.read(errors, 65536)
        self.said = (self.said + heard)[-4096:]
        return bool(heard)

    def last_words(self, errors):
        try:
            code = self.process.wait(timeout=1)
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        except subprocess.TimeoutExpired:
            how = "closed its standard input or output"
        try:
            for _ in range(16):  # a child of it may go on
                self.hear(errors)
        except OSError:
            pass  # that is all
        lines = self.said.decode(errors="replace").strip().splitlines()
        return f"the process {how}" + (f", having said: {lines[-1].strip()}" if lines else "")

    def run(self, operation, given):
        """{"result"}, {"error"} or {"crash"}."""
        if self.unable:
            return self.unable
        if self.process is None or self.process.poll() is not None:
            started = self.start()
            if "crash" in started:
                return started
        self.seq += 1
        answer = self.exchange({"cmd": "run", "seq": self.seq, "operation": operation, "input": given})
        if self.process is None:
            return answer
        if answer.pop("seq", None) != self.seq:
            return {"crash": "an answer without this request's seq"}
        if len({"result", "error", "crash"} & set(answer)) != 1:
            return {"crash": "an answer with not exactly one of result, error, crash"}
        return answer

    def interrupt(self):
        """From another thread: what is asked now and later is not answered."""
        self.unable = {"crash": "interrupted"}
        self.kill()

    def kill(self):
        """It, and its children."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (AttributeError, ProcessLookupError):
            pass  # it has not started, or has ended

    def stop(self):
        if self.process is None:
            return
        self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        self.process = None


class Hanging(Exception):
    """No answer came in time."""


class Dead(Exception):
    """The process ended, or can no longer be spoken to."""


def expand(form):
    """{"repeat": [text, count]} is this program's to expand; adapters never see it."""
    if isinstance(form, dict):
        if set(form) == {"repeat"}:
            text, count = form["repeat"]
            return text * count
        return {name: expand(value) for name, value in form.items()}
    return [expand(element) for element in form] if isinstance(form, list) else form


def is_right(expect, answer):
    """`index` is compared where the case states it."""
    if "error" in expect:
        return answer.get("error") == expect["error"] and answer.get("index") == expect.get("index", answer.get("index"))
    return canonical(answer) == canonical({"result": expect})


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


def read_vectors(folder):
    paths = sorted(pathlib.Path(folder).glob("*.json"))
    if not paths:
        sys.exit(f"{folder} has no vectors: no file *.json")
    files = [json.loads(path.read_text("utf-8")) for path in paths]
    for file in files:
        if file["count"] != len(file["tests"]):
            sys.exit(f"a file of {file['operation']} says {file['count']} tests and has {len(file['tests'])}: is it whole?")
    return files


def run_surface(adapter, files, is_claimed):
    """Counts by operation and the failures of an adapter, in the cases that it claims."""
    counts, failures, names = {}, [], judge.Names()
    for file in files:
        operation = file["operation"]
        count = counts.setdefault(operation, {"ran": 0, "passed": 0, "failed": 0, "skipped": 0, "crashed": 0})
        for test in file["tests"]:
            unread = malformed(test)
            if unread is None and not is_claimed(operation, test):
                count["skipped"] += 1
                continue
            given, expect = expand(test["input"]), test["expect"]
            answer = {"unread": unread} if unread else adapter.run(operation, given)
            right = is_right(expect, answer)
            count["ran"] += 1
            count["passed" if right else "crashed" if "crash" in answer else "failed"] += 1
            if not right:
                what = unread or names.of(operation, given, expect, answer)
                why = f"expected {shorten(expect)}, got {shorten(answer)}"
                failures.append({"surface": adapter.surface, "case": f"{operation}/{test['id']}", "what": what, "why": why})
    return counts, failures


def at_once(task, surfaces):
    """{surface: what the task gives for its adapter}."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        try:
            return dict(zip(surfaces, pool.map(task, surfaces.values())))
        except BaseException:
            for adapter in surfaces.values():
                adapter.interrupt()
            raise


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
                failures.append({"surface": adapter.surface, "case": case, "what": "secrets as vendors issue them", "why": shorten(answer)})
    return failures


EMAILS = [
    "ada@example.com",
    "Ada@EXAMPLE.com",
    "a@b",
    "O'Brien@example.com",
    "\u0130\u00c9@\u212a.example",
    "a@@",
    "42-1596165824@x",
    "x" * 60 + "@Y",
]


def users():
    """(provider, secret, id): every scheme with every awkward id, and every encoding, key form and kind of e-mail with some of them."""
    kinds = {("hex", "text", "id", False): None}
    for name, row in VENDORS.items():
        if row["scheme"] == "plain":
            kinds[row["encoding"], row["key"], row["signs"], row["lower"]] = name
    yield from (("gosquared", SECRET, user_id) for user_id in AWKWARD)
    yield from (("chameleon", SECRET, user_id) for user_id in AWKWARD)
    for (encoding, key, signs, _), name in kinds.items():
        some = EMAILS + (AWKWARD[::4] if signs != "email" else []) if (encoding, key, signs) != ("hex", "text", "id") else []
        yield from ((name, shared.SECRETS[key], user_id) for user_id in some)


def run_pairs(surfaces):
    """Every user signed in A is verified in B: {A: {B: number right}}, failures."""
    everybody = list(users())

    def sign(adapter):
        signed = []
        for provider, secret, user_id in everybody:
            given = {"provider": provider, "secret": secret, "user_id": user_id, "now": NOW}
            signed.append(adapter.run("sign", given).get("result", {}).get("signature"))
        return signed

    def verify(adapter):
        right, failures = {}, []
        for surface, signed in signatures.items():
            right[surface] = 0
            for (provider, secret, user_id), signature in zip(everybody, signed):
                given = {"provider": provider, "secret": secret, "user_id": user_id, "signature": signature, "now": NOW}
                answer = adapter.run("verify", given) if signature else {"crash": "not signed"}
                expect = {"secret_index": 0, "signed_at": NOW if VENDORS[provider]["scheme"] == "timestamped" else None}
                if answer == {"result": expect}:
                    right[surface] += 1
                else:
                    pair = f"{surface} to {adapter.surface}, {provider}, {ascii(user_id[:20])}"
                    what = "signed by one, not verified by the other"
                    failures.append({"surface": adapter.surface, "case": pair, "what": what, "why": shorten(answer)})
        return right, failures

    signatures = at_once(sign, surfaces)
    verified = at_once(verify, surfaces)
    failures = [failure for _, failed in verified.values() for failure in failed]
    return {a: {b: verified[b][0][a] for b in surfaces} for a in surfaces}, len(everybody), failures


def table(title, rows, columns, cell):
    cells = [[title, *columns]] + [[row, *(cell(row, column) for column in columns)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    for line in cells:
        print("  ".join([line[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(line[1:], widths[1:]))]))
    print()


def report_of(runs):
    """What report.json says of surfaces: (answer to `start`, counts, failures) by name."""
    report = {"surfaces": {}, "failures": []}
    for surface, (started, counts, failed) in runs.items():
        sums = {key: sum(count[key] for count in counts.values()) for key in ("ran", "passed", "failed", "skipped", "crashed")}
        report["surfaces"][surface] = {"runtime": started.get("runtime"), "version": started.get("version"), **sums}
        report["failures"] += failed
    return report


def write(report):
    REPORT.write_text(json.dumps(report, indent=1) + "\n")


def start_surface(adapter):
    """Its answer to `start`, what it can express by the table, and what is wrong with the answer."""
    started = adapter.start()
    claims = {name for name, surfaces in CAPABILITIES.items() if adapter.surface in surfaces}
    right = started.get("surface") == adapter.surface and set(started.get("supports", [])) == claims
    why = {"surface": adapter.surface, "case": "start", "what": "another answer to start", "why": f"answered {shorten(started)}"}
    return started, claims, [] if right else [why]


def conform(folder):
    """Every surface, and every pair of them."""
    files = read_vectors(folder)
    surfaces = {surface: Adapter(surface, argv) for surface, argv in adapters().items()}

    def run(adapter):
        started, claims, wrong = start_surface(adapter)
        counts, failures = run_surface(adapter, files, lambda _, test: claims.issuperset(test.get("requires", [])))
        return started, counts, wrong + failures + run_secrets(adapter)

    try:
        runs = at_once(run, surfaces)
        pairs, count, failures = run_pairs(surfaces)
    finally:
        for adapter in surfaces.values():
            adapter.stop()
    report = {**report_of(runs), "pairs": {"ran": count * len(surfaces) ** 2, "failed": len(failures)}}
    report["failures"] += failures
    write(report)

    def cell(operation, surface):
        count = runs[surface][1][operation]
        wrong = count["failed"] + count["crashed"]
        return f"{count['passed']}" + (f" {wrong} WRONG" if wrong else "") + (f" ({count['skipped']})" if count["skipped"] else "")

    for surface, (started, _, _) in runs.items():
        print(f"{surface:8}{started.get('version', '?'):8}{started.get('runtime', '?')}")
    print("\nCases right (not expressible there, by `requires`):")
    table("operation", list(dict.fromkeys(file["operation"] for file in files)), list(surfaces), cell)
    print(f"Signed in the row, verified in the column, of {count}:")
    table("", list(surfaces), list(surfaces), lambda a, b: str(pairs[a][b]))
    judge.show(report["failures"])
    ran = sum(surface["ran"] for surface in report["surfaces"].values())
    print(f"{ran} cases and {report['pairs']['ran']} pairs on {len(surfaces)} surfaces, {len(report['failures'])} wrong")
    return 1 if report["failures"] or not ran else 0


def judge_adapter(command, folder):
    """Anybody's program, in what it claims to do."""
    files = read_vectors(folder)
    try:
        argv = shlex.split(command)
    except ValueError as error:
        sys.exit(f"--adapter is no command: {error}")
    if not argv:
        sys.exit("--adapter is empty: pass the command that starts your program")
    adapter = Adapter("adapter", argv, patience=JUDGE_PATIENCE)
    try:
        started = adapter.start()
        if "crash" in started:
            sys.exit(judge.printable(f"The adapter {started['crash']}"))
        claims, wrong = judge.claims(started, {file["operation"] for file in files})
        if wrong:
            sys.exit(judge.printable(f"The adapter's answer to start is wrong: {wrong}"))
        adapter.surface = claims.surface
        counts, failures = run_surface(adapter, files, claims.include)
    finally:
        adapter.stop()
    report = report_of({adapter.surface: (started, counts, failures)})
    write(report)

    counts = {operation: count for operation, count in counts.items() if count["ran"]}
    about = [adapter.surface, *(started[name] for name in ("version", "runtime") if name in started)]
    print(judge.printable(" ".join(map(str, about))) + "\n")
    table("operation", list(counts), ["passed", "failed", "crashed", "skipped"], lambda operation, what: str(counts[operation][what]))
    judge.show(failures)
    ran, skipped = (report["surfaces"][adapter.surface][key] for key in ("ran", "skipped"))
    print(f"{ran} cases, {len(failures)} wrong. Not asked, since the adapter does not claim them: {skipped}")
    if not ran:
        print("Nothing was asked: what the adapter claims fits no case")
    return 1 if failures or not ran else 0


def main(arguments):
    if arguments == ["--adapters"]:
        print(json.dumps(adapters(), indent=1))
        return 0
    command = None
    if arguments[:1] == ["--adapter"] and len(arguments) > 1:
        _, command, *arguments = arguments
    if len(arguments) > 1 or arguments[:1] and arguments[0].startswith("-"):
        sys.exit(__doc__)
    folder = arguments[0] if arguments else ROOT / "tests/vectors"
    return conform(folder) if command is None else judge_adapter(command, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
