//! What is signed.

use crate::suffix::Suffix;

/// What a provider's signature signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// The id. The signature is the MAC in the provider's [`Encoding`](crate::Encoding). It never expires.
    Plain,
    /// `id-T`, where `T` is Unix time in whole seconds: `0` or digits without a leading zero. The signature is the MAC
    /// and `-T`.
    ///
    /// `T` holds no `-`, so the last `-` of the message separates it from the id, whatever the id holds.
    Timestamped,
}

impl Scheme {
    /// `plain` or `timestamped`.
    pub const fn name(self) -> &'static str {
        match self {
            Scheme::Plain => "plain",
            Scheme::Timestamped => "timestamped",
        }
    }

    /// What follows the id in the message and the MAC in the signature.
    pub(crate) fn suffix(self, now: i64) -> Suffix {
        match self {
            Scheme::Plain => Suffix::EMPTY,
            Scheme::Timestamped => Suffix::of_time(now.unsigned_abs()),
        }
    }
}
