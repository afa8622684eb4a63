"""The independent judge: says what every case in tests/vectors must give, from the contract and Python's own hmac.

    python3 tests/oracle.py --check [FILE...]    recompute every case, lint the files
    python3 tests/oracle.py --write [FILE...]    fill in `expect` where a case has none, and the counts

Standard library only. It shares no code with the core, and must not: two readings of one contract are the test. What `explain` must
find is in mistakes.py.
"""
import hashlib
import hmac
import json
import pathlib
import re
import sys

import mistakes

ROOT = pathlib.Path(__file__).resolve().parent.parent

PROVIDERS = {"gosquared": "plain", "chameleon": "timestamped"}
VARIABLES = {"gosquared": "GOSQUARED_SECURE_MODE_SECRET", "chameleon": "CHAMELEON_VERIFICATION_SECRET"}
INPUT_CODES = """unknown-provider missing-secret padded-secret placeholder-secret empty-user-id invalid-text control-character
    integer-too-large timestamp-out-of-range timestamp-in-milliseconds not-timestamped invalid-option""".split()
VERIFICATION_CODES = """missing-signature malformed-signature missing-timestamp signature-mismatch expired
    from-the-future""".split()
LATEST = 99999999999

# Which surface can express what; `requires` names these, and is the only way to skip.
CAPABILITIES = {
    "integer": {"rust", "python", "node", "php", "ruby"},
    "native-types": {"python", "node", "php", "ruby"},
    "big-integer": {"rust", "python", "node", "ruby"},
    "byte-text": {"c", "cli", "php", "ruby"},
    "utf16": {"python", "node"},
    "number": {"node"},
    "is-valid": {"rust", "python", "node", "php", "ruby"},
    "hmac": {"rust", "c"},
}

# operation -> the fields of its input, in the order of its arguments
FIELDS = {
    "hmac": ["secret", "message"],
    "construct": ["provider", "secret", "fallback_secrets"],
    "sign": ["provider", "secret", "fallback_secrets", "user_id", "now"],
    "from_env": ["provider", "variable", "env", "user_id", "now"],
    "verify": ["provider", "secret", "fallback_secrets", "user_id", "signature", "max_age", "clock_skew", "now"],
    "is_valid": ["provider", "secret", "fallback_secrets", "user_id", "signature", "max_age", "clock_skew", "now"],
    "explain": ["provider", "secret", "fallback_secrets", "user_id", "signature", "also", "now"],
    "providers": [],
}


if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)  # ids of thousands of digits are read, and refused


class Refused(Exception):
    """The case's error: a code, and for an element of a list its index."""

    def __init__(self, code, index=None):
        super().__init__(code)
        self.expect = {"error": code} if index is None else {"error": code, "index": index}


# Values: the forms of tests/README.md.


class Native(str):
    """A host's true, false, null, float, list or object."""


def value(form):
    """A case's value as Python's: str (lone surrogates included), bytes, int, float, list or Native."""
    if isinstance(form, str):
        return form
    if isinstance(form, int) and not isinstance(form, bool):
        return form
    if isinstance(form, list):
        return [value(element) for element in form]
    if isinstance(form, dict) and len(form) == 1:
        (name, given), = form.items()
        if name == "hex":
            return bytes.fromhex(given)
        if name == "repeat":
            return given[0] * given[1]
        if name == "int":
            return int(given)
        if name == "number":
            number = float(given)
            return int(number) if number.is_integer() else number
        if name == "utf16":
            return bytes.fromhex(given).decode("utf-16-be", "surrogatepass")
        if name == "native" and given in ("true", "false", "null", "float", "list", "object"):
            return Native(given)
    raise ValueError(f"unknown form of a value: {json.dumps(form)[:80]}")


def is_null(given):
    return isinstance(given, Native) and given == "null"


def need(given, *types):
    """The host's TypeError, unless the value is of one of these types. A Native is a str to Python, not to us."""
    if isinstance(given, Native) or not isinstance(given, types):
        raise Refused("wrong-type")


def need_types(given):
    """The native types of all arguments, left to right, before any value is looked at."""
    for name, argument in given.items():
        if name == "provider":
            need(argument, str, bytes)
        elif name == "secret":
            is_null(argument) or need(argument, str, bytes)
        elif name == "fallback_secrets":
            need(argument, list)
            [is_null(element) or need(element, str, bytes) for element in argument]
        elif name == "user_id":
            need(argument, str, bytes, int)
        elif name == "also":
            need(argument, list)
            [need(element, str, bytes, int) for element in argument]
        elif name in ("now", "max_age", "clock_skew"):
            is_null(argument) or need(argument, int)
        elif name in ("signature", "variable"):
            is_null(argument) or need(argument, str, bytes)


# Rules of values.


def check_secret(secret, index=None):
    """The key's bytes."""
    if is_null(secret) or not secret:
        raise Refused("missing-secret", index)
    if isinstance(secret, str):
        try:
            secret = secret.encode()
        except UnicodeEncodeError:
            raise Refused("invalid-text", index) from None
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return secret
    if re.match("[\t-\r \ufeff]", text) or re.search(r"[\t-\r ]\Z", text):
        raise Refused("padded-secret", index)
    if re.fullmatch(r"(?ai)undefined|null|none|nil|nan|false|true|\[object object\]", text):
        raise Refused("placeholder-secret", index)
    if re.fullmatch("GSN-[0-9]+-[A-Za-z]", text):
        raise Refused("placeholder-secret", index)
    return secret


def check_user_id(user_id, index=None):
    """The text that is signed."""
    if isinstance(user_id, int):
        if not -2**127 <= user_id < 2**127:
            raise Refused("integer-too-large", index)
        return str(user_id)
    if not user_id:
        raise Refused("empty-user-id", index)
    try:
        text = user_id.encode().decode() if isinstance(user_id, str) else user_id.decode()
    except UnicodeError:
        raise Refused("invalid-text", index) from None
    if re.search("[\0-\x1f\x7f]", text):
        raise Refused("control-character", index)
    return text


def check_number(user_id, index=None):
    """Node alone tells its numbers from its integers: beyond 2^53-1 they are no longer exact."""
    if isinstance(user_id, dict) and "number" in user_id and abs(float(user_id["number"])) > 2**53 - 1:
        raise Refused("integer-too-large", index)


def check_now(now):
    if not 0 <= now <= LATEST:
        raise Refused("timestamp-in-milliseconds" if 10**12 <= now < 10**13 else "timestamp-out-of-range")


def signer(given):
    """(scheme, keys)"""
    if given["provider"] not in PROVIDERS:
        raise Refused("unknown-provider")
    keys = [check_secret(given["secret"])]
    keys += [check_secret(secret, index) for index, secret in enumerate(given.get("fallback_secrets", []))]
    return PROVIDERS[given["provider"]], keys


# Operations: each takes the case's input as it stands and as values, and returns its result or raises Refused.


def hexmac(key, message):
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def signature(scheme, key, text, now):
    if scheme == "plain":
        return hexmac(key, text)
    return f"{hexmac(key, f'{text}-{now}')}-{now}"


def run_hmac(forms, given):
    message = given["message"] if isinstance(given["message"], bytes) else given["message"].encode()
    key = given["secret"] if isinstance(given["secret"], bytes) else given["secret"].encode()
    return {"hex": hmac.new(key, message, hashlib.sha256).hexdigest()}


def run_construct(forms, given):
    signer(given)
    return {}


def run_sign(forms, given):
    scheme, keys = signer(given)
    check_number(forms["user_id"])
    text = check_user_id(given["user_id"])
    check_now(given["now"])
    return {"signature": signature(scheme, keys[0], text, given["now"])}


def run_from_env(forms, given):
    if given["provider"] not in PROVIDERS:
        raise Refused("unknown-provider")
    name = given.get("variable", Native("null"))
    name = VARIABLES[given["provider"]] if is_null(name) else name
    try:
        name = name.encode().decode() if isinstance(name, str) else name.decode()
    except UnicodeError:
        raise Refused("invalid-text") from None
    secret = forms["env"].get(name) or ""
    fallback = forms["env"].get(name + "_PREVIOUS") or ""
    given = {**given, "secret": secret, "fallback_secrets": []}
    scheme, keys = signer(given)
    if fallback:
        check_secret(fallback)
    text = check_user_id(given["user_id"])
    check_now(given["now"])
    return {"signature": signature(scheme, keys[0], text, given["now"])}


def option(given, name, scheme, default):
    seconds = given.get(name, Native("null"))
    if is_null(seconds):
        return default
    if scheme == "plain":
        raise Refused("not-timestamped")
    if not 0 <= seconds <= LATEST:
        raise Refused("invalid-option")
    return seconds


def run_verify(forms, given):
    scheme, keys = signer(given)
    check_number(forms["user_id"])
    text = check_user_id(given["user_id"])
    max_age = option(given, "max_age", scheme, 24 * 60 * 60)
    clock_skew = option(given, "clock_skew", scheme, 5 * 60)
    now = given["now"]
    check_now(now)
    shown = given["signature"]
    if is_null(shown) or not shown:
        raise Refused("missing-signature")
    if isinstance(shown, bytes):
        shown = shown.decode("latin-1")
    if scheme == "timestamped" and re.fullmatch("[0-9a-f]{64}", shown):
        raise Refused("missing-timestamp")
    form = "[0-9a-f]{64}" if scheme == "plain" else "[0-9a-f]{64}-(0|[1-9][0-9]{0,10})"
    if not re.fullmatch(form, shown):
        raise Refused("malformed-signature")
    signed_at = int(shown[65:]) if scheme == "timestamped" else None
    matching = [index for index, key in enumerate(keys) if signature(scheme, key, text, signed_at) == shown]
    if not matching:
        raise Refused("signature-mismatch")
    if signed_at is not None and signed_at > now + clock_skew:
        raise Refused("from-the-future")
    if signed_at is not None and signed_at < now - max_age:
        raise Refused("expired")
    return {"secret_index": matching[0], "signed_at": signed_at}


def run_is_valid(forms, given):
    scheme, _ = signer(given)
    option(given, "max_age", scheme, None)
    option(given, "clock_skew", scheme, None)
    check_now(given["now"])
    try:
        run_verify(forms, given)
    except Refused:
        return {"valid": False}
    return {"valid": True}


def run_explain(forms, given):
    scheme, keys = signer(given)
    check_number(forms["user_id"])
    text = check_user_id(given["user_id"])
    also = given.get("also", [])
    if len(also) > mistakes.ALSO_LIMIT:
        raise Refused("invalid-option")
    for index, form in enumerate(forms.get("also", [])):
        check_number(form, index)
        check_user_id(also[index], index)
    check_now(given["now"])
    shown = b"" if is_null(given["signature"]) else given["signature"]
    shown = shown.encode(errors="surrogatepass") if isinstance(shown, str) else shown
    also = [check_user_id(one) for one in also]
    return {"findings": mistakes.findings(scheme, keys, text, shown, also, given["now"])}


def run_providers(forms, given):
    return {"names": list(PROVIDERS)}


def expected(operation, forms):
    unknown = set(forms) - set(FIELDS[operation])
    if unknown:
        raise ValueError(f"unknown field of {operation}: {sorted(unknown)[0]}")
    given = {name: value(forms[name]) for name in FIELDS[operation] if name in forms and name != "env"}
    try:
        need_types(given)
        return globals()["run_" + operation](forms, given)
    except Refused as refused:
        return refused.expect


# Files.


def lint(path, file):
    """What is wrong with a file's envelope, line by line."""
    tests = file["tests"]
    ids = [test["id"] for test in tests]
    by_id = dict(zip(ids, tests))
    if set(file) != {"format", "operation", "notes", "count", "tests"} or file["format"] != 1:
        yield "its fields are not format (1), operation, notes, count, tests"
    if file["count"] != len(tests):
        yield f"count is {file['count']}, there are {len(tests)} tests"
    for id in {id for id in ids if ids.count(id) > 1}:
        yield f"{id}: this id stands more than once"
    used = {flag for test in tests for flag in test.get("flags", [])}
    for flag in used ^ set(file["notes"]):
        yield f"{flag}: not both a note and a flag in use"
    for test in tests:
        id = test["id"]
        if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", id):
            yield f"{id}: not a kebab-case slug"
        for field in set(test) - {"id", "flags", "from", "requires", "input", "expect"}:
            yield f"{id}: unknown field {field}"
        for capability in set(test.get("requires", [])) - set(CAPABILITIES):
            yield f"{id}: unknown capability {capability}"
        if "from" in test:
            origin = by_id.get(test["from"], {"input": {}, "expect": {"error": None}})
            names = set(test["input"]) | set(origin["input"])
            differ = [name for name in names if test["input"].get(name) != origin["input"].get(name)]
            if len(differ) != 1 or "error" in origin["expect"]:
                yield f"{id}: not one field away from a case that succeeds"
        try:
            expect = expected(file["operation"], test["input"])
        except (ValueError, KeyError) as error:
            yield f"{id}: {error}"
            continue
        if test.get("expect") != expect:
            yield f"{id}: expect is {json.dumps(test.get('expect'))}, must be {json.dumps(expect)}"


def core_codes():
    """The closed list, as the core's source has it."""
    source = (ROOT / "core/src/error.rs").read_text()
    return [code for number, code in re.findall(r'^ +(\d+) \w+ "([a-z-]+)"', source, re.M) if int(number) < 200]


def core_has_findings():
    """Whether a file of the core lists the codes of findings, in their order."""
    files = (ROOT / "core/src").rglob("*.rs")
    return any(re.findall(r'^ +[A-Z]\w+ "([a-z0-9-]+)"', path.read_text(), re.M) == mistakes.CODES for path in files)


def text_of(file):
    """One test a paragraph: readable in a diff, and short."""
    def line(name, given):
        return f'"{name}": {json.dumps(given, ensure_ascii=True)}'

    def paragraph(test):
        head = ", ".join(line(name, test[name]) for name in ("id", "flags", "from", "requires") if name in test)
        return f'    {{ {head},\n      {line("input", test["input"])},\n      {line("expect", test["expect"])} }}'

    notes = ",\n".join(f"    {line(flag, note)}" for flag, note in file["notes"].items())
    head = f'{{\n  "format": 1, {line("operation", file["operation"])},\n  "notes": {{\n{notes}\n  }},\n'
    return head + f'  "count": {len(file["tests"])},\n  "tests": [\n' + ",\n".join(map(paragraph, file["tests"])) + "\n  ]\n}\n"


def main(arguments):
    if arguments[:1] not in (["--check"], ["--write"]):
        sys.exit(__doc__)
    paths = [pathlib.Path(path) for path in arguments[1:]] or sorted((ROOT / "tests/vectors").glob("*.json"))
    failures = cases = 0
    for path in paths:
        file = json.loads(path.read_text())
        if arguments[0] == "--write":
            for test in file["tests"]:
                test.setdefault("expect", expected(file["operation"], test["input"]))
            file["count"] = len(file["tests"])
            path.write_text(text_of(file))
        for complaint in lint(path, file):
            print(f"{path.name}: {complaint}")
            failures += 1
        cases += len(file["tests"])
    if core_codes() != INPUT_CODES + VERIFICATION_CODES:
        print("core/src/error.rs: its codes are not the contract's")
        failures += 1
    if not core_has_findings():
        print("core/src: the codes of findings are not those of mistakes.py")
        failures += 1
    print(f"{cases} cases recomputed, {failures} wrong")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
