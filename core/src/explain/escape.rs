//! Escapes of HTML, URLs and string literals, undone.

/// The text without each kind of escape, and without all of them; only what differs from the text.
pub(super) fn undone(text: &[u8]) -> Vec<Vec<u8>> {
    let all = html(&percent(&literal(text)));
    let mut forms = Vec::new();
    for form in [html(text), percent(text), literal(text), all] {
        if form != text && !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// The text where each escape is replaced by what it stands for.
fn replaced(text: &[u8], escape: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text);
    while let [first, tail @ ..] = rest {
        match escape(rest).and_then(|(bytes, length)| Some((bytes, rest.get(length..)?))) {
            Some((bytes, tail)) => {
                out.extend(bytes);
                rest = tail;
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

fn hex_number(digits: &[u8]) -> Option<u32> {
    let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
}

fn character(number: u32) -> Option<Vec<u8>> {
    Some(String::from(char::from_u32(number)?).into())
}

fn html(text: &[u8]) -> Vec<u8> {
    replaced(text, |rest| {
        let name = rest.strip_prefix(b"&")?.split(|b| *b == b';').next().filter(|name| name.len() <= 8)?;
        rest.get(name.len().checked_add(1)?)?;
        let bytes = match name {
            b"quot" => b"\"".to_vec(),
            b"apos" => b"'".to_vec(),
            b"amp" => b"&".to_vec(),
            b"lt" => b"<".to_vec(),
            b"gt" => b">".to_vec(),
            b"nbsp" => b" ".to_vec(),
            [b'#', b'x' | b'X', digits @ ..] => character(hex_number(digits)?)?,
            [b'#', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
                character(str::from_utf8(digits).ok()?.parse().ok()?)?
            }
            _ => return None,
        };
        Some((bytes, name.len().saturating_add(2)))
    })
}

fn percent(text: &[u8]) -> Vec<u8> {
    replaced(text, |rest| {
        let digits = rest.strip_prefix(b"%")?.first_chunk::<2>()?;
        Some((vec![u8::try_from(hex_number(digits)?).ok()?], 3))
    })
}

/// Three octal digits.
pub(super) fn octal(digits: &[u8]) -> Option<u8> {
    let digits = digits.first_chunk::<3>().filter(|digits| digits.iter().all(|b| matches!(b, b'0'..=b'7')))?;
    u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok()
}

fn literal(text: &[u8]) -> Vec<u8> {
    replaced(text, |rest| {
        let escaped = rest.strip_prefix(b"\\")?;
        let byte = match escaped.first()? {
            b'u' => return Some((character(hex_number(escaped.get(1..5)?)?)?, 6)),
            b'x' => return Some((vec![u8::try_from(hex_number(escaped.get(1..3)?)?).ok()?], 4)),
            b'0'..=b'3' if octal(escaped).is_some() => return Some((vec![octal(escaped)?], 4)),
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'0' => 0,
            b'a' => 7,
            b'b' => 8,
            b'e' => 27,
            b'f' => 12,
            b'v' => 11,
            quoted @ (b'"' | b'\'' | b'\\' | b'/') => *quoted,
            _ => return None,
        };
        Some((vec![byte], 2))
    })
}
