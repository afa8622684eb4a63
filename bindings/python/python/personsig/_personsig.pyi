from collections.abc import Iterator
from typing import Protocol, SupportsIndex, TypeVar, final, type_check_only

from ._errors import Error, InputError, VerificationError
from ._results import Finding, Provider, Verified

__all__ = [
    "Error",
    "Finding",
    "InputError",
    "Provider",
    "Signer",
    "VerificationError",
    "Verified",
    "__version__",
    "providers",
]

__version__: str

_T_co = TypeVar("_T_co", covariant=True)

# A list or a tuple. Not Sequence, which text is too: passed by mistake, it would make keys of one character. Its
# `__contains__` tells them apart, since text takes nothing but text.
@type_check_only
class _List(Protocol[_T_co]):
    def __contains__(self, value: object, /) -> bool: ...
    def __getitem__(self, index: SupportsIndex, /) -> _T_co: ...
    def __iter__(self) -> Iterator[_T_co]: ...

@final
class Signer:
    """Signs users' ids for one provider with one secret.

    `provider` is a name that `providers()` lists; `secret` is what that provider shows beside its setting for identity
    verification. `fallback_secrets` are older secrets, which verify and never sign. Raises InputError where one of
    them cannot be used.

    A Signer is immutable, can be used from many threads at once, and cannot be pickled or copied. Never share a secret
    between providers.
    """

    def __new__(cls, provider: str, secret: str | bytes, *, fallback_secrets: _List[str | bytes] = ()) -> Signer: ...
    @classmethod
    def from_env(cls, provider: str, *, variable: str | None = None) -> Signer:
        """Reads the secret from the environment.

        From `variable`, or where that is None from the provider's own, which `providers()` names. One fallback secret
        comes from the same name + `_PREVIOUS`, where it is set. Raises InputError, which names the variable.
        """

    @property
    def provider(self) -> str:
        """The provider's name."""

    def sign(self, user_id: str | int, *, now: int | None = None) -> str:
        """The user's signature, as the page sends it beside the id.

        `user_id` is a str, signed character by character as it is, or an int, signed as its decimal digits. `now` is
        Unix time in whole seconds; None is the system's clock. Raises InputError for what cannot be signed.

        Sign only the id of the user whom your session authenticated: never an id from a query, a body or a cookie,
        never text that users choose or have not confirmed. Chameleon: one page with a real signature, staging
        included, may switch enforcement on for good.
        """

    def verify(
        self,
        user_id: str | int,
        signature: str | None,
        *,
        max_age: int | None = None,
        clock_skew: int | None = None,
        now: int | None = None,
    ) -> Verified:
        """Checks that a signature is this user's and, where it has a timestamp, neither too old nor from the future.

        `max_age` (default 86400, a day) and `clock_skew` (default 300) are seconds, for timestamped signatures only.
        Raises VerificationError where the signature is refused, InputError where an argument cannot be used.
        """

    def is_valid(
        self,
        user_id: str | int,
        signature: str | None,
        *,
        max_age: int | None = None,
        clock_skew: int | None = None,
        now: int | None = None,
    ) -> bool:
        """Whether `verify` accepts the signature.

        False also where the id is one that cannot be signed. Raises InputError only for `max_age`, `clock_skew`, `now`.
        """

    def explain(
        self,
        user_id: str | int,
        signature: str | None,
        *,
        also: _List[str | int] = (),
        now: int | None = None,
    ) -> tuple[Finding, ...]:
        """Says which known mistake made a signature that is refused. For logs and terminals, never for visitors.

        `also` are other identifiers that may have been signed instead, at most 16: the user's e-mail, another user's
        id. Raises InputError as `sign` does; what is wrong with the signature is a finding.
        """

def providers() -> tuple[Provider, ...]:
    """Every provider that a Signer can be made for."""
