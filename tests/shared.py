"""The cases of the rules that all vendors share, one of each for every row of facts.py.

`oracle.py --write` makes tests/vectors/*-vendors.json of them. What is particular to a vendor has a case of its own in the other files.
"""

SECRETS = {"text": "personsig-test-secret", "hex": "00112233445566778899aabbccddeeff"}
OLDER = {"text": "personsig-older-secret", "hex": "ffeeddccbbaa99887766554433221100"}
NOW = 1596165824
EMAIL, MIXED, LETTERS, ID = "ada@example.com", "Ada@EXAMPLE.com", "Zo\u00eb@\u00c9COLE.example", "123456"
IDS = {"email": EMAIL, "email-with-capitals": MIXED, "email-with-other-letters": LETTERS, "id": ID}

NOTES = {
    "Vendor": "Each rule that all vendors share, once for each of them. The cases are made from the table of vendors.",
    "Identifier": "A vendor that knows its users by e-mail signs nothing else; where it wants lower case, A to Z alone change.",
    "Encoding": "A MAC has one spelling for each vendor. Every other one is malformed, and no wrong signature.",
    "Rotation": "A fallback secret verifies.",
    "Page": "What a page says to each vendor, byte for byte, or that there is no such call.",
    "Reserved": "No trait takes the place of a field that the page's call has.",
    "Token": "Some calls carry the account's public token: there it is needed, elsewhere it is refused.",
    "Attack": "Nothing in an id leaves the string that it stands in.",
    "Table": "The rows and their order are the same everywhere; rows are only added.",
    "Mistake": "explain knows each of these whatever the vendor's encoding, key form and identifier are.",
    "Environment": "Each vendor has a variable of its own.",
}


def cases(row, written, mac):
    """(operation, ending, flags, input, requires). `mac(key, text)` is the MAC's bytes; `written(mac, encoding)`, its spelling."""
    secret, older = SECRETS[row["key"]], OLDER[row["key"]]
    timed = row["scheme"] == "timestamped"
    tail = f"-{NOW}" if timed else ""

    def key(secret):
        return bytes.fromhex(secret) if row["key"] == "hex" else secret.encode()

    def shown(text, key=key(secret), encoding=row["encoding"]):
        return written(mac(key, text + tail), encoding) + tail

    for ending, text in IDS.items():
        yield "sign", ending, ["Identifier"], {"user_id": text}, []
    yield "sign", "integer", ["Identifier"], {"user_id": 123456}, ["integer"]
    yield "sign_many", "batch", ["Vendor"], {"user_ids": [EMAIL, MIXED, EMAIL]}, []
    yield "sign_many", "batch-with-an-id", ["Identifier"], {"user_ids": [EMAIL, ID]}, []

    signed = {"user_id": EMAIL, "signature": shown(EMAIL)}
    yield "verify", "right", ["Vendor"], signed, []
    yield "verify", "of-somebody-else", ["Vendor"], {**signed, "user_id": "bob@example.com"}, []
    yield "verify", "by-a-fallback", ["Rotation"], {**signed, "fallback_secrets": [older], "signature": shown(EMAIL, key(older))}, []
    lower = MIXED.lower() if row["lower"] else MIXED
    yield "verify", "email-with-capitals", ["Identifier"], {"user_id": MIXED, "signature": shown(lower)}, []
    yield "verify", "id", ["Identifier"], {"user_id": ID, "signature": shown(ID)}, []
    for encoding in [one for one in ("hex", "base64", "base64url") if one != row["encoding"]]:
        yield "verify", f"written-in-{encoding}", ["Encoding"], {**signed, "signature": shown(EMAIL, encoding=encoding)}, []
    yield "verify", "newline-at-the-end", ["Encoding"], {**signed, "signature": shown(EMAIL) + "\n"}, []
    yield "verify", "cut", ["Encoding"], {**signed, "signature": shown(EMAIL)[:-1]}, []
    yield "verify", "max-age", ["Vendor"], {**signed, "max_age": 60}, []
    yield "is_valid", "right", ["Vendor"], signed, ["is-valid"]
    yield "is_valid", "of-somebody-else", ["Vendor"], {**signed, "user_id": "bob@example.com"}, ["is-valid"]

    explained = {
        "right": ({}, shown(EMAIL)),
        "by-a-fallback": ({"fallback_secrets": [older]}, shown(EMAIL, key(older))),
        "by-the-digits-of-the-key": ({}, shown(EMAIL, key(secret).hex().encode())),
        "swapped": ({}, written(mac((EMAIL + tail).encode(), key(secret)), row["encoding"]) + tail),
        "in-capitals": ({}, shown(EMAIL, encoding="hex").upper()),
        "of-another-identifier": ({"also": [ID]}, shown(ID)),
        "of-an-email-with-capitals": ({"user_id": MIXED}, shown(MIXED)),
        "of-nobody-known": ({}, shown("somebody-else@example.org")),
        **{f"written-in-{encoding}": ({}, shown(EMAIL, encoding=encoding)) for encoding in ("hex", "base64", "base64url")},
        "with-a-newline": ({}, shown(EMAIL) + "\n"),
        "in-quotation-marks": ({}, f'"{shown(EMAIL)}"'),
        "in-bytes-notation": ({}, f"b'{shown(EMAIL)}'"),
    }
    if row["key"] == "text":
        explained["by-a-key-with-a-newline"] = ({}, shown(EMAIL, key(secret + "\n")))
    for ending, (more, signature) in explained.items():
        yield "explain", ending, ["Mistake"], {"user_id": EMAIL, "signature": signature, **more}, []

    for ending, text in IDS.items():
        yield "identity", ending, ["Identifier"], {"user_id": text}, []

    token = {"site_token": "ab12-CD_34"} if row["call"] and "TOKEN" in row["call"] else {}
    user = {"user_id": EMAIL, **token}
    yield "snippet", "user", ["Page"], user, []
    yield "snippet", "nobody", ["Page"], token, []
    if row["call"] is None:
        yield "snippet", "nobody-and-a-bad-nonce", ["Page"], {"nonce": "<"}, []
        return
    yield "snippet", "traits", ["Page"], {**user, "traits": '{"name": "O\'Brien", "seats": 3}'}, []
    yield "snippet", "no-traits", ["Page"], {**user, "traits": "{}"}, []
    yield "snippet", "nonce", ["Page"], {**user, "nonce": "rAnd0m"}, []
    yield "snippet", "capitals", ["Identifier"], {**user, "user_id": MIXED}, []
    yield "snippet", "attack", ["Attack"], {**user, "user_id": "\"</script><!--\\'@example.com"}, []
    for field in sorted(row["reserved"] or []):
        yield "snippet", f"reserved-{slug(field)}", ["Reserved"], {**user, "traits": f'{{"{field}": "x"}}'}, []
    other = {"user_id": EMAIL} if token else {**user, "site_token": "ab12-CD_34"}
    yield "snippet", "without-its-token" if token else "with-a-token", ["Token"], other, []


def slug(field):
    return "".join("-" + letter.lower() if letter.isupper() else letter for letter in field).replace("_", "-").strip("-")


def files(vendors, written, mac):
    """Files of vectors without `expect`, by operation."""
    tests = {}
    for name, row in vendors.items():
        of_vendor = {"provider": name, "secret": SECRETS[row["key"]]}
        for operation, ending, flags, given, requires in cases(row, written, mac):
            now = {} if operation == "construct" else {"now": NOW}
            test = {"id": f"vendor-{name}-{ending}", "flags": flags, "input": {**of_vendor, **given, **now}}
            tests.setdefault(operation, []).append(test | ({"requires": requires} if requires else {}))
        env = {row["variable"]: SECRETS[row["key"]], row["variable"] + "_PREVIOUS": None}
        for ending, values in (("set", env), ("unset", dict.fromkeys(env))):
            given = {"provider": name, "env": values, "user_id": EMAIL, "now": NOW}
            tests.setdefault("from_env", []).append({"id": f"vendor-{name}-{ending}", "flags": ["Environment"], "input": given})
    tests["providers"] = [{"id": "rows", "flags": ["Table"], "input": {}}]
    for operation, cases_of_it in tests.items():
        flags = dict.fromkeys(flag for test in cases_of_it for flag in test["flags"])
        notes = {flag: {"why": NOTES[flag]} for flag in flags}
        yield operation, {"format": 1, "operation": operation, "notes": notes, "count": len(cases_of_it), "tests": cases_of_it}
