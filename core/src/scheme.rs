//! The two forms of a signature, and the HMAC under both.

use std::fmt::{self, Write};
use std::ops::Deref;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::error::Code;
use crate::text::Text;

/// How a provider's signature is made from the user's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// `HEX`, the HMAC of the id. It never expires.
    Plain,
    /// `HEX-T`, the HMAC of `id-T`, where `T` is Unix time in whole seconds: `0` or digits without a leading zero.
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

    /// Signs an id that was checked; `now` is used by [`Scheme::Timestamped`] alone.
    pub(crate) fn sign(self, secret: &[u8], user_id: &str, now: i64) -> Result<Signature, fmt::Error> {
        let mut suffix = Text::<12>::new();
        if self == Scheme::Timestamped {
            write!(suffix, "-{now}")?;
        }
        let digest = hmac(secret, [user_id, suffix.as_str()].map(str::as_bytes));
        let mut hex = [0; 64];
        hex::encode_to_slice(digest, &mut hex).map_err(|_| fmt::Error)?;
        let mut text = Text::new();
        text.write_str(str::from_utf8(&hex).map_err(|_| fmt::Error)?)?;
        text.write_str(suffix.as_str())?;
        Ok(Signature(text))
    }

    /// Reads a signature that a caller was given: the whole value, over bytes, its length first.
    pub(crate) fn parse(self, signature: &[u8]) -> Result<Shown<'_>, Code> {
        if signature.is_empty() {
            return Err(Code::MissingSignature);
        }
        let (hex, rest) = signature.split_first_chunk::<64>().ok_or(Code::MalformedSignature)?;
        if !hex.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(Code::MalformedSignature);
        }
        let mut digest = [0; 32];
        hex::decode_to_slice(hex, &mut digest).map_err(|_| Code::MalformedSignature)?;
        let suffix = str::from_utf8(rest).map_err(|_| Code::MalformedSignature)?;
        let signed_at = match (self, rest) {
            (Scheme::Plain, []) => None,
            (Scheme::Plain, _) => return Err(Code::MalformedSignature),
            (Scheme::Timestamped, []) => return Err(Code::MissingTimestamp),
            (Scheme::Timestamped, [b'-', digits @ ..]) => Some(timestamp(digits).ok_or(Code::MalformedSignature)?),
            (Scheme::Timestamped, _) => return Err(Code::MalformedSignature),
        };
        Ok(Shown { digest, suffix, signed_at })
    }
}

/// `0`, or up to eleven digits without a leading zero.
pub(crate) fn timestamp(digits: &[u8]) -> Option<i64> {
    let canonical = match digits {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() <= 10 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    str::from_utf8(digits).ok().filter(|_| canonical)?.parse().ok()
}

/// A signature of the right form, not yet verified.
pub(crate) struct Shown<'a> {
    pub(crate) digest: [u8; 32],
    /// `-T`, or nothing.
    pub(crate) suffix: &'a str,
    pub(crate) signed_at: Option<i64>,
}

impl Shown<'_> {
    /// The lowest index of the secrets that made it, or `None`.
    pub(crate) fn secret_index<'s>(&self, user_id: &str, secrets: impl Iterator<Item = &'s [u8]>) -> Option<u64> {
        let (found, lowest) = self.compare(user_id, secrets);
        bool::from(found).then_some(lowest)
    }

    /// Tries all secrets in constant time, and does not stop at a hit: which one matches, and where two signatures
    /// differ, shows only in the verdict. constant_time.rs shows that nothing here branches on a secret.
    pub(crate) fn compare<'s>(&self, user_id: &str, secrets: impl Iterator<Item = &'s [u8]>) -> (Choice, u64) {
        let mut found = Choice::from(0);
        let mut lowest = 0_u64;
        for (index, secret) in (0_u64..).zip(secrets) {
            let matches = hmac(secret, [user_id, self.suffix].map(str::as_bytes)).ct_eq(&self.digest);
            lowest.conditional_assign(&index, matches & !found);
            found |= matches;
        }
        (found, lowest)
    }
}

/// The longest signature in bytes: 64 hex digits, `-` and 11 decimal digits.
pub const SIGNATURE_MAX: usize = 76;

/// A signature, as the page sends it. It lives on the stack and reads as a `str`.
///
/// There is no `==`: comparing signatures byte by byte tells an attacker where they differ.
#[derive(Clone, Copy)]
pub struct Signature(Text<SIGNATURE_MAX>);

impl Signature {
    /// Pure ASCII: 64 lower-case hex digits, then `-T` where the scheme is [`Scheme::Timestamped`].
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Deref for Signature {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signature").field(&self.as_str()).finish()
    }
}

/// HMAC-SHA256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104), [FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4))
/// of any bytes under any key, as 32 raw bytes.
///
/// For those who need the primitive itself. It checks nothing: [`Signer`](crate::Signer) refuses an empty secret or
/// one with a newline at its end, this function does not.
///
/// ```
/// let mac = personsig::hmac_sha256(b"secret", b"Message");
/// assert_eq!(mac[..4], [0xaa, 0x74, 0x7c, 0x50]);
/// ```
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    hmac(key, [message])
}

/// Of a message in parts.
fn hmac<const N: usize>(key: &[u8], message: [&[u8]; N]) -> [u8; 32] {
    let mut mac = keyed(key);
    message.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The state under a key, before a message. Cloned, it signs another message for two compressions.
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // RFC 2104, 2: a key longer than a block is hashed first, a shorter one is padded with zeros to a block.
    let mut block = Zeroizing::new([0; 64]);
    let digest: Zeroizing<[u8; 32]>;
    let key = if key.len() > block.len() {
        digest = Zeroizing::new(Sha256::digest(key).into());
        digest.as_slice()
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::new((&*block).into())
}
