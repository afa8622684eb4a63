//! How a call fails: the exit code for programs, a message for people. No argument and no input is repeated.

use std::ffi::OsString;
use std::io::{self, Write};

use personsig::{Code, Error, Kind};
use serde_json::{Map, Value, json};

/// Why a call failed. A problem is what is wrong, a fix is what to do.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The call itself is wrong.
    Use { problem: String, fix: String },
    /// The core's error about one of the values.
    Refused(Error),
    /// The same about one line of many.
    RefusedAt(Error, Place),
    /// The core's error, with a fix in the shell's words.
    RefusedWith(Error, String),
    /// Not a table, or a cell or line that is no id.
    Table { problem: String, fix: &'static str, place: Place },
    /// The machine could not read or write.
    InputOutput { problem: String, fix: &'static str },
    /// The reader of our output went away, and needs no message.
    ClosedPipe,
    /// A panic.
    Defect,
}

/// Where in a list or a table, both counting from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: Option<usize>,
}

impl Failure {
    pub(crate) fn reading(what: &str, error: &io::Error) -> Self {
        let fix = match error.kind() {
            io::ErrorKind::NotFound => "check the path",
            io::ErrorKind::FileTooLarge => "check that it is the right one",
            io::ErrorKind::OutOfMemory => "free some memory and try again",
            _ => "check the path and its permissions",
        };
        Failure::InputOutput { problem: format!("cannot read {what}: {}", reason(error)), fix }
    }

    pub(crate) fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::InputOutput {
                problem: format!("cannot write the output: {}", reason(&error)),
                fix: "check where the output goes, and the room there",
            },
        }
    }

    pub(crate) fn memory() -> Self {
        Failure::InputOutput { problem: "the system has no memory left".into(), fix: "free some memory and try again" }
    }

    /// The core's error about one line of many.
    pub(crate) fn at(error: Error, place: Place) -> Self {
        match Failure::from(error) {
            Failure::Refused(error) => Failure::RefusedAt(error, place),
            other => other,
        }
    }

    fn error(&self) -> Option<&Error> {
        match self {
            Failure::Refused(error) | Failure::RefusedAt(error, _) | Failure::RefusedWith(error, _) => Some(error),
            _ => None,
        }
    }

    fn exit(&self) -> u8 {
        match (self, self.error().map(Error::kind)) {
            (Failure::Use { .. } | Failure::Table { .. }, _) | (_, Some(Kind::Input)) => 2,
            (_, Some(Kind::Verification)) => 1,
            (Failure::InputOutput { .. } | Failure::ClosedPipe, _) => 3,
            _ => 70,
        }
    }

    /// The core's code, or one of the three that only a shell needs.
    fn code(&self) -> &'static str {
        match self {
            Failure::Use { .. } => "wrong-use",
            Failure::Refused(error) | Failure::RefusedAt(error, _) | Failure::RefusedWith(error, _) => {
                error.code().name()
            }
            Failure::Table { .. } => "bad-table",
            Failure::InputOutput { .. } | Failure::ClosedPipe => "input-output",
            Failure::Defect => Code::Internal.name(),
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Failure::RefusedAt(_, place) | Failure::Table { place, .. } => Some(*place),
            _ => None,
        }
    }

    /// What is wrong and, where there is one, what to do. The core writes `what is wrong; what to do`.
    fn parts(&self) -> (String, Option<String>) {
        let split = |text: String| match text.split_once("; ") {
            Some((problem, fix)) => (problem.to_owned(), Some(fix.to_owned())),
            None => (text, None),
        };
        let (problem, fix) = match self {
            Failure::Use { problem, fix } => (problem.clone(), Some(fix.clone())),
            Failure::Refused(error) | Failure::RefusedAt(error, _) => split(error.to_string()),
            Failure::RefusedWith(error, fix) => (split(error.to_string()).0, Some(fix.clone())),
            Failure::Table { problem, fix, .. } => (problem.clone(), Some((*fix).to_owned())),
            Failure::InputOutput { problem, fix } => (problem.clone(), Some((*fix).to_owned())),
            Failure::ClosedPipe => ("the output was closed".to_owned(), None),
            Failure::Defect => split(Code::Internal.message().to_owned()),
        };
        match self.place() {
            Some(Place { line, column: Some(column) }) => (format!("line {line}, column {column}: {problem}"), fix),
            Some(Place { line, column: None }) => (format!("line {line}: {problem}"), fix),
            None => (problem, fix),
        }
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        let mut add = |name: &str, value: Value| object.insert(name.to_owned(), value);
        add("error", json!(self.code()));
        let (problem, fix) = self.parts();
        add("message", json!(fix.map_or(problem.clone(), |fix| format!("{problem}; {fix}"))));
        if let Some(error) = self.error() {
            error.index().map(|index| add("index", json!(index)));
            (error.kind() == Kind::Verification).then(|| add("valid", json!(false)));
        }
        if let Some(Place { line, column }) = self.place() {
            add("line", json!(line));
            column.map(|column| add("column", json!(column)));
        }
        Value::Object(object)
    }

    fn text(&self) -> String {
        let (problem, fix) = self.parts();
        let fix = fix.map_or(String::new(), |fix| format!("  fix: {fix}\n"));
        format!("error[{}]: {problem}\n{fix}", self.code())
    }

    /// Reports it in the style that was asked for, and returns the exit code. If the JSON object itself cannot be
    /// written, that is 3, so that no script takes the exit code for a verdict.
    pub(crate) fn tell(&self, style: Style) -> u8 {
        if matches!(self, Failure::ClosedPipe) {
            return self.exit();
        }
        let told = match style {
            Style::Text => io::stderr().write_all(self.text().as_bytes()),
            Style::Json => writeln!(io::stdout(), "{}", self.json()).and_then(|()| io::stdout().flush()),
            Style::JsonBesideRows => io::stderr().write_all(format!("{}\n", self.json()).as_bytes()),
        };
        match (told, style) {
            (Err(error), Style::Json) => Failure::output(error).tell(Style::Text),
            _ => self.exit(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.code() {
            Code::OutOfMemory => Failure::memory(),
            _ => Failure::Refused(error),
        }
    }
}

/// The system's message, without the path that some errors carry: people pass a secret where its file's name belongs.
fn reason(error: &io::Error) -> String {
    match (error.raw_os_error(), error.kind()) {
        (Some(number), _) => io::Error::from_raw_os_error(number).to_string(),
        (None, io::ErrorKind::FileTooLarge) => "it is too large".to_owned(),
        (None, kind) => kind.to_string(),
    }
}

/// How to report a failure. Decided before the arguments are parsed, since they may be what is wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    Text,
    /// An object on standard output, where the results go.
    Json,
    /// An object on standard error, since a table's rows are on standard output.
    JsonBesideRows,
}

impl Style {
    pub(crate) fn asked_for(arguments: &[OsString]) -> Self {
        let options = || arguments.iter().map(|argument| argument.as_encoded_bytes()).take_while(|a| *a != b"--");
        match (options().any(|a| a == b"--json"), options().any(|a| a == b"--csv" || a.starts_with(b"--csv="))) {
            (false, _) => Style::Text,
            (true, false) => Style::Json,
            (true, true) => Style::JsonBesideRows,
        }
    }
}
