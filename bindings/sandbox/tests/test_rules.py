"""Each row of both vendors' tables over HTTP, named by the sentence of their documents that it comes from."""

import os

from conftest import chameleon, gosquared, mac, SECRETS


def secure_mode(sandbox, on):
    answer = sandbox.api("gosquared/secure-mode", "PUT", {"on": on})
    assert answer.status == 200
    assert answer.json["gosquared"]["secure_mode"] == ("on" if on else "off")


def outcome(answer):
    return answer.json["verdict"], answer.json["effect"]


# GoSquared


def test_gosquared_will_automatically_handle_secure_mode_for_anonymous_visitors(sandbox):
    first = sandbox.call("gosquared", "pageview")
    visitor = first.json["visitor"]
    for on in (False, True):
        secure_mode(sandbox, on)
        assert outcome(sandbox.call("gosquared", "pageview", visitor=visitor)) == ("anonymous", "tracked")
        assert outcome(sandbox.call("gosquared", "chat", detail="hello")) == ("anonymous", "tracked")
    forged = sandbox.call("gosquared", "pageview", visitor="f" * 32 + "." + "0" * 32)
    assert outcome(forged) == ("anonymous", "ignored")
    assert forged.json["reasons"][0]["code"] == "forged-visitor"


def test_if_the_person_signatures_match_their_activity_is_tracked(sandbox):
    for on in (False, True):
        secure_mode(sandbox, on)
        for call in ("identify", "pageview", "event", "chat"):
            answer = sandbox.call("gosquared", call, user_id="42", signature=gosquared("42"))
            assert outcome(answer) == ("valid", "tracked")
            assert not answer.json["would_be_ignored"]


def test_if_the_person_signatures_dont_match_we_ignore_their_activity(sandbox):
    secure_mode(sandbox, True)
    for call in ("identify", "pageview", "event", "chat"):
        answer = sandbox.call("gosquared", call, user_id="43", signature=gosquared("42"))
        assert answer.status == 200, "no HTTP status is documented: it is ignored without a word"
        assert outcome(answer) == ("wrong", "ignored")
        assert answer.json["reasons"][0]["code"] == "signature-mismatch"


def test_any_pageviews_or_events_without_a_person_signature_will_be_ignored(sandbox):
    secure_mode(sandbox, True)
    for call in ("identify", "pageview", "event", "chat"):
        answer = sandbox.call("gosquared", call, user_id="42")
        assert outcome(answer) == ("unsigned", "ignored")
        assert answer.json["reasons"][0]["code"] == "missing-signature"


def test_secure_mode_is_an_optional_setting(sandbox):
    for signature, verdict in ((None, "unsigned"), (gosquared("another"), "wrong")):
        answer = sandbox.identify("gosquared", "42", signature)
        assert outcome(answer) == (verdict, "tracked")
        assert answer.json["would_be_ignored"]
    assert sandbox.requests()[0]["would_be_ignored"]
    secure_mode(sandbox, True)
    secure_mode(sandbox, False)
    assert outcome(sandbox.identify("gosquared", "42")) == ("unsigned", "tracked")


def test_a_visitor_who_identifies_keeps_the_session(sandbox):
    visitor = sandbox.call("gosquared", "pageview").json["visitor"]
    answer = sandbox.identify("gosquared", "42", gosquared("42"), visitor=visitor)
    assert answer.json["visitor"] == visitor
    identify, pageview = sandbox.requests()
    assert identify["visitor"] == pageview["visitor"]


def test_chat_history_is_shown_to_the_right_signature_alone(sandbox):
    sandbox.call("gosquared", "chat", user_id="42", signature=gosquared("42"), detail="hello")
    read = sandbox.call("gosquared", "history", user_id="42", signature=gosquared("42"))
    assert read.json["data"] == ["hello"]
    for other in ({"user_id": "42"}, {"user_id": "42", "signature": gosquared("43")}, {"user_id": "43", "signature": gosquared("42")}, {}):
        assert "data" not in sandbox.call("gosquared", "history", **other).json
    assert sandbox.call("gosquared", "history", user_id="43", signature=gosquared("43")).json["data"] == []


# Chameleon


def test_upon_receiving_your_first_verified_request_verification_is_turned_on_and_enforced(sandbox):
    assert sandbox.verdict("chameleon")["state"] == "open"
    answer = sandbox.identify("chameleon", "42", chameleon("42"), page="/staging")
    assert (answer.status, *outcome(answer)) == (200, "valid", "accepted")
    assert answer.json["reasons"][0]["code"] == "enforces"
    assert sandbox.verdict("chameleon")["state"] == "enforced"
    assert sandbox.says("/staging sends a valid signature. At the vendor this request would have switched enforcement on")
    again = sandbox.identify("chameleon", "42", chameleon("42"))
    assert (again.status, *outcome(again), again.json["reasons"]) == (200, "valid", "accepted", [])


def test_if_the_uid_hash_does_not_verify_identity_verification_will_fail_and_not_be_enabled(sandbox):
    right = chameleon("42")
    wrong = {
        "signature-mismatch": chameleon("42", secret="another-secret"),
        "expired": chameleon("42", age=86_400 + 60),
        "from-the-future": chameleon("42", age=-400),
        "missing-timestamp": right[:64],
    }
    outside_alone = f"{mac(SECRETS['chameleon'], '42')}-{right[65:]}"
    for code, signature in [*wrong.items(), ("signature-mismatch", outside_alone)]:
        answer = sandbox.identify("chameleon", "42", signature)
        assert outcome(answer) == ("wrong", "rejected")
        assert answer.json["reasons"][0]["code"] == code
        assert sandbox.verdict("chameleon")["state"] == "open"


def test_unverified_requests_after_verification_is_enabled_will_return_a_401_error_http_response(sandbox):
    before = sandbox.identify("chameleon", "42")
    assert (before.status, *outcome(before)) == (200, "unsigned", "accepted")
    sandbox.identify("chameleon", "42", chameleon("42"))
    for signature in (None, chameleon("43"), chameleon("42", age=90_000), chameleon("42")[:64]):
        for call in ("identify", "track"):
            answer = sandbox.call("chameleon", call, user_id="42", signature=signature)
            assert (answer.status, answer.json["effect"]) == (401, "rejected")
            assert answer.json["reasons"]


def test_if_you_just_send_the_uid_hash_without_the_uid_the_check_will_fail(sandbox):
    for status in (200, 401):
        answer = sandbox.identify("chameleon", None, chameleon("42"))
        assert (answer.status, answer.json["effect"], answer.json["reasons"][0]["code"]) == (status, "rejected", "uid-missing")
        assert sandbox.verdict("chameleon")["state"] == ("open" if status == 200 else "enforced")
        sandbox.identify("chameleon", "42", chameleon("42"))


def test_all_rest_api_requests_must_use_your_secret_api_key_and_not_your_account_token(start, tmp_path):
    out = tmp_path / "environment"
    program = ("sh", "-c", f"env > {out}.part; mv {out}.part {out}; exec sleep 600")
    sandbox = start(command=program)
    while not out.exists():
        pass
    environment = dict(line.split("=", 1) for line in out.read_text().splitlines() if "=" in line)
    base = environment["CHAMELEON_API_URL"].partition(f":{sandbox.port}")[2]
    token, secret = {"X-Account-Token": "ACCOUNT-TOKEN"}, {"X-Account-Secret": environment["CHAMELEON_API_SECRET"]}
    path = f"{base}/v3/observe/profiles"
    assert [sandbox.ask(path, "POST", "{}", headers).status for headers in (token, secret, {})] == [200, 200, 401]
    signature = chameleon("42", secret=environment["CHAMELEON_VERIFICATION_SECRET"])
    assert sandbox.identify("chameleon", "42", signature).json["effect"] == "accepted"
    assert [sandbox.ask(path, "POST", "{}", headers).status for headers in (token, secret, {})] == [401, 200, 401]
    assert sandbox.ask(path.replace(base, "/_personsig/rest/other"), "POST", "{}", secret).status == 404


def test_data_sent_to_chameleon_cannot_be_obtained_by_another_party(sandbox):
    sandbox.identify("chameleon", "42", chameleon("42"), detail={"plan": "gold"})
    assert sandbox.call("chameleon", "data", user_id="42", signature=chameleon("42")).json["data"] == [{"plan": "gold"}]
    for other in ({"user_id": "42"}, {"user_id": "42", "signature": chameleon("43")}, {}):
        refused = sandbox.call("chameleon", "data", **other)
        assert (refused.status, "data" in refused.json) == (401, False)


def test_you_cannot_turn_off_identity_verification_once_you_have_started_sending_us_secure_data(sandbox):
    sandbox.identify("chameleon", "42", chameleon("42"))
    for method, body in (("PUT", {"on": False}), ("DELETE", None)):
        answer = sandbox.api("chameleon/enforcement", method, body)
        assert answer.status == 409
        assert "cannot be switched off" in answer.json["message"]
    assert sandbox.verdict("chameleon")["state"] == "enforced"
    started_over = sandbox.api("chameleon/new-account", "POST")
    assert started_over.json["chameleon"]["state"] == "open"
    assert started_over.json["chameleon"]["account"] == 2


def test_a_secret_is_rotated_while_both_are_live(start):
    environment = {"CHAMELEON_VERIFICATION_SECRET": "the-new-secret", "CHAMELEON_VERIFICATION_SECRET_PREVIOUS": "the-old-secret"}
    sandbox = start("--real-secrets", environment=environment)
    assert sandbox.identify("chameleon", "42", chameleon("42", secret="the-new-secret")).json["verdict"] == "valid"
    old = sandbox.identify("chameleon", "42", chameleon("42", secret="the-old-secret"))
    assert (old.json["verdict"], old.json["reasons"][0]["code"]) == ("valid", "valid-with-fallback")
    assert sandbox.identify("chameleon", "42", chameleon("42", secret="older-still")).json["verdict"] == "wrong"
    # GoSquared's real secret is not set.
    assert sandbox.identify("gosquared", "42", os.urandom(32).hex()).json["reasons"][0]["code"] == "no-secret"
