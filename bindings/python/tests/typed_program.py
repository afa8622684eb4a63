"""A program that type checkers must accept in strict mode, and what they must refuse. It is never run."""

import os
from typing import Any, Literal, TypedDict

import personsig

signer = personsig.Signer("gosquared", b"secret", fallback_secrets=["older"])
rotated = personsig.Signer("chameleon", "secret", fallback_secrets=(b"older", "oldest"))
chosen: personsig.Signer = personsig.Signer.from_env("gosquared", variable="SITE_SECRET")

signature: str = signer.sign(42)
signature = rotated.sign("ada", now=1596165824)
signatures: list[str] = signer.sign_many(["ada", 42], now=1596165824)
signatures = signer.sign_many(("ada", "grace"))
older_ids: list[int] = [41, 42]
signatures = signer.sign_many(older_ids)
verified: personsig.Verified = rotated.verify("ada", signature, max_age=60, clock_skew=5, now=1596165824)
signed_at: int | None = verified.signed_at
valid: bool = signer.is_valid(42, None)
older: list[bytes] = [b"older"]
personsig.Signer("gosquared", "secret", fallback_secrets=older)
fixes: list[str] = [finding.fix for finding in signer.explain(42, signature, also=["ada@example.com", 43])]
auth: str = signer.identity(42, now=1596165824)["auth"]
uid_hash: str = personsig.Signer.from_env("chameleon").identity("ada")["uid_hash"]
some: personsig.Identity = signer.identity(42)
known_name: Literal["gosquared"] = signer.provider
only_gosquared: personsig.Signer[Literal["gosquared"]] = signer


def of_any(chosen: personsig.Signer) -> personsig.Identity:
    return chosen.identity(42)


def configured(name: str) -> personsig.Signer:
    if personsig.is_provider_name(name):
        return personsig.Signer(name, "secret")
    return personsig.Signer(name, "secret")  # type: ignore


seats: dict[str, int] = {"seats": 3}
answered: dict[str, Any] = {}


class Known(TypedDict):
    name: str


known: Known = {"name": "Ada"}
nested = {"name": "Ada", "vip": True, "tags": ["a", "b"], "plan": {"seats": 3, "since": None}, "pair": (1, "b")}
snippet: personsig.Snippet = signer.snippet(42, traits=nested, site_token="GSN-1-A", nonce="abc", now=1596165824)
html: str = signer.snippet(None, traits={"name": "Ada", "tags": ["a", ("b", 1)], "plan": {"seats": 3, "price": 1.5}})
html = signer.snippet("ada", traits=seats).__html__() + signer.snippet("ada", traits=answered)
html = signer.snippet("ada", traits=known)
names: tuple[str, ...] = tuple(provider.name for provider in personsig.providers())

try:
    signer.verify(42, "")
except personsig.VerificationError as refusal:
    why: personsig.VerificationCode = refusal.code
    if refusal.code == "missing-secret":  # type: ignore
        pass
except personsig.InputError as mistake:
    what: personsig.InputCode = mistake.code
except personsig.Error as error:
    code: str = error.code
    index: int | None = error.index
for finding in signer.explain(42, signature):
    known_code: personsig.FindingCode = finding.code

personsig.Signer("gosqaured", "secret")  # type: ignore[type-var]
personsig.Signer.from_env("GoSquared")  # type: ignore[type-var]
personsig.Signer(os.environ["PROVIDER"], "secret")  # type: ignore[type-var]
rotated.identity(42)["auth"]  # type: ignore
mixed_up: personsig.Signer[Literal["gosquared"]] = rotated  # type: ignore[assignment]

signer.sign(1.5)  # type: ignore[arg-type]
signer.sign(None)  # type: ignore[arg-type]
signer.sign("ada", 1596165824)  # type: ignore[call-arg]
signer.sign_many("ada")  # type: ignore[arg-type]
signer.sign_many(None)  # type: ignore[arg-type]
signer.sign_many([1.5])  # type: ignore[list-item]
signer.identity(None)  # type: ignore[call-overload]
signer.snippet()  # type: ignore[call-arg]
signer.snippet("ada", traits=None)  # type: ignore[arg-type]
signer.snippet("ada", traits=["Ada"])  # type: ignore[arg-type]
signer.snippet("ada", traits={1: "Ada"})  # type: ignore[dict-item]
signer.snippet("ada", nonce=b"abc")  # type: ignore[arg-type]
signer.provider = "gosquared"  # type: ignore[misc]
verified.secret_index = 1  # type: ignore[misc]
personsig.Signer("gosquared", os.environ.get("SECRET"))  # type: ignore[arg-type]
personsig.Signer("gosquared", "secret", fallback_secrets="older")  # type: ignore[arg-type]
personsig.Signer("gosquared", "secret", fallback_secrets=b"older")  # type: ignore[arg-type]
signer.explain("ada", signature, also="42")  # type: ignore[arg-type]
signer.explain("ada", signature, also=None)  # type: ignore[arg-type]


class Mine(personsig.Signer):  # type: ignore[misc]
    pass
