//! Every case of tests/vectors, as a test named by its id.

#[path = "../../tests/adapters/rust.rs"]
mod adapter;

use std::sync::Mutex;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

fn main() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors");
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(folder).expect(folder) {
        let text = std::fs::read_to_string(entry.expect(folder).path()).expect("a vector file");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        let operation = file["operation"].as_str().expect("an operation").to_owned();
        for test in file["tests"].as_array().expect("tests") {
            let name = format!("{operation}/{}", test["id"].as_str().expect("an id"));
            let requires = test["requires"].as_array().cloned().unwrap_or_default();
            let skipped = requires.iter().any(|one| !adapter::SUPPORTS.contains(&one.as_str().unwrap_or_default()));
            let (operation, test) = (operation.clone(), test.clone());
            trials.push(Trial::test(name, move || check(&operation, &test)).with_ignored_flag(skipped));
        }
    }
    assert!(!trials.is_empty(), "no vectors in {folder}");
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The process has one environment, which cases set.
static ENVIRONMENT: Mutex<()> = Mutex::new(());

fn check(operation: &str, test: &Value) -> Result<(), Failed> {
    let turn = (operation == "from_env").then(|| ENVIRONMENT.lock());
    let answer = adapter::run(operation, &expand(&test["input"]));
    drop(turn);
    let expect = &test["expect"];
    let right = match expect["error"].as_str() {
        Some(code) => answer["error"] == code && expect.get("index").is_none_or(|index| answer["index"] == *index),
        None => answer == json!({ "result": expect }),
    };
    if right { Ok(()) } else { Err(format!("expected {expect}, got {answer}").into()) }
}

/// `{"repeat": [text, count]}` is for the runner.
fn expand(form: &Value) -> Value {
    match form {
        Value::Object(fields) if fields.contains_key("repeat") => {
            let (text, count) = (form["repeat"][0].as_str().expect("text"), form["repeat"][1].as_u64().expect("count"));
            text.repeat(count as usize).into()
        }
        Value::Object(fields) => fields.iter().map(|(name, form)| (name.clone(), expand(form))).collect(),
        Value::Array(forms) => forms.iter().map(expand).collect(),
        _ => form.clone(),
    }
}
