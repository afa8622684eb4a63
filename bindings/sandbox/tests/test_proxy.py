"""In front of the app: what passes as it is, what is changed, and what cannot be made right."""

import base64
import gzip
import hashlib
import html
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
import zlib

import pytest

from conftest import REAL, SECRETS, TOKEN, gosquared

LOADER = "!function(g,s,q,r,d){d.src='//d1l6p2sc9645hc.cloudfront.net/tracker.js'}(window,document,'script','_gs');"
HTML = [("Content-Type", "text/html; charset=utf-8")]
NODE = os.environ.get("NODE", "node")
SCRIPT = [("Content-Type", "text/javascript")]


def own(sandbox, path=""):
    return f"127.0.0.1:{sandbox.port}/_personsig/{path}"


@pytest.mark.parametrize("kind", [HTML, SCRIPT, [("Content-Type", "application/javascript; charset=utf-8")]])
def test_the_vendors_addresses_become_the_sandboxes(proxied, kind):
    sandbox, _ = proxied(kind, f"<script>{LOADER}</script> 'https://fast.chameleon.io/messo/T/messo.min.js'")
    text = sandbox.ask("/").text
    assert f"d.src='//{own(sandbox, 'gosquared/tracker.js')}'" in text
    assert f"'http://{own(sandbox, 'chameleon/messo/T/messo.min.js')}'" in text
    for script in ("gosquared/tracker.js", "gosquared/gosquared.js", "chameleon/messo/T/messo.min.js"):
        answer = sandbox.ask(f"/_personsig/{script}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")


def test_a_host_of_the_customers_own_can_be_named(proxied):
    sandbox, _ = proxied(SCRIPT, "x = 'https://guide.example.com/'", "--chameleon-host", "guide.example.com")
    assert sandbox.ask("/").text == f"x = 'http://{own(sandbox, 'chameleon/')}'"


def test_a_page_of_any_size_is_changed_throughout(proxied):
    for size in (1_000, 300_000, 3_000_000):
        sandbox, _ = proxied(HTML, f"<script>{LOADER}</script>" + "<p>é</p>" * (size // 8) + f"<script>{LOADER}</script>")
        text = sandbox.ask("/").text
        assert text.count(own(sandbox, "gosquared/tracker.js")) == 2
        assert text.count("<p>é</p>") == size // 8 and "cloudfront" not in text


def test_everything_else_passes_to_the_byte(proxied):
    body = os.urandom(1_000_000) + LOADER.encode()
    sandbox, _ = proxied([("Content-Type", "application/octet-stream"), ("ETag", '"a"'), ("X-Own", "é".encode().decode("latin-1"))], body)
    answer = sandbox.ask("/file")
    assert answer.body == body
    assert (answer.headers["ETag"], answer.headers["Content-Length"], answer.headers["X-Own"]) == ('"a"', str(len(body)), "Ã©")
    assert "Content-Security-Policy-Report-Only" not in answer.headers


def test_an_answer_without_a_type_passes_to_the_byte(proxied):
    body = b"PK\x03\x04" + LOADER.encode()
    sandbox, _ = proxied([("ETag", '"a"')], body)
    answer = sandbox.ask("/file")
    assert (answer.body, answer.headers["ETag"], answer.headers["Content-Length"]) == (body, '"a"', str(len(body)))


def test_methods_bodies_queries_and_headers_reach_the_app(start, app):
    server = app(lambda handler, body: (201, [], body))
    sandbox = start("--app", server.url)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        body = os.urandom(100_000)
        answer = sandbox.ask("/a%20b/c?d=e&d=%2F", method, body, {"X-Own": "1", "Cookie": "a=b"})
        assert (answer.status, answer.body) == (201, body)
        asked, path, headers, got = server.asked[-1]
        assert (asked, path, got) == (method, "/a%20b/c?d=e&d=%2F", body)
        assert (headers["X-Own"], headers["Cookie"], headers["Host"]) == ("1", "a=b", f"127.0.0.1:{sandbox.port}")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_compressed_page_is_changed_and_a_compressed_image_is_not(proxied, coding):
    def brotli(text):
        program = "process.stdout.write(require('zlib').brotliCompressSync(require('fs').readFileSync(0)))"
        return subprocess.run([NODE, "-e", program], input=text, capture_output=True, check=True).stdout

    compress = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli}[coding]
    packed = compress(f"<script>{LOADER}</script>".encode())
    sandbox, server = proxied([*HTML, ("Content-Encoding", coding)], packed)
    answer = sandbox.ask("/", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert own(sandbox, "gosquared/tracker.js") in answer.text
    assert "Content-Encoding" not in answer.headers
    assert server.asked[0][2]["Accept-Encoding"] == "gzip, deflate, br"
    sandbox, _ = proxied([("Content-Type", "image/svg+xml"), ("Content-Encoding", coding)], packed)
    answer = sandbox.ask("/")
    assert (answer.body, answer.headers["Content-Encoding"]) == (packed, coding)


def raw_deflate(text):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


@pytest.mark.parametrize(
    "coding,pack",
    [
        ("deflate", raw_deflate),
        ("gzip", lambda text: gzip.compress(text[:20]) + gzip.compress(text[20:])),
        ("gzip", lambda text: gzip.compress(text) + b"\0" * 50),
        ("deflate, gzip", lambda text: gzip.compress(raw_deflate(text))),
    ],
    ids=["deflate without zlib", "gzip of two members", "gzip with padding", "both"],
)
def test_what_browsers_decompress_is_decompressed(proxied, coding, pack):
    sandbox, _ = proxied([*HTML, ("Content-Encoding", coding)], pack(f"<script>{LOADER}</script>".encode()))
    assert sandbox.ask("/").text == f"<script>{LOADER}</script>".replace("d1l6p2sc9645hc.cloudfront.net", own(sandbox, "gosquared"))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "br, gzip"])
@pytest.mark.parametrize("status", [200, 302])
@pytest.mark.parametrize("length", [("Content-Length", "0"), ("Transfer-Encoding", "chunked")])
def test_an_empty_body_passes_whatever_its_compression(proxied, coding, status, length):
    chunks = b"" if length[0] == "Content-Length" else b"0\r\n\r\n"
    sandbox, _ = proxied([*HTML, ("Content-Encoding", coding), ("Location", "/next"), length], chunks, status=status)
    answer = sandbox.ask("/")
    assert (answer.status, answer.body, answer.headers["Location"]) == (status, b"", "/next")


def test_a_compression_that_nobody_asked_for_passes_as_it_is(proxied):
    sandbox, _ = proxied([*HTML, ("Content-Encoding", "zstd")], b"\x28\xb5\x2f\xfd")
    answer = sandbox.ask("/")
    assert (answer.body, answer.headers["Content-Encoding"]) == (b"\x28\xb5\x2f\xfd", "zstd")
    assert codes(sandbox) == ["unknown-coding"]


def test_a_turbo_stream_is_html(proxied):
    sandbox, _ = proxied([("Content-Type", "text/vnd.turbo-stream.html; charset=utf-8")], f"<turbo-stream><script>{LOADER}</script>")
    assert own(sandbox, "gosquared/tracker.js") in sandbox.ask("/").text


def test_a_range_and_an_answer_without_a_body_pass(proxied):
    sandbox, server = proxied([*SCRIPT, ("Content-Range", "bytes 0-3/10")], "abcd", status=206)
    answer = sandbox.ask("/", headers={"Range": "bytes=0-3"})
    assert (answer.status, answer.text, answer.headers["Content-Range"]) == (206, "abcd", "bytes 0-3/10")
    assert server.asked[0][2]["Range"] == "bytes=0-3"
    for status in (304, 204):
        sandbox, _ = proxied([*HTML, ("Content-Length", "0"), ("ETag", '"a"')], b"", status=status)
        answer = sandbox.ask("/", headers={"If-None-Match": '"a"'})
        assert (answer.status, answer.body) == (status, b"")
    sandbox, _ = proxied(HTML, LOADER)
    assert sandbox.ask("/", "HEAD").body == b""


def test_a_changed_answer_has_no_length_and_digest_of_the_unchanged_one(proxied):
    sandbox, _ = proxied([*SCRIPT, ("ETag", '"a"'), ("Content-MD5", "x"), ("Accept-Ranges", "bytes")], LOADER)
    headers = sandbox.ask("/").headers
    assert headers["ETag"] == 'W/"a"'
    assert not any(name in headers for name in ("Content-MD5", "Accept-Ranges"))
    assert int(headers["Content-Length"]) > len(LOADER)


def test_an_answer_streams(start, app):
    """The first half arrives before the second is written."""
    go = threading.Event()

    def stream(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for part in (b"<p>first</p>" + b" " * 4000, b"<p>second</p>"):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            handler.wfile.flush()
            go.wait(10)
        handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True
        raise ConnectionResetError  # what is sent is sent

    server = app(stream)
    server.handle_error = lambda *_: None
    sandbox = start("--app", server.url)
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while b"<p>first</p>" not in received:
            received += connection.recv(65536)
        assert b"second" not in received
        go.set()
        while b"<p>second</p>" not in received:
            received += connection.recv(65536)


def test_a_large_upload_passes(start, app):
    digest = []
    server = app(lambda handler, body: (200, [], digest.append(hashlib.sha256(body).hexdigest()) or b"ok"))
    sandbox = start("--app", server.url)
    body = os.urandom(10_000_000)
    assert sandbox.ask("/upload", "POST", body).text == "ok"
    assert sandbox.ask("/upload", "POST", iter([body[:5_000_000], body[5_000_000:]])).text == "ok"
    assert digest == [hashlib.sha256(body).hexdigest()] * 2


def test_the_apps_own_address_becomes_the_sandboxes(start, app):
    def answer(handler, _):
        port = handler.server.server_port
        return (
            302,
            [
                ("Location", f"http://localhost:{port}/next?a=b"),
                ("Access-Control-Allow-Origin", f"http://127.0.0.1:{port}"),
                ("Set-Cookie", "a=b; Path=/; Domain=localhost; HttpOnly"),
                ("Set-Cookie", "c=d; SameSite=Lax"),
                ("Strict-Transport-Security", "max-age=9"),
            ],
            b"",
        )

    sandbox = start("--app", app(answer).url)
    headers = sandbox.ask("/").headers
    assert headers["Location"] == f"http://127.0.0.1:{sandbox.port}/next?a=b"
    assert headers["Access-Control-Allow-Origin"] == f"http://127.0.0.1:{sandbox.port}"
    assert headers.get_all("Set-Cookie") == ["a=b; Path=/; HttpOnly", "c=d; SameSite=Lax"]
    assert "Strict-Transport-Security" not in headers


def raw_utf_8(text):
    return text.encode().decode("latin-1")


@pytest.mark.parametrize(
    "address", ["http://localhost:{}/café?é#é", "HTTP://LOCALHOST:{}/a", "//LocalHost:{}/日本", "Https://127.0.0.1:{}/"]
)
def test_an_address_is_mapped_in_any_case_and_beside_any_bytes(start, app, address):
    def answer(handler, _):
        own = raw_utf_8(address.format(handler.server.server_port))
        cookies = [("Set-Cookie", raw_utf_8("a=é; Domain=localhost")), ("Set-Cookie", raw_utf_8("b=é; Secure"))]
        return 302, [("Location", own), ("Content-Location", own), ("Refresh", f"0;url={own}"), *cookies], b""

    sandbox = start("--app", app(answer).url)
    headers = sandbox.ask("/").headers
    scheme, rest = address.split("//")
    mapped = raw_utf_8(f"{'http:' if scheme else ''}//127.0.0.1:{sandbox.port}/{rest.partition('/')[2]}")
    assert [headers[name] for name in ("Location", "Content-Location")] == [mapped] * 2
    assert headers["Refresh"] == f"0;url={mapped}"
    assert headers.get_all("Set-Cookie") == [raw_utf_8("a=é"), raw_utf_8("b=é; Secure")]
    assert codes(sandbox) == ["secure-cookie"]


def test_with_rewrite_host_an_address_is_recognised_in_any_case_and_beside_any_bytes(proxied):
    sandbox, server = proxied([], "", "--rewrite-host")
    sandbox.ask("/", "POST", b"", {"Host": "localhost:1", "Referer": raw_utf_8("HTTP://LocalHost:1/é")})
    assert server.asked[-1][2]["Referer"] == raw_utf_8(f"{server.url}/é")


def test_a_type_with_any_bytes_behind_it_is_html(proxied):
    sandbox, _ = proxied([("Content-Type", raw_utf_8('text/html; title="é"'))], f"<script>{LOADER}</script>")
    assert own(sandbox, "gosquared/tracker.js") in sandbox.ask("/").text


@pytest.mark.parametrize(
    "refresh", ["0;url={}", "0; URL={}", "5 ; Url = {}", "0;url='{}'", '0; url="{}" x', "0,{}", "0; {}", "0;url={}?url=http://localhost/"]
)
def test_a_refresh_is_mapped_however_it_is_written(start, app, refresh):
    server = app(lambda handler, _: (200, [("Refresh", refresh.format(f"http://localhost:{handler.server.server_port}/next"))], b""))
    sandbox = start("--app", server.url)
    assert sandbox.ask("/").headers["Refresh"] == refresh.format(f"http://127.0.0.1:{sandbox.port}/next")


@pytest.mark.parametrize("refresh", ["5", "", "0;", "0;url", "0;url=", "0;url='", "0; url=https://example.com/", "é;ü"])
def test_a_refresh_to_elsewhere_stays(proxied, refresh):
    sandbox, _ = proxied([("Refresh", refresh.encode().decode("latin-1"))], "")
    assert sandbox.ask("/").headers["Refresh"].encode("latin-1").decode() == refresh


def test_a_cookie_may_be_called_as_its_attributes_are(proxied):
    sandbox, _ = proxied([("Set-Cookie", "domain=eu; Path=/; DOMAIN = .localhost"), ("Set-Cookie", "Domain=x")], "")
    assert sandbox.ask("/").headers.get_all("Set-Cookie") == ["domain=eu; Path=/", "Domain=x"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS", "POST"])
def test_a_body_of_unknown_length_reaches_the_app(proxied, method):
    sandbox, server = proxied([], "")
    sandbox.ask("/search", method, iter([b"ab", b"cd"]))
    assert [(asked[0], asked[3]) for asked in server.asked] == [(method, b"abcd")]


def test_the_app_sees_what_the_browser_sent_or_with_rewrite_host_its_own_address(start, app):
    server = app(lambda handler, _: (200, [], b""))
    sent = {"Host": "localhost:1", "Origin": "http://localhost:1", "Referer": "http://localhost:1/a?b"}
    start("--app", server.url).ask("/", "POST", b"", sent)
    assert {name: server.asked[-1][2][name] for name in sent} == sent
    start("--app", server.url, "--rewrite-host").ask("/", "POST", b"", sent)
    host = server.url.removeprefix("http://")
    assert {name: server.asked[-1][2][name] for name in sent} == {"Host": host, "Origin": server.url, "Referer": f"{server.url}/a?b"}


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:2",
        "http://localhost",
        "http://localhost:1.evil.example",
        "http://localhost:1@evil.example",
    ],
)
def test_with_rewrite_host_another_sites_origin_stays_its_own(proxied, origin):
    """An app, or its WebSocket, that compares Origin with Host refuses it, as it does without the sandbox."""
    sandbox, server = proxied([], "", "--rewrite-host")
    sent = {"Host": "localhost:1", "Origin": origin, "Referer": f"{origin}/a?b"}
    sandbox.ask("/", "POST", b"", sent)
    host = server.url.removeprefix("http://")
    assert {name: server.asked[-1][2][name] for name in sent} == {**sent, "Host": host}
    sandbox.ask("/", headers={**sent, "Connection": "Upgrade", "Upgrade": "websocket"})
    assert server.asked[-1][2]["Origin"] == origin


def test_neither_cookie_nor_token_of_the_sandbox_reaches_the_app(start, app):
    server = app(lambda handler, _: (200, [], b""))
    sandbox = start("--app", server.url)
    sandbox.ask("/", headers={"Cookie": f"a=b; personsig_sandbox_{sandbox.port}=x; c=d", "Authorization": "Bearer a-token-for-tests"})
    headers = server.asked[0][2]
    assert (headers["Cookie"], headers["Authorization"]) == ("a=b; c=d", None)
    sandbox.ask("/", headers={"Authorization": "Bearer the-apps-own"})
    assert server.asked[1][2]["Authorization"] == "Bearer the-apps-own"


@pytest.mark.parametrize("value", ["é", "\xff", "日本".encode().decode("latin-1")])
def test_a_cookie_of_the_apps_in_any_encoding_changes_nothing(start, app, value):
    server = app(lambda handler, _: (200, [], b""))
    sandbox = start("--app", server.url)
    own = sandbox.ask(f"/_personsig/?token={TOKEN}").headers["Set-Cookie"].split(";")[0]
    cookie = f"app={value}; {own}; c=d"
    sandbox.ask("/", headers={"Cookie": cookie})
    assert server.asked[0][2]["Cookie"] == f"app={value}; c=d"
    assert "opens with the link" not in sandbox.ask("/_personsig/", headers={"Cookie": cookie}).text


def test_of_several_credentials_the_app_gets_its_own(proxied):
    sandbox, server = proxied([], "")
    for first, second in (("Basic x", f"Bearer {TOKEN}"), (f"bearer {TOKEN}", "Basic x")):
        head = f"Host: localhost\r\nAuthorization: {first}\r\nAuthorization: {second}\r\n"
        sandbox.raw(f"GET / HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
    assert [asked[2].get_all("Authorization") for asked in server.asked] == [["Basic x"]] * 2


def test_a_connection_does_not_take_the_host_along(proxied):
    sandbox, server = proxied([], "")
    sandbox.raw(b"GET / HTTP/1.1\r\nHost: localhost:1\r\nConnection: close, Host\r\n\r\n")
    assert server.asked[0][2]["Host"] == "localhost:1"


def test_headers_of_one_connection_end_there(proxied):
    sandbox, server = proxied([("X-Hop", "1"), ("Connection", "X-Hop"), ("Keep-Alive", "timeout=5"), ("X-End", "2")], "")
    hop = "Connection: close, X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\nProxy-Authorization: x\r\nUpgrade: h2c\r\n"
    received = sandbox.raw(f"GET / HTTP/1.1\r\nHost: localhost\r\n{hop}\r\n".encode()).decode().lower()
    assert "x-end: 2" in received
    assert "x-hop" not in received and "keep-alive" not in received
    headers = server.asked[0][2]
    assert not any(name in headers for name in ("X-Mine", "TE", "Proxy-Authorization", "Upgrade"))


def test_a_policy_allows_the_sandbox_what_it_allows_the_vendors(proxied):
    policy = "script-src 'nonce-abc' https://d1l6p2sc9645hc.cloudfront.net; connect-src https://*.chameleon.io; upgrade-insecure-requests"
    sandbox, _ = proxied([*HTML, ("Content-Security-Policy", policy)], LOADER)
    headers = sandbox.ask("/").headers
    assert headers["Content-Security-Policy"] == "script-src 'nonce-abc' 'self'; connect-src 'self'; report-uri /_personsig/report"
    assert "report-uri /_personsig/report" in headers["Content-Security-Policy-Report-Only"]


def test_a_policy_that_is_not_ascii_stays(proxied):
    policies = [("Content-Security-Policy", "img-src 'self'; report-uri /é"), ("Content-Security-Policy", "font-src 'self'")]
    sandbox, _ = proxied([*HTML, *policies], LOADER)
    kept = sandbox.ask("/").headers.get_all("Content-Security-Policy")
    assert kept == ["img-src 'self'; report-uri /é", "font-src 'self'; report-uri /_personsig/report"]


def test_a_policy_that_reports_to_a_group_of_its_own_is_reported_here_too(proxied):
    sandbox, _ = proxied([*HTML, ("Content-Security-Policy", "img-src 'self'; report-to mine")], "")
    headers = sandbox.ask("/").headers
    assert headers["Content-Security-Policy"] == "img-src 'self'; report-to mine; report-uri /_personsig/report"
    assert headers.get_all("Content-Security-Policy-Report-Only")[0] == "img-src 'self'; report-uri /_personsig/report"


def test_a_policy_with_hashes_has_those_of_the_changed_scripts(proxied):
    def source(script):
        return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"

    sandbox, _ = proxied([*HTML, ("Content-Security-Policy", f"script-src {source(LOADER)}")], f"<p>é<script>{LOADER}</script>")
    answer = sandbox.ask("/")
    script = re.search("<script>(.*)</script>", answer.text)[1]
    assert script != LOADER
    assert source(script) in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_script_is_hashed_with_its_newlines_as_browsers_read_them(proxied, newline):
    """https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream"""

    def source(script):
        read = script.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return f"'sha256-{base64.b64encode(hashlib.sha256(read).digest()).decode()}'"

    script = f"{newline}{LOADER}{newline}".encode()
    sandbox, _ = proxied([*HTML, ("Content-Security-Policy", f"script-src {source(script)}")], b"<script>" + script + b"</script>")
    answer = sandbox.ask("/")
    changed = re.search(b"<script>(.*)</script>", answer.body, re.DOTALL)[1]
    assert changed == script.replace(b"d1l6p2sc9645hc.cloudfront.net", own(sandbox, "gosquared").encode())
    assert source(changed) in answer.headers["Content-Security-Policy"]


POLICIES = ("Content-Security-Policy", "Content-Security-Policy-Report-Only")


def test_a_policy_that_a_cache_takes_over_is_changed_too(proxied):
    """A 304 brings the stored page new headers (RFC 9111, section 4.3.4)."""
    sandbox, _ = proxied([("ETag", '"a"'), (POLICIES[0], "script-src https://fast.chameleon.io")], "", status=304)
    assert sandbox.ask("/").headers[POLICIES[0]] == "script-src 'self'; report-uri /_personsig/report"


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_with_hashes_is_taken_from_the_page_that_a_cache_has(proxied, name):
    """Only with the page itself are the hashes of its changed scripts known."""
    policies = [(POLICIES[0], "img-src 'self'"), (name, "script-src 'sha256-abc'")]
    sandbox, _ = proxied([("ETag", '"a"'), *policies], "", status=304)
    headers = sandbox.ask("/").headers
    assert headers["ETag"] == '"a"' and not any(name in headers for name in POLICIES)


def test_a_subresource_hash_is_taken_off_and_said(proxied):
    sandbox, _ = proxied(HTML, '<script src="https://d1l6p2sc9645hc.cloudfront.net/tracker.js" integrity="sha384-x" crossorigin></script>')
    assert sandbox.ask("/page").text == f'<script src="http://{own(sandbox, "gosquared/tracker.js")}" crossorigin></script>'
    assert [warning["code"] for warning in sandbox.verdict("gosquared")["warnings"]] == ["integrity"]


def codes(sandbox):
    verdict = sandbox.verdict("gosquared")
    return [problem["code"] for problem in verdict["problems"] + verdict["warnings"]]


def test_a_page_with_a_signature_that_may_be_cached_is_noticed(proxied):
    page = f'<script>_gs("auth","{gosquared("42")}");</script>'
    sandbox, _ = proxied([*HTML, ("Cache-Control", "private, no-store")], page)
    sandbox.ask("/")
    assert codes(sandbox) == []
    sandbox, _ = proxied([*HTML, ("Cache-Control", "max-age=60")], page)
    sandbox.ask("/")
    assert codes(sandbox) == ["cacheable"]


def test_a_secret_in_a_page_keeps_it_from_being_ready(proxied):
    sandbox, _ = proxied(SCRIPT, f"const secret = '{SECRETS['gosquared']}'")
    sandbox.ask("/bundle.js")
    assert codes(sandbox) == ["secret-in-page"]
    assert sandbox.verdict("gosquared")["problems"][0]["page"] == "/bundle.js"


def test_the_sandboxs_own_secrets_in_a_page_keep_it_from_being_ready(start, app):
    shown = []
    sandbox = start("--app", app(lambda handler, _: (200, SCRIPT, shown[0].encode())).url)
    assert sandbox.says("Ctrl-C ends it.")
    made = dict(re.findall(r"export (\S+)=(\S+)", sandbox.output))
    for secret in (made["CHAMELEON_API_SECRET"], TOKEN):
        sandbox.api("forget", "POST")
        shown[:] = [f"const key = '{secret}'"]
        sandbox.ask("/bundle.js")
        assert codes(sandbox) == ["secret-in-page"], secret


HARD = "a <tag> & 'an é' / \"b\" + c"


@pytest.mark.parametrize(
    "written",
    [
        HARD,
        json.dumps(HARD),
        json.dumps(HARD, ensure_ascii=False).replace("/", "\\/"),
        re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(HARD)),
        re.sub("[<>&']", lambda found: f"\\u{ord(found[0]):04X}", json.dumps(HARD, ensure_ascii=False)),
        html.escape(HARD),
        html.escape(HARD, quote=False),
        html.escape(HARD).replace("&#x27;", "&#039;"),
        html.escape(HARD).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
        html.escape(json.dumps(HARD)),
    ],
)
def test_a_secret_in_a_page_is_noticed_however_it_is_escaped(start, app, written):
    server = app(lambda handler, _: (200, HTML, f"<p>{written}</p>".encode()))
    sandbox = start("--app", server.url, "--real-secrets", environment={"GOSQUARED_SECURE_MODE_SECRET": HARD})
    sandbox.ask("/")
    assert codes(sandbox) == ["secret-in-page"]


def test_what_the_proxy_cannot_make_right_is_recognised(start, app):
    def answer(handler, _):
        back = f"http%3A%2F%2Flocalhost%3A{handler.server.server_port}%2Fcallback"
        return 302, [("Location", f"https://login.example/authorize?redirect_uri={back}"), ("Set-Cookie", "a=b; Secure")], b""

    server = app(answer)
    sandbox = start("--app", server.url)
    sandbox.ask("/login")
    assert sandbox.ask("/sw.js", headers={"Service-Worker": "script"}).status == 404
    assert [asked[1] for asked in server.asked] == ["/login"], "it would see the link with the token"
    assert set(codes(sandbox)) == {"fixed-callback", "secure-cookie", "service-worker"}
    assert all(warning["fix"] for warning in sandbox.verdict("gosquared")["warnings"])


def report(sandbox, **violation):
    violation = {"document-uri": f"http://127.0.0.1:{sandbox.port}/billing?x=y", "disposition": "report", **violation}
    headers = {"Content-Type": "application/csp-report", "Origin": f"http://127.0.0.1:{sandbox.port}"}
    assert sandbox.ask("/_personsig/report", "POST", json.dumps({"csp-report": violation}), headers).status == 204


def test_a_vendors_host_that_is_reached_after_all_is_reported_loudly(proxied):
    sandbox, _ = proxied(HTML, "")
    report(sandbox, **{"blocked-uri": "https://cdn.example.com/app.js", "effective-directive": "script-src-elem"})
    assert codes(sandbox) == []
    report(sandbox, **{"blocked-uri": "https://data.gosquared.com/event", "effective-directive": "connect-src"})
    assert codes(sandbox) == ["reaches-vendor"]
    assert sandbox.verdict("gosquared")["problems"][0]["page"] == "/billing"
    assert sandbox.says("/billing reaches a host of GoSquared itself")


def test_a_snippet_that_a_policy_blocks_is_noticed(proxied):
    sandbox, _ = proxied(HTML, "")
    script = f"http://{own(sandbox, 'gosquared/tracker.js')}"
    report(sandbox, **{"blocked-uri": script, "effective-directive": "script-src-elem", "disposition": "enforce"})
    report(sandbox, **{"blocked-uri": "inline", "effective-directive": "script-src-elem", "disposition": "enforce"})
    assert codes(sandbox) == ["blocked-by-policy", "inline-blocked"]


def test_a_websocket_passes_both_ways(start, app):
    """As development servers use it: the handshake, then bytes that nobody reads on the way."""
    upstream = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = upstream.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        assert b"upgrade: websocket" in head.lower() and b"sec-websocket-key: abc" in head.lower()
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nhello"
        )
        while piece := connection.recv(4096):
            connection.sendall(piece.upper())

    threading.Thread(target=serve, daemon=True).start()
    sandbox = start("--app", f"http://127.0.0.1:{upstream.getsockname()[1]}")
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
        connection.sendall(
            b"GET /hmr HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: abc\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        received = b""
        while not received.endswith(b"hello"):
            received += connection.recv(4096)
        assert received.startswith(b"HTTP/1.1 101")
        connection.sendall(b"\x81ping")
        assert connection.recv(4096) == b"\x81PING"


def test_an_app_with_a_certificate_of_its_own_needs_app_insecure(start, app, tmp_path):
    files = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    subprocess.run([*make, "-keyout", files[0], "-out", files[1]], check=True, capture_output=True)
    server = app(lambda handler, _: (200, HTML, b"secure"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    url = f"https://localhost:{server.server_port}"
    assert start("--app", url).ask("/").status == 502
    assert start("--app", url, "--app-insecure").ask("/").text == "secure"


def test_an_app_that_is_not_there_yet_is_waited_for(start, app):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sandbox = start("--app", f"http://127.0.0.1:{port}", environment=REAL)
    answer = sandbox.ask("/")
    assert (answer.status, answer.headers["Refresh"]) == (502, "1")
    assert f"Nothing answers at http://127.0.0.1:{port} yet" in answer.text
    time.sleep(0.1)
    with socket.create_server(("127.0.0.1", port)) as late:
        thread = threading.Thread(target=lambda: answer_once(late), daemon=True)
        thread.start()
        assert sandbox.ask("/").text == "here"


def test_many_headers_pass(proxied):
    sandbox, _ = proxied([("Set-Cookie", f"a{number}=b") for number in range(500)], "here")
    answer = sandbox.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (answer.count(b"=b\r\n"), answer[-4:]) == (500, b"here")


@pytest.mark.parametrize("many", [False, True])
def test_an_answer_that_cannot_be_read_is_not_waited_for(start, many):
    answer = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n" if many else b"\x15\x03\x03\x00\x02\x02\x46"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.sendall(answer)
            connection.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        got = start("--app", f"http://127.0.0.1:{listener.getsockname()[1]}").ask("/")
    assert (got.status, got.headers["Refresh"], got.headers["Cache-Control"]) == (502, None, "no-store")
    assert "cannot be read" in got.text and "--app" in got.text and "Waiting" not in got.text


def answer_once(listener):
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere")
    connection.close()
