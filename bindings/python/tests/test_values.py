"""What Python can hand over that no vector can say: subclasses, hostile objects, the environment's bytes."""

import datetime
import decimal
import enum
import os
import sys
import time
import uuid

import pytest

import personsig

SECRET = "personsig-test-secret"
NOW = 1596165824
PLAIN = personsig.Signer("gosquared", SECRET)
TIMESTAMPED = personsig.Signer("chameleon", SECRET)


def never(*_args, **_kwargs):
    raise AssertionError("a method of the value was called")


EVERY_METHOD = (
    "__str__ __repr__ __format__ __bytes__ __int__ __index__ __float__ __bool__ __len__ __iter__ __getitem__ __eq__ "
    "__lt__ __hash__ __rshift__ __and__ __neg__ __abs__ __add__ encode to_bytes bit_length strip value"
)


def hostile(base):
    """A subclass whose own methods all fail."""
    return type("Hostile", (base,), dict.fromkeys(EVERY_METHOD.split(), never))


@pytest.mark.parametrize("number", [0, 42, -42, 2**63 - 1, 2**63, 2**127 - 1, -(2**127)])
def test_of_an_int_subclass_the_real_value_is_signed(number):
    assert PLAIN.sign(hostile(int)(number)) == PLAIN.sign(str(number))


def test_of_an_int_subclass_too_large_no_method_is_called():
    with pytest.raises(personsig.InputError) as caught:
        PLAIN.sign(hostile(int)(2**127))
    assert caught.value.code == "integer-too-large"


def test_an_int_of_5000_digits_is_too_large():
    with pytest.raises(personsig.InputError) as caught:
        PLAIN.sign(10**5000)
    assert caught.value.code == "integer-too-large"


def test_an_int_enum_is_its_number():
    assert PLAIN.sign(enum.IntEnum("User", {"ADA": 42}).ADA) == PLAIN.sign("42")


def test_of_a_str_subclass_the_real_text_is_signed():
    assert PLAIN.sign(hostile(str)("Zo\u00eb")) == PLAIN.sign("Zo\u00eb")


def test_of_a_str_subclass_with_a_lone_surrogate_no_method_is_called():
    with pytest.raises(personsig.InputError) as caught:
        PLAIN.sign(hostile(str)("ab\udfff"))
    assert "U+DFFF at character 3" in str(caught.value)


def test_a_str_enum_is_its_text():
    user = enum.Enum("User", {"ADA": "ada"}, type=str)
    assert PLAIN.sign(user.ADA) == PLAIN.sign("ada")


def test_of_bytes_and_list_subclasses_the_real_content_is_taken():
    fallbacks = hostile(list)([hostile(bytes)(b"older")])
    signer = personsig.Signer(hostile(str)("gosquared"), hostile(str)(SECRET), fallback_secrets=fallbacks)
    old = personsig.Signer("gosquared", "older").sign("42")
    assert signer.verify("42", hostile(str)(old)).secret_index == 1


def test_now_may_be_an_int_subclass():
    assert TIMESTAMPED.sign("42", now=hostile(int)(NOW)) == TIMESTAMPED.sign("42", now=NOW)


@pytest.mark.parametrize("now", [2**63, 2**64, 10**30, -(2**63) - 1, -(10**30)])
def test_a_now_beyond_64_bits_is_out_of_range(now):
    with pytest.raises(personsig.InputError) as caught:
        TIMESTAMPED.sign("42", now=now)
    assert caught.value.code == "timestamp-out-of-range"


WRONG_IDS = [None, True, 1.5, float("nan"), 1j, b"42", bytearray(b"42"), memoryview(b"42"), [42], (42,), {42}, {}]
WRONG_IDS += [decimal.Decimal(42), uuid.UUID(int=42), object(), hostile(object)()]


@pytest.mark.parametrize("user_id", WRONG_IDS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("method", ["sign", "verify", "is_valid", "explain"])
def test_an_id_of_another_type_is_a_type_error_that_names_the_type(method, user_id):
    given = () if method == "sign" else (PLAIN.sign("42"),)
    with pytest.raises(TypeError, match=rf"^user_id must be str or int, not {type(user_id).__name__}; \w+"):
        getattr(PLAIN, method)(user_id, *given)


def test_the_type_error_of_an_id_says_to_pass_str():
    with pytest.raises(TypeError, match=r"not UUID; pass str\(id\)$"):
        PLAIN.sign(uuid.UUID(int=42))


def test_the_type_error_of_bytes_does_not_say_to_pass_str():
    with pytest.raises(TypeError, match=r"not bytes; pass id\.decode\(\)$"):
        PLAIN.sign(b"42")


@pytest.mark.parametrize("now", [float(NOW), True, str(NOW), datetime.datetime.now(datetime.timezone.utc)], ids=repr)
def test_the_type_error_of_now_shows_what_to_pass(now):
    with pytest.raises(TypeError, match=rf"^now must be int, not {type(now).__name__}; .*int\(time\.time\(\)\)$"):
        TIMESTAMPED.sign("42", now=now)


@pytest.mark.parametrize("name", ["max_age", "clock_skew"])
@pytest.mark.parametrize("seconds", [3600.0, False, "3600", datetime.timedelta(hours=1)], ids=repr)
def test_the_type_error_of_a_limit_names_it(name, seconds):
    with pytest.raises(TypeError, match=rf"^{name} must be int, not {type(seconds).__name__}; "):
        TIMESTAMPED.verify("42", "", **{name: seconds})


@pytest.mark.parametrize("fallbacks", [None, "older", b"older", {"older"}, {"older": 1}, iter(["older"])], ids=repr)
def test_fallback_secrets_that_are_no_list_are_a_type_error(fallbacks):
    given = type(fallbacks).__name__
    with pytest.raises(TypeError, match=rf"^fallback_secrets must be a list or a tuple, not {given}; "):
        personsig.Signer("gosquared", SECRET, fallback_secrets=fallbacks)


@pytest.mark.parametrize("also", [None, "42", 42, {"42"}], ids=repr)
def test_also_that_is_no_list_is_a_type_error(also):
    with pytest.raises(TypeError, match=rf"^also must be a list or a tuple, not {type(also).__name__}; "):
        PLAIN.explain("42", "", also=also)


def test_a_type_error_names_the_element_of_fallback_secrets():
    with pytest.raises(TypeError, match=r"^fallback_secrets\[1\] must be str or bytes, not int; "):
        personsig.Signer("gosquared", SECRET, fallback_secrets=["older", 1])


def test_a_type_error_names_the_element_of_also():
    with pytest.raises(TypeError, match=r"^also\[2\] must be str or int, not float; pass str\(id\)$"):
        PLAIN.explain("42", "", also=("43", 44, 1.5))


@pytest.mark.parametrize("secret", [42, True, bytearray(b"secret"), memoryview(b"secret"), ["secret"]], ids=repr)
def test_a_secret_of_another_type_is_a_type_error(secret):
    with pytest.raises(TypeError, match=rf"^secret must be str or bytes, not {type(secret).__name__}; "):
        personsig.Signer("gosquared", secret)


def test_types_are_checked_before_values_and_from_left_to_right():
    with pytest.raises(TypeError, match=r"^fallback_secrets\[0\] "):
        personsig.Signer("no provider", "", fallback_secrets=[1])
    with pytest.raises(TypeError, match="^provider "):
        personsig.Signer(1, 2, fallback_secrets=3)
    with pytest.raises(TypeError, match="^max_age "):
        TIMESTAMPED.verify("", "", max_age=1.5, clock_skew=1.5, now=-1)


@pytest.mark.parametrize(
    "positional",
    [
        lambda: personsig.Signer("gosquared", SECRET, []),
        lambda: personsig.Signer.from_env("gosquared", "VARIABLE"),
        lambda: PLAIN.sign("42", NOW),
        lambda: TIMESTAMPED.verify("42", "", 60),
        lambda: TIMESTAMPED.is_valid("42", "", 60),
        lambda: PLAIN.explain("42", "", []),
    ],
)
def test_options_are_keyword_only(positional):
    with pytest.raises(TypeError, match="positional argument"):
        positional()


def test_without_now_it_is_the_systems_clock():
    before = int(time.time())
    signed_at = TIMESTAMPED.verify("42", TIMESTAMPED.sign("42")).signed_at
    assert before <= signed_at <= before + 60


def test_the_environments_bytes_are_the_secret(monkeypatch):
    monkeypatch.setitem(os.environb, b"BINARY_SECRET", b"\xff\xfe\x80")
    signer = personsig.Signer.from_env("gosquared", variable="BINARY_SECRET")
    assert signer.sign("42") == personsig.Signer("gosquared", b"\xff\xfe\x80").sign("42")


def test_what_a_look_up_in_the_environment_raises_is_raised(monkeypatch):
    class Interrupted:
        def get(self, name):
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "environb", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        personsig.Signer.from_env("gosquared")


def test_no_reference_is_kept_or_lost():
    user_id, bad_id, large, secret = "Zo\u00eb" * 99, "\ud800" * 99, 2**100, "secret " * 99 + "."
    before = [sys.getrefcount(value) for value in (user_id, bad_id, large, secret)]
    for _ in range(1000):
        signer = personsig.Signer("gosquared", secret, fallback_secrets=[secret])
        assert signer.is_valid(user_id, signer.sign(user_id))
        assert not signer.is_valid(bad_id, bad_id)
        signer.sign(large)
        with pytest.raises(personsig.InputError):
            personsig.Signer("gosquared", secret, fallback_secrets=[secret, ""])
    assert [sys.getrefcount(value) for value in (user_id, bad_id, large, secret)] == before
