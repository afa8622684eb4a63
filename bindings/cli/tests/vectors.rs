//! Every vector against the built command, a test named by each id.
//!
//! How a case becomes a call is the adapter's to know, and lives there alone (tests/adapters/cli.py): this runner starts
//! it with the command that cargo built, and compares.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::{env, fs};

use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};

fn main() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    let arguments = Arguments::from_args();
    let mut adapter = Adapter::start(&tests.join("adapters/cli.py"));
    let supports = adapter.ask(&json!({"cmd": "start", "format": 1}))["supports"].clone();
    let adapter = Arc::new(Mutex::new(adapter));

    let mut trials = Vec::new();
    for file in fs::read_dir(tests.join("vectors")).expect("tests/vectors") {
        let path = file.expect("an entry of tests/vectors").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let file: Value = serde_json::from_slice(&fs::read(&path).expect("a vector file")).expect("JSON");
        assert_eq!(file["format"], 1, "{}", path.display());
        for case in list(&file["tests"]) {
            let operation = file["operation"].clone();
            let name = format!("{}/{}", operation.as_str().expect("an operation"), case["id"].as_str().expect("an id"));
            let skipped = list(&case["requires"]).iter().any(|required| !list(&supports).contains(required));
            let (adapter, case) = (Arc::clone(&adapter), case.clone());
            let trial = Trial::test(name, move || {
                let request =
                    json!({"cmd": "run", "seq": 0, "operation": operation, "input": expanded(&case["input"])});
                let given = adapter.lock().map_err(|_| "the adapter died")?.ask(&request);
                let expected = &case["expect"];
                let right = match expected.get("error") {
                    Some(code) => {
                        let index = expected.get("index");
                        given.get("error") == Some(code) && (index.is_none() || given.get("index") == index)
                    }
                    None => given.get("result") == Some(expected),
                };
                if right { Ok(()) } else { Err(format!("expected {expected}, got {given}").into()) }
            });
            trials.push(trial.with_ignored_flag(skipped));
        }
    }
    assert!(!trials.is_empty(), "no vectors in {}", tests.display());
    libtest_mimic::run(&arguments, trials).exit();
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// `{"repeat": [text, n]}` is written out before a case is sent.
fn expanded(value: &Value) -> Value {
    match value {
        Value::Object(fields) => match fields.get("repeat").map(list) {
            Some([Value::String(text), times]) if fields.len() == 1 => {
                json!(text.repeat(times.as_u64().expect("a count") as usize))
            }
            _ => fields.iter().map(|(name, value)| (name.clone(), expanded(value))).collect(),
        },
        Value::Array(values) => values.iter().map(expanded).collect(),
        other => other.clone(),
    }
}

struct Adapter {
    _process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Adapter {
    fn start(program: &Path) -> Self {
        let python = env::var_os("PYTHON").unwrap_or("python3".into());
        let mut process = Command::new(python)
            .arg(program)
            .arg(env!("CARGO_BIN_EXE_personsig"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3, which runs the adapter; PYTHON names another");
        let (requests, answers) = (process.stdin.take(), process.stdout.take());
        let answers = BufReader::new(answers.expect("its output"));
        Adapter { _process: process, requests: requests.expect("its input"), answers }
    }

    fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.requests, "{request}").expect("the adapter takes a request");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the adapter answers");
        serde_json::from_str(&answer).expect("an answer of the protocol")
    }
}
