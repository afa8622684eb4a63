//! What may be signed.

use std::fmt::{self, Write};

use crate::error::{Code, Error, Place, Subject};

/// What is signed: the characters that the page sends as the user's id, exactly as given. Nothing is normalised,
/// trimmed or folded.
///
/// | given | signed, or the error |
/// |---|---|
/// | text | its UTF-8 bytes |
/// | an integer from -2^127 to 2^127-1 | its decimal text |
/// | an integer beyond | `integer-too-large` |
/// | nothing in it | `empty-user-id` |
/// | bytes that are not UTF-8 | `invalid-text` |
/// | U+0000 to U+001F or U+007F anywhere | `control-character` |
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum UserId<'a> {
    /// Text.
    Text(&'a str),
    /// Text from a host whose strings are bytes.
    Bytes(&'a [u8]),
    /// A native integer.
    Integer(i128),
    /// A native integer of a host whose integers have no bounds, beyond what `i128` holds.
    IntegerTooLarge,
    /// A host's text that cannot be brought to UTF-8.
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

/// An integer's decimal text, on the stack, so that signing allocates nothing. The longest is -2^127, 40 characters.
#[derive(Clone, Copy)]
pub(crate) struct Digits {
    bytes: [u8; 40],
    length: usize,
}

impl Digits {
    pub(crate) fn new() -> Self {
        Digits { bytes: [0; 40], length: 0 }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl Write for Digits {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let end = self.length.checked_add(more.len()).ok_or(fmt::Error)?;
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(more.as_bytes());
        self.length = end;
        Ok(())
    }
}

impl UserId<'_> {
    /// The text to sign, borrowed from the caller or from `digits`.
    #[inline]
    pub(crate) fn text<'b>(&'b self, digits: &'b mut Digits, subject: Subject) -> Result<&'b str, Error> {
        let text = match *self {
            UserId::Text(text) => Some(text),
            UserId::Bytes(bytes) => str::from_utf8(bytes).ok(),
            UserId::Integer(integer) => write!(digits, "{integer}").ok().map(|()| digits.as_str()),
            UserId::IntegerTooLarge | UserId::InvalidText => None,
        };
        match text.filter(|text| is_good(text)) {
            Some(text) => Ok(text),
            None => Err(self.refused(subject)),
        }
    }

    /// Whether there is a text to sign.
    pub(crate) fn check(&self, subject: Subject) -> Result<(), Error> {
        let good = match *self {
            UserId::Text(text) => is_good(text),
            UserId::Bytes(bytes) => str::from_utf8(bytes).is_ok_and(is_good),
            UserId::Integer(_) => true,
            UserId::IntegerTooLarge | UserId::InvalidText => false,
        };
        if good { Ok(()) } else { Err(self.refused(subject)) }
    }

    /// The text of an id that was checked before.
    pub(crate) fn bytes<'b>(&'b self, digits: &'b mut Digits) -> &'b [u8] {
        match *self {
            UserId::Text(text) => text.as_bytes(),
            UserId::Bytes(bytes) => bytes,
            UserId::Integer(integer) => write!(digits, "{integer}").map_or(&[], |()| digits.as_bytes()),
            UserId::IntegerTooLarge | UserId::InvalidText => &[],
        }
    }

    /// Why there is no text to sign.
    #[cold]
    fn refused(&self, subject: Subject) -> Error {
        let (code, place) = match *self {
            UserId::Text("") | UserId::Bytes([]) => (Code::EmptyUserId, Place::None),
            UserId::Text(text) => control_character(text),
            UserId::Bytes(bytes) => match str::from_utf8(bytes) {
                Ok(text) => control_character(text),
                Err(error) => {
                    let (valid, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or((bytes, &[]));
                    let before = String::from_utf8_lossy(valid).chars().count();
                    (Code::InvalidText, Place::undecodable(rest, before))
                }
            },
            UserId::Integer(_) | UserId::IntegerTooLarge => (Code::IntegerTooLarge, Place::None),
            UserId::InvalidText => (Code::InvalidText, Place::None),
        };
        Error::new(code, subject).at(place)
    }
}

/// Not empty, and without a control character. Of bytes: in UTF-8 these values stand for nothing but these characters.
/// All are looked at, since that is faster than to stop at the first.
fn is_good(text: &str) -> bool {
    !text.is_empty() && !text.bytes().fold(false, |found, byte| found | byte.is_ascii_control())
}

/// The first one.
fn control_character(text: &str) -> (Code, Place) {
    let found = text.chars().enumerate().find(|(_, c)| c.is_ascii_control());
    let (before, control) = found.unwrap_or_default();
    (Code::ControlCharacter, Place::character(control.into(), before))
}
