"""Signs every user of examples/users.csv through every surface, and has Python's own hmac judge.

`make demo` builds the surfaces and runs it. Exit code 1 on any disagreement.
"""

import csv
import hashlib
import hmac
import sys
import unicodedata

from conformance import ROOT, Adapter, adapters, shorten

SECRETS = {"gosquared": "personsig-test-secret", "chameleon": "another-test-secret"}
NOW = 1596165824


def judge(provider, user_id):
    """The two formulas, as the providers publish them."""
    suffix = "" if provider == "gosquared" else f"-{NOW}"
    return hmac.new(SECRETS[provider].encode(), (user_id + suffix).encode(), hashlib.sha256).hexdigest() + suffix


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
    print(f"{len(users)} users, signed for each provider at {NOW}; the judge is Python's hmac.\n")
    widths = {surface: max(len(surface), 5) for surface in surfaces}
    signatures, wrong = 0, []
    for provider in SECRETS:
        heads = [fit(provider, 26, plain), "signature".ljust(25), *(surface.ljust(width) for surface, width in widths.items())]
        print("  ".join(heads).rstrip())
        for user_id in users:
            right = judge(provider, user_id)
            given = {"provider": provider, "secret": SECRETS[provider], "user_id": user_id, "now": NOW}
            answers = {surface: adapter.run("sign", given) for surface, adapter in surfaces.items()}
            marks = {surface: yes if answer == {"result": {"signature": right}} else no for surface, answer in answers.items()}
            signatures += len(marks)
            wrong += [(surface, user_id, answers[surface]) for surface, mark in marks.items() if mark == no]
            row = [fit(user_id, 26, plain), f"{right[:8]}..{right[60:]}".ljust(25)]
            print("  ".join([*row, *(mark.ljust(widths[surface]) for surface, mark in marks.items())]).rstrip())
        print()
    for adapter in surfaces.values():
        adapter.stop()
    for surface, user_id, answer in wrong[:10]:
        print(f"{surface} answers for {ascii(user_id)}: {shorten(answer)}")
    print(f"{signatures} signatures, {len(surfaces)} surfaces, {len(wrong)} disagree")
    return 1 if wrong or not signatures else 0


if __name__ == "__main__":
    sys.exit(main())
