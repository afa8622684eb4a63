"""Many ids at once: what may stand for the list, and what happens to the rest of the program meanwhile."""

import signal
import subprocess
import sys
import threading
import time

import pytest

import personsig

SECRET = "personsig-test-secret"
PLAIN = personsig.Signer("gosquared", SECRET)
TIMESTAMPED = personsig.Signer("chameleon", SECRET)
# More than are signed at a time.
LARGE = 70_000


def never(*_args, **_kwargs):
    raise AssertionError("a method of the value was called")


def hostile(base):
    """A subclass whose own methods all fail."""
    methods = "__iter__ __len__ __getitem__ __contains__ __eq__ __hash__ __bool__ __str__ __index__ copy encode"
    return type("Hostile", (base,), dict.fromkeys(methods.split(), never))


@pytest.mark.parametrize("kind", [list, tuple, hostile(list), hostile(tuple)], ids=lambda kind: kind.__name__)
def test_lists_tuples_and_their_subclasses_are_taken(kind):
    ids = ["Zo\u00eb", 42, hostile(str)("ada"), hostile(int)(7), "Zo\u00eb"]
    assert PLAIN.sign_many(kind(ids)) == [PLAIN.sign(user_id) for user_id in ids]


def test_a_list_of_its_own_is_returned():
    given = ["a", "b"]
    returned = PLAIN.sign_many(given)
    assert type(returned) is list and returned is not given and given == ["a", "b"]
    assert {type(signature) for signature in returned} == {str}


WRONG = [None, "42", b"42", 42, {"42"}, {"42": 1}, iter(["42"]), range(3), (id for id in ["42"])]


@pytest.mark.parametrize("user_ids", WRONG, ids=lambda value: type(value).__name__)
def test_what_is_no_list_is_a_type_error(user_ids):
    given = type(user_ids).__name__
    made = r"\[value\]$" if isinstance(user_ids, (str, bytes, int, type(None))) else r"list\(value\)"
    with pytest.raises(TypeError, match=rf"^user_ids must be a list or a tuple, not {given}; pass {made}"):
        PLAIN.sign_many(user_ids)


@pytest.mark.parametrize("index", [0, 3, LARGE - 1])
def test_a_type_error_names_the_element(index):
    ids = ["42"] * LARGE
    ids[index] = 1.5
    with pytest.raises(TypeError, match=rf"^user_ids\[{index}\] must be str or int, not float; pass the id as an integer or a string"):
        PLAIN.sign_many(ids)


def test_types_are_checked_before_values():
    with pytest.raises(TypeError, match=r"^user_ids\[2\] "):
        PLAIN.sign_many(["", "42", None], now=1.5)
    with pytest.raises(TypeError, match="^now "):
        PLAIN.sign_many([""], now=1.5)


@pytest.mark.parametrize("bad", ["", "4\n", "4\ud800", 2**127], ids=ascii)
@pytest.mark.parametrize("index", [0, LARGE - 2])
def test_an_input_error_tells_the_index(bad, index):
    ids = ["42"] * LARGE
    ids[index] = ids[LARGE - 1] = bad
    with pytest.raises(personsig.InputError, match=f"^user id {index + 1} ") as caught:
        PLAIN.sign_many(ids)
    assert caught.value.index == index


def test_of_two_lone_surrogates_the_first_is_told():
    with pytest.raises(personsig.InputError, match=r"^user id 2 .*\(U\+D800 at character 3\)"):
        PLAIN.sign_many(["42", "ab\ud800", "\udfff"])


@pytest.mark.parametrize("count", [32767, 32768, 32769, LARGE])
def test_a_large_batch_is_what_a_loop_gives(count):
    ids = [f"user-{number}" for number in range(count)]
    assert PLAIN.sign_many(ids) == [PLAIN.sign(user_id) for user_id in ids]


def test_a_batch_has_one_time():
    signatures = TIMESTAMPED.sign_many(["42"] * 200_000)
    assert len(set(signatures)) == 1


def test_a_signal_ends_a_large_batch():
    class Interrupted(BaseException):
        pass

    ids, signals = ["42"] * 1_000_000, []

    def interrupt(number, _frame):
        # The first may come just before the batch. During it only the batch itself lets any handler run.
        signals.append(number)
        if len(signals) == 5:
            raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        with pytest.raises(Interrupted):
            PLAIN.sign_many(ids)
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_other_threads_run_during_a_large_batch():
    # On a busy machine another thread may find no processor during one batch.
    assert any(another_thread_ran_during_a_batch() for _ in range(20))


def another_thread_ran_during_a_batch():
    stamps, done = [], threading.Event()

    def stamp():
        while not done.is_set():
            stamps.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=stamp)
    thread.start()
    start = time.perf_counter()
    PLAIN.sign_many(["42"] * 1_000_000)
    end = time.perf_counter()
    done.set()
    thread.join()
    quarter = (end - start) / 4
    return any(start + quarter < stamp < end - quarter for stamp in stamps)


def test_a_list_that_changes_meanwhile_is_signed_as_it_was():
    ids, running = [f"user-{number}" for number in range(300_000)], threading.Event()
    expected = PLAIN.sign_many(tuple(ids))

    def change():
        running.set()
        time.sleep(0.01)
        ids.clear()

    thread = threading.Thread(target=change)
    thread.start()
    running.wait()
    signatures = PLAIN.sign_many(ids)
    thread.join()
    # It may also have been cleared before.
    assert signatures in (expected, [])


# The collector may run wherever something is allocated, and with it a finalizer that empties the list being read. Where that
# list is read all the same, other ids are signed, or the process ends.
EMPTIED_BY_A_FINALIZER = """
import gc
import personsig

class Cycle:
    def __init__(self):
        self.itself = self

    def __del__(self):
        other.append([f"admin-{number}" for number in range(len(given))])
        given.clear()

class Subclass(list):
    pass

signer, given, other = personsig.Signer("gosquared", "personsig-test-secret"), [], []
users = [f"user-{number}" for number in range(50)]
right = signer.sign_many(tuple(users))
gc.set_threshold(1, 1, 1)
for kind in (list, Subclass):
    for _ in range(300):
        given = kind(users)
        Cycle()
        assert signer.sign_many(given) in (right, [])
        given = kind(users)
        Cycle()
        signer.explain("1", right[0], also=given[:16])
        given = kind(users)
        Cycle()
        signer.snippet("1", traits={"users": given})
        given = kind(users)
        Cycle()
        personsig.Signer("gosquared", "personsig-test-secret", fallback_secrets=given)
"""


def test_a_list_that_a_finalizer_empties_is_signed_as_it_was():
    subprocess.run([sys.executable, "-c", EMPTIED_BY_A_FINALIZER], check=True)


def test_no_reference_is_kept_or_lost():
    user_id, bad_id = "Zo\u00eb" * 99, "\ud800" * 99
    ids = [user_id] * LARGE
    before = [sys.getrefcount(value) for value in (user_id, bad_id, ids)]
    for _ in range(10):
        PLAIN.sign_many(ids)
        PLAIN.sign_many(tuple(ids))
        for wrong in (bad_id, None):
            with pytest.raises((personsig.InputError, TypeError)):
                PLAIN.sign_many([*ids, wrong, bad_id])
    assert [sys.getrefcount(value) for value in (user_id, bad_id, ids)] == before
