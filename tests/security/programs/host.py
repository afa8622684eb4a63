"""What Python does for the tests of memory and threads: `host.py MODE ...`. host.mjs, host.php and host.rb are the same."""

import gc
import hashlib
import hmac
import os
import struct
import sys
import threading
import time

import personsig

THEN = 1596165824


def mac(secret, message):
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def refused(call, *errors):
    try:
        call()
    except errors or personsig.Error:
        return
    raise AssertionError("not refused")


def one_life(number):
    """Makes a Signer, uses every method of it, rightly and wrongly, and lets it go."""
    user_id = f"user-{number}"
    signer = personsig.Signer("chameleon", "s" * 40, fallback_secrets=[f"older-{number}"])
    signature = signer.sign(user_id, now=THEN)
    assert signature == f"{mac('s' * 40, f'{user_id}-{THEN}')}-{THEN}"
    assert signer.verify(user_id, signature, now=THEN).secret_index == 0
    older = f"{mac(f'older-{number}', f'{user_id}-{THEN}')}-{THEN}"
    assert signer.verify(user_id, older, now=THEN).secret_index == 1
    refused(lambda: signer.verify("another", signature, now=THEN), personsig.VerificationError)
    refused(lambda: signer.sign("\n"), personsig.InputError)
    refused(lambda: signer.sign(1.5), TypeError)
    refused(lambda: personsig.Signer("chameleon", " padded"), personsig.InputError)
    return signer


def one_page(number):
    """The methods that take longer."""
    signer = personsig.Signer("gosquared", "s" * 40)
    signature = mac("s" * 40, "1")
    traits = {"name": "O'Brien</script>", "seats": [1, 2.5, None, {"é": True}]}
    assert signature in signer.snippet(1, traits=traits, site_token="GSN-1-A", nonce=f"n{number}")
    assert signer.identity("1")["auth"] == signature
    assert signer.sign_many(["1", 1, f"{number}"])[:2] == [signature, signature]
    assert signer.is_valid("1", signature) and not signer.is_valid("2", signature)
    refused(lambda: signer.snippet(1, traits={"a": {"b": object()}}), TypeError)
    refused(lambda: signer.snippet(1, traits={"a": "s" * 40}), personsig.InputError)
    refused(lambda: signer.sign_many(["1", ""]), personsig.InputError)
    if number % 1000 == 0:
        assert [found.code for found in signer.explain("1", mac(" " + "s" * 40, "1"))] == ["padded-key"]


def life(rounds, kept):
    """Prints by how many bytes the process grew in all rounds but the first tenth. `kept` keeps what it should let go."""
    keep, start = [], 0
    for number in range(rounds):
        signer = one_life(number)
        if kept:
            keep.append(signer)
        if number % 10 == 0:
            one_page(number)
        if number == rounds // 10:
            gc.collect()
            start = resident()
    del signer
    gc.collect()
    print(resident() - start)


def threads(seconds, secret):
    """Eight threads share one Signer and make others. Prints how many results were right, and which was the first wrong one."""
    shared = personsig.Signer("gosquared", secret)
    timed = personsig.Signer("chameleon", "t" * 70, fallback_secrets=["older"])
    done, wrong, end = [0] * 8, [], time.monotonic() + seconds

    def work(which):
        number = which
        while time.monotonic() < end and not wrong:
            text = f"{number}-" + "x" * (number % 130)
            expected = mac("s" * 40, text)
            ids = [text, number, text]
            results = [
                shared.sign(text) == expected,
                shared.sign_many(ids) == [expected, mac("s" * 40, str(number)), expected],
                shared.is_valid(text, expected),
                not shared.is_valid(text + "y", expected),
                expected in shared.snippet(text, traits={"number": number, "text": text}),
                shared.identity(text)["auth"] == expected,
                timed.sign(text, now=THEN) == f"{mac('t' * 70, f'{text}-{THEN}')}-{THEN}",
                timed.verify(text, f"{mac('older', f'{text}-{THEN}')}-{THEN}", now=THEN).secret_index == 1,
                personsig.Signer("gosquared", text).sign("1") == mac(text, "1"),
            ]
            if number % 500 < 8:
                results.append(shared.explain(text, mac("s" * 40 + "\n", text))[0].code == "padded-key")
                # Large enough to be signed without the lock.
                results.append(shared.sign_many([text] * 40_000) == [expected] * 40_000)
            if not all(results):
                wrong.append(f"thread {which}, round {number}: {results}")
            done[which] += len(results)
            number += 8

    workers = [threading.Thread(target=work, args=(which,)) for which in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(sum(done), *wrong[:1])
    sys.exit(bool(wrong))


def calls():
    """What takes as much memory as it is given, by name."""
    signer = personsig.Signer("gosquared", "s" * 40)
    mails = personsig.Signer("tawk", "s" * 40)
    lower = personsig.Signer("customerly", "s" * 40)
    long, ids = "x" * 200_000, ["42"] * 40_000
    return {
        "new": lambda: personsig.Signer("gosquared", long, fallback_secrets=[long] * 3 + ["older"] * 2000),
        "sign": lambda: signer.sign(long),
        "sign not ASCII": lambda: signer.sign("é" * 100_000),
        "sign lower case": lambda: lower.sign("A" * 100_000 + "@B"),
        "sign_many": lambda: signer.sign_many(ids),
        "sign_many mails": lambda: mails.sign_many(["a@b"] * 10_000),
        "sign_many lower case": lambda: lower.sign_many(["A@b"] * 10_000 + ["A" * 10_000 + "@B"] * 3),
        "verify": lambda: signer.is_valid(long, long),
        "explain": lambda: signer.explain(long, "\n".join([long] * 3), also=[long] * 16),
        "identity": lambda: signer.identity(long),
        "snippet": lambda: signer.snippet(long, traits={"b": [long] * 3, "a": dict.fromkeys(map(str, range(3000)), 1)}),
        "snippet list": lambda: signer.snippet("1", traits={"a": list(range(3000)), "é": "é" * 100_000}),
        "from_env": lambda: personsig.Signer.from_env("gosquared", variable="LONG_SECRET"),
    }


def refuse(control, least):
    """Refuses each allocation of each call in turn, and then all from there on. Prints how many were refused."""
    total = 0
    os.environ["LONG_SECRET"] = "s" * 100_000
    with open(control, "r+b", buffering=0) as file:
        for name, call in calls().items():
            call()
            for for_good in (0, 1):
                for at in range(1, 1000):
                    os.pwrite(file.fileno(), struct.pack("<5i", at, for_good, least, 0, 0), 0)
                    try:
                        call()
                        is_error = False
                    except MemoryError:
                        is_error = True
                    seen, number = struct.unpack("<2i", os.pread(file.fileno(), 8, 12))
                    os.pwrite(file.fileno(), struct.pack("<i", 0), 0)
                    assert is_error == (number > 0), f"{name}: allocation {at} of {seen}, for good {for_good}: error {is_error}"
                    if number == 0:
                        break
                    total += number
            call()
    print(total)


def alive():
    """Makes a Signer, says so and waits; lets it go, says so and waits."""
    signer = personsig.Signer("gosquared", os.environ["RESIDUE_SECRET"], fallback_secrets=["older"])
    signer.sign("42")
    print("made", flush=True)
    sys.stdin.readline()
    del signer
    gc.collect()
    print("freed", flush=True)
    sys.stdin.readline()


def once(rounds):
    for number in range(rounds):
        one_life(number)
        one_page(number * 1000)
    threads(0.5, "s" * 40)


mode, *arguments = sys.argv[1:]
if mode == "life":
    life(int(arguments[0]), arguments[1:] == ["kept"])
elif mode == "threads":
    threads(float(arguments[0]), "s" * 40 if arguments[1:] == [] else "wrong")
elif mode == "refuse":
    refuse(arguments[0], int(arguments[1]))
elif mode == "alive":
    alive()
elif mode == "once":
    once(int(arguments[0]))
