//! JSON that is inert in HTML: strings, and numbers as ECMAScript writes them (RFC 8785, 3.2.2).

use std::fmt::Write;

/// The largest integer that every page reads exactly: 2^53-1, ECMAScript's `Number.MAX_SAFE_INTEGER`.
const SAFE_INTEGER_MAX: u64 = (1 << 53) - 1;

/// A string that is inert in HTML and XHTML under any charset: controls, everything beyond ASCII, and whatever could end a
/// script or an attribute are `\uXXXX`.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '<' | '>' | '&' | '\'' | '\0'..='\x1f' | '\x7f'.. => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// At most how many bytes [`quote`] writes: what to reserve first where the caller decides how long a string is.
pub(crate) fn quoted_len(text: &str) -> usize {
    let most = text.bytes().map(|b| match b {
        b'"' | b'\\' => 2,
        b'<' | b'>' | b'&' | b'\'' | 0..=0x1f | 0x7f => 6,
        // Six for each UTF-16 unit: a character of two bytes has one, one of four has two.
        0x80.. => 3,
        _ => 1_usize,
    });
    most.sum::<usize>().saturating_add(2)
}

/// Why a number is not written.
pub(crate) enum NumberError {
    /// NaN or an infinity.
    NotFinite,
    /// Integral and beyond 2^53-1 either way.
    TooLarge,
}

/// The digits of an integer that a page reads exactly.
pub(crate) fn integer(buffer: &mut itoa::Buffer, integer: i128) -> Result<&str, NumberError> {
    match integer.unsigned_abs() <= SAFE_INTEGER_MAX.into() {
        true => Ok(buffer.format(integer)),
        false => Err(NumberError::TooLarge),
    }
}

/// The digits of a float that a page reads exactly; 1.0 is `1`.
pub(crate) fn float(buffer: &mut ryu_js::Buffer, float: f64) -> Result<&str, NumberError> {
    if !float.is_finite() {
        Err(NumberError::NotFinite)
    } else if float.fract() == 0.0 && float.abs() > SAFE_INTEGER_MAX as f64 {
        Err(NumberError::TooLarge)
    } else {
        Ok(buffer.format_finite(float))
    }
}
