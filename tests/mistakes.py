"""What `explain` must find: every mistake that people are known to make, tried on the signature that was shown.

Used by oracle.py and compare.py. Standard library only; it shares no code with the core, and must not: two readings of one text are
the test. The text is "Explain" in README.md; what languages and tools do was found out by running them.

A *reading* is a digest that the shown text holds, and what is wrong with its writing. A *message* is what may have been signed. Where
a key and a message make what was read, their mistakes were made.
"""

import base64
import collections
import datetime
import decimal
import hashlib
import hmac
import json
import math
import re
import string
import unicodedata
import uuid

# In the order in which they are reported.
CODES = """valid valid-with-fallback expired from-the-future time-zone missing-signature signature-is-the-id not-a-signature
    swapped-id-and-signature other-identifier wrong-scheme empty-key placeholder-key padded-key quoted-key prefixed-key
    hex-key base64-key key-case key-escaped key-cut key-charset key-hashed swapped-key-and-message no-hmac wrong-call timestamp-missing
    timestamp-not-sent timestamp-not-signed timestamp-differs timestamp-unit timestamp-separator lost-leading-zeros upper-case
    other-encoding decorated truncated other-hash id-padded id-case id-quoted id-escaped id-normalised id-charset
    id-number-format id-not-text id-form no-known-mistake""".split()

LATEST = 99999999999
MAX_AGE, CLOCK_SKEW = 24 * 60 * 60, 5 * 60

# What bounds the work. Bytes, but for the first two.
ALSO_LIMIT = 16  # elements
SECRETS = 8  # how many secrets hypotheses are tried with
LONG = 1024  # an id, a signature, an element of also, a secret: beyond, nothing is made of it
SEARCHED = 128  # a message that is tried with many times; a fallback that is varied; an id that is put into other forms
PAIRED = 55  # a message with two mistakes
PAIRED_SECRET = 64  # a secret that two mistakes are made of
READINGS = 12  # with each kind of time
PIECE = 8  # bytes or characters of a secret that is left where the others are lost: fewer could be guessed
RUNS = 4  # of one kind in a text
LEAST = 40  # digits that are shown, at least

# Minutes east of Greenwich.
ZONES = [*range(60, 841, 60), 150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825]

TIME = "(?:0|[1-9][0-9]{0,10})"
ASCII_BLANK = " \t\n\f\r"
BLANK = "\t\n\v\f\r \xa0\ufeff\u200b\u2060\u3000"


def in_bytes(text):
    """A shown text as one character per byte, for patterns."""
    return text.decode("latin-1")


# How a vendor writes an id and a MAC.


def as_sent(row, text):
    """An id as it is signed and sent. The methods of bytes know A to Z alone."""
    return text.encode().lower().decode() if row["lower"] and re.search("(?s).@.", text) else text


def written(mac, encoding):
    match encoding:
        case "hex":
            return mac.hex()
        case "base64":
            return base64.b64encode(mac).decode()
        case "base64url":
            return base64.urlsafe_b64encode(mac).decode().rstrip("=")
    raise ValueError(encoding)


def mac_of(text, encoding):
    """The MAC that a text is, in the only spelling that it has, or None."""
    if encoding == "hex":
        return bytes.fromhex(text) if re.fullmatch("[0-9a-f]{64}", text) else None
    length, alphabet = (44, b"+/") if encoding == "base64" else (43, b"-_")
    try:
        mac = base64.b64decode((text + "=" * (44 - length)).encode(), alphabet, validate=True)
    except ValueError:
        return None
    return mac if len(text) == length and written(mac, encoding) == text else None


def in_hex(body, encoding):
    """A body in which what the vendor's encoding writes is in hex, or None where there is none: what stands round it is judged alike."""
    if encoding == "hex":
        return body
    alphabet, padding = ("[0-9A-Za-z+/]", "=") if encoding == "base64" else ("[0-9A-Za-z_-]", "")

    def undo(match):
        mac = mac_of(match[0], encoding)
        return mac.hex() if mac else match[0]

    shown = re.sub(f"(?<!{alphabet}){alphabet}{{43}}(?!{alphabet}){padding}(?!=)", undo, body)
    return shown if shown != body else None


def is_hex(text, least=64, most=None):
    return bool(re.fullmatch(f"[0-9a-f]{{{least},{most or least}}}", text))


def utf8(text):
    """A text of bytes as what it says in UTF-8, or None."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return None


# Looks: what is no signature at all.

# What a language prints round a text: before, after.
WRAPPINGS = """b'~' b"~" bytearray(b'~') bytearray(b"~") u'~' Some("~") Some(~) Ok("~") Just_"~" Optional("~") Optional[~]
    Signature("~") ["~"] ['~'] [~] ("~") ('~',) string(64)_"~" string(75)_"~" {"signature":"~"} {"uid_hash":"~"}"""
WRAPPINGS = [tuple(each.replace("_", " ", "hash" not in each).split("~")) for each in WRAPPINGS.split()]

LOOKS = [
    r"eyJ[^.]*\.[^.]*\.[^.]*",
    "Array|Object|undefined|null|NULL|None|nil|NaN|true|True|false|False",
    r"(<|#<|\[object |\[B@|\[Function|\{|\$\{|#\{|&\{|%!|function |async |class |Promise \{|Symbol\(|Resource id #|System\.|map\[).*",
    r"(array|Array|Array |Array\n|object|bool)\(.*",
    r"(Error|Traceback|Uncaught |Warning: |Fatal error: ).*|[A-Za-z0-9_.\\]*(Error|Exception)(:.*)?",
    r"\$2[abxy]\$.*|\$(argon2|pbkdf2).*|\$(scrypt|1|5|6|y)\$.*",
    "-----BEGIN.*|https?://.*|GSN-.*|Bearer .*",
    "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "[0-9]{1,20}",
    r"[^@ ]+@[^@]*\.[^@]*",
    r"[A-Z]+(_[A-Z]+)+|(?i:your[-_ ].*|replace[-_ ]me)",
    r"#(NAME\?|REF!|VALUE!|ERROR!|N/A|DIV/0!|NUM!|NULL!|SPILL!)",
    r"function\(.*|(\(.*\)|[A-Za-z_$][A-Za-z0-9_$]*) ?=>.*",
    # A sentence of three words or more; a shell puts a line's number before it.
    r"(?:[A-Za-z]+(?:'[a-z]+)?|[0-9]+(?=:))[,:.!]?(?: (?:[A-Za-z]+(?:'[a-z]+)?|[0-9]+(?=:))[,:.!]?){2,}",
    r"[A-Za-z_$][A-Za-z0-9_$.]*@[0-9a-f]{1,16}",
]


def looks(text):
    return any(re.fullmatch(look, text.strip(ASCII_BLANK), re.S) for look in LOOKS)


def inside_of(pairs, text):
    """What is inside the first pair that stands round it, or None."""
    for before, after in pairs:
        if text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after):
            return text[len(before) : len(text) - len(after)]
    return None


def alone_in(text):
    inside = inside_of(WRAPPINGS, text)
    is_list = inside and text[0] in "[(" and re.search("[, \t\n\f\r]", inside)
    return None if is_list else inside


def unwrapped(scheme, text):
    """What is inside a language's notation. A list of several things is read as a list."""
    text = text.strip(ASCII_BLANK)
    inside = alone_in(text)
    if inside is None and scheme == "timestamped" and "-" in text:
        body, tail = text[: text.rindex("-")], text[text.rindex("-") :]
        inside = alone_in(body)
        inside = inside and inside + tail
    return inside


# Escapes.

NAMED = {"quot": '"', "apos": "'", "amp": "&", "lt": "<", "gt": ">", "nbsp": " "}
BACKSLASHED = dict(zip("nrt0abefv\"'\\/", "\n\r\t\0\a\b\x1b\f\v\"'\\/"))


def character(number, otherwise):
    """UTF-8 of a code point, one character per byte."""
    try:
        return chr(number).encode().decode("latin-1")
    except (ValueError, OverflowError):
        return otherwise


def without_html(text):
    def undo(match):
        name = match[1]
        if name in NAMED:
            return NAMED[name]
        if re.fullmatch("#[xX][0-9A-Fa-f]+", name):
            return character(int(name[2:], 16), match[0])
        return character(int(name[1:]), match[0]) if re.fullmatch("#[0-9]+", name) else match[0]

    return re.sub("&([#0-9A-Za-z]{1,8});", undo, text)


def without_percents(text):
    return re.sub("%([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), text)


def without_backslashes(text):
    def undo(match):
        if match[1]:
            return character(int(match[1], 16), match[0])
        if match[2]:
            return chr(int(match[2], 16))
        return chr(int(match[3], 8)) if match[3] else BACKSLASHED[match[4]]

    return re.sub(r"""\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|([nrt0abefv"'\\/]))""", undo, text)


def forms_of(text):
    """(codes, text): as it is, without its escapes, and decoded as a whole where a time is in it."""
    undone = [without_html(text), without_percents(text), without_backslashes(text)]
    undone.append(without_html(without_percents(without_backslashes(text))))
    forms = [(frozenset(), text), *((frozenset(["decorated"]), form) for form in dict.fromkeys(undone) if form != text)]
    for codes, form in list(forms):
        forms += [(codes | {"other-encoding"}, layer) for layer in layers(form) if timed(layer)]
    return forms


def unhex(text):
    return bytes.fromhex(text) if re.fullmatch("(?:[0-9A-Fa-f]{2})*", text) else None


def unbase64(text):
    """The bytes of base64 in either alphabet, padded or not, whatever its last bits are; or None."""
    digits = re.fullmatch("([A-Za-z0-9+/_-]*)={0,2}", text)
    if not digits or len(digits[1]) % 4 == 1:
        return None
    return base64.b64decode(digits[1].replace("-", "+").replace("_", "/") + "=" * (-len(digits[1]) % 4))


def layers(text):
    """What ASCII text was encoded once more."""
    text = re.sub(f"[{ASCII_BLANK}]", "", text)
    return [in_bytes(layer) for layer in (unhex(text), unbase64(text)) if layer and len(layer) >= LEAST and layer.isascii()]


# Time.

JOINT = "[ \t\x80-\xff-]"  # white space and dashes round the hyphen


def timed(text):
    """(body, time, codes): what holds the digest, the time, and what is wrong between and behind the two; or None."""
    found = re.search("[0-9A-Za-z].*[0-9A-Za-z]|[0-9A-Za-z]", text, re.S)
    if not found:
        return None
    shown = text[: found.end()]
    around = {"decorated"} if found.end() < len(text) else set()
    separated = around | {"timestamp-separator"}
    # HEX-T, and what stands in the hyphen's place.
    head, digits = re.fullmatch("(.*?)([0-9]*)", shown, re.S).groups()
    if re.fullmatch(TIME, digits):
        body, gap = re.fullmatch("(.*?)([^0-9A-Za-z]*)", head, re.S).groups()
        if gap and (len(digits) >= 9 or is_hex(body)):
            if re.fullmatch(f"{JOINT}+-", gap):
                return body, digits, separated
            if gap.endswith("-"):
                return head[:-1], digits, around
            return body + re.match("=*", gap)[0], digits, separated
    # HEXT
    if is_hex(shown[:64]) and re.fullmatch(TIME, shown[64:]):
        return shown[:64], shown[64:], separated
    # T-HEX
    front = re.fullmatch("([0-9]{9,})[^0-9A-Za-z]+(.+)", shown[found.start() :], re.S)
    if front:
        return (front[2], front[1], separated) if re.fullmatch(TIME, front[1]) else None
    # Apart from it: t=T,v1=HEX
    times = list(re.finditer("(?<![0-9A-Za-z.+-])[1-9][0-9]{8,10}(?![0-9A-Za-z.]|-[0-9A-Za-z])", text))
    if not times:
        # Joined to something that is not the digest: ID-T-HEX.
        times = re.finditer("(?<![0-9A-Za-z+])[1-9][0-9]{8,10}(?![0-9A-Za-z])", text)
        times = [one for one in times if not re.search("[0-9A-Fa-f]{40}[^0-9A-Za-z]*$", text[: one.start()])]
    if len(times) == 1 and not re.match("[0-9a-f]{64}-", text):
        before, behind = text[: times[0].start()], text[times[0].end() :]
        return max(behind, before, key=len), times[0][0], {"timestamp-separator"}
    return None


def groups_of(row, text):
    """{kind of time: (the time, readings)}: the first time of a kind counts.

    Kinds: right (`-T`, or nothing for plain), needless (`-T` for plain), missing, other (anything behind 64 digits)."""
    tails = collections.defaultdict(list)

    def add(kind, time, body, codes):
        own = in_hex(body, row["encoding"])
        readings = read(body, codes | {"other-encoding"}) if own is None else read(own, codes)
        if readings or (kind, time) in tails:
            tails[kind, time] += readings
        return bool(readings)

    for codes, form in forms_of(text):
        time = timed(form)
        if row["scheme"] == "plain":
            add("right", "", form, codes)
            if time and "timestamp-separator" not in time[2]:
                add("needless", "-" + time[1], time[0], codes | time[2])
            continue
        is_timed = time and add("right", "-" + time[1], time[0], codes | time[2])
        if is_hex(form[:64]) and form[64:] and utf8(form[64:]) is not None:
            add("other", utf8(form[64:]), form[:64], codes)
        elif not is_timed:
            # Behind a digest that is not in hex, the time of another clock.
            fine = re.fullmatch(r"(.*)-([0-9]{13}|[0-9]{16}|[0-9]{19}|[0-9]{9,11}\.[0-9]{1,9})", form, re.S)
            if not (fine and add("other", "-" + fine[2], fine[1], codes)):
                add("missing", None, form, codes)
    groups = {}
    for (kind, time), readings in tails.items():
        groups.setdefault(kind, (time, readings[:READINGS]))
    return groups


# Digests.

HASHES = {32: "md5", 40: "sha1", 56: "sha224", 96: "sha384", 128: "sha512"}

# The shown digits in lower case, of a MAC, of another hash's, or of a MAC that is written by `write`.
Reading = collections.namedtuple("Reading", "codes digits write", defaults=[None])


def read(body, codes, again=True):
    """The digests in a text. What was decoded from it once is read again."""
    dumped = [raw for raw in (octal_of(body), characters_of(body), bits_of(body)) if raw]
    readings = [*(Reading(frozenset(["other-encoding"]), raw.hex()) for raw in dumped), *digits_of(body), *bytes_of(body)]
    for layer in layers(body) if again else ():
        readings += read(layer, {"other-encoding"}, again=False)
    return [each._replace(codes=each.codes | codes) for each in readings]


def digits_of(body):
    def reading(digits, *codes, lost=0):
        codes = {*codes, *(["decorated"] if digits != body else []), *(["upper-case"] if re.search("[A-F]", digits) else [])}
        return Reading(frozenset(codes), "0" * lost + digits.lower())

    runs = [run for run in re.findall("[0-9A-Fa-f]+", body) if len(run) >= 32]
    whole = [run for run in runs if len(run) >= 64][:RUNS]
    for run in whole:
        yield from (reading(part) for part in ([run] if len(run) == 64 else [run[:64], run[-64:]]))
    sequences = sequences_of(body)
    for groups in sequences:
        joined = ["".join(groups[start:end]) for start in range(len(groups)) for end in [end_of(groups, start)] if end]
        yield from (reading(digits) for digits in joined[:RUNS] if not whole)
        if len(groups) == 32 and all(len(group) < 3 for group in groups) and min(map(len, groups)) == 1:
            yield reading("".join(group.zfill(2) for group in groups), "lost-leading-zeros")
        signed = [re.fullmatch("(?:ffffff)?(..)", group, re.I) or re.fullmatch("(.)", group) for group in groups]
        if len(groups) == 32 and all(signed) and max(map(len, groups)) == 8:
            yield reading("".join(group[1].zfill(2) for group in signed), "other-encoding")
    dumped = dump(body)
    if dumped:
        yield reading(dumped[0])
    if dumped and dumped[1]:
        yield reading(re.sub("(..)(..)", r"\2\1", dumped[0]), "other-encoding")  # hexdump and od -x on most processors
    zeros = []
    for digits in [*runs, *("".join(groups) for groups in sequences if len(groups) > 1)][:RUNS]:
        if len(digits) in HASHES:
            yield reading(digits, "other-hash")
        if LEAST <= len(digits) < 64:
            yield reading(digits, "truncated")
        if 56 <= len(digits) < 64:
            zeros.append(reading(digits, "lost-leading-zeros", lost=64 - len(digits)))
    yield from zeros
    # Ruby's and PHP's unpack('h*'), the low half of each byte first; a number whose lowest byte is first, as .NET's BigInteger, which may
    # have a zero before it.
    for part in [run[-64:] for run in whole[:1] if len(run) <= 65]:
        codes = reading(part).codes | {"other-encoding"}
        yield Reading(codes, re.sub("(.)(.)", r"\2\1", part.lower()))
        yield Reading(codes, bytes.fromhex(part)[::-1].hex())
    for run in [run for run in runs if len(run) >= LEAST][:1]:
        codes = reading(run).codes
        if len(run) < 64:
            for size in (1, 2, 4, 8):
                yield Reading(codes | {"lost-leading-zeros"}, run.lower(), lambda mac, size=size: unpadded(mac, size))
        elif len(run) > 64 and "ffffff" in run.lower():
            for least in (2, 1):
                yield Reading(codes | {"other-encoding"}, run.lower(), lambda mac, least=least: widened(mac, least))
        if re.fullmatch("(1..){32}", run):
            yield reading("".join(re.findall("1(..)", run)))._replace(codes=codes | {"decorated"})


def end_of(groups, start):
    """Where groups that have 64 digits together end, or None."""
    length = 0
    for end in range(start, len(groups)):
        length += len(groups[end])
        if length >= 64:
            return end + 1 if length == 64 else None
    return None


def sequences_of(body):
    """Groups of hex digits with nothing but punctuation and white space between them; `0x`, `x` and `h` belong to a group."""
    sequences = [[]]
    for token in re.findall("[0-9A-Za-z]+", body):
        digits = re.fullmatch("(?:0x|0X|x)(.*)|(.*)h|(.*)", token)
        digits = next(group for group in digits.groups() if group is not None)
        if re.fullmatch("[0-9A-Fa-f]+", digits):
            sequences[-1].append(digits)
        else:
            sequences.append([])
    return [groups for groups in sequences if groups]


def dump(body):
    """(digits, whether in twos) of two lines of xxd, hexdump or od: an offset, 16 bytes in ones or twos, and these in ASCII."""
    byte = "[0-9A-Fa-f]{2}"
    line = f"[0-9A-Fa-f]{{7,8}}:?((?: +{byte}){{16}}|(?: +{byte * 2}){{8}})(?: .*)?"
    lines = [re.fullmatch(line, one) for one in body.split("\n")]
    lines = [one[1] for one in lines if one]
    if len(lines) != 2:
        return None
    return "".join(lines).replace(" ", ""), all(re.match(" +[^ ]{4}", one) for one in lines)


# Writings that lose something are made again, piece by piece: the first that differs ends it.


def unpadded(mac, size):
    return (f"{int.from_bytes(mac[at : at + size], 'big'):x}" for at in range(0, 32, size))


def widened(mac, least):
    """Java's Integer.toHexString(b), C's printf("%02x", (char) b)."""
    return (f"ffffff{byte:02x}" if byte > 127 else f"{byte:0{least}x}" for byte in mac)


def bytes_of(body):
    """A digest that is not in hex."""
    other = frozenset(["other-encoding"])
    yield from base64_of(body)
    yield from base32_of(body)
    numbers = numbers_of(body) or number_of(body) or words_of(body)
    if numbers:
        yield Reading(other, numbers.hex())
    negative = re.fullmatch("-([0-9A-Fa-f]{40,64})", body.strip(ASCII_BLANK))
    if negative:
        mac = -int(negative[1], 16) % 2**256
        yield Reading(other | ({"upper-case"} if re.search("[A-F]", negative[1]) else set()), f"{mac:064x}")
    marked = re.fullmatch("(['\"])(.*)\\1", body.strip(ASCII_BLANK), re.S)
    for inside, codes in [(body, other), *([(marked[2], other | {"decorated"})] if marked else [])]:
        text = utf8(inside)
        charsets = [decoded_as(charset, text) for charset in ("latin-1", "cp1252")] if text and not text.isascii() else []
        yield from (Reading(codes, raw.hex()) for raw in [inside.encode("latin-1"), *charsets] if raw and len(raw) == 32)
        if len(re.findall("[\0-\x3e@-\x7f]", inside)) >= 8 and len(inside) <= 96:
            shown = inside.encode("latin-1")
            if "\ufffd".encode() in shown:
                yield Reading(codes, shown, lambda mac: [mac.decode(errors="replace").encode()])
                yield Reading(codes, shown, lambda mac: [mac.decode("ascii", "replace").encode()])
            elif len(shown) == 32 and b"?" in shown:
                yield Reading(codes, shown, lambda mac: [re.sub(b"[\x80-\xff]", b"?", mac)])


def decoded_as(charset, text):
    """The bytes that were read so. Five bytes of Windows-1252 are controls on the web and nothing to Python."""
    try:
        return b"".join(bytes([ord(c)]) if c in "\x81\x8d\x8f\x90\x9d" else c.encode(charset) for c in text)
    except UnicodeEncodeError:
        return None


def base64_of(body):
    joined = re.sub(f"[{ASCII_BLANK}]", "", body)
    # A form decodes + to a space.
    for text, is_joined in [(joined, True), *([(body.replace(" ", "+"), False)] if " " in body else [])]:
        runs = [run for run in re.findall("[0-9A-Za-z+/_-]{22,}", text) if not re.fullmatch("[0-9A-Fa-f]+", run)]
        for run in runs[:RUNS]:
            is_whole = is_joined and bool(re.fullmatch(re.escape(run) + "={0,2}", text))
            parts = [(run[:43], is_whole and len(run) == 43)] * (len(run) >= 43) + [(run[-43:], False)] * (len(run) > 43)
            parts += [(run, is_whole)] * (len(run) in (22, 27, 38, 64, 86))
            for at, (part, whole) in enumerate(parts):
                raw = unbase64(part)
                codes = {"other-encoding"} | (set() if whole else {"decorated"})
                codes |= {"other-hash"} if at == len(parts) - 1 and len(run) in (22, 27, 38, 64, 86) else set()
                if raw and len(raw) <= 64:
                    yield Reading(frozenset(codes), raw.hex())


def numbers_in(body, most):
    """Numbers of so many digits at most that stand alone."""
    text, numbers = utf8(body) or "", []
    for match in re.finditer(f"(?<![0-9A-Za-z])[0-9]{{1,{most}}}(?![0-9A-Za-z])", text):
        # A hyphen behind a number separates it from the next.
        is_negative = re.search("(^|[^0-9A-Za-z])-$" if numbers else "-$", text[: match.start()][-2:])
        numbers.append(int(match[0]) * (-1 if is_negative else 1))
    return numbers


def words_of(body):
    """8 numbers of 32 bits, signed or not, as in the JSON of CryptoJS, which has the count of bytes behind them."""
    numbers = numbers_in(body, 10)
    numbers = numbers[:8] if len(numbers) == 9 and numbers[8] == 32 else numbers
    if len(numbers) != 8 or not all(-(2**31) <= number < 2**32 for number in numbers):
        return None
    return b"".join((number % 2**32).to_bytes(4, "big") for number in numbers)


def numbers_of(body):
    """32 numbers from -128 to 255, or 32 such numbers each behind its index, from 0 or 1; behind their count or not."""
    numbers = numbers_in(body, 3)
    if len(numbers) in (33, 65) and numbers[0] == 32:
        numbers = numbers[1:]
    if len(numbers) == 64 and numbers[::2] in ([*range(32)], [*range(1, 33)]):
        numbers = numbers[1::2]
    return bytes(number % 256 for number in numbers) if len(numbers) == 32 and all(-129 < n < 256 for n in numbers) else None


def octal_of(body):
    """32 bytes of three octal digits each, as `od -b` prints them behind offsets of seven digits. Escapes are undone elsewhere."""
    tokens = [token for token in re.findall("[0-9A-Za-z]+", body) if not re.fullmatch("[0-7]{7}", token)]
    is_octal = len(tokens) == 32 and "\\" not in body and all(re.fullmatch("[0-3][0-7]{2}", token) for token in tokens)
    return bytes(int(token, 8) for token in tokens) if is_octal else None


OD_ESCAPES = dict(zip("0abtnvfr", b"\0\a\b\t\n\v\f\r"))


def characters_of(body):
    """Two lines of `od -c`, or of `hexdump -c`: 16 fields of four characters, behind an offset or not."""
    lines = []
    for line in body.split("\n"):
        line = line.removesuffix("\r")
        offset = re.match("[0-9a-f]{7}(?= )", line)
        # Blanks at an end may be lost.
        line = line[7:].ljust(64) if offset else line.rjust(64)
        fields = [re.fullmatch(r" ([0-3][0-7]{2})|  \\([0abtnvfr])|   ([ -~])", line[at : at + 4]) for at in range(0, len(line), 4)]
        if len(fields) == 16 and all(fields) and line.strip():
            lines.append(bytes(int(a, 8) if a else OD_ESCAPES[b] if b else ord(c) for a, b, c in (one.groups() for one in fields)))
    return lines[0] + lines[1] if len(lines) == 2 else None


def bits_of(body):
    """256 bits: in groups of eight, as `xxd -b` prints them behind an offset, or as one number."""
    groups = re.findall("(?<![0-9A-Za-z])(?:[01]{8}(?!: )|[01]{256})(?![0-9A-Za-z])", body)
    bits = "".join(groups)
    return int(bits, 2).to_bytes(32, "big") if len(bits) == 256 else None


def base32_of(body):
    """RFC 4648 in upper or in lower case, padded or not, whatever its last bits are."""
    text = re.sub(f"[{ASCII_BLANK}]", "", body)
    for run in re.findall("(?<![0-9A-Za-z])(?:[A-Z2-7]{52}|[a-z2-7]{52})(?![0-9A-Za-z])", text)[:RUNS]:
        raw = base64.b32decode(run.upper() + "====")
        whole = re.fullmatch(run + "={0,4}", text)
        yield Reading(frozenset(["other-encoding"] if whole else ["other-encoding", "decorated"]), raw.hex())


def number_of(body):
    """One whole number of 32 bytes, in decimal digits; Java's is signed."""
    number = re.fullmatch("-?[0-9]{60,78}", body.strip(ASCII_BLANK))
    if not number or abs(int(number[0])) >= 2**256:
        return None
    return (int(number[0]) % 2**256).to_bytes(32, "big")


# Keys.

PADS = ["\n", "\r\n", " ", "\t", "\ufeff", "\xa0", "\u200b", "\u2060", "\r"]
FREQUENT_PADS = ["\n", "\r\n", " "]
MARKS = ['""', "''", "``", "\u201c\u201d", "\u2018\u2019", "\xab\xbb", "\u201e\u201c", "\u201a\u2018", "\u2039\u203a"]
# Not in pairs of mistakes.
BRACKETS = [("<", ">"), ("[", "]"), ("bytearray(b'", "')"), ('bytearray(b"', '")'), ("", ";"), ("", ",")]
KEY_PREFIXES = ["whsec_", "sk_", "Bearer ", "sha256=", "sk_live_", "sk_test_", "secret_", "base64:", "hex:"]


def placeholders(variable):
    """What stands where a secret should: nothing printed, a sample's word, a file's name, the variable's name or a reference to it."""
    yield from "undefined null NULL None none nil NaN false False true True 0 1".split()
    yield "[object Object]"
    words = "mysecret my_secret my-secret MY_SECRET changeme change_me CHANGEME secret Secret SECRET secret_key SECRET_KEY"
    yield from (words + " YOUR_SECRET your_secret your-secret YOUR_SECRET_KEY password test xxx").split()
    yield from ("Secure Mode Secret", "YOUR_SECURE_MODE_SECRET", "YOUR_" + variable)
    yield from ".env secret.txt secret.key secret.pem /run/secrets/secret".split()
    yield from ("/run/secrets/" + variable, "/run/secrets/" + variable.lower(), variable)
    for name in (variable, "SECRET"):
        yield from ("$" + name, "${" + name + "}", "process.env." + name)
    yield from ("%" + variable + "%", "{{" + variable + "}}", "{{ " + variable + " }}", "<" + variable + ">", variable.lower())
    yield f"env({variable})"
    yield from (form.replace('"', mark) for form in (f'env("{variable}")', f'ENV["{variable}"]', f'$_ENV["{variable}"]') for mark in "\"'")


# Words of samples, of which a program's author keeps the underscores or not. With these and what follows no other mistake is tried.
WORDS = """secret my_secret your_secret your_secret_key your_secret_here my_secret_key super_secret secret_key change_me replace_me
    api_key your_api_key api_secret client_secret app_secret secure_mode_secret your_secure_mode_secret verification_secret
    your_verification_secret todo placeholder dummy password example"""
# A reference that nothing filled, of CI, of frameworks, of shells, and as a language reads a variable.
REFERENCES = """${{+secrets.~+}} ${env:~} $env:~ $(~) ${process.env.~} import.meta.env.~ os.environ["~"] os.environ['~'] os.getenv("~")
    os.getenv('~') getenv("~") getenv('~') System.getenv("~") <%=+ENV["~"]+%> <%=+ENV['~']+%> {~} ~_FILE"""
REFERENCES = [form.replace("+", " ") for form in REFERENCES.split()]
MASKED = [*("*" * count for count in (3, 4, 6, 8, 10, 12, 16)), "xxxx", "xxxxxxxx", "...", "[FILTERED]", "[REDACTED]", "[MASKED]"]
NOTHING = ["[object Promise]", "<nil>", "(null)", "{}", "[]", "Array"]
MASKED += ["(sensitive value)", "(sensitive)", "<sensitive>", "<redacted>", "[redacted]", "REDACTED", "redacted", "SecretStr('**********')"]


def rare_placeholders(variable):
    for word in WORDS.split():
        for joined in (word.replace("_", mark) for mark in ("_", "-", " ", "")):
            yield from (form for cased in (joined, joined.upper()) for form in (cased, f"<{cased}>"))
    yield from (*MASKED, *NOTHING)
    yield from (form.replace("~", variable) for form in REFERENCES)


# A file, a prompt or a pair of quotation marks with nothing in it.
EMPTY = ["\n", "\r\n", " ", '""', "''", "\ufeff"]


def in_marks(text):
    return [marks[0] + text + marks[1] for marks in MARKS]


def padded(text, pads=PADS):
    for pad in pads:
        yield from (pad + text, text + pad, pad + text + pad)


def lenient_hex(secret, added):
    """What decoders make of text that is not all hex."""
    digits = secret.decode("latin-1")
    # Buffer.from: up to the first pair that is none. Fewer than four bytes could be guessed.
    node = re.match("(?:[0-9A-Fa-f]{2})*", digits)[0]
    node = node if len(node) >= 8 + added or len(digits) - len(node) < 1 else ""
    # pack('H*') takes every character for a digit: Ruby and Perl by the character's bits, PHP's is 0 with a warning.
    bits = "".join(f"{(ord(c) + 9 if c in string.ascii_letters else ord(c)) % 16:x}" for c in digits)
    zeros = re.sub("[^0-9A-Fa-f]", "0", digits)
    return [bytes.fromhex(form + "0" * (len(form) % 2)) for form in (node, bits, zeros)]


def sextets(text):
    """The bytes of a text of the standard alphabet; what is left of a last byte goes."""
    return base64.b64decode(text[: -1 if len(text) % 4 == 1 else None] + "=" * (-len(text) % 4 % 3))


def lenient_base64(secret, added):
    """What decoders make of text that is not base64: all of them skip what is not of the alphabet."""
    text = secret.decode("latin-1")
    php = re.sub("[^A-Za-z0-9+/]", "", text)
    node = re.sub("[^A-Za-z0-9+/]", "", text.partition("=")[0].replace("-", "+").replace("_", "/"))
    # Ruby: = ends it as the third or the fourth of four, and is skipped as the first or the second.
    ruby = ""
    for c in re.sub("[^A-Za-z0-9+/=]", "", text):
        if c == "=" and len(ruby) % 4 > 1:
            break
        ruby += c.replace("=", "")
    perl = re.sub("[^A-Za-z0-9+/]", "", text.partition("=")[0])
    decoded = [(form, sextets(form)) for form in (php, node, ruby, perl)]
    return [raw for form, raw in decoded if len(raw) >= PIECE + added or len(form) == len(secret)]


def written_keys(secret, variable, pads, added=0):
    """(code, key): a text that was stored with something round it, or cut off. So many of its bytes are none of the secret's own."""
    # A secret need not be text: bytes that are not UTF-8 travel as lone surrogates.
    text = secret.decode(errors="surrogateescape")
    prefixes = [*KEY_PREFIXES, variable + "=", "export " + variable + "="]
    made = {
        "padded-key": padded(text, pads),
        "quoted-key": [*in_marks(text), f"b'{text}'", f'b"{text}"'],
        "prefixed-key": [form for prefix in prefixes for form in (prefix + text, text.removeprefix(prefix))],
        "key-cut": [form for form in cuts(text) if len(form) >= PIECE + added],
    }
    for code, keys in made.items():
        yield from ((code, key.encode(errors="surrogateescape")) for key in keys)


def cuts(text):
    """What shells and readers of .env files leave of a text: up to a separator, without variables, and $ for $$."""
    if not re.search("[\udc80-\udcff\0]", text):
        yield from (re.split(mark, text)[0] for mark in ("#", r"\$", "=", ";", "&", ",", f"[{ASCII_BLANK}]"))
        yield text.replace("$$", "$")
        yield re.sub(r"\$([A-Za-z_][A-Za-z0-9_]*|[0-9]|\{[^}]*\})", "", text)


def encoded_keys(secret, added=0):
    """(code, key): a text that was encoded, decoded or hashed. `added` as above."""
    standard, url = base64.b64encode(secret), base64.urlsafe_b64encode(secret)
    made = {
        "hex-key": [secret.hex().encode(), secret.hex().upper().encode(), *lenient_hex(secret, added)],
        "base64-key": [standard, url, standard.rstrip(b"="), url.rstrip(b"="), *lenient_base64(secret, added)],
        "key-hashed": [
            form
            for name in ("md5", "sha1", "sha256", "sha512")
            for digest in [hashlib.new(name, secret)]
            for form in (digest.digest(), digest.hexdigest().encode())
        ],
        "key-charset": charset_keys(secret, added),
    }
    for code, keys in made.items():
        yield from ((code, key) for key in keys)


def charset_keys(secret, added):
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return []
    little, big = text.encode("utf-16-le"), text.encode("utf-16-be")
    both = [little, big, b"\xff\xfe" + little, b"\xfe\xff" + big, secret.decode("latin-1").encode()]
    lost = sum(c > "\xff" for c in text)
    return both if lost and len(text) - lost < PIECE + added else [*both, latin(text)]


def case_keys(secret):
    """As a database, a form or WordPress' sanitize_key keeps it: ASCII letters in one case."""
    return [secret.lower(), secret.upper()] if len(secret) >= PIECE else []


def escaped_keys(secret):
    """As it is written in a page, in an address, in JSON or in a string literal; and with its own escapes undone."""
    text = secret.decode("latin-1")
    yield from (one.encode("latin-1") for one in html_escapes(text))
    yield from (url_escape(secret, kept).encode() for kept in URL_KEPT)
    slashed = re.sub(r'(["\\])', r"\\\1", text)
    yield from (one.encode("latin-1") for one in (slashed, slashed.replace("/", "\\/"), slashed.replace("'", "\\'")))
    yield secret.replace(b"$", b"$$")
    undone = [unescaped_html(text).encode("latin-1"), re.sub(rb"\\(.)", rb"\1", secret, flags=re.S)]
    undone += [unescaped_url(form) for form in (secret, secret.replace(b"+", b" "))]
    yield from (form for form in undone if len(form) >= PIECE)


# What a store of secrets keeps round a value.
IN_JSON = ['{"N":"~"}', '{"N": "~"}', "{'N': '~'}"]


# As a config file, a comma, a shell's prompt or a language leaves it: before, after.
MARKED = """"~", '~', "~"; '~'; "~ '~ ~" ~' ~% SecretStr('~') Some("~") Ok("~") ('~',) ["~"] ['~']"""
MARKED = [tuple(form.encode().split(b"~")) for form in MARKED.split()]
LABELS = [name + mark for name in ("~", "secret", "Secret", "SECRET", "Secure Mode Secret", "key") for mark in (": ", ":", " = ")]
RARE_PREFIXES = [*LABELS, "ApiKey ", "Basic ", "Token ", "secret=", "key=", "SECRET=", "iv_", "utv_"]


def rarely_padded(secret):
    """With a mark of the byte order and a line's end, with an empty line, between blanks, or as echo writes it that knows no escapes."""
    for before, after in [("\ufeff", "\n"), ("\ufeff", "\r\n"), ("", "\n\n"), ("", "\r\n\r\n"), (" ", "\n"), ("", " \n"), ("", "\\n")]:
        yield before.encode() + secret + after.encode()


def objects(secret, variable):
    for name in (variable, "secret", "value", "key", "secret_key", "api_key", "api_secret"):
        for form in IN_JSON:
            before, after = form.replace("N", name, 1).split("~")
            yield before.encode() + secret + after.encode()


def latin(text, charset="latin-1"):
    return text.encode(charset, "replace")


def wrong_keys(secret, variable):
    """({code}, key): what one mistake makes of a secret."""
    if len(secret) <= LONG:
        brackets = [("quoted-key", before.encode() + secret + after.encode()) for before, after in BRACKETS]
        for code, key in [*written_keys(secret, variable, PADS), *brackets, *encoded_keys(secret)]:
            if key and key != secret:
                yield {code}, key


def rare_keys(secret, variable):
    """({code}, key): what one mistake makes of a secret, and no other is tried with."""
    prefixes = [prefix.replace("~", variable).encode() for prefix in RARE_PREFIXES]
    made = {
        "padded-key": rarely_padded(secret),
        "quoted-key": [*objects(secret, variable), *(before + secret + after for before, after in MARKED)],
        "prefixed-key": [secret + secret, *(form for prefix in prefixes for form in (prefix + secret, secret.removeprefix(prefix)))],
        "key-case": case_keys(secret),
        "key-escaped": escaped_keys(secret),
    }
    for code, keys in made.items() if len(secret) <= LONG else ():
        yield from (({code}, key) for key in keys if key and key != secret)


def twice_wrong_keys(secret, variable):
    """({code, code}, key): what two mistakes make of it, one after the other."""
    if len(secret) > PAIRED_SECRET:
        return

    def frequent(key, added=0):
        return [*encoded_keys(key, added), *written_keys(key, variable, FREQUENT_PADS, added)]

    for first, once in dict.fromkeys(frequent(secret)):
        if once and once != secret:
            # A piece of the secret is too small to be guessed only without what was put round it, and without the marks for
            # what a character set has not.
            added = len(once) if first == "key-charset" else max(0, len(once) - len(secret))
            for second, twice in frequent(once, added):
                if twice and twice != secret and first != second:
                    yield {first, second}, twice


# Messages.

# What a shell's echo signs: its own option, escapes that it does not know, a blank before the pipe of cmd.exe; C's last NUL.
ECHOED = ["-n ~\n", "-e ~\n", "~\\n", "~\\n\n", "~ \r\n", "~\0"]
WIDTH = 64  # columns and buffers of fixed width, at most

# What was signed: the codes, the bytes, how many mistakes they are, whether it is one of many that differ in the time alone.
Message = collections.namedtuple("Message", "codes signed mistakes searched", defaults=[1, False])

# A template that nothing filled, or a name that was taken for its value.
UNFILLED = [
    frame.replace("~", name)
    for frame in ("~", "{{~}}", "{{ ~ }}", "${~}", "#{~}", "{~}", "<%= ~ %>", "<~>", "[~]", "%~%", "$~", ":~", "@~")
    for name in "user.id current_user.id user_id userId id email uid USER_ID YOUR_USER_ID user->id user['id'] user".split()
] + ["%s", "%d", "id-of-the-person", *"AnonymousUser anonymous guest Guest unknown -1".split()]  # what stands for a visitor who has no id
# What the vendors' own samples sign, and with what.
SAMPLE_KEYS, SAMPLE_IDS = ["Secure Mode Secret", "YOUR_SECURE_MODE_SECRET", "mysecret"], ["id-of-the-person", "id"]
NOT_IDS = ["", *"null NULL undefined None nil NaN false False true True Array Object 0".split(), "[object Object]", "[object Promise]"]

# What HTML escapes make of the two quotes, and what is undone.
QUOTES = ["\" '", "&quot; '", "&quot; &#39;", "&quot; &#039;", "&quot; &#x27;", "&quot; &apos;", "&#34; &#39;"]
ENTITIES = dict(zip("&amp; &lt; &gt; &quot; &#34; &#39; &#039; &#x27; &apos;".split(), "& < > \" \" ' ' ' '".split()))
# What URL escapes leave alone beside letters and digits; and those that write a space as a plus.
URL_SAFE, URL_SAFE_WITH_PLUS = ["-_.~", "-_.!~*'()", "-_.~/", ";,/?:@&=+$-_.!~*'()#"], ["-_.", "-_.~", "-_.*"]


URL_KEPT = [*URL_SAFE, *(safe + " " for safe in URL_SAFE_WITH_PLUS)]


def html_escapes(text):
    ampersands = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for quotes in QUOTES:
        double, single = quotes.split()
        yield ampersands.replace('"', double).replace("'", single)


def url_escape(raw, kept):
    kept += string.ascii_letters + string.digits
    return "".join(chr(byte) if chr(byte) in kept else f"%{byte:02X}" for byte in raw).replace(" ", "+")


def unescaped_html(text):
    return re.sub("|".join(ENTITIES), lambda entity: ENTITIES[entity[0]], text)


def unescaped_url(raw):
    return re.sub(b"%([0-9A-Fa-f]{2})", lambda digits: bytes.fromhex(digits[1].decode()), raw)


def escapes(text):
    yield from html_escapes(text)
    yield from (url_escape(text.encode(), kept) for kept in URL_KEPT)
    yield unescaped_html(text)
    yield from (unescaped_url(form.encode()) for form in (text, text.replace("+", " ")))


def unusual_escapes(text):
    """Of JSON that spares HTML and ASCII, of XML, of string literals and SQL; and of addresses, with small digits."""
    for characters in ("['\"&<>+]|[^\0-\x7f]", "[^\0-\x7f]"):
        for digits in ("04x", "04X"):

            def units(match, digits=digits):
                raw = match[0].encode("utf-16-be")
                return "".join(f"\\u{int.from_bytes(raw[at : at + 2], 'big'):{digits}}" for at in range(0, len(raw), 2))

            yield re.sub(characters, units, text)
    yield from (re.sub("[^\0-\x7f]", lambda match: f"&#{mark.format(ord(match[0]))};", text) for mark in ("{}", "x{:x}", "x{:X}"))
    yield from (re.sub(f"[{quotes}]", r"\\\g<0>", text) for quotes in ("'\"\\\\", "'\\\\"))
    yield from (text.replace("'", "''"), text.replace("/", "\\/"))
    yield from (re.sub("%..", lambda match: match[0].lower(), url_escape(text.encode(), kept)) for kept in URL_KEPT)


def php_floats(text):
    """A number that PHP read as a float, with its precision of 14."""
    if re.fullmatch("-?[1-9][0-9]{15,38}", text):
        mantissa, exponent = f"{float(text):.13e}".split("e")
        whole, fraction = mantissa.split(".")
        yield f"{whole}.{fraction.rstrip('0') or '0'}E{exponent}"


def number_formats(text):
    """The same number, written otherwise."""
    if len(text.encode()) > 40:
        return
    whole = re.fullmatch("(-?)(0|[1-9][0-9]*)", text)
    if whole:
        sign, digits = whole.groups()
        nearest = float(digits)
        yield sign + digits[:15] + "0" * (len(digits) - 15)  # a spreadsheet's
        shortest = next(form for places in range(17) if float(form := f"{nearest:.{places}e}") == nearest)
        yield from (text + ".0", text + ".00")
        yield from (sign + "0" * zeros + digits for zeros in range(1, 21 - len(digits)))
        if len(digits) > 3:
            yield from (sign + f"{int(digits):,}".replace(",", mark) for mark in ",. '\u2019\xa0\u202f_")
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


def cases(text):
    name, at, domain = text.rpartition("@")
    yield from (text.lower(), text.upper(), name + at + domain.lower(), text[:1].upper() + text[1:])
    # The methods of bytes know the letters of ASCII only.
    yield from (text.encode().lower().decode(), text.encode().upper().decode())


# What languages print round an id; what vendors and databases put before one.
PRINTED = """ObjectId("~") ObjectId('~') ObjectID("~") UUID('~') UUID("~") Some(~) Some("~") Ok(~) Ok("~") Right(~) Just_~ Just_"~"
    Optional(~) Optional("~") Optional[~] Id(~) Id("~") UserId(~) UserId("~") UserID(~) User(~) User(id=~) User_object_(~) <User_~>
    <User:_~> <User(~)> #<User_id:_~> Decimal('~') (~) (~,) ('~',) ("~",) [~] ["~"] ['~'] {~} <~> :~ :"~" ~n ~L String(~) int64(~)
    Integer(~) u'~' i:~; int(~) Int64(~) Long(~) BigInt(~)
    NumberInt(~) NumberLong(~) NumberLong("~") ObjectId(~) np.int64(~) array(~) UserId(value=~) UserId[value=~]
    UserId_{_value:_~_} UserId_{_Value_=_~_} User{id=~} User[id=~] #<struct_id=~> map[id:~] {:ok,_~} {:ok,_"~"} &{~} UserId_~"""
PRINTED += """ %!s(int=~) %!s(int64=~) %!s(uint=~) %!s(uint64=~) %!d(string=~)"""
PRINTED += """ Row(id=~) <User:_User_object_(~)> [(~,)] ~, ~,00"""
PRINTED += """ new_ObjectId('~') new_ObjectId("~") BSON::ObjectId('~') BSON::ObjectId("~") ObjectID(~) ObjectID('~') UUID(~)"""
# A type of one's own: of Rust, Python, Java, Kotlin, Go, C#.
VALUES = """(~) ("~") ('~') [~] _~ (id=~) (id='~') (value=~) (value='~') [id=~] [value=~] {id=~} {value=~} _{_id:_~_} _{_id:_"~"_}
    _{_value:_~_} _{_Id_=_~_} _{_Value_=_~_}"""
PRINTED = PRINTED.split() + [name + value for name in ("User", "UserId", "UserID", "Id") for value in VALUES.split()]
PRINTED = [tuple(each.replace("_", " ").split("~")) for each in PRINTED] + [("np.str_('", "')")]
ID_PREFIXES = """user users User Users USER usr u uid id ID customer customers cus cust account acct member contact client person people
    profile tenant org team visitor player student employee""".split()
ID_PREFIXES = [word + mark for word in ID_PREFIXES for mark in ("_", ":", "-", "/", ".", "|", "#", "")]
ID_PREFIXES += [root + path for root in ("", "/v1", "/api", "/api/v1") for path in ("/users/", "/user/")]
ID_PREFIXES += "auth0| google-oauth2| # mailto: gid://app/User/ gid://shopify/Customer/".split()
NAMES = "id user_id userId uid _id sub email user external_id $oid ID Id userID S N".split()
# JSON of JavaScript and PHP, and of Python, with a number and with text; what Python, Ruby and Node print; a query.
OBJECTS = """{"N":~} {"N":"~"} {"N":_~} {"N":_"~"} {'N':_~} {'N':_'~'} {N:_~} {N:_"~"} {"N"=>~} {"N"=>"~"} {:N=>~} {:N=>"~"}
    {_N:_~_} {_N:_'~'_} {_N_=_~_} N=~ N:~ N:_~"""
OBJECTS = [form.replace("_", " ").replace("N", name) for form in OBJECTS.split() for name in NAMES]
AROUND = [*PRINTED, *((prefix, "") for prefix in ID_PREFIXES), *(tuple(form.split("~")) for form in OBJECTS)]


def other_forms(text):
    """The same id as a language or a database writes it (text or bytes)."""
    raw = text.encode()
    if len(raw) > SEARCHED:
        return
    for before, after in AROUND:
        yield before + text + after
        if text.startswith(before) and text.endswith(after) and len(text) >= len(before) + len(after):
            yield text[len(before) : len(text) - len(after)]
    yield from (f's:{len(raw)}:"{text}";', f'string({len(raw)}) "{text}"')  # PHP's serialize and var_dump
    # Behind a prefix, whatever it is; the name in an address.
    yield from (text[match.end() :] for match in re.finditer("[/:|_.#-]", text))
    # Behind a bracket or a name, whatever it is, and without what stands round the value.
    yield from (text[match.end() :].strip("()[]{}<> \"',;") for match in re.finditer(r"[(\[{<=:]", text))
    if "@" in text:
        name, _, domain = text.rpartition("@")
        yield name
        if name.find("+") > 0:
            yield name.partition("+")[0] + "@" + domain
    yield text + text
    yield from decoded_ids(text)
    if re.fullmatch("[0-9A-Fa-f]{24}", text):
        yield bytes.fromhex(text)  # MongoDB's ObjectId
    yield from (raw.hex(), base64.b64encode(raw), base64.b64encode(raw).rstrip(b"="), base64.b64encode(b"User:" + raw))
    for name in ("md5", "sha1", "sha256"):
        yield from (hashlib.new(name, raw).hexdigest(), hashlib.new(name, raw).digest())
    # A telephone number.
    yield from (f"+{text}" if re.fullmatch("[0-9]{7,15}", text) else text[1:] for _ in range(bool(re.fullmatch(r"\+?[0-9]{7,15}", text))))
    if re.fullmatch("0|[1-9][0-9]*", text) and int(text) < 2**64:
        number = int(text)
        for size in {8, (number.bit_length() + 7) // 8, *([4] if number < 2**32 else [])}:
            yield number.to_bytes(size, "big")
        yield from (number.to_bytes(size, "little") for size in (4, 8) if number < 256**size)
        if number <= LONG:
            yield bytes(number)  # Python's bytes(42)
        # Go's string(42).
        yield chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    yield from uuids(text)


def decoded_ids(text):
    """What base64 says that has one spelling; and an id behind the name of its type, as GraphQL's global ids have it."""
    raw = unbase64(text)
    if not raw or text.rstrip("=").encode() not in (encode(raw).rstrip(b"=") for encode in (base64.b64encode, base64.urlsafe_b64encode)):
        return
    inside = utf8(in_bytes(raw))
    if inside is not None and not re.search("[\0-\x1f\x7f]", inside):
        yield from (inside, *([inside.rpartition(":")[2]] if ":" in inside else []))


def uuids(text):
    group = "[0-9A-Fa-f]"
    found = re.fullmatch(f"(?:urn:uuid:)?([{{(]?)({group}{{8}}(?:-{group}{{4}}){{3}}-{group}{{12}}|{group}{{32}})([}})]?)", text)
    if not found or found[1] + found[3] not in ("", "{}", "()"):
        return
    parsed = uuid.UUID(found[2])
    for form in (parsed.hex, str(parsed), parsed.hex.upper(), str(parsed).upper()):
        yield from (form, f"{{{form}}}", f"({form})", f"urn:uuid:{form}")
    # Of databases.
    yield from (f"0x{parsed.hex}", f"0x{parsed.hex.upper()}", f"\\x{parsed.hex}")
    yield from (f"{mark}'{digits}'" for mark in "xX" for digits in (parsed.hex, parsed.hex.upper()))
    encoded = base64.b64encode(parsed.bytes)
    yield from (parsed.bytes, parsed.bytes_le, str(parsed.int), encoded, encoded.rstrip(b"="))


def charsets(message):
    """The right message in another encoding of characters."""
    text = message.decode()
    little, big = text.encode("utf-16-le"), text.encode("utf-16-be")
    yield from (latin(text), latin(text, "ascii"), message.decode("latin-1").encode())
    yield from (little, big, b"\xff\xfe" + little, b"\xfe\xff" + big, little[::2])


def forms(text, time, alone=False):
    """Messages for one identifier in another form. The time is the end of the message: `-T`, or nothing. Alone: without the many forms, and
    of the identifier alone, as another reading of the clock is tried with."""
    json_forms = [json.dumps(text, ensure_ascii=ascii_only) for ascii_only in (True, False)]
    of_case, known = {one.encode() for one in cases(text)}, text.encode()
    variants = {
        "id-padded": [*padded(text), text.lstrip(BLANK), text.rstrip(BLANK), text.strip(BLANK)],
        "id-case": of_case,
        "id-quoted": [
            *(in_marks(text) + [f"b'{text}'"]),
            *(form for one in json_forms for form in (one, one.replace("/", "\\/"))),
            *([inside] if (inside := inside_of(MARKS, text)) else []),
        ],
        "id-escaped": escapes(text),
        "id-normalised": [unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)],
        "id-number-format": number_formats(text),
        "id-not-text": NOT_IDS,
        "id-form": [] if alone else other_forms(text),
    }
    for code, made in variants.items():
        for form in made:
            form = form.encode() if isinstance(form, str) else form
            # Case and the prefix of vendors' libraries have codes of their own; the empty text is a word for no id.
            has_other_code = not form or form in of_case or form.startswith(b"email:") or b"email:" + form == known
            if form != known and not (code == "id-form" and has_other_code):
                yield Message({code}, form + time.encode())
    if alone:
        return
    whole = text + time
    yield from (Message({"id-padded"}, form.replace("~", whole).encode()) for form in ECHOED)
    yield from (Message({"id-padded"}, one + time.encode(), searched=True) for one in fixed(text))
    yield from (Message({"id-not-text"}, (one + time).encode(), searched=True) for one in UNFILLED if one != text)
    yield from (Message({"id-escaped"}, (one + time).encode(), searched=True) for one in unusual_escapes(text) if one != text)
    yield from (Message({"id-number-format"}, (one + time).encode(), searched=True) for one in php_floats(text))
    if time:
        yield from (Message({"id-padded"}, (whole + pad).encode()) for pad in FREQUENT_PADS)
        yield from (Message({"id-quoted"}, (mark + whole + mark).encode()) for mark in "\"'")
    yield from (Message({"id-charset"}, form) for form in charsets(whole.encode()) if form != whole.encode())
    windows = decoded_as("cp1252", whole)  # MySQL's latin1
    if windows and windows not in (whole.encode(), latin(whole)):
        yield Message({"id-charset"}, windows, searched=True)


def fixed(text):
    """Of a fixed width: blanks behind it or before it, NULs behind its bytes."""
    raw = text.encode()
    for width in range(2, WIDTH + 1):
        if width > len(text):
            yield from (text.ljust(width).encode(), text.rjust(width).encode())
        if width > len(raw) + 1:
            yield raw.ljust(width, b"\0")


def identifiers(user_id, also):
    """Other identifiers as given and in lower case."""
    return [form for one in also if len(one.encode()) <= LONG for form in dict.fromkeys([one, one.lower()]) if form != user_id]


# Time.

SEPARATORS = ["-", ".", ":", "_", "", " - ", "- ", " -", "--", " ", "|", "/"]
APART, NEAR = 60, 5  # seconds between two readings of the clock, and where a second mistake of many was made


def within(time, seconds):
    return range(max(time - seconds, 0), min(time + seconds, LATEST) + 1)


def apart(identifier, time):
    """Another reading of the clock. Of a long message the nearest alone."""
    is_short = len(f"{identifier}-{time}".encode()) <= SEARCHED
    return [at for at in within(time, APART if is_short else NEAR) if at != time]


WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def other_units(time):
    """A time in whole seconds, as other clocks give it."""
    yield from (f"{time}{ending}" for ending in ("000000", "000000000", ".0", ".000"))
    yield from (f"{time:,}".replace(",", mark) for mark in THOUSANDS)
    yield from (f"{time:x}", f"0x{time:x}", f"{time:X}")
    # C's %g has six digits; other languages write all that there are.
    for number in (f"{decimal.Decimal(time).normalize():e}", f"{time:.5e}"):
        digits, power = re.sub(r"\.?0+$", "", number.partition("e")[0]) if "." in number else number[0], int(number.partition("e")[2])
        yield from (f"{digits}{mark}{power}" for mark in ("e", "E", "e+", "e+0", "E+"))
    days, seconds = divmod(time, 86400)
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    iso = f"{date.year:04}-{date.month:02}-{date.day:02}"
    yield from (f"{iso}T{clock}{ending}" for ending in ("Z", ".000Z", "+00:00", ""))
    yield from (f"{iso} {clock}{ending}" for ending in ("", " UTC", " +0000", "+00:00", " +0000 UTC"))
    basic = re.sub("[-:]", "", f"{iso}T{clock}")
    yield from (basic + "Z", basic.replace("T", ""))
    weekday, month = WEEKDAYS[date.weekday()], MONTHS[date.month - 1]
    yield f"{weekday} {month} {date.day:02} {date.year:04} {clock} GMT+0000 (Coordinated Universal Time)"  # JavaScript's String(date)
    # asctime of C and of others, which write the day of the month with a blank; Java's Date.
    yield f"{weekday} {month} {date.day:>2} {clock} {date.year:04}"
    yield f"{weekday} {month} {date.day:02} {clock} UTC {date.year:04}"
    yield from (f"{weekday}, {date.day:02} {month} {date.year:04} {clock} {zone}" for zone in ("GMT", "+0000"))


def moments(local, minutes):
    """The time of a clock in a zone that is so many minutes ahead, as languages and databases write it."""
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=local)
    text = moment.isoformat()
    hours = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    for zone in (hours, hours.replace(":", ""), ""):
        yield from (text + zone, text.replace("T", " ") + " " * bool(zone) + zone)


# Between thousands; the last is what French and others have.
THOUSANDS = (",", ".", "_", " ", "'", "\u202f")


def whole_seconds(unit):
    """The seconds, rounded down, of a time that is not in whole seconds, or not written as these are; or None."""
    seconds = number_of_seconds(unit)
    return seconds_of_moment(unit) if seconds is None else seconds if seconds <= LATEST else None


def number_of_seconds(unit):
    for mark in THOUSANDS:
        if re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+", unit):
            return int(unit.replace(mark, ""))
    if re.fullmatch("(?:0x)?[0-9a-fA-F]{8}", unit) and not unit.isdecimal():
        return int(unit, 16)
    if re.fullmatch(r"[0-9]+\.[0-9]{1,9}[eE]\+?0?9", unit):
        return int(decimal.Decimal(unit))
    if re.fullmatch("[1-9](?:[0-9]{12}|[0-9]{15}|[0-9]{18})", unit):
        return int(unit[:10])
    fraction = re.fullmatch(rf"({TIME})\.[0-9]{{1,9}}", unit)
    if fraction:
        return int(fraction[1])
    return None


def seconds_of_moment(unit):
    basic = re.fullmatch("([0-9]{4})([0-9]{2})([0-9]{2})T?([0-9]{2})([0-9]{2})([0-9]{2})Z?", unit)
    if basic:
        unit = "{}-{}-{}T{}:{}:{}".format(*basic.groups())
    # With names: of HTTP and mail, of C and Java, of JavaScript.
    words = re.sub(r" \(.*", "", unit, count=1, flags=re.DOTALL).replace(",", " ").split(" ")
    words = [word for word in words if word and word not in WEEKDAYS]
    kinds = {
        "day": "[0-9]{1,2}",
        "month": "|".join(MONTHS),
        "year": "[0-9]{4}",
        "clock": "(?=.*:)[0-9:]{8}",
        "zone": r"(?:GMT|UTC)(?:[+-].*)?|[+-].*",
    }
    named = {kind: word for word in words for kind, form in kinds.items() if re.fullmatch(form, word, re.DOTALL)}
    if {*kinds} - {"zone"} <= {*named} and all(any(re.fullmatch(form, word, re.DOTALL) for form in kinds.values()) for word in words):
        zone = re.sub("^(GMT|UTC)", "", named.get("zone", ""))
        unit = f"{named['year']}-{MONTHS.index(named['month']) + 1:02}-{named['day']:0>2}T{named['clock']}{zone}"
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


def messages_of_time(identifier, kind, time, now, narrow):
    """Messages that have another time than they should; narrow: those near it alone, as for second mistakes."""

    def one(codes, signed, searched=False):
        if not (narrow and searched):
            yield Message(set(codes.split()), signed.encode(), searched=searched)

    if kind == "needless":
        yield from one("wrong-scheme", identifier + time)
    if kind == "missing":
        yield from one("wrong-scheme timestamp-missing", identifier)
        for at in within(now, CLOCK_SKEW):
            yield from one("timestamp-not-sent", f"{identifier}-{at}", abs(at - now) > NEAR)
    if kind == "other":
        for at in within(now, CLOCK_SKEW):
            if f"-{at}".startswith(time) and time != f"-{at}":
                yield from one("truncated", f"{identifier}-{at}", True)
            # A variable that was never set, behind the hyphen. One that is empty looks like a time that was cut off.
            if time in ("-undefined", "-null", "-None", "-nil", "-NaN", "-false"):
                yield from one("timestamp-not-sent", f"{identifier}-{at}", True)
        if time.startswith("-") and not re.fullmatch("-" + TIME, time):
            yield from one("timestamp-unit", identifier + time)
            if not narrow and re.fullmatch("-[1-9][0-9]{12}", time):
                # Date.now(), read twice.
                for at in range(int(time[1:]) - APART, int(time[1:]) + APART + 1):
                    if f"-{at}" != time:
                        yield Message({"timestamp-unit", "timestamp-differs"}, f"{identifier}-{at}".encode(), 2, True)
            seconds = whole_seconds(time[1:])
            if seconds is not None:
                yield from one("timestamp-unit", f"{identifier}-{seconds}")
                yield from one("timestamp-unit", f"{identifier}-{seconds + 1}")
    if kind == "right" and time:
        time = int(time[1:])
        yield from one("timestamp-not-signed", identifier)
        for mark in SEPARATORS:
            yield from one("timestamp-separator", f"{time}{mark}{identifier}")
            if mark != "-":
                yield from one("timestamp-separator", f"{identifier}{mark}{time}")
        for at in apart(identifier, time):
            yield from one("timestamp-differs", f"{identifier}-{at}")
        for thousandths in range(1000):
            yield from one("timestamp-unit", f"{identifier}-{time}{thousandths:03}", thousandths > 0)
            yield from one("timestamp-unit", f"{identifier}-{time}.{thousandths:03}", True)
        for unit in other_units(time):
            yield from one("timestamp-unit", f"{identifier}-{unit}")
        for minutes in (sign * zone for zone in ZONES for sign in (1, -1)):
            local = time + minutes * 60
            if 0 <= local <= LATEST:
                yield from one("time-zone", f"{identifier}-{local}", True)
                for unit in moments(local, minutes):
                    yield from one("timestamp-unit", f"{identifier}-{unit}", True)


# Between two identifiers.
JOINTS = ["", "-", "_", ":", "|", ",", ".", "/", " ", ";"]


def messages(given, user_id, also, kind, time, now):
    """What may have been signed with one mistake, for digests that have this kind of time."""
    if kind == "right":
        yield Message(set(), (user_id + time).encode(), 0)
        if given != user_id:
            yield Message({"id-case"}, (given + time).encode())
        addresses = ["email:" + one for one in (*identifiers(user_id, also), user_id, user_id.lower())]
        addresses += [user_id[6:]] if user_id.startswith("email:") else []
        for other in [*identifiers(user_id, also), *addresses]:
            yield Message({"other-identifier"}, (other + time).encode())
        yield from forms(user_id, time)
        short = [one for one in also if max(len(one.encode()), len(user_id.encode())) <= SEARCHED]
        for pair in (pair for other in short for pair in ((user_id, other), (other, user_id))):
            yield from (Message({"id-form"}, (mark.join(pair) + time).encode()) for mark in JOINTS)
    yield from messages_of_time(user_id, kind, time, now, narrow=False)


def lines(user_id, time):
    """The id in another form, with a newline behind it, as echo and jq print it."""
    for one in forms(user_id, "\n" + time):
        if one.codes & {"id-form", "id-quoted", "id-case"}:
            yield one._replace(codes=one.codes | {"id-padded"}, mistakes=2)


def forms_apart(user_id, time):
    """The id in another form, and the clock was read twice."""
    for at in apart(user_id, int(time[1:])):
        for one in forms(user_id, f"-{at}", alone=True):
            if not one.codes & {"id-not-text", "id-number-format"}:
                yield one._replace(codes=one.codes | {"timestamp-differs"}, mistakes=2)


def messages_of_also(user_id, also, kind, time, now):
    """Another identifier with a mistake of its own. The many of `id-form` are made of what was given alone, not of it in lower case."""
    for other in identifiers(user_id, also):
        if len(other.encode()) <= PAIRED:
            made = [*messages_of_time(other, kind, time, now, narrow=True)]
            made = [one for one in made if other in also[:4] or not is_far(one, time)]
            if kind == "right":
                made += [one for one in forms(other, time) if (other in also or "id-form" not in one.codes) and not one.searched]
            yield from (one._replace(codes=one.codes | {"other-identifier"}, mistakes=2) for one in made)


# Trying them.


class Found:
    """The codes of what explains the text with the fewest mistakes."""

    def __init__(self):
        self.mistakes, self.codes = None, set()

    def add(self, codes, mistakes):
        if self.mistakes is None or mistakes < self.mistakes:
            self.mistakes, self.codes = mistakes, set(codes)
        elif mistakes == self.mistakes:
            self.codes |= codes


INNER, OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def macs(key, messages):
    """HMAC-SHA256 of thousands of messages: the key is hashed once."""
    key = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = hashlib.sha256(key.translate(INNER)), hashlib.sha256(key.translate(OUTER))
    for message in messages:
        one, other = inner.copy(), outer.copy()
        one.update(message.signed)
        other.update(one.digest())
        yield message, other.digest()


def is_written(reading, mac):
    at = 0
    for piece in reading.write(mac):
        if not reading.digits.startswith(piece, at):
            return False
        at += len(piece)
    return at == len(reading.digits)


class Matcher:
    """Readings, found by the MAC that they would be."""

    def __init__(self, readings):
        self.whole, self.begun, self.written = collections.defaultdict(list), [], []
        self.others = [one for one in readings if "other-hash" in one.codes]
        self.others = [one for one in self.others if len(one.digits) == len(self.others[0].digits)]
        for reading in readings:
            if reading.write:
                self.written.append(reading)
            elif "other-hash" not in reading.codes and len(reading.digits) == 64:
                self.whole[bytes.fromhex(reading.digits)].append(reading)
            elif "other-hash" not in reading.codes:
                self.begun.append(reading)

    def of(self, mac):
        yield from self.whole.get(mac, ())
        yield from (one for one in self.begun if mac.hex().startswith(one.digits))
        yield from (one for one in self.written if is_written(one, mac))

    def try_all(self, found, codes, key, messages, hashes=False):
        def prove(message, reading):
            found.add(codes | message.codes | reading.codes, len(codes) + message.mistakes + len(reading.codes))

        if self.begun or self.written:
            for message, mac in macs(key, messages):
                for reading in self.of(mac):
                    prove(message, reading)
        elif self.whole:
            for message, mac in macs(key, messages):
                for reading in self.whole.get(mac, ()):
                    prove(message, reading)
        if hashes and self.others and len(key) <= LONG:
            algorithm = HASHES[len(self.others[0].digits)]
            for message in messages:
                if message.mistakes == 0 or len(message.signed) <= PAIRED and "id-form" not in message.codes:
                    digits = hmac.digest(key, message.signed, algorithm).hex()
                    for reading in [one for one in self.others if one.digits == digits]:
                        prove(message, reading)


def hashes_of(found, secret, identifier, time, readings, codes=frozenset()):
    """A plain hash of the secret, the id, or both."""
    names = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
    identifiers = {identifier.encode(), (identifier + time).encode()}
    joined = [
        form
        for mark in (b"", b":", b"-", b".", b"_", b"|", b" ")
        for one in identifiers
        for form in (secret + mark + one, one + mark + secret)
    ]
    hashed = [(one, set()) for one in (secret, *identifiers, *joined)]
    # SQL Server's HASHBYTES of nvarchar.
    hashed += [(one, {"id-charset"}) for one in map(utf16, identifiers) if one]
    if utf16(secret):
        hashed += [(utf16(secret), {"key-charset"}), *((utf16(one), {"key-charset", "id-charset"}) for one in joined)]
    for reading in readings:
        if reading.write or len(reading.digits) not in names or len(secret) > LONG:
            continue
        name = names[len(reading.digits)]
        for one, more in hashed:
            if hashlib.new(name, one).hexdigest() == reading.digits:
                made = reading.codes - {"other-hash", "truncated"} | codes | more | {"no-hmac"}
                found.add(made, len(made))


def utf16(raw):
    """Bytes of UTF-8 in UTF-16, or None."""
    try:
        return raw.decode().encode("utf-16-le")
    except UnicodeDecodeError:
        return None


def cut_hashes(found, secret, messages, readings):
    """HMAC with a longer hash, cut off to the length of SHA-256."""
    for message in messages if len(secret) <= LONG else ():
        for algorithm in ("sha384", "sha512"):
            digits = hmac.digest(secret, message.signed, algorithm).hex()[:64]
            for reading in readings:
                if not reading.write and "other-hash" not in reading.codes and reading.digits == digits:
                    made = message.codes | reading.codes | {"other-hash", "truncated"}
                    found.add(made, len(made))


def swapped(found, key_codes, secret, identifier, time, readings, codes=frozenset()):
    """HMAC with the id as the key and the secret as the message."""
    if len(secret) > LONG:
        return
    identifier, time = identifier.encode(), time.encode()
    macs = {hmac.digest(identifier + time, secret, "sha256").hex(), hmac.digest(identifier, secret + time, "sha256").hex()}
    for reading in readings:
        if not reading.write and "other-hash" not in reading.codes and reading.digits in macs:
            made = reading.codes | key_codes | codes | {"swapped-key-and-message"}
            found.add(made, len(made))


def twice_the_same(found, secret, identifier, time, readings):
    """HMAC with one value as the key and as the message."""
    time, macs = time.encode(), set()
    for one in (identifier.encode(), secret) if len(secret) <= LONG else ():
        macs |= {hmac.digest(key, message, "sha256").hex() for key, message in ((one, one), (one + time, one), (one, one + time))}
    for reading in readings:
        if not reading.write and "other-hash" not in reading.codes and reading.digits in macs:
            made = reading.codes | {"swapped-key-and-message"}
            found.add(made, len(made))


def swapped_with_another_hash(found, secret, identifier, time, others):
    """HMAC with another hash, the message as the key and the secret as the message."""
    for reading in others:
        if hmac.digest((identifier + time).encode(), secret, HASHES[len(reading.digits)]).hex() == reading.digits:
            made = reading.codes | {"swapped-key-and-message"}
            found.add(made, len(made))


def appended(found, encoding, keys, user_id, text, also):
    """Go's mac.Sum(id): the id and then the MAC of nothing."""
    text = text.strip(ASCII_BLANK)
    upper = {"upper-case"} if re.search("[A-F]", text) else set()
    for raw, codes in [(unhex(text), upper), (unbase64(text), set()), (text.encode("latin-1"), set())]:
        if not raw or len(raw) < 32:
            continue
        if written(raw, encoding) != (text.lower() if encoding == "hex" else text):
            codes = codes | {"other-encoding"}
        for identifier, more in [(user_id, set()), *((one, {"other-identifier"}) for one in identifiers(user_id, also))]:
            if re.fullmatch(re.escape(identifier.encode()) + b"(-[0-9]*)?", raw[:-32]):
                for key_codes, key in keys:
                    if hmac.digest(key, b"", "sha256") == raw[-32:]:
                        # It is certain: that the empty id was signed is not said beside it.
                        made = codes | more | key_codes
                        found.add(made | {"wrong-call"}, len(made))


def verified(row, keys, user_id, text):
    """(the lowest index of a key that signed it, its time), or None."""
    mac, time = presented(row, text)
    message = (user_id + time).encode()
    for index, key in enumerate(keys):
        if mac and hmac.digest(key, message, "sha256") == mac:
            return index, time[1:]
    return None


def presented(row, text):
    """(the MAC, its time's end) of a text that has a signature's form, else (None, "")."""
    body, time = text, ""
    if row["scheme"] == "timestamped":
        found = re.fullmatch(f"(.*)(-{TIME})", text, re.S)
        body, time = found.groups() if found else ("", "")
    mac = mac_of(body, row["encoding"])
    return (mac, time) if mac else (None, "")


def has_form(row, text):
    return presented(row, text)[0] is not None


def is_secret(row, keys, text):
    """Whether a text is one of the secrets. Of a key that is given in hex the digits are, in either case."""
    raw = text.strip(ASCII_BLANK).encode("latin-1")
    return any(raw.lower() == key.hex().encode() if row["key"] == "hex" else raw == key for key in keys)


def age(signed_at, now):
    """Codes of a time that verify would not accept."""
    ahead = signed_at - now
    if -MAX_AGE <= ahead <= CLOCK_SKEW:
        return []
    zone = any(abs(ahead - minutes * 60) <= CLOCK_SKEW for minutes in ZONES)
    return ["expired" if ahead < 0 else "from-the-future"] + ["time-zone"] * zone


def is_far(message, time):
    """Another reading of the clock, but for the nearest."""
    return "timestamp-differs" in message.codes and abs(int(message.signed.rpartition(b"-")[2]) - int(time[1:])) > NEAR


FREQUENT_KEYS = {"empty-key", "padded-key", "quoted-key", "hex-key", "base64-key"}


def is_timed(kind, time):
    return kind == "right" and time != ""


def hypotheses(row, keys, given, user_id, text, also, now):
    """The codes of the fewest mistakes that explain the text."""
    found, nothing = Found(), frozenset()
    all_groups, variable, encoding = groups_of(row, text), row["variable"], row["encoding"]
    secrets = keys[:SECRETS]
    of_none = [({"empty-key"}, b""), *(({"placeholder-key"}, one.encode()) for one in placeholders(variable))]
    of_first = of_none + [*wrong_keys(secrets[0], variable)]
    wrong = of_first + [key for secret in secrets[1:] if len(secret) <= SEARCHED for key in wrong_keys(secret, variable)]
    varied = [secret for at, secret in enumerate(secrets) if at == 0 or len(secret) <= SEARCHED]
    wrong += [key for secret in varied for key in rare_keys(secret, variable)]
    wrong += [({"empty-key"}, one.encode()) for one in EMPTY]
    wrong += [({"placeholder-key"}, one.encode()) for one in rare_placeholders(variable)]
    groups = []
    for kind, (time, readings) in all_groups.items():
        made = [one for one in messages(given, user_id, also, kind, time, now) if not one.searched or len(one.signed) <= SEARCHED]
        groups.append((kind, time, readings, Matcher(readings), made, time if kind in ("right", "needless") else ""))

    # One mistake.
    alphabet = {"hex": None, "base64": "[0-9A-Za-z+/]", "base64url": "[0-9A-Za-z_-]"}[encoding]
    if alphabet and row["scheme"] == "plain" and re.fullmatch(alphabet + "{27,42}", text):
        # 27 characters are more than 40 hex digits.
        for secret in secrets:
            if written(hmac.digest(secret, user_id.encode(), "sha256"), encoding).startswith(text):
                found.add({"truncated"}, 1)
    appended(found, encoding, [(set(), secret) for secret in secrets], user_id, text, also)
    for _, time, readings, matcher, made, end in groups:
        for secret in secrets:
            many = [one for one in made if one.searched or is_far(one, time)]
            matcher.try_all(found, nothing, secret, [one for one in made if not (one.searched or is_far(one, time))], hashes=True)
            matcher.try_all(found, nothing, secret, many)
            hashes_of(found, secret, user_id, end, readings)
            swapped(found, nothing, secret, user_id, end, readings)
            twice_the_same(found, secret, user_id, end, readings)
            cut_hashes(found, secret, [one for one in made if one.mistakes == 0], readings)
            # A signature that was signed again, with its time or without.
            signature = written(hmac.digest(secret, (user_id + end).encode(), "sha256"), encoding)
            again = [Message({"id-form"}, (signature + tail).encode()) for tail in {end, end + end}]
            matcher.try_all(found, nothing, secret, again)
        right = [one for one in made if one.mistakes == 0]
        for codes, key in wrong if right else ():
            matcher.try_all(found, codes, key, right, hashes=True)
    if found.codes:
        return found.codes

    # Two, of the first secret.
    secret, others = secrets[0], [one for one in identifiers(user_id, also) if len(one.encode()) <= PAIRED]
    appended(found, encoding, of_first, user_id, text, also)
    twice = [*twice_wrong_keys(secret, variable)]
    for kind, time, readings, matcher, made, end in groups:
        doubly = [*messages_of_also(user_id, also, kind, time, now), *(lines(user_id, time) if kind == "right" else [])]
        # The usual form of an e-mail address in place of an id is longer than a pair may be.
        hashed = {hashlib.sha256(one.encode()).hexdigest().encode() + end.encode() for one in others if one in also}
        matcher.try_all(found, nothing, secret, [one for one in doubly if len(one.signed) <= PAIRED or one.signed in hashed])
        if kind == "right":
            sample = [Message({"id-not-text"}, (one + end).encode()) for one in SAMPLE_IDS]
            for key in SAMPLE_KEYS:
                matcher.try_all(found, {"placeholder-key"}, key.encode(), sample)
        # The many readings of the clock, where the writing has one mistake at most.
        likely = [one for one in readings if len(one.codes) < 2]
        many = Matcher(likely)
        if is_timed(kind, time) and len((user_id + time).encode()) <= PAIRED:
            many.try_all(found, nothing, secret, [one for one in forms_apart(user_id, time) if len(one.signed) <= PAIRED])
        if len(secret) <= PAIRED_SECRET:
            swapped(found, nothing, secret, user_id + "\n", end, readings, {"id-padded"})
            hashes_of(found, secret, user_id + "\n", end, readings, {"id-padded"})
            hashes_of(found, secret + b"\n", user_id, end, readings, {"padded-key"})
            swapped_with_another_hash(found, secret, user_id, end, matcher.others)
            for at in apart(user_id, int(time[1:])) if is_timed(kind, time) else ():
                swapped(found, nothing, secret, user_id, f"-{at}", likely, {"timestamp-differs"})
                if abs(at - int(time[1:])) <= NEAR:
                    hashes_of(found, secret, user_id, f"-{at}", likely, {"timestamp-differs"})
            for other in others:
                hashes_of(found, secret, other, end, readings, {"other-identifier"})
                swapped(found, nothing, secret, other, end, readings, {"other-identifier"})
                right = [Message({"other-identifier"}, (other + end).encode())] if kind == "right" else []
                cut_hashes(found, secret, right, readings)
            for codes, key in of_first:
                swapped(found, codes, key, user_id, end, readings)
        paired = [one for one in made if one.mistakes and not one.searched and len(one.signed) <= PAIRED and "id-form" not in one.codes]
        # The keys that are most often wrong with any other reading of the clock, the others with the nearest.
        near = [one for one in paired if not is_far(one, time)]
        for codes, key in of_first:
            matcher.try_all(found, codes, key, near)
            if codes & FREQUENT_KEYS:
                many.try_all(found, codes, key, [one for one in paired if is_far(one, time)])
        # .NET's Encoding.Unicode for both.
        charset = [one for one in made if "id-charset" in one.codes and not one.searched]
        for codes, key in of_first:
            if "key-charset" in codes:
                matcher.try_all(found, codes, key, charset)
        right = [one for one in made if one.mistakes == 0]
        for codes, key in twice if right else ():
            matcher.try_all(found, codes, key, right)
    return found.codes


def findings(row, keys, given, signature, also, now):
    """The codes for a checked id as it was given, the signature's bytes, checked texts beside the id, and the time."""
    if not signature:
        return ["missing-signature"]
    user_id, shown = as_sent(row, given), in_bytes(signature)
    verdict = verified(row, keys, user_id, shown)
    if verdict:
        index, time = verdict
        return ["valid-with-fallback" if index else "valid"] + (age(int(time), now) if time else [])
    if signature in (given.encode(), user_id.encode()):
        return ["signature-is-the-id"]
    is_swapped = has_form(row, user_id) and not has_form(row, shown)
    if is_swapped and utf8(shown) is not None and verified(row, keys, as_sent(row, utf8(shown)), user_id):
        return ["swapped-id-and-signature"]
    inside = unwrapped(row["scheme"], shown)
    codes = set()
    is_short = max(len(user_id.encode()), len(signature)) <= LONG and utf8(shown) is not None
    if is_short and not (inside and verified(row, keys, user_id, inside)):
        codes = hypotheses(row, keys, given, user_id, inside or shown, also, now)
    if "truncated" in codes:
        codes -= {"timestamp-not-sent"}  # a time that was cut off was sent
    if not codes and is_secret(row, keys, shown):
        return ["not-a-signature"]
    if not codes and is_swapped and (looks(shown) or len(signature) < LEAST):
        return ["swapped-id-and-signature"]
    if inside or not codes and looks(shown):
        codes |= {"not-a-signature"}
    return sorted(codes, key=CODES.index) or ["no-known-mistake"]
