//! The id went to the call that appends (Go's `Sum`), not to the one that hashes.

use super::hypothesis::{Digest, Found, Hypothesis, Reading};
use super::key::{Key, unbase64};
use super::mistake::{Mistake, Mistakes};
use super::{Case, message};

/// Bytes in hex or base64 that begin with the id and end in the HMAC of nothing.
pub(super) fn find(found: &mut Found, case: &Case<'_>, text: &[u8], keys: &[Key<'_>]) {
    let text = text.trim_ascii();
    let decoded = [hex::decode(text).ok(), unbase64(text), Some(text.to_vec())];
    for (bytes, encoding) in
        decoded.iter().flatten().zip([None, Some(Mistake::OtherEncoding), Some(Mistake::OtherEncoding)])
    {
        let Some((appended, digest)) = bytes.split_last_chunk::<32>() else {
            continue;
        };
        let is = |id: &str| {
            let time = appended.strip_prefix(id.as_bytes());
            time.is_some_and(|time| {
                time.is_empty() || time.starts_with(b"-") && time.iter().skip(1).all(u8::is_ascii_digit)
            })
        };
        let of_id = is(case.id).then(|| Hypothesis::new(Mistake::WrongCall, ""));
        let also = message::others(case).filter(|(_, other)| is(other));
        let of_also = also.map(|(index, _)| Hypothesis::new(Mistake::WrongCall, "").of_also(index));
        let mistakes = encoding.map(Mistakes::from).unwrap_or_default();
        let readings: Vec<_> = Digest::of(digest).map(|digest| Reading::new(mistakes, digest)).into_iter().collect();
        for hypothesis in of_id.into_iter().chain(of_also) {
            keys.iter().for_each(|key| found.try_all(key, &[&hypothesis], &readings, false));
        }
    }
}
