//! What a signature must be, by another HMAC and another reading of the rules.

use hmac_sha256::HMAC;
use personsig::{Encoding, KeyForm, Provider, Scheme};

/// The key that a secret stands for.
pub fn key(row: &Provider, secret: &[u8]) -> Vec<u8> {
    if row.key_form != KeyForm::Hex {
        return secret.to_vec();
    }
    let digits = std::str::from_utf8(secret).expect("hex digits");
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex digits")).collect()
}

pub fn hex(mac: &[u8]) -> String {
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8], end: &[u8; 2], padded: bool) -> String {
    let alphabet: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*end).collect();
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number =
            (0..3).fold(0_u32, |number, at| number << 8 | u32::from(three.get(at).copied().unwrap_or_default()));
        for at in 0..4 {
            if at <= three.len() {
                text.push(char::from(alphabet[(number >> (18 - 6 * at) & 63) as usize]));
            } else if padded {
                text.push('=');
            }
        }
    }
    text
}

pub fn encoded(row: &Provider, mac: &[u8]) -> String {
    match row.encoding {
        Encoding::Base64 => base64(mac, b"+/", true),
        Encoding::Base64Url => base64(mac, b"-_", false),
        _ => hex(mac),
    }
}

/// The signature of what the page sends.
pub fn signature(row: &Provider, key: &[u8], sent: &str, now: i64) -> String {
    match row.scheme {
        Scheme::Timestamped => hex(&HMAC::mac(format!("{sent}-{now}").as_bytes(), key)) + &format!("-{now}"),
        _ => encoded(row, &HMAC::mac(sent.as_bytes(), key)),
    }
}

/// Whether a text has the form of the provider's signature, and its time.
fn form(row: &Provider, text: &[u8]) -> Result<Option<i64>, &'static str> {
    let is_hex = |text: &[u8]| text.len() == 64 && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.is_empty() {
        return Err("missing-signature");
    }
    if row.scheme == Scheme::Timestamped {
        if is_hex(text) {
            return Err("missing-timestamp");
        }
        let malformed = Err("malformed-signature");
        let Some((mac, [b'-', digits @ ..])) = text.split_at_checked(64) else { return malformed };
        let Ok(time) = String::from_utf8_lossy(digits).parse::<i64>() else { return malformed };
        let canonical = time.to_string().as_bytes() == digits && (0..=99_999_999_999).contains(&time);
        return if canonical && is_hex(mac) { Ok(Some(time)) } else { malformed };
    }
    let good = match row.encoding {
        Encoding::Base64 => is_base64(text, b"+/", 44),
        Encoding::Base64Url => is_base64(text, b"-_", 43),
        _ => is_hex(text),
    };
    if good { Ok(None) } else { Err("malformed-signature") }
}

/// Canonical, of 32 bytes: 43 characters, of which the last has four bits, and the padding.
fn is_base64(text: &[u8], end: &[u8; 2], length: usize) -> bool {
    let (characters, padding) = text.split_at(text.len().min(43));
    text.len() == length
        && padding.iter().all(|byte| *byte == b'=')
        && characters.iter().all(|byte| byte.is_ascii_alphanumeric() || end.contains(byte))
        && b"AEIMQUYcgkosw048".contains(&characters[42])
}

/// The index of the secret and the time, or the code.
pub fn verdict(
    row: &Provider,
    keys: &[Vec<u8>],
    sent: &str,
    given: &[u8],
    now: i64,
) -> Result<(usize, Option<i64>), &'static str> {
    let time = form(row, given)?;
    let made_by = |key: &Vec<u8>| signature(row, key, sent, time.unwrap_or_default()).as_bytes() == given;
    let index = keys.iter().position(made_by).ok_or("signature-mismatch")?;
    match time {
        Some(time) if time > now + 300 => Err("from-the-future"),
        Some(time) if time < now - 86_400 => Err("expired"),
        time => Ok((index, time)),
    }
}
