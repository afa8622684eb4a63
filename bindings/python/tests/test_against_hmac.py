"""Python's own hmac says the same. PERSONSIG_SEED=n repeats a run."""

import hashlib
import hmac
import os
import random

import personsig

SECRET = "personsig-test-secret"
NOW = 1596165824
# By how many bytes a character takes: all of Unicode but surrogates, control characters, and `<`, which would make a refused
# placeholder of one id in millions.
ALPHABETS = [
    [chr(c) for c in range(0x20, 0x7F) if c != 0x3C],
    [chr(c) for c in range(0x80, 0x800)],
    [chr(c) for c in range(0x800, 0x10000) if not 0xD800 <= c < 0xE000],
    [chr(c) for c in range(0x10000, 0x110000)],
]


def random_id(rng):
    """1 to 300 bytes, in runs of characters of one width."""
    left = rng.randint(1, 300)
    runs = []
    while left:
        width = rng.randint(1, min(4, left))
        count = rng.randint(1, min(12, left // width))
        runs += rng.choices(ALPHABETS[width - 1], k=count)
        left -= width * count
    return "".join(runs)


def test_100_000_random_ids_are_signed_as_hmac_signs_them(capsys):
    seed = int(os.environ.get("PERSONSIG_SEED") or random.SystemRandom().getrandbits(32))
    with capsys.disabled():
        print(f" PERSONSIG_SEED={seed} ", end="")
    rng = random.Random(seed)
    gosquared = personsig.Signer("gosquared", SECRET)
    chameleon = personsig.Signer("chameleon", SECRET)

    def expected(text):
        return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()

    for number in range(100_000):
        user_id = random_id(rng)
        now = rng.randint(0, 99999999999)
        plain, timestamped = gosquared.sign(user_id), chameleon.sign(user_id, now=now)
        assert plain == expected(user_id), (seed, number)
        assert timestamped == f"{expected(f'{user_id}-{now}')}-{now}", (seed, number)
