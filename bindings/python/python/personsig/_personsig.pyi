from typing import TypeAlias, final

from ._errors import Error as Error
from ._errors import InputError as InputError
from ._errors import VerificationError as VerificationError
from ._results import Finding as Finding
from ._results import Provider as Provider
from ._results import Verified as Verified

__version__: str

# Not Sequence: text is a sequence of text, and passed by mistake it would make keys of one character.
_Secrets: TypeAlias = list[str] | list[bytes] | list[str | bytes] | tuple[str | bytes, ...]
_UserIds: TypeAlias = list[str] | list[int] | list[str | int] | tuple[str | int, ...]

@final
class Signer:
    def __new__(cls, provider: str, secret: str | bytes, *, fallback_secrets: _Secrets = ()) -> Signer: ...
    @classmethod
    def from_env(cls, provider: str, *, variable: str | None = None) -> Signer: ...
    @property
    def provider(self) -> str: ...
    def sign(self, user_id: str | int, *, now: int | None = None) -> str: ...
    def verify(
        self,
        user_id: str | int,
        signature: str | None,
        *,
        max_age: int | None = None,
        clock_skew: int | None = None,
        now: int | None = None,
    ) -> Verified: ...
    def is_valid(
        self,
        user_id: str | int,
        signature: str | None,
        *,
        max_age: int | None = None,
        clock_skew: int | None = None,
        now: int | None = None,
    ) -> bool: ...
    def explain(
        self,
        user_id: str | int,
        signature: str | None,
        *,
        also: _UserIds = (),
        now: int | None = None,
    ) -> tuple[Finding, ...]: ...

def providers() -> tuple[Provider, ...]: ...
