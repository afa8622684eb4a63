"""What holds for every provider, secret, id and time, with Python's own hmac as the oracle. hypothesis makes the cases.

CASES=1000000 tries as many of each property; a failure prints the smallest case that shows it.
"""

import base64
import hashlib
import hmac
import json
import os
import re

import personsig
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASES = int(os.environ.get("CASES") or 1000)
ROWS = {row.name: row for row in personsig.providers()}
SAMPLES = {name: personsig.Signer(name, "00112233445566778899aabbccddeeff") for name in ROWS}
# Which vendors want an e-mail in lower case, the vectors say. Here it must hold for all of a vendor's, or for none.
LOWER_CASE = {name for name, signer in SAMPLES.items() if signer.sign("ADA@B.C", now=0) == signer.sign("ada@b.c", now=0)}
PLACEHOLDERS = ["undefined", "null", "None", "NaN", "<nil>", "[object Object]", "#<User>", "<User object at 0x7f>"]
NOW = 1596165824


def cases(share=1):
    many = max(10, CASES // share)
    return settings(max_examples=many, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True)


anything = st.text(st.characters(), max_size=30)
emails = st.builds("{}@{}".format, st.text("Adae.é-", min_size=1, max_size=20), st.sampled_from(["example.com", "B.Org"]))
ids = st.one_of(anything, emails, emails, st.text("abc019-", min_size=1, max_size=60), st.sampled_from(PLACEHOLDERS))
integers = st.integers(-(2**127), 2**127 - 1)
times = st.integers(0, 99999999999)
signers = st.tuples(st.sampled_from(sorted(ROWS)), st.integers(0, 2**20)).map(lambda drawn: made(*drawn))


def made(name, number):
    """A provider, a secret of 2 to 200 bytes and its Signer. Hex digits are both forms of a key."""
    secret = hashlib.shake_256(str(number).encode()).hexdigest(1 + number % 100)
    return name, secret.encode(), personsig.Signer(name, secret)


def why_refused(name, text):
    """Every code with which this id may be refused."""
    codes = set()
    if text == "":
        codes.add("empty-user-id")
    if re.search("[\ud800-\udfff]", text):
        codes.add("invalid-text")
    if re.search("[\0-\x1f\x7f]", text):
        codes.add("control-character")
    if re.fullmatch(r"undefined|null|None|NaN|<nil>|\[object .*\]|#<.*>|<.* object at 0x.*>", text):
        codes.add("placeholder-user-id")
    if ROWS[name].identifier == "email" and not re.search("(?s).@.", text):
        codes.add("email-expected")
    return codes


def expected(name, secret, text, now):
    row = ROWS[name]
    key = bytes.fromhex(secret.decode()) if row.key_form == "hex" else secret
    if name in LOWER_CASE and re.search("(?s).@.", text):
        text = "".join(c.lower() if c.isascii() else c for c in text)
    message = f"{text}-{now}" if row.scheme == "timestamped" else text
    mac = hmac.new(key, message.encode(), hashlib.sha256).digest()
    if row.encoding == "base64":
        return base64.b64encode(mac).decode()
    if row.encoding == "base64url":
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")
    return mac.hex() + (f"-{now}" if row.scheme == "timestamped" else "")


@cases()
@given(signers, ids, times)
def test_every_id_is_signed_as_hmac_signs_it_or_refused_for_a_reason(signer, text, now):
    name, secret, signer = signer
    reasons = why_refused(name, text)
    if not reasons:
        assert signer.sign(text, now=now) == expected(name, secret, text, now)
        return
    with pytest.raises(personsig.InputError) as refused:
        signer.sign(text, now=now)
    assert refused.value.code in reasons
    assert len(text) < 16 or text not in str(refused.value)


@cases(4)
@given(st.sampled_from([name for name, row in ROWS.items() if row.identifier != "email"]), integers, times)
def test_an_integer_is_signed_as_its_decimal_text(name, number, now):
    signer = personsig.Signer(name, "6e6f7420612073656372657421")
    assert signer.sign(number, now=now) == signer.sign(str(number), now=now)


@cases(2)
@given(signers, st.data(), times)
def test_a_signature_verifies_and_nothing_near_it_does(signer, data, now):
    name, secret, signer = signer
    text = data.draw(ids.filter(lambda text: not why_refused(name, text)))
    signature = signer.sign(text, now=now)
    verified = signer.verify(text, signature, now=now)
    assert verified.secret_index == 0
    assert verified.signed_at == (now if ROWS[name].scheme == "timestamped" else None)
    at = data.draw(st.integers(0, len(signature) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != signature[at]))
    for wrong in [signature[:at] + other + signature[at + 1 :], signature[:at], signature + other, signature.upper()]:
        if wrong != signature:
            with pytest.raises(personsig.VerificationError):
                signer.verify(text, wrong, now=now)
            assert not signer.is_valid(text, wrong, now=now)


@cases(4)
@given(signers, st.data(), times)
def test_a_batch_is_what_sign_says_one_by_one(signer, data, now):
    name, secret, signer = signer
    texts = data.draw(st.lists(ids, max_size=12))
    bad = next((index for index, text in enumerate(texts) if why_refused(name, text)), None)
    if bad is None:
        assert signer.sign_many(texts, now=now) == [expected(name, secret, text, now) for text in texts]
        return
    with pytest.raises(personsig.InputError) as refused:
        signer.sign_many(texts, now=now)
    assert refused.value.index == bad


words = st.text(st.characters(codec="utf-8"), max_size=30)
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e6, 1e6, allow_nan=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words.filter(lambda key: key != "__proto__"), inner, max_size=4),
    max_leaves=12,
)
hostile = st.sampled_from(["</script>", "<!--<script>", "-->", "]]>", "\u2028", "'\"\\", "`${x}", "&lt;", "\0"])
traits = st.dictionaries((words | hostile).filter(lambda key: key not in ("__proto__", "id")), values | hostile, max_size=6)


@cases(2)
@given(st.data(), traits)
def test_a_page_is_one_script_element_with_what_was_given(data, given_traits):
    signer = personsig.Signer("gosquared", "personsig-test-secret")
    text = data.draw(ids.filter(lambda text: not why_refused("gosquared", text)))
    html = str(signer.snippet(text, traits=given_traits))
    assert html.isascii()
    script = re.fullmatch(r"<script>\n([^<>&\0-\x09\x0b-\x1f]*)</script>", html)[1]
    call = re.match(r'_gs\("identify",(.*)\);\n_gs\("auth","([0-9a-f]{64})"\);\n', script)
    assert json.loads(call[1]) == {**given_traits, "id": text}
    assert call[2] == expected("gosquared", b"personsig-test-secret", text, NOW)


@cases(20)
@given(signers, st.data(), st.sampled_from(["", "\n", " ", '"', "x"]))
def test_explain_shows_no_sixteen_digits_of_a_right_signature(signer, data, padding):
    name, secret, signer = signer
    text = data.draw(ids.filter(lambda text: not why_refused(name, text)))
    right = expected(name, secret, text, NOW)
    wrong = hmac.new(secret + padding.encode(), text.encode(), hashlib.sha256).hexdigest()
    for shown in [wrong, right[:40], right.upper(), padding + right]:
        told = " ".join(f"{finding.code} {finding.message} {finding.fix}" for finding in signer.explain(text, shown, now=NOW))
        assert not any(right[at : at + 16] in told or right[at : at + 16].upper() in told for at in range(len(right) - 15))
        assert len(text) < 16 or text not in told
        assert len(secret) < 16 or secret.decode() not in told
