//! If HMAC(key, message) is the digest that a reading found, the mistakes of key, message and reading were made.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha384, Sha512};
use subtle::ConstantTimeEq;

use super::key::Key;
use super::mistake::{Mistake, Mistakes};

/// The longest message in bytes that is tried many times over. Bounds the work.
const SHORT_MAX: usize = 128;

/// A message that may have been signed.
#[derive(Clone)]
pub(super) struct Hypothesis {
    pub(super) mistakes: Mistakes,
    /// Which element of `also` is in the message.
    pub(super) index: Option<usize>,
    /// How many things went wrong.
    pub(super) cost: u32,
    message: Vec<u8>,
    searched: bool,
}

impl Hypothesis {
    /// The message is as it should be.
    pub(super) fn right(message: Vec<u8>) -> Self {
        Hypothesis { mistakes: Mistakes::default(), index: None, cost: 0, message, searched: false }
    }

    pub(super) fn new(mistake: Mistake, message: impl Into<Vec<u8>>) -> Self {
        Hypothesis { mistakes: mistake.into(), cost: 1, ..Hypothesis::right(message.into()) }
    }

    pub(super) fn and(self, mistake: Mistake) -> Self {
        Hypothesis { mistakes: self.mistakes | mistake.into(), ..self }
    }

    /// Of an element of `also` in the id's place.
    pub(super) fn of_also(self, index: usize) -> Self {
        let cost = self.cost.saturating_add(1);
        Hypothesis { index: Some(index), cost, ..self.and(Mistake::OtherIdentifier) }
    }

    /// One of many that differ in the time alone.
    pub(super) fn searched(self, searched: bool) -> Self {
        Hypothesis { searched, ..self }
    }

    pub(super) fn is_search(&self) -> bool {
        self.searched
    }

    /// Searches are for short messages.
    pub(super) fn is_single(&self) -> bool {
        !self.searched || self.message.len() <= SHORT_MAX
    }

    /// Whether it is tried with wrong keys too: no searches, and short messages.
    pub(super) fn is_paired(&self) -> bool {
        !self.searched && self.message.len() <= SHORT_MAX
    }
}

/// Writes a MAC in a way that cannot be undone.
type Write = fn(&[u8]) -> Vec<u8>;

/// A digest that was found in the presented text, and what is wrong with its writing.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) mistakes: Mistakes,
    pub(super) digest: Digest,
    /// The writing loses too much to be undone: the MAC is written so, and compared.
    written: Option<(Write, Vec<u8>)>,
}

impl Reading {
    pub(super) fn new(mistakes: Mistakes, digest: Digest) -> Self {
        Reading { mistakes, digest, written: None }
    }

    pub(super) fn written(mistakes: Mistakes, text: &[u8], by: Write) -> Self {
        Reading { mistakes, digest: Digest { bytes: [0; 64], digits: 64 }, written: Some((by, text.into())) }
    }

    pub(super) fn is(&self, mac: &[u8]) -> bool {
        match &self.written {
            None => self.digest.begins(mac),
            Some((write, text)) => write(mac).as_slice().ct_eq(text).into(),
        }
    }

    /// The hash of the HMAC, where it is not SHA-256.
    pub(super) fn other_hash(&self) -> Option<HmacOf> {
        let is_other = self.mistakes.has(Mistake::OtherHash);
        OTHER_HASHES.iter().find(|(digits, _)| is_other && *digits == self.digest.digits).map(|(_, hmac)| *hmac)
    }
}

/// What explains the presented text with the fewest mistakes.
#[derive(Default)]
pub(super) struct Found {
    cost: u32,
    pub(super) mistakes: Mistakes,
    pub(super) index: Option<usize>,
}

impl Found {
    pub(super) fn add(&mut self, mistakes: Mistakes, cost: u32, index: Option<usize>) {
        if self.mistakes.is_empty() || cost < self.cost {
            *self = Found { cost, mistakes, index };
        } else if cost == self.cost {
            self.mistakes = self.mistakes | mistakes;
            self.index = self.index.or(index);
        }
    }

    /// A time that was cut off was sent.
    pub(super) fn settled(self) -> Self {
        let is_cut = self.mistakes.has(Mistake::Truncated);
        Found { mistakes: if is_cut { self.mistakes.without(Mistake::TimestampNotSent) } else { self.mistakes }, ..self }
    }

    /// Whether the key and the message make what a reading found.
    pub(super) fn try_one(&mut self, key: &Key, hypothesis: &Hypothesis, readings: &[Reading], hashes: bool) {
        let mac: [u8; 32] = key.state.clone().chain_update(&hypothesis.message).finalize().into_bytes().into();
        for reading in readings {
            let is_true = match reading.other_hash() {
                None => reading.is(&mac),
                Some(hmac) => hashes && reading.is(&hmac(&key.bytes, &hypothesis.message)),
            };
            if is_true {
                let mistakes = key.mistakes | hypothesis.mistakes | reading.mistakes;
                let cost = [key.mistakes.count(), reading.mistakes.count()].iter().fold(hypothesis.cost, |a, b| a.saturating_add(*b));
                self.add(mistakes, cost, hypothesis.index);
            }
        }
    }
}

/// Hex digits, 128 at most.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest {
    bytes: [u8; 64],
    digits: usize,
}

impl Digest {
    /// Of hex digits in either case.
    pub(super) fn read(hex: &[u8]) -> Option<Self> {
        let mut bytes = [0; 64];
        for (at, digit) in hex.iter().enumerate() {
            let value = char::from(*digit).to_digit(16)?;
            let shift = if at % 2 == 0 { 4 } else { 0 };
            *bytes.get_mut(at / 2)? |= u8::try_from(value << shift).ok()?;
        }
        Some(Digest { bytes, digits: hex.len() })
    }

    /// Of bytes, 64 at most.
    pub(super) fn of(digest: &[u8]) -> Option<Self> {
        let mut bytes = [0; 64];
        bytes.get_mut(..digest.len())?.copy_from_slice(digest);
        Some(Digest { bytes, digits: digest.len().saturating_mul(2) })
    }

    /// Whether these bytes, written in hex, begin with the digits. In constant time.
    fn begins(&self, mac: &[u8]) -> bool {
        let mut differing = 0;
        for ((mac, read), at) in mac.iter().zip(&self.bytes).zip((0..).step_by(2)) {
            let mask = match self.digits.saturating_sub(at) {
                0 => 0,
                1 => 0xf0,
                _ => 0xff,
            };
            differing |= (mac ^ read) & mask;
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
