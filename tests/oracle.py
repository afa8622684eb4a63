"""The independent judge: says what every case in tests/vectors must give, from CONTRACT.md and Python's own hmac.

    python3 tests/oracle.py --check [FILE...]    recompute every case, lint the files
    python3 tests/oracle.py --write [FILE...]    fill in `expect` where a case has none, and the counts

Without FILE, *-vendors.json and the tables of CONTRACT.md are checked or made too: they follow from facts.py.

Standard library only. It shares no code with the core, and must not: two readings of one contract are the test. What each vendor
expects is in facts.py; what `explain` must find, in mistakes.py.
"""

import hashlib
import hmac
import json
import pathlib
import re
import sys

import mistakes
import shared
from facts import LOADERS, VENDORS

ROOT = pathlib.Path(__file__).resolve().parent.parent

INPUT_CODES = """unknown-provider missing-secret padded-secret placeholder-secret empty-user-id invalid-text control-character
    integer-too-large timestamp-out-of-range timestamp-in-milliseconds not-timestamped invalid-option malformed-secret
    placeholder-user-id email-expected no-snippet""".split()
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
    "json-text": {"c", "cli"},
}

# operation -> the fields of its input, in the order of its arguments
FIELDS = {
    "hmac": ["secret", "message"],
    "construct": ["provider", "secret", "fallback_secrets"],
    "sign": ["provider", "secret", "fallback_secrets", "user_id", "now"],
    "sign_many": ["provider", "secret", "fallback_secrets", "user_ids", "now"],
    "from_env": ["provider", "variable", "env", "user_id", "now"],
    "verify": ["provider", "secret", "fallback_secrets", "user_id", "signature", "max_age", "clock_skew", "now"],
    "is_valid": ["provider", "secret", "fallback_secrets", "user_id", "signature", "max_age", "clock_skew", "now"],
    "explain": ["provider", "secret", "fallback_secrets", "user_id", "signature", "also", "now"],
    "snippet": ["provider", "secret", "fallback_secrets", "user_id", "traits", "site_token", "nonce", "now"],
    "identity": ["provider", "secret", "fallback_secrets", "user_id", "now"],
    "providers": [],
}

DEPTH_MAX = 32  # the traits themselves are 1
EXACT = 2**53 - 1


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
        ((name, given),) = form.items()
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


def need_types(operation, given):
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
            operation == "snippet" and is_null(argument) or need(argument, str, bytes, int)
        elif name == "traits":
            argument is NO_TRAITS or need(argument, dict)
        elif name in ("user_ids", "also"):
            need(argument, list)
            [need(element, str, bytes, int) for element in argument]
        elif name in ("now", "max_age", "clock_skew"):
            is_null(argument) or need(argument, int)
        elif name in ("signature", "variable", "site_token", "nonce"):
            is_null(argument) or need(argument, str, bytes)


# Traits: a case has JSON text, which the oracle reads as Python's values.

NO_TRAITS = object()  # a text that is no JSON, or no map, or names a key twice: what only C and the shell can be given


def traits_of(form, requires):
    """A case's traits. A case that some surface could not be asked is no case."""

    def unlike(numeral):
        raise ValueError(f"{numeral} is no JSON")

    def once(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    text = value(form)
    try:
        text = text.decode() if isinstance(text, bytes) else text
        traits = json.loads(text, parse_constant=unlike, object_pairs_hook=once)
    except (ValueError, RecursionError):
        traits = None
        if "json-text" not in requires:
            raise
    if "json-text" in requires:
        return traits if isinstance(traits, dict) else NO_TRAITS
    if not isinstance(traits, dict):
        if traits == [] or "native-types" not in requires:
            raise ValueError("these traits are no map: requires native-types, and not [], PHP's empty map")
        return traits
    if list(traits)[:1] == ["0"] and list(traits) == list(map(str, range(len(traits)))):
        raise ValueError("these traits would be a list in PHP")
    for each in parts(traits):
        if isinstance(each, str) and re.search("[\ud800-\udfff]", each) and "utf16" not in requires:
            raise ValueError("a lone surrogate: requires utf16 or json-text")
        if isinstance(each, float) and each in (float("inf"), float("-inf")) and "native-types" not in requires:
            raise ValueError("too large a number: requires native-types or json-text")
        if isinstance(each, dict) and any(key.startswith("\0") for key in each) and "utf16" not in requires:
            raise ValueError("PHP's json_decode refuses a key that begins with U+0000: requires utf16 or json-text")
    return traits


def parts(each):
    """A value and all that is in it, keys included."""
    yield each
    for inner in [*each, *each.values()] if isinstance(each, dict) else each if isinstance(each, list) else []:
        yield from parts(inner)


def canonical(each, secrets, depth=1):
    """RFC 8785, and what may not stand in a page."""
    if isinstance(each, (dict, list)) and depth > DEPTH_MAX:
        raise Refused("invalid-option")
    if isinstance(each, dict):
        if "__proto__" in each:
            raise Refused("invalid-option")
        entries = [(key, canonical(key, secrets), canonical(inner, secrets, depth + 1)) for key, inner in each.items()]
        entries.sort(key=lambda entry: entry[0].encode("utf-16-be"))
        return "{" + ",".join(f"{key}:{inner}" for _, key, inner in entries) + "}"
    if isinstance(each, list):
        return "[" + ",".join(canonical(inner, secrets, depth + 1) for inner in each) + "]"
    if each is None or isinstance(each, bool):
        return {None: "null", True: "true", False: "false"}[each]
    text = each if isinstance(each, str) else ecmascript(each)
    try:
        secret = text.encode() in secrets
    except UnicodeEncodeError:
        raise Refused("invalid-option") from None
    if secret:
        raise Refused("invalid-option")
    return quoted(text) if isinstance(each, str) else text


def ecmascript(number):
    """A number as ECMAScript's Number::toString writes it, from the shortest digits, which repr has too."""
    if isinstance(number, float):
        if number != number or number in (float("inf"), float("-inf")):
            raise Refused("invalid-option")
        number = int(number) if number.is_integer() else number
    if isinstance(number, int):
        if abs(number) > EXACT:
            raise Refused("invalid-option")
        return str(number)
    sign, digits, exponent = re.fullmatch(r"(-?)([0-9.]+)(?:e([-+][0-9]+))?", repr(number)).groups()
    whole, _, fraction = digits.partition(".")
    point = len(whole) + int(exponent or 0)  # where it stands in the digits
    digits = whole + fraction
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    if 0 < point:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point:
        return f"{sign}0.{'0' * -point}{digits}"
    return f"{sign}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}e{point - 1}"


def quoted(text):
    """A JavaScript string that means nothing to HTML or XHTML, in any charset."""

    def unit(match):
        units = match[0].encode("utf-16-be").hex()
        return "".join("\\u" + units[at : at + 4] for at in range(0, len(units), 4))

    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub("[^ -~]|[<>&']", unit, text) + '"'


# Rules of values.


def check_secret(secret, index=None, form="text"):
    """The secret's bytes."""
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
        if is_utf16(secret):
            raise Refused("padded-secret", index) from None
        text = None
    for code, patterns in NOT_SECRETS.items() if text is not None else ():
        if any(re.search(pattern, text) for pattern in patterns):
            raise Refused(code, index)
    if form == "hex" and not re.fullmatch(b"([0-9A-Fa-f]{2})+", secret):
        raise Refused("malformed-secret", index)
    return secret


def key_of(secret, form):
    """The key of a checked secret."""
    return bytes.fromhex(secret.decode()) if form == "hex" else secret


def is_utf16(secret):
    """A mark of the byte order and then nothing but Latin-1: each unit's upper byte is 0."""
    if len(secret) % 2:
        return False
    return secret[:2] == b"\xff\xfe" and not any(secret[3::2]) or secret[:2] == b"\xfe\xff" and not any(secret[2::2])


# The property White_Space of Unicode 16, which is neither Python's \s nor str.isspace (U+001C to U+001F).
WHITE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

# In the order in which a secret is judged.
NOT_SECRETS = {
    "padded-secret": [f"\\A[{WHITE}\u200b\u2060\ufeff]", f"[{WHITE}\u200b\u2060\ufeff]\\Z"],
    "placeholder-secret": [
        r"(?ai)\A(undefined|null|none|nil|nan|false|true|\[object object\])\Z",
        r"(?ai)\A(changeme|mysecret|your[-_]secret|your_secret_(here|key)|your-secret-(here|key)|secure mode secret|\(sensitive value\))\Z",
        rf"\A\$?({'|'.join(row['variable'] for row in VENDORS.values())})\Z",
        r"(?s)\A<.*>\Z",
        r"(?s)\A\$\{.*\}\Z",
        r"(?s)\A\{\{.*\}\}\Z",
        r"(?s)\A%.*%\Z",
        "\\A[*.?xX\u2022]{3,16}\\Z",
        r"\AGSN-[0-9]+-[A-Za-z]\Z",
    ],
    "malformed-secret": [
        *(
            f"(?s)\\A{pair[0]}.*{pair[1]}\\Z"
            for pair in ['""', "''", "``", "\u201c\u201d", "\u2018\u2019", "\u201e\u201c", "\u201a\u2018", "\xab\xbb", "\u2039\u203a"]
        ),
        r"(?s)\Ab(['\"]).*\1\Z",
        r"\A(export +)?[A-Z][A-Z0-9_]*_[A-Z0-9]+(=|: )",
        f"[{WHITE}]#",
        r"(?s)\A(\{.*\}|\[.*\])\Z",
        r"\\n\Z",
        "[\0-\x1f\x7f]",
    ],
}


def check_user_id(user_id, row, index=None):
    """The text that is signed."""
    text = check_text(user_id, index)
    is_email = not isinstance(user_id, int) and re.search("(?s).@.", text)
    if row["signs"] == "email" and not is_email:
        raise Refused("email-expected", index)
    return mistakes.as_sent(row, text)


def check_text(user_id, index=None):
    """The text of an id, whoever's it is."""
    if isinstance(user_id, int):
        if not -(2**127) <= user_id < 2**127:
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
    if any(re.fullmatch(form, text) for form in NOT_IDS):
        raise Refused("placeholder-user-id", index)
    return text


# What languages print in place of an id; JavaScript, Ruby and Python print objects.
NOT_IDS = ["undefined|null|None|NaN|<nil>", r"\[object .*\]", "#<.*>", "<.* object at 0x.*>"]


def check_number(user_id, index=None):
    """Node alone tells its numbers from its integers: beyond 2^53-1 they are no longer exact."""
    if isinstance(user_id, dict) and "number" in user_id and abs(float(user_id["number"])) > EXACT:
        raise Refused("integer-too-large", index)


def check_page_id(user_id, form, signer):
    """The text of an id that goes to the page."""
    check_number(form)
    text = check_user_id(user_id, signer.row)
    if text.encode() in signer.secrets:
        raise Refused("invalid-option")
    return text


def check_now(now):
    if not 0 <= now <= LATEST:
        raise Refused("timestamp-in-milliseconds" if 10**12 <= now < 10**13 else "timestamp-out-of-range")


class Own(list):
    """Secrets, to ask whether a page would show one: hex digits are the same key in either case."""

    def __init__(self, secrets, form):
        super().__init__(secrets)
        self.form = form

    def __contains__(self, shown):
        fold = bytes.lower if self.form == "hex" else bytes
        return fold(shown) in map(fold, self)


class Signer:
    """A provider's row, the secrets as they were given, and the keys that they are."""

    def __init__(self, given):
        if given["provider"] not in VENDORS:
            raise Refused("unknown-provider")
        self.row = VENDORS[given["provider"]]
        form = self.row["key"]
        self.secrets = [check_secret(given["secret"], None, form)]
        self.secrets += [check_secret(secret, index, form) for index, secret in enumerate(given.get("fallback_secrets", []))]
        self.keys = [key_of(secret, form) for secret in self.secrets]
        self.secrets = Own(self.secrets, form)
        self.timed = self.row["scheme"] == "timestamped"

    def signature(self, text, now, index=0):
        message = f"{text}-{now}" if self.timed else text
        mac = mistakes.written(hmac.digest(self.keys[index], message.encode(), "sha256"), self.row["encoding"])
        return f"{mac}-{now}" if self.timed else mac


# Operations: each takes the case's input as it stands and as values, and returns its result or raises Refused.


def run_hmac(forms, given):
    message = given["message"] if isinstance(given["message"], bytes) else given["message"].encode()
    key = given["secret"] if isinstance(given["secret"], bytes) else given["secret"].encode()
    return {"hex": hmac.new(key, message, hashlib.sha256).hexdigest()}


def run_construct(forms, given):
    Signer(given)
    return {}


def run_sign(forms, given):
    signer = Signer(given)
    check_number(forms["user_id"])
    text = check_user_id(given["user_id"], signer.row)
    check_now(given["now"])
    return {"signature": signer.signature(text, given["now"])}


def run_sign_many(forms, given):
    signer = Signer(given)
    texts = []
    for index, user_id in enumerate(given["user_ids"]):
        check_number(forms["user_ids"][index], index)
        texts.append(check_user_id(user_id, signer.row, index))
    now = need_time(signer.timed, given)
    return {"signatures": [signer.signature(text, now) for text in texts]}


def run_from_env(forms, given):
    if given["provider"] not in VENDORS:
        raise Refused("unknown-provider")
    row = VENDORS[given["provider"]]
    name = given.get("variable", Native("null"))
    name = row["variable"] if is_null(name) else name
    try:
        name = name.encode().decode() if isinstance(name, str) else name.decode()
    except UnicodeError:
        raise Refused("invalid-text") from None
    secret = forms["env"].get(name) or ""
    fallback = forms["env"].get(name + "_PREVIOUS") or ""
    signer = Signer({**given, "secret": secret, "fallback_secrets": []})
    if fallback:
        check_secret(fallback, None, row["key"])
    text = check_user_id(given["user_id"], row)
    check_now(given["now"])
    return {"signature": signer.signature(text, given["now"])}


def option(given, name, signer, default):
    seconds = given.get(name, Native("null"))
    if is_null(seconds):
        return default
    if not signer.timed:
        raise Refused("not-timestamped")
    if not 0 <= seconds <= LATEST:
        raise Refused("invalid-option")
    return seconds


def run_verify(forms, given):
    signer = Signer(given)
    check_number(forms["user_id"])
    text = check_user_id(given["user_id"], signer.row)
    max_age = option(given, "max_age", signer, 24 * 60 * 60)
    clock_skew = option(given, "clock_skew", signer, 5 * 60)
    now = given["now"]
    check_now(now)
    shown = given["signature"]
    if is_null(shown) or not shown:
        raise Refused("missing-signature")
    if isinstance(shown, bytes):
        shown = shown.decode("latin-1")
    mac, signed_at = shown, None
    if signer.timed:
        mac, separator, time = shown[:64], shown[64:65], shown[65:]
        if mistakes.mac_of(shown, signer.row["encoding"]):
            raise Refused("missing-timestamp")
        if separator != "-" or not re.fullmatch("0|[1-9][0-9]{0,10}", time):
            raise Refused("malformed-signature")
        signed_at = int(time)
    if not mistakes.mac_of(mac, signer.row["encoding"]):
        raise Refused("malformed-signature")
    matching = [index for index in range(len(signer.keys)) if signer.signature(text, signed_at, index) == shown]
    if not matching:
        raise Refused("signature-mismatch")
    if signed_at is not None and signed_at > now + clock_skew:
        raise Refused("from-the-future")
    if signed_at is not None and signed_at < now - max_age:
        raise Refused("expired")
    return {"secret_index": matching[0], "signed_at": signed_at}


def run_is_valid(forms, given):
    signer = Signer(given)
    option(given, "max_age", signer, None)
    option(given, "clock_skew", signer, None)
    check_now(given["now"])
    try:
        run_verify(forms, given)
    except Refused:
        return {"valid": False}
    return {"valid": True}


def run_explain(forms, given):
    signer = Signer(given)
    check_number(forms["user_id"])
    check_user_id(given["user_id"], signer.row)
    also = given.get("also", [])
    if len(also) > mistakes.ALSO_LIMIT:
        raise Refused("invalid-option")
    for index, form in enumerate(forms.get("also", [])):
        check_number(form, index)
        check_text(also[index], index)
    check_now(given["now"])
    shown = b"" if is_null(given["signature"]) else given["signature"]
    shown = shown.encode(errors="surrogatepass") if isinstance(shown, str) else shown
    also = [check_text(one) for one in also]
    return {"findings": mistakes.findings(signer.row, signer.keys, check_text(given["user_id"]), shown, also, given["now"])}


def page_option(given, name, form, secrets):
    """The text of a site token or a nonce, or None."""
    shown = given.get(name, Native("null"))
    if is_null(shown):
        return None
    shown = shown if isinstance(shown, bytes) else shown.encode(errors="replace")
    if not re.fullmatch(form, shown) or shown in secrets:
        raise Refused("invalid-option")
    return shown.decode()


def need_time(read, given):
    """`now`, checked. Where it is not given and would be read from the clock, no case can say what comes."""
    now = given.get("now", Native("null"))
    if not is_null(now):
        check_now(now)
    elif read:
        raise ValueError("a clock would be read: give now")
    return now


def run_snippet(forms, given):
    provider = given["provider"]
    call = VENDORS[provider]["call"] if provider in VENDORS else None
    if provider in VENDORS and call is None:
        Signer(given)
        raise Refused("no-snippet")
    signer = Signer(given)
    user_id = given.get("user_id", Native("null"))
    text = None if is_null(user_id) else check_page_id(user_id, forms["user_id"], signer)
    traits, reserved = given.get("traits", {}), signer.row["reserved"]
    if traits is NO_TRAITS or (traits if reserved is None else reserved & set(traits)):
        raise Refused("invalid-option")
    traits = canonical(traits, signer.secrets)[1:-1]
    token = page_option(given, "site_token", b"[A-Za-z0-9_-]+", signer.secrets)
    wanted = "needed" if "TOKEN" in call else "possible" if provider in LOADERS else "refused"
    if (token is None) == (wanted == "needed") and wanted != "possible":
        raise Refused("invalid-option")
    nonce = page_option(given, "nonce", b"[A-Za-z0-9+/_-]+={0,2}", signer.secrets)
    now = need_time(signer.timed and text is not None, given)

    values = {"TOKEN": f'"{token}"', "TRAITS": traits, "MORE": "," + traits if traits else ""}
    lines = [] if token is None or provider not in LOADERS else [LOADERS[provider]]
    if text is not None:
        values |= {"ID": quoted(text), "SIGNATURE": f'"{signer.signature(text, now)}"', "FIELD": f'"{id_field(signer.row, text)}"'}
        lines.append(call)
    if not lines:
        return {"html": ""}
    lines = [re.sub("|".join(values), lambda name: values[name[0]], line) for line in lines]
    tag = "<script>" if nonce is None else f'<script nonce="{nonce}">'
    return {"html": "\n".join([tag, *lines, "</script>"])}


def id_field(row, text):
    """The field of an id, which may be an e-mail."""
    return row["fields"][1 if row["signs"] == "id-or-email" and re.search("(?s).@.", text) else 0]


def run_identity(forms, given):
    signer = Signer(given)
    text = check_page_id(given["user_id"], forms["user_id"], signer)
    signed = signer.signature(text, need_time(signer.timed, given))
    return {"fields": {id_field(signer.row, text): text, signer.row["fields"][-1]: signed}}


def run_providers(forms, given):
    names = {"title": "title", "scheme": "scheme", "encoding": "encoding", "identifier": "signs", "key_form": "key", "legacy": "legacy"}
    names |= {"secret_variable": "variable", "documentation": "page"}
    return {"rows": [{"name": name} | {field: row[ours] for field, ours in names.items()} for name, row in VENDORS.items()]}


def expected(operation, forms, requires=()):
    unknown = set(forms) - set(FIELDS[operation])
    if unknown:
        raise ValueError(f"unknown field of {operation}: {sorted(unknown)[0]}")
    given = {name: value(forms[name]) for name in FIELDS[operation] if name in forms and name not in ("env", "traits")}
    if "traits" in forms:
        given["traits"] = traits_of(forms["traits"], requires)
        given = {name: given[name] for name in FIELDS[operation] if name in given}
    try:
        need_types(operation, given)
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
        if has_integers(test["input"]) and not {"integer", "big-integer", "native-types"} & set(test.get("requires", [])):
            yield f"{id}: a native integer as an id requires integer"
        if "from" in test:
            origin = by_id.get(test["from"], {"input": {}, "expect": {"error": None}})
            names = set(test["input"]) | set(origin["input"])
            differ = [name for name in names if test["input"].get(name) != origin["input"].get(name)]
            if len(differ) != 1 or "error" in origin["expect"]:
                yield f"{id}: not one field away from a case that succeeds"
        try:
            expect = expected(file["operation"], test["input"], test.get("requires", []))
        except (ValueError, KeyError) as error:
            yield f"{id}: {error}"
            continue
        if test.get("expect") != expect:
            yield f"{id}: expect is {json.dumps(test.get('expect'))}, must be {json.dumps(expect)}"


def has_integers(given):
    """Whether an id in an input is a native integer."""
    fields = [given[name] for name in ("user_id", "user_ids", "also") if name in given]
    ids = [one for field in fields for one in (field if isinstance(field, list) else [field])]
    return any(isinstance(one, int) or isinstance(one, dict) and "int" in one for one in ids)


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
        return f"    {{ {head},\n      {line('input', test['input'])},\n      {line('expect', test['expect'])} }}"

    notes = ",\n".join(f"    {line(flag, note)}" for flag, note in file["notes"].items())
    head = f'{{\n  "format": 1, {line("operation", file["operation"])},\n  "notes": {{\n{notes}\n  }},\n'
    return head + f'  "count": {len(file["tests"])},\n  "tests": [\n' + ",\n".join(map(paragraph, file["tests"])) + "\n  ]\n}\n"


def made():
    """The text of each file that is made from the table of vendors, by path."""

    def mac(key, text):
        return hmac.digest(key, text if isinstance(text, bytes) else text.encode(), "sha256")

    texts = {}
    for operation, file in shared.files(VENDORS, mistakes.written, mac):
        for test in file["tests"]:
            test["expect"] = expected(operation, test["input"], test.get("requires", []))
        texts[ROOT / f"tests/vectors/{operation}-vendors.json"] = text_of(file)
    contract = ROOT / "tests/CONTRACT.md"
    texts[contract] = with_tables(contract.read_text())
    return texts


def with_tables(text):
    """CONTRACT.md, whose tables of vendors are those of facts.py."""
    for name, table in (("signatures", signatures_table()), ("pages", pages_table())):
        begin, end = f"<!-- {name}: made by oracle.py -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = before + begin + table + end + after
    return text


def signatures_table():
    kinds = {"id": "id", "email": "e-mail", "id-or-email": "id or e-mail"}
    lines = ["| provider | signs | written in | secret | variable | recommended in place of it |", "|---|---|---|---|---|---|"]
    for name, row in VENDORS.items():
        signs = kinds[row["signs"]]
        signs += ", in lower case" * row["lower"] + " and time" * (row["scheme"] == "timestamped")
        key = {"text": "text", "hex": "hex digits"}[row["key"]]
        lines.append(f"| `{name}` | {signs} | {row['encoding']} | {key} | `{row['variable']}` | {row['legacy'] or ''} |")
    return "\n".join(lines) + "\n"


def pages_table():
    lines = ["| provider | fields of `identity` | the page's statements | no trait is called |", "|---|---|---|---|"]
    for name, row in VENDORS.items():
        *ids, signature = row["fields"]
        fields = " or ".join(f"`{field}`" for field in ids) + f", `{signature}`"
        if row["call"] is None:
            lines.append(f"| `{name}` | {fields} | `no-snippet` | |")
            continue
        call = "<br>".join(f"`{line}`" for line in row["call"].replace("MORE", ",TRAITS").split("\n"))
        reserved = row["reserved"]
        taken = "no traits" if reserved is None else ", ".join(f"`{field}`" for field in sorted(reserved)) or "any name will do"
        lines.append(f"| `{name}` | {fields} | {call} | {taken} |")
    return "\n".join(lines) + "\n"


def main(arguments):
    if arguments[:1] not in (["--check"], ["--write"]):
        sys.exit(__doc__)
    failures = cases = 0
    for path, text in () if arguments[1:] else made().items():
        if arguments[0] == "--write":
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"{path.name}: not what the table of vendors makes: python3 tests/oracle.py --write")
            failures += 1
    paths = [pathlib.Path(path) for path in arguments[1:]] or sorted((ROOT / "tests/vectors").glob("*.json"))
    named = {}
    for path in paths:
        file = json.loads(path.read_text())
        for test in file["tests"]:
            other = named.setdefault((file["operation"], test["id"]), path)
            if other != path:
                print(f"{path.name}: {test['id']}: this id stands in {other.name} too")
                failures += 1
        if arguments[0] == "--write":
            for test in file["tests"]:
                test.setdefault("expect", expected(file["operation"], test["input"], test.get("requires", [])))
            file["count"] = len(file["tests"])
            path.write_text(text_of(file))
        for complaint in lint(path, file):
            print(f"{path.name}: {complaint}")
            failures += 1
        cases += len(file["tests"])
    if core_codes() != INPUT_CODES + VERIFICATION_CODES:
        print("core/src/error.rs: its codes are not those of CONTRACT.md")
        failures += 1
    if not core_has_findings():
        print("core/src: the codes of findings are not those of mistakes.py")
        failures += 1
    print(f"{cases} cases recomputed, {failures} wrong")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
