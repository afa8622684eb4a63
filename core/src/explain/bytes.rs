//! A digest that is not in hex: base64, base32, numbers of bytes, one number, the bytes themselves, or text made of them.

use super::escape::octal;
use super::hypothesis::{Digest, Reading};
use super::key::unbase64;
use super::mistake::{Mistake, Mistakes};
use super::padding::between;

/// How many bytes of a digest must be left in text that lost the others: with 32 places they are as good as 40 digits.
const LEFT_MIN: usize = 8;

pub(super) fn read(body: &[u8]) -> Vec<Reading> {
    let mut readings = base64(body);
    readings.extend(base32(body));
    let other = Mistakes::from(Mistake::OtherEncoding);
    let list = decimals(body).or_else(|| whole_number(body)).or_else(|| words(body)).map(|bytes| (bytes, other));
    let negative = negative(body).map(|(bytes, case)| (bytes, case | other));
    for (bytes, mistakes) in list.into_iter().chain(negative) {
        readings.extend(Digest::of(&bytes).map(|digest| Reading::new(mistakes, digest)));
    }
    readings.extend(raw(body, other));
    // As Ruby's `inspect` and the like print bytes, once their escapes are undone.
    let marked = between(body.trim_ascii(), &[("\"", "\""), ("'", "'")]);
    readings.extend(marked.into_iter().flat_map(|inside| raw(inside, other | Mistake::Decorated.into())));
    readings
}

/// As `od -b`, `od -c` and `xxd -b` print bytes.
pub(super) fn dumped(body: &[u8]) -> Vec<Reading> {
    let dumps = [octals(body), characters(body), bits(body)].into_iter().flatten();
    dumps.filter_map(|bytes| Some(Reading::new(Mistake::OtherEncoding.into(), Digest::of(&bytes)?))).collect()
}

/// The bytes themselves, or text made of them.
fn raw(body: &[u8], mistakes: Mistakes) -> Vec<Reading> {
    let mut readings = Vec::new();
    let raw = [Some(body.to_vec()), text(body, |c| u8::try_from(c).ok()), text(body, windows_1252)];
    for bytes in raw.into_iter().flatten().filter(|bytes| bytes.len() == 32) {
        let vague = bytes.is_ascii();
        readings.extend(Digest::of(&bytes).map(|digest| Reading::new(mistakes, digest).vague(vague)));
    }
    let ascii = |b: &&u8| b.is_ascii() && **b != b'?';
    if body.iter().filter(ascii).count() >= LEFT_MIN && body.len() <= 96 {
        if body.windows(3).any(|c| c == "\u{fffd}".as_bytes()) {
            readings.extend([utf8, ascii_marked].map(|by| Reading::written(mistakes, body, by)));
        } else if body.len() == 32 && body.contains(&b'?') {
            readings.push(Reading::written(mistakes, body, ascii_question));
        }
    }
    readings
}

/// Texts that were encoded once more: hex or base64 of the text.
pub(super) fn layers(body: &[u8]) -> Vec<Vec<u8>> {
    let lines: Vec<u8> = body.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let layers = [hex::decode(&lines).ok(), unbase64(&lines)];
    layers.into_iter().flatten().filter(|layer| layer.len() >= 40).collect()
}

fn base64(body: &[u8]) -> Vec<Reading> {
    let mut readings = Vec::new();
    let lines: Vec<u8> = body.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    // A form decodes `+` to a space.
    let spaced: Vec<u8> = body.iter().map(|b| if *b == b' ' { b'+' } else { *b }).collect();
    for (text, is_spaced) in [(&lines, false), (&spaced, true)].into_iter().take(if spaced == body { 1 } else { 2 }) {
        let is_outside = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'));
        // What has hex digits alone is hex: of a digest's characters in base64 some are none.
        for run in
            text.split(is_outside).filter(|run| run.len() >= 22 && !run.iter().all(u8::is_ascii_hexdigit)).take(4)
        {
            let padding = text.iter().rev().take_while(|b| **b == b'=').count();
            let is_whole = !is_spaced && padding <= 2 && run.len().saturating_add(padding) == text.len();
            let decorated = |whole: bool| if whole { Mistakes::default() } else { Mistake::Decorated.into() };
            let mut add = |run: &[u8], more: Mistakes| {
                let bytes = unbase64(run).and_then(|bytes| Digest::of(&bytes));
                let mistakes = more | Mistake::OtherEncoding.into();
                // Words are letters alone, and have spaces between them.
                let vague = is_spaced || !run.iter().any(u8::is_ascii_digit);
                readings.extend(bytes.map(|digest| Reading::new(mistakes, digest).vague(vague)));
            };
            if let (Some(first), Some(last)) = (run.first_chunk::<43>(), run.last_chunk::<43>()) {
                add(first, decorated(is_whole && run.len() == 43));
                if run.len() > 43 {
                    add(last, Mistake::Decorated.into());
                }
            }
            if [22, 27, 38, 64, 86].contains(&run.len()) {
                add(run, decorated(is_whole) | Mistake::OtherHash.into());
            }
        }
    }
    readings
}

/// RFC 4648 in upper or in lower case, padded or not, whatever its last bits are.
fn base32(body: &[u8]) -> Vec<Reading> {
    let text: Vec<u8> = body.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let value = |b: u8| match b {
        b'A'..=b'Z' => Some(b.wrapping_sub(b'A')),
        b'a'..=b'z' => Some(b.wrapping_sub(b'a')),
        b'2'..=b'7' => Some(b.wrapping_sub(b'2').wrapping_add(26)),
        _ => None,
    };
    let of = |run: &[u8]| {
        let is_of_one_case = !run.iter().any(u8::is_ascii_lowercase) || !run.iter().any(u8::is_ascii_uppercase);
        let values = run.iter().map(|b| value(*b)).collect::<Option<Vec<u8>>>();
        let bits = values
            .filter(|_| is_of_one_case && run.len() == 52)?
            .into_iter()
            .flat_map(|value| (0..5).rev().map(move |at| value >> at & 1));
        let bytes = packed(&bits.take(256).collect::<Vec<u8>>());
        let behind = text.strip_prefix(run).filter(|behind| behind.len() <= 4 && behind.iter().all(|b| *b == b'='));
        let decorated = if behind.is_some() { Mistakes::default() } else { Mistake::Decorated.into() };
        Some(Reading::new(decorated | Mistake::OtherEncoding.into(), Digest::of(&bytes)?))
    };
    text.split(|b| !b.is_ascii_alphanumeric()).filter_map(of).take(4).collect()
}

/// Bytes of bits, the highest first.
fn packed(bits: &[u8]) -> Vec<u8> {
    bits.chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}

/// What letters and digits there are, and what follows each.
fn tokens(body: &[u8]) -> Vec<(&[u8], &[u8])> {
    let (mut tokens, mut rest) = (Vec::new(), body);
    while let Some(start) = rest.iter().position(u8::is_ascii_alphanumeric) {
        let text = rest.get(start..).unwrap_or_default();
        let end = text.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(text.len());
        let (token, behind) = text.split_at_checked(end).unwrap_or_default();
        tokens.push((token, behind));
        rest = behind;
    }
    tokens
}

/// 32 bytes of three octal digits each, as `od -b` prints them behind offsets of seven digits. `escape` undoes escapes.
fn octals(body: &[u8]) -> Option<Vec<u8>> {
    if body.contains(&b'\\') {
        return None;
    }
    let is_octal = |token: &[u8]| token.iter().all(|b| matches!(b, b'0'..=b'7'));
    let tokens = tokens(body).into_iter().map(|(token, _)| token);
    let tokens = tokens.filter(|token| !(token.len() == 7 && is_octal(token)));
    let byte = |token: &[u8]| octal(token).filter(|_| token.len() == 3);
    tokens.map(byte).collect::<Option<Vec<u8>>>().filter(|bytes| bytes.len() == 32)
}

/// Two lines of `od -c`, or of `hexdump -c`: 16 fields of four characters, behind an offset or not.
fn characters(body: &[u8]) -> Option<Vec<u8>> {
    let lines: Vec<_> = body.split(|b| *b == b'\n').filter_map(characters_of_line).collect();
    match lines.as_slice() {
        [first, second] => Some([first.as_slice(), second].concat()),
        _ => None,
    }
}

fn characters_of_line(line: &[u8]) -> Option<Vec<u8>> {
    const WIDTH: usize = 64;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let offset = line.split_first_chunk::<7>().filter(|(offset, rest)| {
        offset.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) && rest.starts_with(b" ")
    });
    // Blanks at an end may be lost.
    let text = offset.map_or(line, |(_, rest)| rest);
    let blanks = b" ".repeat(WIDTH.saturating_sub(text.len()));
    let text = if offset.is_some() { [text, &blanks].concat() } else { [&blanks, text].concat() };
    let field = |field: &[u8; 4]| match field {
        [b' ', digits @ ..] if octal(digits).is_some() => octal(digits),
        [b' ', b' ', b'\\', c] => match c {
            b'0' => Some(0),
            b'a' => Some(7),
            b'b' => Some(8),
            b't' => Some(b'\t'),
            b'n' => Some(b'\n'),
            b'v' => Some(11),
            b'f' => Some(12),
            b'r' => Some(b'\r'),
            _ => None,
        },
        [b' ', b' ', b' ', c] if matches!(c, b' '..=b'~') => Some(*c),
        _ => None,
    };
    let is_line = text.len() == WIDTH && text.iter().any(|b| *b != b' ');
    text.as_chunks::<4>().0.iter().map(field).collect::<Option<Vec<u8>>>().filter(|_| is_line)
}

/// 256 bits: in groups of eight, as `xxd -b` prints them behind an offset, or as one number.
fn bits(body: &[u8]) -> Option<Vec<u8>> {
    let is_group = |(token, behind): &(&[u8], &[u8])| {
        let is_bits = token.iter().all(|b| matches!(b, b'0' | b'1'));
        is_bits && (token.len() == 256 || token.len() == 8 && !behind.starts_with(b": "))
    };
    let groups = tokens(body).into_iter().filter(is_group).flat_map(|(token, _)| token);
    let bits: Vec<u8> = groups.map(|bit| bit & 1).collect();
    Some(packed(&bits)).filter(|bytes| bytes.len() == 32 && bits.len() == 256)
}

/// Numbers of so many digits at most that stand alone.
fn numbers(body: &[u8], most: usize) -> Vec<i64> {
    let text = str::from_utf8(body).unwrap_or_default();
    let mut numbers = Vec::new();
    let mut before = ' ';
    for token in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let digits = token.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
            let number = digits.parse::<i64>().unwrap_or_default();
            numbers.push(if before == '-' { number.saturating_neg() } else { number });
        }
        // A hyphen behind a number separates it from the next.
        before = token.chars().next_back().filter(|_| digits.is_empty()).unwrap_or(' ');
        if numbers.is_empty() && token.ends_with('-') {
            before = '-';
        }
    }
    numbers
}

/// 32 numbers from -128 to 255, or 32 such numbers each behind its index, from 0 or 1; behind their count or not.
fn decimals(body: &[u8]) -> Option<Vec<u8>> {
    let mut numbers = numbers(body, 3);
    if let (33 | 65, Some(32)) = (numbers.len(), numbers.first()) {
        numbers.remove(0);
    }
    if numbers.len() == 64 {
        let pairs = numbers.as_chunks::<2>().0;
        let first = pairs.first().map(|[index, _]| *index).filter(|index| matches!(index, 0 | 1))?;
        let value = |(at, [index, value]): (i64, &[i64; 2])| (at == *index).then_some(*value);
        numbers = (first..).zip(pairs).map(value).collect::<Option<_>>()?;
    }
    let byte = |number: &i64| u8::try_from(*number).or_else(|_| i8::try_from(*number).map(i8::cast_unsigned)).ok();
    numbers.iter().map(byte).collect::<Option<Vec<u8>>>().filter(|bytes| bytes.len() == 32)
}

/// 8 numbers of 32 bits, signed or not, as in the JSON of CryptoJS, which has the count of bytes behind them.
fn words(body: &[u8]) -> Option<Vec<u8>> {
    let mut numbers = numbers(body, 10);
    if numbers.len() == 9 && numbers.last() == Some(&32) {
        numbers.pop();
    }
    let word = |number: &i64| u32::try_from(*number).or_else(|_| i32::try_from(*number).map(i32::cast_unsigned)).ok();
    let words = numbers.iter().map(word).collect::<Option<Vec<u32>>>().filter(|words| words.len() == 8)?;
    Some(words.iter().flat_map(|word| word.to_be_bytes()).collect())
}

/// The hex of a number below zero.
fn negative(body: &[u8]) -> Option<(Vec<u8>, Mistakes)> {
    let digits = body.trim_ascii().strip_prefix(b"-").filter(|digits| (40..=64).contains(&digits.len()))?;
    let padded = [vec![b'0'; 64_usize.saturating_sub(digits.len())], digits.to_vec()].concat();
    let is_upper = digits.iter().any(u8::is_ascii_uppercase);
    let case = if is_upper { Mistake::UpperCase.into() } else { Mistakes::default() };
    Some((negated(hex::decode(padded).ok()?), case))
}

/// The decimal digits of a number of 32 bytes, with a sign or without.
fn whole_number(body: &[u8]) -> Option<Vec<u8>> {
    let text = body.trim_ascii();
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if !(60..=78).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut bytes = vec![0_u8; 32];
    for digit in digits {
        let mut carry = u16::from(digit.saturating_sub(b'0'));
        for byte in bytes.iter_mut().rev() {
            carry = u16::from(*byte).saturating_mul(10).saturating_add(carry);
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return None;
        }
    }
    Some(if digits.len() < text.len() { negated(bytes) } else { bytes })
}

/// The two's complement.
fn negated(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut carry = true;
    for byte in bytes.iter_mut().rev() {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
    bytes
}

fn text(body: &[u8], byte: impl Fn(char) -> Option<u8>) -> Option<Vec<u8>> {
    str::from_utf8(body).ok().filter(|text| !text.is_ascii())?.chars().map(byte).collect()
}

/// Windows-1252, <https://encoding.spec.whatwg.org/index-windows-1252.txt>.
pub(super) fn windows_1252(c: char) -> Option<u8> {
    const HIGH: &str = "\u{20ac}\u{81}\u{201a}\u{192}\u{201e}\u{2026}\u{2020}\u{2021}\u{2c6}\u{2030}\u{160}\u{2039}\u{152}\u{8d}\u{17d}\
        \u{8f}\u{90}\u{2018}\u{2019}\u{201c}\u{201d}\u{2022}\u{2013}\u{2014}\u{2dc}\u{2122}\u{161}\u{203a}\u{153}\u{9d}\u{17e}\u{178}";
    let high = (0x80..).zip(HIGH.chars()).find(|(_, high)| *high == c).map(|(byte, _)| byte);
    high.or_else(|| u8::try_from(c).ok().filter(|byte| !(0x80..0xa0).contains(byte)))
}

/// UTF-8 with U+FFFD for what is none.
fn utf8(mac: &[u8; 32], text: &[u8], written: &mut Vec<u8>) {
    if ascii(mac) == ascii(text) {
        written.extend(String::from_utf8_lossy(mac).as_bytes());
    }
}

/// ASCII with U+FFFD for what is none.
fn ascii_marked(mac: &[u8; 32], text: &[u8], written: &mut Vec<u8>) {
    if ascii(mac) == ascii(text) {
        let of = |b: &u8| if b.is_ascii() { char::from(*b) } else { char::REPLACEMENT_CHARACTER };
        written.extend(mac.iter().map(of).collect::<String>().as_bytes());
    }
}

/// ASCII with `?` for what is none.
fn ascii_question(mac: &[u8; 32], _: &[u8], written: &mut Vec<u8>) {
    written.extend(mac.iter().map(|b| if b.is_ascii() { *b } else { b'?' }));
}

/// How many bytes are. It runs for every MAC; an addition that wraps can be vectorised.
fn ascii(text: &[u8]) -> u32 {
    text.iter().fold(0, |count: u32, b| count.wrapping_add(b.is_ascii().into()))
}
