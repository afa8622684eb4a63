//! The keys that were used in place of the secret.
//!
//! None lets a secret be found piece by piece. Each is a fixed text, or made of the whole secret, but for pieces, of which
//! a short one would be confirmed to whoever guesses it. A piece is tried only where it has at least 8 bytes or, of text,
//! characters, as many as nobody can try one after another through `explain`: what a cut at a separator or the loss of
//! variables leaves, what a lenient decoder of base64 makes of some of the characters, and what Latin-1 has of them. What
//! is read as hex up to the first other character has at least 4 bytes, the first group of a UUID. What an earlier mistake
//! has put round the secret counts for none of these. What is left without escapes, and a secret in another case, of which
//! fewer are possible, have 8 bytes too.

use base64::engine::general_purpose::{
    GeneralPurpose, GeneralPurposeConfig, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD,
};
use base64::engine::{DecodePaddingMode, Engine};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::escaped::{escaped, rewritten, unescaped};
use super::mistake::{Mistake, Mistakes};
use super::padding::{FREQUENT_PADS, PADS, padded, quoted};
use super::{BLOCK, HYPOTHESIS_MAX};
use crate::hmac::{self, KeyBlock};
use crate::provider::KeyForm;
use crate::secret::decoded;
use crate::sha256::State;
use crate::suffix::Suffix;

/// A key, and the mistakes of using it.
pub(super) struct Key<'a> {
    pub(super) mistakes: Mistakes,
    kept: Kept<'a>,
}

enum Kept<'a> {
    /// One of the Signer's secrets, where the Signer keeps it.
    Right(hmac::Key<'a>),
    /// Any other, and one that is the bytes of a secret's hex digits.
    Wrong(Box<Wrong>),
}

/// Wiped when it is dropped; on the heap, so that no copy stays behind where it was moved from.
struct Wrong {
    bytes: Zeroizing<Vec<u8>>,
    block: Zeroizing<KeyBlock>,
    states: Zeroizing<[State; 2]>,
}

impl<'a> Key<'a> {
    pub(super) fn right(key: hmac::Key<'a>, key_form: KeyForm) -> Self {
        match key_form {
            KeyForm::Text => Key { mistakes: Mistakes::default(), kept: Kept::Right(key) },
            KeyForm::Hex => Key::wrong(Mistakes::default(), decoded(key.secret).unwrap_or_default()),
        }
    }

    pub(super) fn wrong(mistakes: impl Into<Mistakes>, bytes: Zeroizing<Vec<u8>>) -> Self {
        let block = hmac::key_block(&bytes);
        let mut wrong = Box::new(Wrong { bytes, block, states: Zeroizing::default() });
        for (state, words) in wrong.states.iter_mut().zip(*hmac::midstates(&mut wrong.block)) {
            state.as_chunks_mut().0.iter_mut().zip(words).for_each(|(bytes, word)| *bytes = word.to_ne_bytes());
        }
        Key { mistakes: mistakes.into(), kept: Kept::Wrong(wrong) }
    }

    fn key(&self) -> hmac::Key<'_> {
        match &self.kept {
            Kept::Right(key) => *key,
            Kept::Wrong(wrong) => {
                let [inner, outer] = &*wrong.states;
                hmac::Key { secret: &wrong.bytes, block: &wrong.block, inner, outer }
            }
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.key().secret
    }

    /// Whether it is one of those with which many times are tried.
    pub(super) fn is_frequent(&self) -> bool {
        use Mistake::{Base64Key, EmptyKey, HexKey, PaddedKey, QuotedKey};
        [EmptyKey, PaddedKey, QuotedKey, HexKey, Base64Key].iter().any(|mistake| self.mistakes.has(*mistake))
    }

    /// HMAC-SHA256 of several messages.
    pub(super) fn hmac<const N: usize>(&self, messages: [&[u8]; N]) -> [[u8; 32]; N] {
        self.key().hmac(messages, &Suffix::EMPTY)
    }
}

/// What programs print for nothing, samples' words, and files' names.
#[rustfmt::skip]
const PLACEHOLDERS: [&str; 43] = [
    "undefined", "null", "NULL", "None", "none", "nil", "NaN", "false", "False", "true", "True", "[object Object]",
    "mysecret", "my_secret", "my-secret", "MY_SECRET", "changeme", "change_me", "CHANGEME",
    "secret", "Secret", "SECRET", "secret_key", "SECRET_KEY", "Secure Mode Secret",
    "YOUR_SECRET", "your_secret", "your-secret", "YOUR_SECRET_KEY", "YOUR_SECURE_MODE_SECRET",
    "password", "test", "xxx", "0", "1",
    ".env", "secret.txt", "secret.key", "secret.pem", "/run/secrets/secret",
    "$SECRET", "${SECRET}", "process.env.SECRET",
];

/// What stands before and behind a variable's name where it is meant to be replaced, or was never looked up.
#[rustfmt::skip]
const REFERENCES: [(&str, &str); 17] = [
    ("", ""), ("$", ""), ("${", "}"), ("process.env.", ""), ("%", "%"), ("{{", "}}"), ("<", ">"), ("YOUR_", ""),
    ("/run/secrets/", ""), ("{{ ", " }}"), ("env(", ")"), ("env('", "')"), ("env(\"", "\")"), ("ENV['", "']"),
    ("ENV[\"", "\"]"), ("$_ENV['", "']"), ("$_ENV[\"", "\"]"),
];

/// Words of samples and templates, in more spellings than [`PLACEHOLDERS`].
#[rustfmt::skip]
const WORDS: [&str; 24] = [
    "secret", "my_secret", "your_secret", "your_secret_key", "your_secret_here", "my_secret_key", "super_secret",
    "secret_key", "change_me", "replace_me", "api_key", "your_api_key", "api_secret", "client_secret", "app_secret",
    "secure_mode_secret", "your_secure_mode_secret", "verification_secret", "your_verification_secret", "todo",
    "placeholder", "dummy", "password", "example",
];

/// Masks, and what languages print for a value that is not there yet, or not at all.
#[rustfmt::skip]
const MASKS: [&str; 27] = [
    "***", "****", "******", "********", "**********", "************", "****************", "xxxx", "xxxxxxxx", "...",
    "[FILTERED]", "[REDACTED]", "[MASKED]", "(sensitive value)", "(sensitive)", "<sensitive>", "<redacted>", "[redacted]",
    "REDACTED", "redacted", "SecretStr('**********')", "[object Promise]", "<nil>", "(null)", "{}", "[]", "Array",
];

/// As [`REFERENCES`], of configuration and code that nothing ran.
#[rustfmt::skip]
const RARE_REFERENCES: [(&str, &str); 17] = [
    ("${{ secrets.", " }}"), ("${env:", "}"), ("$env:", ""), ("$(", ")"), ("${process.env.", "}"), ("import.meta.env.", ""),
    ("os.environ[\"", "\"]"), ("os.environ['", "']"), ("os.getenv(\"", "\")"), ("os.getenv('", "')"),
    ("getenv(\"", "\")"), ("getenv('", "')"), ("System.getenv(\"", "\")"), ("<%= ENV[\"", "\"] %>"),
    ("<%= ENV['", "'] %>"), ("{", "}"), ("", "_FILE"),
];

/// What is left of an empty secret in a file or a setting.
const BLANKS: [&str; 6] = ["\n", "\r\n", " ", "\"\"", "''", "\u{feff}"];

/// Two pads, and an escape that nobody undid.
#[rustfmt::skip]
const RARE_PADS: [(&str, &str); 7] = [
    ("\u{feff}", "\n"), ("\u{feff}", "\r\n"), ("", "\n\n"), ("", "\r\n\r\n"), (" ", "\n"), ("", " \n"), ("", "\\n"),
];

/// Pieces of code and of JSON, one quotation mark, the mark of zsh for a line without an end.
#[rustfmt::skip]
const RARE_BRACKETS: [(&str, &str); 15] = [
    ("\"", "\","), ("'", "',"), ("\"", "\";"), ("'", "';"), ("\"", ""), ("'", ""), ("", "\""), ("", "'"), ("", "%"),
    ("SecretStr('", "')"), ("Some(\"", "\")"), ("Ok(\"", "\")"), ("('", "',)"), ("[\"", "\"]"), ("['", "']"),
];

/// What a secret is called in pages and files, beside its variable, and what stands between the two.
const LABELS: [&str; 5] = ["secret", "Secret", "SECRET", "Secure Mode Secret", "key"];
const COLONS: [&str; 3] = [": ", ":", " = "];

const RARE_PREFIXES: [&str; 8] = ["ApiKey ", "Basic ", "Token ", "secret=", "key=", "SECRET=", "iv_", "utv_"];

/// What stands round a secret beside quotation marks: brackets, Python's name of bytes, what ends a line.
#[rustfmt::skip]
const BRACKETS: [(&str, &str); 6] = [
    ("<", ">"), ("[", "]"), ("bytearray(b'", "')"), ("bytearray(b\"", "\")"), ("", ";"), ("", ","),
];

/// The fewest bytes of a secret that is in hex at its start alone.
const DECODED_MIN: usize = 4;

/// The fewest bytes or characters of a piece of a secret.
const PIECE_MIN: usize = 8;

const PREFIXES: [&str; 9] =
    ["whsec_", "sk_", "Bearer ", "sha256=", "sk_live_", "sk_test_", "secret_", "base64:", "hex:"];

/// The empty key, and the placeholders. `variable` is the one that the provider's secret is read from.
pub(super) fn fixed_keys(variable: &str) -> Vec<Key<'static>> {
    let references = between(&REFERENCES, variable);
    let lower = variable.to_ascii_lowercase();
    let lower = [format!("/run/secrets/{lower}"), lower];
    let placeholders = PLACEHOLDERS.into_iter().map(String::from).chain(references).chain(lower).map(placeholder_key);
    std::iter::once(Key::wrong(Mistake::EmptyKey, Zeroizing::default())).chain(placeholders).collect()
}

/// The secrets of samples that have an id too.
pub(super) fn sample_keys() -> [Key<'static>; 3] {
    ["Secure Mode Secret", "YOUR_SECURE_MODE_SECRET", "mysecret"].map(placeholder_key)
}

fn placeholder_key(text: impl Into<Vec<u8>>) -> Key<'static> {
    Key::wrong(Mistake::PlaceholderKey, Zeroizing::new(text.into()))
}

/// As [`fixed_keys`], with which no other mistake is tried.
pub(super) fn rare_fixed_keys(variable: &str) -> Vec<Key<'static>> {
    let spelled = WORDS.iter().flat_map(|word| {
        let separators: &[&str] = if word.contains('_') { &["_", "-", " ", ""] } else { &[""] };
        separators.iter().flat_map(|separator| {
            let lower = word.replace('_', separator);
            let upper = lower.to_ascii_uppercase();
            [format!("<{lower}>"), format!("<{upper}>"), lower, upper]
        })
    });
    let placeholders = spelled.chain(MASKS.map(String::from)).chain(between(&RARE_REFERENCES, variable));
    let placeholders = placeholders.map(placeholder_key);
    let blanks = BLANKS.map(|text| Key::wrong(Mistake::EmptyKey, Zeroizing::new(text.into())));
    placeholders.chain(blanks).collect()
}

fn between(rows: &[(&str, &str)], text: &str) -> impl Iterator<Item = String> {
    rows.iter().map(move |(before, after)| [before, text, after].concat())
}

/// What one mistake makes of a secret.
pub(super) fn wrong_keys(secret: &[u8], variable: &str) -> Vec<Key<'static>> {
    different(secret, |add| {
        written(secret, 0, variable, &PADS, add);
        enclosed(secret, Mistake::QuotedKey, &BRACKETS, add);
        encoded(secret, 0, add);
    })
}

/// What one mistake makes of a secret, and no other is tried with.
pub(super) fn rare_keys(secret: &[u8], variable: &str) -> Vec<Key<'static>> {
    different(secret, |add| {
        objects(secret, variable, add);
        enclosed(secret, Mistake::PaddedKey, &RARE_PADS, add);
        enclosed(secret, Mistake::QuotedKey, &RARE_BRACKETS, add);
        let labels = LABELS.into_iter().chain([variable]);
        let labels: Vec<_> = labels.flat_map(|label| COLONS.map(|colon| [label, colon].concat())).collect();
        prefixed(secret, RARE_PREFIXES.into_iter().chain(labels.iter().map(String::as_str)), add);
        add(Mistake::PrefixedKey, secret.repeat(2).into());
        respelled(secret, add);
    })
}

/// Those that are not the secret, each once.
fn different(secret: &[u8], make: impl FnOnce(Add<'_>)) -> Vec<Key<'static>> {
    let mut keys: Vec<Key<'static>> = Vec::new();
    if secret.len() <= HYPOTHESIS_MAX {
        make(&mut |mistake, bytes| {
            let is_known = |key: &Key<'_>| key.mistakes == mistake.into() && key.bytes() == bytes.as_slice();
            if !bytes.is_empty() && *bytes != secret && !keys.iter().any(is_known) {
                keys.push(Key::wrong(mistake, bytes));
            }
        });
    }
    keys
}

/// Keys that two mistakes made of one secret, one after the other.
pub(super) fn twice_wrong_keys(secret: &[u8], variable: &str) -> Vec<Key<'static>> {
    let mut keys = Vec::new();
    let mut second = |first: Mistake, key: Zeroizing<Vec<u8>>| {
        if key.is_empty() || *key == secret {
            return;
        }
        let mut add = |second, bytes: Zeroizing<Vec<u8>>| {
            if !bytes.is_empty() && *bytes != secret && first != second {
                keys.push(Key::wrong(Mistakes::from(first) | Mistakes::from(second), bytes));
            }
        };
        let added = match first {
            // Each of its characters may stand for one that was lost.
            Mistake::KeyCharset => key.len(),
            _ => key.len().saturating_sub(secret.len()),
        };
        encoded(&key, added, &mut add);
        written(&key, added, variable, &FREQUENT_PADS, &mut add);
    };
    if secret.len() <= BLOCK {
        encoded(secret, 0, &mut second);
        written(secret, 0, variable, &FREQUENT_PADS, &mut second);
    }
    keys
}

type Add<'a> = &'a mut dyn FnMut(Mistake, Zeroizing<Vec<u8>>);

/// Text that was stored with something round it, or cut off. So many of its bytes were `added` to the secret before.
fn written(secret: &[u8], added: usize, variable: &str, pads: &[&str], add: Add<'_>) {
    padded(secret, pads).for_each(|key| add(Mistake::PaddedKey, key.into()));
    quoted(secret).for_each(|key| add(Mistake::QuotedKey, key.into()));
    enclosed(secret, Mistake::QuotedKey, &[("b'", "'"), ("b\"", "\"")], add);
    let lines = [format!("{variable}="), format!("export {variable}=")];
    prefixed(secret, PREFIXES.into_iter().chain(lines.iter().map(String::as_str)), add);
    // Files of variables hold text, and no variable holds a NUL: of UTF-16, half as many characters would be a piece.
    if str::from_utf8(secret).is_ok() && !secret.contains(&0) {
        cut(secret, &mut |mistake, key| {
            // Characters, since few bytes of UTF-8 are fewer of these.
            let characters = str::from_utf8(&key).map_or(0, |text| text.chars().count());
            if characters >= PIECE_MIN.saturating_add(added) {
                add(mistake, key)
            }
        });
    }
}

fn enclosed(secret: &[u8], mistake: Mistake, rows: &[(&str, &str)], add: Add<'_>) {
    for (before, after) in rows {
        add(mistake, [before.as_bytes(), secret, after.as_bytes()].concat().into());
    }
}

/// With each prefix, and without it.
fn prefixed<'p>(secret: &[u8], prefixes: impl Iterator<Item = &'p str>, add: Add<'_>) {
    for prefix in prefixes.map(str::as_bytes) {
        add(Mistake::PrefixedKey, [prefix, secret].concat().into());
        secret.strip_prefix(prefix).into_iter().for_each(|key| add(Mistake::PrefixedKey, key.to_vec().into()));
    }
}

/// As a store of secrets keeps a value under its name.
fn objects(secret: &[u8], variable: &str, add: Add<'_>) {
    for name in [variable, "secret", "value", "key", "secret_key", "api_key", "api_secret"] {
        for [open, middle, close] in [["{\"", "\":\"", "\"}"], ["{\"", "\": \"", "\"}"], ["{'", "': '", "'}"]] {
            let parts = [open.as_bytes(), name.as_bytes(), middle.as_bytes(), secret, close.as_bytes()];
            add(Mistake::QuotedKey, parts.concat().into());
        }
    }
}

/// Text in one case; as it is written in a page, in an address, in JSON or in a literal; without its own escapes.
fn respelled(secret: &[u8], add: Add<'_>) {
    let kept = |key: &Zeroizing<Vec<u8>>| key.len() >= PIECE_MIN;
    let cases = [secret.to_ascii_lowercase(), secret.to_ascii_uppercase()].map(Zeroizing::new);
    cases.into_iter().filter(kept).for_each(|key| add(Mistake::KeyCase, key));
    escaped(secret).for_each(|key| add(Mistake::KeyEscaped, key));
    let slashed = |marks: &[u8]| {
        rewritten(secret, |rest, out| {
            let mark = rest.first().filter(|mark| marks.contains(mark))?;
            out.extend([b'\\', *mark]);
            Some(1)
        })
    };
    // JSON, PHP's `json_encode`, and `addslashes`.
    [&b"\"\\"[..], b"\"\\/", b"\"\\'"].iter().for_each(|marks| add(Mistake::KeyEscaped, slashed(marks)));
    let doubled = rewritten(secret, |rest, out| {
        rest.strip_prefix(b"$")?;
        out.extend(b"$$");
        Some(1)
    });
    add(Mistake::KeyEscaped, doubled);
    let bare = rewritten(secret, |rest, out| {
        out.push(*rest.strip_prefix(b"\\")?.first()?);
        Some(2)
    });
    unescaped(secret).into_iter().chain([bare]).filter(kept).for_each(|key| add(Mistake::KeyEscaped, key));
}

/// What shells and readers of `.env` files, `.ini` files, queries and lists leave of a text.
fn cut(secret: &[u8], add: Add<'_>) {
    let mut cut_at = |is_cut: &dyn Fn(&u8) -> bool| {
        let cut = secret.iter().position(is_cut).and_then(|at| secret.get(..at));
        cut.into_iter().for_each(|key| add(Mistake::KeyCut, key.to_vec().into()));
    };
    b"#$=;&,".iter().for_each(|mark| cut_at(&|b| b == mark));
    cut_at(&u8::is_ascii_whitespace);
    let (mut single, mut rest) = (Zeroizing::new(Vec::with_capacity(secret.len())), secret);
    while let [first, tail @ ..] = rest {
        single.push(*first);
        rest = tail.strip_prefix(b"$").filter(|_| *first == b'$').unwrap_or(tail);
    }
    add(Mistake::KeyCut, single);
    let (mut bare, mut rest) = (Zeroizing::new(Vec::with_capacity(secret.len())), secret);
    while let [first, tail @ ..] = rest {
        rest = match without_variable(rest) {
            Some(rest) => rest,
            None => {
                bare.push(*first);
                tail
            }
        };
    }
    add(Mistake::KeyCut, bare);
}

/// What follows `$NAME`, `${NAME}` or `$1`, which a shell replaces by nothing where there is no such variable.
fn without_variable(text: &[u8]) -> Option<&[u8]> {
    let name = text.strip_prefix(b"$")?;
    match name.first()? {
        b'{' => name.get(name.iter().position(|b| *b == b'}')?.checked_add(1)?..),
        b'0'..=b'9' => name.get(1..),
        first if first.is_ascii_alphabetic() || *first == b'_' => {
            let end = name.iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'_'));
            name.get(end.unwrap_or(name.len())..)
        }
        _ => None,
    }
}

/// Text that was encoded, decoded or hashed. `added` as for [`written`].
fn encoded(secret: &[u8], added: usize, add: Add<'_>) {
    add(Mistake::HexKey, Vec::from(hex::encode(secret)).into());
    add(Mistake::HexKey, Vec::from(hex::encode_upper(secret)).into());
    add(Mistake::HexKey, hex_until_wrong(secret, added));
    add(Mistake::HexKey, packed(secret, |b| if b.is_ascii_alphabetic() { b.wrapping_add(9) } else { b }));
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    add(Mistake::HexKey, packed(secret, |b| digit(b).unwrap_or(0)));
    for base64 in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        add(Mistake::Base64Key, Vec::from(base64.encode(secret)).into());
    }
    for padding in [Padding::Skipped, Padding::Ends, Padding::EndsInUrl, Padding::EndsFour] {
        add(Mistake::Base64Key, unbase64_lenient(secret, added, padding));
    }
    for key in [hash::<Md5>(secret), hash::<Sha1>(secret), hash::<Sha256>(secret), hash::<Sha512>(secret)] {
        add(Mistake::KeyHashed, Vec::from(hex::encode(&*key)).into());
        add(Mistake::KeyHashed, key);
    }
    let Ok(text) = str::from_utf8(secret) else {
        return;
    };
    let room = || Zeroizing::new(Vec::with_capacity(secret.len().saturating_mul(2).saturating_add(2)));
    for mark in [false, true] {
        let (mut little, mut big) = (room(), room());
        if mark {
            little.extend([0xff, 0xfe]);
            big.extend([0xfe, 0xff]);
        }
        for unit in text.encode_utf16() {
            little.extend(unit.to_le_bytes());
            big.extend(unit.to_be_bytes());
        }
        add(Mistake::KeyCharset, little);
        add(Mistake::KeyCharset, big);
    }
    let (mut latin, mut mojibake) = (room(), room());
    latin.extend(text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')));
    let lost = text.chars().filter(|c| u8::try_from(*c).is_err()).count();
    if lost > 0 && latin.len().saturating_sub(lost) < PIECE_MIN.saturating_add(added) {
        latin.clear();
    }
    for byte in secret {
        mojibake.extend_from_slice(char::from(*byte).encode_utf8(&mut [0; 2]).as_bytes());
    }
    add(Mistake::KeyCharset, latin);
    add(Mistake::KeyCharset, mojibake);
}

fn hash<H: Digest>(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    H::digest(secret).to_vec().into()
}

/// As Node decodes hex: up to the first pair that is none. Nothing where that is near the start: few bytes can be guessed.
fn hex_until_wrong(secret: &[u8], added: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(secret.len()));
    for pair in secret.as_chunks::<2>().0 {
        let mut byte = [0];
        if hex::decode_to_slice(pair, &mut byte).is_err() {
            break;
        }
        key.extend(byte);
    }
    let digits = key.len().saturating_mul(2);
    if digits < added.saturating_add(2 * DECODED_MIN) && digits < secret.len() {
        key.clear();
    }
    key
}

/// As `pack('H*')` does, where every character is a digit: of Ruby and Perl by its bits, of PHP a zero where it is none.
fn packed(secret: &[u8], digit: impl Fn(u8) -> u8) -> Zeroizing<Vec<u8>> {
    let digit = |b: &u8| digit(*b) & 15;
    let byte = |pair: &[u8]| pair.first().map_or(0, digit) << 4 | pair.get(1).map_or(0, digit);
    let mut key = Zeroizing::new(Vec::with_capacity(secret.len()));
    key.extend(secret.chunks(2).map(byte));
    key
}

/// What a lenient decoder does with `=`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Padding {
    /// PHP.
    Skipped,
    /// Perl.
    Ends,
    /// Node, which knows both alphabets.
    EndsInUrl,
    /// Ruby: it ends the text where it is the third or the fourth of four.
    EndsFour,
}

/// As languages decode base64: what is not of the alphabet is skipped.
fn unbase64_lenient(secret: &[u8], added: usize, padding: Padding) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(secret.len()));
    let (mut bits, mut count, mut digits) = (0_u32, 0_u32, 0_usize);
    for byte in secret {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' => 62,
            b'/' => 63,
            b'-' if padding == Padding::EndsInUrl => 62,
            b'_' if padding == Padding::EndsInUrl => 63,
            b'=' if matches!(padding, Padding::Ends | Padding::EndsInUrl) => break,
            // So many bits are left behind the second and the third of four.
            b'=' if padding == Padding::EndsFour && matches!(count, 4 | 2) => break,
            _ => continue,
        };
        digits = digits.saturating_add(1);
        bits = bits << 6 | u32::from(value);
        count = count.saturating_add(6);
        if let Some(left) = count.checked_sub(8) {
            key.push((bits >> left) as u8);
            count = left;
        }
    }
    if key.len() < PIECE_MIN.saturating_add(added) && digits < secret.len() {
        key.clear();
    }
    key
}

/// Base64 in either alphabet, padded or not, whatever its unused last bits are.
pub(super) fn unbase64(text: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let text = [b"==".as_slice(), b"="].iter().find_map(|pad| text.strip_suffix(*pad)).unwrap_or(text);
    let standard = |b: &u8| match b {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    let text = Zeroizing::new(text.iter().map(standard).collect::<Vec<u8>>());
    GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT).decode(&*text).ok()
}
