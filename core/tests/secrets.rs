//! Secrets that are merely odd are never refused: a thousand of every kind that vendors issue.

use personsig::{Secret, Signer, UserId, hmac_sha256};

const HEX: &[u8] = b"0123456789abcdef";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const PUNCTUATED: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789=#$-_.:;,!?*%@&+/|~^()<>[]{}'\"`\\";
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/// As random as the secrets of vendors, and the same in every run.
fn random(kind: &str, number: usize, length: usize, alphabet: &[u8]) -> String {
    let blocks = (0..length.div_ceil(32)).map(|at| hmac_sha256(kind.as_bytes(), format!("{number} {at}").as_bytes()));
    blocks.flatten().take(length).map(|byte| char::from(alphabet[usize::from(byte) % alphabet.len()])).collect()
}

fn secret(kind: &str, number: usize) -> String {
    let random = |length, alphabet| random(kind, number, length, alphabet);
    match kind {
        "hex" => random(64, HEX),
        "short hex" => random(32, HEX),
        "capital hex" => random(64, HEX).to_uppercase(),
        "base64" => random(43, BASE64) + "=",
        "base64 of 16 bytes" => random(22, BASE64) + "==",
        "base64url" => random(43, BASE64URL),
        "padded base64url" => random(43, BASE64URL) + "=",
        "base32" => random(32, BASE32) + "======",
        "uuid" => [8, 4, 4, 4, 12].map(|length| random(length, HEX)).join("-"),
        "sk_" => "sk_live_".to_owned() + &random(40, ALPHANUMERIC),
        "iv_" => "iv_".to_owned() + &random(32, HEX),
        "utv_" => "utv_".to_owned() + &random(32, BASE64URL),
        "whsec_" => "whsec_".to_owned() + &random(32, BASE64) + "=",
        "digits" => random(12, b"0123456789"),
        "letters" => random(16, ALPHANUMERIC),
        "capitals" => random(24, CAPITALS),
        "punctuation inside" => format!("{}{}{}", random(1, ALPHANUMERIC), random(30, PUNCTUATED), number),
        _ => unreachable!("{kind}"),
    }
}

const KINDS: [&str; 17] = [
    "hex",
    "short hex",
    "capital hex",
    "base64",
    "base64 of 16 bytes",
    "base64url",
    "padded base64url",
    "base32",
    "uuid",
    "sk_",
    "iv_",
    "utv_",
    "whsec_",
    "digits",
    "letters",
    "capitals",
    "punctuation inside",
];

#[test]
fn a_secret_of_a_kind_that_vendors_issue_is_taken() {
    for kind in KINDS {
        for number in 0..1000 {
            let secret = secret(kind, number);
            let error = Signer::with_fallbacks("gosquared", &secret, &[Secret::from(&secret)]).err();
            assert!(error.is_none(), "{kind}: {secret}: {error:?}");
        }
    }
}

#[test]
fn bytes_that_are_not_text_are_taken() {
    for number in 0..1000_usize {
        let mut secret = [&[0xff][..], &hmac_sha256(b"bytes", &number.to_be_bytes())].concat();
        assert!(Signer::new("gosquared", &secret).is_ok(), "{secret:?}");
        secret.reverse();
        assert!(Signer::new("gosquared", &secret).is_ok(), "{secret:?}");
    }
}

/// Ids of many forms that only begin as placeholders do.
#[test]
fn an_id_that_begins_as_a_placeholder_does_is_signed() {
    let signer = Signer::new("gosquared", "personsig-test-secret").unwrap();
    for start in ["undefined", "null", "None", "NaN", "<nil>", "[object", "#<", "<"] {
        for number in 0..1000 {
            let id = start.to_owned() + &random("id", number, 12, ALPHANUMERIC);
            assert!(signer.sign(UserId::from(&id)).is_ok(), "{id}");
        }
    }
}
