//! Every case of tests/vectors as a test named by its id, for the runners of Rust, C and the shell, which include this
//! file. What the cases mean is in README.md.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

/// `run` takes an operation and its input, and answers as an adapter does.
pub(crate) fn trials(
    supports: &[&str],
    run: impl Fn(&str, &Value) -> Result<Value, Failed> + Send + Sync + 'static,
) -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|above| above.join("tests/vectors"));
    let folder = folder.filter(|folder| folder.is_dir()).last().expect("tests/vectors");
    let run = Arc::new(run);
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("tests/vectors") {
        let text = std::fs::read_to_string(entry.expect("tests/vectors").path()).expect("a vector file");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        let operation = file["operation"].as_str().expect("an operation").to_owned();
        for test in file["tests"].as_array().expect("tests") {
            let name = format!("{operation}/{}", test["id"].as_str().expect("an id"));
            let requires = test["requires"].as_array().cloned().unwrap_or_default();
            let skipped = requires.iter().any(|one| !supports.contains(&one.as_str().unwrap_or_default()));
            let (run, operation, test) = (run.clone(), operation.clone(), test.clone());
            let check = move || right(&run(&operation, &expand(&test["input"]))?, &test["expect"]);
            trials.push(Trial::test(name, check).with_ignored_flag(skipped));
        }
    }
    assert!(!trials.is_empty(), "no vectors in {}", folder.display());
    trials
}

fn right(answer: &Value, expect: &Value) -> Result<(), Failed> {
    let right = match expect["error"].as_str() {
        Some(code) => answer["error"] == code && expect.get("index").is_none_or(|index| answer["index"] == *index),
        None => answer.get("result") == Some(expect),
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

/// The processes of an adapter, one for each thread that runs cases.
pub(crate) struct Adapter {
    start: Box<dyn Fn() -> Command + Send + Sync>,
    idle: Mutex<Vec<Process>>,
}

struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Adapter {
    pub(crate) fn new(start: impl Fn() -> Command + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Adapter { start: Box::new(start), idle: Mutex::default() })
    }

    /// A process that does not answer is not asked again.
    pub(crate) fn run(&self, operation: &str, input: &Value) -> Result<Value, Failed> {
        let idle = self.idle().pop();
        let mut process = idle.map_or_else(|| Process::start((self.start)()), Ok)?;
        let answer = process.exchange(&json!({ "cmd": "run", "seq": 0, "operation": operation, "input": input }))?;
        self.idle().push(process);
        Ok(answer)
    }

    /// Ends them, and shows how they ended: a sanitizer speaks up then.
    pub(crate) fn stop(&self) -> bool {
        self.idle().drain(..).map(Process::stop).filter(|well| !well).count() == 0
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Process>> {
        self.idle.lock().expect("no thread panics with it")
    }
}

impl Process {
    fn start(mut command: Command) -> Result<Self, Failed> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (requests, answers) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
        let mut process = Process { child, requests, answers: BufReader::new(answers) };
        process.exchange(&json!({ "cmd": "start", "format": 1 }))?;
        Ok(process)
    }

    fn exchange(&mut self, request: &Value) -> Result<Value, Failed> {
        let mut answer = String::new();
        writeln!(self.requests, "{request}")?;
        self.answers.read_line(&mut answer)?;
        Ok(serde_json::from_str(&answer).map_err(|_| format!("not an answer: {answer:?}"))?)
    }

    fn stop(mut self) -> bool {
        let _ = writeln!(self.requests, "{}", json!({ "cmd": "stop" }));
        self.child.wait().expect("the adapter").success()
    }
}
