"""Writes the vectors as inputs of the fuzz targets, in the forms that src/ describes: python3 core/fuzz/seeds.py FOLDER

`corpus/` is a few of them, of every kind: python3 core/fuzz/seeds.py core/fuzz/corpus 24
"""

import hashlib
import json
import sys
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors"
TABLES = VECTORS.parents[1] / "bindings" / "cli" / "tests" / "cases" / "table.in"
SEPARATOR = b"\xff"


def raw(value):
    """A field of a vector as bytes; None for what is no string."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, dict) and "hex" in value:
        return bytes.fromhex(value["hex"])
    if isinstance(value, dict) and "integer" in value:
        return str(value["integer"]).encode()
    return str(value).encode() if type(value) is int else b""


def inputs(operation):
    for path in sorted(VECTORS.glob(f"{operation}*.json")):
        if path.stem.split("-")[0] == operation:
            yield from (case["input"] for case in json.loads(path.read_text())["tests"])


def joined(case, *names):
    fallbacks = case.get("fallback_secrets")
    also = case.get("also")
    case = {
        **case,
        "fallback": fallbacks[0] if isinstance(fallbacks, list) and fallbacks else "",
        "other": also[0] if isinstance(also, list) and also else "",
    }
    return SEPARATOR.join(raw(case.get(name)) for name in names)


def sized(text):
    return bytes([len(text)]) + text


def calls(case, names):
    """A Signer in slot 0, then one call of each kind with the vector's strings."""
    index = names.index(case["provider"]) if case.get("provider") in names else 0
    secret, identifier, signature, traits, token, nonce = (
        raw(case.get(name))[:255] for name in ("secret", "user_id", "signature", "traits", "site_token", "nonce")
    )
    return b"".join(
        [
            b"\x00" + bytes([index]) + sized(secret) + b"\0\0",
            b"\x05" + sized(identifier) + b"\0\x50",
            b"\x07\x02\0" + sized(identifier) * 2 + b"\x30",
            b"\x09" + sized(identifier) + sized(signature) + b"\0\0\0",
            b"\x0b" + sized(identifier) + sized(token) + sized(nonce) + sized(traits) + b"\0\x80",
            b"\x0d" + sized(identifier) + b"\0\x80",
            b"\x03" + sized(secret) + sized(identifier) + b"\x04" + sized(identifier),
            b"\x02",
        ]
    )


def seeds():
    order = next(iter(json.loads((VECTORS / "providers-vendors.json").read_text())["tests"]))["expect"]["rows"]
    names = [row["name"] for row in order]
    for case in inputs("verify"):
        yield "parse", joined(case, "provider", "signature")
        yield "verify", joined(case, "provider", "now", "secret", "fallback", "user_id", "signature")
        yield "c_abi", calls(case, names)
    for case in inputs("sign"):
        yield "verify", joined(case, "provider", "now", "secret", "fallback", "user_id", "signature")
    for case in inputs("explain"):
        yield "explain", joined(case, "provider", "now", "secret", "user_id", "other", "signature")
    for case in inputs("snippet"):
        yield "snippet", joined(case, "provider", "now", "user_id", "site_token", "nonce", "traits")
        yield "traits", raw(case.get("traits"))
        yield "c_abi", calls(case, names)
    for path in sorted(TABLES.glob("*.csv")):
        yield "table", b"id" + SEPARATOR + path.read_bytes()
    for table in [
        b'id,n\r\n1,"a""b"\r\n"2",\r\n',
        b"\xef\xbb\xbfn,id\na,1\n\n,2",
        b'id\n"a\nb"\n',
        b"id\n\r42\n",
        b'id,"x\n1,2\n',
        b'"id",n\n1,=1\n',
        b"n,id\n1,\xc3\xa9\n2,\xe2\x82\xac\n",
    ]:
        yield "table", b"id" + SEPARATOR + table


def main(folder, most=None):
    kinds = {}
    for target, data in seeds():
        if len(data) <= 2048:
            kinds.setdefault(target, {})[hashlib.sha1(data).hexdigest()[:16]] = data
    for target, files in kinds.items():
        names = list(files)
        step = max(1, len(names) // int(most)) if most else 1
        (Path(folder) / target).mkdir(parents=True, exist_ok=True)
        for name in names[::step]:
            (Path(folder) / target / name).write_bytes(files[name])


if __name__ == "__main__":
    main(*sys.argv[1:])
