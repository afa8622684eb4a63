//! Every case of tests/vectors, as a test named by its id: through the adapter, which is compiled with the address and
//! undefined-behaviour sanitizers.

mod compiler;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use compiler::{compile_static, root};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

fn main() {
    let arguments = Arguments::from_args();
    let mut adapter = Adapter::start();
    let started = adapter.exchange(&json!({ "cmd": "start", "format": 1 })).expect("an answer to start");
    let supports: Vec<Value> = started["supports"].as_array().expect("supports").clone();
    let adapter = Arc::new(Mutex::new(adapter));

    let folder = root().join("tests/vectors");
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("tests/vectors") {
        let text = std::fs::read_to_string(entry.expect("tests/vectors").path()).expect("a vector file");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        for test in file["tests"].as_array().expect("tests") {
            let name = format!(
                "{}/{}",
                file["operation"].as_str().expect("an operation"),
                test["id"].as_str().expect("an id")
            );
            let request = json!({ "cmd": "run", "operation": file["operation"], "input": expand(&test["input"]) });
            let requires = test["requires"].as_array().cloned().unwrap_or_default();
            let skipped = requires.iter().any(|capability| !supports.contains(capability));
            let (adapter, expect) = (adapter.clone(), test["expect"].clone());
            let check = move || check(&adapter, &request, &expect);
            trials.push(Trial::test(name, check).with_ignored_flag(skipped));
        }
    }
    assert!(!trials.is_empty(), "no vectors in {}", folder.display());
    let conclusion = libtest_mimic::run(&arguments, trials);

    // The sanitizers report leaks when the process ends.
    let mut adapter = adapter.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let _ = writeln!(adapter.requests, "{}", json!({ "cmd": "stop" }));
    let status = adapter.process.wait().expect("the adapter");
    assert!(status.success(), "the adapter ended with {status}");
    conclusion.exit();
}

struct Adapter {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Adapter {
    fn start() -> Self {
        let sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
        let options = ["-std=c17", sanitizers[0], sanitizers[1], "-Wl,--no-as-needed", "-ljansson"];
        let program = compile_static(&root().join("tests/adapters/c.c"), "vectors", &options);
        let mut command = Command::new(program);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the adapter");
        let (requests, answers) = (process.stdin.take().expect("stdin"), process.stdout.take().expect("stdout"));
        Adapter { process, requests, answers: BufReader::new(answers) }
    }

    fn exchange(&mut self, request: &Value) -> Result<Value, Failed> {
        let mut answer = String::new();
        writeln!(self.requests, "{request}")?;
        self.answers.read_line(&mut answer)?;
        Ok(serde_json::from_str(&answer).map_err(|_| format!("not an answer: {answer:?}"))?)
    }
}

fn check(adapter: &Mutex<Adapter>, request: &Value, expect: &Value) -> Result<(), Failed> {
    let answer = adapter.lock().map_err(|_| "the adapter broke in a case before")?.exchange(request)?;
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
