//! The secret and the id went into another function, or into its wrong places.

use hmac::Mac;
use sha1::Sha1;
use sha2::{Digest as Hash, Sha256};

use super::claim::Digest;
use super::mistake::Mistake;
use super::{Case, HYPOTHESIS_MAX};
use crate::hmac::keyed;

/// Of the digits that were shown, and the right message's `-T` or nothing.
pub(super) fn mistake(case: &Case<'_>, secret: &[u8], digest: Digest, suffix: &str) -> Option<Mistake> {
    if secret.len() > HYPOTHESIS_MAX {
        return None;
    }
    let (id, message) = (case.id.as_bytes(), case.message(suffix));
    let is_hmac =
        |key, text, more: &str| digest.is(&keyed(key).chain_update(text).chain_update(more).finalize().into_bytes());
    if is_hmac(&message, secret, "") || is_hmac(id, secret, suffix) {
        return Some(Mistake::Swapped);
    }
    let is_hash = |parts| digest.is(&hash::<Sha256>(parts)) || digest.is(&hash::<Sha1>(parts));
    let both = [[secret, id], [id, secret], [secret, &message], [&message, secret]];
    let one = [secret, id, &message].map(|part| [part, &[]]);
    both.into_iter().chain(one).any(is_hash).then_some(Mistake::NoHmac)
}

/// Of both parts, without a copy of a secret that joins them.
fn hash<H: Hash>(parts: [&[u8]; 2]) -> Vec<u8> {
    parts.iter().fold(H::new(), |hash, part| hash.chain_update(part)).finalize().to_vec()
}
