"""Names as literal types, so that a type checker finds a misspelled one, and the identities that `identity` returns."""

from typing import Literal, TypeAlias, TypedDict

ProviderName: TypeAlias = Literal[
    "gosquared",
    "chameleon",
    "intercom",
    "helpscout",
    "chatwoot",
    "front",
    "pylon",
    "gleap",
    "novu",
    "launchdarkly",
    "castle",
    "chatbase",
    "churnkey",
    "unlayer",
    "featurebase",
    "yourgpt",
    "onesignal",
    "eucera",
    "eixam",
    "pipeback",
    "acquire",
    "customerly",
    "tawk",
    "crisp",
    "plain",
    "magicbell",
    "engagespot",
    "suprsend",
    "talkjs",
    "harpy",
    "ensoras",
]
"""A provider's name. `is_provider_name` checks one that comes at run time."""

InputCode: TypeAlias = Literal[
    "unknown-provider",
    "missing-secret",
    "padded-secret",
    "placeholder-secret",
    "empty-user-id",
    "invalid-text",
    "control-character",
    "integer-too-large",
    "timestamp-out-of-range",
    "timestamp-in-milliseconds",
    "not-timestamped",
    "invalid-option",
    "malformed-secret",
    "placeholder-user-id",
    "email-expected",
    "no-snippet",
]
"""The `code` of an InputError."""

VerificationCode: TypeAlias = Literal[
    "missing-signature",
    "malformed-signature",
    "missing-timestamp",
    "signature-mismatch",
    "expired",
    "from-the-future",
]
"""The `code` of a VerificationError."""

FindingCode: TypeAlias = Literal[
    "valid",
    "valid-with-fallback",
    "expired",
    "from-the-future",
    "time-zone",
    "missing-signature",
    "signature-is-the-id",
    "not-a-signature",
    "swapped-id-and-signature",
    "other-identifier",
    "wrong-scheme",
    "empty-key",
    "placeholder-key",
    "padded-key",
    "quoted-key",
    "prefixed-key",
    "hex-key",
    "base64-key",
    "key-case",
    "key-escaped",
    "key-cut",
    "key-charset",
    "key-hashed",
    "swapped-key-and-message",
    "no-hmac",
    "wrong-call",
    "timestamp-missing",
    "timestamp-not-sent",
    "timestamp-not-signed",
    "timestamp-differs",
    "timestamp-unit",
    "timestamp-separator",
    "lost-leading-zeros",
    "upper-case",
    "other-encoding",
    "decorated",
    "truncated",
    "other-hash",
    "id-padded",
    "id-case",
    "id-quoted",
    "id-escaped",
    "id-normalised",
    "id-charset",
    "id-number-format",
    "id-not-text",
    "id-form",
    "no-known-mistake",
]
"""The `code` of a Finding."""


class GoSquaredIdentity(TypedDict):
    """GoSquared's names for the id and its signature."""

    id: str
    auth: str


class ChameleonIdentity(TypedDict):
    """Chameleon's names for the id and its signature."""

    uid: str
    uid_hash: str


Identity: TypeAlias = GoSquaredIdentity | ChameleonIdentity | dict[str, str]
"""The identity of any provider: the vendor's names for the id and its signature."""
