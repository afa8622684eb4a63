"""Signatures for identity verification: GoSquared, Chameleon, Intercom and other vendors.

>>> import personsig
>>> signer = personsig.Signer("gosquared", "personsig-test-secret")  # in production: Signer.from_env("gosquared")
>>> signer.sign(123456)
'0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64'

Sign only the id of the user whom your session authenticated: never an id from a query, a body or a cookie, never text
that users choose or have not confirmed.
"""

from ._personsig import (
    Error,
    Finding,
    InputError,
    Provider,
    Signer,
    Snippet,
    VerificationError,
    Verified,
    __version__,
    is_provider_name,
    providers,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._names import (
        ChameleonIdentity,
        FindingCode,
        GoSquaredIdentity,
        Identity,
        InputCode,
        ProviderName,
        VerificationCode,
    )
else:

    def __getattr__(name):
        # Types are imported when a program asks for one: `typing` takes longer than all else here.
        if name.startswith("_") or name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import _names

        return getattr(_names, name)


__all__ = [
    "ChameleonIdentity",
    "Error",
    "Finding",
    "FindingCode",
    "GoSquaredIdentity",
    "Identity",
    "InputCode",
    "InputError",
    "Provider",
    "ProviderName",
    "Signer",
    "Snippet",
    "VerificationCode",
    "VerificationError",
    "Verified",
    "__version__",
    "is_provider_name",
    "providers",
]
