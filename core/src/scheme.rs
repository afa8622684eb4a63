//! The two forms of a signature.

use std::fmt;
use std::ops::Deref;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::error::Code;
use crate::hmac::{Key, number};

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

    /// What stands behind the id in the message, and behind the digits in the signature: `-T`, or nothing.
    pub(crate) fn suffix(self, now: i64) -> Suffix {
        match self {
            Scheme::Plain => Suffix { bytes: [0; 16], length: 0 },
            Scheme::Timestamped => Suffix::new(now.unsigned_abs()),
        }
    }

    /// Signs an id that was checked, at a time that was checked.
    #[inline]
    pub(crate) fn sign(self, key: Key<'_>, user_id: &str, now: i64) -> Signature {
        let suffix = self.suffix(now);
        let [digest] = key.hmac([user_id.as_bytes()], &suffix);
        Signature::new(&digest, &suffix)
    }

    /// Reads a signature that a caller was given: the whole value, over bytes, its length first.
    pub(crate) fn parse(self, signature: &[u8]) -> Result<Shown<'_>, Code> {
        if signature.is_empty() {
            return Err(Code::MissingSignature);
        }
        let (hex, rest) = signature.split_first_chunk::<64>().ok_or(Code::MalformedSignature)?;
        let digest = from_hex(hex).ok_or(Code::MalformedSignature)?;
        let signed_at = match (self, rest) {
            (Scheme::Plain, []) => None,
            (Scheme::Plain, _) => return Err(Code::MalformedSignature),
            (Scheme::Timestamped, []) => return Err(Code::MissingTimestamp),
            (Scheme::Timestamped, [b'-', digits @ ..]) => Some(timestamp(digits).ok_or(Code::MalformedSignature)?),
            (Scheme::Timestamped, _) => return Err(Code::MalformedSignature),
        };
        Ok(Shown { digest, suffix: rest, signed_at })
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
    pub(crate) suffix: &'a [u8],
    pub(crate) signed_at: Option<i64>,
}

impl Shown<'_> {
    /// The lowest index of the secrets that made it, or `None`.
    pub(crate) fn secret_index<'s>(&self, user_id: &str, keys: impl Iterator<Item = Key<'s>>) -> Option<u64> {
        let (found, lowest) = self.compare(user_id, keys);
        bool::from(found).then_some(lowest)
    }

    /// Tries all secrets in constant time, and does not stop at a hit: which one matches, and where two signatures
    /// differ, shows only in the verdict. constant_time.rs shows that nothing here branches on a secret.
    pub(crate) fn compare<'s>(&self, user_id: &str, keys: impl Iterator<Item = Key<'s>>) -> (Choice, u64) {
        let mut found = Choice::from(0);
        let mut lowest = 0_u64;
        let suffix = Suffix::read(self.suffix);
        for (index, key) in (0_u64..).zip(keys) {
            let [digest] = key.hmac([user_id.as_bytes()], &suffix);
            let differing = digest.iter().zip(&self.digest).fold(0, |differing, (a, b)| differing | (a ^ b));
            let matches = differing.ct_eq(&0);
            lowest.conditional_assign(&index, matches & !found);
            found |= matches;
        }
        (found, lowest)
    }
}

/// The longest signature in bytes: 64 hex digits, `-` and 11 decimal digits.
pub const SIGNATURE_MAX: usize = 76;

/// `-T`, or nothing: what follows the id in the message, and the digits in the signature.
#[derive(Clone, Copy)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) struct Suffix {
    bytes: [u8; 16],
    pub(crate) length: usize,
}

impl Suffix {
    /// For a time of up to eleven digits.
    fn new(now: u64) -> Self {
        // The text is the bytes of a number until it is complete, which spares the processor a wait for its memory.
        let (mut text, mut rest) = (0_u128, now);
        for _ in 0..11 {
            text = u128::from(b'0' | (rest % 10) as u8) << 120 | text >> 8;
            rest /= 10;
        }
        let zeros = 10_u32.saturating_sub(now.checked_ilog10().unwrap_or_default());
        let text = u128::from(b'-') << 120 | text.unbounded_shl(zeros.saturating_mul(8)) >> 8;
        Suffix { bytes: text.to_be_bytes(), length: 12_usize.saturating_sub(zeros as usize) }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// As a number, the first byte the lowest.
    pub(crate) fn number(&self) -> u128 {
        u128::from_le_bytes(self.bytes)
    }

    /// Of a signature that was shown; fewer than 16 bytes.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        Suffix { bytes: number(bytes).to_le_bytes(), length: bytes.len() }
    }
}

/// A signature, as the page sends it. It lives on the stack and reads as a `str`.
///
/// There is no `==`: comparing signatures byte by byte tells an attacker where they differ.
#[derive(Clone, Copy)]
pub struct Signature {
    /// 16 at a time is how processors copy: 80, of which 76 can be used, are copied faster than 76.
    bytes: [u8; 80],
    length: usize,
}

impl Signature {
    pub(crate) fn new(digest: &[u8; 32], suffix: &Suffix) -> Self {
        let mut bytes = [0; 80];
        if let Some((digits, rest)) = bytes.split_first_chunk_mut() {
            *digits = to_hex(digest);
            rest.copy_from_slice(&suffix.bytes);
        }
        Signature { bytes, length: suffix.length.saturating_add(64) }
    }

    /// Pure ASCII: 64 lower-case hex digits, then `-T` where the scheme is [`Scheme::Timestamped`].
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// [`Signature::as_bytes`] as text.
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

/// Without a branch or a table, so that the compiler takes many bytes at once.
fn to_hex(digest: &[u8; 32]) -> [u8; 64] {
    let digit = |value: u8| value.wrapping_add(if value < 10 { b'0' } else { b'a' - 10 });
    let (high, low) = (digest.map(|byte| digit(byte >> 4)), digest.map(|byte| digit(byte & 15)));
    let mut digits = [0; 64];
    for ((pair, high), low) in digits.as_chunks_mut().0.iter_mut().zip(high).zip(low) {
        *pair = [high, low];
    }
    digits
}

/// Lower case alone.
fn from_hex(hex: &[u8; 64]) -> Option<[u8; 32]> {
    let mut valid = true;
    let values = hex.map(|digit| {
        let (decimal, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
        valid &= (decimal < 10) | (letter < 6);
        if decimal < 10 { decimal } else { letter.wrapping_add(10) }
    });
    let mut digest = [0; 32];
    digest.iter_mut().zip(values.as_chunks().0).for_each(|(byte, [high, low])| *byte = high << 4 | low);
    valid.then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_what_the_hex_crate_says() {
        for byte in 0..=255_u8 {
            let digest: [u8; 32] = std::array::from_fn(|at| byte.wrapping_add(at as u8));
            let digits = to_hex(&digest);
            assert_eq!(hex::encode(digest).as_bytes(), digits);
            assert_eq!(from_hex(&digits), Some(digest));
            for at in 0..64 {
                let mut digits = [b'0'; 64];
                digits[at] = byte;
                let decoded = hex::decode(digits).ok().filter(|_| !byte.is_ascii_uppercase());
                assert_eq!(from_hex(&digits).map(Vec::from), decoded, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn a_suffix_is_the_time_in_decimal() {
        let powers = (0..11).map(|digits| 10_i64.pow(digits));
        for time in powers.flat_map(|power| [power - 1, power, power + 1]).chain([1596165824, 99_999_999_999]) {
            assert_eq!(Scheme::Timestamped.suffix(time), Suffix::read(format!("-{time}").as_bytes()));
        }
    }
}
