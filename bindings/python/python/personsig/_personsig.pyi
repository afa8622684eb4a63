from collections.abc import Iterator, Mapping
from types import GenericAlias
from typing import Generic, Literal, Protocol, SupportsIndex, final, overload, type_check_only

# Type checkers have this module for stubs; no program needs it.
from typing_extensions import TypeIs, TypeVar

from ._errors import Error, InputError, VerificationError
from ._names import ChameleonIdentity, FindingCode, GoSquaredIdentity, Identity, ProviderName
from ._snippet import Snippet

__all__ = [
    "Error",
    "Finding",
    "InputError",
    "Provider",
    "Signer",
    "Snippet",
    "VerificationError",
    "Verified",
    "__version__",
    "is_provider_name",
    "providers",
]

__version__: str

_T_co = TypeVar("_T_co", covariant=True)
_Name = TypeVar("_Name", bound=ProviderName)
_Name_co = TypeVar("_Name_co", bound=ProviderName, covariant=True, default=ProviderName)

# A list or a tuple. Not Sequence, which str is too: passed by mistake, it would make keys of one character.
# `__contains__` tells them apart: that of str takes str alone.
@type_check_only
class _List(Protocol[_T_co]):
    def __contains__(self, value: object, /) -> bool: ...
    def __getitem__(self, index: SupportsIndex, /) -> _T_co: ...
    def __iter__(self) -> Iterator[_T_co]: ...

@final
class Signer(Generic[_Name_co]):
    """Signs users' ids for one provider with one secret.

    `provider` is a name that `providers()` lists; `secret` is what that provider shows beside its setting for identity
    verification. `fallback_secrets` are older secrets, which verify and never sign. Raises InputError where one of
    them cannot be used.

    A Signer is immutable, can be used from many threads at once, and cannot be pickled or copied. Never share a secret
    between providers.
    """

    def __new__(cls, provider: _Name_co, secret: str | bytes, *, fallback_secrets: _List[str | bytes] = ()) -> Signer[_Name_co]: ...
    @classmethod
    def __class_getitem__(cls, name: object, /) -> GenericAlias: ...
    @classmethod
    def from_env(cls, provider: _Name, *, variable: str | None = None) -> Signer[_Name]:
        """Reads the secret from the environment.

        From `variable`, or where that is None from the provider's own, which `providers()` names. One fallback secret
        comes from the same name + `_PREVIOUS`, where it is set. Raises InputError, which names the variable.
        """

    @property
    def provider(self) -> _Name_co:
        """The provider's name."""

    def sign(self, user_id: str | int, *, now: int | None = None) -> str:
        """The user's signature, as the page sends it beside the id.

        `user_id` is a str, signed character by character as it is, or an int, signed as its decimal digits. `now` is
        Unix time in whole seconds; None is the system's clock. Raises InputError for what cannot be signed.

        Sign only the id of the user whom your session authenticated: never an id from a query, a body or a cookie,
        never text that users choose or have not confirmed. Chameleon: one page with a real signature, staging
        included, may switch enforcement on for good.
        """

    def sign_many(self, user_ids: _List[str | int], *, now: int | None = None) -> list[str]:
        """The signatures of many users, all at one time: in their order, one each, duplicates too.

        `user_ids` is a list or a tuple of what `sign` takes, and may be empty. Raises InputError where one cannot be
        signed, whose `index` tells which; then nothing is returned. Once the ids are read and checked, other threads
        run while a large batch is signed, and Ctrl-C ends it.
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

    def snippet(
        self,
        user_id: str | int | None,
        *,
        # A dict. Of its values' types a checker sees too little: mypy takes a literal of several for dict[str, object].
        traits: Mapping[str, object] = {},
        site_token: str | None = None,
        nonce: str | None = None,
        now: int | None = None,
    ) -> Snippet:
        """The script element that tells the vendor's script who the user is, as a string that templates do not escape.

        `user_id` is what `sign` takes, or None for a visitor who is not logged in: then nothing is signed, and where
        nothing is left to say the string is empty. `traits` is a dict of what the page tells about the user: None,
        bools, strings, numbers, lists and dicts. `site_token` is GoSquared's project token, with which the snippet
        loads the vendor's script too; `nonce` is that of this response's Content-Security-Policy. Raises InputError for
        what cannot stand on a page, anything that equals a secret included.

        Output one snippet per vendor per response, with `Cache-Control: private, no-store`, and never inside an
        attribute, an event handler or another script. The signature does not cover the traits. Pass only the id of the
        user whom your session authenticated. Chameleon: its own loader, from its install page, must stand before the
        snippet, and one page with a real signature, staging included, may switch enforcement on for good.
        """

    @overload
    def identity(self: Signer[Literal["gosquared"]], user_id: str | int, *, now: int | None = None) -> GoSquaredIdentity: ...
    @overload
    def identity(self: Signer[Literal["chameleon"]], user_id: str | int, *, now: int | None = None) -> ChameleonIdentity: ...
    @overload
    def identity(self, user_id: str | int, *, now: int | None = None) -> Identity:
        """What the snippet would say, as data: `id` and `auth`, or `uid` and `uid_hash`.

        For an endpoint that answers a page in JSON: for the user whom your session authenticated and for nobody else,
        whatever the request says; same origin, a session required, `Cache-Control: private, no-store`. Takes what
        `sign` takes; raises InputError as it does, and for an id that equals a secret.
        """

@final
class Verified:
    """What a valid signature tells."""

    __match_args__ = ("secret_index", "signed_at")

    def __new__(cls, secret_index: int, signed_at: int | None) -> Verified: ...
    @property
    def secret_index(self) -> int:
        """Which secret made it: 0 is the secret, 1 the first fallback. When 0 is all that is seen, fallbacks can go."""

    @property
    def signed_at(self) -> int | None:
        """Unix time in whole seconds; None for a plain provider, whose signatures have no time."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Finding:
    """One finding of `explain`: a mistake, or that there is none."""

    __match_args__ = ("code", "message", "fix", "index")

    def __new__(cls, code: FindingCode, message: str, fix: str, index: int | None) -> Finding: ...
    @property
    def code(self) -> FindingCode:
        """Its name in every language: `padded-key`."""

    @property
    def message(self) -> str:
        """What happened, in a sentence for a person."""

    @property
    def fix(self) -> str:
        """What to do about it."""

    @property
    def index(self) -> int | None:
        """Which fallback secret or which element of `also`, counting from 0."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Provider:
    """A vendor that verifies identities, as this library knows it."""

    __match_args__ = (
        "name",
        "title",
        "scheme",
        "encoding",
        "identifier",
        "key_form",
        "legacy",
        "secret_variable",
        "documentation",
    )

    def __new__(
        cls,
        name: ProviderName,
        title: str,
        scheme: Literal["plain", "timestamped"],
        encoding: Literal["hex", "base64", "base64url"],
        identifier: Literal["id", "email", "id-or-email"],
        key_form: Literal["text", "hex"],
        legacy: str | None,
        secret_variable: str,
        documentation: str,
    ) -> Provider: ...
    @property
    def name(self) -> ProviderName:
        """What Signer takes."""

    @property
    def title(self) -> str:
        """The vendor's own spelling of its name."""

    @property
    def scheme(self) -> Literal["plain", "timestamped"]:
        """`plain` or `timestamped`."""

    @property
    def encoding(self) -> Literal["hex", "base64", "base64url"]:
        """How the MAC is written: `hex`, `base64` or `base64url`."""

    @property
    def identifier(self) -> Literal["id", "email", "id-or-email"]:
        """What the vendor calls a user by: `id`, `email` or `id-or-email`."""

    @property
    def key_form(self) -> Literal["text", "hex"]:
        """Whether the secret is the key's `text` or its `hex` digits."""

    @property
    def legacy(self) -> str | None:
        """What the vendor recommends in place of this for new installations, if it does."""

    @property
    def secret_variable(self) -> str:
        """The environment variable that `Signer.from_env` reads."""

    @property
    def documentation(self) -> str:
        """The vendor's own page about it."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

def providers() -> tuple[Provider, ...]:
    """Every provider that a Signer can be made for."""

def is_provider_name(value: object, /) -> TypeIs[ProviderName]:
    """Whether a value is a provider's name.

    For a name that comes at run time, from a configuration: a type checker then knows that `Signer` takes it. `Signer`
    raises `unknown-provider` for any other name.
    """
