"""What `explain` must find: every mistake that people are known to make, tried on the signature that was shown.

Used by oracle.py. Standard library only; it shares no code with the core, and must not: two readings of one text are the test.
A *claim* is a hypothesis in its simplest form: these digits begin the HMAC, with this hash, of this message. Claims know nothing
of keys; a single mistake is a claim that a secret makes true, or the right claim made true by a wrong key; a pair is both.
"""

import base64
import collections
import datetime
import hashlib
import hmac
import html
import json
import math
import re
import string
import unicodedata
import urllib.parse

# In the order in which they are reported.
CODES = """valid valid-with-fallback expired from-the-future time-zone missing-signature signature-is-the-id not-a-signature
    swapped-id-and-signature     other-identifier wrong-scheme empty-key placeholder-key padded-key quoted-key prefixed-key
    hex-key base64-key key-cut key-charset
    key-hashed     swapped-key-and-message no-hmac wrong-call timestamp-missing timestamp-not-sent timestamp-not-signed
    timestamp-differs timestamp-unit
    timestamp-separator lost-leading-zeros upper-case other-encoding decorated truncated other-hash id-padded id-case id-quoted
    id-escaped id-normalised id-charset id-number-format id-not-text id-form no-known-mistake""".split()

LATEST = 99999999999
MAX_AGE, CLOCK_SKEW = 24 * 60 * 60, 5 * 60
ALSO_LIMIT = 16  # elements
LONG = 1024  # bytes of an id, a signature, a secret: beyond, no hypotheses are made of it
LONG_MESSAGE = 128  # bytes: beyond, it is not tried with every time
PAIRED_MESSAGE = 55  # bytes: beyond, it is not tried in pairs
SECRETS = 8  # how many secrets hypotheses are tried with

# Minutes east of Greenwich.
ZONES = [*range(60, 841, 60), 150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825]

# What a host prints round a text: before, after.
WRAPPINGS = [
    ("b'", "'"),
    ('b"', '"'),
    ("u'", "'"),
    ('Some("', '")'),
    ("Some(", ")"),
    ('Ok("', '")'),
    ('Just "', '"'),
    ('Optional("', '")'),
    ("Optional[", "]"),
    ('Signature("', '")'),
    ('["', '"]'),
    ("['", "']"),
    ("[", "]"),
    ('("', '")'),
    ("('", "',)"),
    ('string(64) "', '"'),
    ('string(75) "', '"'),
    ('{"signature":"', '"}'),
    ('{"uid_hash":"', '"}'),
]
NOT_SIGNATURES = "Array Object undefined null NULL None nil NaN true false True False".split()
NOT_SIGNATURES_START = ["<", "[object ", "[B@", "{", "function ", "Error", "Traceback"]

PLACEHOLDERS = [
    "[object Object]",
    "Secure Mode Secret",
    *"""undefined null NULL None none nil NaN false False true True mysecret my_secret
    my-secret MY_SECRET changeme change_me CHANGEME secret Secret SECRET secret_key SECRET_KEY YOUR_SECRET your_secret your-secret
    YOUR_SECRET_KEY YOUR_SECURE_MODE_SECRET GOSQUARED_SECURE_MODE_SECRET CHAMELEON_VERIFICATION_SECRET password test xxx 0 1
    .env secret.txt secret.key secret.pem /run/secrets/secret $SECRET $GOSQUARED_SECURE_MODE_SECRET
    $CHAMELEON_VERIFICATION_SECRET""".split(),
]
PADS = ["\n", "\r\n", " ", "\t", "\ufeff", "\xa0", "\u200b", "\u2060", "\r"]
MARKS = ['""', "''", "``", "\u201c\u201d", "\u2018\u2019", "\xab\xbb", "\u201e\u201c"]
KEY_PREFIXES = ["whsec_", "sk_", "Bearer ", "sha256=", "sk_live_", "sk_test_", "secret_", "base64:", "hex:"]
NOT_IDS = ["", *"null NULL undefined None nil NaN false true False True Array Object 0".split(), "[object Object]", "[object Promise]"]

# What HTML escapes make of the two quotes, and what is undone.
QUOTES = ["\" '", "&quot; '", "&quot; &#39;", "&quot; &#039;", "&quot; &#x27;", "&quot; &apos;", "&#34; &#39;"]
ENTITIES = dict(zip("&amp; &lt; &gt; &quot; &#34; &#39; &#039; &#x27; &apos;".split(), "& < > \" \" ' ' ' '".split()))
# What URL escapes leave alone beside letters and digits; and those that write a space as a plus.
URL_SAFE, URL_SAFE_WITH_PLUS = ["-_.~", "-_.!~*'()", "-_.~/", ";,/?:@&=+$-_.!~*'()#"], ["-_.", "-_.~", "-_.*"]

HASHES = {32: "md5", 40: "sha1", 56: "sha224", 96: "sha384", 128: "sha512"}
DECORATIONS = [
    ("0x", ""),
    ("0X", ""),
    ("\\x", ""),
    ("sha256=", ""),
    ("SHA256=", ""),
    ("sha256:", ""),
    ("hmac-sha256=", ""),
    ("(stdin)= ", ""),
    ("SHA2-256(stdin)= ", ""),
    ("SHA256(stdin)= ", ""),
    ("HMAC-SHA2-256(stdin)= ", ""),
    ("HMAC-SHA256(stdin)= ", ""),
    ("", "  -"),
    ('"', '"'),
    ("'", "'"),
    ("`", "`"),
    ("\u201c", "\u201d"),
]
SEPARATORS = [".", ":", "_", "", " - ", "- ", " -", "--", " ", "|", "/"]
APART = 60  # seconds between two readings of the clock, at most

TIME = "(?:0|[1-9][0-9]{0,10})"
BLANK = "\t\n\v\f\r \xa0\ufeff\u200b\u2060\u3000"


# The forms of a signature.


def split(scheme, text):
    """The digits and the tail that holds the time."""
    at = text.rfind("-") if scheme == "timestamped" else -1
    return (text, "") if at < 0 else (text[:at], text[at:])


def time_of(scheme, tail):
    """The time in a tail; None where the tail is wrong."""
    if scheme == "plain":
        return "" if tail == "" else None
    return tail[1:] if re.fullmatch("-" + TIME, tail) else None


def is_hex(text, least, most=None):
    return bool(re.fullmatch(f"[0-9a-f]{{{least},{most or least}}}", text))


def parse(scheme, text):
    """(digits, time) of the strict form, or None."""
    body, tail = split(scheme, text)
    time = time_of(scheme, tail)
    return (body, time) if is_hex(body, 64) and time is not None else None


def signed(scheme, identifier, time):
    """The message for an identifier (text or bytes)."""
    identifier = identifier.encode() if isinstance(identifier, str) else identifier
    return identifier if scheme == "plain" else identifier + b"-" + time.encode()


def inside_of(pairs, text):
    """What is inside the first pair that stands round it, or None."""
    for before, after in pairs:
        if text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after):
            return text[len(before) : len(text) - len(after)]
    return None


def shape(scheme, shown):
    """(is it not a signature, what is inside or None), of bytes read as Latin-1."""
    text = shown.strip("\t\n\f\r ")
    inside = inside_of(WRAPPINGS, text)
    if inside is None and scheme == "timestamped":
        body, tail = split(scheme, text)
        inside = inside_of(WRAPPINGS, body)
        inside = inside and inside + tail
    json_web_token = text.startswith("eyJ") and text.count(".") == 2
    return bool(inside or json_web_token or text in NOT_SIGNATURES or text.startswith(tuple(NOT_SIGNATURES_START))), inside


# Variants of keys and ids.


def quoted(text):
    """Without the quotes round it."""
    return [text[1:-1]] if len(text) > 2 and text[0] + text[-1] in MARKS else []


def in_marks(text):
    return [marks[0] + text + marks[1] for marks in MARKS]


def padded(text):
    """With white space or a byte order mark at an end."""
    for pad in PADS:
        yield from (pad + text, text + pad, pad + text + pad)


def stripped(text):
    yield from (text.lstrip(BLANK), text.rstrip(BLANK), text.strip(BLANK))


def unbase64(text):
    """The bytes of base64 in either alphabet, whatever its padding, or None."""
    digits = re.fullmatch("([A-Za-z0-9+/_-]*)={0,2}", text)
    if not digits or len(digits[1]) % 4 == 1:
        return None
    return base64.b64decode(digits[1].replace("-", "+").replace("_", "/") + "=" * (-len(digits[1]) % 4))


def unhex(text):
    return bytes.fromhex(text) if re.fullmatch("(?:[0-9A-Fa-f]{2})*", text) else None


def key_charsets(secret):
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return []
    little, big = text.encode("utf-16-le"), text.encode("utf-16-be")
    return [little, big, b"\xff\xfe" + little, b"\xfe\xff" + big, text.encode("latin-1", "replace"), secret.decode("latin-1").encode()]


def wrong_keys(secrets):
    """(code, key): what was taken for the secret."""
    yield "empty-key", b""
    for placeholder in PLACEHOLDERS:
        yield "placeholder-key", placeholder.encode()
    for secret in secrets:
        if len(secret) > LONG:
            continue
        # A secret need not be text: bytes that are not UTF-8 travel as lone surrogates.
        text = secret.decode(errors="surrogateescape")
        standard, url = base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()
        made = {
            "padded-key": [*padded(text)],
            "quoted-key": [*in_marks(text), f"b'{text}'", f'b"{text}"'],
            "prefixed-key": [
                *(prefix + text for prefix in KEY_PREFIXES),
                *(text[len(prefix) :] for prefix in KEY_PREFIXES if text.startswith(prefix)),
            ],
            "hex-key": [secret.hex(), secret.hex().upper(), unhex(text)],
            "base64-key": [standard, url, standard.rstrip("="), url.rstrip("="), unbase64(text)],
            "key-cut": [*(re.split(mark, text)[0] for mark in ("#", r"\$", "=", "[\t\n\f\r ]")), text.replace("$$", "$")],
            "key-charset": key_charsets(secret),
            "key-hashed": [
                form
                for name in ("md5", "sha1", "sha256", "sha512")
                for digest in [hashlib.new(name, secret)]
                for form in (digest.digest(), digest.hexdigest())
            ],
        }
        for code, keys in made.items():
            for key in keys:
                key = key.encode(errors="surrogateescape") if isinstance(key, str) else key
                if key and key != secret:
                    yield code, key


def escapes(text):
    ampersands = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for quotes in QUOTES:
        double, single = quotes.split()
        yield ampersands.replace('"', double).replace("'", single)
    for kept in [*URL_SAFE, *(safe + " " for safe in URL_SAFE_WITH_PLUS)]:
        kept += string.ascii_letters + string.digits
        yield "".join(chr(byte) if chr(byte) in kept else f"%{byte:02X}" for byte in text.encode()).replace(" ", "+")
    yield re.sub("|".join(ENTITIES), lambda entity: ENTITIES[entity[0]], text)
    for form in (text, text.replace("+", " ")):
        yield re.sub(b"%([0-9A-Fa-f]{2})", lambda digits: bytes.fromhex(digits[1].decode()), form.encode())


def number_formats(text):
    """The same number, written otherwise."""
    if len(text.encode()) > 40:
        return
    whole = re.fullmatch("(-?)(0|[1-9][0-9]*)", text)
    if whole:
        sign, digits = whole.groups()
        nearest = float(digits)
        shortest = next(form for places in range(17) if float(form := f"{nearest:.{places}e}") == nearest)
        yield from (text + ".0", text + ".00")
        yield from (sign + "0" * zeros + digits for zeros in range(1, 21 - len(digits)))
        if len(digits) > 3:
            yield from (sign + f"{int(digits):,}".replace(",", mark) for mark in ",. ")
        exponent = int(shortest.split("e")[1])
        for form in (f"{nearest:.0f}", shortest.split("e")[0].replace(".", "").ljust(exponent + 1, "0")):
            yield from (sign + form, sign + form + ".0")
        for form in (shortest, f"{nearest:.5e}") if nearest else ():
            mantissa, exponent = form.split("e")
            first, rest = sign + mantissa[0], mantissa[2:].rstrip("0")
            for mantissa in [f"{first}.{rest}"] if rest else [first, first + ".0"]:
                yield from (f"{mantissa}{mark}{int(exponent)}" for mark in ("e", "E", "e+", "E+"))
                yield from (f"{mantissa}{mark}{int(exponent):02}" for mark in ("e+", "E+"))
    elif re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text):
        number = float(text)
        if math.isfinite(number) and number.is_integer() and abs(number) < 1e21:
            yield f"{number:.0f}"
        if re.fullmatch("-?[0-9]+", text):
            yield re.sub("^(-?)0+(?=[0-9])", r"\1", text)


def other_ids(text, also):
    """(code, what was signed in place of the id)."""
    others = [form for one in also if len(one.encode()) <= LONG for form in (one, one.lower())]
    name, at, domain = text.rpartition("@")
    literals = [json.dumps(text), json.dumps(text, ensure_ascii=False)]
    variants = {
        "other-identifier": [
            *others,
            *("email:" + one for one in [*others, text, text.lower()]),
            *([text[6:]] if text.startswith("email:") else []),
        ],
        "id-padded": [*padded(text), *stripped(text)],
        # The methods of bytes know the letters of ASCII only.
        "id-case": [
            text.lower(),
            text.upper(),
            text.encode().lower().decode(),
            text.encode().upper().decode(),
            name + at + domain.lower() if at else text,
            text[0].upper() + text[1:],
        ],
        "id-quoted": [*in_marks(text), f"b'{text}'", *literals, *(form.replace("/", "\\/") for form in literals), *quoted(text)],
        "id-escaped": escapes(text),
        "id-normalised": [unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)],
        "id-number-format": number_formats(text),
        "id-not-text": NOT_IDS,
    }
    return [(code, form) for code, forms in variants.items() for form in forms if form != text]


def charsets(message):
    """The right message in another encoding of characters."""
    text = message.decode()
    little, big = text.encode("utf-16-le"), text.encode("utf-16-be")
    return [
        text.encode("latin-1", "replace"),
        text.encode("ascii", "replace"),
        message.decode("latin-1").encode(),
        little,
        big,
        b"\xff\xfe" + little,
        b"\xfe\xff" + big,
        little[::2],
    ]


# Time.


def within(now, seconds):
    return range(max(now - seconds, 0), min(now + seconds, LATEST) + 1)


def other_units(time):
    """A time in whole seconds, as other clocks give it."""
    yield from (time + ending for ending in ("000", "000000", "000000000", ".0", ".000"))
    moment = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=int(time))).isoformat()
    yield from (moment + ending for ending in ("Z", ".000Z", "+00:00", ""))
    yield from (moment.replace("T", " ") + ending for ending in ("", " UTC", " +0000"))


def whole_seconds(unit):
    """The seconds, rounded down, of a time that is not in whole seconds; or None."""
    if re.fullmatch("[1-9](?:[0-9]{12}|[0-9]{15}|[0-9]{18})", unit):
        return int(unit[:10])
    fraction = re.fullmatch(rf"({TIME})\.[0-9]{{1,9}}", unit)
    if fraction:
        return int(fraction[1])
    pair = "([0-9]{2})"
    moment = re.fullmatch(rf"([0-9]{{4}})-{pair}-{pair}[T ]{pair}:{pair}:{pair}(?:\.[0-9]{{1,9}})?(?:Z| UTC| ?([+-]){pair}:?{pair})?", unit)
    if not moment:
        return None
    *fields, sign, hours, minutes = moment.groups()
    if sign and (int(hours) > 23 or int(minutes) > 59):
        return None
    try:
        seconds = (datetime.datetime(*map(int, fields)) - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)
    except ValueError:
        return None
    offset = int(sign + "1") * (int(hours) * 3600 + int(minutes) * 60) if sign else 0
    return seconds - offset if 0 <= seconds <= LATEST and 0 <= seconds - offset <= LATEST else None


# Claims.


def undecorated(text):
    text = text.strip(BLANK)
    return (inside_of(DECORATIONS, text) or text).strip(BLANK)


def decoded(text):
    """The 32 bytes that were encoded otherwise than in hex."""
    text = re.sub("[\r\n]", "", text)
    reached = [unbase64(text)]
    for outer, inner in [(unhex, unhex), (unhex, unbase64), (unbase64, unhex), (unbase64, unbase64)]:
        layer = outer(text)
        if layer and layer.isascii():
            reached.append(inner(re.sub("[\r\n]", "", layer.decode())))
    return [digest for digest in reached if digest and len(digest) == 32]


def claims(scheme, user_id, text, also, now, narrow):
    """{hash: {message: [(digits that its HMAC begins with, codes)]}}; `narrow` leaves out what pairs leave out."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))

    def claim(codes, digits, message, algorithm="sha256"):
        message = message.encode() if isinstance(message, str) else message
        if not narrow or len(message) <= PAIRED_MESSAGE:
            found[algorithm][message].append((digits, codes.split()))

    def mended(code, better):
        parsed = parse(scheme, better)
        if parsed and better != text:
            claim(code, parsed[0], signed(scheme, user_id, parsed[1]))

    def timed(code, digits, times):
        for time in times:
            claim(code, digits, f"{user_id}-{time}")

    def search(code, digits, times):
        """Many times: tried only with the secrets, and where a message is short."""
        if not narrow:
            timed(code, digits, (time for time in times if len(signed(scheme, user_id, str(time))) <= LONG_MESSAGE))

    # Another id.
    parsed = parse(scheme, text)
    if parsed:
        digits, time = parsed
        for code, other in other_ids(user_id, also):
            claim(code, digits, signed(scheme, other, time))
        for other in charsets(signed(scheme, user_id, time)):
            claim("id-charset", digits, other)

    # Another encoding or hash.
    body, tail = split(scheme, text)
    time = time_of(scheme, tail)
    if is_hex(body, 56, 63):
        mended("lost-leading-zeros", body.zfill(64) + tail)
    mended("upper-case", text.encode().lower().decode())
    for digest in decoded(body):
        mended("other-encoding", digest.hex() + tail)
    whole = undecorated(text)
    mended("decorated", whole if parse(scheme, whole) else undecorated(body) + tail)
    if time is not None and is_hex(body, 40, 63):
        claim("truncated", body, signed(scheme, user_id, time))
    if time is not None and len(body) in HASHES and is_hex(body, len(body)):
        claim("other-hash", body, signed(scheme, user_id, time), HASHES[len(body)])

    # Another time or scheme.
    digits, rest = text[:64], text[64:]
    if scheme == "timestamped" and is_hex(text, 40, 63):
        search("truncated", text, within(now, CLOCK_SKEW))
    if not is_hex(digits, 64):
        return found
    if scheme == "plain":
        if re.fullmatch("-" + TIME, rest):
            claim("wrong-scheme", digits, user_id + rest)
        return found
    if rest == "":
        claim("wrong-scheme timestamp-missing", digits, user_id)
        timed("timestamp-not-sent", digits, within(now, 5))
        search("timestamp-not-sent", digits, within(now, CLOCK_SKEW))
    else:
        search("truncated", digits, (time for time in within(now, CLOCK_SKEW) if f"-{time}".startswith(rest) and rest != f"-{time}"))
    separated = re.fullmatch(f"(-|{'|'.join(map(re.escape, SEPARATORS))})({TIME})", rest)
    if separated:
        separator, time = separated.groups()
        claim("timestamp-separator", digits, f"{time}-{user_id}")
        for other in SEPARATORS if separator == "-" else ["-", *SEPARATORS]:
            claim("timestamp-separator", digits, user_id + other + time)
        if separator == "-":
            claim("timestamp-not-signed", digits, user_id)
            timed("timestamp-differs", digits, (near for near in within(int(time), 5) if near != int(time)))
            search("timestamp-differs", digits, (far for far in within(int(time), APART) if far != int(time)))
            timed("timestamp-unit", digits, other_units(time))
            search("timestamp-unit", digits, (f"{time}{thousandths:03}" for thousandths in range(1000)))
    seconds = whole_seconds(rest[1:]) if rest.startswith("-") else None
    if seconds is not None:
        timed("timestamp-unit", digits, (rest[1:], seconds, seconds + 1))
    return found


def unescaped(text):
    """As it is, and with the escapes of HTML, of URLs and of literals undone."""
    literal = re.sub(r"""\\\\(["'\\\\/])""", r"\\1", text)
    return dict.fromkeys([text, html.unescape(text), urllib.parse.unquote(text), literal])


def writings(body):
    """(codes, 64 digits): the digests in a text, with anything round or between their digits."""
    for form in unescaped(body):
        joined = re.sub("[^0-9A-Za-z]", "", form)
        groups = [group for group in re.split("[^0-9A-Za-z]+", form) if group]
        runs = [digits for run in re.findall("[0-9A-Fa-f]{64,}", form) for digits in (run[:64], run[-64:])]
        for digits in dict.fromkeys([*runs, joined]):
            if re.fullmatch("[0-9A-Fa-f]{64}", digits):
                yield ["decorated"] * (digits != body) + ["upper-case"] * (digits != digits.lower()), digits.lower()
        if re.fullmatch("[0-9A-Fa-f]{56,63}", form) and form == body != form.lower():
            yield ["lost-leading-zeros", "upper-case"], form.lower().zfill(64)
        if len(groups) == 32 and all(re.fullmatch("[0-9A-Fa-f]{1,2}", group) for group in groups) and len(joined) < 64:
            digits = "".join(group.zfill(2) for group in groups)
            yield ["lost-leading-zeros", "decorated"] + ["upper-case"] * (digits != digits.lower()), digits.lower()
        numbers = [int(number) for number in re.findall("(?<![0-9])-?[0-9]{1,3}(?![0-9])", form)]
        if len(numbers) == 32 and all(-128 <= number < 256 for number in numbers):
            yield ["other-encoding"], bytes(number % 256 for number in numbers).hex()


def compound(scheme, user_id, text, also):
    """{how many mistakes: {hash: {message: [(digits, codes)]}}} of a digest that is written in another way."""
    found = collections.defaultdict(lambda: {"sha256": collections.defaultdict(list)})
    body, tail = split(scheme, text)
    time = re.match("-" + TIME, tail) if scheme == "timestamped" else re.match("", "")
    if not time:
        return found
    time, behind = time[0][1:], tail[time.end() :] if scheme == "timestamped" else ""
    if re.search("[0-9A-Za-z]", behind):
        return found
    others = [one for one in other_ids(user_id, also)]
    of_also = [form for one in also if len(one.encode()) <= LONG for form in dict.fromkeys([one, one.lower()])]
    for codes, digits in writings(body):
        codes = sorted({*codes, *(["decorated"] if behind else [])})
        forms = [(codes, user_id), *(([*codes, code], other) for code, other in others)]
        forms += [
            ([*codes, "other-identifier", code], other)
            for one in of_also
            for code, other in other_ids(one, [])
            if code != "other-identifier"
        ]
        for all_codes, other in forms:
            if all_codes and len(signed(scheme, other, time)) <= LONG_MESSAGE:
                found[len(set(all_codes))]["sha256"][signed(scheme, other, time)].append((digits, all_codes))
    return found


# Trying them.


def matches(keys, made):
    """All codes of all pairs of a key and a claim that agree. A key's code may be None: it is a secret."""
    codes = set()
    for key_code, key in keys:
        for algorithm, messages in made.items():
            keyed = hmac.new(key, None, algorithm)  # thousands of messages: the key is hashed once
            for message, forms in messages.items():
                one = keyed.copy()
                one.update(message)
                digits = one.hexdigest()
                codes.update(code for start, claimed in forms if digits.startswith(start) for code in [key_code, *claimed])
    return codes


def constructions(scheme, secrets, user_id, text):
    """Codes of what was made without an HMAC, or with its arguments swapped."""
    body, tail = split(scheme, text)
    time = time_of(scheme, tail)
    names = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
    if len(body) not in names or not is_hex(body, len(body)):
        return
    message = user_id.encode() if time is None else signed(scheme, user_id, time)
    for secret in secrets:
        if len(secret) > LONG:
            continue
        swapped = [(message, secret), (user_id.encode(), secret + message[len(user_id.encode()) :])]
        if any(hmac.digest(*pair, "sha256").hex() == body for pair in swapped):
            yield "swapped-key-and-message"
        for one in (message, user_id.encode()):
            joined = [form for mark in (b"", b":", b"-", b".", b"_", b"|", b" ") for form in (secret + mark + one, one + mark + secret)]
            if body in (hashlib.new(names[len(body)], hashed).hexdigest() for hashed in (secret, one, *joined)):
                yield "no-hmac"


def verified(scheme, keys, user_id, text):
    """(the lowest index of a key that signed it, its time), or None."""
    digits, time = parse(scheme, text) or ("", "")
    made = (hmac.digest(key, signed(scheme, user_id, time), "sha256").hex() for key in keys)
    return next(((index, time) for index, one in enumerate(made) if one == digits), None)


def age(signed_at, now):
    """Codes of a time that verify would not accept."""
    ahead = signed_at - now
    if -MAX_AGE <= ahead <= CLOCK_SKEW:
        return []
    zone = any(abs(ahead - minutes * 60) <= CLOCK_SKEW for minutes in ZONES)
    return ["expired" if ahead < 0 else "from-the-future"] + ["time-zone"] * zone


def hypotheses(scheme, keys, user_id, text, also, now):
    """Codes of one mistake; of two where one is not enough. Beside them None, where the key is a secret."""
    secrets = keys[:SECRETS]
    signers = [(None, secret) for secret in secrets]
    parsed = parse(scheme, text)
    right = {"sha256": {signed(scheme, user_id, parsed[1]): [(parsed[0], [])]}} if parsed else {}
    if matches(signers, right):
        return {None}
    codes = matches(signers, claims(scheme, user_id, text, also, now, narrow=False))
    codes |= matches(wrong_keys(secrets), right)
    codes.update(constructions(scheme, secrets, user_id, text))
    written = compound(scheme, user_id, text, also)
    codes |= matches(signers, written[1])
    if codes:
        return codes
    keys = wrong_keys(secrets[:1])
    codes = matches(keys, claims(scheme, user_id, text, also, now, narrow=True))
    codes |= matches(signers, written[2]) | matches(wrong_keys(secrets), written[1])
    return codes or matches(signers, written[3]) | matches(wrong_keys(secrets[:1]), written[2])


def findings(scheme, keys, user_id, signature, also, now):
    """The codes for a checked id, the signature's bytes, checked texts beside the id, and the time."""
    if not signature:
        return ["missing-signature"]
    shown = signature.decode("latin-1")
    verdict = verified(scheme, keys, user_id, shown)
    if verdict:
        index, time = verdict
        return ["valid-with-fallback" if index else "valid"] + (age(int(time), now) if time else [])
    if signature == user_id.encode():
        return ["signature-is-the-id"]
    if parse(scheme, user_id) and not parse(scheme, shown):
        try:
            if verified(scheme, keys, signature.decode(), user_id):
                return ["swapped-id-and-signature"]
        except UnicodeDecodeError:
            pass
    strange, inside = shape(scheme, shown)
    codes = {"not-a-signature"} if strange else set()
    try:
        text = (inside or shown).encode("latin-1").decode()
    except UnicodeDecodeError:
        text = None
    if text and (inside or not strange) and max(len(user_id.encode()), len(signature)) <= LONG:
        codes |= hypotheses(scheme, keys, user_id, text, also, now)
    return sorted(codes - {None}, key=CODES.index) or ["no-known-mistake"]
