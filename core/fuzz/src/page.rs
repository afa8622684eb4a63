//! What every page that is written must be.

use serde_json::{Deserializer, Value};

/// Pure ASCII and one script element, whose strings and brackets close; returns its script.
pub fn script<'a>(html: &'a str, nonce: Option<&str>) -> &'a str {
    let start = nonce.map_or("<script>\n".into(), |nonce| format!("<script nonce=\"{nonce}\">\n"));
    let script = html.strip_prefix(&start).and_then(|rest| rest.strip_suffix("</script>")).expect("a script element");
    assert!(html.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "not printable ASCII");
    assert!(!script.contains(['<', '>', '&']), "markup in the script");
    let (mut open, mut quote, mut escaped) = (Vec::new(), None, false);
    for byte in script.chars() {
        match (quote, byte) {
            (Some(_), '\n') => panic!("a string that does not close"),
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(mark), _) if mark == byte => quote = None,
            (Some(_), _) => {}
            (None, '`') => panic!("a template"),
            (None, '"' | '\'') => quote = Some(byte),
            (None, '(' | '[' | '{') => open.push(byte),
            (None, ')' | ']' | '}') => {
                let pair = (open.pop(), byte);
                assert!(
                    matches!(pair, (Some('('), ')') | (Some('['), ']') | (Some('{'), '}')),
                    "brackets do not close"
                );
            }
            (None, _) => {}
        }
    }
    assert!(open.is_empty() && quote.is_none(), "the script does not close");
    script
}

/// The objects in a script that are JSON.
pub fn objects(script: &str) -> Vec<Value> {
    let starts = script.match_indices('{').map(|(at, _)| &script[at..]);
    starts.filter_map(|rest| Deserializer::from_str(rest).into_iter().next()?.ok()).filter(Value::is_object).collect()
}

/// The same value, as JavaScript sees it: all numbers are doubles.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, value)| b.get(name).is_some_and(|other| same(value, other)))
        }
        (a, b) => a == b,
    }
}
