//! The vendors' script addresses in what passes through become the sandbox's own, wherever they stand: in a loader, in
//! `src`, in a bundle. It works on bytes as they stream by, since a miss could reach a vendor.

use std::collections::BTreeSet;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::rule::Vendor;

/// Where the vendors' scripts live. Chameleon's npm package joins host and path when it runs, so hosts are replaced.
const HOSTS: [(Vendor, &str); 3] = [
    (Vendor::GoSquared, "d1l6p2sc9645hc.cloudfront.net"),
    (Vendor::Chameleon, "fast.trychameleon.com"),
    (Vendor::Chameleon, "fast.chameleon.io"),
];

/// What else belongs to the vendors: no page should reach it.
const DOMAINS: [(Vendor, &str); 3] = [
    (Vendor::GoSquared, "gosquared.com"),
    (Vendor::Chameleon, "chameleon.io"),
    (Vendor::Chameleon, "trychameleon.com"),
];

/// What may stand before a host, longest first, and how it reads afterwards. The sandbox speaks http.
const PREFIXES: [(&str, &str, &str); 12] = [
    ("https:\\u002f\\u002f", "http:\\u002f\\u002f", "\\u002f"),
    ("http:\\u002f\\u002f", "http:\\u002f\\u002f", "\\u002f"),
    ("https%3a%2f%2f", "http%3A%2F%2F", "%2F"),
    ("http%3a%2f%2f", "http%3A%2F%2F", "%2F"),
    ("https:\\/\\/", "http:\\/\\/", "\\/"),
    ("http:\\/\\/", "http:\\/\\/", "\\/"),
    ("https://", "http://", "/"),
    ("http://", "http://", "/"),
    ("%2f%2f", "%2F%2F", "%2F"),
    ("\\/\\/", "\\/\\/", "\\/"),
    ("//", "//", "/"),
    ("", "", "/"),
];
const PREFIX_MAX: usize = 20;

/// How far a signature may stand behind the word that introduces it.
const SIGNATURE_WITHIN: usize = 128;

/// What to look for.
pub(crate) struct Addresses {
    hosts: Vec<(Vendor, String)>,
    finder: AhoCorasick,
    /// The secrets themselves, which no page may hold.
    secrets: Option<AhoCorasick>,
    /// How many bytes at the end of a chunk may be the beginning of something.
    overlap: usize,
}

/// What was found in a body.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// An address of a vendor's script, which was replaced.
    pub(crate) address: bool,
    pub(crate) secret: bool,
    pub(crate) signature: bool,
    /// A word that may be markup for the parser.
    pub(crate) markup: bool,
}

/// What introduces a signature in a page.
const MARKS: [&str; 5] = ["uid_hash", "\"auth\"", "'auth'", "uidhash", "&quot;auth&quot;"];

/// Of what the parser is for, unless a policy has hashes. Looked for here, since a second search costs as much again.
const MARKUP: [&str; 2] = ["integrity", "http-equiv"];

impl Addresses {
    /// With the customer's own hosts of Chameleon's script, and the secrets that no page may hold.
    pub(crate) fn new<S: AsRef<[u8]>>(chameleon_hosts: &[String], secrets: &[S]) -> Self {
        let own = chameleon_hosts.iter().map(|host| (Vendor::Chameleon, host.to_ascii_lowercase()));
        let hosts: Vec<_> = HOSTS.iter().map(|(vendor, host)| (*vendor, (*host).to_owned())).chain(own).collect();
        let words = hosts.iter().map(|(_, host)| host.as_str()).chain(MARKS).chain(MARKUP);
        let finder = AhoCorasick::builder().ascii_case_insensitive(true).build(words);
        // Shorter ones stand in pages by chance, but not as the whole of a string or an element.
        let around = [
            ("\"", "\""),
            ("'", "'"),
            ("`", "`"),
            (">", "<"),
            ("&quot;", "&quot;"),
            ("&#34;", "&#34;"),
            ("\\\"", "\\\""),
        ];
        let secrets = secrets.iter().map(AsRef::as_ref).filter(|secret: &&[u8]| secret.len() >= 4);
        let secrets = secrets.flat_map(|secret| {
            let written = spellings(secret).into_iter();
            match secret.len() < 8 {
                true => written
                    .flat_map(|text| {
                        around.map(|(before, behind)| [before.as_bytes(), &text, behind.as_bytes()].concat())
                    })
                    .collect(),
                false => written.collect::<Vec<_>>(),
            }
        });
        let secrets: Vec<Vec<u8>> = secrets.collect();
        let longest = secrets.iter().map(Vec::len).max().unwrap_or_default();
        let longest_host = hosts.iter().map(|(_, host)| host.len()).max().unwrap_or_default();
        Addresses {
            finder: finder.unwrap_or_else(|_| unreachable!("a few words make a small automaton")),
            secrets: (!secrets.is_empty()).then(|| AhoCorasick::new(&secrets).ok()).flatten(),
            overlap: (longest_host + PREFIX_MAX + 2).max(longest).max(PREFIX_MAX + MARKS[4].len() + SIGNATURE_WITHIN),
            hosts,
        }
    }

    /// Whose script it is that comes from this host.
    pub(crate) fn script_host(&self, host: &str) -> Option<Vendor> {
        self.hosts.iter().find(|(_, own)| own.eq_ignore_ascii_case(host)).map(|(vendor, _)| *vendor)
    }

    /// Whose host it is, whatever it serves.
    pub(crate) fn vendor(&self, host: &str) -> Option<Vendor> {
        let host = host.to_ascii_lowercase();
        let below = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let domain = || DOMAINS.iter().find(|(_, domain)| below(domain)).map(|(vendor, _)| *vendor);
        self.script_host(&host).or_else(domain)
    }

    /// Every host that a page may name to have a vendor's script or to talk to the vendor.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|(_, host)| host.as_str()).chain([
            "data.gosquared.com",
            "api.chameleon.io",
            "api.trychameleon.com",
        ])
    }
}

/// A longer secret is looked for as it is only.
const SPELLED_MAX: usize = 4_096;

/// The characters that libraries write as `\u003c` in JSON, so that it may stand in a page: none, Go's and Rails's, PHP's
/// (`JSON_HEX_*`), and .NET's.
const ESCAPED: [&str; 5] = ["", "<>&", "<>&'", "<>&'\"", "<>&'\"+`"];

/// How libraries write `"`, `'` and `+` in HTML: text, PHP, Ruby, Python, XML, Jinja, Go.
const QUOTED: [(&str, &str, &str); 8] = [
    ("\"", "'", "+"),
    ("&quot;", "'", "+"),
    ("&quot;", "&#039;", "+"),
    ("&quot;", "&#39;", "+"),
    ("&quot;", "&#x27;", "+"),
    ("&quot;", "&apos;", "+"),
    ("&#34;", "&#39;", "+"),
    ("&#34;", "&#39;", "&#43;"),
];

/// A secret as it may stand in a page: as it is, in JSON, in HTML, and in JSON in an attribute. Most have one spelling.
fn spellings(secret: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut all = BTreeSet::from([secret.to_vec()]);
    let Ok(text) = std::str::from_utf8(secret) else { return all };
    if secret.len() > SPELLED_MAX {
        return all;
    }
    let mut texts = BTreeSet::from([text.to_owned()]);
    for escaped in ESCAPED {
        for (ascii, slash) in [(false, false), (false, true), (true, false), (true, true)] {
            let lower = in_json(text, escaped, ascii, slash, |unit| format!("\\u{unit:04x}"));
            texts.extend([lower, in_json(text, escaped, ascii, slash, |unit| format!("\\u{unit:04X}"))]);
        }
    }
    for text in &texts {
        all.extend(QUOTED.iter().map(|marks| in_html(text, *marks).into_bytes()));
    }
    all.extend(texts.into_iter().map(String::into_bytes));
    all
}

/// `escaped` and, with `ascii`, all that is not ASCII are written by `hex`; `slash`: as `\/`, which is PHP's way.
fn in_json(text: &str, escaped: &str, ascii: bool, slash: bool, hex: impl Fn(u16) -> String) -> String {
    let mut units = [0; 2];
    let written = text.chars().map(|c| match c {
        _ if escaped.contains(c) || (ascii && !c.is_ascii()) => {
            c.encode_utf16(&mut units).iter().copied().map(&hex).collect()
        }
        '"' | '\\' => format!("\\{c}"),
        '/' if slash => "\\/".to_owned(),
        _ => c.to_string(),
    });
    written.collect()
}

fn in_html(text: &str, (quote, apostrophe, plus): (&str, &str, &str)) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str(quote),
            '\'' => written.push_str(apostrophe),
            '+' => written.push_str(plus),
            c => written.push(c),
        }
    }
    written
}

/// Below which path of the sandbox a vendor's host is played.
pub(crate) fn base(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::GoSquared => "_personsig/gosquared",
        Vendor::Chameleon => "_personsig/chameleon",
    }
}

/// Rewrites a body that comes in pieces.
pub(crate) struct Rewriter {
    addresses: Arc<Addresses>,
    /// The sandbox as the browser calls it: host and port.
    authority: String,
    rest: Vec<u8>,
    /// The byte before `rest`.
    before: Option<u8>,
    pub(crate) seen: Seen,
}

impl Rewriter {
    pub(crate) fn new(addresses: Arc<Addresses>, authority: &str) -> Self {
        Rewriter { addresses, authority: authority.to_owned(), rest: Vec::new(), before: None, seen: Seen::default() }
    }

    /// What can be passed on so far.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.rest.extend_from_slice(chunk);
        let cut = self.rest.len().saturating_sub(self.addresses.overlap);
        self.pass(cut, false)
    }

    /// The rest.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        self.pass(self.rest.len(), true)
    }

    /// Passes on what stands before `cut`, or a little more where an address crosses it.
    fn pass(&mut self, mut cut: usize, last: bool) -> Vec<u8> {
        if cut == 0 && !last {
            return Vec::new();
        }
        let addresses = Arc::clone(&self.addresses);
        let text = std::mem::take(&mut self.rest);
        if let Some(secrets) = &addresses.secrets {
            self.seen.secret |= secrets.is_match(&text);
        }
        let mut out = Vec::with_capacity(text.len() + 64);
        let mut done = 0;
        for found in addresses.finder.find_iter(&text) {
            // What begins further on is seen again, whole, with the next chunk.
            if found.start() >= cut + PREFIX_MAX && !last {
                break;
            }
            let Some((vendor, _)) = addresses.hosts.get(found.pattern().as_usize()) else {
                match found.pattern().as_usize() < addresses.hosts.len() + MARKS.len() {
                    true => self.seen.signature |= signature_within(&text[found.end()..]),
                    false => self.seen.markup = true,
                }
                continue;
            };
            let Some((prefix, reads, slash)) = self.prefix(&text, found.start(), found.end()) else { continue };
            out.extend_from_slice(&text[done..found.start() - prefix]);
            out.extend_from_slice(reads.as_bytes());
            out.extend_from_slice(self.authority.as_bytes());
            out.extend_from_slice(slash.as_bytes());
            out.extend_from_slice(base(*vendor).replace('/', slash).as_bytes());
            done = found.end();
            cut = cut.max(done);
            self.seen.address = true;
        }
        out.extend_from_slice(&text[done..cut]);
        self.before = if cut > 0 { Some(text[cut - 1]) } else { self.before };
        self.rest = text[cut..].to_vec();
        out
    }

    /// The length of what stands before the host and belongs to its address, and how it is to read. None where the
    /// host is only a part of another one.
    fn prefix(&self, text: &[u8], start: usize, end: usize) -> Option<(usize, &'static str, &'static str)> {
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let behind = text.get(end).copied();
        let beyond = text.get(end + 1).copied();
        if behind.is_some_and(is_host) || (behind == Some(b'.') && beyond.is_some_and(is_host)) {
            return None;
        }
        let (prefix, reads, slash) = PREFIXES.iter().find(|(prefix, ..)| {
            let from = start.checked_sub(prefix.len());
            from.is_some_and(|from| text[from..start].eq_ignore_ascii_case(prefix.as_bytes()))
        })?;
        let ahead = if start == 0 { self.before } else { Some(text[start - 1]) };
        let inside = prefix.is_empty() && ahead.is_some_and(|byte| is_host(byte) || matches!(byte, b'.' | b'@'));
        (!inside).then_some((prefix.len(), reads, slash))
    }
}

/// Whether 64 hexadecimal digits stand near the beginning.
fn signature_within(text: &[u8]) -> bool {
    let near = &text[..text.len().min(SIGNATURE_WITHIN)];
    near.split(|byte| !byte.is_ascii_hexdigit()).any(|run| run.len() >= 64)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Addresses, Rewriter, Seen, spellings};

    fn addresses() -> Arc<Addresses> {
        Arc::new(Addresses::new(&["guide.example.com".to_owned()], &["a-secret-of-the-run", "brief"]))
    }

    /// The same in one piece and cut at every byte.
    fn rewritten(text: &str) -> (String, Seen) {
        let whole = |pieces: Vec<&[u8]>| {
            let mut rewriter = Rewriter::new(addresses(), "localhost:8787");
            let mut out = Vec::new();
            for piece in pieces {
                out.extend(rewriter.push(piece));
            }
            out.extend(rewriter.finish());
            (String::from_utf8(out).unwrap(), rewriter.seen)
        };
        let once = whole(vec![text.as_bytes()]);
        assert_eq!(whole(text.as_bytes().chunks(1).collect()), once, "byte by byte");
        let padded = format!("{}{text}{}", " ".repeat(3_000), " ".repeat(3_000));
        for size in [7, 64, 1_000] {
            assert_eq!(
                whole(padded.as_bytes().chunks(size).collect()).0.trim(),
                once.0.trim(),
                "{size} bytes at a time"
            );
        }
        once
    }

    #[test]
    fn an_address_is_replaced_wherever_and_however_it_stands() {
        for (given, becomes) in [
            (
                "d.src='//d1l6p2sc9645hc.cloudfront.net/tracker.js'",
                "d.src='//localhost:8787/_personsig/gosquared/tracker.js'",
            ),
            (
                "'https://d1l6p2sc9645hc.cloudfront.net/gosquared.js'",
                "'http://localhost:8787/_personsig/gosquared/gosquared.js'",
            ),
            (
                "(s?'https':'http')+'://'+'d1l6p2sc9645hc.cloudfront.net/tracker.js'",
                "(s?'https':'http')+'://'+'localhost:8787/_personsig/gosquared/tracker.js'",
            ),
            (
                "\"https:\\/\\/fast.chameleon.io\\/messo\\/T\\/messo.min.js\"",
                "\"http:\\/\\/localhost:8787\\/_personsig\\/chameleon\\/messo\\/T\\/messo.min.js\"",
            ),
            ("https%3A%2F%2Ffast.chameleon.io%2Fmesso", "http%3A%2F%2Flocalhost:8787%2F_personsig%2Fchameleon%2Fmesso"),
            (
                "\"https:\\u002F\\u002Ffast.chameleon.io\\u002Fmesso\"",
                "\"http:\\u002f\\u002flocalhost:8787\\u002f_personsig\\u002fchameleon\\u002Fmesso\"",
            ),
            ("fastUrl:\"https://fast.chameleon.io/\"", "fastUrl:\"http://localhost:8787/_personsig/chameleon/\""),
            (
                "<script src=//FAST.trychameleon.com/messo/T/messo.min.js>",
                "<script src=//localhost:8787/_personsig/chameleon/messo/T/messo.min.js>",
            ),
            (
                "https://guide.example.com/messo/T/messo.min.js",
                "http://localhost:8787/_personsig/chameleon/messo/T/messo.min.js",
            ),
            ("See fast.chameleon.io. Then", "See localhost:8787/_personsig/chameleon. Then"),
            (
                "fast.chameleon.io fast.chameleon.io",
                "localhost:8787/_personsig/chameleon localhost:8787/_personsig/chameleon",
            ),
        ] {
            let (text, seen) = rewritten(given);
            assert_eq!(text, becomes);
            assert!(seen.address);
        }
    }

    #[test]
    fn another_host_stays_as_it_is() {
        for text in [
            "https://breakfast.chameleon.io/",
            "https://not.fast.chameleon.io/",
            "https://fast.chameleon.io.example.com/",
            "https://fast.chameleon.iota/",
            "someone@fast.chameleon.io",
            "https://www.chameleon.io/ and https://d2.cloudfront.net/tracker.js",
            "",
        ] {
            assert_eq!(rewritten(text), (text.to_owned(), Seen::default()));
        }
    }

    #[test]
    fn a_secret_and_a_signature_are_noticed() {
        let hex = "0123456789abcdef".repeat(4);
        assert!(rewritten("x = 'a-secret-of-the-run'").1.secret);
        for short in ["'brief'", "\"brief\"", "<b>brief</b>", "x=&quot;brief&quot;"] {
            assert!(rewritten(short).1.secret, "{short}");
        }
        assert!(!rewritten("a brief word").1.secret);
        assert!(rewritten(&format!("_gs(\"auth\",\"{hex}\");")).1.signature);
        assert!(rewritten(&format!("chmln.identify(1,{{\"uid_hash\":\"{hex}-1596165824\"}})")).1.signature);
        assert_eq!(rewritten(&format!("sha256 = {hex}")).1, Seen::default());
        assert_eq!(rewritten("_gs(\"auth\", signature)").1, Seen::default());
    }

    #[test]
    fn a_secret_of_letters_and_digits_has_one_spelling() {
        assert_eq!(spellings(b"sandbox-0123abc_DEF=").len(), 1);
        assert!(spellings("a\"b'c<d>e&f/g\\h+i\u{1f511}".as_bytes()).len() < 400);
        assert_eq!(spellings(b"\xff\"").len(), 1);
    }

    #[test]
    fn whose_host_it_is() {
        let addresses = addresses();
        for (host, own) in [
            ("data.gosquared.com", true),
            ("API.chameleon.io", true),
            ("notgosquared.com", false),
            ("example.com", false),
        ] {
            assert_eq!(addresses.vendor(host).is_some(), own, "{host}");
        }
    }
}
