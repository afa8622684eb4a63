//! How the text that was shown differs from the form of a signature.

use super::claim::{Claim, Digest, OTHER_HASHES};
use super::mistake::Mistake;
use super::padding::{between, trimmed};
use super::{Case, TRUNCATED_MIN, key::unbase64};
use crate::Scheme;

/// Notations of languages and formats. The first that fits counts.
#[rustfmt::skip]
const WRAPPINGS: [(&str, &str); 19] = [
    ("b'", "'"), ("b\"", "\""), ("u'", "'"), ("Some(\"", "\")"), ("Some(", ")"), ("Ok(\"", "\")"), ("Just \"", "\""),
    ("Optional(\"", "\")"), ("Optional[", "]"), ("Signature(\"", "\")"), ("[\"", "\"]"), ("['", "']"), ("[", "]"),
    ("(\"", "\")"), ("('", "',)"), ("string(64) \"", "\""), ("string(75) \"", "\""),
    ("{\"signature\":\"", "\"}"), ("{\"uid_hash\":\"", "\"}"),
];

/// What languages print for values that are not text.
const NOT_TEXT: [&str; 12] =
    ["Array", "Object", "undefined", "null", "NULL", "None", "nil", "NaN", "true", "false", "True", "False"];

/// How HTML, objects, JSON and reports of errors begin.
const NOT_TEXT_STARTS: [&str; 7] = ["<", "[object ", "[B@", "{", "function ", "Error", "Traceback"];

/// What stands round a signature that is otherwise text. The first that fits counts.
#[rustfmt::skip]
const DECORATIONS: [(&str, &str); 17] = [
    ("0x", ""), ("0X", ""), ("\\x", ""), ("sha256=", ""), ("SHA256=", ""), ("sha256:", ""), ("hmac-sha256=", ""),
    ("(stdin)= ", ""), ("SHA2-256(stdin)= ", ""), ("SHA256(stdin)= ", ""), // openssl dgst
    ("HMAC-SHA2-256(stdin)= ", ""), ("HMAC-SHA256(stdin)= ", ""),
    ("", "  -"), // sha256sum
    ("\"", "\""), ("'", "'"), ("`", "`"), ("\u{201c}", "\u{201d}"),
];

/// The digits, and for a timestamped scheme what begins with the last hyphen.
pub(super) fn split(scheme: Scheme, text: &[u8]) -> (&[u8], &[u8]) {
    let hyphen = text.iter().rposition(|b| *b == b'-').filter(|_| scheme == Scheme::Timestamped);
    hyphen.and_then(|at| text.split_at_checked(at)).unwrap_or((text, &[]))
}

/// What a text that is no signature may be.
pub(super) enum Shape {
    Wrapped(Vec<u8>),
    Other,
}

pub(super) fn shape(scheme: Scheme, signature: &[u8]) -> Option<Shape> {
    let text = signature.trim_ascii();
    let (body, tail) = split(scheme, text);
    let inside = between(text, &WRAPPINGS).map(<[u8]>::to_vec);
    if let Some(inside) = inside.or_else(|| Some([between(body, &WRAPPINGS)?, tail].concat())) {
        return Some(Shape::Wrapped(inside));
    }
    let is_token = text.starts_with(b"eyJ") && text.iter().filter(|b| **b == b'.').count() == 2;
    let is_value = NOT_TEXT.iter().any(|value| text == value.as_bytes());
    let is_other = is_token || is_value || NOT_TEXT_STARTS.iter().any(|start| text.starts_with(start.as_bytes()));
    is_other.then_some(Shape::Other)
}

/// The right message, in digits of another form.
pub(super) fn claims(case: &Case<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let (body, tail) = split(case.scheme, case.text);
    let mut mended = |mistake, text: &[u8]| {
        let shown = case.scheme.parse(text).ok();
        let claim = shown.map(|shown| {
            Claim::new(mistake, case.message(str::from_utf8(shown.suffix).unwrap_or_default()), shown.digest)
        });
        let found = claim.is_some();
        claims.extend(claim);
        found
    };
    if (56..64).contains(&body.len()) {
        let zeros = vec![b'0'; 64_usize.saturating_sub(body.len())];
        mended(Mistake::LostLeadingZeros, &[&zeros, body, tail].concat());
    }
    if case.text.iter().any(u8::is_ascii_uppercase) {
        mended(Mistake::UpperCase, &case.text.to_ascii_lowercase());
    }
    for digest in encoded(body) {
        mended(Mistake::OtherEncoding, &[hex::encode(digest).as_bytes(), tail].concat());
    }
    let whole = undecorated(case.text);
    if whole == case.text || !mended(Mistake::Decorated, whole) {
        let inner = undecorated(body);
        if inner != body {
            mended(Mistake::Decorated, &[inner, tail].concat());
        }
    }
    if let Some((digest, suffix)) = digits(case) {
        if (TRUNCATED_MIN..64).contains(&digest.digits()) {
            claims.push(Claim::new(Mistake::Truncated, case.message(suffix), digest));
        }
        for (_, hmac) in OTHER_HASHES.iter().filter(|(digits, _)| *digits == digest.digits()) {
            claims.push(Claim::new(Mistake::OtherHash, case.message(suffix), digest).hashed(*hmac));
        }
    }
    claims
}

/// Lower-case hex digits, however many, and behind them exactly what belongs there: nothing, or `-T`.
pub(super) fn digits<'a>(case: &Case<'a>) -> Option<(Digest, &'a str)> {
    let (body, tail) = split(case.scheme, case.text);
    case.scheme.parse(&[&[b'0'; 64], tail].concat()).ok()?;
    Some((Digest::read(body)?, str::from_utf8(tail).ok()?))
}

fn undecorated(text: &[u8]) -> &[u8] {
    let text = trimmed(text);
    trimmed(between(text, &DECORATIONS).unwrap_or(text))
}

/// Digests in base64, or in two layers of hex and base64.
fn encoded(body: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let layers = |text: &[u8]| {
        let lines: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
        [hex::decode(&lines).ok(), unbase64(&lines)]
    };
    let [from_hex, from_base64] = layers(body);
    let outer = [from_hex, from_base64.clone()].into_iter().flatten();
    let inner = outer.flat_map(move |text| layers(&text)).flatten();
    from_base64.into_iter().chain(inner).filter(|digest| digest.len() == 32)
}
