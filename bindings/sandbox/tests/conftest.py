"""A sandbox on a free port, an app behind it, and what a browser, a back end and an attacker would send."""

import contextlib
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = pathlib.Path(os.environ.get("PERSONSIG_SANDBOX", ROOT / "target/quick/personsig-sandbox"))
TOKEN = "a-token-for-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SECRETS = {"gosquared": "personsig-test-secret", "chameleon": "personsig-test-secret-2"}
REAL = {"GOSQUARED_SECURE_MODE_SECRET": SECRETS["gosquared"], "CHAMELEON_VERIFICATION_SECRET": SECRETS["chameleon"]}


def mac(secret, message):
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def gosquared(user_id, secret=SECRETS["gosquared"]):
    return mac(secret, user_id)


def chameleon(user_id, age=0, secret=SECRETS["chameleon"]):
    made = int(time.time()) - age
    return f"{mac(secret, f'{user_id}-{made}')}-{made}"


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()
        self.text = self.body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.text)


class Sandbox:
    def __init__(self, *arguments, environment=None, command=()):
        bare = {name: value for name, value in os.environ.items() if name not in REAL and not name.endswith("_PREVIOUS")}
        self.process = subprocess.Popen(
            [
                PROGRAM,
                *([] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]),
                *arguments,
                *(["--", *command] if command else []),
            ],
            env={**bare, "PERSONSIG_SANDBOX_TOKEN": TOKEN, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = []
        self.port = None
        while self.port is None:
            line = self.process.stdout.readline()
            assert line, "".join(self.said)
            self.said.append(line)
            found = re.search(r"http://localhost:(\d+)$", line.strip())
            self.port = int(found[1]) if found else None
        self.reader = threading.Thread(target=lambda: self.said.extend(self.process.stdout), daemon=True)
        self.reader.start()

    @property
    def output(self):
        return "".join(self.said)

    def says(self, text):
        """Whether it says so, now or soon: its output is read beside the test."""
        end = time.monotonic() + 60
        while text not in self.output and time.monotonic() < end:
            time.sleep(0.01)
        return text in self.output

    def ask(self, path, method="GET", body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())

    def api(self, path, method="GET", body=None):
        return self.ask(f"/_personsig/api/v1/{path}", method, None if body is None else json.dumps(body), BEARER)

    def verdict(self, vendor=None):
        answer = self.api("verdict").json
        return answer[vendor] if vendor else answer

    def requests(self, **asked):
        return self.api("requests?" + "&".join(f"{name}={value}" for name, value in asked.items())).json

    def call(self, vendor, call, **more):
        """As a stand-in posts it."""
        token = {"gosquared": "GSN-000000-A", "chameleon": "ACCOUNT-TOKEN"}[vendor]
        call = {"vendor": vendor, "call": call, "token": token, "page": "/", "view": os.urandom(8).hex(), **more}
        return self.ask("/_personsig/call", "POST", json.dumps(call), {"Content-Type": "text/plain"})

    def identify(self, vendor, user_id, signature=None, **more):
        return self.call(vendor, "identify", user_id=user_id, signature=signature, **more)

    def raw(self, data, wait=3, half_close=False):
        """What comes back for these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                while piece := connection.recv(65536):
                    received += piece
            return received

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(20)
        self.reader.join(5)
        return code


@pytest.fixture
def start():
    """Starts sandboxes, and ends them with the test."""
    started = []

    def begin(*arguments, **options):
        started.append(Sandbox(*arguments, **options))
        return started[-1]

    yield begin
    for sandbox in started:
        sandbox.stop()


@pytest.fixture
def sandbox(start):
    """With secrets that the test knows."""
    return start("--real-secrets", environment=REAL)


class App(http.server.ThreadingHTTPServer):
    """Answers what the test says, and keeps what it was asked."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer):
        self.asked = []
        self.answer = answer
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do(self):
        length = self.headers.get("Content-Length")
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(length or 0))
        self.server.asked.append((self.command, self.path, self.headers, body))
        status, headers, answer = self.server.answer(self, body)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do

    def log_message(self, *_):
        pass


@pytest.fixture
def app():
    """Starts apps that answer what the test says."""
    started = []

    def begin(answer):
        started.append(App(answer))
        return started[-1]

    yield begin
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def proxied(start, app):
    """`proxied(headers, body)`: an app that always answers so, and the sandbox in front of it."""

    def begin(headers, body, *arguments, status=200):
        body = body.encode() if isinstance(body, str) else body
        server = app(lambda handler, _: (status, headers, body))
        return start("--app", server.url, "--real-secrets", *arguments, environment=REAL), server

    return begin
