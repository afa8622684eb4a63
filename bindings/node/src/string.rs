//! Strings in UTF-8: with every lone surrogate told apart, without ending the process where memory is short, and in memory
//! that is wiped where they may be secrets. napi's `String`, `into_utf8` and `into_utf16` do none of that.

use std::mem::MaybeUninit;
use std::ops::Deref;

use napi::bindgen_prelude::{FromNapiValue, JsValue};
use napi::{JsString, Status, sys};
use zeroize::Zeroizing;

use crate::error::CallError;
use crate::value::{Js, ok, reserve};

/// A string in UTF-8, on the stack where it is short. A lone surrogate is three bytes that are not valid UTF-8 (WTF-8),
/// so that different strings stay different.
pub(crate) enum Text<'a> {
    Short(&'a [u8]),
    Long(Vec<u8>),
}

impl Deref for Text<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Text::Short(bytes) => bytes,
            Text::Long(bytes) => bytes,
        }
    }
}

/// Scratch space on the stack for a string of 1 KiB. Node-API keeps a byte for a NUL, and stops up to three bytes before
/// the end rather than split a character: with so many left over, nothing was cut off.
pub(crate) type Scratch = [MaybeUninit<u8>; 1024 + SPARE];
pub(crate) const SCRATCH: Scratch = [MaybeUninit::uninit(); 1024 + SPARE];
const SPARE: usize = 8;

/// A string; a short one is read into `scratch`. `None` for any other value: asking for the type first would take longer.
// Inlined by force, as is what calls it: a result returned through memory takes 8 % of `verify`, in loads that wait for the
// stores before them.
#[inline(always)]
pub(crate) fn text(value: Js, scratch: &mut Scratch) -> Result<Option<Text<'_>>, CallError> {
    let bytes = match copy(value, scratch) {
        Err(CallError::NodeApi(Status::StringExpected)) => return Ok(None),
        bytes => bytes?,
    };
    let is_exact = bytes.len() <= SCRATCH.len() - SPARE && (!has_replacement(bytes) || is_well_formed(value)?);
    Ok(Some(if is_exact { Text::Short(bytes) } else { Text::Long(long_text(value)?) }))
}

/// Whether a string that fits into [`Scratch`] has no lone surrogate.
#[cold]
fn is_well_formed(string: Js) -> Result<bool, CallError> {
    let mut units = [0; SCRATCH.len()];
    let length = copy_utf16(string, &mut units)?;
    Ok(!has_lone_surrogate(&units[..length]))
}

/// As [`text`], on the heap.
pub(crate) fn long_text(string: Js) -> Result<Vec<u8>, CallError> {
    let mut text = Vec::new();
    read_text(string, &mut text).map(|()| text)
}

/// As [`text`], in memory that is wiped.
pub(crate) fn secret_text(string: Js) -> Result<Zeroizing<Vec<u8>>, CallError> {
    let mut text = Zeroizing::new(Vec::new());
    read_text(string, &mut text).map(|()| text)
}

/// Reads a string into an empty vector, which is not moved once it holds a part of a secret.
fn read_text(string: Js, text: &mut Vec<u8>) -> Result<(), CallError> {
    let units = JsString::from_unknown(string)?.utf16_len()?;
    // A UTF-16 unit is at most three bytes of UTF-8. With room for all, V8 need not count the bytes first.
    reserve(text, units * 3 + 1)?;
    let length = copy(string, text.spare_capacity_mut())?.len();
    // SAFETY: `copy` wrote so many.
    unsafe { text.set_len(length) };
    if has_replacement(text) {
        let mut buffer = Zeroizing::new(Vec::new());
        reserve(&mut buffer, units + 1)?;
        buffer.resize(units + 1, 0);
        let length = copy_utf16(string, &mut buffer)?;
        if has_lone_surrogate(&buffer[..length]) {
            text.clear();
            encode(&buffer[..length], text);
        }
    }
    Ok(())
}

/// Whether there is a U+FFFD. The conversion to UTF-8 makes every lone surrogate one, so that different strings would
/// become the same.
fn has_replacement(text: &[u8]) -> bool {
    !text.is_ascii() && text.windows(3).any(|bytes| bytes == "\u{fffd}".as_bytes())
}

fn has_lone_surrogate(units: &[u16]) -> bool {
    char::decode_utf16(units.iter().copied()).any(|character| character.is_err())
}

/// Writes WTF-8, for which there is room.
fn encode(units: &[u16], text: &mut Vec<u8>) {
    for character in char::decode_utf16(units.iter().copied()) {
        match character {
            Ok(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => {
                let [high, low] = lone.unpaired_surrogate().to_be_bytes();
                text.extend([0xed, 0x80 | high << 2 & 0x3c | low >> 6, 0x80 | low & 0x3f]);
            }
        }
    }
}

/// Copies as many whole characters of a string as there is room for.
#[inline(always)]
pub(crate) fn copy(string: Js, room: &mut [MaybeUninit<u8>]) -> Result<&[u8], CallError> {
    let (string, mut length) = (string.value(), 0);
    let start = room.as_mut_ptr().cast();
    // SAFETY: Node-API writes at most as many bytes as there is room for, and says how many it wrote.
    unsafe {
        ok(sys::napi_get_value_string_utf8(string.env, string.value, start, room.len(), &mut length))?;
        Ok(std::slice::from_raw_parts(start.cast(), length))
    }
}

/// As [`copy`], in UTF-16.
fn copy_utf16(string: Js, room: &mut [u16]) -> Result<usize, CallError> {
    let (string, mut length) = (string.value(), 0);
    // SAFETY: as in `copy`.
    ok(unsafe {
        sys::napi_get_value_string_utf16(string.env, string.value, room.as_mut_ptr(), room.len(), &mut length)
    })?;
    Ok(length)
}
