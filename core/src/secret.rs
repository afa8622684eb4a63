//! What a secret may be, and where the Signer keeps its own copies.

use std::fmt;

use zeroize::Zeroizing;

use crate::error::{Code, Error, Place, Subject};
use crate::hmac::{self, Key};
use crate::sha256::State;

/// A secret as a caller passes it: text, bytes, or nothing.
///
/// Text stands for its UTF-8 bytes, bytes for themselves, of any length and value.
///
/// | given | error |
/// |---|---|
/// | nothing, or nothing in it | `missing-secret` |
/// | U+0009 to U+000D or U+0020 at either end, or U+FEFF in front | `padded-secret` |
/// | `undefined`, `null`, `none`, `nil`, `nan`, `false`, `true`, `[object object]` in any ASCII case | `placeholder-secret` |
/// | GoSquared's public project token, `GSN-123456-A` | `placeholder-secret` |
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Secret<'a> {
    /// No value: an unset variable, a host's null.
    Missing,
    /// The key's bytes.
    Bytes(&'a [u8]),
    /// A host's text that is not valid Unicode: `invalid-text`.
    Invalid,
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'a> From<&'a [u8]> for Secret<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Secret::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Secret<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Secret::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Secret<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Secret::Bytes(bytes)
    }
}

impl<'a> From<&'a str> for Secret<'a> {
    fn from(text: &'a str) -> Self {
        Secret::Bytes(text.as_bytes())
    }
}

impl<'a> From<&'a String> for Secret<'a> {
    fn from(text: &'a String) -> Self {
        Secret::Bytes(text.as_bytes())
    }
}

impl<'a, T: Into<Secret<'a>>> From<Option<T>> for Secret<'a> {
    fn from(secret: Option<T>) -> Self {
        secret.map_or(Secret::Missing, Into::into)
    }
}

impl<'a> Secret<'a> {
    fn check(self) -> Result<&'a [u8], (Code, Place)> {
        let bytes = match self {
            Secret::Missing | Secret::Bytes([]) => return Err((Code::MissingSecret, Place::None)),
            Secret::Invalid => return Err((Code::InvalidText, Place::None)),
            Secret::Bytes(bytes) => bytes,
        };
        let Ok(text) = str::from_utf8(bytes) else {
            return Ok(bytes);
        };
        let pads = |c: &char| matches!(c, '\u{9}'..='\u{d}' | ' ');
        if let Some(c) = text.chars().next().filter(|c| pads(c) || *c == '\u{feff}') {
            return Err((Code::PaddedSecret, Place::Start(c)));
        }
        if let Some(c) = text.chars().next_back().filter(pads) {
            return Err((Code::PaddedSecret, Place::End(c)));
        }
        if PLACEHOLDERS.iter().any(|placeholder| text.eq_ignore_ascii_case(placeholder)) {
            return Err((Code::PlaceholderSecret, Place::AbsentValue));
        }
        if is_project_token(text) {
            return Err((Code::PlaceholderSecret, Place::ProjectToken));
        }
        Ok(bytes)
    }
}

/// What the hosts' languages print for a value that is not there.
const PLACEHOLDERS: [&str; 8] = ["undefined", "null", "none", "nil", "nan", "false", "true", "[object object]"];

/// `GSN-123456-A`, which every page of the site shows.
fn is_project_token(text: &str) -> bool {
    let Some((digits, letter)) = text.strip_prefix("GSN-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && letter.len() == 1
        && letter.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The Signer's own copies: one heap block, filled once and zeroed when it is freed.
///
/// The block is a run of records, each a key's two states, the secret's length as a `usize` and then its bytes, so that
/// it needs no table beside it and is never moved by growing.
pub(crate) struct Secrets(Zeroizing<Vec<u8>>);

const STATE: usize = size_of::<State>();
const LENGTH: usize = size_of::<usize>();

impl Secrets {
    /// Checks them all before it copies one. `names[i]` is how a message calls the `i`-th.
    pub(crate) fn new<'a>(secrets: impl Iterator<Item = (Subject, Secret<'a>)> + Clone) -> Result<Self, Error> {
        let mut size = 0_usize;
        for (subject, secret) in secrets.clone() {
            let bytes = secret.check().map_err(|(code, place)| Error::new(code, subject).at(place))?;
            size = size.saturating_add(2 * STATE + LENGTH).saturating_add(bytes.len());
        }
        let mut block = Zeroizing::new(Vec::new());
        block.try_reserve_exact(size).map_err(|_| Error::from(Code::OutOfMemory))?;
        for (_, secret) in secrets {
            if let Secret::Bytes(bytes) = secret {
                hmac::states(bytes).as_flattened().iter().for_each(|word| block.extend_from_slice(&word.to_ne_bytes()));
                block.extend_from_slice(&bytes.len().to_ne_bytes());
                block.extend_from_slice(bytes);
            }
        }
        Ok(Secrets(block))
    }

    /// The secret first, then the fallbacks.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key<'_>> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (inner, tail) = rest.split_first_chunk::<STATE>()?;
            let (outer, tail) = tail.split_first_chunk::<STATE>()?;
            let (length, tail) = tail.split_first_chunk::<LENGTH>()?;
            let (secret, tail) = tail.split_at_checked(usize::from_ne_bytes(*length))?;
            rest = tail;
            Some(Key { secret, inner, outer })
        })
    }

    /// The secret first, then the fallbacks.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.keys().map(|key| key.secret)
    }
}
