//! `-T`: what follows the id in a timestamped message, and the digits in its signature.

/// `-T`, or nothing. At most 12 bytes.
#[derive(Clone, Copy)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) struct Suffix {
    bytes: [u8; 16],
    length: usize,
}

impl Suffix {
    /// That of a scheme without a timestamp.
    pub(crate) const EMPTY: Suffix = Suffix { bytes: [0; 16], length: 0 };

    /// `-T` for a time of up to eleven digits.
    pub(crate) fn of_time(time: u64) -> Self {
        // Built in a u128 and stored once: byte stores followed by a 16-byte load would miss store-to-load forwarding.
        let (mut text, mut rest) = (0_u128, time);
        for _ in 0..11 {
            text = u128::from(b'0' | (rest % 10) as u8) << 120 | text >> 8;
            rest /= 10;
        }
        let zeros = 10_u32.saturating_sub(time.checked_ilog10().unwrap_or_default());
        let text = u128::from(b'-') << 120 | text.unbounded_shl(zeros.saturating_mul(8)) >> 8;
        Suffix { bytes: text.to_be_bytes(), length: 12_usize.saturating_sub(zeros as usize) }
    }

    /// The suffix of a presented signature: fewer than 16 bytes.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        Suffix { bytes: little_endian(bytes).to_le_bytes(), length: bytes.len() }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Padded with zeros to 16 bytes.
    pub(crate) fn padded(&self) -> &[u8; 16] {
        &self.bytes
    }

    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// As a little-endian number.
    pub(crate) fn number(&self) -> u128 {
        u128::from_le_bytes(self.bytes)
    }
}

/// Fewer than 16 bytes as a little-endian number.
#[inline(always)]
pub(crate) fn little_endian(bytes: &[u8]) -> u128 {
    let shift = |by: usize| 8_u32.saturating_mul(bytes.len().saturating_sub(by) as u32);
    // Two loads that overlap: the bytes that both read are the same.
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)).unbounded_shl(shift(8))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u128::from(u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)).unbounded_shl(shift(4)))
    } else {
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u128::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_is_the_time_in_decimal() {
        let powers = (0..11).map(|digits| 10_u64.pow(digits));
        for time in powers.flat_map(|power| [power - 1, power, power + 1]).chain([1596165824, 99_999_999_999]) {
            assert_eq!(Suffix::of_time(time), Suffix::read(format!("-{time}").as_bytes()));
        }
    }

    #[test]
    fn a_suffix_that_is_read_is_the_same_bytes() {
        for length in 0..16 {
            let bytes: Vec<u8> = (1..=length).collect();
            assert_eq!(Suffix::read(&bytes).as_bytes(), bytes);
        }
    }
}
