//! How a MAC is written.

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
            Encoding::Base64 => to_base64(mac, b'+', b'/', b'='),
            Encoding::Base64Url => to_base64(mac, b'-', b'_', 0),
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
                Some((from_base64(characters, b'+', b'/')?, rest.strip_prefix(b"=")?))
            }
            Encoding::Base64Url => {
                let (characters, rest) = text.split_first_chunk()?;
                Some((from_base64(characters, b'-', b'_')?, rest))
            }
        }
    }
}

// Loops without a branch or a table, so that the compiler vectorises them.

fn to_hex(mac: &[u8; 32]) -> [u8; 64] {
    let digit = |value: u8| value.wrapping_add(if value < 10 { b'0' } else { b'a' - 10 });
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

/// RFC 4648, 4 and 5: three bytes are four characters. The last two bytes are three characters and `pad`.
fn to_base64(mac: &[u8; 32], plus: u8, slash: u8, pad: u8) -> [u8; ENCODED_MAX] {
    let character = |value: u8| match value {
        0..26 => value.wrapping_add(b'A'),
        26..52 => value.wrapping_add(b'a' - 26),
        52..62 => value.wrapping_sub(52 - b'0'),
        62 => plus,
        _ => slash,
    };
    let mut bytes = [0; 33];
    bytes.iter_mut().zip(mac).for_each(|(to, from)| *to = *from);
    let mut text = [0; ENCODED_MAX];
    for (four, [a, b, c]) in text.as_chunks_mut().0.iter_mut().zip(bytes.as_chunks().0) {
        *four = [a >> 2, (a & 3) << 4 | b >> 4, (b & 15) << 2 | c >> 6, c & 63].map(character);
    }
    if let Some(last) = text.get_mut(43) {
        *last = pad;
    }
    text
}

/// Canonical alone: the two bits that the last character has too many are zero.
fn from_base64(text: &[u8; 43], plus: u8, slash: u8) -> Option<[u8; 32]> {
    let mut valid = true;
    let mut values = [0; 44];
    for (value, character) in values.iter_mut().zip(text) {
        *value = match character {
            b'A'..=b'Z' => character.wrapping_sub(b'A'),
            b'a'..=b'z' => character.wrapping_sub(b'a' - 26),
            b'0'..=b'9' => character.wrapping_add(52 - b'0'),
            _ if *character == plus => 62,
            _ if *character == slash => 63,
            _ => {
                valid = false;
                0
            }
        };
    }
    let mut bytes = [0; 33];
    for (three, [a, b, c, d]) in bytes.as_chunks_mut().0.iter_mut().zip(values.as_chunks().0) {
        *three = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    let (mac, rest) = bytes.split_first_chunk()?;
    (valid && *rest == [0]).then_some(*mac)
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
