"""The command line: secrets, the program behind `--`, `--until-ready`, `--state`."""

import contextlib
import os
import pathlib
import re
import resource
import signal
import sqlite3
import subprocess
import time

import pytest

from conftest import BEARER, PROGRAM, REAL, ROOT, SECRETS, TOKEN, chameleon, gosquared


def refused(*arguments, environment=None):
    done = subprocess.run(
        [PROGRAM, *arguments], env={"PATH": os.environ["PATH"], **(environment or {})}, capture_output=True, text=True, timeout=10
    )
    return done.returncode, done.stderr


def secret_of(sandbox, name):
    return re.search(rf"export {name}=(\S+)", sandbox.output)[1]


def test_secrets_are_made_for_the_run_and_no_two_runs_have_the_same(start):
    names = ["GOSQUARED_SECURE_MODE_SECRET", "CHAMELEON_VERIFICATION_SECRET"]
    one, two = start(environment=REAL), start(environment=REAL)
    made = [secret_of(sandbox, name) for sandbox in (one, two) for name in names]
    assert len(set(made)) == 4 and not set(made) & set(REAL.values())
    assert one.identify("gosquared", "1", gosquared("1", made[0])).json["verdict"] == "valid"
    assert one.identify("gosquared", "1", gosquared("1")).json["verdict"] == "wrong", "the real one is not read"
    older = secret_of(one, "GOSQUARED_SECURE_MODE_SECRET_PREVIOUS")
    assert one.identify("gosquared", "1", gosquared("1", older)).json["reasons"][0]["code"] == "valid-with-fallback"


def test_a_token_that_was_given_is_not_printed(start):
    sandbox = start()
    assert sandbox.says('/_personsig/rest/$PERSONSIG_SANDBOX_TOKEN"')
    assert sandbox.says("Ctrl-C ends it.")
    assert TOKEN not in sandbox.output
    line = re.search("export (CHAMELEON_API_URL=.*)", sandbox.output)[1]
    shell = ["sh", "-c", f'{line}; printf %s "$CHAMELEON_API_URL"']
    url = subprocess.run(shell, env={"PERSONSIG_SANDBOX_TOKEN": TOKEN}, capture_output=True, text=True, check=True).stdout
    assert url == f"http://localhost:{sandbox.port}/_personsig/rest/{TOKEN}"


def test_the_command_is_given_them_and_ends_with_the_sandbox(start, tmp_path):
    out = tmp_path / "out"
    sandbox = start(
        command=(
            "sh",
            "-c",
            f'echo "$GOSQUARED_SECURE_MODE_SECRET" > {out}.part; sleep 300 & echo $! > {out}.pid; mv {out}.part {out}; wait',
        )
    )
    while not out.exists():
        time.sleep(0.02)
    secret = out.read_text().strip()
    assert sandbox.identify("gosquared", "1", gosquared("1", secret)).json["verdict"] == "valid"
    assert secret not in sandbox.output
    assert sandbox.says("with secrets made for this run, which no vendor knows")
    grandchild = pathlib.Path("/proc", (tmp_path / "out.pid").read_text().strip(), "stat")
    assert grandchild.exists()
    assert sandbox.stop(signal.SIGINT) == 0
    assert not grandchild.exists() or grandchild.read_text().split()[2] == "Z"


def runs(pid):
    stat = pathlib.Path("/proc", pid.read_text().strip(), "stat")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_what_the_command_started_ends_with_the_command(start, tmp_path):
    pid = tmp_path / "pid"
    start(command=("sh", "-c", f"sleep 300 & echo $! > {pid}")).process.wait(5)
    assert not runs(pid)


@pytest.mark.parametrize("waits", ["wait", "exec sleep 300", "trap '' TERM; while :; do sleep 1; done"])
def test_what_does_not_end_when_asked_is_ended(start, tmp_path, waits):
    """Also where the command itself ends at once, and what it started does not."""
    pid = tmp_path / "pid"
    stubborn = f"sh -c \"trap '' TERM; echo \\$\\$ > {pid}.part; mv {pid}.part {pid}; while :; do sleep 1; done\""
    sandbox = start(command=("sh", "-c", f"{stubborn} & {waits}"))
    while not pid.exists():
        time.sleep(0.02)
    assert runs(pid)
    assert sandbox.stop() == 0
    time.sleep(0.1)
    assert not runs(pid)


def test_the_command_ends_with_a_sandbox_that_does_not_wait_for_orphans(start, tmp_path):
    """Whose parent is gone, and which nobody in a container reaps: they are not waited for as if they still ran."""
    pid = tmp_path / "pid"
    sandbox = start(command=("sh", "-c", f"(sleep 300 & echo $! > {pid}.part; mv {pid}.part {pid}); exec sleep 300"))
    while not pid.exists():
        time.sleep(0.02)
    asked = time.monotonic()
    assert sandbox.stop() == 0
    assert time.monotonic() - asked < 3
    assert not runs(pid)


def test_the_command_has_the_callers_limit_of_open_files(start, tmp_path):
    limits, before = tmp_path / "limits", resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
    try:
        start(command=("sh", "-c", f"ulimit -S -n > {limits}.part; mv {limits}.part {limits}; sleep 300"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    while not limits.exists():
        time.sleep(0.02)
    assert limits.read_text() == "512\n"


def test_the_commands_arguments_are_not_printed(start):
    sandbox = start(command=("sh", "-c", "sleep 300 # c4nary"))
    assert sandbox.says("Started `sh` with secrets") and sandbox.says("Ctrl-C ends it.")
    assert "c4nary" not in sandbox.output


def test_state_is_kept_and_the_irreversible_stays_irreversible(start, tmp_path):
    state = str(tmp_path / "state.db")
    first = start("--state", state)
    secret = secret_of(first, "CHAMELEON_VERIFICATION_SECRET")
    first.identify("chameleon", "1", chameleon("1", secret=secret))
    first.api("gosquared/secure-mode", "PUT", {"on": True})
    first.stop()
    second = start("--state", state)
    assert secret_of(second, "CHAMELEON_VERIFICATION_SECRET") == secret
    assert second.verdict("chameleon")["state"] == "enforced"
    assert second.verdict("gosquared")["secure_mode"] == "on"
    assert second.identify("chameleon", "1").status == 401
    second.api("forget", "POST")
    second.stop()
    assert start("--state", state).verdict("chameleon")["state"] == "enforced"


def database(statement):
    def make(path):
        with contextlib.closing(sqlite3.connect(path)) as made:
            made.executescript(statement)

    return make


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("#!/bin/sh\necho hello\n"),
        database("CREATE TABLE users (id); INSERT INTO users VALUES (1); CREATE TABLE requests (id)"),
        database("CREATE TABLE meta (name TEXT, value BLOB); CREATE TABLE users (id); CREATE TABLE requests (id)"),
        os.mkfifo,
        pathlib.Path.mkdir,
    ],
    ids=["a script", "a database", "a database with a table meta", "a pipe", "a folder"],
)
def test_a_file_that_no_sandbox_made_stays_as_it_is(tmp_path, make):
    theirs, link = tmp_path / "theirs", tmp_path / "link"
    make(theirs)
    theirs.chmod(0o755)
    link.symlink_to(theirs)
    before = theirs.read_bytes() if theirs.is_file() else None
    for path in (theirs, link):
        code, said = refused("--state", path)
        assert (code, said.splitlines()[0]) == (3, "error[input-output]: cannot open the state: invalid data")
        assert oct(theirs.stat().st_mode & 0o777) == "0o755"
        assert before is None or theirs.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "theirs"]


@pytest.mark.parametrize("mode", [0o644, None], ids=["an empty file", "no file"])
@pytest.mark.parametrize("name", ["state.db", "file:state.db", "file:state.db?mode=memory", ":memory:", "a?b#c%41"])
def test_the_state_is_the_file_that_was_named_and_its_owners_alone(start, tmp_path, monkeypatch, name, mode):
    monkeypatch.chdir(tmp_path)
    if mode:
        pathlib.Path(name).touch(mode)
    secret = secret_of(start("--state", name), "CHAMELEON_VERIFICATION_SECRET")
    assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in tmp_path.iterdir()} == {name}
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"0o600"}
    assert secret_of(start("--state", name), "CHAMELEON_VERIFICATION_SECRET") == secret


def test_what_sqlite_keeps_beside_the_state_is_its_owners_alone_too(start, tmp_path):
    """As after a copy of all of it by another umask."""
    state = tmp_path / "state.db"
    start("--state", state).stop(signal.SIGKILL)
    assert (tmp_path / "state.db-wal").stat().st_size > 0
    for path in tmp_path.iterdir():
        path.chmod(0o644)
    start("--state", state)
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"0o600"}


def test_until_ready_exits_with_0_when_ready(start):
    sandbox = start("--real-secrets", "--until-ready", "30", environment=REAL)
    sandbox.call("gosquared", "visit")
    for user in ("1", "2"):
        sandbox.identify("gosquared", user, gosquared(user))
    assert sandbox.process.wait(5) == 0
    assert sandbox.stop() == 0
    assert sandbox.says("GoSquared: Ready to switch on: 2 of 2 identifies on 1 page were signed and valid.")


def test_until_ready_exits_with_1_when_not_in_time_or_when_the_command_has_ended(start):
    sandbox = start("--real-secrets", "--until-ready", "1", environment=REAL)
    sandbox.identify("gosquared", "1")
    assert sandbox.process.wait(5) == 1
    assert sandbox.stop() == 1
    assert sandbox.says("GoSquared: Not ready: / sends unsigned identifies.")
    assert start("--until-ready", "60", command=("true",)).process.wait(5) == 1
    assert start(command=("true",)).process.wait(5) == 0


def test_real_secrets_come_from_the_environment_or_files_and_say_what_cannot_be_caught(start, tmp_path):
    sandbox = start("--real-secrets", environment=REAL)
    assert sandbox.says("a tag manager, Segment or a service worker") and sandbox.says("for good")
    assert not any(secret in sandbox.output for secret in REAL.values())
    file = tmp_path / "secret"
    file.write_text("from-a-file\n")
    older = tmp_path / "older"
    older.write_bytes(b"an-older-one\r\n")
    sandbox = start(
        "--real-secrets", "--secret-file", f"gosquared={file}", "--fallback-secret-file", f"gosquared={older}", environment=REAL
    )
    for secret in ("from-a-file", "an-older-one"):
        assert sandbox.identify("gosquared", "1", gosquared("1", secret)).json["verdict"] == "valid"
    assert sandbox.identify("chameleon", "1", chameleon("1")).json["verdict"] == "valid"


def test_a_secret_file_in_utf_16_is_recognised(tmp_path):
    for order in ("le", "be"):
        for end in ("", "\n", "\r\n"):
            file = tmp_path / "secret"
            file.write_bytes(f"\ufeffpersonsig-test-secret{end}".encode(f"utf-16-{order}"))
            code, said = refused("--real-secrets", "--secret-file", f"gosquared={file}")
            assert (code, said.split("]")[0]) == (2, "error[padded-secret"), (order, end)


@pytest.mark.parametrize(
    "arguments,environment,code,error",
    [
        (["--listen", "127.0.0.1:0"], {"PERSONSIG_SANDBOX_TOKEN": "c4nary;"}, 2, "wrong-use"),
        (["--listen", "127.0.0.1:0"], {"PERSONSIG_SANDBOX_TOKEN": "c4nary+/="}, 2, "wrong-use"),
        (["--listen", "127.0.0.1:0"], {"PERSONSIG_SANDBOX_TOKEN": "c4nary\udcff"}, 2, "wrong-use"),
        (["--real-secrets"], {}, 2, "wrong-use"),
        (["--real-secrets"], {"GOSQUARED_SECURE_MODE_SECRET": "c4nary\n"}, 2, "padded-secret"),
        (["--real-secrets", "--secret-file", "gosquared=/c4nary/missing"], {}, 3, "input-output"),
        (["--secret-file", "gosquared=/c4nary"], {}, 2, "wrong-use"),
        (["--state", "/c4nary/missing/state"], {}, 3, "input-output"),
        (["--state", "/dev/null"], {}, 3, "input-output"),
        (["--listen", "0.0.0.0:0"], {}, 2, "wrong-use"),
        (["--listen", "192.0.2.1:1", "--expose"], {}, 3, "input-output"),
        (["--listen", "127.0.0.1:0", "--", "c4nary-no-such-program"], {}, 3, "input-output"),
        (["--app", "c4nary"], {}, 2, "wrong-use"),
        (["c4nary"], {}, 2, "wrong-use"),
    ],
)
def test_what_is_wrong_with_a_start_is_said_without_repeating_it(arguments, environment, code, error):
    exit_code, said = refused(*arguments, environment=environment)
    assert (exit_code, said.startswith(f"error[{error}]: "), "\n  fix: " in said) == (code, True, True), said
    assert "c4nary" not in said


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1", "127.9.9.9", "0", "0.0.0.0", "[::]", "[::1]", "[::ffff:127.0.0.1]"]
)
@pytest.mark.parametrize("listen", ["127.0.0.1", "0.0.0.0"])
def test_the_sandbox_is_not_put_in_front_of_itself(start, host, listen):
    """One request would become as many as there may be connections."""
    code, said = refused("--listen", f"{listen}:18787", "--expose", "--app", f"http://{host}:18787")
    assert (code, said.splitlines()[0]) == (2, "error[wrong-use]: --app is the address that the sandbox listens on itself")
    start("--listen", f"{listen}:0", "--expose", "--app", f"http://{host}:18787")


def test_two_projects_do_not_share_a_variable_in_which_each_expects_its_own_secret(start):
    projects = ["--project", "gosquared:GSN-1-A=ONE", "--project", "gosquared:GSN-2-B=ONE"]
    code, said = refused(*projects)
    assert (code, said.splitlines()[0]) == (2, "error[wrong-use]: two --project have the same variable")
    start(*projects, "--real-secrets", environment={"ONE": SECRETS["gosquared"]})


def test_a_port_that_is_taken_is_named_as_the_reason(sandbox):
    code, said = refused("--listen", f"127.0.0.1:{sandbox.port}")
    assert code == 3 and "Address already in use" in said and "--listen" in said


def test_an_exposed_sandbox_says_what_that_means(start):
    sandbox = start("--listen", "0.0.0.0:0", "--expose")
    assert sandbox.says("Other machines can reach this sandbox")
    assert sandbox.ask("/_personsig/api/v1/verdict").status == 401
    assert sandbox.ask("/_personsig/api/v1/verdict", headers=BEARER).status == 200


def test_the_command_starts_it(tmp_path):
    command = ROOT / "target/release/personsig"
    (tmp_path / "personsig").symlink_to(command)
    (tmp_path / "personsig-sandbox").symlink_to(PROGRAM)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run([tmp_path / "personsig", "sandbox", "--help"], env=environment, capture_output=True, text=True)
    assert (done.returncode, "Usage: personsig sandbox [--app URL]" in done.stdout) == (0, True)
    done = subprocess.run([tmp_path / "personsig", "sandbox", "--app", "c4nary"], env=environment, capture_output=True, text=True)
    assert (done.returncode, "c4nary" in done.stderr) == (2, False)
    done = subprocess.run([command, "sandbox", "c4nary"], env={"PATH": "/nowhere"}, capture_output=True, text=True)
    assert (done.returncode, done.stderr.splitlines()[0]) == (3, "error[input-output]: personsig-sandbox is not installed")
