//! What a text that has not the form of a signature looks like.

/// What languages print for values that are not text.
const NOT_TEXT: [&str; 12] =
    ["Array", "Object", "undefined", "null", "NULL", "None", "nil", "NaN", "true", "false", "True", "False"];

/// How HTML, objects, JSON, reports of errors, hashes of passwords and keys begin.
#[rustfmt::skip]
const STARTS: [(&str, &str); 48] = [
    ("{{", "an unfilled template"), ("${", "an unfilled template"),
    ("<%", "an unfilled template"), ("#{", "an unfilled template"),
    ("<Buffer", "a printed buffer"), ("<", "HTML or a printed object"), ("[object ", "a printed object"),
    ("[B@", "a printed array"), ("{", "JSON or a printed object"), ("function ", "a printed function"),
    ("#<", "a printed object"), ("[Function", "a printed function"), ("&{", "a printed object"), ("%!", "a failed format"),
    ("async ", "a printed function"), ("class ", "a printed class"), ("Promise {", "a promise"), ("Symbol(", "a symbol"),
    ("Resource id #", "a printed resource"), ("System.", "the name of a type"), ("map[", "a printed map"),
    ("array(", "a printed array"), ("Array(", "a printed array"), ("Array (", "a printed array"),
    ("Array\n(", "a printed array"), ("object(", "a printed object"), ("bool(", "a printed value"),
    ("Error", "an error message"), ("Traceback", "an error message"), ("Uncaught ", "an error message"),
    ("Warning: ", "an error message"), ("Fatal error: ", "an error message"),
    ("$2a$", "a bcrypt hash"), ("$2b$", "a bcrypt hash"), ("$2x$", "a bcrypt hash"), ("$2y$", "a bcrypt hash"),
    ("$argon2", "an Argon2 hash"), ("$scrypt$", "a password hash"), ("$pbkdf2", "a password hash"),
    ("$1$", "a password hash"), ("$5$", "a password hash"), ("$6$", "a password hash"), ("$y$", "a password hash"),
    ("-----BEGIN", "a key or a certificate"), ("http://", "a URL"), ("https://", "a URL"),
    ("GSN-", "a project token"), ("Bearer ", "a bearer token"),
];

const SPREADSHEET_ERRORS: [&str; 9] =
    ["#NAME?", "#REF!", "#VALUE!", "#ERROR!", "#N/A", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"];

/// Of the presented text. Nothing of it is repeated.
pub(super) fn look(text: &[u8]) -> Option<&'static str> {
    let text = text.trim_ascii();
    let of = |is: fn(&u8) -> bool| !text.is_empty() && text.iter().all(is);
    if text.starts_with(b"eyJ") && text.iter().filter(|b| **b == b'.').count() == 2 {
        return Some("a JSON Web Token");
    }
    if NOT_TEXT.iter().any(|value| text == value.as_bytes()) {
        return Some("a value that is not there, or not text");
    }
    if let Some((_, look)) = STARTS.iter().find(|(start, _)| text.starts_with(start.as_bytes())) {
        return Some(look);
    }
    let name = text.split(|b| *b == b':').next().unwrap_or_default();
    let is_name = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'\\'));
    if is_name && (name.ends_with(b"Error") || name.ends_with(b"Exception")) {
        return Some("an error message");
    }
    if is_uuid(text) {
        return Some("a UUID");
    }
    if text.len() <= 20 && of(u8::is_ascii_digit) {
        return Some("a number, such as an id");
    }
    let mut parts = text.split(|b| *b == b'@');
    let is_part = |part: Option<&[u8]>| part.is_some_and(|part| !part.is_empty() && !part.contains(&b' '));
    if is_part(parts.next()) && parts.next().is_some_and(|domain| domain.contains(&b'.')) && parts.next().is_none() {
        return Some("an e-mail address");
    }
    let is_capitals = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_uppercase);
    let is_variable = text.contains(&b'_') && text.split(|b| *b == b'_').all(is_capitals);
    let is_yours = ["your-", "your_", "your "]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes())));
    let to_replace = ["replace-me", "replace_me", "replace me"];
    if is_variable || is_yours || to_replace.iter().any(|words| text.eq_ignore_ascii_case(words.as_bytes())) {
        return Some("a placeholder");
    }
    if SPREADSHEET_ERRORS.iter().any(|error| text == error.as_bytes()) {
        return Some("a spreadsheet's error");
    }
    if text.starts_with(b"function(") || is_arrow_function(text) {
        return Some("a printed function");
    }
    if is_sentence(text) {
        return Some("a sentence, such as an error message");
    }
    is_java_object(text).then_some("a printed object")
}

/// `(a) => ...`, `a=>...`
fn is_arrow_function(text: &[u8]) -> bool {
    let arrows = text.windows(2).enumerate().filter(|(_, two)| *two == b"=>");
    let mut parameters = arrows.filter_map(|(at, _)| {
        let before = text.get(..at)?;
        Some(before.strip_suffix(b" ").unwrap_or(before))
    });
    match text.starts_with(b"(") {
        true => parameters.any(|parameters| parameters.ends_with(b")")),
        false => parameters.next().is_some_and(|name| is_name(name, b"_$")),
    }
}

/// Three or more words with single spaces between them. Shells number their lines: `sh: 1: openssl: not found`.
fn is_sentence(text: &[u8]) -> bool {
    let is_word = |word: &[u8]| {
        let (bare, mark) = match word.split_last() {
            Some((mark, bare)) if b",:.!".contains(mark) => (bare, Some(*mark)),
            _ => (word, None),
        };
        let letters = bare.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let is_ending = |ending: &[u8]| !ending.is_empty() && ending.iter().all(u8::is_ascii_lowercase);
        match bare.split_at_checked(letters) {
            Some(([], number)) => mark == Some(b':') && !number.is_empty() && number.iter().all(u8::is_ascii_digit),
            Some((_, [])) => true,
            Some((_, [b'\'', ending @ ..])) => is_ending(ending),
            _ => false,
        }
    };
    text.split(|b| *b == b' ').count() >= 3 && text.split(|b| *b == b' ').all(is_word)
}

/// `com.example.User@1b2c3d`
fn is_java_object(text: &[u8]) -> bool {
    let at = text.iter().position(|b| *b == b'@').and_then(|at| text.split_at_checked(at));
    let is_hash =
        |hash: &[u8]| (1..=16).contains(&hash.len()) && hash.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    at.is_some_and(|(name, hash)| is_name(name, b"_$.") && is_hash(hash.strip_prefix(b"@").unwrap_or(hash)))
}

/// Letters, digits and these marks, of which neither a digit nor a point is the first.
fn is_name(text: &[u8], marks: &[u8]) -> bool {
    text.first().is_some_and(|b| !b.is_ascii_digit() && *b != b'.')
        && text.iter().all(|b| b.is_ascii_alphanumeric() || marks.contains(b))
}

/// 8-4-4-4-12 hex digits.
fn is_uuid(text: &[u8]) -> bool {
    let groups = text.split(|b| *b == b'-').map(|group| group.iter().all(u8::is_ascii_hexdigit).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}
