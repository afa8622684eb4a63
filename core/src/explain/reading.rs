//! Readings of the presented text: the digests that are in it, however they are written, and what follows them.
//!
//! A text is split into what holds the digest and the time; `digits` and `bytes` then read the digest.

use super::hypothesis::Reading;
use super::mistake::{Mistake, Mistakes};
use super::padding::between;
use super::{TRUNCATED_MIN, bytes, digits, escape};
use crate::encoding::Encoding;
use crate::scheme::Scheme;
use crate::signature::timestamp;

/// Notations of languages and formats. The first that fits counts.
#[rustfmt::skip]
const WRAPPINGS: [(&str, &str); 21] = [
    ("b'", "'"), ("b\"", "\""), ("bytearray(b'", "')"), ("bytearray(b\"", "\")"), ("u'", "'"),
    ("Some(\"", "\")"), ("Some(", ")"), ("Ok(\"", "\")"), ("Just \"", "\""),
    ("Optional(\"", "\")"), ("Optional[", "]"), ("Signature(\"", "\")"), ("[\"", "\"]"), ("['", "']"), ("[", "]"),
    ("(\"", "\")"), ("('", "',)"), ("string(64) \"", "\""), ("string(75) \"", "\""),
    ("{\"signature\":\"", "\"}"), ("{\"uid_hash\":\"", "\"}"),
];

/// The fewest digits of a time that is looked for behind digits that are not in order.
const TIME_MIN: usize = 9;

/// How many readings with each tail are tried. Bounds the work that a text can cause.
const READINGS_MAX: usize = 12;

/// What is inside a language's notation. Not of a list of several things, which is read as one.
pub(super) fn unwrapped(scheme: Scheme, text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let is_list = |text: &[u8], inside: &[u8]| {
        (text.starts_with(b"[") || text.starts_with(b"("))
            && inside.iter().any(|b| *b == b',' || b.is_ascii_whitespace())
    };
    let inside = |text| between(text, &WRAPPINGS).filter(|inside| !is_list(text, inside));
    let (body, tail) = last_hyphen(scheme, text);
    inside(text).map(<[u8]>::to_vec).or_else(|| Some([inside(body)?, tail].concat()))
}

/// What follows the digest.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Tail {
    /// What the message ends in too: `-T`, or nothing where the scheme has no time.
    Suffix(String),
    /// Nothing, though the scheme has a time.
    Missing,
    /// `-T`, though the scheme has none.
    Needless(String),
    /// What no time ends in.
    Other(String),
}

/// Digests that have the same tail.
pub(super) struct Group {
    pub(super) tail: Tail,
    pub(super) readings: Vec<Reading>,
}

/// Every way to read the text.
pub(super) fn groups(scheme: Scheme, encoding: Encoding, text: &[u8]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut add = |tail: Tail, body: &[u8], mistakes: Mistakes| {
        let readings = match in_hex(encoding, body) {
            Some(own) => read(&own, mistakes, 0),
            None if encoding == Encoding::Hex => read(body, mistakes, 0),
            None => read(body, mistakes | Mistake::OtherEncoding.into(), 0),
        };
        let found = !readings.is_empty();
        match groups.iter_mut().find(|group| group.tail == tail) {
            Some(group) => group.readings.extend(readings),
            None if found => groups.push(Group { tail, readings }),
            None => {}
        }
        found
    };
    let escaped = escape::undone(text).into_iter().map(|text| (text, Mistake::Decorated.into()));
    let mut forms: Vec<_> = std::iter::once((text.to_vec(), Mistakes::default())).chain(escaped).collect();
    // Digits and time encoded together.
    let whole = forms.iter().flat_map(|(text, mistakes)| {
        let layers = bytes::layers(text).into_iter().filter(|layer| layer.is_ascii() && split(layer).is_some());
        layers.map(|layer| (layer, *mistakes | Mistake::OtherEncoding.into()))
    });
    let whole: Vec<_> = whole.collect();
    forms.extend(whole);
    for (text, mistakes) in forms {
        let time = split(&text);
        match (scheme, time) {
            (Scheme::Plain, time) => {
                add(Tail::Suffix(String::new()), &text, mistakes);
                if let Some((body, time, more)) = time.filter(|(_, _, more)| !more.has(Mistake::TimestampSeparator)) {
                    add(Tail::Needless(format!("-{time}")), body, mistakes | more);
                }
            }
            (Scheme::Timestamped, time) => {
                let timed =
                    time.is_some_and(|(body, time, more)| add(Tail::Suffix(format!("-{time}")), body, mistakes | more));
                let other = text.split_first_chunk::<64>().filter(|(digits, rest)| is_hex(*digits) && !rest.is_empty());
                let other = other.and_then(|(digits, rest)| Some((digits, str::from_utf8(rest).ok()?)));
                match other {
                    // A time that was cut off may look whole.
                    Some((digits, rest)) => _ = add(Tail::Other(rest.into()), digits, mistakes),
                    _ if !timed => {
                        let fine = fine(&text);
                        if !fine.is_some_and(|(body, time)| add(Tail::Other(format!("-{time}")), body, mistakes)) {
                            add(Tail::Missing, &text, mistakes);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    // A text that is no attempt to cause work has one tail of a kind.
    let mut kinds = Vec::new();
    groups.retain(|group| {
        let kind = std::mem::discriminant(&group.tail);
        let is_new = !kinds.contains(&kind);
        kinds.push(kind);
        is_new
    });
    groups.iter_mut().for_each(|group| group.readings.truncate(READINGS_MAX));
    groups
}

/// What the provider's base64 writes, in hex, which `read` takes for the right encoding; what stands round it stays. Nothing
/// where there is none.
fn in_hex(encoding: Encoding, body: &[u8]) -> Option<Vec<u8>> {
    let others = match encoding {
        Encoding::Hex => return None,
        Encoding::Base64 => b"+/",
        Encoding::Base64Url => b"-_",
    };
    let is_character = |b: &u8| b.is_ascii_alphanumeric() || others.contains(b);
    let (mut shown, mut rest, mut found) = (Vec::with_capacity(body.len().saturating_mul(2)), body, false);
    while !rest.is_empty() {
        let length = rest.iter().take_while(|b| is_character(b)).count();
        let own = encoding.decode(rest).filter(|(_, behind)| length == 43 && !behind.starts_with(b"="));
        if let Some((mac, behind)) = own {
            shown.extend_from_slice(&Encoding::Hex.encode(&mac));
            (rest, found) = (behind, true);
        } else {
            let (run, behind) = rest.split_at_checked(length.max(1))?;
            shown.extend_from_slice(run);
            rest = behind;
        }
    }
    found.then_some(shown)
}

fn is_hex(digits: &[u8]) -> bool {
    digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

fn last_hyphen(scheme: Scheme, text: &[u8]) -> (&[u8], &[u8]) {
    let hyphen = text.iter().rposition(|b| *b == b'-').filter(|_| scheme == Scheme::Timestamped);
    hyphen.and_then(|at| text.split_at_checked(at)).unwrap_or((text, &[]))
}

/// What holds a digest that need not be in hex, and the time of a clock that does not count in seconds.
fn fine(text: &[u8]) -> Option<(&[u8], &str)> {
    let (body, time) = text.split_at_checked(text.iter().rposition(|b| *b == b'-')?)?;
    let time = str::from_utf8(time.get(1..)?).ok()?;
    let is_digits =
        |text: &str, lengths: &[usize]| lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let is_fraction =
        |(whole, fraction)| is_digits(whole, &[9, 10, 11]) && is_digits(fraction, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let is_fine = is_digits(time, &[13, 16, 19]) || time.split_once('.').is_some_and(is_fraction);
    Some((body, time)).filter(|_| is_fine)
}

/// What holds the digest, the time, and what is wrong between and behind the two.
fn split(text: &[u8]) -> Option<(&[u8], i64, Mistakes)> {
    let is_outside = |b: &u8| !b.is_ascii_alphanumeric();
    let start = text.iter().position(|b| !is_outside(b))?;
    let end = text.iter().rposition(|b| !is_outside(b))?.saturating_add(1);
    let around = if end < text.len() { Mistakes::from(Mistake::Decorated) } else { Mistakes::default() };
    let separated = around | Mistake::TimestampSeparator.into();
    let (whole, text) = (text, text.get(..end)?);
    // `HEX-T`
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (head, time) = text.split_at_checked(text.len().saturating_sub(digits))?;
    let is_plausible = |body: &[u8], time: &[u8]| time.len() >= TIME_MIN || body.len() == 64 && is_hex(body);
    if let Some(time_read) = timestamp(time) {
        let gap = head.iter().rev().take_while(|b| is_outside(b)).count();
        let (body, gap) = head.split_at_checked(head.len().saturating_sub(gap))?;
        if let Some(before) = gap.strip_suffix(b"-").filter(|_| is_plausible(body, time)) {
            let is_joint = |b: &u8| matches!(b, b' ' | b'\t' | b'-') || !b.is_ascii();
            let is_around_hyphen = before.last().is_some_and(is_joint) && before.iter().all(is_joint);
            let body = if is_around_hyphen { body } else { head.split_last()?.1 };
            return Some((body, time_read, if is_around_hyphen { separated } else { around }));
        }
        if !gap.is_empty() && is_plausible(body, time) {
            let tail = gap.iter().take_while(|b| matches!(b, b'=')).count();
            return Some((head.get(..body.len().saturating_add(tail))?, time_read, separated));
        }
    }
    // `HEXT`
    let halves = text.split_at_checked(64).filter(|(hex, _)| is_hex(hex));
    if let Some((hex, time)) = halves.and_then(|(hex, time)| Some((hex, timestamp(time)?))) {
        return Some((hex, time, separated));
    }
    // `T-HEX`
    let text = text.get(start..)?;
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (time, rest) = text.split_at_checked(digits)?;
    let gap = rest.iter().take_while(|b| is_outside(b)).count();
    if let Some(body) = rest.get(gap..).filter(|body| time.len() >= TIME_MIN && gap > 0 && !body.is_empty()) {
        return Some((body, timestamp(time)?, separated));
    }
    apart(whole)
}

/// `t=T,v1=HEX`, or the reverse: the only digits that can be a time. Where there are none, `42-T-HEX`: the only ones with a
/// hyphen or a point at an end, but for those behind a digest. The digest is in the longer rest.
fn apart(text: &[u8]) -> Option<(&[u8], i64, Mistakes)> {
    if text.split_first_chunk::<64>().is_some_and(|(digits, rest)| is_hex(digits) && rest.starts_with(b"-")) {
        return None;
    }
    let (mut times, mut joined) = (Vec::new(), Vec::new());
    let mut at = 0_usize;
    for run in text.chunk_by(|a, b| a.is_ascii_digit() && b.is_ascii_digit()) {
        let (start, end) = (at, at.saturating_add(run.len()));
        at = end;
        let (before, behind) = (text.get(..start)?, text.get(end..)?);
        let is_apart = !before.last().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-'));
        let ends = match behind {
            [] => true,
            [b'-', next, ..] => !next.is_ascii_alphanumeric(),
            [next, ..] => !next.is_ascii_alphanumeric() && *next != b'.',
        };
        let is_time = run.len() >= TIME_MIN && run.first() != Some(&b'0');
        if let Some(time) = timestamp(run).filter(|_| is_time) {
            let body = if behind.len() >= before.len() { behind } else { before };
            let found = (body, time, Mistake::TimestampSeparator.into());
            if is_apart && ends {
                times.push(found);
            } else if is_joined(before, behind) {
                joined.push(found);
            }
        }
    }
    let found = if times.is_empty() { joined } else { times };
    match found.as_slice() {
        [found] => Some(*found),
        _ => None,
    }
}

/// Whether a time may stand between these, joined to either by a mark. Behind a digest it stands where another rule reads it.
fn is_joined(before: &[u8], behind: &[u8]) -> bool {
    let ends = !before.last().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'+')
        && !behind.first().is_some_and(u8::is_ascii_alphanumeric);
    let last = before.iter().rev().skip_while(|b| !b.is_ascii_alphanumeric()).take(TRUNCATED_MIN);
    ends && last.take_while(|b| b.is_ascii_hexdigit()).count() < TRUNCATED_MIN
}

/// The digests in a text. What was decoded from it once is read again.
pub(super) fn read(body: &[u8], mistakes: Mistakes, depth: u8) -> Vec<Reading> {
    // The digits of a dump are other digests' to `digits`, and readings are bounded.
    let mut readings = bytes::dumped(body);
    readings.extend(digits::read(body));
    readings.extend(bytes::read(body));
    for layer in bytes::layers(body).into_iter().filter(|layer| depth == 0 && layer.is_ascii()) {
        readings.extend(read(&layer, Mistake::OtherEncoding.into(), 1));
    }
    readings.iter_mut().for_each(|reading| reading.mistakes = reading.mistakes | mistakes);
    readings
}
