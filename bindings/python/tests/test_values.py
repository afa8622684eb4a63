"""What Python can hand over that no vector can say: subclasses, hostile objects, the environment's bytes."""

import asyncio
import collections
import datetime
import decimal
import enum
import functools
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


def of_type(value):
    """A test's name, the same in every process."""
    return type(value).__name__


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


@pytest.mark.parametrize("user_id", WRONG_IDS, ids=of_type)
@pytest.mark.parametrize("method", ["sign", "verify", "is_valid", "explain"])
def test_an_id_of_another_type_is_a_type_error_that_names_the_type(method, user_id):
    given = () if method == "sign" else (PLAIN.sign("42"),)
    with pytest.raises(TypeError, match=rf"^user_id must be str or int, not {type(user_id).__name__}; \w+"):
        getattr(PLAIN, method)(user_id, *given)


METHODS = EVERY_METHOD.replace(" __iter__", "")


def of_library(name, base=object, **own):
    """An instance of a class that is named as one of another library."""
    module, _, name = name.rpartition(".")
    return type(name, (base,), dict.fromkeys(METHODS.split(), never) | {"__module__": module} | own)()


class Metaclass(type):
    """Every look at the class fails."""

    __getattribute__ = __call__ = __instancecheck__ = __subclasscheck__ = never
    mro = type.mro
    __name__ = __module__ = __dict__ = __mro__ = property(never)


class Text(str):
    __str__ = __repr__ = __format__ = never


async def coroutine():
    raise AssertionError("it ran")


async def later():
    yield "42"


def generator():
    raise AssertionError("it ran")
    yield "42"


class User:
    id = 42

    @property
    def name(self):
        raise AssertionError("it was read")

    def get_id(self):
        raise AssertionError("it was called")


Row = type("Row", (tuple,), {"_fields": ("id", "name")})
LOGGED_IN = "pass the id of a user who is logged in"
ITS_ID = "pass its id, such as user.id"
ONE_ELEMENT = "pass one of its elements, such as value[0]"
OWN_ID = "pass the id as an integer or a string, as it was before it became a float"
CALL_IT = "call it, and pass what it returns"
INTEGER = "pass an integer: int(id)"
SERIES = "pandas.core.series.Series"

ID_ADVICE = [
    (None, LOGGED_IN),
    (True, LOGGED_IN),
    (float("nan"), LOGGED_IN),
    (of_library("pandas._libs.missing.NAType"), LOGGED_IN),
    (123456.0, INTEGER),
    (hostile(float)(7.0), INTEGER),
    (of_library("numpy.int64", type("integer", (), {"__module__": "numpy"})), INTEGER),
    (1.5, OWN_ID),
    (2.0**53, OWN_ID),
    (float("inf"), OWN_ID),
    (decimal.Decimal(42), "pass an integer, int(id), if the id is a whole number"),
    (b"42", "pass id.decode()"),
    (bytearray(b"42"), "pass id.decode()"),
    (memoryview(b"42"), "pass bytes(id).decode()"),
    (uuid.UUID(int=42), "pass str(id)"),
    (type("UUID", (uuid.UUID,), {"__module__": "asyncpg.pgproto.pgproto"})(int=42), "pass str(id)"),
    (of_library("bson.objectid.ObjectId"), "pass str(id)"),
    (enum.Enum("Users", {"ADA": 42}).ADA, "pass id.value"),
    (asyncio.Future(loop=asyncio.new_event_loop()), "await it"),
    (of_library("orm.Query", __await__=never), "await it"),
    (User.get_id, CALL_IT),
    (User().get_id, CALL_IT),
    (len, CALL_IT),
    (lambda: 42, CALL_IT),
    (functools.partial(int), CALL_IT),
    (User, "pass the id of one user, not of the class"),
    (User.name, "pass the id of one user, not of the class"),
    (User(), ITS_ID),
    (of_library("app.User"), ITS_ID),
    (of_library("app.Users", __iter__=never), ITS_ID),
    (Row((42, "Ada")), ITS_ID),
    ({"id": 42}, "pass its id, such as user['id']"),
    ([42], ONE_ELEMENT),
    ((42,), ONE_ELEMENT),
    (of_library(SERIES), ONE_ELEMENT),
    (datetime.datetime.now(), "pass the user's id"),
    (1j, ITS_ID),
]


@pytest.mark.parametrize(("user_id", "advice"), ID_ADVICE, ids=of_type)
def test_the_type_error_of_an_id_leads_to_the_right_id(user_id, advice):
    for call in (PLAIN.sign, PLAIN.identity, lambda value: PLAIN.sign_many([value]), lambda value: PLAIN.verify(value, "")):
        with pytest.raises(TypeError) as caught:
            call(user_id)
        assert str(caught.value).endswith(f"; {advice}")
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_the_type_error_of_a_coroutine_says_to_await_it():
    given = coroutine()
    with pytest.raises(TypeError, match="^user_id must be str or int, not coroutine; await it$"):
        PLAIN.sign(given)
    given.close()


LIST_ADVICE = [
    ("42", "pass [value]"),
    (42, "pass [value]"),
    (1.5, "pass [value]"),
    (uuid.UUID(int=42), "pass [value]"),
    (User(), "pass [value]"),
    ({"42"}, "pass list(value)"),
    (frozenset({"42"}), "pass list(value)"),
    (generator(), "pass list(value)"),
    (range(3), "pass list(value)"),
    (map(str, [42]), "pass list(value)"),
    ({"42": 1}.keys(), "pass list(value)"),
    ({"42": 1}.values(), "pass list(value)"),
    (collections.deque(["42"]), "pass list(value)"),
    (of_library("django.db.models.query.QuerySet", __iter__=never), "pass list(value)"),
    ({"42": 1}, "pass list(value) for its keys, or list(value.values())"),
    (of_library(SERIES, __iter__=never), "pass value.tolist()"),
    (later(), "pass [item async for item in value]"),
    (of_library("orm.Query", __await__=never, __iter__=never), "await it"),
    (User().get_id, CALL_IT),
]


@pytest.mark.parametrize(("value", "advice"), LIST_ADVICE, ids=of_type)
def test_the_type_error_of_a_list_leads_to_a_list(value, advice):
    with pytest.raises(TypeError) as caught:
        PLAIN.sign_many(value)
    assert str(caught.value).endswith(f"; {advice}")
    for call in (lambda: PLAIN.explain("1", "", also=value), lambda: personsig.Signer("gosquared", SECRET, fallback_secrets=value)):
        with pytest.raises(TypeError) as caught:
            call()
        assert str(caught.value).endswith(f"; {advice}, or leave it out")


TIME_ADVICE = [
    ("now", 1.5, "pass Unix time in whole seconds: int(now), such as int(time.time())"),
    ("now", "1", "pass Unix time in whole seconds: int(now), such as int(time.time())"),
    ("now", True, "pass Unix time in whole seconds: int(time.time())"),
    ("now", time.time, CALL_IT),
    ("now", datetime.datetime.now(), "pass int(now.timestamp()) of a datetime that has a time zone, or int(time.time())"),
    ("max_age", 60.0, "pass whole seconds: int(value)"),
    ("max_age", datetime.timedelta(hours=1), "pass whole seconds: int(value.total_seconds())"),
    ("clock_skew", False, "pass a whole number of seconds"),
    ("clock_skew", datetime.datetime.now(), "pass a whole number of seconds"),
]


@pytest.mark.parametrize(("name", "value", "advice"), TIME_ADVICE)
def test_the_type_error_of_a_time_says_what_to_do(name, value, advice):
    with pytest.raises(TypeError) as caught:
        TIMESTAMPED.verify("42", "", **{name: value})
    assert str(caught.value).endswith(f"; {advice}")


@pytest.mark.parametrize(
    ("secret", "advice"),
    [(bytearray(b"x"), "pass bytes(secret)"), (of_library("pydantic.types.SecretStr"), "pass secret.get_secret_value()")],
    ids=["bytearray", "SecretStr"],
)
def test_the_type_error_of_a_secret_says_what_to_do(secret, advice):
    with pytest.raises(TypeError) as caught:
        personsig.Signer("gosquared", secret)
    assert str(caught.value).endswith(f"; {advice}")


@pytest.mark.parametrize(("signature", "advice"), [(b"ab", "pass signature.decode()"), (["ab"], ONE_ELEMENT)])
def test_the_type_error_of_a_signature_says_what_to_do(signature, advice):
    with pytest.raises(TypeError) as caught:
        PLAIN.verify("42", signature)
    assert str(caught.value).endswith(f"; {advice}")


def test_no_attribute_of_a_value_is_looked_up():
    looks = {"__getattribute__": never, "__getattr__": never, "__class__": property(never), "__await__": never}
    value = of_library("app.User", **looks)
    with pytest.raises(TypeError, match="not User; await it$"):
        PLAIN.sign(value)


def test_of_a_hostile_metaclass_nothing_is_called():
    value = object.__new__(type.__call__(Metaclass, "Hostile", (), {}))
    with pytest.raises(TypeError, match=f"not Hostile; {ITS_ID}$"):
        PLAIN.sign(value)


def test_the_name_of_a_type_is_its_own_characters():
    renamed = type("Renamed", (), {})
    renamed.__name__, renamed.__module__ = Text("Other"), Text("there")
    with pytest.raises(TypeError, match=f"not Other; {ITS_ID}$"):
        PLAIN.sign(renamed())


@pytest.mark.parametrize("now", [float(NOW), True, str(NOW), datetime.datetime.now(datetime.timezone.utc)], ids=of_type)
def test_the_type_error_of_now_shows_what_to_pass(now):
    with pytest.raises(TypeError, match=rf"^now must be int, not {type(now).__name__}; .*int\(time\.time\(\)\)"):
        TIMESTAMPED.sign("42", now=now)


@pytest.mark.parametrize("name", ["max_age", "clock_skew"])
@pytest.mark.parametrize("seconds", [3600.0, False, "3600", datetime.timedelta(hours=1)], ids=repr)
def test_the_type_error_of_a_limit_names_it(name, seconds):
    with pytest.raises(TypeError, match=rf"^{name} must be int, not {type(seconds).__name__}; "):
        TIMESTAMPED.verify("42", "", **{name: seconds})


@pytest.mark.parametrize("fallbacks", [None, "older", b"older", {"older"}, {"older": 1}, iter(["older"])], ids=of_type)
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
    with pytest.raises(
        TypeError,
        match=r"^also\[2\] must be str or int, not float; pass the id as an integer or a string, as it was before it became a float$",
    ):
        PLAIN.explain("42", "", also=("43", 44, 1.5))


@pytest.mark.parametrize("secret", [42, True, bytearray(b"secret"), memoryview(b"secret"), ["secret"]], ids=of_type)
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


@pytest.mark.parametrize("name", ["gosquared", "chameleon"])
def test_a_providers_name_is_one(name):
    assert personsig.is_provider_name(name) is True and personsig.is_provider_name(hostile(str)(name)) is True


@pytest.mark.parametrize("value", ["GoSquared", "", "gosqaured", "\ud800", b"gosquared", None, 1, ["gosquared"], User()])
def test_anything_else_is_no_providers_name(value):
    assert personsig.is_provider_name(value) is False


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
