//! How a MAC is written.

use std::hint::black_box;

/// How a provider's signature writes the 32 bytes of its MAC ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648)).
///
/// A MAC has exactly one spelling in each: a signature in any other is `malformed-signature`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// 64 lower-case hex digits.
    Hex,
    /// 44 characters of base64, of which the last is `=`.
    Base64,
    /// 43 characters of base64url, without padding.
    Base64Url,
}

/// Room for the longest encoding of a MAC.
pub(crate) const ENCODED_MAX: usize = 64;

impl Encoding {
    /// `hex`, `base64` or `base64url`.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Hex => "hex",
            Encoding::Base64 => "base64",
            Encoding::Base64Url => "base64url",
        }
    }

    /// How many characters a MAC has.
    pub(crate) const fn length(self) -> usize {
        match self {
            Encoding::Hex => 64,
            Encoding::Base64 => 44,
            Encoding::Base64Url => 43,
        }
    }

    /// The MAC's characters, and zeros behind them.
    #[inline]
    pub(crate) fn encode(self, mac: &[u8; 32]) -> [u8; ENCODED_MAX] {
        match self {
            Encoding::Hex => to_hex(mac),
            Encoding::Base64 => to_base64::<{ STANDARD[0] }, { STANDARD[1] }, b'='>(mac),
            Encoding::Base64Url => to_base64::<{ URL[0] }, { URL[1] }, 0>(mac),
        }
    }

    /// The MAC that the text begins with, and what follows it.
    #[inline]
    pub(crate) fn decode(self, text: &[u8]) -> Option<([u8; 32], &[u8])> {
        match self {
            Encoding::Hex => {
                let (digits, rest) = text.split_first_chunk()?;
                Some((from_hex(digits)?, rest))
            }
            Encoding::Base64 => {
                let (characters, rest) = text.split_first_chunk()?;
                Some((from_base64(characters, &STANDARD_VALUES)?, rest.strip_prefix(b"=")?))
            }
            Encoding::Base64Url => {
                let (characters, rest) = text.split_first_chunk()?;
                Some((from_base64(characters, &URL_VALUES)?, rest))
            }
        }
    }
}

// What writes a MAC has no branch and no table: a right MAC is a secret until it is shown.

fn to_hex(mac: &[u8; 32]) -> [u8; 64] {
    // Beyond `9` the difference is negative, and all its high bits are set. In bytes the compiler sees a comparison, of which
    // it makes a branch where it is told to make small code.
    let digit = |value: u8| {
        let digit = i16::from(value).wrapping_add(i16::from(b'0'));
        let letters = i16::from(b'9').wrapping_sub(digit) >> 8;
        digit.wrapping_add(letters & i16::from(b'a' - b'9' - 1)) as u8
    };
    let (high, low) = (mac.map(|byte| digit(byte >> 4)), mac.map(|byte| digit(byte & 15)));
    let mut digits = [0; 64];
    for ((pair, high), low) in digits.as_chunks_mut().0.iter_mut().zip(high).zip(low) {
        *pair = [high, low];
    }
    digits
}

/// Lower case alone.
fn from_hex(hex: &[u8; 64]) -> Option<[u8; 32]> {
    let mut valid = true;
    let values = hex.map(|digit| {
        let (decimal, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
        valid &= (decimal < 10) | (letter < 6);
        if decimal < 10 { decimal } else { letter.wrapping_add(10) }
    });
    let mut mac = [0; 32];
    mac.iter_mut().zip(values.as_chunks().0).for_each(|(byte, [high, low])| *byte = high << 4 | low);
    valid.then_some(mac)
}

/// The characters for 62 and 63.
const STANDARD: [u8; 2] = *b"+/";
const URL: [u8; 2] = *b"-_";

/// RFC 4648, 4 and 5. `PLUS` and `SLASH` are the characters for 62 and 63; the last two bytes are three characters and `PAD`.
// Inlined, it would make `sign` in hex longer.
#[inline(never)]
fn to_base64<const PLUS: u8, const SLASH: u8, const PAD: u8>(mac: &[u8; 32]) -> [u8; ENCODED_MAX] {
    const fn each(byte: u8) -> u64 {
        0x0101_0101_0101_0101_u64.wrapping_mul(byte as u64)
    }
    let (halves, _) = mac.as_chunks();
    let [first, last] =
        [halves.first(), halves.last()].map(|half| u128::from_be_bytes(half.copied().unwrap_or_default()));
    // Six bytes are eight characters. Each is made in a byte of a number, whose sums reach no other byte. The compiler
    // vectorises what is done alike to all numbers, so it must not know which bits of the last one are zero.
    let zeros = u128::from(black_box(0_u32));
    let sixes = [first >> 80, first >> 32, first << 16 | last >> 112, last >> 64, last >> 16, last << 32 | zeros];
    let full = each(b'A');
    let starts = [full, full, full, full, full, full & 0xff_ffff | u64::from(PAD) << 24];
    let mut text = [0; ENCODED_MAX];
    for ((eight, six), start) in text.as_chunks_mut().0.iter_mut().zip(sixes).zip(starts) {
        let bits = six as u64 & 0xffff_ffff_ffff;
        let bits = bits >> 24 | bits << 32;
        let bits = bits >> 12 & 0x0000_0fff_0000_0fff | (bits & 0x0000_0fff_0000_0fff) << 16;
        let values = bits >> 6 & 0x003f_003f_003f_003f | (bits & 0x003f_003f_003f_003f) << 8;
        // The high bit of each byte whose value is larger than the limit, and the seven bits below it.
        let above = |limit: u8| values.wrapping_add(each(127_u8.wrapping_sub(limit))) & each(0x80);
        let mask = |high: u64| high.wrapping_sub(high >> 7);
        let others = above(61);
        let slashes = (others >> 7 & values) << 7;
        // A to Z; a to z, 6 further; 0 to 9, 75 back; then the two others, from where the next character would be.
        let sum = values.wrapping_add(start).wrapping_add(mask(above(25)) & each(6));
        let sum =
            sum.wrapping_sub(mask(above(51)) & each(75)).wrapping_sub(mask(others) & each(b':'.wrapping_sub(PLUS)));
        let sum = sum.wrapping_add(mask(slashes) & each(SLASH.wrapping_sub(PLUS).wrapping_sub(1)));
        *eight = sum.to_le_bytes();
    }
    text
}

/// The value of each character, and `NONE` of any other byte.
const fn values([plus, slash]: [u8; 2]) -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut byte = 0_u8;
    loop {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a' - 26),
            b'0'..=b'9' => byte.wrapping_add(52 - b'0'),
            _ if byte == plus => 62,
            _ if byte == slash => 63,
            _ => NONE,
        };
        #[allow(clippy::indexing_slicing, reason = "a byte is less than 256")]
        {
            values[byte as usize] = value;
        }
        if byte == u8::MAX {
            return values;
        }
        byte = byte.wrapping_add(1);
    }
}

const NONE: u8 = 0xff;
static STANDARD_VALUES: [u8; 256] = values(STANDARD);
static URL_VALUES: [u8; 256] = values(URL);

/// Canonical alone: the two bits that the last character has too many are zero. A table will do: the text is no secret.
fn from_base64(text: &[u8; 43], values: &[u8; 256]) -> Option<[u8; 32]> {
    let value = |character: u8| values.get(usize::from(character)).copied().unwrap_or(NONE);
    let mut bytes = [0; 33];
    let (fours, last) = text.as_chunks();
    let [x, y, z] = last else { return None };
    let mut all = 0;
    let fours = fours.iter().copied().chain([[*x, *y, *z, b'A']]);
    for (three, four) in bytes.as_chunks_mut().0.iter_mut().zip(fours) {
        let [a, b, c, d] = four.map(value);
        all |= a | b | c | d;
        *three = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    let (mac, rest) = bytes.split_first_chunk()?;
    (all < 64 && *rest == [0]).then_some(*mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_what_the_hex_crate_says() {
        for byte in 0..=255_u8 {
            let mac: [u8; 32] = std::array::from_fn(|at| byte.wrapping_add(at as u8));
            let digits = to_hex(&mac);
            assert_eq!(hex::encode(mac).as_bytes(), digits);
            assert_eq!(from_hex(&digits), Some(mac));
            for at in 0..64 {
                let mut digits = [b'0'; 64];
                digits[at] = byte;
                let decoded = hex::decode(digits).ok().filter(|_| !byte.is_ascii_uppercase());
                assert_eq!(from_hex(&digits).map(Vec::from), decoded, "{byte} at {at}");
            }
        }
    }

    #[cfg(feature = "explain")]
    #[test]
    fn base64_is_what_the_base64_crate_says() {
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
        for (encoding, engine) in [(Encoding::Base64, STANDARD), (Encoding::Base64Url, URL_SAFE_NO_PAD)] {
            use base64::Engine;
            for byte in 0..=255_u8 {
                let mac: [u8; 32] = std::array::from_fn(|at| byte.wrapping_mul(at as u8 | 1).wrapping_add(at as u8));
                let encoded = encoding.encode(&mac);
                let (text, rest) = encoded.split_at(encoding.length());
                assert_eq!(engine.encode(mac).as_bytes(), text);
                assert!(rest.iter().all(|byte| *byte == 0));
                assert_eq!(encoding.decode(text), Some((mac, &b""[..])));
                for at in 0..text.len() {
                    let mut text = text.to_vec();
                    text[at] = byte;
                    let decoded = encoding.decode(&text).map(|(mac, _)| mac.to_vec());
                    let expected = engine.decode(&text).ok().filter(|mac| mac.len() == 32);
                    assert_eq!(decoded, expected, "{byte} at {at}");
                }
            }
        }
    }

    #[test]
    fn what_follows_a_mac_is_told() {
        for encoding in [Encoding::Hex, Encoding::Base64, Encoding::Base64Url] {
            let encoded = encoding.encode(&[7; 32]);
            let text = &encoded[..encoding.length()];
            for length in 0..text.len() {
                assert_eq!(encoding.decode(&text[..length]), None);
            }
            assert_eq!(encoding.decode(&[text, b"="].concat()), Some(([7; 32], &b"="[..])));
        }
    }
}
