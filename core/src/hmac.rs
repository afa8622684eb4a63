//! HMAC-SHA256, [RFC 2104](https://www.rfc-editor.org/rfc/rfc2104): `H(K xor opad, H(K xor ipad, text))`.
//!
//! Each of the two hashes begins with a block that the key alone makes. What SHA-256 holds behind these two blocks is
//! computed once for a key; a short text then costs two compressions and not four. The bare primitive goes through the
//! `hmac` crate.

use ::hmac::{Hmac, KeyInit, Mac};
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::scheme::Suffix;
use crate::sha256::{Block, END, START, State, bytes, nested, words};

/// A secret, and SHA-256's states behind `K xor ipad` and behind `K xor opad`. Who has both states can sign: they are as
/// good as the secret.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) secret: &'a [u8],
    pub(crate) inner: &'a State,
    pub(crate) outer: &'a State,
}

/// The longest text in bytes that one block holds, with a byte that ends it and eight that count it.
const SHORT_MAX: usize = 64 - 1 - 8;

impl Key<'_> {
    /// The HMACs of several texts, each of an id and the same suffix.
    #[inline]
    pub(crate) fn hmac<const N: usize>(&self, ids: [&[u8]; N], suffix: &Suffix) -> [[u8; 32]; N] {
        if ids.iter().all(|id| is_short(id, suffix)) {
            nested(self.inner, self.outer, ids, suffix)
        } else {
            ids.map(|id| self.hmac_of_any(id, suffix))
        }
    }

    /// Where not all are short.
    #[cold]
    fn hmac_of_any(&self, id: &[u8], suffix: &Suffix) -> [u8; 32] {
        if is_short(id, suffix) {
            let [hmac] = nested(self.inner, self.outer, [id], suffix);
            hmac
        } else {
            self.hmac_of_long(id, suffix.as_bytes())
        }
    }

    /// Of a text of any length, behind the blocks that the key made, and without allocating. A suffix has at most 12 bytes.
    fn hmac_of_long(&self, id: &[u8], suffix: &[u8]) -> [u8; 32] {
        let [mut inner, mut outer] = [self.inner, self.outer].map(words);
        let (whole, rest) = id.as_chunks();
        compress256(&mut inner, whole);
        // The bit that ends the text, zeros, and the length in bits, in one more block or two (FIPS 180-4, 5.1.1).
        let mut end = [[0; 64]; 2];
        let used = if rest.len().saturating_add(suffix.len()) > SHORT_MAX { 2 } else { 1 };
        let bits = 64_u64.saturating_add(id.len() as u64).saturating_add(suffix.len() as u64).saturating_mul(8);
        let text = rest.iter().chain(suffix).chain(&[0x80]);
        end.as_flattened_mut().iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        let end = end.get_mut(..used).unwrap_or_default();
        end.as_flattened_mut().iter_mut().rev().zip(bits.to_le_bytes()).for_each(|(to, from)| *to = from);
        compress256(&mut inner, end);
        compress256(&mut outer, &[bytes(inner.iter().chain(&END))]);
        bytes(outer.iter())
    }
}

fn is_short(id: &[u8], suffix: &Suffix) -> bool {
    id.len().saturating_add(suffix.length) <= SHORT_MAX
}

/// The text, as the last block of a message that began with the key's (FIPS 180-4, 5.1.1): the id, the suffix, a bit
/// that ends them, zeros, and the message's length in bits.
///
/// It is put together in registers, 16 bytes in each number and the first the lowest: to read from memory what was
/// just written there in smaller pieces, the processor waits until it has arrived. For the same reason it is inlined
/// always: a block that is returned goes through memory.
#[inline(always)]
pub(crate) fn short_text(id: &[u8], suffix: &Suffix) -> Block {
    let length = id.len().saturating_add(suffix.length);
    let bits = (64_u64.saturating_add(length as u64)).saturating_mul(8);
    let last = u128::from(bits.swap_bytes()) << 64;

    let (whole, rest) = id.as_chunks::<16>();
    let used = 8_u32.saturating_mul(rest.len() as u32);
    let rest = match id.last_chunk() {
        Some(last) => u128::from_le_bytes(*last).unbounded_shr(128_u32.saturating_sub(used)),
        None => number(rest),
    };
    let end = suffix.number() | 0x80_u128.unbounded_shl(8_u32.saturating_mul(suffix.length as u32));
    let (rest, end) = (rest | end.unbounded_shl(used), end.unbounded_shr(128_u32.saturating_sub(used)));
    let mut whole = whole.iter().map(|bytes| u128::from_le_bytes(*bytes));
    match [whole.next(), whole.next(), whole.next()] {
        [None, ..] => [rest, end, 0, last],
        [Some(a), None, _] => [a, rest, end, last],
        [Some(a), Some(b), None] => [a, b, rest, end | last],
        [Some(a), Some(b), Some(c)] => [a, b, c, rest | last],
    }
}

/// Fewer than 16 bytes as a number, the first the lowest.
#[inline(always)]
pub(crate) fn number(bytes: &[u8]) -> u128 {
    let shift = |by: usize| 8_u32.saturating_mul(bytes.len().saturating_sub(by) as u32);
    // Two pieces that overlap: where they do, they are the same.
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)).unbounded_shl(shift(8))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u128::from(u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)).unbounded_shl(shift(4)))
    } else {
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u128::from(*byte))
    }
}

/// The two states that a [`Key`] has beside the secret, in words.
pub(crate) fn states(secret: &[u8]) -> Zeroizing<[[u32; 8]; 2]> {
    let mut states = Zeroizing::new([START; 2]);
    let [inner, outer] = &mut *states;
    // K, then K xor ipad, then K xor opad, all in one place.
    let mut block = key_block(secret);
    block.iter_mut().for_each(|byte| *byte ^= 0x36);
    compress256(inner, &[*block]);
    block.iter_mut().for_each(|byte| *byte ^= 0x36 ^ 0x5c);
    compress256(outer, &[*block]);
    states
}

/// The `hmac` crate's state under a key, before a text.
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new((&*key_block(key)).into())
}

/// RFC 2104, 2: a key longer than a block is hashed first, a shorter one is padded with zeros to a block.
fn key_block(key: &[u8]) -> Zeroizing<[u8; 64]> {
    let mut block = Zeroizing::new([0; 64]);
    let digest: Zeroizing<[u8; 32]>;
    let key = if key.len() > block.len() {
        digest = Zeroizing::new(Sha256::digest(key).into());
        digest.as_slice()
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    block
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
    keyed(key).chain_update(message).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every length of an id round the block's, under keys round the block's: the `hmac` crate's word for it.
    #[test]
    fn short_and_long_texts_are_those_of_the_hmac_crate() {
        let bytes: Vec<u8> = (0..200).collect();
        for key in [0, 1, 32, 63, 64, 65, 200].map(|length| &bytes[..length]) {
            let mut kept = Vec::new();
            states(key).as_flattened().iter().for_each(|word| kept.extend(word.to_ne_bytes()));
            let (inner, outer) = (kept.first_chunk().expect("a state"), kept.last_chunk().expect("a state"));
            let key_of_ours = Key { secret: key, inner, outer };
            for id in (0..130).map(|length| &bytes[..length]) {
                for suffix in [b"".as_slice(), b"-0", b"-1596165824", b"-99999999999"] {
                    let crates = hmac_sha256(key, &[id, suffix].concat());
                    let suffix = &Suffix::read(suffix);
                    assert_eq!(key_of_ours.hmac([id], suffix), [crates], "{} {}", key.len(), id.len());
                    let others = key_of_ours.hmac([&bytes[..3], id, &bytes[..9], id], suffix);
                    assert_eq!([others[1], others[3]], [crates; 2], "{} {}", key.len(), id.len());
                }
            }
        }
    }
}
