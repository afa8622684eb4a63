//! If HMAC(key, message) is the digest that a reading found, the mistakes of key, message and reading were made.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha384, Sha512};
use subtle::ConstantTimeEq;

use super::key::Key;
use super::mistake::{Mistake, Mistakes};
use super::{HYPOTHESIS_MAX, SEARCH_MAX, SHORT_MAX};

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
    far: bool,
}

impl Hypothesis {
    /// The message is as it should be.
    pub(super) fn right(message: Vec<u8>) -> Self {
        Hypothesis { mistakes: Mistakes::default(), index: None, cost: 0, message, searched: false, far: false }
    }

    pub(super) fn new(mistake: Mistake, message: impl Into<Vec<u8>>) -> Self {
        Hypothesis { mistakes: mistake.into(), cost: 1, ..Hypothesis::right(message.into()) }
    }

    pub(super) fn and(self, mistake: Mistake) -> Self {
        Hypothesis { mistakes: self.mistakes | mistake.into(), ..self }
    }

    /// With a second mistake.
    pub(super) fn twice(self, mistake: Mistake) -> Self {
        Hypothesis { cost: self.cost.saturating_add(1), ..self.and(mistake) }
    }

    /// Of an element of `also` in the id's place.
    pub(super) fn of_also(self, index: usize) -> Self {
        self.twice(Mistake::OtherIdentifier).with(index)
    }

    /// An element of `also` is in the message.
    pub(super) fn with(self, index: usize) -> Self {
        Hypothesis { index: Some(index), ..self }
    }

    /// One of many that differ in the time alone.
    pub(super) fn searched(self, searched: bool) -> Self {
        Hypothesis { searched, ..self }
    }

    /// With another text in place of so many bytes at its end.
    pub(super) fn set_end(&mut self, length: usize, end: &str) {
        self.message.truncate(self.message.len().saturating_sub(length));
        self.message.extend(end.as_bytes());
    }

    /// Another reading of the clock that is not near: it is tried with frequent wrong keys alone, and with
    /// no other hash.
    pub(super) fn far(self, far: bool) -> Self {
        Hypothesis { far, ..self }
    }

    pub(super) fn is_far(&self) -> bool {
        self.far
    }

    pub(super) fn is_search(&self) -> bool {
        self.searched
    }

    /// Searches are for short messages.
    pub(super) fn is_single(&self) -> bool {
        !self.searched || self.message.len() <= SEARCH_MAX
    }

    /// Whether it is tried with wrong keys too: no searches, and short messages.
    pub(super) fn is_paired(&self) -> bool {
        !self.searched && self.message.len() <= SHORT_MAX
    }

    /// Whether it is tried with other hashes too.
    fn is_hashed(&self) -> bool {
        self.cost == 0 || self.is_paired() && !self.far && !self.mistakes.has(Mistake::IdForm)
    }
}

/// The same message with the same mistakes is tried once.
pub(super) fn each_once(hypotheses: &mut Vec<&Hypothesis>) {
    let key = |hypothesis: &&Hypothesis| (hypothesis.mistakes, hypothesis.index);
    hypotheses.sort_unstable_by(|a, b| a.message.cmp(&b.message).then_with(|| key(a).cmp(&key(b))));
    hypotheses.dedup_by(|a, b| a.message == b.message && key(a) == key(b));
}

/// Writes a MAC in a way that cannot be undone, or nothing where the text cannot be it. What is told beforehand, and by
/// the time that it takes, is a first digit and how many bytes are ASCII.
pub(super) type Write = fn(&[u8; 32], &[u8], &mut Vec<u8>);

/// A digest that was found in the presented text, and what is wrong with its writing.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) mistakes: Mistakes,
    pub(super) digest: Digest,
    /// The writing loses too much to be undone: the MAC is written so, and compared.
    written: Option<(Write, Vec<u8>)>,
    /// Other text reads so too.
    vague: bool,
}

impl Reading {
    pub(super) fn new(mistakes: Mistakes, digest: Digest) -> Self {
        Reading { mistakes, digest, written: None, vague: false }
    }

    pub(super) fn written(mistakes: Mistakes, text: &[u8], by: Write) -> Self {
        Reading { written: Some((by, text.into())), ..Reading::new(mistakes, Digest::default()) }
    }

    /// Where other text reads so too, nothing but a right digest shows that it is one.
    pub(super) fn vague(self, vague: bool) -> Self {
        Reading { vague, ..self }
    }

    pub(super) fn is(&self, mac: &[u8; 32]) -> bool {
        match &self.written {
            None => !self.mistakes.has(Mistake::OtherHash) && self.digest.begins(mac),
            Some((write, text)) => {
                let mut written = Vec::new();
                write(mac, text, &mut written);
                same(&written, text)
            }
        }
    }

    /// Whether it is certainly all digits of an HMAC-SHA256, right or wrong.
    pub(super) fn is_whole(&self) -> bool {
        self.digest.digits == 64 && !self.vague && !self.mistakes.has(Mistake::OtherHash)
    }

    /// The hash of the HMAC, where it is not SHA-256, by the number of its digits.
    pub(super) fn other_hash(&self) -> Option<(usize, HmacOf)> {
        let is_other = self.mistakes.has(Mistake::OtherHash);
        OTHER_HASHES.iter().copied().find(|(digits, _)| is_other && *digits == self.digest.digits)
    }
}

/// What explains the presented text with the fewest mistakes.
#[derive(Default)]
pub(super) struct Found {
    cost: u32,
    pub(super) mistakes: Mistakes,
    pub(super) index: Option<usize>,
    /// Whether what is tried next is tried with a fallback secret.
    pub(super) tries_fallback: bool,
    /// Whether a fallback secret alone explains it.
    pub(super) of_fallback: bool,
}

impl Found {
    pub(super) fn add(&mut self, mistakes: Mistakes, cost: u32, index: Option<usize>) {
        let of_fallback = self.tries_fallback;
        if self.mistakes.is_empty() || cost < self.cost {
            *self = Found { cost, mistakes, index, of_fallback, ..*self };
        } else if cost == self.cost {
            self.mistakes = self.mistakes | mistakes;
            self.index = self.index.or(index);
            self.of_fallback &= of_fallback;
        }
    }

    /// A time that was cut off was sent.
    pub(super) fn settled(self) -> Self {
        let is_cut = self.mistakes.has(Mistake::Truncated);
        Found {
            mistakes: if is_cut { self.mistakes.without(Mistake::TimestampNotSent) } else { self.mistakes },
            ..self
        }
    }

    /// Whether the key and one of the messages make what a reading found.
    pub(super) fn try_all(&mut self, key: &Key<'_>, hypotheses: &[&Hypothesis], readings: &[Reading], hashes: bool) {
        // Several messages side by side are faster than one after another.
        let (fours, rest) = hypotheses.as_chunks::<4>();
        for four in fours {
            let macs = key.hmac(four.map(|hypothesis| hypothesis.message.as_slice()));
            four.iter().zip(&macs).for_each(|(hypothesis, mac)| self.compare(key, hypothesis, mac, readings));
        }
        for hypothesis in rest {
            let [mac] = key.hmac([&hypothesis.message]);
            self.compare(key, hypothesis, &mac, readings);
        }
        let other_hash = readings.iter().find_map(Reading::other_hash);
        let Some((digits, hmac)) = other_hash.filter(|_| hashes && key.bytes().len() <= HYPOTHESIS_MAX) else {
            return;
        };
        for hypothesis in hypotheses.iter().filter(|hypothesis| hypothesis.is_hashed()) {
            let mac = hmac(key.bytes(), &hypothesis.message);
            let is_true = |reading: &&Reading| {
                reading.mistakes.has(Mistake::OtherHash) && reading.digest.digits == digits && reading.digest.is(&mac)
            };
            readings.iter().filter(is_true).for_each(|reading| self.prove(key, hypothesis, reading));
        }
    }

    fn compare(&mut self, key: &Key<'_>, hypothesis: &Hypothesis, mac: &[u8; 32], readings: &[Reading]) {
        for reading in readings.iter().filter(|reading| reading.is(mac)) {
            self.prove(key, hypothesis, reading);
        }
    }

    fn prove(&mut self, key: &Key<'_>, hypothesis: &Hypothesis, reading: &Reading) {
        let mistakes = key.mistakes | hypothesis.mistakes | reading.mistakes;
        let costs = [key.mistakes.count(), reading.mistakes.count()];
        self.add(mistakes, costs.iter().fold(hypothesis.cost, |a, b| a.saturating_add(*b)), hypothesis.index);
    }
}

/// Hex digits, 128 at most.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest {
    bytes: [u8; 64],
    /// Ones where there are digits.
    mask: [u8; 64],
    digits: usize,
}

impl Default for Digest {
    fn default() -> Self {
        Digest { bytes: [0; 64], mask: [0; 64], digits: 0 }
    }
}

impl Digest {
    /// Of hex digits in either case.
    pub(super) fn read(hex: &[u8]) -> Option<Self> {
        let mut digest = Digest { digits: hex.len(), ..Digest::default() };
        for (at, digit) in hex.iter().enumerate() {
            let value = char::from(*digit).to_digit(16)?;
            let shift = if at % 2 == 0 { 4 } else { 0 };
            *digest.bytes.get_mut(at / 2)? |= u8::try_from(value << shift).ok()?;
            *digest.mask.get_mut(at / 2)? |= 15 << shift;
        }
        Some(digest)
    }

    /// Of bytes, 64 at most.
    pub(super) fn of(digest: &[u8]) -> Option<Self> {
        Digest::read(hex::encode(digest).as_bytes())
    }

    /// Whether these bytes, written in hex, begin with the digits. In constant time.
    fn begins(&self, mac: &[u8; 32]) -> bool {
        let differing =
            self.bytes.iter().zip(&self.mask).zip(mac).fold(0, |all, ((read, mask), mac)| all | (mac ^ read) & mask);
        (1..=64).contains(&self.digits) && differing.ct_eq(&0).into()
    }

    pub(super) fn digits(&self) -> usize {
        self.digits
    }

    /// Whether the digits are all of these bytes.
    pub(super) fn is(&self, hash: &[u8]) -> bool {
        self.bytes.get(..self.digits / 2).is_some_and(|bytes| same(bytes, hash))
    }
}

/// In constant time, with one verdict: subtle's comparison of slices has one for every byte.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    let differing: u8 = a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b));
    a.len() == b.len() && differing.ct_eq(&0).into()
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
