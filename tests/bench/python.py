"""Python's contenders. README.md beside this file says what is timed, and how."""

import functools
import hmac
import importlib.machinery
import importlib.util
import itertools
import json
import platform
import sys
import textwrap
import time

import personsig

SECRET = "bench-secret-of-thirty-two-bytes"
IDS = {
    10: [str(1000000000 + 7919 * i) for i in range(1000)],
    36: [f"7b9f2c1e-5d3a-4e68-9f10-{7919 * i:012}" for i in range(1000)],
}
PROVIDERS = {"plain": "gosquared", "timestamped": "chameleon"}

# (case, scheme): kind, name, and the code that is timed. It leaves its answer in `out`.
CONTENDERS = {
    ("sign", "plain"): [
        ("ours", "Signer.sign", "out = signer.sign(id)"),
        ("usual", "hmac.new", "out = hmac.new(secret, id.encode(), 'sha256').hexdigest()"),
        ("best", "keyed copy()", "mac = keyed.copy(); mac.update(id.encode()); out = mac.hexdigest()"),
        ("floor", "a native call", "out = floor(id)"),
    ],
    ("sign", "timestamped"): [
        ("ours", "Signer.sign", "out = signer.sign(id)"),
        (
            "usual",
            "hmac.new",
            """
            now = int(time.time())
            out = hmac.new(secret, f'{id}-{now}'.encode(), 'sha256').hexdigest() + f'-{now}'""",
        ),
        (
            "best",
            "keyed copy()",
            """
            now = int(time.time())
            mac = keyed.copy()
            mac.update(f'{id}-{now}'.encode())
            out = mac.hexdigest() + f'-{now}'""",
        ),
        ("floor", "a native call", "out = floor(id)"),
    ],
    ("verify", "plain"): [
        ("ours", "Signer.verify", "out = signer.verify(id, signature)"),
        ("usual", "hmac.new", "out = hmac.compare_digest(hmac.new(secret, id.encode(), 'sha256').hexdigest(), signature)"),
        (
            "best",
            "keyed copy()",
            """
            mac = keyed.copy()
            mac.update(id.encode())
            out = hmac.compare_digest(mac.hexdigest(), signature)""",
        ),
    ],
    ("verify", "timestamped"): [
        ("ours", "Signer.verify", "out = signer.verify(id, signature)"),
        (
            "usual",
            "hmac.new",
            """
            digest, _, made = signature.partition('-')
            expected = hmac.new(secret, f'{id}-{made}'.encode(), 'sha256').hexdigest()
            out = hmac.compare_digest(expected, digest) and -300 <= time.time() - int(made) <= 86400""",
        ),
        (
            "best",
            "keyed copy()",
            """
            digest, _, made = signature.partition('-')
            mac = keyed.copy()
            mac.update(f'{id}-{made}'.encode())
            out = hmac.compare_digest(mac.hexdigest(), digest) and -300 <= time.time() - int(made) <= 86400""",
        ),
    ],
    ("sign_many", "plain"): [
        ("ours", "Signer.sign_many", "out = signer.sign_many(ids)"),
        ("loop", "a loop of sign", "out = [signer.sign(id) for id in ids]"),
        ("usual", "hmac.new", "out = [hmac.new(secret, id.encode(), 'sha256').hexdigest() for id in ids]"),
        (
            "best",
            "keyed copy()",
            """
            out = []
            for id in ids:
                mac = keyed.copy()
                mac.update(id.encode())
                out.append(mac.hexdigest())""",
        ),
    ],
    ("sign_many", "timestamped"): [
        ("ours", "Signer.sign_many", "out = signer.sign_many(ids)"),
        ("loop", "a loop of sign", "out = [signer.sign(id) for id in ids]"),
        (
            "usual",
            "hmac.new",
            """
            now = int(time.time())
            out = [hmac.new(secret, f'{id}-{now}'.encode(), 'sha256').hexdigest() + f'-{now}' for id in ids]""",
        ),
        (
            "best",
            "keyed copy()",
            """
            now = int(time.time())
            out = []
            for id in ids:
                mac = keyed.copy()
                mac.update(f'{id}-{now}'.encode())
                out.append(mac.hexdigest() + f'-{now}')""",
        ),
    ],
    ("new", "plain"): [
        ("ours", "Signer", "out = personsig.Signer('gosquared', SECRET)"),
        ("best", "hmac.new, keyed", "out = hmac.new(secret, digestmod='sha256')"),
    ],
    ("new", "timestamped"): [
        ("ours", "Signer", "out = personsig.Signer('chameleon', SECRET)"),
        ("best", "hmac.new, keyed", "out = hmac.new(secret, digestmod='sha256')"),
    ],
}
LOOPS = {"sign": "for id in ids:", "verify": "for id, signature in pairs:", "new": "for id in ids:"}


def compiled(case, code, world):
    """A pass as a function: the code for every id. It returns the last answer; sign_many's is the list of all."""
    body = textwrap.dedent(code).strip().replace("; ", "\n")
    if case in LOOPS:
        body = f"{LOOPS[case]}\n{textwrap.indent(body, '    ')}"
    scope = {}
    exec(f"def run({', '.join(world)}):\n{textwrap.indent(body, '    ')}\n    return out", globals(), scope)
    return scope["run"]


def check(case, kind, name, run, signing, world):
    """Every answer, for every id, against ours. What `new` makes signs with the code of `sign`."""
    alone = [world | {"ids": [id], "pairs": [(id, signature)]} for id, signature in world["pairs"]]
    answers = run(**world) if case == "sign_many" else [run(**world) for world in alone]
    if case == "new":
        made = "signer" if kind == "ours" else "keyed"
        answers = [signing[kind](**world | {made: answer}) for world, answer in zip(alone, answers, strict=True)]
    for id, answer in zip(world["ids"], answers, strict=True):
        if kind == "floor":
            right = answer == id[-1] * 64
        elif case == "verify":
            right = bool(answer)
        else:
            timestamp = answer.partition("-")[2]
            right = answer == world["signer"].sign(id, now=int(timestamp) if timestamp else None)
        if not right:
            sys.exit(f"{case}: the answer of {name} is not ours")


def contenders(floor):
    """All of them, those of one case, scheme and length beside each other."""
    for (scheme, provider), (id_bytes, ids) in itertools.product(PROVIDERS.items(), IDS.items()):
        signer, secret = personsig.Signer(provider, SECRET), SECRET.encode()
        keyed, pairs = hmac.new(secret, digestmod="sha256"), [(id, signer.sign(id)) for id in ids]
        world = {"signer": signer, "secret": secret, "keyed": keyed, "ids": ids, "pairs": pairs, "floor": floor}
        signing = {}
        for case in ("sign", "verify", "sign_many", "new"):
            for kind, name, code in CONTENDERS[case, scheme]:
                run = compiled(case, code, world)
                check(case, kind, name, run, signing, world)
                if case == "sign":
                    signing[kind] = run
                row = {"case": case, "scheme": scheme, "id_bytes": id_bytes, "kind": kind, "name": name, "ns": []}
                yield row, run, world


def elapsed(run, passes):
    start = time.perf_counter_ns()
    for _ in range(passes):
        run()
    return time.perf_counter_ns() - start


def main(rounds, batch, floor):
    loader = importlib.machinery.ExtensionFileLoader("floor", floor)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("floor", loader))
    timed = []
    for row, run, world in contenders(module.text):
        warm = [elapsed(functools.partial(run, **world), 1)]
        while sum(warm) < 5 * batch:
            warm.append(elapsed(functools.partial(run, **world), 1))
        passes = batch / min(warm)
        # As many ids as fit, so that no batch is longer than others; sign_many itself is always given all.
        count = 1000 if row["name"] == "Signer.sign_many" else max(1, min(1000, round(1000 * passes)))
        run = functools.partial(run, **world | {"ids": world["ids"][:count], "pairs": world["pairs"][:count]})
        timed.append((row, run, max(1, round(passes)), count))
    for turn in range(rounds):
        for row, run, passes, count in timed[turn % len(timed) :] + timed[: turn % len(timed)]:
            row["ns"].append(elapsed(run, passes) / passes / count)
    print(json.dumps({"surface": "python", "runtime": f"CPython {platform.python_version()}", "version": personsig.__version__}))
    for row, *_ in timed:
        print(json.dumps(row))


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
