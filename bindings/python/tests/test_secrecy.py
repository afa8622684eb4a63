"""No secret, id or signature that was passed can be found in anything that comes out."""

import copy
import gc
import os
import pickle
import pprint
import subprocess
import sys
import traceback

import pytest

import personsig

SECRET = "canary-secret-5b1f"
ID = "canary-id-77e0"
SIGNATURE = "canary-signature-c3d2"
CANARY = "canary"


def texts(error):
    """All that a log, a queue or a crash report may make of an exception."""
    yield from (str(error), repr(error), repr(error.args), repr(getattr(error, "__dict__", None)))
    yield from traceback.format_exception_only(error)
    yield pickle.dumps(error, 0).decode("latin-1")
    yield repr(copy.deepcopy(error))
    # The frame of the call itself is this file's, whose lines and locals have the canaries.
    inner = traceback.walk_tb(error.__traceback__.tb_next.tb_next) if error.__traceback__.tb_next else []
    yield from (repr(frame.f_locals) for frame, _ in inner)


CALLS = {
    "provider and secret swapped": lambda: personsig.Signer(SECRET, "gosquared"),
    "secret with a newline": lambda: personsig.Signer("gosquared", SECRET + "\n"),
    "secret with a lone surrogate": lambda: personsig.Signer("gosquared", SECRET + "\ud800"),
    "secret in bytes, padded": lambda: personsig.Signer("gosquared", b" " + SECRET.encode()),
    "secret in a bytearray": lambda: personsig.Signer("gosquared", bytearray(SECRET.encode())),
    "secret in a list": lambda: personsig.Signer("gosquared", [SECRET]),
    "fallback with a newline": lambda: personsig.Signer("gosquared", SECRET, fallback_secrets=[SECRET + "\n"]),
    "fallback as text": lambda: personsig.Signer("gosquared", SECRET, fallback_secrets=SECRET),
    "fallback in a list": lambda: personsig.Signer("gosquared", SECRET, fallback_secrets=[[SECRET]]),
    "secret as the variable": lambda: personsig.Signer.from_env("gosquared", variable=SECRET),
    "padded variable": lambda: personsig.Signer.from_env("gosquared", variable="PERSONSIG_CANARY"),
    "id with a newline": lambda: signer().sign(ID + "\n"),
    "id with a lone surrogate": lambda: signer().sign(ID + "\udc00"),
    "id in bytes": lambda: signer().sign(ID.encode()),
    "id in a dict": lambda: signer().sign({"id": ID}),
    "now as text": lambda: signer().sign(ID, now=SECRET),
    "now out of range": lambda: signer().sign(ID, now=-1),
    "signature malformed": lambda: signer().verify(ID, SIGNATURE),
    "signature with a lone surrogate": lambda: signer().verify(ID, SIGNATURE + "\ud800"),
    "signature in bytes": lambda: signer().verify(ID, SIGNATURE.encode()),
    "one id of many with a newline": lambda: signer().sign_many([ID, ID + "\n"]),
    "one id of many in bytes": lambda: signer().sign_many([ID, ID.encode()]),
    "many ids as text": lambda: signer().sign_many(ID),
    "identity of an id with a newline": lambda: signer().identity(ID + "\n"),
    "identity of the secret": lambda: signer().identity(SECRET),
    "the secret as a page's id": lambda: signer().snippet(SECRET),
    "the secret as a trait": lambda: signer().snippet(ID, traits={"key": [SECRET]}),
    "the secret as a trait's name": lambda: signer().snippet(ID, traits={SECRET: 1}),
    "a fallback as the site token": lambda: signer().snippet(ID, site_token=SECRET + "-older"),
    "the secret as the nonce": lambda: signer().snippet(ID, nonce=SECRET),
    "a nonce with a newline": lambda: signer().snippet(ID, nonce=SECRET + "\n"),
    "a site token in bytes": lambda: signer().snippet(ID, site_token=SECRET.encode()),
    "a trait in bytes": lambda: signer().snippet(ID, traits={ID: {"key": ID.encode()}}),
    "a trait's name in bytes": lambda: signer().snippet(ID, traits={ID.encode(): 1}),
    "a trait with a lone surrogate": lambda: signer().snippet(ID, traits={ID: ID + "\ud800"}),
    "a reserved trait": lambda: signer().snippet(ID, traits={ID: 1, "id": ID}),
    "traits as text": lambda: signer().snippet(ID, traits=ID),
    "another's signature": lambda: signer().verify(ID, "0" * 64),
    "also as text": lambda: signer().explain(ID, SIGNATURE, also=ID),
    "also with a newline": lambda: signer().explain(ID, SIGNATURE, also=[ID + "\n"]),
}


def signer():
    return personsig.Signer("gosquared", SECRET, fallback_secrets=[SECRET + "-older"])


@pytest.mark.parametrize("call", list(CALLS.values()), ids=list(CALLS))
def test_no_error_repeats_a_value(monkeypatch, call):
    monkeypatch.setenv("PERSONSIG_CANARY", SECRET + " ")
    with pytest.raises((personsig.Error, TypeError)) as info:
        call()
    assert [text for text in texts(info.value) if CANARY in text] == []


def test_an_integer_is_not_repeated():
    with pytest.raises(personsig.InputError) as info:
        signer().sign(9 * 10**50)
    assert [text for text in texts(info.value) if "0000" in text] == []


def test_an_unhandled_error_prints_no_value():
    program = "import os, personsig; personsig.Signer(os.environ['CANARY'], 'gosquared')"
    environment = os.environ | {"CANARY": SECRET}
    ran = subprocess.run([sys.executable, "-X", "dev", "-c", program], env=environment, capture_output=True, text=True)
    assert "InputError" in ran.stderr and SECRET not in ran.stderr + ran.stdout


SHOWINGS = {
    "repr": repr,
    "str": str,
    "format": format,
    "pprint": pprint.pformat,
    "dir": lambda s: repr([(name, getattr(s, name)) for name in dir(s)]),
    "class": lambda s: repr(vars(type(s))),
    "referents": lambda s: repr(gc.get_referents(s)),
    "reduce": lambda s: repr(getattr(s, "__getstate__", lambda: None)()),
}


@pytest.mark.parametrize("show", list(SHOWINGS.values()), ids=list(SHOWINGS))
def test_nothing_that_shows_a_signer_shows_its_secret(show):
    assert CANARY not in show(signer())


def test_no_finding_repeats_a_value():
    findings = signer().explain(ID, SIGNATURE, also=[ID + "@example.com"])
    assert [finding for finding in findings if CANARY in repr(finding)] == []
