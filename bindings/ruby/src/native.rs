//! Strings and Integers as bytes and numbers. No method of a value is called.

use magnus::encoding::EncodingCapable;
use magnus::rb_sys::AsRawValue;
use magnus::{Error, Integer, RString, Ruby};
use personsig::host;

use crate::errors::no_memory;

/// The integer, or the end of `i64` that it lies beyond.
pub(crate) fn saturated(integer: Integer) -> i64 {
    exact(integer).and_then(|n| i64::try_from(n).map_err(|_| end(n < 0))).unwrap_or_else(|end| end)
}

/// The integer, or the end of `i64` that it lies beyond where it does not fit into an `i128`.
pub(crate) fn exact(integer: Integer) -> Result<i128, i64> {
    let mut bytes = [0_u8; 16];
    let flags = rb_sys::INTEGER_PACK_LITTLE_ENDIAN | rb_sys::INTEGER_PACK_2COMP;
    // SAFETY: it writes these bytes. Of an Integer it neither calls a method nor raises.
    let sign = unsafe { rb_sys::rb_integer_pack(integer.as_raw(), bytes.as_mut_ptr().cast(), 16, 1, 0, flags as i32) };
    let value = i128::from_le_bytes(bytes);
    // Ruby counts the sign beside the 128 bits, `i128` within.
    let fits = sign.abs() < 2 && (value < 0) == (sign < 0);
    if fits { Ok(value) } else { Err(end(sign < 0)) }
}

fn end(negative: bool) -> i64 {
    if negative { i64::MIN } else { i64::MAX }
}

/// The String itself where its encoding is UTF-8, US-ASCII or BINARY, else transcoded; None where that fails.
pub(crate) fn utf8(ruby: &Ruby, text: RString) -> Result<Option<RString>, Error> {
    let utf8 = ruby.utf8_encindex();
    if [utf8, ruby.usascii_encindex(), ruby.ascii8bit_encindex()].contains(&text.enc_get()) {
        return Ok(Some(text));
    }
    // As `encode`, but where that raises it returns the String as it was: no exception holds the text.
    let text = text.conv_enc(ruby.utf8_encoding())?;
    Ok((text.enc_get() == utf8).then_some(text))
}

/// A copy of a String's characters in UTF-8; bytes that are not UTF-8 where it has none, for the core to refuse.
pub(crate) fn copied(ruby: &Ruby, text: RString) -> Result<Vec<u8>, Error> {
    let Some(text) = utf8(ruby, text)? else { return Ok(vec![0xff]) };
    // SAFETY: the copy is made at once.
    host::copied(unsafe { text.as_slice() }).map_err(|error| no_memory(ruby, error))
}

/// An empty list with this capacity; NoMemoryError where there is no memory for it. Infallible allocations end the
/// process.
pub(crate) fn list_of<T>(ruby: &Ruby, count: usize) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|error| no_memory(ruby, error))?;
    Ok(list)
}
