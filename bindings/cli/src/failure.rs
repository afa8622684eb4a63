//! How a call fails: the exit code for programs, the words for people. No value that was given is repeated.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};

use personsig::{Code, Error, Kind};
use serde_json::{Map, Value, json};

/// Why a call was not carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The call itself is wrong: what, and where to read on.
    Use(String),
    /// What the core says of one of the values.
    Refused(Error),
    /// The same of one line of many.
    RefusedAt(Error, Place),
    /// The table is none.
    Table(&'static str, Place),
    /// The machine could not read or write: what, and why.
    InputOutput(String),
    /// Whoever read our output went away, and needs no words.
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
        Failure::InputOutput(format!("cannot read {what}: {}", reason(error)))
    }

    pub(crate) fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::InputOutput(format!("cannot write the output: {}", reason(&error))),
        }
    }

    fn exit(&self) -> u8 {
        match self {
            Failure::Use(_) | Failure::Table(..) => 2,
            Failure::Refused(error) | Failure::RefusedAt(error, _) => match error.kind() {
                Kind::Verification => 1,
                Kind::Input => 2,
                _ => 70,
            },
            Failure::InputOutput(_) | Failure::ClosedPipe => 3,
            Failure::Defect => 70,
        }
    }

    /// The core's code, or one of the four that only a shell can need.
    fn code(&self) -> &'static str {
        match self {
            Failure::Use(_) => "wrong-use",
            Failure::Refused(error) | Failure::RefusedAt(error, _) => error.code().name(),
            Failure::Table(..) => "bad-table",
            Failure::InputOutput(_) | Failure::ClosedPipe => "input-output",
            Failure::Defect => Code::Internal.name(),
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Failure::RefusedAt(_, place) | Failure::Table(_, place) => Some(*place),
            _ => None,
        }
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        let mut add = |name: &str, value: Value| object.insert(name.to_owned(), value);
        add("error", json!(self.code()));
        add("message", json!(self.to_string()));
        if let Failure::Refused(error) | Failure::RefusedAt(error, _) = self {
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
        match self {
            Failure::Refused(error) if error.kind() == Kind::Verification => {
                format!("refused: {}\n  {error}\n", error.code())
            }
            _ => format!("personsig: {}: {self}\n", self.code()),
        }
    }

    /// Says it where it was asked for, and returns the exit code. There is nobody to tell that this fails too, but a
    /// script that misses an object on standard output must not take the exit code for an answer.
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
        Failure::Refused(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place() {
            Some(Place { line, column: Some(column) }) => write!(f, "line {line}, column {column}: ")?,
            Some(Place { line, column: None }) => write!(f, "line {line}: ")?,
            None => (),
        }
        match self {
            Failure::Use(text) | Failure::InputOutput(text) => f.write_str(text),
            Failure::Refused(error) | Failure::RefusedAt(error, _) => error.fmt(f),
            Failure::Table(text, _) => f.write_str(text),
            Failure::ClosedPipe => f.write_str("the output was closed"),
            Failure::Defect => f.write_str(Code::Internal.message()),
        }
    }
}

/// What the system says, without the path that some errors carry: people put a secret where its file's name belongs.
fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number).to_string(),
        None => error.kind().to_string(),
    }
}

/// How to tell a failure, decided before the arguments are understood, since they may be what failed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    Text,
    /// An object on standard output, where the results go.
    Json,
    /// An object on standard error, because standard output has a table's rows.
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
