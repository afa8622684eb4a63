//! Variants of a text with white space, a byte order mark or quotation marks added or stripped.

/// What is pasted along.
pub(super) const PADS: [&str; 9] = ["\n", "\r\n", " ", "\t", "\u{feff}", "\u{a0}", "\u{200b}", "\u{2060}", "\r"];

/// What a host's `trim` takes away.
#[rustfmt::skip]
const SPACES: [&str; 11] = [
    "\t", "\n", "\u{b}", "\u{c}", "\r", " ", "\u{a0}", "\u{feff}", "\u{200b}", "\u{2060}", "\u{3000}",
];

/// Quotation marks, straight and curly.
pub(super) const QUOTES: [(&str, &str); 9] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("\u{201c}", "\u{201d}"),
    ("\u{2018}", "\u{2019}"),
    ("\u{ab}", "\u{bb}"),
    ("\u{201e}", "\u{201c}"),
    ("\u{201a}", "\u{2018}"),
    ("\u{2039}", "\u{203a}"),
];

/// The pads that are so frequent that a second mistake is tried with them.
pub(super) const FREQUENT_PADS: [&str; 3] = ["\n", "\r\n", " "];

/// With each pad in front, behind and both.
pub(super) fn padded(text: &[u8], pads: &[&str]) -> impl Iterator<Item = Vec<u8>> {
    let pads = pads.iter().map(|pad| pad.as_bytes());
    pads.flat_map(move |pad| [[pad, text].concat(), [text, pad].concat(), [pad, text, pad].concat()])
}

/// Without white space and byte order marks in front, behind and both.
pub(super) fn stripped(text: &[u8]) -> [&[u8]; 3] {
    [trimmed_start(text), trimmed_end(text), trimmed_end(trimmed_start(text))]
}

fn trimmed_start(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = SPACES.iter().find_map(|space| text.strip_prefix(space.as_bytes())) {
        text = rest;
    }
    text
}

fn trimmed_end(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = SPACES.iter().find_map(|space| text.strip_suffix(space.as_bytes())) {
        text = rest;
    }
    text
}

/// In quotation marks of each kind.
pub(super) fn quoted(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    QUOTES.into_iter().map(move |(open, close)| [open.as_bytes(), text, close.as_bytes()].concat())
}

/// What stands between the first row's two texts that fit and have something between them.
pub(super) fn between<'a>(text: &'a [u8], rows: &[(&str, &str)]) -> Option<&'a [u8]> {
    let inside = |(before, after): &(&str, &str)| text.strip_prefix(before.as_bytes())?.strip_suffix(after.as_bytes());
    rows.iter().filter_map(inside).find(|inside| !inside.is_empty())
}
