//! What was signed in place of the id.

use unicode_normalization::UnicodeNormalization;

use super::claim::{Claim, Digest};
use super::mistake::Mistake;
use super::padding::{padded, quoted};
use super::{Case, HYPOTHESIS_MAX};

/// The right digits and suffix (nothing, or `-T`), of another id.
pub(super) fn claims(case: &Case<'_>, suffix: &str, digest: Digest) -> Vec<Claim> {
    let id = case.id;
    let mut claims = Vec::new();
    let mut add = |mistake, index, other: &[u8]| {
        if other != id.as_bytes() {
            claims.push(Claim::new(mistake, [other, suffix.as_bytes()].concat(), digest).of_also(index));
        }
    };
    for (index, other) in case.also.iter().enumerate().filter(|(_, other)| other.len() <= HYPOTHESIS_MAX) {
        for form in [String::from(*other), other.to_lowercase()] {
            add(Mistake::OtherIdentifier, Some(index), form.as_bytes());
            add(Mistake::OtherIdentifier, Some(index), format!("{EMAIL}{form}").as_bytes());
        }
    }
    for form in [format!("{EMAIL}{id}"), format!("{EMAIL}{}", id.to_lowercase())] {
        add(Mistake::OtherIdentifier, None, form.as_bytes());
    }
    id.strip_prefix(EMAIL).into_iter().for_each(|rest| add(Mistake::OtherIdentifier, None, rest.as_bytes()));

    padded(id.as_bytes()).for_each(|form| add(Mistake::IdPadded, None, &form));
    quoted(id.as_bytes()).for_each(|form| add(Mistake::IdQuoted, None, &form));
    let mut add_all = |mistake, forms: Vec<String>| forms.iter().for_each(|form| add(mistake, None, form.as_bytes()));
    add_all(Mistake::IdCase, cases(id));
    add_all(Mistake::IdQuoted, literals(id));
    add_all(Mistake::IdEscaped, escaped(id));
    add_all(Mistake::IdNormalised, vec![id.nfc().collect(), id.nfd().collect()]);
    add_all(Mistake::IdNumberFormat, numbers(id));
    add_all(Mistake::IdNotText, NOT_TEXT.map(String::from).into());
    unescaped(id.as_bytes()).iter().for_each(|form| add(Mistake::IdEscaped, None, form));
    // A charset is of the whole message.
    let whole = format!("{id}{suffix}");
    claims.extend(charsets(&whole).map(|form| Claim::new(Mistake::IdCharset, form, digest)));
    claims
}

/// What vendors' own libraries put before an e-mail address.
const EMAIL: &str = "email:";

/// What languages print for a value that is not there, or not text.
#[rustfmt::skip]
const NOT_TEXT: [&str; 16] = [
    "", "null", "NULL", "undefined", "None", "nil", "NaN", "false", "true", "False", "True",
    "[object Object]", "[object Promise]", "Array", "Object", "0",
];

fn cases(id: &str) -> Vec<String> {
    let mut forms = vec![id.to_lowercase(), id.to_uppercase(), id.to_ascii_lowercase(), id.to_ascii_uppercase()];
    forms.extend(id.rsplit_once('@').map(|(name, domain)| format!("{name}@{}", domain.to_lowercase())));
    let mut rest = id.chars();
    forms.extend(rest.next().map(|first| first.to_uppercase().chain(rest).collect()));
    forms
}

/// As bytes are printed, and as JSON.
fn literals(id: &str) -> Vec<String> {
    let json = |ascii: bool, slash: &str| {
        let mut text = String::from("\"");
        for c in id.chars() {
            match c {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '/' => text.push_str(slash),
                _ if ascii && !c.is_ascii() => {
                    c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
                }
                _ => text.push(c),
            }
        }
        text + "\""
    };
    vec![format!("b'{id}'"), json(false, "/"), json(false, "\\/"), json(true, "/"), json(true, "\\/")]
}

/// How `"` and `'` are written, where `&`, `<` and `>` are escaped.
#[rustfmt::skip]
const HTML_QUOTES: [(&str, &str); 7] = [
    ("\"", "'"), ("&quot;", "'"), ("&quot;", "&#39;"), ("&quot;", "&#039;"), ("&quot;", "&#x27;"), ("&quot;", "&apos;"),
    ("&#34;", "&#39;"),
];

/// What is left as it is beside letters and digits, and whether a space becomes `+`.
#[rustfmt::skip]
const URL_ESCAPES: [(&str, bool); 7] = [
    ("-_.~", false), ("-_.!~*'()", false), ("-_.~/", false), (";,/?:@&=+$-_.!~*'()#", false),
    ("-_.", true), ("-_.~", true), ("-_.*", true),
];

#[rustfmt::skip]
const ENTITIES: [(&str, u8); 9] = [
    ("&amp;", b'&'), ("&lt;", b'<'), ("&gt;", b'>'), ("&quot;", b'"'), ("&#34;", b'"'),
    ("&#39;", b'\''), ("&#039;", b'\''), ("&#x27;", b'\''), ("&apos;", b'\''),
];

fn escaped(id: &str) -> Vec<String> {
    let html = |(double, single): (&str, &str)| {
        let html = id.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // Neither of the two appears in the other's escape.
        html.replace('"', double).replace('\'', single)
    };
    let url = |(kept, plus): (&str, bool)| {
        let escape = |b: u8| match b {
            b' ' if plus => "+".into(),
            _ if b.is_ascii_alphanumeric() || kept.as_bytes().contains(&b) => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        };
        id.bytes().map(escape).collect()
    };
    HTML_QUOTES.map(html).into_iter().chain(URL_ESCAPES.map(url)).collect()
}

fn unescaped(id: &[u8]) -> [Vec<u8>; 3] {
    let (mut url, mut form, mut html) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = id;
    while let [first, tail @ ..] = rest {
        let escape = tail.first_chunk::<2>().filter(|_| *first == b'%');
        let byte = escape.and_then(|digits| hex::decode(digits).ok()?.first().copied());
        url.push(byte.unwrap_or(*first));
        form.push(byte.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = byte.and_then(|_| tail.get(2..)).unwrap_or(tail);
    }
    rest = id;
    while let [first, tail @ ..] = rest {
        let entity = ENTITIES.iter().find_map(|(name, c)| Some((*c, rest.strip_prefix(name.as_bytes())?)));
        let (byte, tail) = entity.unwrap_or((*first, tail));
        html.push(byte);
        rest = tail;
    }
    [url, form, html]
}

fn charsets(message: &str) -> impl Iterator<Item = Vec<u8>> {
    let units = || message.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    let forms = [
        message.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        message.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect(),
        [&[0xff, 0xfe], little.as_slice()].concat(),
        [&[0xfe, 0xff], big.as_slice()].concat(),
        little,
        big,
        message.bytes().map(char::from).collect::<String>().into_bytes(), // UTF-8, read as Latin-1 and written again
        units().map(|unit| unit.to_le_bytes()[0]).collect(),
    ];
    forms.into_iter().filter(|form| form != message.as_bytes())
}

/// The longest number in bytes that other notations are tried for.
const NUMBER_MAX: usize = 40;

/// The same number in other notations.
fn numbers(id: &str) -> Vec<String> {
    let (sign, digits) = id.strip_prefix('-').map_or(("", id), |digits| ("-", digits));
    let Some(double) = id.parse::<f64>().ok().filter(|_| is_number(digits) && id.len() <= NUMBER_MAX) else {
        return Vec::new();
    };
    let mut forms = Vec::new();
    let is_integer = digits.bytes().all(|b| b.is_ascii_digit());
    let significant = digits.trim_start_matches('0');
    let canonical = if significant.is_empty() { "0" } else { significant };
    if !is_integer || digits != canonical {
        if double.fract() == 0.0 && double.abs() < 1e21 {
            forms.push(format!("{double:.0}"));
        }
        if is_integer {
            forms.push(format!("{sign}{canonical}"));
        }
        return forms;
    }
    forms.extend([format!("{id}.0"), format!("{id}.00")]);
    forms.extend((digits.len()..20).map(|width| format!("{sign}{digits:0>width$}", width = width.saturating_add(1))));
    let mut groups: Vec<&str> = digits.as_bytes().rchunks(3).filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.reverse();
    forms.extend([",", ".", " "].map(|separator| format!("{sign}{}", groups.join(separator))));
    // Beyond 2^53 a double is another integer; some languages print it whole, some its first digits and zeros.
    for integer in [format!("{double:.0}"), format!("{double}")] {
        forms.extend([format!("{integer}.0"), integer]);
    }
    let scientific = [format!("{double:e}"), format!("{double:.5e}")];
    for (mantissa, exponent) in scientific.iter().filter_map(|text| text.split_once('e')).filter(|_| double != 0.0) {
        let mantissa = match mantissa.contains('.') {
            true => mantissa.trim_end_matches('0').trim_end_matches('.'),
            false => mantissa,
        };
        let point = if mantissa.contains('.') { "" } else { ".0" };
        for mantissa in [mantissa.into(), format!("{mantissa}{point}")] {
            forms.extend(["e", "E", "e+", "E+"].map(|e| format!("{mantissa}{e}{exponent}")));
            forms.extend(["e+", "E+"].map(|e| format!("{mantissa}{e}{exponent:0>2}")));
        }
    }
    forms
}

/// Digits, perhaps a fraction, perhaps an exponent.
fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    is_digits(whole) && is_digits(fraction) && is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}
