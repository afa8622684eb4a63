"""The shell's adapter: runs the command once a case, NDJSON in and out. tests/README.md has the protocol.

python3 tests/adapters/cli.py PATH_TO_COMMAND
"""

import json
import os
import subprocess
import sys
import tempfile

COMMAND = os.path.abspath(sys.argv[1])
FOLDER = tempfile.TemporaryDirectory(prefix="personsig-")
ARGUMENT_MAX = 100_000  # Linux takes 128 KiB, and no NUL

COMMON = {"provider", "secret", "fallback_secrets"}
OPERATIONS = {
    "providers": set(),
    "construct": COMMON,
    "sign": COMMON | {"user_id", "now"},
    "from_env": {"provider", "variable", "env", "user_id", "now"},
    "verify": COMMON | {"user_id", "signature", "max_age", "clock_skew", "now"},
    "explain": COMMON | {"user_id", "signature", "also", "now"},
    "sign_many": COMMON | {"user_ids", "now"},
    "snippet": COMMON | {"user_id", "traits", "site_token", "nonce", "now"},
    "identity": COMMON | {"user_id", "now"},
}


def text(value):
    """The bytes of what a caller of the command can give as text."""
    match value:
        case str():
            return value.encode()
        case {"hex": digits, **rest} if not rest:
            return bytes.fromhex(digits)
    raise LookupError(f"unknown value form {json.dumps(value)[:80]}")


def seconds(value):
    match value:
        case int() if not isinstance(value, bool):
            return b"%d" % value
        case {"int": digits, **rest} if not rest:
            return digits.encode()
    raise LookupError(f"unknown value form {json.dumps(value)[:80]}")


def file(name, value):
    path = os.path.join(FOLDER.name, name)
    with open(path, "wb") as to:
        to.write(text(value) + b"\r\n")  # exactly one line end is dropped, so this keeps any secret whole
    return path


def on_standard_input(value):
    return value == b"-" or b"\0" in value or len(value) > ARGUMENT_MAX


def arguments(operation, given):
    """What follows the command, and its standard input."""
    if operation == "providers":
        return ["providers", "--json"], None
    verb = {"construct": "sign", "from_env": "sign", "sign_many": "sign"}.get(operation, operation)
    options = [verb, "--json", b"--provider=" + text(given["provider"])]
    if "secret" in given:
        options += ["--secret-file", file("secret", given["secret"])]
    for index, secret in enumerate(given.get("fallback_secrets", [])):
        options += ["--fallback-secret-file", file(f"fallback-{index}", secret)]
    if "variable" in given:
        options += [b"--secret-variable=" + text(given["variable"])]
    for name in given.keys() & {"now", "max_age", "clock_skew"}:
        options += [b"--%s=%s" % (name.replace("_", "-").encode(), seconds(given[name]))]
    for name in given.keys() & {"site_token", "nonce"}:
        options += [b"--%s=%s" % (name.replace("_", "-").encode(), text(given[name]))]
    if "traits" in given:
        options += ["--traits", file("traits", given["traits"])]
    if operation == "sign_many":
        lines = [text(id) for id in given["user_ids"]]
        if any(b"\n" in line for line in lines):
            raise LookupError("an id with a line end among ids a line")
        return [*options, "--stdin"], b"".join(line + b"\r\n" for line in lines)
    if operation == "snippet" and "user_id" not in given:
        return options, None
    also = [text(id) for id in given.get("also", [])]
    values = also + [b"any@id" if operation == "construct" else text(given["user_id"])]
    if operation in ("verify", "explain"):
        values.append(text(given.get("signature", "")))
    # One of them can travel on standard input: the first that must, else the id.
    chosen = next((at for at, value in enumerate(values) if on_standard_input(value)), len(also))
    stdin, values[chosen] = values[chosen] + b"\r\n", b"-"
    options += [b"--also=" + value for value in values[: len(also)]]
    return [*options, "--", *values[len(also) :]], stdin


def run(operation, given):
    """The answer to one case: a result or an error. What is unknown to this adapter raises."""
    if operation not in OPERATIONS:
        raise LookupError(f"unknown operation {operation}")
    if unknown := given.keys() - OPERATIONS[operation]:
        raise LookupError(f"unknown field {min(unknown)} of {operation}")
    call, stdin = arguments(operation, given)
    env = {name: value for name, value in given.get("env", {}).items() if value is not None}
    done = subprocess.run([COMMAND, *call], input=stdin or b"", env=env, capture_output=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [answer for answer in answers if "error" in answer]
    # What a stream signed before a bad line is given out, and means nothing here.
    alone = operation == "sign_many" or len(answers) == 1
    if done.stderr or errors and (done.returncode not in (1, 2) or not alone):
        raise ChildProcessError(f"exit code {done.returncode}: {done.stdout + done.stderr}")
    if errors:
        index = errors[0].get("index", errors[0].get("line", 0) - 1)
        return {"error": errors[0]["error"]} | ({"index": index} if index >= 0 else {})
    if done.returncode != (1 if operation == "explain" and not answers[0]["valid"] else 0):
        raise ChildProcessError(f"exit code {done.returncode} with a result")
    match operation:
        case "providers":
            return {"result": {"rows": answers}}
        case "construct":
            return {"result": {}}
        case "verify":
            return {"result": {name: answers[0][name] for name in ("secret_index", "signed_at")}}
        case "explain":
            return {"result": {"findings": [finding["code"] for finding in answers[0]["findings"]]}}
        case "sign_many":
            return {"result": {"signatures": [answer["signature"] for answer in answers]}}
        case "snippet":
            return {"result": answers[0]}
        case "identity":
            return {"result": {"fields": answers[0]}}
    return {"result": {"signature": answers[0]["signature"]}}


def answer(message):
    if message["cmd"] == "start":
        version = subprocess.run([COMMAND, "--version"], capture_output=True, check=True, text=True).stdout.split()[1]
        return {"surface": "cli", "runtime": os.uname().sysname, "version": version, "supports": ["byte-text", "json-text"]}
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
