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
/// What is certainly not the secret itself is refused; what is merely odd or short is not. The first row that fits
/// decides. Words are compared without regard to ASCII case, and `...` stands for anything or nothing:
///
/// | given | error |
/// |---|---|
/// | nothing, or nothing in it | `missing-secret` |
/// | white space (Unicode's `White_Space`), U+200B, U+2060 or U+FEFF at either end | `padded-secret` |
/// | UTF-16: a byte order mark in front, then pairs of bytes of which one is 0 | `padded-secret` |
/// | `undefined`, `null`, `none`, `nil`, `nan`, `false`, `true`, `[object object]` | `placeholder-secret` |
/// | `changeme`, `mysecret`, `your_secret`, `your-secret`, `Secure Mode Secret` | `placeholder-secret` |
/// | `<...>`, `${...}`, `{{...}}`, `%...%` | `placeholder-secret` |
/// | three to sixteen characters, all of them `*`, `.`, `?`, `x` or U+2022 | `placeholder-secret` |
/// | GoSquared's public project token, `GSN-123456-A` | `placeholder-secret` |
/// | quotation marks round it: `"..."`, `'...'`, backticks, curly or angular ones | `malformed-secret` |
/// | `b'...'`, as Python prints bytes | `malformed-secret` |
/// | `NAME=...` or `export NAME=...`, the name in capitals and digits with a `_` inside | `malformed-secret` |
/// | white space followed by `#` | `malformed-secret` |
/// | `{...}` or `[...]` | `malformed-secret` |
/// | a backslash and `n` at the end | `malformed-secret` |
/// | U+0000 to U+001F or U+007F anywhere | `malformed-secret` |
///
/// But for UTF-16, bytes that are not valid UTF-8 may be anything.
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
            Secret::Missing => return Err((Code::MissingSecret, Place::Unset)),
            Secret::Bytes([]) => return Err((Code::MissingSecret, Place::Empty)),
            Secret::Invalid => return Err((Code::InvalidText, Place::None)),
            Secret::Bytes(bytes) => bytes,
        };
        let refused = match str::from_utf8(bytes) {
            Ok(text) => padding(text)
                .map(|place| (Code::PaddedSecret, place))
                .or_else(|| placeholder(text).map(|place| (Code::PlaceholderSecret, place)))
                .or_else(|| malformed(text).map(|place| (Code::MalformedSecret, place))),
            Err(_) => is_utf16(bytes).then_some((Code::PaddedSecret, UTF_16)),
        };
        refused.map_or(Ok(bytes), Err)
    }
}

/// White space and invisible characters at an end: what an editor, a paste or `echo` adds.
fn padding(text: &str) -> Option<Place> {
    let pads = |c: &char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}');
    let start = text.chars().next().filter(pads).map(Place::Start);
    start.or_else(|| text.chars().next_back().filter(pads).map(Place::End))
}

/// A file that Windows wrote: its byte order mark, then ASCII in two bytes a character.
fn is_utf16(bytes: &[u8]) -> bool {
    let zero = match bytes {
        [0xff, 0xfe, ..] => 1,
        [0xfe, 0xff, ..] => 0,
        _ => return false,
    };
    let units = bytes.chunks_exact(2);
    units.remainder().is_empty() && units.skip(1).all(|unit| unit.get(zero) == Some(&0))
}

/// What stands where a secret should.
fn placeholder(text: &str) -> Option<Place> {
    let is_word = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let is_mask = |c| matches!(c, '*' | '.' | '?' | 'x' | 'X' | '\u{2022}');
    if is_word(&ABSENT) {
        Some(ABSENT_VALUE)
    } else if is_word(&SAMPLES) {
        Some(SAMPLE)
    } else if within(text, "<", ">") {
        Some(ANGLE_BRACKETS)
    } else if within(text, "${", "}") || within(text, "{{", "}}") || within(text, "%", "%") {
        Some(TEMPLATE)
    } else if text.chars().all(is_mask) && (3..=16).contains(&text.chars().count()) {
        Some(MASK)
    } else {
        is_project_token(text).then_some(PROJECT_TOKEN)
    }
}

/// The secret, with something round it, behind it or inside.
fn malformed(text: &str) -> Option<Place> {
    if QUOTATION_MARKS.iter().any(|(open, close)| within(text, open, close)) {
        Some(QUOTED)
    } else if within(text, "b'", "'") || within(text, "b\"", "\"") {
        Some(PRINTED_BYTES)
    } else if is_assignment(text) {
        Some(ASSIGNMENT)
    } else if text.split('#').rev().skip(1).any(|before| before.ends_with(char::is_whitespace)) {
        Some(COMMENT)
    } else if within(text, "{", "}") || within(text, "[", "]") {
        Some(JSON)
    } else if text.ends_with("\\n") {
        Some(ESCAPE)
    } else if !text.bytes().any(|byte| byte.is_ascii_control()) {
        None
    } else {
        let control = text.chars().enumerate().find(|(_, c)| c.is_ascii_control());
        control.map(|(before, c)| Place::reason_at(if c == '\0' { NUL } else { CONTROL }, c, before))
    }
}

/// Whether it begins and ends so, with anything or nothing between.
fn within(text: &str, open: &str, close: &str) -> bool {
    text.strip_prefix(open).is_some_and(|rest| rest.ends_with(close))
}

/// A line of a shell's script or of an `.env` file.
fn is_assignment(text: &str) -> bool {
    let line = text.strip_prefix("export ").map_or(text, |line| line.trim_start_matches(' '));
    // Generated secrets contain an equals sign too: POSIX's names begin with no digit, and nobody's ends with `_`.
    let is_name = |name: &str| {
        is_variable_name(name) && name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.ends_with('_')
    };
    line.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// Whether it looks as variables' names do: capitals, digits and an underscore. Secrets are often capitals and digits
/// too, but seldom with an underscore.
pub(crate) fn is_variable_name(name: &str) -> bool {
    let usual = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    name.contains('_') && name.bytes().all(usual)
}

/// What the hosts' languages print for a value that is not there.
const ABSENT: [&str; 8] = ["undefined", "null", "none", "nil", "nan", "false", "true", "[object object]"];

/// What samples and templates have in its place.
const SAMPLES: [&str; 5] = ["changeme", "mysecret", "your_secret", "your-secret", "secure mode secret"];

const QUOTATION_MARKS: [(&str, &str); 9] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("\u{201c}", "\u{201d}"),
    ("\u{2018}", "\u{2019}"),
    ("\u{201e}", "\u{201c}"),
    ("\u{201a}", "\u{2018}"),
    ("\u{ab}", "\u{bb}"),
    ("\u{2039}", "\u{203a}"),
];

const UTF_16: Place =
    Place::Reason("is encoded as UTF-16, with a byte order mark", "save it as UTF-8 without a byte order mark");
const ABSENT_VALUE: Place = Place::Reason(
    "is what a language prints for a value that does not exist, such as undefined, null or None",
    "look where it is read: the variable or setting is not set there",
);
const SAMPLE: Place =
    Place::Reason("is a sample from documentation", "replace it with the secret from the provider's settings");
const ANGLE_BRACKETS: Place = Place::Reason(
    "is a placeholder in angle brackets",
    "replace all of it, the brackets too, with the secret from the provider's settings",
);
const TEMPLATE: Place = Place::Reason(
    "is a template that nothing has filled in, such as ${NAME}, {{ name }} or %NAME%",
    "look why the variable was not substituted, or write the secret itself",
);
const MASK: Place = Place::Reason(
    "is a mask, such as asterisks or dots",
    "the secret is hidden where it was copied: reveal it first, or use the copy button",
);
const PROJECT_TOKEN: Place = Place::Reason(
    "has the form of GoSquared's public project token",
    "pass the secret from GoSquared's Secure Mode settings",
);
const QUOTED: Place = Place::Reason(
    "has quotation marks round it",
    "`docker --env-file` and some settings pages keep them: write it without",
);
const PRINTED_BYTES: Place = Place::Reason(
    "is bytes as Python prints them, b'...'",
    "decode the bytes with .decode() where it is written, and store what is between the quotation marks",
);
const ASSIGNMENT: Place = Place::Reason("is a whole assignment, NAME=value", "keep only what follows the equals sign");
const COMMENT: Place = Place::Reason(
    "contains white space followed by #, a comment",
    "`docker --env-file` and some parsers keep it: put the comment on its own line",
);
const JSON: Place = Place::Reason(
    "is in braces or brackets, as JSON or a list is",
    "pass the secret itself: read the field that holds it",
);
const ESCAPE: Place = Place::Reason("ends with a backslash and n, an escaped newline", "remove both characters");
/// `(what is wrong, what to do)`, beside the position.
const NUL: (&str, &str) = (
    "contains a NUL character",
    "if it was saved as UTF-16, save it as UTF-8; otherwise pass the secret's own characters",
);
const CONTROL: (&str, &str) =
    ("contains a control character", "pass one secret, on one line; older ones are fallback secrets");

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
