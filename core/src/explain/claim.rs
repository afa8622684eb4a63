//! What a signature claims: that a message, under a key, gives its digits.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha384, Sha512};
use subtle::ConstantTimeEq;

use super::key::Key;
use super::mistake::Mistake;

/// The longest message in bytes that is tried many times over. Bounds the work.
const SHORT_MAX: usize = 128;

/// True under a key, it tells the mistake.
#[derive(Clone)]
pub(super) struct Claim {
    pub(super) mistake: Mistake,
    /// Which element of `also` is in the message.
    pub(super) index: Option<usize>,
    message: Vec<u8>,
    digest: Digest,
    hmac: Option<HmacOf>,
    searched: bool,
}

impl Claim {
    pub(super) fn new(mistake: Mistake, message: Vec<u8>, digest: impl Into<Digest>) -> Self {
        Claim { mistake, index: None, message, digest: digest.into(), hmac: None, searched: false }
    }

    pub(super) fn of_also(self, index: Option<usize>) -> Self {
        Claim { index, ..self }
    }

    /// With another hash than SHA-256.
    pub(super) fn hashed(self, hmac: HmacOf) -> Self {
        Claim { hmac: Some(hmac), ..self }
    }

    /// One of many that differ in the time alone.
    pub(super) fn searched(self, searched: bool) -> Self {
        Claim { searched, ..self }
    }

    /// Whether it is tried with the Signer's secrets: searches are for short messages.
    pub(super) fn is_single(&self) -> bool {
        !self.searched || self.message.len() <= SHORT_MAX
    }

    /// Whether it is tried with wrong keys too: no searches, and short messages.
    pub(super) fn is_paired(&self) -> bool {
        !self.searched && self.message.len() <= SHORT_MAX
    }

    pub(super) fn is_true_under(&self, key: &Key) -> bool {
        match self.hmac {
            None => self.digest.begins(&key.state.clone().chain_update(&self.message).finalize().into_bytes()),
            Some(hmac) => self.digest.begins(&hmac(&key.bytes, &self.message)),
        }
    }
}

/// The digits that were shown, 128 at most.
#[derive(Clone, Copy)]
pub(super) struct Digest {
    bytes: [u8; 64],
    digits: usize,
}

impl Digest {
    /// Of lower-case hex digits.
    pub(super) fn read(hex: &[u8]) -> Option<Self> {
        let mut bytes = [0; 64];
        for (at, digit) in hex.iter().enumerate() {
            let value = match digit {
                b'0'..=b'9' | b'a'..=b'f' => char::from(*digit).to_digit(16)?,
                _ => return None,
            };
            let shift = if at % 2 == 0 { 4 } else { 0 };
            *bytes.get_mut(at / 2)? |= u8::try_from(value << shift).ok()?;
        }
        Some(Digest { bytes, digits: hex.len() })
    }

    /// Whether these bytes, written in hex, begin with the digits. In constant time.
    pub(super) fn begins(&self, mac: &[u8]) -> bool {
        let mut differing = 0;
        for ((mac, shown), at) in mac.iter().zip(&self.bytes).zip((0..).step_by(2)) {
            let mask = match self.digits.saturating_sub(at) {
                0 => 0,
                1 => 0xf0,
                _ => 0xff,
            };
            differing |= (mac ^ shown) & mask;
        }
        self.digits.div_ceil(2) <= mac.len() && differing.ct_eq(&0).into()
    }

    pub(super) fn digits(&self) -> usize {
        self.digits
    }

    /// Whether the digits are all of these bytes.
    pub(super) fn is(&self, hash: &[u8]) -> bool {
        self.digits / 2 == hash.len() && self.begins(hash)
    }
}

impl From<[u8; 32]> for Digest {
    fn from(digest: [u8; 32]) -> Self {
        let mut bytes = [0; 64];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Digest { bytes, digits: 64 }
    }
}

pub(super) type HmacOf = fn(&[u8], &[u8]) -> Vec<u8>;

/// The other hashes by the number of their digits.
pub(super) const OTHER_HASHES: [(usize, HmacOf); 5] = [
    (32, hmac_of::<Hmac<Md5>>),
    (40, hmac_of::<Hmac<Sha1>>),
    (56, hmac_of::<Hmac<Sha224>>),
    (96, hmac_of::<Hmac<Sha384>>),
    (128, hmac_of::<Hmac<Sha512>>),
];

fn hmac_of<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(key).ok(); // any length is accepted
    mac.map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec()).unwrap_or_default()
}
