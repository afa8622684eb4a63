//! The secret and the id went into another function, or into its wrong places.

use hmac::Mac;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as Hash, Sha256, Sha512};
use zeroize::Zeroizing;

use super::hypothesis::{Found, Hypothesis, OTHER_HASHES, Reading, same};
use super::key::Key;
use super::mistake::{Mistake, Mistakes};
use super::{Case, HYPOTHESIS_MAX, TRUNCATED_BASE64_MIN};
use crate::encoding::Encoding;
use crate::hmac::{key_block, keyed};

/// Between the secret and the id.
const SEPARATORS: [&[u8]; 7] = [b"", b":", b"-", b".", b"_", b"|", b" "];

/// Of all parts together.
type HashOf = fn(&[&[u8]]) -> Vec<u8>;

/// By the number of their digits.
const HASHES: [(usize, HashOf); 4] =
    [(32, hash::<Md5>), (40, hash::<Sha1>), (64, hash::<Sha256>), (128, hash::<Sha512>)];

/// Of one identifier: as it is, and as the message has it.
pub(super) struct Signed<'a> {
    pub(super) id: &'a [u8],
    pub(super) suffix: &'a [u8],
    /// That it is another identifier, and which.
    pub(super) mistakes: Mistakes,
    pub(super) index: Option<usize>,
}

/// A hash of both. Its digits are as many as those of an HMAC with that hash, or of one that was cut off.
pub(super) fn hashes(found: &mut Found, secret: &[u8], signed: &Signed<'_>, readings: &[Reading]) {
    if secret.len() > HYPOTHESIS_MAX {
        return;
    }
    let message = [signed.id, signed.suffix].concat();
    for (digits, hash) in HASHES {
        let readings: Vec<_> = readings.iter().filter(|reading| reading.digest.digits() == digits).collect();
        if readings.is_empty() {
            continue;
        }
        let none = Mistakes::default();
        let mut digests = vec![(hash(&[secret]), none)];
        // SQL Server's `HASHBYTES` of nvarchar.
        let [key_charset, id_charset] = [Mistake::KeyCharset, Mistake::IdCharset].map(Mistakes::from);
        let wide_secret = utf16(secret);
        digests.extend(wide_secret.iter().map(|secret| (hash(&[secret]), key_charset)));
        for id in [signed.id, &message].into_iter().take(if signed.suffix.is_empty() { 1 } else { 2 }) {
            let joined = |secret: &[u8], id: &[u8], wide: bool, mistakes: Mistakes| {
                SEPARATORS.map(|between| {
                    let between = if wide { utf16(between).unwrap_or_default() } else { between.to_vec().into() };
                    [hash(&[secret, &between, id]), hash(&[id, &between, secret])].map(|digest| (digest, mistakes))
                })
            };
            digests.push((hash(&[id]), none));
            digests.extend(joined(secret, id, false, none).into_iter().flatten());
            if let Some(id) = utf16(id) {
                digests.push((hash(&[&id]), id_charset));
                let of_secret = |secret: &Zeroizing<Vec<u8>>| joined(secret, &id, true, key_charset | id_charset);
                digests.extend(wide_secret.iter().flat_map(of_secret).flatten());
            }
        }
        for reading in readings {
            for (_, more) in digests.iter().filter(|(digest, _)| reading.digest.is(digest)) {
                let writing = reading.mistakes.without(Mistake::OtherHash).without(Mistake::Truncated);
                let mistakes = writing | signed.mistakes | *more | Mistake::NoHmac.into();
                found.add(mistakes, mistakes.count(), signed.index);
            }
        }
    }
}

/// UTF-8 in UTF-16.
fn utf16(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut wide = Zeroizing::new(Vec::with_capacity(text.len().saturating_mul(2)));
    str::from_utf8(text).ok()?.encode_utf16().for_each(|unit| wide.extend(unit.to_le_bytes()));
    Some(wide)
}

/// HMAC with a longer hash, cut off to the length of SHA-256.
pub(super) fn cut_hashes(found: &mut Found, secret: &Key<'_>, signed: &Signed<'_>, readings: &[Reading]) {
    let is_other = |reading: &Reading| reading.mistakes.has(Mistake::OtherHash) || reading.digest.digits() != 64;
    if secret.bytes().len() > HYPOTHESIS_MAX || readings.iter().all(is_other) {
        return;
    }
    let message = [signed.id, signed.suffix].concat();
    for (_, hmac) in OTHER_HASHES.iter().filter(|(digits, _)| matches!(digits, 96 | 128)) {
        let mac = hmac(secret.bytes(), &message);
        let cut = mac.get(..32).unwrap_or_default();
        for reading in readings.iter().filter(|reading| !is_other(reading) && reading.digest.is(cut)) {
            let mistakes = reading.mistakes | signed.mistakes | Mistake::OtherHash.into() | Mistake::Truncated.into();
            found.add(mistakes, mistakes.count(), signed.index);
        }
    }
}

/// HMAC(key = id, message = secret).
pub(super) fn swapped(found: &mut Found, secret: &Key<'_>, signed: &Signed<'_>, readings: &[Reading]) {
    if secret.bytes().len() > HYPOTHESIS_MAX {
        return;
    }
    let message = [signed.id, signed.suffix].concat();
    let readings: Vec<_> = readings.iter().filter(|reading| reading.digest.digits() == 64).collect();
    if readings.is_empty() {
        return;
    }
    let mut macs = vec![hmac(&message, secret.bytes(), b"")];
    if !signed.suffix.is_empty() {
        macs.push(hmac(signed.id, secret.bytes(), signed.suffix));
    }
    let mistakes = secret.mistakes | signed.mistakes;
    for reading in readings {
        if macs.iter().any(|mac| reading.is(mac)) {
            let mistakes = reading.mistakes | mistakes | Mistake::SwappedKeyAndMessage.into();
            found.add(mistakes, mistakes.count(), signed.index);
        }
    }
}

/// The id is both key and message, or the secret is.
pub(super) fn same_value(found: &mut Found, secret: &Key<'_>, signed: &Signed<'_>, readings: &[Reading]) {
    let readings: Vec<_> = readings.iter().filter(|reading| reading.digest.digits() == 64).collect();
    if secret.bytes().len() > HYPOTHESIS_MAX || readings.is_empty() {
        return;
    }
    for value in [signed.id, secret.bytes()] {
        let timed = Zeroizing::new([value, signed.suffix].concat());
        let macs = [hmac(value, value, b""), hmac(&timed, value, b""), hmac(value, value, signed.suffix)];
        for reading in readings.iter().filter(|reading| macs.iter().any(|mac| reading.is(mac))) {
            let mistakes = reading.mistakes | Mistake::SwappedKeyAndMessage.into();
            found.add(mistakes, mistakes.count(), signed.index);
        }
    }
}

/// The start of a MAC in the provider's base64, of at least as many bits as of one in hex, by the secret. No reading is made
/// of it, so that it is compared with right MACs alone. One whose padding alone is lost, a reading recognises.
pub(super) fn cut_base64(found: &mut Found, case: &Case<'_>, text: &[u8], secrets: &[Key<'_>]) {
    if case.encoding == Encoding::Hex || !(TRUNCATED_BASE64_MIN..43).contains(&text.len()) {
        return;
    }
    for secret in secrets {
        let [mac] = secret.hmac([case.id.as_bytes()]);
        if case.encoding.encode(&mac).get(..text.len()).is_some_and(|start| same(start, text)) {
            found.add(Mistake::Truncated.into(), 1, None);
        }
    }
}

fn hmac(key: &[u8], message: &[u8], more: &[u8]) -> [u8; 32] {
    keyed(&key_block(key)).chain_update(message).chain_update(more).finalize().into_bytes().into()
}

/// The same with another hash.
pub(super) fn swapped_hashes(found: &mut Found, secret: &Key<'_>, signed: &Signed<'_>, readings: &[Reading]) {
    let message = [signed.id, signed.suffix].concat();
    for reading in readings {
        let Some((_, hmac)) = reading.other_hash() else {
            continue;
        };
        if reading.digest.is(&hmac(&message, secret.bytes())) {
            let mistakes = reading.mistakes | signed.mistakes | Mistake::SwappedKeyAndMessage.into();
            found.add(mistakes, mistakes.count(), signed.index);
        }
    }
}

/// The signature itself was signed, with its time or without.
pub(super) fn signed_again(secret: &Key<'_>, signed: &Signed<'_>, encoding: Encoding) -> Vec<Hypothesis> {
    let [mac] = secret.hmac([&[signed.id, signed.suffix].concat()]);
    let written = encoding.encode(&mac);
    let written = written.get(..encoding.length()).unwrap_or_default();
    let [once, twice] = [signed.suffix.to_vec(), [signed.suffix, signed.suffix].concat()];
    let ends = if once.is_empty() { vec![once] } else { vec![once, twice] };
    ends.iter().map(|end| Hypothesis::new(Mistake::IdForm, [written, end].concat())).collect()
}

/// Of all parts, without a copy of a secret that joins them.
fn hash<H: Hash>(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().fold(H::new(), |hash, part| hash.chain_update(part)).finalize().to_vec()
}
