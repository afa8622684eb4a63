"""The snippet as a text of its own, and what Python can hand over as traits that no vector can say."""

import collections
import copy
import datetime
import decimal
import enum
import json
import pickle
import re
import sys
import types
import uuid

import pytest

import personsig

SECRET = "personsig-test-secret"
NOW = 1596165824
GOSQUARED = personsig.Signer("gosquared", SECRET)
CHAMELEON = personsig.Signer("chameleon", SECRET)


def identified(traits):
    """The traits as the page gets them."""
    html = GOSQUARED.snippet(42, traits=traits)
    fields = json.loads(re.search(r'_gs\("identify",(.*)\);', html)[1])
    assert fields.pop("id") == "42"
    return fields


def refused(traits):
    with pytest.raises(personsig.InputError) as caught:
        GOSQUARED.snippet(42, traits=traits)
    assert caught.value.code == "invalid-option"
    return str(caught.value)


def never(*_args, **_kwargs):
    raise AssertionError("a method of the value was called")


EVERY_METHOD = (
    "__str__ __repr__ __format__ __int__ __index__ __float__ __bool__ __len__ __iter__ __getitem__ __contains__ __eq__ "
    "__missing__ __reversed__ __abs__ __html__ __json__ toJSON to_json get keys items values copy encode "
    "as_integer_ratio is_integer isoformat hex"
)


def hostile(base):
    """A subclass whose own methods all fail."""
    return type("Hostile", (base,), dict.fromkeys(EVERY_METHOD.split(), never) | {"__hash__": base.__hash__})


class TestText:
    SNIPPET = GOSQUARED.snippet(42)

    def test_it_is_a_str(self):
        assert type(self.SNIPPET) is personsig.Snippet and isinstance(self.SNIPPET, str)

    def test_so_is_the_empty_one(self):
        assert type(GOSQUARED.snippet(None)) is personsig.Snippet and GOSQUARED.snippet(None) == ""

    def test_html_is_its_own_text(self):
        html = self.SNIPPET.__html__()
        assert type(html) is str and html == self.SNIPPET

    @pytest.mark.parametrize(
        "change",
        [lambda s: s + "<", lambda s: s[:-1], lambda s: f"{s}", lambda s: "".join([s]), lambda s: s.upper(), str],
    )
    def test_what_is_made_of_it_is_plain_text(self, change):
        assert type(change(self.SNIPPET)) is str

    @pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
    def test_a_copy_is_still_a_snippet(self, copying):
        assert type(copying(self.SNIPPET)) is personsig.Snippet and copying(self.SNIPPET) == self.SNIPPET

    def test_its_class_is_named_as_it_is_imported(self):
        assert (personsig.Snippet.__module__, personsig.Snippet.__qualname__) == ("personsig", "Snippet")

    def test_it_takes_no_attribute(self):
        with pytest.raises(AttributeError):
            self.SNIPPET.nonce = "other"


class TestTraits:
    def test_a_page_gets_what_was_given(self):
        traits = {"none": None, "yes": True, "no": False, "int": -3, "float": -1.5, "text": "Zo\u00eb"}
        traits |= {"list": [[], {}, ()], "map": {"key": 1}}
        assert identified(traits) == json.loads(json.dumps(traits))

    def test_they_are_left_as_they_are(self):
        traits = {"b": [1, {"c": 2}], "a": "<"}
        before = copy.deepcopy(traits)
        identified(traits)
        assert traits == before and list(traits) == list(before)

    def test_subclasses_are_their_real_values(self):
        of = hostile
        traits = of(dict)({of(str)("key"): of(list)([of(tuple)([of(int)(1), of(float)(2.5), of(str)("three")])])})
        assert identified(traits) == {"key": [[1, 2.5, "three"]]}

    def test_enums_of_built_in_types_are_their_values(self):
        number, text = enum.IntEnum("N", {"A": 7}).A, enum.Enum("T", {"A": "ada"}, type=str).A
        assert identified({"n": number, "t": text}) == {"n": 7, "t": "ada"}

    def test_collections_of_built_in_types_are_their_contents(self):
        ordered = collections.OrderedDict(b=1, a=2)
        ordered.move_to_end("b")
        defaults = collections.defaultdict(never, a=1)
        point = collections.namedtuple("Point", "x y")(1, 2)
        expected = {"o": {"a": 2, "b": 1}, "d": {"a": 1}, "p": [1, 2]}
        assert identified({"o": ordered, "d": defaults, "p": point}) == expected

    WRONG = [1j, b"a", bytearray(b"a"), {"a"}, frozenset(), range(3), iter([]), object(), object, len, ...]
    WRONG += [decimal.Decimal(1), uuid.UUID(int=1), datetime.date(2026, 1, 1), hostile(datetime.datetime)(2026, 1, 1)]
    WRONG += [types.MappingProxyType({}), collections.UserDict(), collections.UserString("a"), collections.deque()]
    WRONG += [enum.Enum("E", "A").A, hostile(object)()]

    @pytest.mark.parametrize("value", WRONG, ids=lambda value: type(value).__name__)
    @pytest.mark.parametrize(
        ("path", "place"),
        [
            ("1", lambda value: {"a": value}),
            ("3", lambda value: {"a": 1, "b": 2, "c": value}),
            ("2.1", lambda value: {"a": 1, "b": [value]}),
            ("2.3.1.2", lambda value: {"a": [], "b": (1, {}, {"c": [0, value]})}),
        ],
    )
    def test_another_type_is_a_type_error_that_names_its_place(self, value, path, place):
        given = type(value).__name__
        wanted = "None, a bool, a str, an int, a float, a list, a tuple or a dict"
        with pytest.raises(TypeError, match=rf"^trait {re.escape(path)} must be {wanted}, not {given}; "):
            GOSQUARED.snippet(42, traits=place(value))

    def test_a_place_may_be_32_levels_deep(self):
        traits = b"too deep"
        for _ in range(31):
            traits = [traits]
        with pytest.raises(TypeError, match=rf"^trait {'.'.join('1' * 32)} must be .*, not bytes; "):
            GOSQUARED.snippet(42, traits={"a": traits})

    @pytest.mark.parametrize("name", [1, 1.5, None, True, b"a", (1, 2), enum.Enum("E", "A").A], ids=ascii)
    @pytest.mark.parametrize(("path", "place"), [("2", dict), ("2.1.2", lambda traits: {"a": 1, "b": [traits]})])
    def test_a_name_that_is_no_text_is_a_type_error_that_names_its_place(self, name, path, place):
        message = rf"^the name of trait {re.escape(path)} must be a str, not {type(name).__name__}; pass str\(name\)$"
        with pytest.raises(TypeError, match=message):
            GOSQUARED.snippet(42, traits=place({"x": 1, name: 2}))

    @pytest.mark.parametrize("traits", [None, [], (), "", b"{}", "{}", 1, {"a"}, types.MappingProxyType({})], ids=repr)
    def test_traits_that_are_no_dict_are_a_type_error(self, traits):
        with pytest.raises(TypeError, match=rf"^traits must be a dict, not {type(traits).__name__}; "):
            GOSQUARED.snippet(42, traits=traits)

    def test_a_name_twice_is_refused(self):
        class Name(str):
            __hash__ = object.__hash__

        assert refused({Name("a"): 1, Name("a"): 2}).startswith("the name of trait 2 occurs twice")

    def test_a_lone_surrogate_is_refused_where_it_stands(self):
        assert refused({"a": 1, "b": ["\ud800"]}).startswith("trait 2.1 is not valid Unicode text")
        assert refused({"a": 1, "\udfff": 2}).startswith("the name of trait 2 is not valid Unicode text")

    TOO_LARGE = [2**53, 2**63, 2**64, 2**127, -(2**128), 10**4000, 1e300, float("inf"), float("nan")]

    @pytest.mark.parametrize("number", TOO_LARGE)
    def test_a_number_that_no_page_reads_exactly_is_refused(self, number):
        assert refused({"a": [hostile(type(number))(number)]}).startswith("trait 1.1 is ")

    def test_a_list_that_holds_itself_is_refused(self):
        loop = []
        loop += [1, loop]
        assert refused({"a": loop}).startswith(f"trait 1.{'.'.join('2' * 31)} lies deeper than 32 levels")

    def test_a_dict_that_holds_itself_is_refused(self):
        loop = {}
        loop["loop"] = loop
        assert refused(loop).startswith(f"trait {'.'.join('1' * 32)} lies deeper than 32 levels")

    def test_many_loops_are_refused_at_once(self):
        loop = []
        loop += [loop] * 1000
        assert refused({"a": loop}).startswith("trait 1.1.1.")

    def test_behind_what_lies_too_deep_nothing_is_looked_at(self):
        deep = []
        for _ in range(31):
            deep = [deep, b"never seen"]
        assert "lies deeper" in refused({"a": deep, 1: b"never seen"})

    def test_no_reference_is_kept_or_lost(self):
        text, name, large = "Zo\u00eb" * 99, "n\u00e4me" * 99, 10**30
        loop = [text]
        loop.append(loop)
        before = [sys.getrefcount(value) for value in (text, name, large, loop)]
        for _ in range(1000):
            GOSQUARED.snippet(text, traits={name: [text, (text,), {name: text}]})
            for traits in ({name: large}, {name: [text, object]}, {name: loop}, {name: "\ud800"}):
                with pytest.raises((personsig.InputError, TypeError)):
                    GOSQUARED.snippet(text, traits=traits)
        del traits
        assert [sys.getrefcount(value) for value in (text, name, large, loop)] == before


class TestArguments:
    def test_none_is_a_visitor(self):
        assert "identify" not in GOSQUARED.snippet(None, site_token="GSN-1-A")

    def test_the_user_must_be_given(self):
        with pytest.raises(TypeError, match="user_id"):
            GOSQUARED.snippet()

    @pytest.mark.parametrize("name", ["site_token", "nonce"])
    @pytest.mark.parametrize("value", [b"abc", 1, True, ["abc"], hostile(object)()], ids=lambda of: type(of).__name__)
    def test_an_option_of_another_type_is_a_type_error(self, name, value):
        with pytest.raises(TypeError, match=rf"^{name} must be str or None, not {type(value).__name__}; pass the "):
            GOSQUARED.snippet(42, **{name: value})

    @pytest.mark.parametrize("name", ["site_token", "nonce"])
    def test_an_option_may_be_a_str_subclass(self, name):
        assert GOSQUARED.snippet(42, **{name: hostile(str)("abc")}) == GOSQUARED.snippet(42, **{name: "abc"})

    @pytest.mark.parametrize("name", ["site_token", "nonce"])
    @pytest.mark.parametrize("value", ["", "a b", "\u00e9", "abc\ud800", "\ud800"], ids=ascii)
    def test_an_option_of_another_form_is_refused(self, name, value):
        with pytest.raises(personsig.InputError) as caught:
            GOSQUARED.snippet(42, **{name: value})
        assert caught.value.code == "invalid-option" and caught.value.__context__ is None

    @pytest.mark.parametrize("user_id", [1.5, True, b"42", uuid.UUID(int=42)], ids=repr)
    @pytest.mark.parametrize("method", ["snippet", "identity"])
    def test_an_id_of_another_type_is_a_type_error(self, method, user_id):
        with pytest.raises(TypeError, match=rf"^user_id must be str or int, not {type(user_id).__name__}; pass "):
            getattr(GOSQUARED, method)(user_id)

    def test_types_come_before_values_and_from_left_to_right(self):
        wrong = {"traits": {"a": 1j}, "site_token": 1, "nonce": 1, "now": "1"}
        for name in ("user_id", "trait 1", "site_token", "nonce", "now"):
            with pytest.raises(TypeError, match=f"^{name} "):
                GOSQUARED.snippet(1.5 if name == "user_id" else "", **wrong)
            wrong.pop("traits" if name == "trait 1" else name, None)
        with pytest.raises(personsig.InputError, match="^the user id is empty"):
            GOSQUARED.snippet("", traits={"id": 1}, site_token="", nonce="", now=-1)

    @pytest.mark.parametrize("call", [lambda: GOSQUARED.snippet(42, {}), lambda: GOSQUARED.identity(42, NOW)])
    def test_options_are_keyword_only(self, call):
        with pytest.raises(TypeError, match="positional argument"):
            call()


class TestIdentity:
    def test_it_has_the_vendors_names(self):
        assert GOSQUARED.identity(42) == {"id": "42", "auth": GOSQUARED.sign(42)}
        assert CHAMELEON.identity(42, now=NOW) == {"uid": "42", "uid_hash": CHAMELEON.sign(42, now=NOW)}

    def test_each_is_a_dict_of_its_own(self):
        one, other = GOSQUARED.identity(42), GOSQUARED.identity(42)
        assert type(one) is dict and one is not other

    def test_of_a_str_subclass_the_real_text_is_given(self):
        assert type(GOSQUARED.identity(hostile(str)("ada"))["id"]) is str
