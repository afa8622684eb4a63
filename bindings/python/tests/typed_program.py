"""A program that type checkers must accept in strict mode, and what they must refuse. It is never run."""

import os

import personsig

signer = personsig.Signer("gosquared", b"secret", fallback_secrets=["older"])
rotated = personsig.Signer("chameleon", "secret", fallback_secrets=(b"older", "oldest"))
chosen: personsig.Signer = personsig.Signer.from_env("gosquared", variable="SITE_SECRET")

signature: str = signer.sign(42)
signature = rotated.sign("ada", now=1596165824)
verified: personsig.Verified = rotated.verify("ada", signature, max_age=60, clock_skew=5, now=1596165824)
signed_at: int | None = verified.signed_at
valid: bool = signer.is_valid(42, None)
older: list[bytes] = [b"older"]
personsig.Signer("gosquared", "secret", fallback_secrets=older)
fixes: list[str] = [finding.fix for finding in signer.explain(42, signature, also=["ada@example.com", 43])]
names: tuple[str, ...] = tuple(provider.name for provider in personsig.providers())

try:
    signer.verify(42, "")
except personsig.Error as error:
    code: str = error.code
    index: int | None = error.index

signer.sign(1.5)  # type: ignore[arg-type]
signer.sign(None)  # type: ignore[arg-type]
signer.sign("ada", 1596165824)  # type: ignore[call-arg]
signer.provider = "chameleon"  # type: ignore[misc]
verified.secret_index = 1  # type: ignore[misc]
personsig.Signer("gosquared", os.environ.get("SECRET"))  # type: ignore[arg-type]
personsig.Signer("gosquared", "secret", fallback_secrets="older")  # type: ignore[arg-type]
personsig.Signer("gosquared", "secret", fallback_secrets=b"older")  # type: ignore[arg-type]
signer.explain("ada", signature, also="42")  # type: ignore[arg-type]
signer.explain("ada", signature, also=None)  # type: ignore[arg-type]


class Mine(personsig.Signer):  # type: ignore[misc]
    pass
