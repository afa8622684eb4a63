//! The keys that were used in place of the secret.

use base64::engine::general_purpose::{
    GeneralPurpose, GeneralPurposeConfig, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD,
};
use base64::engine::{DecodePaddingMode, Engine};
use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::HYPOTHESIS_MAX;
use super::mistake::Mistake;
use super::padding::{padded, quoted};
use crate::hmac::keyed;

/// A key, and the mistake of using it.
pub(super) struct Key {
    pub(super) mistake: Option<Mistake>,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) state: Hmac<Sha256>,
}

impl Key {
    fn wrong(mistake: Mistake, bytes: Vec<u8>) -> Self {
        Key { mistake: Some(mistake), ..Key::right(bytes) }
    }

    /// One of the Signer's secrets.
    pub(super) fn right(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = Zeroizing::new(bytes.into());
        Key { mistake: None, state: keyed(&bytes), bytes }
    }
}

#[rustfmt::skip]
const PLACEHOLDERS: [&str; 37] = [
    "undefined", "null", "NULL", "None", "none", "nil", "NaN", "false", "False", "true", "True", "[object Object]",
    "mysecret", "my_secret", "my-secret", "MY_SECRET", "changeme", "change_me", "CHANGEME",
    "secret", "Secret", "SECRET", "secret_key", "SECRET_KEY", "Secure Mode Secret",
    "YOUR_SECRET", "your_secret", "your-secret", "YOUR_SECRET_KEY", "YOUR_SECURE_MODE_SECRET",
    "GOSQUARED_SECURE_MODE_SECRET", "CHAMELEON_VERIFICATION_SECRET",
    "password", "test", "xxx", "0", "1",
];

const PREFIXES: [&str; 4] = ["whsec_", "sk_", "Bearer ", "sha256="];

/// More than are made of no secret, and more than are made of one.
const KEYS_MAX: usize = 64;

/// The empty key, the placeholders, and what is made of these secrets.
pub(super) fn wrong_keys(secrets: &[Key]) -> Vec<Key> {
    // Never moved by growing: what is freed on the way would not be wiped.
    let mut keys = Vec::with_capacity(secrets.len().saturating_add(1).saturating_mul(KEYS_MAX));
    keys.push(Key::wrong(Mistake::EmptyKey, Vec::new()));
    keys.extend(PLACEHOLDERS.map(|text| Key::wrong(Mistake::PlaceholderKey, text.into())));
    for secret in secrets.iter().map(|key| key.bytes.as_slice()).filter(|secret| secret.len() <= HYPOTHESIS_MAX) {
        let mut add = |mistake, bytes: Vec<u8>| {
            let key = Key::wrong(mistake, bytes);
            if !key.bytes.is_empty() && *key.bytes != secret {
                keys.push(key);
            }
        };
        padded(secret).for_each(|key| add(Mistake::PaddedKey, key));
        quoted(secret).for_each(|key| add(Mistake::QuotedKey, key));
        for prefix in PREFIXES.map(str::as_bytes) {
            add(Mistake::PrefixedKey, [prefix, secret].concat());
            secret.strip_prefix(prefix).into_iter().for_each(|key| add(Mistake::PrefixedKey, key.into()));
        }
        add(Mistake::HexKey, hex::encode(secret).into());
        add(Mistake::HexKey, hex::encode_upper(secret).into());
        hex::decode(secret).into_iter().for_each(|key| add(Mistake::HexKey, key));
        for base64 in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
            add(Mistake::Base64Key, base64.encode(secret).into());
        }
        unbase64(secret).into_iter().for_each(|key| add(Mistake::Base64Key, key));
    }
    keys
}

/// Base64 in either alphabet, padded or not, whatever its unused last bits are.
pub(super) fn unbase64(text: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let text = [b"==".as_slice(), b"="].iter().find_map(|pad| text.strip_suffix(*pad)).unwrap_or(text);
    let standard = |b: &u8| match b {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    let text = Zeroizing::new(text.iter().map(standard).collect::<Vec<u8>>());
    GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT).decode(&*text).ok()
}
