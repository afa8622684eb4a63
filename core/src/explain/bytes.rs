//! A digest that is not in hex: base64, decimal numbers, one number, the bytes themselves, or text made of them.

use super::hypothesis::{Digest, Reading};
use super::key::unbase64;
use super::mistake::{Mistake, Mistakes};
use super::padding::between;

/// How many bytes of a digest must be left in text that lost the others: with 32 places they are as good as 40 digits.
const LEFT_MIN: usize = 8;

pub(super) fn read(body: &[u8]) -> Vec<Reading> {
    let mut readings = base64(body);
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

/// The bytes themselves, or text made of them.
fn raw(body: &[u8], mistakes: Mistakes) -> Vec<Reading> {
    let mut readings = Vec::new();
    let raw = [Some(body.to_vec()), text(body, |c| u8::try_from(c).ok()), text(body, windows_1252)];
    for bytes in raw.into_iter().flatten().filter(|bytes| bytes.len() == 32) {
        readings.extend(Digest::of(&bytes).map(|digest| Reading::new(mistakes, digest)));
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
                readings.extend(bytes.map(|digest| Reading::new(mistakes, digest)));
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

/// 32 numbers from -128 to 255, or 32 such numbers each behind its index.
fn decimals(body: &[u8]) -> Option<Vec<u8>> {
    let mut numbers = numbers(body, 3);
    if numbers.len() == 64 {
        let pairs = numbers.as_chunks::<2>().0;
        numbers =
            (0..).zip(pairs).map(|(at, [index, value])| (at == *index).then_some(*value)).collect::<Option<_>>()?;
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
fn windows_1252(c: char) -> Option<u8> {
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

/// How many bytes are.
fn ascii(text: &[u8]) -> usize {
    text.iter().filter(|b| b.is_ascii()).count()
}
