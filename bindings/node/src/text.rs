//! Text as JavaScript has it, UTF-16 with lone surrogates, and as the core takes it.

use std::mem::MaybeUninit;
use std::ops::Deref;

/// Room on the stack for a text of so many UTF-16 units. Nothing of it is written before it is used.
pub(crate) struct Room {
    pub(crate) units: [MaybeUninit<u16>; UNITS_MAX + 1],
    bytes: [MaybeUninit<u8>; UNITS_MAX * 3],
}

pub(crate) const UNITS_MAX: usize = 1024;

impl Room {
    pub(crate) const NEW: Room =
        Room { units: [MaybeUninit::uninit(); UNITS_MAX + 1], bytes: [MaybeUninit::uninit(); UNITS_MAX * 3] };

    /// The text of its first units.
    ///
    /// # Safety
    /// So many were written.
    pub(crate) unsafe fn text(&mut self, units: usize) -> &[u8] {
        let units = &self.units[..units];
        // SAFETY: the caller's promise; `MaybeUninit<u16>` is laid out as `u16` is.
        let units = unsafe { std::slice::from_raw_parts(units.as_ptr().cast::<u16>(), units.len()) };
        let length = encode(units, &mut self.bytes);
        // SAFETY: `encode` wrote so many.
        unsafe { std::slice::from_raw_parts(self.bytes.as_ptr().cast::<u8>(), length) }
    }
}

/// Text in UTF-8, on the stack where it is short. A lone surrogate is three bytes that are not valid UTF-8, so that
/// different strings stay different.
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

/// Writes [`Text`] and tells its length. `bytes` must have room for three a unit, where all are ASCII for one.
pub(crate) fn encode(units: &[u16], bytes: &mut [MaybeUninit<u8>]) -> usize {
    // As if all were ASCII: the processor does many of these at a time.
    let mut all = 0;
    for (unit, byte) in units.iter().zip(&mut *bytes) {
        byte.write(*unit as u8);
        all |= unit;
    }
    if all < 0x80 {
        return units.len();
    }
    let mut length = units.iter().take_while(|unit| **unit < 0x80).count();
    for character in char::decode_utf16(units[length..].iter().copied()) {
        let mut room = [0; 4];
        let encoded = match character {
            Ok(character) => character.encode_utf8(&mut room).as_bytes(),
            Err(lone) => {
                let [high, low] = lone.unpaired_surrogate().to_be_bytes();
                room = [0xed, 0x80 | high << 2 & 0x3c | low >> 6, 0x80 | low & 0x3f, 0];
                &room[..3]
            }
        };
        for byte in encoded {
            bytes[length].write(*byte);
            length += 1;
        }
    }
    length
}
