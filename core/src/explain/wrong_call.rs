//! The id went to the call that appends (Go's `Sum`), not to the one that hashes.

use base64::engine::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::hypothesis::{Digest, Found, Hypothesis, Reading};
use super::key::{Key, unbase64};
use super::mistake::{Mistake, Mistakes};
use super::{Case, message};
use crate::encoding::Encoding;

/// Bytes in hex or base64 that begin with the id and end in the HMAC of nothing.
pub(super) fn find(found: &mut Found, case: &Case<'_>, text: &[u8], keys: &[Key<'_>]) {
    let text = text.trim_ascii();
    let is_upper = text.iter().any(|b| matches!(b, b'A'..=b'F'));
    let upper = if is_upper { Mistake::UpperCase.into() } else { Mistakes::default() };
    let none = Mistakes::default();
    for (bytes, writing) in [(hex::decode(text).ok(), upper), (unbase64(text), none), (Some(text.to_vec()), none)] {
        let Some((appended, digest)) = bytes.as_deref().and_then(<[u8]>::split_last_chunk::<32>) else {
            continue;
        };
        let is = |id: &str| {
            let time = appended.strip_prefix(id.as_bytes());
            time.is_some_and(|time| {
                time.is_empty() || time.starts_with(b"-") && time.iter().skip(1).all(u8::is_ascii_digit)
            })
        };
        // It is certain, and costs nothing: that the empty id was signed is not said beside it.
        let certain = || Hypothesis::right(Vec::new()).and(Mistake::WrongCall);
        let of_id = is(case.id).then(certain);
        let also = message::others(case).filter(|(_, other)| is(other));
        let of_also = also.map(|(index, _)| certain().of_also(index));
        let is_own = bytes.as_deref().is_some_and(|bytes| is_written(case.encoding, bytes, text));
        let mistakes = if is_own { writing } else { writing | Mistake::OtherEncoding.into() };
        let readings: Vec<_> = Digest::of(digest).map(|digest| Reading::new(mistakes, digest)).into_iter().collect();
        for hypothesis in of_id.into_iter().chain(of_also) {
            keys.iter().for_each(|key| found.try_all(key, &[&hypothesis], &readings, false));
        }
    }
}

/// Whether the provider's encoding writes the bytes so, but for the case of hex.
fn is_written(encoding: Encoding, bytes: &[u8], text: &[u8]) -> bool {
    match encoding {
        Encoding::Hex => hex::encode(bytes).as_bytes().eq_ignore_ascii_case(text),
        Encoding::Base64 => STANDARD.encode(bytes).as_bytes() == text,
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(bytes).as_bytes() == text,
    }
}
