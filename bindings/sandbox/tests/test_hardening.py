"""What a thing that stands in front of other software must take: slow, huge, broken and hostile requests."""

import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import resource
import signal
import socket
import threading
import time

import pytest

from conftest import REAL, TOKEN, gosquared

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def alive(sandbox):
    assert sandbox.api("verdict").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "localhost.example.com",
        "10.0.0.1",
        "127.0.0.1@example.com",
        "",
        "a b",
        "localhost, example.com",
        "'-alert(1)-'.localhost",
        "localhost:x",
    ],
)
def test_a_name_that_somebody_else_owns_leads_nowhere(proxied, host):
    sandbox, server = proxied([], "private")
    for path in ("/", "/_personsig/", "/_personsig/api/v1/verdict"):
        answer = sandbox.raw(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n".encode())
        assert answer.split(b" ")[1] in (b"421", b"400")
        assert b"private" not in answer
    assert server.asked == []


def test_one_host_and_no_more(proxied):
    sandbox, server = proxied([], "")
    for head in (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n\r\n"):
        assert sandbox.raw(head, wait=1).split(b" ")[1] in (b"421", b"400")
    assert server.asked == []


def test_it_is_no_open_proxy(proxied):
    sandbox, server = proxied([], "")
    for line in ("CONNECT example.com:443", "GET http://example.com/", f"GET http://127.0.0.1:{sandbox.port + 1}/"):
        answer = sandbox.raw(f"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode(), wait=1)
        assert answer.split(b" ")[1] in (b"421", b"400")
    assert server.asked == []
    own = f"127.0.0.1:{sandbox.port}"
    assert sandbox.raw(f"GET http://{own}/a HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n".encode()).startswith(b"HTTP/1.1 200")
    assert [path for _, path, *_ in server.asked] == ["/a"]


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "head,body",
    [
        (b"Content-Length: 4\r\nContent-Length: 50\r\n", b"abcd" + SMUGGLED),
        (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n" % (5 + len(SMUGGLED)), b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n" + SMUGGLED),
        (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + SMUGGLED),
        (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
        (b"Content-Length: +4\r\n", b"abcd" + SMUGGLED),
        (b"Content-Length: 0x4\r\n", b"abcd" + SMUGGLED),
        (b"Content-Length: -1\r\n", SMUGGLED),
        (b"X: a\r\n b\r\nContent-Length: 0\r\n", b""),
        (b"X: a\x00b\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n", b"4;ext=\x00\r\nabcd\r\n0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffff1\r\nabcd" + SMUGGLED),
        (b"Transfer-Encoding: chunked\r\n", b"4\nabcd\n0\n\n"),
        (b"Transfer-Encoding: chunked\r\n", b"4\r\nabcdX\r\n0\r\n\r\n" + SMUGGLED),
    ],
)
def test_no_request_is_smuggled(proxied, head, body):
    """It is answered once, or refused: the app never sees a request that the sandbox did not read as one."""
    sandbox, server = proxied([], "")
    sandbox.raw(b"POST /first HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + head + b"\r\n" + body, wait=1)
    assert [path for _, path, *_ in server.asked] in ([], ["/first"])
    for _, _, headers, _ in server.asked:
        assert not ("Content-Length" in headers and "Transfer-Encoding" in headers)
    alive(sandbox)


def test_bare_line_feeds_are_read_as_the_app_will_read_them(proxied):
    sandbox, server = proxied([], "")
    sandbox.raw(b"GET /first HTTP/1.1\nHost: localhost\nX: a\nConnection: close\n\n", wait=1)
    for _, path, headers, _ in server.asked:
        assert (path, headers["X"]) == ("/first", "a")
    alive(sandbox)


def test_heads_are_limited(proxied):
    sandbox, server = proxied([], "")
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(1000))
    for head in (b"X: " + b"a" * 200_000 + b"\r\n", many):
        assert sandbox.raw(HEAD + head + b"\r\n", wait=2).split(b" ")[1:2] in ([b"431"], [])
    assert sandbox.raw(b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", wait=2).split(b" ")[1:2] in (
        [b"414"],
        [b"431"],
        [],
    )
    assert server.asked == []
    alive(sandbox)


def test_a_call_is_limited_to_a_megabyte(sandbox):
    assert sandbox.ask("/_personsig/call", "POST", b"x" * (1 << 20)).status == 400
    for body in (b"x" * ((1 << 20) + 1), iter([b"x" * 65536] * 32)):
        # Whoever is still sending when the answer comes may see the connection end first.
        with contextlib.suppress(ConnectionError):
            assert sandbox.ask("/_personsig/call", "POST", body).status == 413
    big = sandbox.identify("gosquared", "x" * 900_000, gosquared("x"))
    assert big.status == 200
    assert len(sandbox.requests()[0]["user_id"]) <= 512


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"vendor":"other","call":"x"}', b'{"vendor":"gosquared"}', b"[" * 100_000]
)
def test_a_call_that_is_none_is_answered(sandbox, body):
    assert sandbox.ask("/_personsig/call", "POST", body).status == 400
    assert sandbox.ask("/_personsig/report", "POST", body).status == 400
    alive(sandbox)


def test_more_calls_than_people_make_are_refused(sandbox):
    body = json.dumps({"vendor": "gosquared", "call": "event"})

    def many(_):
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
        statuses = []
        for _ in range(400):
            connection.request("POST", "/_personsig/call", body)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        return statuses

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        statuses = [status for part in pool.map(many, range(4)) for status in part]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) >= 1000
    alive(sandbox)


def test_slow_requests_are_ended_and_hold_nobody_up(sandbox):
    slow = [socket.create_connection(("127.0.0.1", sandbox.port)) for _ in range(50)]
    for connection in slow:
        connection.sendall(b"GET / HT")
    alive(sandbox)
    for connection in slow:
        # Still waited for: the answer above did not have to wait for their end.
        with pytest.raises(BlockingIOError):
            connection.recv(1, socket.MSG_DONTWAIT)
    body = b"POST /_personsig/call HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc"
    assert sandbox.raw(body, wait=15).split(b" ")[1] == b"408"
    for connection in slow:
        connection.settimeout(5)
        assert not connection.recv(1024).startswith(b"HTTP/1.1 2")
        connection.close()
    alive(sandbox)


def test_a_thousand_idle_connections_do_no_harm(sandbox):
    idle = [socket.create_connection(("127.0.0.1", sandbox.port)) for _ in range(1000)]
    before = memory(sandbox)
    alive(sandbox)
    for connection in idle:
        connection.close()
    alive(sandbox)
    assert memory(sandbox) - before < 50_000_000


def test_a_websocket_counts_as_the_connection_that_it_is(start):
    """4,096 and no more, on whichever of the loopback addresses."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    theirs = []
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    with contextlib.ExitStack() as held:
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        listener = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    theirs.append(connection := held.enter_context(listener.accept()[0]))
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        sandbox = start("--app", f"http://127.0.0.1:{listener.getsockname()[1]}")
        open_ones = []
        for number in range(4096):
            host = "127.0.0.1" if number % 2 else "::1"
            open_ones.append(held.enter_context(socket.create_connection((host, sandbox.port), timeout=20)))
            open_ones[-1].sendall(head)
            if number % 64 == 63:
                assert all(one.recv(1000).startswith(b"HTTP/1.1 101") for one in open_ones[-64:]), number
        assert sandbox.raw(head, wait=1) == b""
        for end in open_ones + theirs:
            end.close()
        alive(sandbox)


def memory(sandbox):
    status = pathlib.Path(f"/proc/{sandbox.process.pid}/status").read_text()
    return 1024 * int(status.split("VmRSS:")[1].split()[0])


def test_garbage_does_no_harm(sandbox):
    for number in range(50):
        sandbox.raw(os.urandom(2000), wait=0.2 if number else 1)
    sandbox.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", wait=0.5)
    sandbox.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", wait=0.5)
    alive(sandbox)


def test_an_app_that_breaks_off_or_talks_nonsense_does_no_harm(start):
    for answer in (
        b"",
        b"\x00\x01garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nnotgzip",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: "
        + b",".join([b"gzip"] * 20_000)
        + b"\r\nContent-Length: 3\r\n\r\nabc",
    ):
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve(answer=answer, listener=listener):
                for _ in range(3):
                    try:
                        connection, _ = listener.accept()
                    except OSError:
                        return
                    connection.recv(65536)
                    connection.sendall(answer)
                    connection.close()

            threading.Thread(target=serve, daemon=True).start()
            sandbox = start("--app", f"http://127.0.0.1:{listener.getsockname()[1]}", environment=REAL)
            received = sandbox.raw(HEAD + b"Connection: close\r\n\r\n")
            assert received == b"" or received.startswith((b"HTTP/1.1 502", b"HTTP/1.1 200"))
            alive(sandbox)
            listener.shutdown(socket.SHUT_RDWR)


def test_what_was_acknowledged_survives_kill_9(start, tmp_path):
    state = tmp_path / "state.db"
    sandbox = start("--state", str(state), "--real-secrets", environment=REAL)
    acknowledged = []

    def post(thread):
        with contextlib.suppress(OSError, http.client.HTTPException):
            for number in itertools.count():
                user = f"{thread}-{number}"
                assert sandbox.identify("gosquared", user, gosquared(user)).status == 200
                acknowledged.append(user)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(map(lambda thread: pool.submit(post, thread), range(2)))
        while len(acknowledged) < 100:
            time.sleep(0.001)
        sandbox.stop(signal.SIGKILL)
    again = start("--state", str(state), "--real-secrets", environment=REAL)
    kept = again.verdict("gosquared")["valid"]
    assert len(acknowledged) <= kept <= len(acknowledged) + 2, "what was under way may be kept or not"
    assert oct(state.stat().st_mode & 0o777) == "0o600"
    assert {oct(path.stat().st_mode & 0o077) for path in tmp_path.iterdir()} == {"0o0"}
