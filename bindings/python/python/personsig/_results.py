"""What Signers return. The native module takes these classes from here and fills them."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ._names import FindingCode, ProviderName


class Snippet(str):
    """HTML for the page: whatever asks a text for `__html__`, as Jinja and Django do, leaves it as it is.

    Cut or joined to another text it is a plain str again, which templates escape.
    """

    __module__ = "personsig"
    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that went wrong, or that did not."""

    __module__ = "personsig"

    code: FindingCode
    """Its name in every language: `padded-key`."""

    message: str
    """What happened, in a sentence for a person."""

    fix: str
    """What to do about it."""

    index: int | None
    """Which fallback secret or which element of `also`, counting from 0."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A vendor that verifies identities."""

    __module__ = "personsig"

    name: ProviderName
    """What Signer takes."""

    title: str
    """The name that the vendor writes itself."""

    scheme: Literal["plain", "timestamped"]
    """`plain` or `timestamped`."""

    secret_variable: str
    """The environment variable that `Signer.from_env` reads."""

    documentation: str
    """The vendor's own page about it."""
