"""Python's adapter: runs one case of the vectors at a time, NDJSON in and out. tests/README.md has the protocol."""

import decimal
import json
import os
import platform
import sys

import personsig

SUPPORTS = ["integer", "native-types", "big-integer", "utf16", "is-valid"]
NATIVE = {"true": True, "false": False, "null": None, "float": 1.5, "list": [], "object": object()}
FORMS = {
    "hex": bytes.fromhex,
    "int": lambda digits: int(decimal.Decimal(digits)),  # int() itself reads no more than 4,300
    "native": NATIVE.__getitem__,
    "utf16": lambda units: bytes.fromhex(units).decode("utf-16-be", "surrogatepass"),
}

CONSTRUCT = {"provider", "secret", "fallback_secrets"}
FROM_ENV = {"provider", "variable"}
SIGN = {"user_id", "now"}
MANY = {"user_ids", "now"}
SNIPPET = {"user_id", "traits", "site_token", "nonce", "now"}
VERIFY = {"user_id", "signature", "max_age", "clock_skew", "now"}
EXPLAIN = {"user_id", "signature", "also", "now"}


def row_of(provider):
    return {name: getattr(provider, name) for name in type(provider).__match_args__}


def sign(signer, **given):
    return {"signature": signer.sign(**given)}


def snippet(signer, user_id=None, **given):
    if isinstance(given.get("traits"), str):
        given["traits"] = json.loads(given["traits"])
    return {"html": signer.snippet(user_id, **given)}


def verify(signer, **given):
    verified = signer.verify(**given)
    return {"secret_index": verified.secret_index, "signed_at": verified.signed_at}


def explain(signer, **given):
    return {"findings": [finding.code for finding in signer.explain(**given)]}


# How an operation gets its Signer and from which fields, and what it does with which others.
OPERATIONS = {
    "providers": (lambda: None, set(), lambda _: {"rows": [row_of(p) for p in personsig.providers()]}, set()),
    "construct": (personsig.Signer, CONSTRUCT, lambda _: {}, set()),
    "sign": (personsig.Signer, CONSTRUCT, sign, SIGN),
    "sign_many": (personsig.Signer, CONSTRUCT, lambda signer, **given: {"signatures": signer.sign_many(**given)}, MANY),
    "snippet": (personsig.Signer, CONSTRUCT, snippet, SNIPPET),
    "identity": (personsig.Signer, CONSTRUCT, lambda signer, **given: {"fields": signer.identity(**given)}, SIGN),
    "from_env": (personsig.Signer.from_env, FROM_ENV, sign, SIGN),
    "verify": (personsig.Signer, CONSTRUCT, verify, VERIFY),
    "is_valid": (personsig.Signer, CONSTRUCT, lambda signer, **given: {"valid": signer.is_valid(**given)}, VERIFY),
    "explain": (personsig.Signer, CONSTRUCT, explain, EXPLAIN),
}


def decode(value):
    match value:
        case str() | int() if not isinstance(value, bool):
            return value
        case list():
            return [decode(element) for element in value]
        case dict() if len(value) == 1 and (form := next(iter(value))) in FORMS:
            return FORMS[form](value[form])
    raise LookupError(f"unknown value form {json.dumps(value)[:80]}")


def run(operation, given):
    """The answer to one case: a result or an error. What is unknown to this adapter raises."""
    if operation not in OPERATIONS:
        raise LookupError(f"unknown operation {operation}")
    make, making, act, acting = OPERATIONS[operation]
    env = given.get("env", {}) if operation == "from_env" else {}
    fields = {name: decode(value) for name, value in given.items() if value is not env}
    if unknown := fields.keys() - making - acting:
        raise LookupError(f"unknown field {min(unknown)} of {operation}")
    before = {name: os.environ.get(name) for name in env}
    try:
        set_environment(env)
        signer = make(**{name: fields[name] for name in fields.keys() & making})
        return {"result": act(signer, **{name: fields[name] for name in fields.keys() & acting})}
    except personsig.Error as error:
        return {"error": error.code} | ({} if error.index is None else {"index": error.index})
    except TypeError:
        return {"error": "wrong-type"}
    finally:
        set_environment(before)


def set_environment(values):
    for name, value in values.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


def answer(message):
    if message["cmd"] == "start":
        runtime = platform.python_version()
        return {"surface": "python", "runtime": runtime, "version": personsig.__version__, "supports": SUPPORTS}
    try:
        return {"seq": message["seq"]} | run(message["operation"], message["input"])
    except Exception as error:
        return {"seq": message["seq"], "crash": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message["cmd"] == "stop":
            break
        print(json.dumps(answer(message)), flush=True)
