"""A Signer cannot be changed, copied, extended or built twice, and any number of threads may use it."""

import concurrent.futures
import copy
import importlib
import os
import pickle
import subprocess
import sys
import typing
import weakref

import pytest

import personsig

SECRET = "personsig-test-secret"
EXPECTED = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"


@pytest.fixture
def signer():
    return personsig.Signer("gosquared", SECRET)


def test_the_package_is_the_installed_one():
    assert personsig.__file__.startswith(sys.prefix)


def test_repr_shows_the_provider(signer):
    assert repr(signer) == str(signer) == f"{signer}" == "Signer(provider='gosquared')"


def test_its_class_is_named_as_it_is_imported():
    assert (personsig.Signer.__module__, personsig.Signer.__qualname__) == ("personsig", "Signer")


def test_provider_is_its_name(signer):
    assert signer.provider == "gosquared"


@pytest.mark.parametrize("name", ["provider", "sign", "secret", "__class__", "__dict__"])
def test_no_attribute_can_be_set(signer, name):
    with pytest.raises((AttributeError, TypeError)):
        setattr(signer, name, "other")
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(signer, name, "other")


@pytest.mark.parametrize("name", ["provider", "sign", "__class__"])
def test_no_attribute_can_be_deleted(signer, name):
    with pytest.raises((AttributeError, TypeError)):
        delattr(signer, name)


def test_it_has_no_dict(signer):
    with pytest.raises(TypeError):
        vars(signer)


def test_it_takes_no_weak_references(signer):
    with pytest.raises(TypeError):
        weakref.ref(signer)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(signer, protocol):
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(signer, protocol)


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy])
def test_it_cannot_be_copied(signer, copying):
    with pytest.raises(TypeError, match="cannot pickle"):
        copying(signer)


def test_it_cannot_be_subclassed():
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Mine", (personsig.Signer,), {})


def test_a_second_init_has_no_effect(signer):
    signer.__init__("chameleon", "other")
    assert (signer.provider, signer.sign(123456)) == ("gosquared", EXPECTED)


@pytest.mark.parametrize("make", [object.__new__, personsig.Signer.__new__])
def test_there_is_none_without_a_secret(make):
    with pytest.raises(TypeError):
        make(personsig.Signer)


def test_two_signers_of_one_secret_are_not_equal(signer):
    assert signer != personsig.Signer("gosquared", SECRET)


def test_a_list_changed_afterwards_changes_nothing():
    fallbacks = ["older"]
    signer = personsig.Signer("gosquared", SECRET, fallback_secrets=fallbacks)
    fallbacks[0] = "another"
    assert signer.verify("42", personsig.Signer("gosquared", "older").sign("42")).secret_index == 1


def test_eight_threads_get_the_same_signatures(signer):
    ids = [str(number) for number in range(1000)]
    expected = [signer.sign(user_id) for user_id in ids]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: [signer.sign(user_id) for user_id in ids], range(8)))
    assert results == [expected] * 8


def test_it_works_in_a_forked_child():
    # In a process of its own, since one with threads had better not fork.
    program = f"""
import os, personsig
signer = personsig.Signer("gosquared", {SECRET!r})
child = os.fork()
if child == 0:
    os._exit(0 if signer.sign(123456) == {EXPECTED!r} else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_errors_are_still_caught_after_the_package_was_imported_again():
    program = """
import importlib, sys, personsig
before = personsig.InputError
importlib.reload(personsig)
assert personsig.InputError is before
for name in [name for name in sys.modules if name.split(".")[0] == "personsig"]:
    del sys.modules[name]
import personsig as again
try:
    again.Signer("gosquared", "")
except again.InputError:
    raise SystemExit(7)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 7


VERIFIED = personsig.Signer("gosquared", SECRET).verify(123456, EXPECTED)
RESULTS = [VERIFIED, personsig.Finding("code", "message", "fix", None), *personsig.providers()]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
class TestResult:
    def test_cannot_be_changed(self, result):
        for field in type(result).__match_args__:
            with pytest.raises(AttributeError):
                setattr(result, field, None)
            with pytest.raises((AttributeError, TypeError)):
                delattr(result, field)

    def test_takes_no_other_attribute(self, result):
        assert not hasattr(result, "__dict__")

    def test_is_a_value(self, result):
        fields = [getattr(result, field) for field in type(result).__match_args__]
        twin, other = type(result)(*fields), type(result)(*fields[:-1], 1)
        assert twin == result and hash(twin) == hash(result)
        assert other != result and result != tuple(fields)

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_survives_pickle(self, result, protocol):
        assert pickle.loads(pickle.dumps(result, protocol)) == result

    def test_survives_copy(self, result):
        assert copy.copy(result) == copy.deepcopy(result) == result

    def test_its_class_is_named_as_it_is_imported(self, result):
        assert getattr(importlib.import_module(type(result).__module__), type(result).__qualname__) is type(result)
        assert type(result).__module__ == "personsig"


def test_verified_tells_secret_and_time():
    assert repr(VERIFIED) == "Verified(secret_index=0, signed_at=None)"
    assert repr(personsig.Verified(1, 1596165824)) == "Verified(secret_index=1, signed_at=1596165824)"


def test_verified_matches_a_pattern():
    match VERIFIED:
        case personsig.Verified(0, signed_at=None):
            return
    raise AssertionError("it does not")


def test_providers_have_their_rows():
    rows = {provider.name: (provider.title, provider.scheme) for provider in personsig.providers()}
    assert {name: rows[name] for name in ("gosquared", "chameleon")} == {
        "gosquared": ("GoSquared", "plain"),
        "chameleon": ("Chameleon", "timestamped"),
    }
    # What each row says, the vectors say.
    assert list(rows) == [name for name in typing.get_args(personsig.ProviderName)]


def test_findings_are_findings():
    findings = personsig.Signer("gosquared", SECRET).explain(123456, EXPECTED)
    assert isinstance(findings, tuple) and [finding.code for finding in findings] == ["valid"]
    assert all(isinstance(finding, personsig.Finding) for finding in findings)


def test_an_environment_is_not_needed():
    program = f"import personsig; print(personsig.Signer('gosquared', {SECRET!r}).sign(123456))"
    ran = subprocess.run([sys.executable, "-I", "-c", program], env={}, cwd=os.sep, capture_output=True, text=True)
    assert ran.stdout.strip() == EXPECTED
