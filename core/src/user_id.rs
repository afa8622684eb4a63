//! What ids may be signed.

use std::fmt;

use crate::error::{Code, Detail, Error, Subject};

/// A user's id, exactly as the page sends it to the vendor. Nothing is normalised, trimmed or folded.
///
/// | given | signed, or the error |
/// |---|---|
/// | a string | its UTF-8 bytes |
/// | an integer from -2^127 to 2^127-1 | its decimal digits |
/// | an integer beyond | `integer-too-large` |
/// | nothing in it | `empty-user-id` |
/// | bytes that are not UTF-8 | `invalid-text` |
/// | U+0000 to U+001F or U+007F anywhere | `control-character` |
/// | what a language prints where there is no id | `placeholder-user-id` |
///
/// With `placeholder-user-id`, every visitor who is not logged in would share one identity. It is given for these
/// strings, exactly and as the whole id: `undefined`, `null`, `None`, `NaN`, `<nil>`, and with anything in place of the
/// dots `[object ...]`, `#<...>` and `<... object at 0x...>`. `nil`, `NULL`, `true` or `Array` may be somebody's handle and are signed.
///
/// If your users truly have such ids, sign them with your own HMAC. For a plain provider this is all of it:
///
/// ```
/// let signature: String =
///     personsig::hmac_sha256(b"personsig-test-secret", b"null").iter().map(|byte| format!("{byte:02x}")).collect();
/// # assert_eq!(signature, "571078e280ae2817d496a2fc11f73eee72d19374f7fdd9d3a940f81a92ad3320");
/// ```
///
/// For a timestamped one the message is the id, `-` and the Unix time, and `-` and that time follow the digits.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum UserId<'a> {
    /// A string.
    Text(&'a str),
    /// A string of a host whose strings are bytes.
    Bytes(&'a [u8]),
    /// A native integer.
    Integer(i128),
    /// A native integer beyond `i128`, of a host with big integers.
    IntegerTooLarge,
    /// A host's string that has no UTF-8.
    InvalidText,
}

impl fmt::Debug for UserId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserId(..)")
    }
}

impl<'a> From<&'a str> for UserId<'a> {
    fn from(text: &'a str) -> Self {
        UserId::Text(text)
    }
}

impl<'a> From<&'a String> for UserId<'a> {
    fn from(text: &'a String) -> Self {
        UserId::Text(text)
    }
}

impl<'a> From<&'a [u8]> for UserId<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        UserId::Bytes(bytes)
    }
}

impl From<u128> for UserId<'_> {
    fn from(integer: u128) -> Self {
        i128::try_from(integer).map_or(UserId::IntegerTooLarge, UserId::Integer)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for UserId<'_> {
            fn from(integer: $integer) -> Self {
                UserId::Integer(integer as i128)
            }
        }
    )*};
}
from_integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, usize);

/// An integer's decimal digits, on the stack, so that signing allocates nothing.
pub(crate) type Digits = itoa::Buffer;

impl UserId<'_> {
    /// The string to sign, borrowed from the caller or from `digits`.
    #[inline]
    pub(crate) fn text<'b>(&'b self, digits: &'b mut Digits, subject: Subject) -> Result<&'b str, Error> {
        let text = match *self {
            UserId::Text(text) => Some(text),
            UserId::Bytes(bytes) => str::from_utf8(bytes).ok(),
            UserId::Integer(integer) => Some(digits.format(integer)),
            UserId::IntegerTooLarge | UserId::InvalidText => None,
        };
        match text.filter(|text| is_signable(text)) {
            Some(text) => Ok(text),
            None => Err(self.refused(subject)),
        }
    }

    /// Whether there is a string to sign.
    pub(crate) fn check(&self, subject: Subject) -> Result<(), Error> {
        let is_signable = match *self {
            UserId::Text(text) => is_signable(text),
            UserId::Bytes(bytes) => str::from_utf8(bytes).is_ok_and(is_signable),
            UserId::Integer(_) => true,
            UserId::IntegerTooLarge | UserId::InvalidText => false,
        };
        if is_signable { Ok(()) } else { Err(self.refused(subject)) }
    }

    /// The bytes to sign, of an id that was checked before.
    pub(crate) fn bytes<'b>(&'b self, digits: &'b mut Digits) -> &'b [u8] {
        match *self {
            UserId::Text(text) => text.as_bytes(),
            UserId::Bytes(bytes) => bytes,
            UserId::Integer(integer) => digits.format(integer).as_bytes(),
            UserId::IntegerTooLarge | UserId::InvalidText => &[],
        }
    }

    /// Why there is no string to sign.
    #[cold]
    fn refused(&self, subject: Subject) -> Error {
        let (code, detail) = match *self {
            UserId::Text("") | UserId::Bytes([]) => (Code::EmptyUserId, Detail::None),
            UserId::Text(text) => unsignable(text),
            UserId::Bytes(bytes) => match str::from_utf8(bytes) {
                Ok(text) => unsignable(text),
                Err(error) => {
                    let (valid, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or((bytes, &[]));
                    let before = String::from_utf8_lossy(valid).chars().count();
                    (Code::InvalidText, Detail::undecodable(rest, before))
                }
            },
            UserId::Integer(_) | UserId::IntegerTooLarge => (Code::IntegerTooLarge, Detail::None),
            UserId::InvalidText => (Code::InvalidText, Detail::None),
        };
        Error::new(code, subject).with(detail)
    }
}

/// Not empty, without a control character, and no placeholder. In UTF-8 the bytes of control characters occur in no other
/// character.
#[inline]
fn is_signable(text: &str) -> bool {
    !text.is_empty() && !any_byte(text, |byte| byte.is_ascii_control()) && !is_placeholder(text)
}

/// Whether one of its bytes is of this kind. A scan without an early exit is vectorised.
#[inline]
pub(crate) fn any_byte(text: &str, is: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |found, byte| found | is(byte))
}

/// What languages print where there is no id. Nearly every id is settled by its first byte.
#[inline]
fn is_placeholder(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'u' | b'n' | b'N' | b'<' | b'[' | b'#')) && is_printed_absence(text)
}

#[cold]
fn is_printed_absence(text: &str) -> bool {
    match text {
        // JavaScript; Java, C# and PHP's JSON; Python; a failed conversion to a number; Go.
        "undefined" | "null" | "None" | "NaN" | "<nil>" => true,
        // JavaScript's objects and promises; Ruby's and Python's objects.
        _ => {
            text.starts_with("[object ") && text.ends_with(']')
                || text.starts_with("#<") && text.ends_with('>')
                || text.starts_with('<') && text.contains(" object at 0x") && text.ends_with('>')
        }
    }
}

/// Why a string that is not empty is not signed: its first control character, or that it is a placeholder.
fn unsignable(text: &str) -> (Code, Detail) {
    match text.chars().enumerate().find(|(_, c)| c.is_ascii_control()) {
        Some((before, control)) => (Code::ControlCharacter, Detail::character(control.into(), before)),
        None => (Code::PlaceholderUserId, Detail::None),
    }
}
