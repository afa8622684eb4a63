"""The exceptions: their kinds, what they carry through pickle and queues, and that nothing hangs on them."""

import concurrent.futures
import copy
import multiprocessing
import pickle

import pytest

import personsig

SIGNER = personsig.Signer("chameleon", "personsig-test-secret", fallback_secrets=["older"])


def caught(function, *args, **kwargs):
    with pytest.raises(personsig.Error) as info:
        function(*args, **kwargs)
    return info.value


def fail_on_a_fallback(_=None):
    personsig.Signer("gosquared", "secret-of-ours", fallback_secrets=["older", "padded "])


def test_an_input_error_is_also_a_value_error():
    error = caught(SIGNER.sign, "")
    assert type(error) is personsig.InputError and isinstance(error, ValueError)


def test_a_verification_error_is_no_value_error():
    error = caught(SIGNER.verify, "42", "")
    assert type(error) is personsig.VerificationError and not isinstance(error, ValueError)


def test_code_and_message():
    error = caught(SIGNER.sign, "42\n")
    assert error.code == "control-character"
    assert str(error).startswith("the user id has a control character (U+000A at character 3); ")
    assert error.index is None


def test_index_tells_which_fallback():
    error = caught(fail_on_a_fallback)
    assert (error.code, error.index) == ("padded-secret", 1)


def same(one, other):
    return type(one) is type(other) and str(one) == str(other) and vars(one) == vars(other) and one.args == other.args


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_keeps_code_and_index(protocol):
    error = caught(fail_on_a_fallback)
    assert same(pickle.loads(pickle.dumps(error, protocol)), error)


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy])
def test_a_copy_keeps_code_and_index(copying):
    error = caught(fail_on_a_fallback)
    assert same(copying(error), error)


def test_args_alone_rebuild_it():
    error = caught(fail_on_a_fallback)
    assert same(type(error)(*error.args), error)


def test_it_comes_whole_out_of_another_process():
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        error = pool.submit(personsig.Signer, "gosquared", "secret ").exception()
    assert (type(error), error.code) == (personsig.InputError, "padded-secret")


@pytest.mark.parametrize("name", ["Error", "InputError", "VerificationError"])
def test_the_class_is_named_as_it_is_imported(name):
    error = getattr(personsig, name)
    assert (error.__module__, error.__qualname__) == ("personsig", name)


def test_one_can_be_made_for_a_test_of_ones_own():
    error = personsig.VerificationError("too old", "expired")
    assert (str(error), error.code, error.index) == ("too old", "expired", None)


SURROGATES = {
    "provider": lambda: personsig.Signer("\ud800", "secret-of-ours"),
    "secret": lambda: personsig.Signer("gosquared", "secret\ud800of-ours"),
    "fallback": lambda: personsig.Signer("gosquared", "secret-of-ours", fallback_secrets=["\ud800"]),
    "variable": lambda: personsig.Signer.from_env("gosquared", variable="NO_SUCH_\ud800"),
    "user_id": lambda: SIGNER.sign("4\ud800"),
    "signature": lambda: SIGNER.verify("42", "\ud800"),
}


@pytest.mark.parametrize("call", list(SURROGATES.values()), ids=list(SURROGATES))
def test_no_cause_and_no_context_hang_on_it(call):
    error = caught(call)
    assert (error.__cause__, error.__context__) == (None, None)


def test_an_integer_too_large_has_no_cause_and_no_context():
    error = caught(SIGNER.sign, 2**127)
    assert (error.__cause__, error.__context__) == (None, None)
