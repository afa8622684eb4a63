//! HMAC-SHA256, [RFC 2104](https://www.rfc-editor.org/rfc/rfc2104): `H(K xor opad, H(K xor ipad, text))`.
//!
//! Each of the two hashes begins with a block that the key alone makes. What SHA-256 holds behind these two blocks is
//! computed once for a key; a short text then costs two compressions and not four. Longer texts, and the bare
//! primitive, go through the `hmac` crate.

use ::hmac::{Hmac, KeyInit, Mac};
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::sha256::{START, State, nested};

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
    pub(crate) fn hmac<const N: usize>(&self, ids: [&[u8]; N], suffix: &[u8]) -> [[u8; 32]; N] {
        let mut texts = [[0; 64]; N];
        for (block, id) in texts.iter_mut().zip(ids) {
            match short_text(id, suffix) {
                Some(text) => *block = text,
                None => return ids.map(|id| self.hmac_of_any(id, suffix)),
            }
        }
        nested(self.inner, self.outer, &texts)
    }

    /// Where not all are short.
    #[cold]
    fn hmac_of_any(&self, id: &[u8], suffix: &[u8]) -> [u8; 32] {
        match short_text(id, suffix).map(|text| nested(self.inner, self.outer, &[text])) {
            Some([hmac]) => hmac,
            None => keyed(self.secret).chain_update(id).chain_update(suffix).finalize().into_bytes().into(),
        }
    }
}

/// The text, as the last block of a message that began with the key's (FIPS 180-4, 5.1.1).
fn short_text(id: &[u8], suffix: &[u8]) -> Option<[u8; 64]> {
    let length = id.len().checked_add(suffix.len()).filter(|length| *length <= SHORT_MAX)?;
    let mut block = [0; 64];
    let (text, end) = block.split_at_mut_checked(length)?;
    let (start, rest) = text.split_at_mut_checked(id.len())?;
    start.copy_from_slice(id);
    rest.copy_from_slice(suffix);
    *end.first_mut()? = 0x80;
    *end.last_chunk_mut()? = (64_u64.saturating_add(length as u64)).saturating_mul(8).to_be_bytes();
    Some(block)
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

/// The `hmac` crate's state under a key, before a text. Cloned, it signs another text for two compressions.
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
                    assert_eq!(key_of_ours.hmac([id], suffix), [crates], "{} {}", key.len(), id.len());
                    let others = key_of_ours.hmac([&bytes[..3], id, &bytes[..9], id], suffix);
                    assert_eq!([others[1], others[3]], [crates; 2], "{} {}", key.len(), id.len());
                }
            }
        }
    }
}
