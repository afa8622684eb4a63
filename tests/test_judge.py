"""The judge of anybody's adapter: what it says of right and wrong programs, and that nothing that they do holds it up."""

import json
import pathlib
import shlex
import subprocess
import sys
import time

import pytest

import conformance

EXAMPLE = (conformance.ROOT / "tests/adapters/example.py").read_text()
VECTORS = conformance.ROOT / "tests/vectors"
SIGN = "hmac.new(secret, user_id.encode(), hashlib.sha256).hexdigest()"
# A program that answers nothing but what it is told to.
SKELETON = """
import json, os, sys, time
def say(given):
    print(given if isinstance(given, str) else json.dumps(given), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["cmd"] == "start":
        START
    else:
        RUN
"""
CLAIMS = {"surface": "mine", "operations": ["sign"], "providers": ["gosquared"], "errors": []}


@pytest.fixture
def judged(tmp_path, monkeypatch, capsys):
    """Judges a program: exit code or message, what was printed, the report."""
    monkeypatch.setattr(conformance, "REPORT", tmp_path / "report.json")

    def judge(program, folder=VECTORS, patience=30):
        monkeypatch.setattr(conformance, "JUDGE_PATIENCE", patience)
        (tmp_path / "adapter.py").write_text(program)
        try:
            code = conformance.main(["--adapter", f"'{sys.executable}' '{tmp_path / 'adapter.py'}'", str(folder)])
        except SystemExit as stopped:
            code = stopped.code
        report = json.loads((tmp_path / "report.json").read_text()) if (tmp_path / "report.json").exists() else None
        return code, capsys.readouterr().out, report

    return judge


def program(start=f"say({CLAIMS})", run='say({"seq": request["seq"], "error": "invalid-text"})'):
    return SKELETON.replace("START", start).replace("RUN", run)


def mistakes_of(report):
    return {failure["what"] for failure in report["failures"] if failure["case"].startswith(("sign/", "snippet/", "identity/", "hmac/"))}


def test_the_example_is_right(judged):
    code, said, report = judged(EXAMPLE)
    assert code == 0, said
    counts = report["surfaces"]["example"]
    assert counts["ran"] == counts["passed"] > 400
    assert report["failures"] == []


MISTAKES = {
    "swapped-key-and-message": "hmac.new(user_id.encode(), secret, hashlib.sha256).hexdigest()",
    "upper-case": SIGN + ".upper()",
    "no-hmac": "hashlib.sha256(secret + user_id.encode()).hexdigest()",
    "empty-key": "hmac.new(b'', user_id.encode(), hashlib.sha256).hexdigest()",
    "padded-key": "hmac.new(secret + b'\\n', user_id.encode(), hashlib.sha256).hexdigest()",
    "other-hash": "hmac.new(secret, user_id.encode(), hashlib.sha1).hexdigest()",
    "other-encoding": "__import__('base64').b64encode(hmac.digest(secret, user_id.encode(), 'sha256')).decode()",
    "id-not-text": "hmac.new(secret, b'undefined', hashlib.sha256).hexdigest()",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_called_by_its_name(judged, mistake):
    assert SIGN in EXAMPLE
    code, said, report = judged(EXAMPLE.replace(SIGN, MISTAKES[mistake]).replace(', "verify"', ""))
    assert code == 1
    named = [failure["case"] for failure in report["failures"] if failure["what"] == mistake]
    assert len(named) > 0.9 * report["surfaces"]["example"]["ran"], said
    assert f"example: {mistake}: {len(named)} cases (core/MISTAKES.md says more)" in said
    assert "sign/gosquared-text" in named


def test_a_comparison_that_accepts_everything_is_named(judged):
    code, said, report = judged(EXAMPLE.replace("if any(matches)", "if True").replace("matches.index(True)", "0"))
    assert code == 1
    assert "accepted what must be refused: signature-mismatch" in said


def test_a_time_that_is_not_the_given_one_is_named(judged):
    program = EXAMPLE.replace("gosquared", "chameleon").replace(', "verify"', "")
    sign = "hmac.new(secret, (user_id + '-5').encode(), hashlib.sha256).hexdigest() + '-5'"
    code, said, report = judged(program.replace(SIGN, sign))
    assert code == 1
    assert "another time than the given now" in {failure["what"] for failure in report["failures"]}


def test_a_mistake_in_a_snippet_is_named(judged, tmp_path):
    """The signature is found where the right one stands; what differs elsewhere has no name."""
    folder = tmp_path / "vectors"
    folder.mkdir()
    file = json.loads((VECTORS / "snippet.json").read_text())
    file["tests"] = [test for test in file["tests"] if '"auth","' in test["expect"].get("html", "")][:1]
    file["count"] = 1
    (folder / "snippet.json").write_text(json.dumps(file))
    html = file["tests"][0]["expect"]["html"]
    claims = f"say({CLAIMS | {'operations': ['snippet']}})"
    upper = 'html.split(\'"auth","\')[0] + \'"auth","\' + html.split(\'"auth","\')[1][:64].upper() + html.split(\'"auth","\')[1][64:]'
    for change, name in [(upper, "upper-case"), ("html + ' '", "another result of snippet"), ("7", "another result of snippet")]:
        run = f'html = {html!r}; say({{"seq": request["seq"], "result": {{"html": {change}}}}})'
        code, said, report = judged(program(claims, run), folder)
        assert code == 1
        assert mistakes_of(report) == {name}


def test_only_what_is_claimed_is_asked(judged):
    code, said, report = judged(EXAMPLE.replace('"sign", "verify"', '"sign"'))
    asked = report["surfaces"]["example"]
    assert code == 0
    assert set(said.split("\n\n")[1].split()[5::5]) == {"sign"}
    total = sum(len(json.loads(path.read_text())["tests"]) for path in VECTORS.glob("*.json"))
    assert asked["ran"] + asked["skipped"] == total


def test_everything_is_asked_of_an_adapter_that_claims_nothing(judged):
    """Left out, a list of what it does is everything; what it can express is nothing."""
    code, said, report = judged(program('say({"surface": "mine"})'))
    assert code == 1
    counts = report["surfaces"]["mine"]
    assert counts["ran"] > 2000 and counts["skipped"] > 100
    assert any(failure["case"].startswith("snippet/") for failure in report["failures"])
    assert "refused what must be accepted, with 'invalid-text'" in said


BAD_STARTS = {
    "say([])": "does not start: its answer is no JSON object",
    "say('[' * 100000)": "does not start: its answer is no JSON",
    "say('hello')": "its answer is no JSON. Print nothing but answers to standard output",
    "sys.exit('No such secret')": "does not start: the process ended with exit code 1, having said: No such secret",
    "os.kill(os.getpid(), 11)": "the process was ended by SIGSEGV",
    "os.close(1); time.sleep(60)": "the process closed its standard input or output",
    "time.sleep(60)": "no answer within 1 s. Does it flush its output after every line?",
    "[print('x' * 99999, end='') for _ in iter(int, 1)]": "an answer of more than 16777216 bytes",
    "[print('x', end='', file=sys.stderr, flush=True) for _ in iter(int, 1)]": "no answer within 1 s",
    "sys.stdout.buffer.write(b'\\xff\\xfe\\n'); sys.stdout.flush()": "its answer is no JSON",
    "say('\\x1b[2J')": "its answer is no JSON",
    "say({'operations': ['sing']})": "operations has 'sing'. Known are construct, explain, ",
    "say({'operations': 'sign'})": "operations must be a list of strings",
    "say({'supports': [1]})": "supports must be a list of strings",
    "say({'supports': ['magic']})": "supports has 'magic'. Known are ",
    "say({'providers': ['gosquare']})": "providers has 'gosquare'. Known are ",
    "say({'errors': ['mismatch']})": "errors has 'mismatch'. Known are ",
    "say({'surface': 1})": "surface must be a string",
}


@pytest.mark.parametrize("start", BAD_STARTS)
def test_an_adapter_that_does_not_start_is_told_why(judged, start):
    hangs = "no answer" in BAD_STARTS[start]
    code, said, report = judged(program(start), patience=1 if hangs else 30)
    assert BAD_STARTS[start] in code
    assert said == "" and report is None


BAD_RUNS = {
    "pass": "no answer within 1 s",
    "time.sleep(60)": "no answer within 1 s",
    "sys.exit(3)": "the process ended with exit code 3",
    "say('hello')": "its answer is no JSON",
    "say({'seq': 0, 'result': {}})": "an answer without this request's seq",
    "say({'seq': request['seq']})": "not exactly one of result, error, crash",
    "say({'seq': request['seq'], 'result': {}, 'error': 'expired'})": "not exactly one of result, error, crash",
    "say({'seq': request['seq'], 'result': 7})": "another result of sign",
    "say({'seq': request['seq'], 'result': {'signature': 7}})": "the signature is no string",
    "say({'seq': request['seq'], 'result': {'signature': '\\ud800'}})": "no-known-mistake",
    "say({'seq': request['seq'], 'crash': '\\x1b[2J'})": "crashed: \\x1b[2J",
}


@pytest.mark.parametrize("run", BAD_RUNS)
def test_an_adapter_that_fails_in_a_case_is_told_why(judged, run):
    began = time.monotonic()
    code, said, report = judged(program(run=run), patience=1 if "no answer" in BAD_RUNS[run] else 30)
    assert code == 1
    assert BAD_RUNS[run] in said
    assert "\x1b" not in said
    counts = report["surfaces"]["mine"]
    assert counts["passed"] == 0 and counts["failed"] + counts["crashed"] == counts["ran"] > 100
    assert time.monotonic() - began < 60


def test_what_it_prints_beside_its_answers_is_told(judged):
    code, said, report = judged(program(run='say("debug"); say({"seq": request["seq"], "error": "x"})'))
    assert code == 1
    assert "Print nothing but answers to standard output" in said


def test_it_may_be_restarted_in_every_case_that_kills_it(judged):
    """One case that ends the process is one crash."""
    run = """
        if request["input"]["user_id"] == "007":
            sys.exit(1)
        say({"seq": request["seq"], "error": "x"})"""
    code, said, report = judged(program(run=run))
    counts = report["surfaces"]["mine"]
    assert 0 < counts["crashed"] < 10 and counts["failed"] == counts["ran"] - counts["crashed"]


def test_nothing_that_it_started_is_left(judged, tmp_path):
    start = f"""
        if child := os.fork():
            open({str(tmp_path / "child")!r}, "w").write(str(child))
        time.sleep(60)"""
    judged(program(start), patience=1)
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and is_running(child):
        time.sleep(0.05)
    assert not is_running(child)


def is_running(process):
    try:
        return "Z" not in pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_a_command_that_is_none_is_told(judged, tmp_path):
    for command, why in [("", "--adapter is empty"), ("'", "--adapter is no command"), (str(tmp_path / "none"), "does not start: ")]:
        with pytest.raises(SystemExit, match=why):
            conformance.main(["--adapter", command])


def test_a_folder_without_vectors_is_told(tmp_path):
    with pytest.raises(SystemExit, match="has no vectors"):
        conformance.main(["--adapter", "true", str(tmp_path)])


def test_it_runs_alone(tmp_path):
    """From any folder, with nothing built, through make and without."""
    command = shlex.join([sys.executable, str(conformance.ROOT / "tests/adapters/example.py")])
    run = [sys.executable, "-S", str(conformance.ROOT / "tests/conformance.py"), "--adapter", command]
    assert ", 0 wrong" in subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    make = ["make", "-C", str(conformance.ROOT), "conformance", f"ADAPTER={command}", f"PYTHON={sys.executable}"]
    done = subprocess.run([*make, "-n"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "cargo" not in done and "--adapter" in done


BASE64 = "__import__('base64').b64encode(hmac.digest(secret, user_id.encode(), 'sha256')).decode()"
WRITINGS = {
    "other-encoding": SIGN,
    "swapped-key-and-message": BASE64.replace("secret, user_id.encode()", "user_id.encode(), secret"),
    "padded-key": BASE64.replace("secret,", "secret + b'\\n',"),
}


@pytest.mark.parametrize("mistake", WRITINGS)
def test_a_mistake_is_named_in_every_encoding(judged, mistake):
    example = EXAMPLE.replace("gosquared", "engagespot").replace(', "verify"', "")
    assert judged(example.replace(SIGN, BASE64))[0] == 0
    code, said, report = judged(example.replace(SIGN, WRITINGS[mistake]))
    assert code == 1
    assert {failure["what"] for failure in report["failures"]} == {mistake}, said
