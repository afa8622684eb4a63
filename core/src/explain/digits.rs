//! A digest in hex: upper case, with anything round or between its digits, cut off, or without its zeros.

use super::TRUNCATED_MIN;
use super::hypothesis::{Digest, OTHER_HASHES, Reading};
use super::mistake::{Mistake, Mistakes};

/// How many digests of one kind are taken from a text. Bounds the work.
const MAX: usize = 4;

pub(super) fn read(body: &[u8]) -> Vec<Reading> {
    let (mut readings, mut zeros) = (Vec::new(), Vec::new());
    let mistakes = |digits: &[u8]| {
        let decorated = if digits == body { Mistakes::default() } else { Mistake::Decorated.into() };
        let upper = digits.iter().any(u8::is_ascii_uppercase);
        if upper { decorated | Mistake::UpperCase.into() } else { decorated }
    };
    let mut add = |digits: &[u8], more: Mistakes| {
        readings.extend(Digest::read(digits).map(|digest| Reading::new(mistakes(digits) | more, digest)));
    };
    let none = Mistakes::default();
    let runs = || body.split(|b| !b.is_ascii_hexdigit()).filter(|run| run.len() >= 32);
    let mut is_whole = false;
    for run in runs().filter(|run| run.len() >= 64).take(MAX) {
        is_whole = true;
        run.first_chunk::<64>().into_iter().for_each(|digits| add(digits, none));
        run.last_chunk::<64>().filter(|_| run.len() > 64).into_iter().for_each(|digits| add(digits, none));
    }
    let sequences = sequences(body);
    for sequence in &sequences {
        if !is_whole {
            windows(sequence).into_iter().for_each(|digits| add(&digits, none));
        }
        unpadded(sequence).into_iter().for_each(|digits| add(&digits, Mistake::LostLeadingZeros.into()));
        signed(sequence).into_iter().for_each(|digits| add(&digits, Mistake::OtherEncoding.into()));
    }
    if let Some((digits, in_twos)) = dumped(body) {
        add(&digits, none);
        if in_twos {
            // `hexdump` and `od -x` on most processors.
            let swapped: Vec<u8> = digits.as_chunks::<4>().0.iter().flat_map(|[a, b, c, d]| [*c, *d, *a, *b]).collect();
            add(&swapped, Mistake::OtherEncoding.into());
        }
    }
    // Cut off, or of another hash: alone in the text, or the only groups of digits in it.
    let joined = sequences.iter().filter(|sequence| sequence.len() > 1).map(|sequence| sequence.concat());
    for digits in runs().map(<[u8]>::to_vec).chain(joined).take(MAX) {
        if OTHER_HASHES.iter().any(|(length, _)| *length == digits.len()) {
            add(&digits, Mistake::OtherHash.into());
        }
        if (TRUNCATED_MIN..64).contains(&digits.len()) {
            add(&digits, Mistake::Truncated.into());
        }
        if (56..64).contains(&digits.len()) {
            let padded = [vec![b'0'; 64_usize.saturating_sub(digits.len())], digits.clone()].concat();
            let lost = mistakes(&digits) | Mistake::LostLeadingZeros.into();
            zeros.extend(Digest::read(&padded).map(|digest| Reading::new(lost, digest)));
        }
    }
    readings.extend(zeros);
    // A number of .NET may have a zero before its 64 digits.
    if let Some(digits) = runs().find(|run| run.len() >= 64).filter(|run| run.len() <= 65).and_then(<[u8]>::last_chunk)
    {
        let digits: &[u8; 64] = digits;
        let pairs = digits.as_chunks::<2>().0;
        // Ruby's and PHP's `unpack('h*')`, which has the low half of each byte first.
        let halves: Vec<u8> = pairs.iter().flat_map(|[high, low]| [*low, *high]).collect();
        // A number whose lowest byte is first, as .NET's `BigInteger`.
        let reversed: Vec<u8> = pairs.iter().rev().flatten().copied().collect();
        let mistakes = mistakes(digits) | Mistake::OtherEncoding.into();
        let digests = [halves, reversed].into_iter().filter_map(|digits| Digest::read(&digits));
        readings.extend(digests.map(|digest| Reading::new(mistakes, digest)));
    }
    // Of the first alone, since each must be tried.
    for run in runs().filter(|run| run.len() >= TRUNCATED_MIN).take(1) {
        let (written, mistakes) = (run.to_ascii_lowercase(), mistakes(run));
        if run.len() < 64 {
            let lost = mistakes | Mistake::LostLeadingZeros.into();
            readings.extend(
                [number::<1>, number::<2>, number::<4>, number::<8>].map(|by| Reading::written(lost, &written, by)),
            );
        }
        if run.len() > 64 && written.windows(6).any(|digits| digits == b"ffffff") {
            let signed = mistakes | Mistake::OtherEncoding.into();
            readings.extend([signed_padded, signed_unpadded].map(|by| Reading::written(signed, &written, by)));
        }
        // Java's `Integer.toString((b & 0xff) + 0x100, 16)`, of which the first digit should have been cut off.
        let (threes, rest) = run.as_chunks::<3>();
        if threes.len() == 32 && rest.is_empty() && threes.iter().all(|[first, ..]| *first == b'1') {
            let digits: Vec<u8> = threes.iter().flat_map(|[_, byte @ ..]| *byte).collect();
            let digest = Digest::read(&digits);
            readings.extend(digest.map(|digest| Reading::new(mistakes | Mistake::Decorated.into(), digest)));
        }
    }
    readings
}

/// Groups of hex digits with nothing but punctuation and white space between them. `0x`, `x` and `h` belong to a group.
fn sequences(body: &[u8]) -> Vec<Vec<&[u8]>> {
    let mut sequences = vec![Vec::new()];
    for token in body.split(|b| !b.is_ascii_alphanumeric()).filter(|token| !token.is_empty()) {
        let digits =
            token.strip_prefix(b"0x").or_else(|| token.strip_prefix(b"0X")).or_else(|| token.strip_prefix(b"x"));
        let digits = digits.or_else(|| token.strip_suffix(b"h")).unwrap_or(token);
        match sequences.last_mut() {
            Some(sequence) if !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit) => sequence.push(digits),
            _ => sequences.push(Vec::new()),
        }
    }
    sequences.retain(|sequence| !sequence.is_empty());
    sequences
}

/// Groups that have 64 digits together.
fn windows(sequence: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for start in 0..sequence.len() {
        let mut digits = Vec::new();
        for group in sequence.get(start..).unwrap_or_default() {
            digits.extend_from_slice(group);
            if digits.len() >= 64 {
                break;
            }
        }
        if digits.len() == 64 && found.len() < MAX {
            found.push(digits);
        }
    }
    found
}

/// The digits in two lines of `xxd`, `hexdump` or `od`: an offset, 16 bytes in ones or twos, and what these are in ASCII.
/// And whether they are in twos.
fn dumped(body: &[u8]) -> Option<(Vec<u8>, bool)> {
    let lines: Vec<_> = body.split(|b| *b == b'\n').filter_map(dumped_line).collect();
    let [(first, length), (second, other_length)] = lines.as_slice() else {
        return None;
    };
    Some(([first.as_slice(), second].concat(), (*length, *other_length) == (4, 4)))
}

fn dumped_line(line: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut groups = line.split(|b| *b == b' ');
    let offset = groups.next()?;
    let offset = offset.strip_suffix(b":").unwrap_or(offset);
    let is_digits = |group: &[u8]| group.iter().all(u8::is_ascii_hexdigit);
    let mut digits: Vec<u8> = Vec::new();
    let mut length = None;
    for group in groups.filter(|group| !group.is_empty()) {
        if digits.len() >= 32 {
            break;
        }
        let is_alike = *length.get_or_insert(group.len()) == group.len() && matches!(group.len(), 2 | 4);
        if !is_alike || !is_digits(group) {
            return None;
        }
        digits.extend(group);
    }
    let is_line = digits.len() == 32 && matches!(offset.len(), 7 | 8) && is_digits(offset);
    Some((digits, length?)).filter(|_| is_line)
}

/// 32 groups, a byte in each, some without their first zero.
fn unpadded(sequence: &[&[u8]]) -> Option<Vec<u8>> {
    let is_byte = |group: &&[u8]| matches!(group.len(), 1 | 2);
    let is_unpadded =
        sequence.len() == 32 && sequence.iter().all(is_byte) && sequence.iter().any(|group| group.len() == 1);
    let padded = |group: &&[u8]| if group.len() == 1 { [b"0", *group].concat() } else { group.to_vec() };
    is_unpadded.then(|| sequence.iter().flat_map(padded).collect())
}

/// 32 groups, a signed byte in each, widened: `ffffff93`.
fn signed(sequence: &[&[u8]]) -> Option<Vec<u8>> {
    let byte = |group: &&[u8]| match group.len() {
        1 => Some([b"0", *group].concat()),
        2 => Some(group.to_vec()),
        _ => group.to_ascii_lowercase().strip_prefix(b"ffffff").filter(|byte| byte.len() == 2).map(<[u8]>::to_vec),
    };
    let is_signed = sequence.len() == 32 && sequence.iter().any(|group| group.len() == 8);
    is_signed.then(|| sequence.iter().map(byte).collect::<Option<Vec<_>>>()).flatten().map(|bytes| bytes.concat())
}

/// Numbers of so many bytes, without zeros before them.
fn number<const N: usize>(mac: &[u8; 32], text: &[u8], written: &mut Vec<u8>) {
    hex_groups(
        mac.chunks(N).map(|bytes| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))),
        1,
        text,
        written,
    );
}

/// Bytes that were widened with their sign.
fn signed_padded(mac: &[u8; 32], text: &[u8], written: &mut Vec<u8>) {
    hex_groups(mac.iter().map(widened), 2, text, written);
}

fn signed_unpadded(mac: &[u8; 32], text: &[u8], written: &mut Vec<u8>) {
    hex_groups(mac.iter().map(widened), 1, text, written);
}

fn widened(byte: &u8) -> u64 {
    u64::from(i32::from(byte.cast_signed()).cast_unsigned())
}

/// Numbers in hex with at least so many digits each, if the first digit is the text's.
fn hex_groups(numbers: impl Iterator<Item = u64>, least: u32, text: &[u8], written: &mut Vec<u8>) {
    for number in numbers {
        let digits = number.checked_ilog2().map_or(1, |bits| (bits / 4).saturating_add(1)).max(least);
        let digit = |at: u32| {
            b"0123456789abcdef".get((number >> (at.saturating_mul(4)) & 15) as usize).copied().unwrap_or_default()
        };
        if written.is_empty() {
            if text.first() != Some(&digit(digits.saturating_sub(1))) {
                return;
            }
            written.reserve_exact(256);
        }
        written.extend((0..digits).rev().map(digit));
    }
}
