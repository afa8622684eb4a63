//! An id in another form: a UUID's, a host's wrapping, a prefix, JSON with the id in it, its bytes.

use base64::engine::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::key::unbase64;

/// What languages print round an id.
#[rustfmt::skip]
const PRINTED: [(&str, &str); 72] = [
    ("ObjectId(\"", "\")"), ("ObjectId('", "')"), ("ObjectID(\"", "\")"), ("UUID('", "')"), ("UUID(\"", "\")"),
    ("Some(", ")"), ("Some(\"", "\")"), ("Ok(", ")"), ("Ok(\"", "\")"), ("Just ", ""), ("Just \"", "\""),
    ("Optional(", ")"), ("Optional(\"", "\")"), ("Optional[", "]"), ("User object (", ")"), ("<User ", ">"),
    ("<User: ", ">"), ("<User(", ")>"), ("#<User id: ", ">"), ("Decimal('", "')"), ("Right(", ")"), ("(", ")"),
    ("(", ",)"), ("('", "',)"), ("(\"", "\",)"), ("[", "]"), ("[\"", "\"]"), ("['", "']"), ("{", "}"), ("<", ">"),
    (":", ""), (":\"", "\""), ("i:", ";"), ("", "n"), ("", "L"), ("String(", ")"), ("int64(", ")"), ("Integer(", ")"),
    ("u'", "'"), ("int(", ")"), ("Int64(", ")"), ("Long(", ")"), ("BigInt(", ")"), ("NumberInt(", ")"),
    ("NumberLong(", ")"), ("NumberLong(\"", "\")"), ("ObjectId(", ")"), ("np.int64(", ")"), ("np.str_('", "')"),
    ("array(", ")"), ("#<struct id=", ">"), ("map[id:", "]"), ("{:ok, ", "}"), ("{:ok, \"", "\"}"), ("&{", "}"),
    ("new ObjectId('", "')"), ("new ObjectId(\"", "\")"), ("BSON::ObjectId('", "')"), ("BSON::ObjectId(\"", "\")"),
    ("ObjectID(", ")"), ("ObjectID('", "')"), ("UUID(", ")"),
    ("%!s(int=", ")"), ("%!s(int64=", ")"), ("%!s(uint=", ")"), ("%!s(uint64=", ")"), ("%!d(string=", ")"),
    ("Row(id=", ")"), ("<User: User object (", ")>"), ("[(", ",)]"), ("", ","), ("", ",00"),
];

/// Types of one's own, and what languages print between such a name and the id, and behind the id.
const TYPES: [&str; 4] = ["User", "UserId", "UserID", "Id"];

#[rustfmt::skip]
const VALUES: [(&str, &str); 18] = [
    ("(", ")"), ("(\"", "\")"), ("('", "')"), ("[", "]"), (" ", ""), ("(id=", ")"), ("(id='", "')"), ("(value=", ")"),
    ("(value='", "')"), ("[id=", "]"), ("[value=", "]"), ("{id=", "}"), ("{value=", "}"), (" { id: ", " }"),
    (" { id: \"", "\" }"), (" { value: ", " }"), (" { Id = ", " }"), (" { Value = ", " }"),
];

/// What vendors and databases put before an id, with a mark or none behind it.
#[rustfmt::skip]
const PREFIXES: [&str; 29] = [
    "user", "users", "User", "Users", "usr", "u", "uid", "id", "ID", "customer", "customers", "cus", "cust", "account",
    "acct", "member", "contact", "client", "person", "people", "profile", "tenant", "org", "team", "visitor", "player",
    "student", "employee", "USER",
];

const MARKS: [&str; 8] = ["_", ":", "-", "/", ".", "|", "#", ""];

/// Prefixes of other forms.
#[rustfmt::skip]
const OTHER_PREFIXES: [&str; 14] = [
    "/users/", "/user/", "/v1/users/", "/v1/user/", "/api/users/", "/api/user/", "/api/v1/users/", "/api/v1/user/", "auth0|", "google-oauth2|", "#", "mailto:", "gid://app/User/", "gid://shopify/Customer/",
];

/// The names of an id in JSON and the like.
#[rustfmt::skip]
const NAMES: [&str; 15] = [
    "id", "user_id", "userId", "uid", "_id", "sub", "email", "user", "external_id", "$oid", "ID", "Id", "userID", "S", "N",
];

/// Before and behind the name, and behind the value.
#[rustfmt::skip]
const OBJECTS: [[&str; 3]; 18] = [
    ["{\"", "\":", "}"], ["{\"", "\":\"", "\"}"], ["{\"", "\": ", "}"], ["{\"", "\": \"", "\"}"], ["{'", "': ", "}"],
    ["{'", "': '", "'}"], ["{", ": ", "}"], ["{", ": \"", "\"}"], ["{\"", "\"=>", "}"], ["{\"", "\"=>\"", "\"}"],
    ["{:", "=>", "}"], ["{:", "=>\"", "\"}"], ["{ ", ": ", " }"], ["{ ", ": '", "' }"], ["{ ", " = ", " }"],
    ["", "=", ""], ["", ":", ""], ["", ": ", ""],
];

/// The bytes of MongoDB's ObjectId.
const OBJECT_ID: usize = 12;

/// Round a value in brackets.
const AROUND: [char; 13] = ['(', ')', '[', ']', '{', '}', '<', '>', ' ', '"', '\'', ',', ';'];

/// The longest id in bytes that is put into other forms: nobody's id is longer, and the work is bounded.
const ID_MAX: usize = 128;

pub(super) fn forms(id: &str) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = Vec::new();
    if id.len() > ID_MAX {
        return forms;
    }
    let mut add = |form: String| forms.push(form.into());
    let of_types = TYPES.iter().flat_map(|name| VALUES.map(|(before, after)| ([name, before].concat(), after)));
    for (before, after) in PRINTED.map(|(before, after)| (String::from(before), after)).into_iter().chain(of_types) {
        add([&before, id, after].concat());
        let inside = id.strip_prefix(before.as_str()).and_then(|id| id.strip_suffix(after));
        inside.map(String::from).into_iter().for_each(&mut add);
    }
    let prefixes = PREFIXES.iter().flat_map(|word| MARKS.map(|mark| [word, mark].concat()));
    for prefix in prefixes.chain(OTHER_PREFIXES.map(String::from)) {
        add(format!("{prefix}{id}"));
        id.strip_prefix(prefix.as_str()).map(String::from).into_iter().for_each(&mut add);
    }
    for name in NAMES {
        for [open, middle, close] in OBJECTS {
            add([open, name, middle, id, close].concat());
            let inside =
                id.strip_prefix(open).and_then(|id| id.strip_prefix(name)?.strip_prefix(middle)?.strip_suffix(close));
            inside.map(String::from).into_iter().for_each(&mut add);
        }
    }
    // PHP's `serialize` and `var_dump`.
    add(format!("s:{}:\"{id}\";", id.len()));
    add(format!("string({}) \"{id}\"", id.len()));
    // Behind a prefix, up to each separator; the name in an address.
    id.match_indices(['/', ':', '|', '_', '-', '.', '#'])
        .filter_map(|(at, _)| id.get(at.checked_add(1)?..))
        .map(String::from)
        .for_each(&mut add);
    // Behind a bracket or a name, whatever it is, without what stands round it.
    id.match_indices(['(', '[', '{', '<', '=', ':'])
        .filter_map(|(at, _)| id.get(at.checked_add(1)?..))
        .map(|rest| rest.trim_matches(AROUND).into())
        .for_each(&mut add);
    id.rsplit_once('@').map(|(name, _)| String::from(name)).into_iter().for_each(&mut add);
    add(id.repeat(2));
    without_tag(id).into_iter().for_each(&mut add);
    if let Some(text) = unbase64_text(id) {
        text.rsplit_once(':').map(|(_, behind)| behind.into()).into_iter().for_each(&mut add);
        add(text);
    }
    add(hex::encode(id));
    add(STANDARD.encode(id));
    add(STANDARD_NO_PAD.encode(id));
    add(STANDARD.encode(format!("User:{id}")));
    with_plus(id).into_iter().for_each(&mut add);
    let hashes = [Md5::digest(id).to_vec(), Sha1::digest(id).to_vec(), Sha256::digest(id).to_vec()];
    hashes.iter().map(hex::encode).for_each(&mut add);
    forms.extend(hashes);
    forms.extend(integers(id));
    forms.extend(uuids(id));
    forms.extend(hex::decode(id).ok().filter(|bytes| bytes.len() == OBJECT_ID));
    // The empty text is a word for no id.
    forms.retain(|form| !form.is_empty() && form != id.as_bytes());
    forms
}

/// Of `ada+news@example.com`, the address of the same mailbox.
fn without_tag(id: &str) -> Option<String> {
    let (name, domain) = id.rsplit_once('@')?;
    let (mailbox, _) = name.split_once('+').filter(|(mailbox, _)| !mailbox.is_empty())?;
    Some(format!("{mailbox}@{domain}"))
}

/// A telephone number with its `+`, or without.
fn with_plus(id: &str) -> Option<String> {
    let digits = id.strip_prefix('+').unwrap_or(id);
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| if digits == id { format!("+{digits}") } else { digits.into() })
}

/// What was written in base64, such as an id of GraphQL.
fn unbase64_text(id: &str) -> Option<String> {
    let text = String::from_utf8(unbase64(id.as_bytes())?).ok()?;
    let is_canonical =
        [STANDARD_NO_PAD, URL_SAFE_NO_PAD].iter().any(|base64| base64.encode(&text) == id.trim_end_matches('='));
    Some(text).filter(|text| is_canonical && !text.bytes().any(|b| b.is_ascii_control()))
}

/// An integer's bytes; its character; so many zeros.
fn integers(id: &str) -> Vec<Vec<u8>> {
    let canonical = id.parse::<u64>().ok().filter(|number| number.to_string() == id);
    let Some(number) = canonical else {
        return Vec::new();
    };
    let big = number.to_be_bytes();
    let used = number.leading_zeros() / 8;
    let mut forms =
        vec![big.to_vec(), number.to_le_bytes().to_vec(), big.get(used as usize..).unwrap_or_default().to_vec()];
    if let Ok(number) = u32::try_from(number) {
        forms.extend([number.to_be_bytes().to_vec(), number.to_le_bytes().to_vec()]);
    }
    // Go's `string(42)`, U+FFFD where it is no character.
    let character = u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    forms.push(String::from(character).into());
    forms.extend(usize::try_from(number).ok().filter(|number| *number <= 1024).map(|number| vec![0; number]));
    forms
}

/// A UUID's other forms, RFC 9562 and those of hosts and databases.
fn uuids(id: &str) -> Vec<Vec<u8>> {
    let bare = id.strip_prefix("urn:uuid:").unwrap_or(id);
    let pairs = [('{', '}'), ('(', ')')];
    let bare = pairs.iter().find_map(|(open, close)| bare.strip_prefix(*open)?.strip_suffix(*close)).unwrap_or(bare);
    let digits = bare.replace('-', "").to_ascii_lowercase();
    let is_grouped = bare.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let Some(bytes) = hex::decode(&digits).ok().filter(|bytes| bytes.len() == 16 && (is_grouped || bare.len() == 32))
    else {
        return Vec::new();
    };
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| digits.get(group).unwrap_or_default());
    let hyphenated = groups.join("-");
    let mut texts = vec![format!("\\x{digits}")];
    for digits in [digits.clone(), digits.to_ascii_uppercase()] {
        texts.extend([format!("0x{digits}"), format!("x'{digits}'"), format!("X'{digits}'")]);
    }
    for text in [digits, hyphenated] {
        for text in [text.to_ascii_uppercase(), text] {
            texts.extend([format!("{{{text}}}"), format!("({text})"), format!("urn:uuid:{text}"), text]);
        }
    }
    let mut forms: Vec<Vec<u8>> = texts.into_iter().map(Vec::from).collect();
    forms.extend([STANDARD, STANDARD_NO_PAD].map(|base64| base64.encode(&bytes).into()));
    if let Ok(all) = <[u8; 16]>::try_from(bytes.as_slice()) {
        let [a, b, c, d, e, f, g, h, rest @ ..] = all;
        forms.push([[d, c, b, a, f, e, h, g], rest].concat()); // .NET
        forms.push(u128::from_be_bytes(all).to_string().into());
    }
    forms.push(bytes);
    forms
}
