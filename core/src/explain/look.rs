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
    None
}

/// 8-4-4-4-12 hex digits.
fn is_uuid(text: &[u8]) -> bool {
    let groups = text.split(|b| *b == b'-').map(|group| group.iter().all(u8::is_ascii_hexdigit).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}
