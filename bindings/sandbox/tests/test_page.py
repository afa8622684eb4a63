"""The page and the API: what they show, and whom."""

import binascii
import hashlib
import html
import http.client
import json
import re
import socket
from urllib.parse import quote

import pytest

from conftest import BEARER, REAL, SECRETS, TOKEN, chameleon, gosquared

PAGE = "/_personsig/"


def cookie(sandbox):
    answer = sandbox.ask(f"{PAGE}?token={TOKEN}")
    assert (answer.status, answer.headers["Location"]) == (303, PAGE)
    return answer.headers["Set-Cookie"]


def see(sandbox, path=PAGE, **headers):
    return sandbox.ask(path, headers={"Cookie": cookie(sandbox).split(";")[0], **headers})


def press(sandbox, act, **fields):
    page = see(sandbox).text
    key = re.search('name="key" value="([0-9a-f]+)"', page)[1]
    body = "&".join(f"{name}={value}" for name, value in {"key": key, "act": act, **fields}.items())
    headers = {"Cookie": cookie(sandbox).split(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
    return sandbox.ask(PAGE, "POST", body, headers)


def make_ready(sandbox):
    for vendor, sign in (("gosquared", gosquared), ("chameleon", chameleon)):
        sandbox.call(vendor, "visit")
        for user in ("1", "2"):
            sandbox.identify(vendor, user, sign(user))


def test_it_is_never_ready_before_a_visitor_a_user_and_a_second_user_were_seen(sandbox):
    missing = ["a visitor who is not logged in", "a user", "a second user"]
    for vendor, sign in (("gosquared", gosquared), ("chameleon", chameleon)):
        seen = [
            lambda v, s: sandbox.call(v, "visit"),
            lambda v, s: sandbox.identify(v, "1", s("1")),
            lambda v, s: sandbox.identify(v, "1", s("1"), page="/other"),
            lambda v, s: sandbox.identify(v, "2", s("2")),
        ]
        for act, left in zip(seen, (missing[1:], missing[2:], missing[2:], []), strict=True):
            act(vendor, sign)
            verdict = sandbox.verdict(vendor)
            assert (verdict["missing"], verdict["ready"]) == (left, not left)
        assert verdict["summary"] == "Ready to switch on: 3 of 3 identifies on 2 pages were signed and valid."


def test_the_verdict_says_what_to_do_until_it_is_forgotten(sandbox):
    make_ready(sandbox)
    for _ in range(3):
        sandbox.identify("chameleon", "1", page="/billing")
    sandbox.identify("chameleon", "1", chameleon("1", age=90_000), page="/team")
    verdict = sandbox.verdict("chameleon")
    assert (
        verdict["summary"] == "Not ready: /billing sends unsigned identifies (3 times), /team sends an expired signature (a cached page?)."
    )
    assert [(found["page"], found["code"], found["count"]) for found in verdict["problems"]] == [
        ("/billing", "unsigned", 3),
        ("/team", "expired", 1),
    ]
    assert "/billing sends unsigned identifies" in see(sandbox).text
    assert sandbox.verdict("gosquared")["ready"]
    assert press(sandbox, "forget").status == 303
    assert not sandbox.verdict("chameleon")["problems"]
    assert sandbox.verdict("chameleon")["state"] == "enforced", "what was seen is forgotten, what happened is not"


def test_no_number_of_warnings_hides_a_problem(proxied):
    sandbox, _ = proxied([("Content-Type", "text/html")], f"<script>x = '{SECRETS['gosquared']}'</script>")
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    for number in range(2100):
        connection.request("GET", f"/{number}", headers={"Service-Worker": "script"})
        connection.getresponse().read()
    sandbox.call("gosquared", "visit")
    for user in ("1", "2"):
        sandbox.identify("gosquared", user, gosquared(user))
    violation = {"blocked-uri": "https://data.gosquared.com/x", "document-uri": "http://localhost/billing", "disposition": "report"}
    sandbox.ask("/_personsig/report", "POST", json.dumps({"csp-report": violation}))
    sandbox.ask("/with-a-secret")
    verdict = sandbox.verdict("gosquared")
    assert not verdict["ready"]
    assert {"reaches-vendor", "secret-in-page"} <= {problem["code"] for problem in verdict["problems"]}
    assert sandbox.says("/billing reaches a host of GoSquared itself")


def test_a_page_that_identifies_somebody_has_no_visitor(sandbox):
    sandbox.call("gosquared", "visit", view="a")
    sandbox.identify("gosquared", "1", gosquared("1"), view="a")
    assert "a visitor who is not logged in" in sandbox.verdict("gosquared")["missing"]


def test_one_signature_in_two_browsers_is_worth_knowing(sandbox):
    one, two = (sandbox.call("chameleon", "visit").json["visitor"] for _ in range(2))
    signature = chameleon("1")
    sandbox.identify("chameleon", "1", signature, visitor=one)
    sandbox.identify("chameleon", "1", signature, visitor=one)
    assert sandbox.verdict("chameleon")["warnings"] == []
    sandbox.identify("chameleon", "1", signature, visitor=two)
    assert [warning["code"] for warning in sandbox.verdict("chameleon")["warnings"]] == ["shared-signature"]


def test_the_public_token_in_place_of_the_id_is_worth_knowing(sandbox):
    sandbox.identify("gosquared", "GSN-000000-A", gosquared("GSN-000000-A"))
    assert [warning["code"] for warning in sandbox.verdict("gosquared")["warnings"]] == ["token-as-id"]


def test_the_last_requests_can_be_filtered(sandbox):
    make_ready(sandbox)
    sandbox.identify("gosquared", "1", page="/billing")
    newest = sandbox.requests()[0]
    assert {name: newest[name] for name in ("page", "vendor", "call", "user_id", "verdict", "effect", "reasons")} == {
        "page": "/billing",
        "vendor": "gosquared",
        "call": "identify",
        "user_id": "1",
        "verdict": "unsigned",
        "effect": "tracked",
        "reasons": ["missing-signature"],
    }
    assert len(sandbox.requests(vendor="chameleon")) == 3
    assert len(sandbox.requests(verdict="valid")) == 4
    assert len(sandbox.requests(page="/billing")) == 1
    assert len(sandbox.requests(user_id="2", limit=1)) == 1
    assert sandbox.api("requests?vendor=other").status == 400
    assert sandbox.api("requests?limit=x").status == 400
    text = see(sandbox, f"{PAGE}?vendor=gosquared&verdict=unsigned").text
    assert text.count('href="/_personsig/request/') == 1


def test_no_two_users_are_one_however_alike_their_ids_begin(sandbox):
    alike = [hashlib.sha256(b"ada").hexdigest(), hashlib.sha256(b"ada").hexdigest()[:8] + hashlib.sha256(b"eve").hexdigest()[8:]]
    long = ["x" * 600 + "1", "x" * 600 + "2"]
    sandbox.call("gosquared", "visit")
    for one, other in (alike, long):
        sandbox.call("gosquared", "chat", user_id=one, signature=gosquared(one), detail="private")
        assert sandbox.call("gosquared", "history", user_id=one, signature=gosquared(one)).json["data"] == ["private"]
        assert sandbox.call("gosquared", "history", user_id=other, signature=gosquared(other)).json["data"] == []
        sandbox.api("forget", "POST")
        sandbox.call("gosquared", "visit")
        for user in (one, other):
            sandbox.identify("gosquared", user, gosquared(user))
        assert sandbox.verdict("gosquared")["ready"]
        assert [len(sandbox.requests(user_id=user)) for user in (one, other)] == [1, 1]
    sandbox.identify("gosquared", alike[0], gosquared(alike[0]))
    assert sandbox.requests()[0]["user_id"] == alike[0]


def test_one_request_in_full(sandbox):
    sandbox.identify("gosquared", "1", gosquared("2"), detail={"name": "Ada"})
    text = see(sandbox, f"/_personsig/request/{sandbox.requests()[0]['id']}").text
    assert "&#34;name&#34;: &#34;Ada&#34;" in text and "signature-mismatch" in text
    assert see(sandbox, "/_personsig/request/999").status == 404


def test_every_answer_of_the_api_is_json_and_a_change_answers_with_the_verdict(sandbox):
    for path, method, body, status in (
        ("verdict", "GET", None, 200),
        ("gosquared/secure-mode", "PUT", {"on": True}, 200),
        ("gosquared/secure-mode", "PUT", {"on": "yes"}, 400),
        ("gosquared/secure-mode", "GET", None, 405),
        ("chameleon/new-account", "POST", None, 200),
        ("chameleon/new-account", "POST", {"project": "unknown"}, 400),
        ("forget", "POST", None, 200),
        ("nothing", "GET", None, 404),
    ):
        answer = sandbox.api(path, method, body)
        assert (path, answer.status, answer.headers["Content-Type"]) == (path, status, "application/json")
        assert ("gosquared" in answer.json) == (status == 200)


def test_the_page_and_the_api_need_the_token(sandbox):
    sandbox.identify("gosquared", "the-user", gosquared("the-user"))
    for path in (PAGE, "/_personsig/request/1", f"{PAGE}?token=wrong", "/_personsig/events?key=wrong"):
        answer = sandbox.ask(path)
        assert (answer.status, "the-user" in answer.text) == (401, False)
    for path in ("verdict", "requests"):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": cookie(sandbox).split(";")[0]}):
            answer = sandbox.ask(f"/_personsig/api/v1/{path}", headers=headers)
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (
        sandbox.ask(
            PAGE,
            "POST",
            "key=wrong&act=forget",
            {"Cookie": cookie(sandbox).split(";")[0], "Content-Type": "application/x-www-form-urlencoded"},
        ).status
        == 401
    )
    assert len(sandbox.requests()) == 1
    attributes = cookie(sandbox).split("; ")[1:]
    assert attributes == ["HttpOnly", "SameSite=Strict", "Path=/_personsig/"]


def test_a_script_of_the_app_has_the_cookie_and_sees_nothing(sandbox):
    """What its fetch, frame and worker send; it cannot send a person's navigation."""
    for mode, dest in (("cors", "empty"), ("same-origin", "empty"), ("no-cors", "script"), ("navigate", "iframe"), ("navigate", "object")):
        answer = see(sandbox, **{"Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest, "Sec-Fetch-Site": "same-origin"})
        assert answer.status == 401
    page = see(sandbox, **{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"})
    assert page.status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert (page.headers["Cross-Origin-Opener-Policy"], page.headers["Cache-Control"]) == ("same-origin", "private, no-store")
    assert "Access-Control-Allow-Origin" not in page.headers


def test_no_page_of_the_app_has_the_same_opener_policy_as_the_sandbox(proxied):
    """A window that the app opens could be read where the two policies are one."""
    name, ours = "Cross-Origin-Opener-Policy", "same-origin"
    isolating = [("Cross-Origin-Embedder-Policy", "require-corp")], [("Cross-Origin-Embedder-Policy", 'credentialless; report-to="x"')]
    for theirs, others, becomes in (
        (ours, [], "same-origin-allow-popups"),
        (f'{ours}; report-to="x"', [], "same-origin-allow-popups"),
        (ours, [("Cross-Origin-Embedder-Policy", "unsafe-none")], "same-origin-allow-popups"),
        (ours, isolating[0] * 2, "same-origin-allow-popups"),
        (ours, isolating[0], ours),
        (ours, isolating[1], ours),
        ("same-origin-allow-popups", [], "same-origin-allow-popups"),
        ("unsafe-none", [], "unsafe-none"),
    ):
        for kind in ("text/html", "text/plain"):
            sandbox, _ = proxied([("Content-Type", kind), (name, theirs), *others], "")
            assert sandbox.ask("/").headers.get_all(name) == [becomes], (theirs, others)
            sandbox.stop()
    page = see(sandbox := proxied([], "")[0])
    assert (page.headers[name], page.headers["Cross-Origin-Embedder-Policy"]) == (ours, None)
    assert sandbox.ask(PAGE).headers[name] == ours


def test_the_cookie_which_the_app_sees_on_its_own_port_opens_no_api(sandbox):
    value = cookie(sandbox).split(";")[0].split("=")[1]
    assert value != TOKEN
    for path in ("/_personsig/api/v1/verdict", f"/_personsig/?token={value}", f"/_personsig/rest/{value}/v3/edit/profiles"):
        assert sandbox.ask(path, headers={"Authorization": f"Bearer {value}"}).status in (401, 404)


def test_a_service_worker_in_between_is_named(sandbox):
    between = {"Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty"}
    answer = see(sandbox, **between)
    assert answer.status == 401
    assert "a service worker of your app stands in between" in answer.text
    assert "service worker" not in sandbox.ask(PAGE, headers=between).text


def test_nothing_external_is_asked_for(sandbox):
    text = see(sandbox).text
    assert re.findall(r'(?:src|href)="(?!/|#|data:,")', text) == []
    assert "http" not in re.sub(r"<p>In front of.*", "", text).replace("http-equiv", "")


HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--><svg/onload=alert(1)>",
    "{{7*7}}${7*7}<%= 7 %>",
    "\u202e<b>\u0000",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_ids_paths_and_reasons_are_inert(sandbox, text):
    sandbox.identify("gosquared", text, text, page=f"/{text}", detail={text: text}, token=text)
    sandbox.call("chameleon", text[:60], user_id=text)
    number = sandbox.requests(vendor="gosquared")[0]["id"]
    for path in (PAGE, f"/_personsig/request/{number}", f"{PAGE}?page={quote(text)}&user_id={quote(text)}"):
        page = see(sandbox, path)
        assert page.status == 200
        assert "<img" not in page.text and "<svg" not in page.text and "<b>\u0000" not in page.text
        assert "alert(1)</script>" not in page.text and "onerror=alert(1)>" not in page.text.replace("onerror=alert(1)&#62;", "")
        assert "49" not in re.sub(r"[^{}$]*", "", page.text)


def test_no_secret_and_no_right_signature_is_shown_anywhere(sandbox):
    secrets = list(SECRETS.values())
    right = [gosquared("1"), chameleon("1")[:64]]
    sandbox.identify("gosquared", "1", right[0], detail={"key": secrets[0], "auth": right[0]}, page=f"/{right[0]}")
    sandbox.identify("gosquared", right[0], "1")
    sandbox.identify("gosquared", secrets[0], secrets[1])
    sandbox.identify("chameleon", "1", chameleon("1"), detail=f"{chameleon('1')} {secrets[1]}")
    sandbox.call("gosquared", "event", user_id="1", signature=right[0], detail=[right[0]])
    shown = [see(sandbox).text, sandbox.api("verdict").text, sandbox.api("requests").text, sandbox.output]
    shown += [see(sandbox, f"/_personsig/request/{kept['id']}").text for kept in sandbox.requests()]
    for text in shown:
        for value in secrets + right:
            assert value not in text
            assert value[:32] not in text


def test_no_secret_and_no_right_signature_is_shown_as_the_page_of_an_app(start, app):
    """The path that the proxy passes on, as a browser writes it."""
    secret = 'with "quotes" and more'
    server = app(lambda *_: (200, [("Set-Cookie", "a=b; Secure")], b""))
    sandbox = start("--app", server.url, "--real-secrets", environment={**REAL, "GOSQUARED_SECURE_MODE_SECRET": secret})
    right, hidden = gosquared("1", secret), [SECRETS["chameleon"], quote(secret)]
    for text in [right, *hidden]:
        assert sandbox.ask(f"/users/{text}").status == 200
    warnings = sandbox.verdict("gosquared")["warnings"]
    left_out = "(left out: it holds a secret)"
    assert [(warning["page"], warning["count"]) for warning in warnings] == [(left_out, 1), (f"/users/{right[:8]}…", 1)]
    for shown in (see(sandbox).text, sandbox.api("verdict").text, sandbox.output):
        assert not [value for value in [right[:32], secret, *hidden] if value in shown]


@pytest.mark.parametrize("control", ["\x01", "\t", "\n", "\x7f", "\x85"])
def test_a_control_character_inside_hides_neither_secret_nor_signature(sandbox, control):
    """It is removed from the page's name, behind which both would stand whole."""
    signature, secret = gosquared("42"), SECRETS["gosquared"]
    for hidden in (signature, secret):
        page = f"/x/{hidden[:10]}{control}{hidden[10:]}"
        sandbox.identify("gosquared", "42", signature, page=page)
        sandbox.ask("/_personsig/report", "POST", json.dumps({"csp-report": {**REACHED, "document-uri": f"http://localhost{page}"}}))
    shown = see(sandbox).text + json.dumps([sandbox.requests(), sandbox.verdict()]) + sandbox.output
    assert "reaches-vendor" in shown
    assert signature not in shown and secret not in shown


REACHED = {"blocked-uri": "https://data.gosquared.com/event", "effective-directive": "connect-src", "disposition": "report"}


def test_no_secret_is_shown_however_it_is_written_or_short(start, tmp_path):
    secret, short = 'with "quotes" and \\', "brief"
    environment = {"GOSQUARED_SECURE_MODE_SECRET": secret, "CHAMELEON_VERIFICATION_SECRET": short}
    state = tmp_path / "state.db"
    sandbox = start("--real-secrets", "--state", str(state), environment=environment)
    mac = gosquared("1", secret)
    base64 = binascii.b2a_base64(bytes.fromhex(mac), newline=False).decode()
    urlsafe = base64.translate(str.maketrans("+/", "-_"))
    texts = [secret, f"x{secret}", short, mac, base64, base64.rstrip("="), urlsafe.rstrip("="), f"{base64}-1596165824"]
    for text in texts:
        for detail in (text, [text], {text: 1}, {"key": {"deep": [text]}}):
            assert sandbox.call("gosquared", text, user_id=text, detail=detail, view=text, page=f"/{text}").status == 200
    sandbox.call("gosquared", "event", detail=f"cut {mac[:48]}")
    shown = [see(sandbox).text, sandbox.api("requests").text]
    shown += [see(sandbox, f"/_personsig/request/{kept['id']}").text for kept in sandbox.requests()]
    sandbox.stop()
    shown += [path.read_bytes().decode("utf-8", "replace") for path in tmp_path.iterdir()]
    for text in map(html.unescape, shown):
        for value in (secret, secret.replace("\\", "\\\\").replace('"', '\\"'), mac[:40], base64[:40], urlsafe[:40]):
            assert value not in text
        assert not re.search(rf"[\">]{short}[\"<]", text)


def test_the_handshake_checks_and_switches_nothing_on(sandbox):
    good = press(sandbox, "handshake", uid="42", uid_hash=chameleon("42"))
    assert "Chameleon would accept this pair" in good.text
    assert sandbox.verdict("chameleon")["state"] == "open"
    bad = press(sandbox, "handshake", uid="43", uid_hash=chameleon("42"))
    assert "Use the verification secret" in bad.text
    assert "personsig sign --provider chameleon 43" in bad.text
    assert chameleon("43")[:64] not in bad.text
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    "uid,argument",
    [("ada@example.com", "ada@example.com"), ("-1", "-- -1"), ("a b", "'a b'"), ("$(id)'`", "'$(id)'\\''`'"), ("-;", "-- '-;'")],
)
def test_the_command_that_the_handshake_shows_is_safe_to_copy(sandbox, uid, argument):
    page = press(sandbox, "handshake", uid=quote(uid), uid_hash="x")
    assert f"<pre>personsig sign --provider chameleon {argument}</pre>" in html.unescape(page.text)


def test_the_switches_of_the_page(sandbox):
    assert press(sandbox, "secure-mode-on", project="").status == 303
    assert sandbox.verdict("gosquared")["secure_mode"] == "on"
    press(sandbox, "secure-mode-off", project="")
    assert sandbox.verdict("gosquared")["secure_mode"] == "off"
    sandbox.identify("chameleon", "1", chameleon("1"))
    assert "account 1 is enforced" in see(sandbox).text
    press(sandbox, "new-account", project="")
    assert "account 2 is open" in see(sandbox).text
    assert "The vendor has no such button" in see(sandbox).text


def test_the_page_follows_what_happens(sandbox):
    key = re.search('live\\("([0-9a-f]+)"', see(sandbox).text)[1]
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
        connection.sendall(f"GET /_personsig/events?key={key} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        received = ""
        while "event: sections" not in received:
            received += connection.recv(65536).decode()
        assert "text/event-stream" in received
        sandbox.identify("gosquared", "somebody-new", gosquared("somebody-new"))
        while "somebody-new" not in received:
            received += connection.recv(65536).decode()


def test_projects_are_told_apart_by_the_public_token(start):
    environment = {**REAL, "BLOG": "the-blogs-secret", "SHOP": "the-shops-secret"}
    sandbox = start("--real-secrets", "--project", "gosquared:GSN-1-A=BLOG", "--project", "gosquared:GSN-2-A=SHOP", environment=environment)
    blog, shop = gosquared("1", "the-blogs-secret"), gosquared("1", "the-shops-secret")
    assert sandbox.identify("gosquared", "1", blog, token="GSN-1-A").json["verdict"] == "valid"
    assert sandbox.identify("gosquared", "1", blog, token="GSN-2-A").json["verdict"] == "wrong"
    assert sandbox.identify("gosquared", "1", shop, token="GSN-2-A").json["verdict"] == "valid"
    unknown = sandbox.identify("gosquared", "1", shop, token="GSN-3-A")
    assert (unknown.json["verdict"], unknown.json["reasons"][0]["code"]) == ("wrong", "unknown-project")
    assert sandbox.identify("chameleon", "1", chameleon("1")).json["verdict"] == "valid"
    assert sandbox.api("gosquared/secure-mode", "PUT", {"on": True}).status == 400
    assert sandbox.api("gosquared/secure-mode", "PUT", {"on": True, "project": "GSN-2-A"}).status == 200
    modes = {project["project"]: project["secure_mode"] for project in sandbox.verdict("gosquared")["projects"]}
    assert modes == {"GSN-1-A": "off", "GSN-2-A": "on"}


def test_only_a_page_of_the_same_origin_may_post(sandbox, proxied):
    with_app, _ = proxied([], "")
    body = json.dumps({"vendor": "gosquared", "call": "pageview", "token": "x"})
    for origin, alone, behind in (
        ("http://localhost:3000", 200, 403),
        ("https://example.com", 403, 403),
        ("null", 403, 403),
        (f"http://127.0.0.1:{with_app.port}", 200, 200),
    ):
        for one, status in ((sandbox, alone), (with_app, behind)):
            assert one.ask("/_personsig/call", "POST", body, {"Origin": origin}).status == status
    assert sandbox.ask("/_personsig/call", "POST", body, {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert (
        "Access-Control-Allow-Origin" not in sandbox.ask("/_personsig/call", "OPTIONS", headers={"Origin": "http://localhost:3000"}).headers
    )


def refused_calls(sandbox, status, origin):
    """What a page may send that the sandbox does not take: too much, too large, or no JSON in UTF-8."""
    call = {"vendor": "gosquared", "call": "visit", "token": "GSN-000000-A", "page": "/", "view": "v"}
    headers = {"Origin": origin, "Referer": f"{origin}/billing?x=y"}
    if status == 429:
        body = json.dumps(call)
        head = "".join(f"{name}: {value}\r\n" for name, value in {**headers, "Host": f"127.0.0.1:{sandbox.port}"}.items())
        post = f"POST /_personsig/call HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n"
        asked = f"{post}\r\n{body}" * 1500 + f"{post}Connection: close\r\n\r\n{body}"
        return {int(found) for found in re.findall(rb"HTTP/1.1 (\d+)", sandbox.raw(asked.encode(), wait=20))} - {200}
    body = json.dumps({**call, "call": "identify", "user_id": "user-\ud83d", "detail": "x" * (1_100_000 if status == 413 else 0)})
    try:
        return {sandbox.ask("/_personsig/call", "POST", body, headers).status}
    except ConnectionError:  # refused before it was sent
        return {403}


@pytest.mark.parametrize("status", [429, 413, 400])
def test_a_call_that_is_refused_keeps_it_from_being_ready(sandbox, status):
    make_ready(sandbox)
    assert sandbox.verdict("gosquared")["ready"]
    assert refused_calls(sandbox, status, "https://other.example") == {403}
    assert sandbox.verdict("gosquared")["ready"], "another site cannot make a problem"
    assert refused_calls(sandbox, status, f"http://127.0.0.1:{sandbox.port}") == {status}
    for vendor in ("gosquared", "chameleon"):
        verdict = sandbox.verdict(vendor)
        found = [(problem["page"], problem["code"]) for problem in verdict["problems"]]
        assert (verdict["ready"], found) == (False, [("/billing", "not-counted")])
        assert "counted nowhere" in verdict["summary"] and verdict["problems"][0]["fix"]
    sandbox.api("forget", "POST")
    assert sandbox.verdict("gosquared")["problems"] == []


def test_a_report_that_is_refused_keeps_it_from_being_ready(sandbox):
    make_ready(sandbox)
    headers = {"Referer": f"http://127.0.0.1:{sandbox.port}/billing"}
    assert sandbox.ask("/_personsig/report", "POST", "{", headers).status == 400
    assert [problem["code"] for problem in sandbox.verdict("gosquared")["problems"]] == ["not-counted"]


def test_without_an_app_there_is_a_page_to_try_it_with(sandbox):
    text = sandbox.ask("/").text
    assert "/_personsig/gosquared/tracker.js" in text and "/_personsig/chameleon/messo/" in text
    assert sandbox.ask("/other").status == 404
    assert BEARER["Authorization"] not in text and TOKEN not in text


@pytest.mark.parametrize(
    "path",
    ["request/c4nary", "?limit=c4nary", "events?limit=c4nary", "events", "api/v1/requests?limit=c4nary", "c4nary", "gosquared/c4nary"],
)
def test_what_cannot_be_understood_is_not_repeated(sandbox, path):
    for headers in ({}, BEARER, {"Cookie": cookie(sandbox).split(";")[0]}):
        assert "c4nary" not in sandbox.ask(f"/_personsig/{path}", headers=headers).text
    assert "c4nary" not in sandbox.ask(f"/_personsig/{path}", "POST", "c4nary", {"Content-Type": "application/x-www-form-urlencoded"}).text
