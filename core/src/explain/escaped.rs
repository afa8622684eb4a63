//! A text as it is escaped for HTML or for a URL, and without its own escapes: of an id or of a secret.

use zeroize::Zeroizing;

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

/// The longest escape in bytes.
const ESCAPE_MAX: usize = 6;

pub(super) type Escaped = Zeroizing<Vec<u8>>;

/// With each byte written by `escape`, which takes the rest of the text and says how much of it was written.
pub(super) fn rewritten(text: &[u8], mut escape: impl FnMut(&[u8], &mut Vec<u8>) -> Option<usize>) -> Escaped {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len().saturating_mul(ESCAPE_MAX)));
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        match escape(rest, &mut out) {
            Some(length) => rest = rest.get(length..).unwrap_or_default(),
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// For HTML and for URLs.
pub(super) fn escaped(text: &[u8]) -> impl Iterator<Item = Escaped> {
    let html = move |(double, single): (&str, &str)| {
        rewritten(text, |rest, out| {
            let entity = match rest.first()? {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => double,
                b'\'' => single,
                _ => return None,
            };
            out.extend(entity.as_bytes());
            Some(1)
        })
    };
    HTML_QUOTES.into_iter().map(html).chain(percent_encoded(text, b"0123456789ABCDEF"))
}

/// For URLs, with digits in one case.
fn percent_encoded(text: &[u8], digits: &'static [u8; 16]) -> impl Iterator<Item = Escaped> {
    URL_ESCAPES.into_iter().map(move |(kept, plus)| {
        rewritten(text, |rest, out| {
            match rest.first()? {
                b' ' if plus => out.push(b'+'),
                b if b.is_ascii_alphanumeric() || kept.as_bytes().contains(b) => return None,
                b => {
                    let digit = |at: u8| digits.get(usize::from(at)).copied().unwrap_or_default();
                    out.extend([b'%', digit(b >> 4), digit(b & 15)]);
                }
            }
            Some(1)
        })
    })
}

/// As literals and JSON without its quotation marks, as numbered entities, in SQL, for URLs in lower case.
pub(super) fn escaped_rarely(text: &str) -> Vec<Vec<u8>> {
    let each = |escape: &dyn Fn(char) -> Option<String>| -> Vec<u8> {
        text.chars().map(|c| escape(c).unwrap_or_else(|| c.into())).collect::<String>().into()
    };
    let units = |c: char, upper: bool| {
        let unit = |unit: &u16| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
        c.encode_utf16(&mut [0; 2]).iter().map(unit).collect()
    };
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for (marks, upper) in [("'\"&<>+", false), ("'\"&<>+", true), ("", false), ("", true)] {
        forms.push(each(&|c| (!c.is_ascii() || marks.contains(c)).then(|| units(c, upper))));
    }
    forms.push(each(&|c| (!c.is_ascii()).then(|| format!("&#{};", u32::from(c)))));
    forms.push(each(&|c| (!c.is_ascii()).then(|| format!("&#x{:x};", u32::from(c)))));
    forms.push(each(&|c| (!c.is_ascii()).then(|| format!("&#x{:X};", u32::from(c)))));
    for marks in ["'\"\\", "'\\"] {
        forms.push(each(&|c| marks.contains(c).then(|| format!("\\{c}"))));
    }
    forms.push(each(&|c| (c == '/').then(|| "\\/".into())));
    forms.push(each(&|c| (c == '\'').then(|| "''".into())));
    forms.extend(percent_encoded(text.as_bytes(), b"0123456789abcdef").map(|form| form.to_vec()));
    forms
}

/// Without the escapes of URLs, of forms, and of HTML.
pub(super) fn unescaped(text: &[u8]) -> [Escaped; 3] {
    let percent = |rest: &[u8], out: &mut Vec<u8>| {
        let digits = rest.strip_prefix(b"%")?.first_chunk::<2>()?;
        let mut byte = [0];
        hex::decode_to_slice(digits, &mut byte).ok()?;
        out.extend(byte);
        Some(3)
    };
    let plus = |rest: &[u8], out: &mut Vec<u8>| {
        rest.first().filter(|b| **b == b'+')?;
        out.push(b' ');
        Some(1)
    };
    let html = |rest: &[u8], out: &mut Vec<u8>| {
        let (entity, byte) = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity.as_bytes()))?;
        out.push(*byte);
        Some(entity.len())
    };
    [
        rewritten(text, percent),
        rewritten(text, |rest, out| percent(rest, out).or_else(|| plus(rest, out))),
        rewritten(text, html),
    ]
}
