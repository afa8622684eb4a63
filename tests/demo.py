"""Signs every user of examples/users.csv for two providers, and one user for every provider, on every surface. Python's own hmac judges.

`make demo` builds the surfaces and runs it. Exit code 1 on any disagreement.
"""

import base64
import csv
import hmac
import sys
import unicodedata

from conformance import ROOT, Adapter, adapters, shorten
from facts import VENDORS
from shared import SECRETS

EVERYBODY = ["gosquared", "chameleon"]  # plain and timestamped: for these, every user
ADA = "ada@example.com"
NOW = 1596165824
IDS = 26  # columns, at most


def judge(provider, user_id):
    """The providers' formulas."""
    row = VENDORS[provider]
    suffix = f"-{NOW}" if row["scheme"] == "timestamped" else ""
    key = bytes.fromhex(secret(provider)) if row["key"] == "hex" else secret(provider).encode()
    mac = hmac.digest(key, (user_id + suffix).encode(), "sha256")
    writings = {
        "hex": mac.hex(),
        "base64": base64.b64encode(mac).decode(),
        "base64url": base64.urlsafe_b64encode(mac).decode().rstrip("="),
    }
    return writings[row["encoding"]] + suffix


def secret(provider):
    """Each provider has its own: with one for two of them, a signature may be right for both."""
    return SECRETS["hex"] if VENDORS[provider]["key"] == "hex" else f"{provider}-test-secret"


def outline(signature):
    mac, hyphen, time = signature.partition("-") if signature.endswith(f"-{NOW}") else (signature, "", "")
    return f"{mac[:8]}..{mac[-4:]}{hyphen}{time}"


def columns(text):
    """How wide a terminal draws it."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    none = sum(unicodedata.combining(c) > 0 or unicodedata.category(c) in ("Cf", "Mn", "Me") for c in text)
    return len(text) + wide - none


def fit(text, width, ascii_only):
    """Exactly so many columns."""
    if ascii_only:
        text = text.encode("ascii", "backslashreplace").decode()
    dots = ".." if ascii_only else "\u2026"
    if columns(text) > width:
        while columns(text + dots) > width:
            text = text[:-1]
        text += dots
    # A mark of direction behind the text keeps the columns after a right-to-left name in their order.
    mark = "" if ascii_only else "\u200e"
    return text + mark + " " * (width - columns(text))


def main():
    plain = not sys.stdout.isatty() or "utf" not in (sys.stdout.encoding or "").lower()
    yes, no = ("ok", "WRONG") if plain else ("\u2713", "\u2717")
    with open(ROOT / "examples/users.csv", encoding="utf-8", newline="") as file:
        users = [row["id"] for row in csv.DictReader(file)]
    surfaces = {surface: Adapter(surface, argv) for surface, argv in adapters().items()}
    print(f"{len(users)} users, signed at {NOW}; the judge is Python's hmac.\n")
    tables = {provider: [(provider, user_id, user_id) for user_id in users] for provider in EVERYBODY}
    tables[ADA] = [(provider, ADA, provider) for provider in VENDORS if provider not in EVERYBODY]
    signatures, wrong = 0, []
    for head, cases in tables.items():
        lines = [[head, "signature", *surfaces]]
        for provider, user_id, name in cases:
            right = judge(provider, user_id)
            given = {"provider": provider, "secret": secret(provider), "user_id": user_id, "now": NOW}
            answers = {surface: adapter.run("sign", given) for surface, adapter in surfaces.items()}
            marks = {surface: yes if answer == {"result": {"signature": right}} else no for surface, answer in answers.items()}
            signatures += len(marks)
            wrong += [(surface, user_id, answers[surface]) for surface, mark in marks.items() if mark == no]
            lines.append([name, outline(right), *marks.values()])
        widths = [max(map(len, column)) for column in zip(*(line[1:] for line in lines))]
        for name, *rest in lines:
            print("  ".join([fit(name, IDS, plain), *(text.ljust(width) for text, width in zip(rest, widths))]).rstrip())
        print()
    for adapter in surfaces.values():
        adapter.stop()
    for surface, user_id, answer in wrong[:10]:
        print(f"{surface} answers for {ascii(user_id)}: {shorten(answer)}")
    print(f"{signatures} signatures, {len(surfaces)} surfaces, {len(wrong)} disagree")
    return 1 if wrong or not signatures else 0


if __name__ == "__main__":
    sys.exit(main())
