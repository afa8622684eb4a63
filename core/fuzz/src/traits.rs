//! Any text as the traits' JSON: what is accepted arrives on the page as it is, and what is refused has a reason.

use personsig::{Signer, SnippetOptions, Trait, Traits};
use serde_json::Value;

use crate::{NOW, code, page};

const SECRET: &str = "personsig-test-secret";
const EXACT: f64 = 9_007_199_254_740_991.0;

pub fn check(json: &[u8]) {
    let signer = Signer::new("gosquared", SECRET).expect("a signer");
    let options = SnippetOptions { traits: Traits::from_json(json), now: Some(NOW), ..SnippetOptions::default() };
    let html = signer.snippet(Some("42"), &options);
    let value = serde_json::from_slice::<Value>(json).ok();
    match (html, value) {
        (Ok(html), Some(Value::Object(mut expected))) => {
            assert!(why_refused(&Value::Object(expected.clone()), 1).is_none(), "accepted what must be refused");
            assert!(expected.insert("id".into(), "42".into()).is_none(), "a trait contradicts the id");
            let objects = page::objects(page::script(&html, None));
            assert!(page::same(&objects[0], &Value::Object(expected)), "the page has other traits");
        }
        (Ok(_), _) => panic!("accepted what is no JSON object"),
        (Err(error), value) => {
            assert_eq!(code(&error, &[json]), "invalid-option");
            let Some(Value::Object(object)) = value else { return };
            let names = names(&Value::Object(object.clone()));
            let twice = colons(json) != names;
            let reason = why_refused(&Value::Object(object.clone()), 1).or(twice.then_some("a name twice"));
            assert!(reason.is_some() || object.contains_key("id"), "refused without a reason: {error}");
        }
    }
}

fn why_refused(value: &Value, level: usize) -> Option<&'static str> {
    match value {
        Value::Number(number) => {
            let number = number.as_f64()?;
            (number.fract() == 0.0 && number.abs() > EXACT).then_some("a number that a page does not read exactly")
        }
        Value::String(text) => (text == SECRET).then_some("a secret"),
        Value::Array(list) if level <= Trait::DEPTH_MAX => list.iter().find_map(|value| why_refused(value, level + 1)),
        Value::Object(map) if level <= Trait::DEPTH_MAX => map.iter().find_map(|(name, value)| {
            let bad = name == "__proto__" || name == SECRET;
            if bad { Some("a name") } else { why_refused(value, level + 1) }
        }),
        Value::Array(_) | Value::Object(_) => Some("too deep"),
        _ => None,
    }
}

fn names(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(names).sum(),
        Value::Object(map) => map.len() + map.values().map(names).sum::<usize>(),
        _ => 0,
    }
}

/// The colons outside of strings: as many as there are names.
fn colons(json: &[u8]) -> usize {
    let (mut count, mut quoted, mut escaped) = (0, false, false);
    for byte in json {
        match (quoted, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => quoted = !quoted,
            (false, b':') => count += 1,
            _ => {}
        }
    }
    count
}
