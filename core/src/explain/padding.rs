//! What came along at the ends of a text, or went.

/// What is pasted along.
const PADS: [&str; 5] = ["\n", "\r\n", " ", "\t", "\u{feff}"];

/// What a host's `trim` takes away.
const SPACES: [&str; 8] = ["\t", "\n", "\u{b}", "\u{c}", "\r", " ", "\u{a0}", "\u{feff}"];

const QUOTES: [(&str, &str); 2] = [("\"", "\""), ("'", "'")];

/// With each pad in front, behind and both; without white space in front, behind and both.
pub(super) fn padded(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let with = PADS
        .map(str::as_bytes)
        .into_iter()
        .flat_map(move |pad| [[pad, text].concat(), [text, pad].concat(), [pad, text, pad].concat()]);
    with.chain([trimmed_start(text), trimmed_end(text), trimmed(text)].map(<[u8]>::to_vec))
}

/// Without white space and byte order marks at both ends.
pub(super) fn trimmed(text: &[u8]) -> &[u8] {
    trimmed_end(trimmed_start(text))
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

/// In quotation marks of both kinds; without those that it has.
pub(super) fn quoted(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let with = QUOTES.into_iter().map(move |(open, close)| [open.as_bytes(), text, close.as_bytes()].concat());
    with.chain(between(text, &QUOTES).map(<[u8]>::to_vec))
}

/// What stands between the first row's two texts that fit and have something between them.
pub(super) fn between<'a>(text: &'a [u8], rows: &[(&str, &str)]) -> Option<&'a [u8]> {
    let inside = |(before, after): &(&str, &str)| text.strip_prefix(before.as_bytes())?.strip_suffix(after.as_bytes());
    rows.iter().filter_map(inside).find(|inside| !inside.is_empty())
}
