"""Makes mistakes at random, and compares what the core and the oracle say of them.

    python3 tests/compare.py [CASES [SEED]]     1,000 cases of the seed 1, unless others are given

Each case takes a secret and an id, makes up to three mistakes the way a program makes them, and sometimes damages the result. `make
test` runs a few; a change of `explain` is tried with 100,000. Standard library only; the Rust adapter must be built. Whatever differs
is printed as a case for tests/vectors/explain.json.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import unicodedata
import urllib.parse

import mistakes
import oracle
from facts import VENDORS

ADAPTER = pathlib.Path(__file__).resolve().parent.parent / "target/release/examples/adapter"
TIMED = [name for name, row in VENDORS.items() if row["scheme"] == "timestamped"]
COMMON = {"signs": "id", "lower": False, "scheme": "plain", "encoding": "hex", "key": "text"}
OTHERS = [name for name, row in VENDORS.items() if row["scheme"] == "plain" and any(row[field] != COMMON[field] for field in COMMON)]
NOW = 1596165824
BLANKS = [" ", "\n", "\r\n", "\t", "\u00a0", "  "]


class Maker:
    """Cases of one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def one_of(self, *choices):
        """One of them; what is a function is called."""
        choice = self.random.choice(choices)
        return choice() if callable(choice) else choice

    def letters(self, length, alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"):
        return "".join(self.random.choice(alphabet) for _ in range(length))

    # What is signed, and with what.

    def provider(self):
        """Any, but those with rules of their own more often."""
        return self.one_of(*VENDORS) if self.chance(30) else self.one_of(*self.one_of(TIMED, OTHERS))

    def secret(self, form):
        """Of the kinds that vendors issue, and odd ones."""
        size = self.one_of(8, 16, 20, 24, 32, 40)
        raw = self.random.randbytes(size)
        if form == "hex" and not self.chance(2):
            return self.one_of(raw.hex(), raw.hex(), raw.hex(), raw.hex().upper(), self.mixed(raw.hex()))
        return self.one_of(
            "personsig-test-secret",
            raw.hex(),
            raw.hex().upper(),
            base64.b64encode(raw).decode(),
            base64.urlsafe_b64encode(raw).decode().rstrip("="),
            self.letters(size),
            self.letters(size, "abc=+/-_$#.:"),
            self.letters(size, "abcdef0123456789gxyz"),
            lambda: (
                self.one_of("sk_", "whsec_", "iv_", "sha256=", "base64:", "Bearer ", "secret_", *mistakes.RARE_PREFIXES)
                + self.letters(size)
            ),
            lambda: self.letters(4) + self.one_of("#", "$", "$$", "=", "==", " ", "$NAME", "${NAME}", "$1", " x ") + self.letters(6),
            lambda: f"cl\u00e9-{self.letters(6)}-\u20ac",
            {"hex": raw.hex()},
            {"hex": (raw + b"\xff\n").hex()},
            self.letters(self.one_of(63, 64, 65, 127, 128, 129)),
            self.letters(self.one_of(1023, 1024, 1025)) if self.chance(10) else self.letters(7),
        )

    def mixed(self, text):
        return "".join(self.one_of(c, c.upper()) for c in text)

    def email(self):
        name = self.one_of(
            "Ada",
            "ada",
            "grace.hopper",
            "o\u2019hara",
            "o'hara",
            "j+x",
            "j+x+y",
            "+x",
            "ZO\u00cb",
            lambda: self.letters(self.one_of(3, 9, 40)),
        )
        return name + "@" + self.one_of("Example.com", "example.com", "x.y", "B\u00fccher.example", "EXAMPLE.ORG")

    def identifier(self, signs="id"):
        if signs == "email" and not self.chance(3) or signs == "id-or-email" and self.chance(50):
            return self.email()
        number = self.random.randrange(10 ** self.random.randint(1, 20))
        unique = "".join(self.random.choice("0123456789abcdef") for _ in range(32))
        unique = f"{unique[:8]}-{unique[8:12]}-{unique[12:16]}-{unique[16:20]}-{unique[20:]}"
        mail = self.email()
        return self.one_of(
            str(number),
            str(self.random.randrange(1000)),
            str(-number),
            f"{number}.0",
            f"00{number}",
            self.one_of("", "-") + str(self.random.randrange(10 ** self.random.randint(15, 40))),
            self.in_base64(self.one_of(f"User:{number}", f"gid://shop/User/{number}", str(number), mail, "Jos\u00e9", "a\tb", "a:")),
            f"{number}e3",
            unique,
            self.one_of(unique.upper(), unique.replace("-", ""), "{" + unique + "}", "urn:uuid:" + unique),
            mail,
            mail.upper(),
            "email:" + mail,
            self.one_of("user_", "User:", "auth0|", "gid://shop/User/", "users/", "a-b_c.", "#") + str(number),
            self.one_of('"%s"', "'%s'", 'ObjectId("%s")', "Some(%s)", '{"id":%s}', "{:id=>%s}", "b'%s'", " %s", "%s\u00a0") % number,
            self.one_of(
                "Jos\u00e9",
                "Jose\u0301",
                "\u00c5ngstr\u00f6m",
                "\u5f20\u4f1f",
                "\U0001f600",
                "\u0130stanbul",
                "a&b<c>\"d'",
                "a%20b+c/d",
                "x&amp;y",
                "it's <\u00e9>+\\",
                "\U0001f600'\"",
            ),
            self.letters(self.one_of(1, 10, 20, 30, 40, 44, 45, 54, 55, 56, 100, 116, 117, 118, 127, 128, 129)),
            self.letters(self.one_of(1000, 1024, 1025)) if self.chance(10) else self.letters(3),
        )

    def in_base64(self, text):
        encoded = self.random.choice([base64.b64encode, base64.urlsafe_b64encode])(text.encode()).decode()
        return self.one_of(encoded, encoded.rstrip("="), encoded[:-1])

    # How a MAC is written.

    def written(self, mac):
        digits = mac.hex()
        pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
        signed = [byte - 256 if byte > 127 else byte for byte in mac]
        latin = mac.decode("latin-1")
        encoded = self.random.choice([base64.b64encode, base64.urlsafe_b64encode])
        size = self.one_of(2, 4, 8, 16)
        return self.one_of(
            digits,
            digits,
            digits,
            digits.upper(),
            self.mixed(digits),
            lambda: self.one_of("-", ":", " ", ", ", "\n", ".").join(digits[at : at + size] for at in range(0, len(digits), size)),
            lambda: self.one_of("-", ":", " ").join(pair.upper() for pair in pairs),
            lambda: self.one_of(", ", " ", ",").join(self.one_of("0x", "0X", "x") + pair for pair in pairs),
            "".join("\\x" + pair for pair in pairs),
            " ".join(pair + "h" for pair in pairs),
            "".join(f"{byte:x}" for byte in mac),
            self.one_of(":", " ", "-").join(f"{byte:x}" for byte in mac),
            "".join(f"{int.from_bytes(mac[at : at + size // 2], 'big'):x}" for at in range(0, len(mac), size // 2)),
            digits.lstrip("0"),
            digits.lstrip("0").upper(),
            "".join(f"{byte & 0xFFFFFFFF:x}" for byte in signed),
            "".join(f"{byte & 0xFFFFFFFF:02x}" for byte in signed),
            " ".join(f"{byte & 0xFFFFFFFF:02x}" for byte in signed),
            "".join(f"{byte + 256:x}" for byte in mac),
            mistakes.written(mac, "base64"),
            mistakes.written(mac, "base64url"),
            encoded(mac).decode(),
            encoded(mac).decode().rstrip("="),
            encoded(mac).decode() + self.one_of(*BLANKS),
            "\n".join(re.findall(".{1,20}", encoded(mac).decode())),
            encoded(mac).decode().replace("+", " "),
            encoded(digits.encode()).decode(),
            encoded(base64.b64encode(mac)).decode(),
            digits.encode().hex(),
            base64.b64encode(mac).hex(),
            lambda: self.one_of(", ", ",", " ", "-", "\n", ";").join(str(byte) for byte in self.one_of(mac, signed)),
            lambda: self.one_of("[%s]", "{%s}", "(%s)", "%s") % self.one_of(", ", ",", " ").join(str(b) for b in self.one_of(mac, signed)),
            json.dumps({"type": "Buffer", "data": list(mac)}),
            json.dumps(dict(enumerate(mac))),
            str(int.from_bytes(mac, "big")),
            str(int.from_bytes(mac, "big", signed=True)),
            f"{int.from_bytes(mac, 'big', signed=True):x}",
            f"{int.from_bytes(mac, 'big', signed=True):X}",
            latin,
            "".join(chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes([byte]).decode("cp1252") for byte in mac),
            mac.decode(errors="replace"),
            mac.decode("ascii", "replace"),
            "".join(c if c.isascii() else "?" for c in latin),
            str(mac),
            '"' + "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else f"\\x{ord(c):02X}" for c in latin) + '"',
            json.dumps(latin),
            "".join(f"%{byte:02X}" for byte in mac),
            "".join(f"&#{self.one_of(ord(c), f'x{ord(c):x}')};" for c in digits),
            lambda: self.dump(mac),
            lambda: self.one_of(base64.b32encode(mac).decode(), base64.b32encode(mac).decode().rstrip("=").lower()),
            "".join(pair[::-1] for pair in pairs),
            "".join(reversed(pairs)),
            lambda: self.one_of(" ", "", ":", "\n").join(f"{byte:08b}" for byte in mac),
            lambda: self.one_of(" ", "", "\\", ",").join(f"{byte:03o}" for byte in mac),
            lambda: "%s(%d) [ %s ]" % (self.one_of("Uint8Array", "array"), len(mac), ", ".join(str(byte) for byte in mac)),
            lambda: (
                f"array({len(mac)}) {{" + "".join(f"[{at}]=>int({byte})" for at, byte in enumerate(mac, self.random.randrange(3))) + "}"
            ),
            str(bytearray(mac)),
            digits[: self.random.randint(1, len(digits))],
            base64.b64encode(mac).decode()[: self.random.randint(20, 44)],
        )

    def dump(self, mac):
        lines, style = [], self.random.randrange(6)
        for at in range(0, len(mac), 16):
            row = mac[at : at + 16]
            text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
            by_one = " ".join(f"{byte:02x}" for byte in row)
            by_two = " ".join(f"{int.from_bytes(row[at : at + 2], 'big'):04x}" for at in range(0, len(row), 2))
            named = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
            by_name = "".join(f"{named.get(byte) or (chr(byte) if 32 <= byte < 127 else f'{byte:03o}'):>4}" for byte in row)
            octal = " ".join(f"{byte:03o}" for byte in row)
            forms = [f"{at:08x}: {by_two}  {text}", f"{at:08x}  {by_one[:23]}  {by_one[24:]}  |{text}|", f"{at:07o} {by_one}"]
            lines.append([*forms, f"{at:07o}{by_name}", by_name, f"{at:07o} {octal}"][style])
        return "\n".join([*lines, f"{len(mac):08x}"][: self.random.randint(2, 9)]) + "\n"

    def dressed(self, text):
        """With what a program, a template or a person puts round it."""
        return self.one_of(
            lambda: self.one_of("0x", "sha256=", "SHA2-256(stdin)= ", "(stdin)= ", "HMAC: ", "\\x", "v1=", "x", "\ufeff") + text,
            lambda: text + self.one_of("  -", " *stdin", "\n", " ", ";", ".", " \u2013", "=", "%0A", "\\n", "&"),
            lambda: (
                self.one_of('"%s"', "'%s'", "`%s`", "\u201c%s\u201d", "&quot;%s&quot;", "<%s>", "%%22%s%%22", '\\"%s\\"')
                .replace("%s", text)
                .replace("%%", "%")
            ),
            lambda: self.one_of("b'%s'", 'Some("%s")', "Optional[%s]", "['%s']", "[%s]", '{"signature":"%s"}', "('%s',)").replace(
                "%s", text
            ),
            html.escape(text),
            urllib.parse.quote(text),
            urllib.parse.quote_plus(text),
            json.dumps(text),
            base64.b64encode(text.encode()).decode(),
            text.encode().hex(),
            text.upper(),
        )

    def damaged(self, text):
        at = self.random.randrange(len(text) + 1)
        return self.one_of(
            text[:at],
            text[at:],
            text[:at] + text[at + 1 :],
            text[:at]
            + self.one_of("0", "a", "G", "-", " ", "=", "1", "\u00e9", "\ufffd", ",", "%", "&", "\\")
            + text[at + self.one_of(0, 1) :],
            text + text,
            text + " " + text,
            text[::-1],
        )

    # A case.

    def made(self, key, message, identifier, plain):
        """The bytes that a program at fault computes."""
        if plain:
            return hmac.digest(key, message, "sha256")
        wide = key + message
        wide = wide.decode("utf-8", "replace").encode("utf-16-le")
        joined = self.one_of(b"", b":", b"-", b".", b"_", b"|", b" ", b"+")
        hashed = self.one_of(key, identifier, key + joined + message, message + joined + key, key + joined + identifier)
        digits = hmac.digest(key, message, "sha256").hex().encode()
        if self.chance(20):
            key, identifier = self.one_of((key + b"\n", identifier), (key, identifier + b"\n"))
            hashed = self.one_of(key, identifier, key + joined + identifier, identifier + joined + key)
            hashed = self.one_of(hashed, hashed + message[len(identifier.rstrip(b"\n")) :])
            return hashlib.new(self.one_of("md5", "sha1", "sha256", "sha512"), hashed).digest()
        return self.one_of(
            hmac.digest(self.one_of(message, identifier), key, self.one_of("md5", "sha1", "sha224", "sha384", "sha512")),
            hmac.digest(key, message, self.one_of("md5", "sha1", "sha224", "sha384", "sha512")),
            hashlib.new(self.one_of("md5", "sha1", "sha256", "sha512"), hashed).digest(),
            hmac.digest(message, key, "sha256"),
            hmac.digest(identifier, key + message[len(identifier) :], "sha256"),
            hmac.digest(identifier, key, "sha256"),
            hmac.digest(key, message, self.one_of("sha384", "sha512"))[:32],
            hashlib.new(self.one_of("md5", "sha1", "sha256", "sha512"), wide).digest(),
            self.one_of(message, identifier) + hmac.digest(key, b"", "sha256"),
            hmac.digest(key, digits + message[len(identifier) :], "sha256"),
        )

    def timed(self, shown, time):
        """Not as it should be."""
        return self.one_of(
            lambda: (
                shown + self.one_of(".", ":", "_", "", " - ", " -", "- ", "--", " ", "|", "/", " \u2013 ", "\u2013-", "&t=", ";ts=") + time
            ),
            lambda: time + self.one_of("-", ".", ":", " - ", "", ",v1=", " ") + shown,
            shown,
            f"{shown}-{time}"[: -self.random.randint(1, 10)],
            f"t={time},v1={shown}",
            lambda: json.dumps({"signature": shown, "time": int(time) if time.isdecimal() else time}),
            f"{shown}-{time}" + self.one_of(*BLANKS, ";", ".5"),
            f"{shown}-" + self.one_of("undefined", "null", "None", "nil", "NaN", "false", "", "true", "0", "Null"),
            base64.b64encode(f"{shown}-{time}".encode()).decode(),
        )

    def times(self, plain):
        """(what is signed, what is sent)"""
        time = NOW + self.one_of(0, 0, self.random.randint(-9, 9), self.random.randint(-310, 310))
        if plain:
            return str(time), str(time)
        units = self.random.choice(
            [
                *mistakes.other_units(time),
                *mistakes.moments(time + 7200, 120),
                f"{time}{self.random.randrange(1000):03}",
                f"{time}.{self.random.randrange(1000)}",
                f"{time}.{self.random.randrange(1000):03}",
            ]
        )
        near = str(time + self.random.randint(-65, 65))
        zone = str(time + self.random.choice(mistakes.ZONES) * self.one_of(60, -60))
        later = [f"{time}{thousandths}" for thousandths in (self.random.randint(100, 170), self.random.randint(100, 170))]
        return self.random.choice(
            [(units, units), (units, str(time)), (str(time), units), (near, str(time)), (str(time), near), (zone, str(time)), tuple(later)]
        )

    def wrong_key(self, key, secret, variable):
        if secret != key and self.chance(40):
            # The digits of a key, not decoded.
            once, twice = [secret, secret, secret.lower(), secret.upper()], lambda: self.wrong_key(secret, secret, variable)
            return self.one_of(*once, secret + b"\n", twice)
        made = [one for _, one in mistakes.wrong_keys(key, variable)]
        made += [key[:-1], key[1:], key[: len(key) // 2], key.lower(), key.upper(), key + b"x", key.split(b"-")[0]]
        rare = {}
        for codes, one in mistakes.rare_keys(key, variable):
            rare.setdefault(*codes, []).append(one)
        nothing = [mistakes.EMPTY, [*mistakes.placeholders(variable)], [*mistakes.rare_placeholders(variable)]]
        return self.one_of(
            lambda: self.random.choice(made),
            lambda: self.random.choice(made),
            lambda: self.random.choice(self.random.choice([*rare.values(), made])),
            lambda: self.random.choice([one for _, one in mistakes.twice_wrong_keys(key, variable)] or made),
            lambda: self.random.choice(["", *self.random.choice(nothing)]).encode(),
        )

    def other_form(self, identifier):
        """As it is signed by mistake: one of a kind, then one of the kind's."""
        made = {}
        for one in mistakes.forms(identifier, ""):
            made.setdefault((*one.codes, one.searched), []).append(one.signed)
        other = [identifier[:-1], identifier + "x", unicodedata.normalize("NFKC", identifier), identifier.title()]
        return self.random.choice(self.random.choice([*made.values(), [one.encode() for one in other]]))

    def case(self):
        provider = self.provider()
        row = VENDORS[provider]
        timed = row["scheme"] == "timestamped"
        secret = self.secret(row["key"])
        fallbacks = [self.secret(row["key"]) for _ in range(self.one_of(1, 1, 2, 9))] if self.chance(15) else []
        user_id = self.identifier(row["signs"])
        also = [self.identifier() for _ in range(self.one_of(1, 1, 2, 3, 16))] if self.chance(40) else []
        kinds = ["key", "key", "id", "id", "other", "writing", "writing", "dress", "construction", "times", "time", "capitals"]
        wrong = set(self.random.sample(kinds, self.one_of(0, 1, 1, 1, 1, 2, 2, 2, 3)))
        secrets = [oracle.value(one) for one in [secret, *fallbacks]]
        secrets = [one.encode() if isinstance(one, str) else one for one in secrets]
        chosen = secrets[0] if self.chance(80) else self.random.choice(secrets)
        is_digits = row["key"] == "hex" and re.fullmatch(b"([0-9A-Fa-f]{2})+", chosen)
        key = bytes.fromhex(chosen.decode()) if is_digits else chosen
        identifier = self.random.choice(also) if also and "other" in wrong else user_id
        if "capitals" not in wrong:
            identifier = mistakes.as_sent(row, identifier)
        if "key" in wrong and len(key) <= 1024:
            key = self.wrong_key(key, chosen if is_digits else key, row["variable"])
        signed = self.other_form(identifier) if "id" in wrong and len(identifier) <= 1024 else identifier.encode()
        signed_at, time = self.times(not timed or "times" not in wrong)
        message = signed + f"-{signed_at}".encode() if timed else signed
        if timed and "times" in wrong and self.chance(20):
            mark = self.random.choice(mistakes.SEPARATORS).encode()
            message = self.one_of(signed + mark + time.encode(), time.encode() + mark + signed)
        mac = self.made(key, message, signed, "construction" not in wrong)
        shown = self.written(mac) if "writing" in wrong else mistakes.written(mac, row["encoding"])
        if "dress" in wrong and self.chance(40):
            shown = self.dressed(shown)
        if "time" in wrong:
            shown = self.timed(shown, time)
        elif timed:
            shown = f"{shown}-{time}"
        if "dress" in wrong:
            shown = self.dressed(shown)
        if self.chance(4):
            shown = self.damaged(shown)
        if self.chance(1):
            shown, user_id = user_id, shown
        if self.chance(1):
            shown = self.one_of(
                user_id, "", "undefined", "$2y$10$abcdefghijklmnopqrstuv", "https://x.y/z", "a.b@c.d", "1", "eyJh.b.c", "hello"
            )
        if self.chance(1):
            own = [one for one in [secret, *fallbacks] if isinstance(one, str)]
            marked = [mark + "signature" for mark in ("{{", "${", "<%", "#{", "$", "{", "#")]
            shown = self.one_of("", "\n", "x") + self.random.choice([*own, *own, *marked]) + self.one_of("", "\n ", "}")
        given = {
            "provider": provider,
            "secret": secret,
            "fallback_secrets": fallbacks,
            "user_id": user_id,
            "signature": shown,
            "also": also,
        }
        return {**{name: one for name, one in given.items() if one != []}, "now": NOW}


def main(arguments):
    count, seed = [int(one) for one in [*arguments, *("1000", "1")[len(arguments) :]]]
    maker, differing, named = Maker(seed), 0, 0
    core = subprocess.Popen([os.environ.get("ADAPTER", str(ADAPTER))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
    for number in range(count):
        given = maker.case()
        core.stdin.write(json.dumps({"cmd": "run", "seq": number, "operation": "explain", "input": given}) + "\n")
        core.stdin.flush()
        expected = oracle.expected("explain", given)
        answer = json.loads(core.stdout.readline())
        said = answer["result"] if "result" in answer else {name: one for name, one in answer.items() if name != "seq"}
        named += said.get("findings", ["no-known-mistake"]) != ["no-known-mistake"]
        if said != expected:
            differing += 1
            print(json.dumps({"case": number, "core": said, "oracle": expected, "input": given}))
    core.stdin.write('{"cmd":"stop"}\n')
    core.stdin.close()
    core.wait()
    print(f"{count} random mistakes: {named} named, {differing} differ")
    return 1 if differing or not named else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
