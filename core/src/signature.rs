//! A signature: written, and read back.

use std::fmt;
use std::ops::Deref;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::encoding::Encoding;
use crate::error::Code;
use crate::hmac::Key;
use crate::scheme::Scheme;
use crate::suffix::Suffix;

/// The longest signature in bytes: 64 hex digits, `-` and 11 decimal digits.
pub const SIGNATURE_MAX: usize = 76;

/// A signature, as the page sends it. It lives on the stack and reads as a `str`.
///
/// There is no `==`: comparing signatures byte by byte tells an attacker where they differ.
#[derive(Clone, Copy)]
pub struct Signature {
    /// Rounded up from 76 so that a copy is five 16-byte moves.
    bytes: [u8; 80],
    length: usize,
}

impl Signature {
    pub(crate) fn new(encoding: Encoding, mac: &[u8; 32], suffix: &Suffix) -> Self {
        let mut bytes = [0; 80];
        // Only hex signatures have a suffix, and no shorter encoding follows 64 characters.
        if let Some((encoded, rest)) = bytes.split_first_chunk_mut() {
            *encoded = encoding.encode(mac);
            rest.copy_from_slice(suffix.padded());
        }
        Signature { bytes, length: encoding.length().saturating_add(suffix.length()) }
    }

    /// Pure ASCII: the MAC in the provider's [`Encoding`], then `-T` where the scheme is [`Scheme::Timestamped`].
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// [`Signature::as_bytes`] as a string.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
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

/// A presented signature of the right form, not yet verified.
pub(crate) struct ParsedSignature<'a> {
    pub(crate) mac: [u8; 32],
    /// `-T`, or nothing.
    pub(crate) suffix: &'a [u8],
    pub(crate) signed_at: Option<i64>,
}

impl<'a> ParsedSignature<'a> {
    /// Reads the whole value, over bytes, its length first.
    pub(crate) fn parse(scheme: Scheme, encoding: Encoding, signature: &'a [u8]) -> Result<Self, Code> {
        if signature.is_empty() {
            return Err(Code::MissingSignature);
        }
        let (mac, suffix) = encoding.decode(signature).ok_or(Code::MalformedSignature)?;
        let signed_at = match (scheme, suffix) {
            (Scheme::Plain, []) => None,
            (Scheme::Plain, _) => return Err(Code::MalformedSignature),
            (Scheme::Timestamped, []) => return Err(Code::MissingTimestamp),
            (Scheme::Timestamped, [b'-', digits @ ..]) => Some(timestamp(digits).ok_or(Code::MalformedSignature)?),
            (Scheme::Timestamped, _) => return Err(Code::MalformedSignature),
        };
        Ok(ParsedSignature { mac, suffix, signed_at })
    }

    /// The lowest index of the secrets that made it, or `None`.
    pub(crate) fn secret_index<'k>(&self, user_id: &str, keys: impl Iterator<Item = Key<'k>>) -> Option<u64> {
        let (found, lowest) = self.compare(user_id, keys);
        bool::from(found).then_some(lowest)
    }

    /// Compares with the MAC under each key, in constant time and without stopping at a match: which key matches, and
    /// where two MACs differ, shows only in the verdict. constant_time_test.rs proves that no branch depends on a secret.
    pub(crate) fn compare<'k>(&self, user_id: &str, keys: impl Iterator<Item = Key<'k>>) -> (Choice, u64) {
        let mut found = Choice::from(0);
        let mut lowest = 0_u64;
        let suffix = Suffix::read(self.suffix);
        for (index, key) in (0_u64..).zip(keys) {
            let [mac] = key.hmac([user_id.as_bytes()], &suffix);
            let differing = mac.iter().zip(&self.mac).fold(0, |differing, (a, b)| differing | (a ^ b));
            let matches = differing.ct_eq(&0);
            lowest.conditional_assign(&index, matches & !found);
            found |= matches;
        }
        (found, lowest)
    }
}

/// A signature's `T`: `0`, or up to eleven digits without a leading zero.
pub(crate) fn timestamp(digits: &[u8]) -> Option<i64> {
    let canonical = match digits {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() <= 10 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    str::from_utf8(digits).ok().filter(|_| canonical)?.parse().ok()
}
