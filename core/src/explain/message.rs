//! What was signed in place of the id.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::bytes::windows_1252;
use super::escaped::{escaped, escaped_rarely, unescaped};
use super::hypothesis::{Hypothesis, each_once};
use super::mistake::Mistake;
use super::padding::{PADS, QUOTES, between, padded, quoted, stripped};
use super::{Case, HYPOTHESIS_MAX, SEARCH_MAX, SHORT_MAX, id_form, number};

/// The right message, and what was signed in its place: another identifier, or this one in another form.
pub(super) fn hypotheses(case: &Case<'_>, suffix: &str) -> Vec<Hypothesis> {
    let mut hypotheses = vec![Hypothesis::right(case.message(suffix))];
    for (index, other) in others(case) {
        hypotheses.push(Hypothesis::right([&other, suffix].concat().into()).of_also(index));
        hypotheses.push(Hypothesis::right([EMAIL, &other, suffix].concat().into()).of_also(index));
    }
    let id = case.id;
    let emails = [format!("{EMAIL}{id}"), format!("{EMAIL}{}", id.to_lowercase())];
    let emails = emails.into_iter().chain(id.strip_prefix(EMAIL).map(String::from));
    hypotheses.extend(emails.map(|form| Hypothesis::new(Mistake::OtherIdentifier, form + suffix)));
    if case.given != id {
        hypotheses.push(Hypothesis::new(Mistake::IdCase, [case.given, suffix].concat()));
    }
    hypotheses.extend(forms(id, suffix));
    hypotheses.extend(rare(id, suffix));
    hypotheses.extend(joined(case, suffix));
    hypotheses
}

/// Between two identifiers.
const JOINTS: [&str; 10] = ["", "-", "_", ":", "|", ",", ".", "/", " ", ";"];

/// The id and another identifier.
fn joined(case: &Case<'_>, suffix: &str) -> Vec<Hypothesis> {
    let id = Some(case.id).filter(|id| id.len() <= SEARCH_MAX);
    let also = case.also.iter().enumerate().filter(|(_, other)| other.len() <= SEARCH_MAX);
    let of_one = |(index, other): (usize, &&str)| {
        let pairs = id.into_iter().flat_map(|id| [[id, *other], [*other, id]]);
        let of_pair = |[first, second]: [&str; 2]| JOINTS.map(|joint| [first, joint, second, suffix].concat());
        let joined = pairs.flat_map(of_pair).map(|form| Hypothesis::new(Mistake::IdForm, form));
        joined.map(|form| form.with(index)).collect::<Vec<_>>()
    };
    also.flat_map(of_one).collect()
}

/// The SHA-256 of other identifiers, which makes a short message long.
pub(super) fn hashed(case: &Case<'_>, suffix: &str) -> Vec<Hypothesis> {
    let also = case.also.iter().enumerate().filter(|(_, other)| other.len() <= SHORT_MAX && **other != case.id);
    let hashed = also.map(|(index, other)| {
        Hypothesis::new(Mistake::IdForm, hex::encode(Sha256::digest(other)) + suffix).of_also(index)
    });
    hashed.collect()
}

/// The id in another form, with a newline behind it: `echo user_42`, `jq .id`.
pub(super) fn lines(case: &Case<'_>, suffix: &str) -> Vec<Hypothesis> {
    let is_form = |form: &Hypothesis| {
        [Mistake::IdForm, Mistake::IdQuoted, Mistake::IdCase].iter().any(|one| form.mistakes.has(*one))
    };
    let forms = forms(case.id, &format!("\n{suffix}")).into_iter().filter(is_form);
    forms.map(|form| form.twice(Mistake::IdPadded)).filter(Hypothesis::is_paired).collect()
}

/// The id in another form, where the clock was read twice: the caller sets the time at its end.
pub(super) fn apart(id: &str, suffix: &str) -> Vec<Hypothesis> {
    let is_rare =
        |form: &&Hypothesis| form.mistakes.has(Mistake::IdNotText) || form.mistakes.has(Mistake::IdNumberFormat);
    let forms = varied(id, suffix);
    let mut forms: Vec<_> = forms.iter().filter(|form| !is_rare(form)).collect();
    each_once(&mut forms);
    forms.into_iter().map(|form| form.clone().twice(Mistake::TimestampDiffers)).collect()
}

/// The forms of other identifiers. The many of `id_form` are made of what was given alone, not of it in lower case.
pub(super) fn of_also(case: &Case<'_>, suffix: &str) -> Vec<Hypothesis> {
    let of_one = |(index, other): (usize, String)| {
        let is_given = case.also.get(index) == Some(&other.as_str());
        let forms = forms(&other, suffix).into_iter();
        forms.filter(move |form| is_given || !form.mistakes.has(Mistake::IdForm)).map(move |form| form.of_also(index))
    };
    others(case).filter(|(_, other)| other.len() <= SHORT_MAX).flat_map(of_one).collect()
}

/// Other identifiers as given and in lower case.
pub(super) fn others<'a>(case: &'a Case<'_>) -> impl Iterator<Item = (usize, String)> + 'a {
    let also = case.also.iter().enumerate().filter(|(_, other)| other.len() <= HYPOTHESIS_MAX);
    also.flat_map(|(index, other)| {
        let lower = Some(other.to_lowercase()).filter(|lower| lower != other);
        std::iter::once((*other).into())
            .chain(lower)
            .map(move |other| (index, other))
            .filter(|(_, other)| *other != case.id)
    })
}

/// An identifier in its other forms.
fn forms(id: &str, suffix: &str) -> Vec<Hypothesis> {
    let mut hypotheses = varied(id, suffix);
    // Case, and the prefix of vendors' libraries, have codes of their own.
    let cases = cases(id);
    let has_other_code = |form: &Vec<u8>| {
        let is_case = cases.iter().any(|case| case.as_bytes() == form.as_slice());
        is_case
            || form.starts_with(EMAIL.as_bytes())
            || id.strip_prefix(EMAIL).is_some_and(|rest| rest.as_bytes() == form)
    };
    let id_forms = id_form::forms(id).into_iter().filter(|form| !has_other_code(form));
    hypotheses.extend(id_forms.map(|form| Hypothesis::new(Mistake::IdForm, [&form, suffix.as_bytes()].concat())));
    // Of the whole message: a newline behind it, a charset.
    let whole = format!("{id}{suffix}");
    if !suffix.is_empty() {
        hypotheses.extend(["\n", "\r\n", " "].map(|pad| Hypothesis::new(Mistake::IdPadded, format!("{whole}{pad}"))));
        hypotheses
            .extend(["\"", "'"].map(|quote| Hypothesis::new(Mistake::IdQuoted, format!("{quote}{whole}{quote}"))));
    }
    let echoed = ECHOED.map(|(before, after)| [before, &whole, after].concat());
    hypotheses.extend(echoed.map(|form| Hypothesis::new(Mistake::IdPadded, form)));
    hypotheses.extend(charsets(&whole).map(|form| Hypothesis::new(Mistake::IdCharset, form)));
    hypotheses
}

/// The forms that a second mistake is tried with, but for those of the whole message.
fn varied(id: &str, suffix: &str) -> Vec<Hypothesis> {
    let mut hypotheses = Vec::new();
    let mut add = |mistake, other: &[u8]| {
        if other != id.as_bytes() {
            hypotheses.push(Hypothesis::new(mistake, [other, suffix.as_bytes()].concat()));
        }
    };
    padded(id.as_bytes(), &PADS).for_each(|form| add(Mistake::IdPadded, &form));
    stripped(id.as_bytes()).iter().for_each(|form| add(Mistake::IdPadded, form));
    quoted(id.as_bytes()).for_each(|form| add(Mistake::IdQuoted, &form));
    between(id.as_bytes(), &QUOTES).into_iter().for_each(|form| add(Mistake::IdQuoted, form));
    let mut add_all = |mistake, forms: Vec<String>| forms.iter().for_each(|form| add(mistake, form.as_bytes()));
    add_all(Mistake::IdQuoted, literals(id));
    add_all(Mistake::IdNormalised, vec![id.nfc().collect(), id.nfd().collect()]);
    add_all(Mistake::IdNumberFormat, number::forms(id));
    add_all(Mistake::IdNotText, NOT_TEXT.map(String::from).into());
    add_all(Mistake::IdCase, cases(id));
    escaped(id.as_bytes()).chain(unescaped(id.as_bytes())).for_each(|form| add(Mistake::IdEscaped, &form));
    hypotheses
}

/// The forms that are many, of fixed width and of templates, and those that no second mistake is tried with.
fn rare(id: &str, suffix: &str) -> Vec<Hypothesis> {
    let rare = |mistake, form: &[u8]| Hypothesis::new(mistake, [form, suffix.as_bytes()].concat()).searched(true);
    let padded = of_fixed_width(id).into_iter().map(|form| rare(Mistake::IdPadded, &form));
    let nobody = unfilled().chain(NOBODY.map(String::from)).filter(|form| form != id);
    let nobody = nobody.map(|form| rare(Mistake::IdNotText, form.as_bytes()));
    let escaped = escaped_rarely(id).into_iter().filter(|form| form.as_slice() != id.as_bytes());
    let escaped = escaped.map(|form| rare(Mistake::IdEscaped, &form));
    let rounded = number::rounded(id).into_iter().map(|form| rare(Mistake::IdNumberFormat, form.as_bytes()));
    // MySQL's `latin1`. Where it is Latin-1, `charsets` has it too.
    let latin: Option<Vec<u8>> = id.chars().map(windows_1252).collect();
    let latin = latin.filter(|form| form != id.as_bytes()).map(|form| rare(Mistake::IdCharset, &form));
    padded.chain(nobody).chain(escaped).chain(rounded).chain(latin).collect()
}

/// What vendors' own libraries put before an e-mail address.
const EMAIL: &str = "email:";

/// What languages print for a value that is not there, or not text.
#[rustfmt::skip]
const NOT_TEXT: [&str; 16] = [
    "", "null", "NULL", "undefined", "None", "nil", "NaN", "false", "true", "False", "True",
    "[object Object]", "[object Promise]", "Array", "Object", "0",
];

/// What a shell's `echo` signs with the message: an option or an escape that it does not know, a blank before the pipe of
/// cmd.exe. And the NUL that ends a text in C.
#[rustfmt::skip]
const ECHOED: [(&str, &str); 6] = [
    ("-n ", "\n"), ("-e ", "\n"), ("", "\\n"), ("", "\\n\n"), ("", " \r\n"), ("", "\0"),
];

/// The widest column or buffer of fixed width.
const WIDTH_MAX: usize = 64;

/// Blanks behind or before it, NULs behind its bytes.
fn of_fixed_width(id: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    let characters = id.chars().count();
    for width in 2..=WIDTH_MAX {
        let blanks = b" ".repeat(width.saturating_sub(characters));
        if !blanks.is_empty() {
            forms.extend([[id.as_bytes(), &blanks].concat(), [&blanks, id.as_bytes()].concat()]);
        }
        let nuls = vec![0; width.saturating_sub(id.len())];
        if nuls.len() > 1 {
            forms.push([id.as_bytes(), &nuls].concat());
        }
    }
    forms
}

/// What an id is called in templates and code, and what stands round it there.
#[rustfmt::skip]
const UNFILLED: [&str; 12] = [
    "user.id", "current_user.id", "user_id", "userId", "id", "email", "uid", "USER_ID", "YOUR_USER_ID", "user->id",
    "user['id']", "user",
];

/// Users who are not logged in.
const NOBODY: [&str; 6] = ["AnonymousUser", "anonymous", "guest", "Guest", "unknown", "-1"];

#[rustfmt::skip]
const TEMPLATES: [(&str, &str); 13] = [
    ("", ""), ("{{", "}}"), ("{{ ", " }}"), ("${", "}"), ("#{", "}"), ("{", "}"), ("<%= ", " %>"), ("<", ">"), ("[", "]"),
    ("%", "%"), ("$", ""), (":", ""), ("@", ""),
];

/// The ids of samples.
const SAMPLES: [&str; 2] = ["id-of-the-person", "id"];

/// A sample's id, for the keys of samples.
pub(super) fn samples(suffix: &str) -> [Hypothesis; 2] {
    SAMPLES.map(|id| Hypothesis::new(Mistake::IdNotText, [id, suffix].concat()))
}

/// A template that nothing filled, or a name that was taken for its value.
fn unfilled() -> impl Iterator<Item = String> {
    let of_name = |name| TEMPLATES.map(|(before, after)| [before, name, after].concat());
    UNFILLED.into_iter().flat_map(of_name).chain(["%s", "%d"].into_iter().chain(SAMPLES).map(String::from))
}

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
