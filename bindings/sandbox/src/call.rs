//! A call of a vendor's script, as the stand-ins post it: judged, decided by the vendor's rules, remembered, answered.

use std::sync::Arc;

use axum::http::StatusCode;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::chameleon::{self, Account, Credential};
use crate::gosquared::{self, Act, SecureMode, Token, Who};
use crate::judge::{Judged, Reason, Shown, judge, now, without_id};
use crate::rule::{Effect, Vendor, Verdict};
use crate::sandbox::Sandbox;
use crate::secrets::random;
use crate::store::{Found, Kept, Request, user_key};

/// The longest of what is remembered of a call, in bytes: details; anything else.
const DETAIL_MAX: usize = 4_096;
const TEXT_MAX: usize = 512;

/// What a stand-in posts.
#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    pub(crate) vendor: Vendor,
    /// The public token in the page.
    #[serde(default)]
    pub(crate) token: String,
    /// The method that the page called; `visit`: the page identified nobody; `history`, `data`: asks to read.
    pub(crate) call: String,
    #[serde(default)]
    pub(crate) user_id: Option<String>,
    #[serde(default)]
    pub(crate) signature: Option<String>,
    /// The visitor's token, where the browser has one.
    #[serde(default)]
    pub(crate) visitor: Option<String>,
    /// One load of a page.
    #[serde(default)]
    pub(crate) view: String,
    #[serde(default)]
    pub(crate) page: String,
    #[serde(default)]
    pub(crate) detail: Value,
    /// What the page did wrong before: `auth-before-identify`, `late-auth`.
    #[serde(default)]
    pub(crate) note: Option<String>,
}

/// What the vendor answers, and what a developer should know.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    pub(crate) effect: Effect,
    pub(crate) reasons: Vec<Reason>,
    /// GoSquared's token for this visitor, to be kept by the browser.
    pub(crate) visitor: String,
    /// Tracked now, ignored with Secure Mode on.
    pub(crate) would_be_ignored: bool,
    /// What was asked for, where the call asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Value>,
    #[serde(skip)]
    pub(crate) status: StatusCode,
}

/// GoSquared's token for an anonymous visitor: random digits and their MAC.
fn visitor_token(key: &[u8]) -> String {
    let id = &random()[..32];
    format!("{id}.{}", visitor_mac(key, id))
}

fn visitor_mac(key: &[u8], id: &str) -> String {
    hex::encode(&personsig::hmac_sha256(key, format!("visitor:{id}").as_bytes())[..16])
}

/// The visitor's id, where the sandbox made the token.
fn visitor_id<'a>(key: &[u8], token: &'a str) -> Option<&'a str> {
    token.split_once('.').filter(|(id, mac)| *mac == visitor_mac(key, id)).map(|(id, _)| id)
}

/// At most so many bytes, cut between characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].to_owned()
}

/// What a page is called wherever it is remembered or shown: its path, as [`masked`] shows it. Browsers percent-encode
/// what a secret may hold.
pub(crate) fn page_of(sandbox: &Sandbox, text: &str) -> String {
    let text = without_controls(text);
    match holds_secret(sandbox, &percent_decode_str(&text).collect::<Vec<u8>>()) {
        true => LEFT_OUT.to_owned(),
        false => path_of(&without_signatures(&text, SIGNATURE_DIGITS)),
    }
}

/// Removed before it is masked: one in the middle would hide a secret from the mask and not from the reader.
fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// The path alone: what follows may be anything.
fn path_of(text: &str) -> String {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    cut(if path.is_empty() { "/" } else { path }, 200)
}

pub(crate) fn take(sandbox: &Arc<Sandbox>, call: Call) -> rusqlite::Result<Answer> {
    let given = call.visitor.as_deref().filter(|token| !token.is_empty());
    let (token, visitor) = match given {
        None => (Token::Genuine, visitor_token(&sandbox.key)),
        Some(given) if visitor_id(&sandbox.key, given).is_some() => (Token::Genuine, given.to_owned()),
        Some(_) => (Token::Forged, visitor_token(&sandbox.key)),
    };
    let project = sandbox.secrets.project(call.vendor, &call.token);
    let known = project.map(|project| project.token.clone());
    let page = page_of(sandbox, &call.page);
    let name = cut(&masked(sandbox, &call.call), 64);
    let identity = matches!(name.as_str(), "identify" | "auth");

    let mut judged = identified(sandbox, &call);
    if judged.verdict == Verdict::Anonymous && name == "identify" {
        judged = Judged { verdict: Verdict::Unsigned, reasons: vec![without_id(call.vendor)], signed_at: None };
    }
    if identity {
        judged.reasons.extend(call.note.as_deref().and_then(note));
    } else {
        judged.reasons.truncate(1);
    }
    if token == Token::Forged && judged.verdict == Verdict::Anonymous {
        judged.reasons.push(Reason::new(
            "forged-visitor",
            "The anonymous visitor's token is not one that the sandbox issued.",
            "Leave it to the vendor's script: it needs no signature for visitors. After a restart without --state, reload the page.",
        ));
    }

    let fingerprint = call.signature.as_deref().filter(|_| identity && judged.verdict == Verdict::Valid);
    let fingerprint =
        fingerprint.map(|signature| personsig::hmac_sha256(&sandbox.key, signature.as_bytes())[..16].to_vec());
    // What verified is an id, however much it looks like a signature, such as the hash of an address.
    let is_id = judged.verdict == Verdict::Valid;
    let shown =
        |id: &str| if is_id && !holds_secret(sandbox, id.as_bytes()) { id.to_owned() } else { masked(sandbox, id) };
    let shown_id = call.user_id.as_deref().map(|id| cut(&shown(id), TEXT_MAX));
    let key = call.user_id.as_deref().map(user_key);
    let read = match (call.vendor, name.as_str()) {
        (Vendor::GoSquared, "history") => Some("chat"),
        (Vendor::Chameleon, "data") => Some("identify"),
        _ => None,
    };
    let draft = Request {
        time: now(),
        vendor: call.vendor,
        // What no project was named for is remembered under its vendor's first.
        project: known.unwrap_or_else(|| first_project(sandbox, call.vendor)),
        page: page.clone(),
        call: name.clone(),
        user_id: shown_id.clone(),
        user_key: key,
        visitor: visitor.split('.').next().unwrap_or_default().to_owned(),
        view: cut(&masked(sandbox, &call.view), 64),
        verdict: judged.verdict,
        effect: Effect::Ignored,
        would_be_ignored: false,
        enforces: false,
        status: 200,
        reasons: judged.reasons,
        signed_at: judged.signed_at,
        fingerprint,
        detail: detail(sandbox, &call.detail),
    };
    let project = draft.project.clone();
    let verdict = draft.verdict;
    let has_uid = shown_id.as_deref().is_some_and(|id| !id.is_empty());
    let kept = sandbox.store.record(call.vendor, &project, |on| match call.vendor {
        Vendor::GoSquared => {
            let mode = if on { SecureMode::On } else { SecureMode::Off };
            let who = if verdict == Verdict::Anonymous { Who::Visitor(token) } else { Who::Person(verdict) };
            let act = if read.is_some() { Act::ReadChat } else { Act::Activity };
            let decision = gosquared::decide(mode, who, act);
            (on, Request { effect: decision.effect, would_be_ignored: decision.would_be_ignored, ..draft })
        }
        Vendor::Chameleon => {
            let account = if on { Account::Enforced } else { Account::Open };
            let call = match name.as_str() {
                "identify" => chameleon::Call::Identify { uid: has_uid, hash: verdict },
                _ if read.is_some() => chameleon::Call::Read(verdict),
                _ => chameleon::Call::Activity(verdict),
            };
            let decision = chameleon::decide(account, call);
            let enforces = decision.enforces(account);
            let mut draft = draft;
            if enforces {
                announce(&page, sandbox.secrets.real);
                draft.reasons.insert(0, enforcement());
            }
            let on = decision.account == Account::Enforced;
            (on, Request { effect: decision.effect, enforces, status: decision.status, ..draft })
        }
    })?;
    if call.user_id.as_deref().is_some_and(|id| !id.is_empty() && id == call.token) {
        sandbox.store.found(&Found {
            vendor: call.vendor,
            project: &project,
            page: &page,
            code: "token-as-id",
            warning: true,
            what: "sends the public token as the user's id",
            fix: "Send the id of the user who is logged in.",
        })?;
    }
    let data = match read {
        Some(of) if matches!(kept.effect, Effect::Tracked | Effect::Accepted) => {
            let user = key.unwrap_or_else(|| user_key(""));
            Some(json!(sandbox.store.details(call.vendor, &project, &user, of)?))
        }
        _ => None,
    };
    sandbox.changed();
    Ok(answer(kept, visitor, data))
}

fn answer(kept: Kept, visitor: String, data: Option<Value>) -> Answer {
    Answer {
        verdict: kept.verdict,
        effect: kept.effect,
        reasons: kept.reasons,
        visitor,
        would_be_ignored: kept.would_be_ignored,
        data,
        status: StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK),
    }
}

fn first_project(sandbox: &Sandbox, vendor: Vendor) -> String {
    let first = sandbox.secrets.projects.iter().find(|project| project.vendor == vendor);
    first.map(|project| project.token.clone()).unwrap_or_default()
}

/// What the call's identity is worth.
fn identified(sandbox: &Sandbox, call: &Call) -> Judged {
    let Some(project) = sandbox.secrets.project(call.vendor, &call.token) else {
        let named = call.user_id.as_deref().is_some_and(|id| !id.is_empty());
        let reason = Reason::new(
            "unknown-project",
            "No --project names the public token of this page.",
            format!("Start the sandbox with --project {}:TOKEN=VARIABLE for it too.", call.vendor.name()),
        );
        let verdict = if named { Verdict::Wrong } else { Verdict::Anonymous };
        return Judged { verdict, reasons: vec![reason], signed_at: None };
    };
    let email = ["email", "Email"].iter().find_map(|name| call.detail.get(name)).and_then(Value::as_str);
    let prefixed = email.map(|email| format!("email:{email}"));
    let also: Vec<&str> = email.into_iter().chain(prefixed.as_deref()).collect();
    let shown = Shown { user_id: call.user_id.as_deref(), signature: call.signature.as_deref(), also: &also };
    judge(call.vendor, project.signer.as_ref(), &shown, now())
}

fn note(note: &str) -> Option<Reason> {
    match note {
        "auth-before-identify" => Some(Reason::new(
            "auth-before-identify",
            "auth was called before identify, so it signs nobody.",
            "Call _gs('identify', ...) first, then _gs('auth', ...).",
        )),
        "late-auth" => Some(Reason::new(
            "late-auth",
            "auth came more than 300 ms after identify: everything between the two is unsigned.",
            "Call _gs('auth', ...) right after _gs('identify', ...).",
        )),
        _ => None,
    }
}

fn enforcement() -> Reason {
    Reason::new(
        "enforces",
        "This request would have switched enforcement on for every page of the account, for good.",
        "With the real secret, deploy signing to every page, app and environment with the account's token first.",
    )
}

/// Said before it counts.
fn announce(page: &str, real: bool) {
    let real = if real { " The secret is the real one." } else { "" };
    crate::sandbox::warn(format_args!(
        "Chameleon: {page} sends a valid signature. At the vendor this request would have switched enforcement on for every page of the account, for good.{real}"
    ));
}

/// What is remembered and shown of a text: never a secret, and of anything like a signature its first characters.
pub(crate) fn masked(sandbox: &Sandbox, text: &str) -> String {
    match holds_secret(sandbox, text.as_bytes()) {
        true => LEFT_OUT.to_owned(),
        false => without_signatures(text, SIGNATURE_DIGITS),
    }
}

const LEFT_OUT: &str = "(left out: it holds a secret)";

/// Whether it is a secret or has one in it. One of a few bytes stands in texts by chance.
fn holds_secret(sandbox: &Sandbox, text: &[u8]) -> bool {
    let secrets = sandbox.secrets.projects.iter().flat_map(|project| &project.values).map(|value| value.as_slice());
    let shows = |secret: &[u8]| match secret.len() {
        0 => false,
        1..8 => text == secret,
        length => text.windows(length).any(|part| part == secret),
    };
    secrets.chain([sandbox.secrets.api_secret.as_bytes()]).any(shows)
}

/// How many hexadecimal digits a signature has, and from how many on a part of one is hidden too.
const SIGNATURE_DIGITS: usize = 64;
const PART_DIGITS: usize = 40;

/// So many hexadecimal digits and more, and 256 bits in base64, are shortened to the first 8.
fn without_signatures(text: &str, digits: usize) -> String {
    let hex = shortened(text, |c| c.is_ascii_hexdigit(), |run| run.len() >= digits);
    let standard = shortened(&hex, |c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'), has_base64_of_a_mac);
    shortened(&standard, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'), is_base64_of_a_mac)
}

/// Each run of such characters that is to be hidden keeps its first 8.
fn shortened(text: &str, within: impl Fn(char) -> bool, hidden: impl Fn(&str) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !within(c)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        if hidden(run) {
            shown.push_str(&run[..8]);
            shown.push('…');
        } else {
            shown.push_str(run);
        }
        let next = behind.find(&within).unwrap_or(behind.len());
        shown.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    shown
}

/// A slash may be a part of it or stand around it, as in a path.
fn has_base64_of_a_mac(run: &str) -> bool {
    let starts = std::iter::once(0).chain(run.match_indices('/').map(|(at, _)| at + 1));
    let ends = |end: usize| end == run.len() || run.as_bytes().get(end) == Some(&b'/');
    starts.filter(|start| ends(start + 43)).any(|start| is_base64_of_a_mac(&run[start..start + 43]))
}

/// Whether it decodes to 32 bytes: 43 characters, of which the last has two bits that are 0. What has letters of one case
/// alone is a path or a word.
fn is_base64_of_a_mac(run: &str) -> bool {
    let ends = |last: u8| b"AEIMQUYcgkosw048".contains(&last);
    let has = |kind: fn(&u8) -> bool| run.bytes().any(|byte| kind(&byte));
    run.len() == 43
        && run.bytes().last().is_some_and(ends)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

/// The same of everything else that a call brings, and not much of it.
fn detail(sandbox: &Sandbox, detail: &Value) -> Value {
    let shown = masked_value(sandbox, detail);
    let text = shown.to_string();
    match text.len() > DETAIL_MAX {
        true => json!(format!("{}…", cut(&text, DETAIL_MAX))),
        false => shown,
    }
}

/// Text by text, since in JSON as a whole a secret may be written with escapes.
fn masked_value(sandbox: &Sandbox, value: &Value) -> Value {
    let text = |text: &str| match holds_secret(sandbox, text.as_bytes()) {
        true => LEFT_OUT.to_owned(),
        false => without_signatures(text, PART_DIGITS),
    };
    match value {
        Value::String(given) => text(given).into(),
        Value::Number(number) if holds_secret(sandbox, number.to_string().as_bytes()) => LEFT_OUT.into(),
        Value::Array(values) => values.iter().map(|value| masked_value(sandbox, value)).collect(),
        Value::Object(values) => {
            values.iter().map(|(key, value)| (text(key), masked_value(sandbox, value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// A request to Chameleon's REST API.
pub(crate) fn rest(
    sandbox: &Arc<Sandbox>,
    token: Option<&str>,
    secret: Option<&str>,
    path: &str,
) -> rusqlite::Result<Kept> {
    let vendor = Vendor::Chameleon;
    let project = match token.and_then(|token| sandbox.secrets.project(vendor, token)) {
        Some(project) => project.token.clone(),
        None => first_project(sandbox, vendor),
    };
    let credential = match (secret, token) {
        (Some(secret), _) if secret == sandbox.secrets.api_secret => Credential::ApiSecret,
        (None, Some(_)) => Credential::AccountToken,
        _ => Credential::None,
    };
    let request = |effect, status, reasons| Request {
        time: now(),
        vendor,
        project: project.clone(),
        page: page_of(sandbox, path),
        call: "rest".to_owned(),
        user_id: None,
        user_key: None,
        visitor: String::new(),
        view: String::new(),
        verdict: Verdict::Anonymous,
        effect,
        would_be_ignored: false,
        enforces: false,
        status,
        reasons,
        signed_at: None,
        fingerprint: None,
        detail: Value::Null,
    };
    let kept = sandbox.store.record(vendor, &project, |on| {
        let account = if on { Account::Enforced } else { Account::Open };
        let decision = chameleon::decide(account, chameleon::Call::Rest(credential));
        let reasons = match (decision.effect, credential) {
            (Effect::Accepted, _) => vec![],
            (_, Credential::AccountToken) => vec![Reason::new(
                "account-token",
                "With enforcement on, REST requests with the account token are ignored. The status 401 is our assumption.",
                "Send the secret API key as X-Account-Secret.",
            )],
            _ => vec![Reason::new(
                "api-secret",
                "The request shows neither the account token nor the secret API key.",
                "Send CHAMELEON_API_SECRET, which the sandbox made, as X-Account-Secret.",
            )],
        };
        (on, request(decision.effect, decision.status, reasons))
    })?;
    sandbox.changed();
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::{
        PART_DIGITS, SIGNATURE_DIGITS, cut, path_of, visitor_id, visitor_token, without_controls, without_signatures,
    };

    #[test]
    fn a_visitors_token_is_genuine_or_forged() {
        let token = visitor_token(b"key");
        assert!(visitor_id(b"key", &token).is_some());
        assert!(visitor_id(b"another", &token).is_none());
        assert!(visitor_id(b"key", &format!("f{}", &token[1..])).is_none() || token.starts_with('f'));
        assert!(visitor_id(b"key", "").is_none());
    }

    #[test]
    fn a_page_is_its_path() {
        assert_eq!(path_of("/a/b?token=x#y"), "/a/b");
        assert_eq!(path_of("?x"), "/");
        assert_eq!(path_of(&without_controls("/a\nb")), "/ab");
        assert_eq!(cut("aé", 2), "a");
    }

    #[test]
    fn a_signature_is_shortened_wherever_it_stands() {
        let hex = "0123456789abcdef".repeat(4);
        let shown = |text: &str| without_signatures(text, SIGNATURE_DIGITS);
        assert_eq!(shown(&format!("a {hex}-1596165824 {hex}{hex}")), "a 01234567…-1596165824 01234567…");
        assert_eq!(shown(&hex[1..]), &hex[1..]);
        assert_eq!(without_signatures(&hex[1..41], PART_DIGITS), "12345678…");
        assert_eq!(without_signatures(&hex[1..40], PART_DIGITS), &hex[1..40]);
        for base64 in ["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"] {
            assert_eq!(shown(&format!("é {base64}= é")), "é 47DEQpj8…= é");
            assert_eq!(shown(&format!("{base64}=-1596165824")), "47DEQpj8…=-1596165824");
            assert_eq!(shown(&base64[1..]), &base64[1..]);
            assert_eq!(
                shown(&format!("/{base64}/é")),
                if base64.contains('+') { "/47DEQpj…é" } else { "/47DEQpj8…/é" }
            );
        }
        assert_eq!(
            shown("/a/path/of/forty-three/characters/of/one/cas"),
            "/a/path/of/forty-three/characters/of/one/cas"
        );
    }
}
