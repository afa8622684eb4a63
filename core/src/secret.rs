//! What a secret may be, and where the Signer keeps its copies.

use std::fmt;

#[cfg(any(feature = "explain", feature = "snippet"))]
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::error::{Code, Detail, Error, Subject};
use crate::hmac::{Key, KeyBlock, midstates, write_key_block};
use crate::provider::{KeyForm, providers};
use crate::sha256::State;
use crate::user_id::any_byte;

/// A secret as a caller passes it: a string, bytes, or nothing.
///
/// A string stands for its UTF-8 bytes. Any length, any byte.
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
/// | `changeme`, `mysecret`, `your_secret`, `your_secret_here`, `your_secret_key`, `Secure Mode Secret`; `-` for `_` | `placeholder-secret` |
/// | the name of the variable of any provider's secret, with `$` before it or not, in capitals alone | `placeholder-secret` |
/// | `<...>`, `${...}`, `{{...}}`, `%...%` | `placeholder-secret` |
/// | `(sensitive value)`; three to sixteen characters, all of them `*`, `.`, `?`, `x` or U+2022 | `placeholder-secret` |
/// | a public token of a vendor, such as GoSquared's project token, `GSN-123456-A` | `placeholder-secret` |
/// | quotation marks round it: `"..."`, `'...'`, backticks, curly or angular ones | `malformed-secret` |
/// | `b'...'`, as Python prints bytes | `malformed-secret` |
/// | `NAME=...`, `NAME: ...` or these behind `export `, the name in capitals and digits with a `_` inside | `malformed-secret` |
/// | white space followed by `#` | `malformed-secret` |
/// | `{...}` or `[...]` | `malformed-secret` |
/// | a backslash and `n` at the end | `malformed-secret` |
/// | U+0000 to U+001F or U+007F anywhere | `malformed-secret` |
/// | anything but an even number of hex digits, where the provider's [key form](KeyForm) is hex | `malformed-secret` |
///
/// But for UTF-16, bytes that are not valid UTF-8 may be anything.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Secret<'a> {
    /// No value: an unset variable, a host's null.
    Missing,
    /// The key's bytes.
    Bytes(&'a [u8]),
    /// A host's string that is not valid Unicode: `invalid-text`.
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
    fn check(self, key_form: KeyForm) -> Result<&'a [u8], (Code, Detail)> {
        let bytes = match self {
            Secret::Missing => return Err((Code::MissingSecret, Detail::Unset)),
            Secret::Bytes([]) => return Err((Code::MissingSecret, Detail::Empty)),
            Secret::Invalid => return Err((Code::InvalidText, Detail::None)),
            Secret::Bytes(bytes) => bytes,
        };
        let refused = match str::from_utf8(bytes) {
            Ok(text) => padding(text)
                .map(|detail| (Code::PaddedSecret, detail))
                .or_else(|| placeholder(text).map(|detail| (Code::PlaceholderSecret, detail)))
                .or_else(|| malformed(text).map(|detail| (Code::MalformedSecret, detail))),
            Err(_) => is_utf16(bytes).then_some((Code::PaddedSecret, UTF_16)),
        };
        let is_hex = || bytes.len().is_multiple_of(2) && bytes.iter().all(u8::is_ascii_hexdigit);
        let refused = refused.or_else(|| match key_form {
            KeyForm::Hex if !is_hex() => Some((Code::MalformedSecret, NOT_HEX)),
            _ => None,
        });
        refused.map_or(Ok(bytes), Err)
    }
}

/// White space or an invisible character at an end, as editors, pasting and `echo` add them.
fn padding(text: &str) -> Option<Detail> {
    let pads = |c: &char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}');
    let start = text.chars().next().filter(pads).map(Detail::Start);
    start.or_else(|| text.chars().next_back().filter(pads).map(Detail::End))
}

/// UTF-16 as Windows writes it: a byte order mark, then ASCII in two bytes per character.
fn is_utf16(bytes: &[u8]) -> bool {
    let zero = match bytes {
        [0xff, 0xfe, ..] => 1,
        [0xfe, 0xff, ..] => 0,
        _ => return false,
    };
    let units = bytes.chunks_exact(2);
    units.remainder().is_empty() && units.skip(1).all(|unit| unit.get(zero) == Some(&0))
}

/// A word or template in place of a secret.
fn placeholder(text: &str) -> Option<Detail> {
    let is_word = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let is_mask = |c| matches!(c, '*' | '.' | '?' | 'x' | 'X' | '\u{2022}');
    if is_word(&ABSENT) {
        Some(ABSENT_VALUE)
    } else if is_word(&SAMPLES) {
        Some(SAMPLE)
    } else if is_secret_variable(text) {
        Some(VARIABLE)
    } else if TEMPLATES.iter().any(|(open, close)| within(text, open, close)) {
        Some(TEMPLATE)
    } else if within(text, "<", ">") {
        Some(ANGLE_BRACKETS)
    } else if is_word(&["(sensitive value)"]) || text.chars().all(is_mask) && (3..=16).contains(&text.chars().count()) {
        Some(MASK)
    } else {
        let public = providers().iter().filter_map(|provider| Some((provider, provider.public_token?)));
        let public = public.into_iter().find(|(_, token)| has_form(text, token.form));
        public.map(|(provider, token)| Detail::Pass(token.problem, provider.secret))
    }
}

/// A secret with something round it, behind it or inside.
fn malformed(text: &str) -> Option<Detail> {
    if QUOTATION_MARKS.iter().any(|(open, close)| within(text, open, close)) {
        Some(QUOTED)
    } else if within(text, "b'", "'") || within(text, "b\"", "\"") {
        Some(PRINTED_BYTES)
    } else if let Some(detail) = assignment(text) {
        Some(detail)
    } else if any_byte(text, |byte| byte == b'#')
        && text.split('#').rev().skip(1).any(|before| before.ends_with(char::is_whitespace))
    {
        Some(COMMENT)
    } else if within(text, "{", "}") || within(text, "[", "]") {
        Some(JSON)
    } else if text.ends_with("\\n") {
        Some(ESCAPE)
    } else if !any_byte(text, |byte| byte.is_ascii_control()) {
        None
    } else {
        let control = text.chars().enumerate().find(|(_, c)| c.is_ascii_control());
        control.map(|(before, c)| Detail::reason_at(if c == '\0' { NUL } else { CONTROL }, c, before))
    }
}

/// Whether it begins with `open` and ends with `close`, which do not overlap.
fn within(text: &str, open: &str, close: &str) -> bool {
    text.strip_prefix(open).is_some_and(|rest| rest.ends_with(close))
}

/// The variable of a provider's secret, in place of its value.
fn is_secret_variable(text: &str) -> bool {
    let name = text.strip_prefix('$').unwrap_or(text);
    providers().iter().any(|provider| provider.secret_variable == name)
}

/// A line of a shell script, an `.env` file or YAML.
fn assignment(text: &str) -> Option<Detail> {
    let line = text.strip_prefix("export ").map_or(text, |line| line.trim_start_matches(' '));
    // Generated secrets contain an equals sign too. POSIX names begin with no digit, and none in use ends with `_`.
    let is_name = |name: &str| {
        is_variable_name(name) && name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.ends_with('_')
    };
    let is_of = |mark: &str| line.split_once(mark).is_some_and(|(name, _)| is_name(name));
    if any_byte(line, |byte| byte == b'=') && is_of("=") {
        Some(ASSIGNMENT)
    } else if any_byte(line, |byte| byte == b':') && is_of(": ") {
        Some(LABELLED)
    } else {
        None
    }
}

/// Capitals, digits and an underscore. Secrets are often capitals and digits too, but seldom with an underscore.
pub(crate) fn is_variable_name(name: &str) -> bool {
    let usual = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    name.contains('_') && name.bytes().all(usual)
}

/// What the hosts' languages print for an absent value.
const ABSENT: [&str; 8] = ["undefined", "null", "none", "nil", "nan", "false", "true", "[object object]"];

/// Secrets in samples and templates.
#[rustfmt::skip]
const SAMPLES: [&str; 9] = [
    "changeme", "mysecret", "your_secret", "your-secret", "your_secret_here", "your-secret-here", "your_secret_key",
    "your-secret-key", "secure mode secret",
];

const TEMPLATES: [(&str, &str); 4] = [("<%", "%>"), ("${", "}"), ("{{", "}}"), ("%", "%")];

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

const UTF_16: Detail =
    Detail::Reason("is encoded as UTF-16, with a byte order mark", "save it as UTF-8 without a byte order mark");
const ABSENT_VALUE: Detail = Detail::Reason(
    "is what a language prints for a value that does not exist, such as undefined, null or None",
    "look where it is read: the variable or setting is not set there",
);
const SAMPLE: Detail =
    Detail::Reason("is a sample from documentation", "replace it with the secret from the provider's settings");
const ANGLE_BRACKETS: Detail = Detail::Reason(
    "is a placeholder in angle brackets",
    "replace all of it, the brackets too, with the secret from the provider's settings",
);
const TEMPLATE: Detail = Detail::Reason(
    "is a template that nothing has filled in, such as ${NAME}, {{ name }} or %NAME%",
    "look why the variable was not substituted, or write the secret itself",
);
const VARIABLE: Detail = Detail::Reason(
    "is the name of the variable that holds a secret",
    "pass the value of that variable, not its name; find out why it was not substituted",
);
const MASK: Detail = Detail::Reason(
    "is a mask, such as asterisks or dots",
    "the secret is hidden where it was copied: reveal it first, or use the copy button",
);
const QUOTED: Detail = Detail::Reason(
    "has quotation marks round it",
    "`docker --env-file` and some settings pages keep them: write it without",
);
const PRINTED_BYTES: Detail = Detail::Reason(
    "is bytes as Python prints them, b'...'",
    "decode the bytes with .decode() where it is written, and store what is between the quotation marks",
);
const ASSIGNMENT: Detail =
    Detail::Reason("is a whole assignment, NAME=value", "keep only what follows the equals sign");
const LABELLED: Detail =
    Detail::Reason("is a whole line of settings, NAME: value", "keep only what follows the colon and the space");
const COMMENT: Detail = Detail::Reason(
    "contains white space followed by #, a comment",
    "`docker --env-file` and some parsers keep it: put the comment on its own line",
);
const JSON: Detail = Detail::Reason(
    "is in braces or brackets, as JSON or a list is",
    "pass the secret itself: read the field that holds it",
);
const ESCAPE: Detail = Detail::Reason("ends with a backslash and n, an escaped newline", "remove both characters");
const NOT_HEX: Detail =
    Detail::Reason("is not an even number of hex digits", "pass it exactly as the vendor shows it: digits and a to f");
/// `(problem, fix)`, for [`Detail::reason_at`].
const NUL: (&str, &str) = (
    "contains a NUL character",
    "if it was saved as UTF-16, save it as UTF-8; otherwise pass the secret's own characters",
);
const CONTROL: (&str, &str) =
    ("contains a control character", "pass one secret, on one line; older ones are fallback secrets");

/// Whether a text has the form of a [`PublicToken`](crate::provider::PublicToken): `#` is one or more digits, `?` a letter.
fn has_form(text: &str, form: &str) -> bool {
    let (mut rest, mut form) = (text.as_bytes(), form.bytes());
    let fits = form.all(|part| {
        let length = match part {
            b'#' => rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
            b'?' => rest.first().filter(|byte| byte.is_ascii_alphabetic()).map_or(0, |_| 1),
            _ => rest.first().filter(|byte| **byte == part).map_or(0, |_| 1),
        };
        rest = rest.get(length..).unwrap_or_default();
        length > 0
    });
    fits && rest.is_empty()
}

/// The key of a secret that is hex digits.
pub(crate) fn decoded(secret: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (mut key, length) = (Zeroizing::new(Vec::new()), secret.len() / 2);
    key.try_reserve_exact(length).map_err(|_| Error::from(Code::OutOfMemory))?;
    key.resize(length, 0);
    hex::decode_to_slice(secret, &mut key).map_err(|_| Error::from(Code::Internal))?;
    Ok(key)
}

/// The Signer's own copies: one heap block, filled once and zeroed when it is freed.
///
/// The block is a run of records, so that it needs no table beside it and never moves by growing. A record is a key's
/// block, its two midstates, the secret's length as a `usize`, and the secret.
pub(crate) struct Secrets(Zeroizing<Vec<u8>>);

const RECORD: usize = size_of::<KeyBlock>() + 2 * size_of::<State>() + size_of::<usize>();

impl Secrets {
    /// Checks all before it copies one. The subject is what a message calls the secret.
    pub(crate) fn new<'a>(
        key_form: KeyForm,
        secrets: impl Iterator<Item = (Subject, Secret<'a>)> + Clone,
    ) -> Result<Self, Error> {
        let mut size = 0_usize;
        for (subject, secret) in secrets.clone() {
            let bytes = secret.check(key_form).map_err(|(code, detail)| Error::new(code, subject).with(detail))?;
            size = size.saturating_add(RECORD).saturating_add(bytes.len());
        }
        let mut records = Zeroizing::new(Vec::new());
        records.try_reserve_exact(size).map_err(|_| Error::from(Code::OutOfMemory))?;
        for (_, secret) in secrets {
            if let Secret::Bytes(bytes) = secret {
                records.extend_from_slice(&[0; size_of::<KeyBlock>()]);
                let block = records.last_chunk_mut().ok_or(Code::Internal)?;
                match key_form {
                    KeyForm::Text => write_key_block(bytes, block),
                    KeyForm::Hex => write_key_block(&decoded(bytes)?, block),
                }
                let states = midstates(block);
                states.as_flattened().iter().for_each(|word| records.extend_from_slice(&word.to_ne_bytes()));
                records.extend_from_slice(&bytes.len().to_ne_bytes());
                records.extend_from_slice(bytes);
            }
        }
        Ok(Secrets(records))
    }

    /// The secret first, then the fallbacks.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key<'_>> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (block, tail) = rest.split_first_chunk()?;
            let (inner, tail) = tail.split_first_chunk()?;
            let (outer, tail) = tail.split_first_chunk()?;
            let (length, tail) = tail.split_first_chunk()?;
            let (secret, tail) = tail.split_at_checked(usize::from_ne_bytes(*length))?;
            rest = tail;
            Some(Key { secret, block, inner, outer })
        })
    }

    /// Whether the text is one of them; hex digits are the same key in either case. Constant time: a trait may be a
    /// visitor's own string. constant_time_test.rs proves it.
    #[cfg(any(feature = "explain", feature = "snippet"))]
    pub(crate) fn contain(&self, key_form: KeyForm, text: &[u8]) -> Choice {
        let either_case = key_form == KeyForm::Hex && text.iter().all(u8::is_ascii_hexdigit);
        let case = if either_case { 0x20 } else { 0 };
        let is = |secret: &[u8]| {
            let same = Choice::from(u8::from(secret.len() == text.len()));
            secret.iter().zip(text).fold(same, |same, (a, b)| same & (a | case).ct_eq(&(b | case)))
        };
        self.iter().fold(Choice::from(0), |found, secret| found | is(secret))
    }

    /// The secret first, then the fallbacks.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.keys().map(|key| key.secret)
    }
}
