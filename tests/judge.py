"""What a failed case is called, and what an adapter claims to do. Used by conformance.py; standard library only.

A wrong signature is shown to mistakes.py, which tries every mistake that people are known to make.
"""

import re

import mistakes
import oracle

NAMED = 300  # wrong signatures per adapter: a mistake is in all of them, and one that has no name takes a tenth of a second
SHOWN, SHOWN_NAMES = 3, 20  # cases below a name, and names


PRIMITIVE = {"scheme": "plain", "encoding": "hex", "variable": "", "lower": False}  # what the bare HMAC is to mistakes.py


class Names:
    """Gives one adapter's failures their names."""

    def __init__(self):
        self.left = NAMED

    def of(self, operation, given, expect, answer):
        if "crash" in answer:
            return f"crashed: {str(answer['crash'])[:200]}"
        if "error" in expect:
            code = expect["error"]
            if "result" in answer:
                return f"accepted what must be refused: {code}"
            same = answer["error"] == code
            return f"another index beside the code {code}" if same else f"refused with {answer['error']!r} in place of {code}"
        if "error" in answer:
            return f"refused what must be accepted, with {answer['error']!r}"
        if operation == "is_valid":
            return "accepted what must be refused" if expect == {"valid": False} else "refused what must be accepted"
        for user_id, right, shown in signatures(operation, given, expect, answer["result"]):
            if right != shown:
                return self.mistake(operation, given, user_id, shown)
        return f"another result of {operation}"

    def mistake(self, operation, given, user_id, shown):
        if not isinstance(shown, str):
            return "the signature is no string"
        if self.left <= 0:
            return f"a wrong signature, not examined after {NAMED} others"
        self.left -= 1
        row, keys, text = signer(operation, given, user_id)
        others = [one for one in given.get("user_ids", []) if isinstance(one, str) and one != user_id][: mistakes.ALSO_LIMIT]
        now = given.get("now")
        now = now if isinstance(now, int) else 0
        codes = mistakes.findings(row, keys, text, shown.encode(errors="surrogatepass"), others, now)
        if codes[0] == "valid":
            return "another time than the given now" if row["scheme"] == "timestamped" else "a right signature, but the vector has another"
        if codes == ["no-known-mistake"] and len(text.encode()) > mistakes.LONG:
            return f"a wrong signature of more than {mistakes.LONG} bytes, which is not examined"
        return " and ".join(codes)


def signer(operation, given, user_id):
    """The vendor's row, the keys and the id's text, of a case that must succeed."""
    if operation == "hmac":
        key = oracle.value(given["secret"])
        return PRIMITIVE, [key if isinstance(key, bytes) else key.encode()], oracle.value(user_id)
    row = oracle.VENDORS[given["provider"]]
    if operation == "from_env":
        name = given.get("variable") or row["variable"]
        secrets = [given["env"].get(name), given["env"].get(name + "_PREVIOUS")]
    else:
        secrets = [given["secret"], *given.get("fallback_secrets", [])]
    keys = [oracle.key_of(oracle.check_secret(oracle.value(secret)), row["key"]) for secret in secrets if secret]
    return row, keys, oracle.check_text(oracle.value(user_id))


def signatures(operation, given, expect, result):
    """(id, right signature, signature shown) for each that a result holds, as far as the result has the form of the right one."""
    if not isinstance(result, dict) or set(result) != set(expect):
        return
    if operation in ("sign", "from_env"):
        yield given["user_id"], expect["signature"], result["signature"]
    elif operation == "hmac":
        if isinstance(given["message"], str):
            yield given["message"], expect["hex"], result["hex"]
    elif operation == "sign_many":
        shown = result["signatures"] if isinstance(result["signatures"], list) else []
        yield from zip(given["user_ids"], expect["signatures"], shown)
    elif operation == "identity":
        fields = result["fields"] if isinstance(result["fields"], dict) else {}
        if fields.keys() == expect["fields"].keys():
            *_, right = expect["fields"].values()
            *_, name = expect["fields"]
            yield given["user_id"], right, fields[name]
    elif operation == "snippet" and isinstance(result["html"], str):
        found = re.search('(?s)(?P<before>.*")(?P<signature>[0-9a-f]{64}(?:-[0-9]+)?|[A-Za-z0-9+/_-]{43}=?)(?P<after>".*)', expect["html"])
        if found:
            around = [re.escape(found[part]) for part in ("before", "after")]
            shown = re.fullmatch("(?s)" + "(.*)".join(around), result["html"])
            if shown:
                yield given["user_id"], found["signature"], shown[1]


class Claims:
    """What an adapter says that it can do: the lists of its answer to `start`."""

    def __init__(self, surface, supports, operations, providers, errors):
        self.surface, self.supports, self.operations = surface, supports, operations
        self.providers, self.errors = providers, errors

    def include(self, operation, test):
        provider = test["input"].get("provider")
        return (
            operation in self.operations
            and self.supports.issuperset(test.get("requires", []))
            and (self.providers is None or provider is None or provider in self.providers)
            and (self.errors is None or test["expect"].get("error", None) in self.errors | {None})
        )


def claims(started, operations):
    """Claims, and what is wrong with an answer to `start` or None. A list that is left out claims everything; `supports`, nothing."""
    known = {
        "supports": set(oracle.CAPABILITIES),
        "operations": operations | set(oracle.FIELDS),
        "providers": set(oracle.VENDORS),
        "errors": {*oracle.INPUT_CODES, *oracle.VERIFICATION_CODES, "wrong-type"},
    }
    given = {}
    for name, names in known.items():
        claimed = started.get(name, [] if name == "supports" else None)
        if claimed is not None and not (isinstance(claimed, list) and all(isinstance(one, str) for one in claimed)):
            return None, f"{name} must be a list of strings"
        unknown = set(claimed or []) - names
        if unknown:
            return None, f"{name} has {sorted(unknown)[0]!r}. Known are {', '.join(sorted(names))}"
        given[name] = None if claimed is None else set(claimed)
    given["operations"] = known["operations"] if given["operations"] is None else given["operations"]
    surface = started.get("surface", "adapter")
    if not isinstance(surface, str):
        return None, "surface must be a string"
    return Claims(surface, **given), None


def show(failures):
    """Failures below their names, the most frequent first."""
    named = {}
    for failure in failures:
        named.setdefault((failure["surface"], failure["what"]), []).append(failure)
    ranked = sorted(named.items(), key=lambda each: -len(each[1]))
    for (surface, what), cases in ranked[:SHOWN_NAMES]:
        known = all(code in mistakes.CODES[:-1] for code in what.split(" and "))
        where = " (core/MISTAKES.md says more)" if known else ""
        print(printable(f"{surface}: {what}: {len(cases)} {'case' if len(cases) == 1 else 'cases'}{where}"))
        for case in cases[:SHOWN]:
            print(printable(f"    {case['case']}: {case['why']}"))
        if len(cases) > SHOWN:
            print(f"    and {len(cases) - SHOWN} more, in report.json")
    if len(ranked) > SHOWN_NAMES:
        print(f"and {len(ranked) - SHOWN_NAMES} more mistakes, in report.json")


def printable(text):
    """Nothing that an adapter says moves a terminal's cursor."""
    return "".join(letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text)
