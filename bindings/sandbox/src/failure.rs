//! How a start fails: the exit code for programs, the words for people. No value that was given is repeated.

use std::io;

use personsig::{Code, Error};

/// Why the sandbox cannot start or go on. A problem is what is wrong, a fix is what to do.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The call itself is wrong.
    Use { problem: String, fix: String },
    /// What the core says of a secret.
    Refused(Error),
    /// The machine could not read, write or listen.
    InputOutput { problem: String, fix: String },
}

impl Failure {
    pub(crate) fn wrong(problem: impl Into<String>, fix: impl AsRef<str>) -> Self {
        let fix = format!("{}; see personsig sandbox --help", fix.as_ref());
        Failure::Use { problem: problem.into(), fix }
    }

    pub(crate) fn reading(what: &str, error: &io::Error) -> Self {
        let problem = format!("cannot read {what}: {}", reason(error));
        Failure::InputOutput { problem, fix: "check the path and its permissions".into() }
    }

    pub(crate) fn store(error: rusqlite::Error) -> Self {
        let kind = error.sqlite_error_code().map_or_else(String::new, |code| format!(": {code:?}"));
        let problem = format!("cannot read or write the state{kind}");
        let fix = "check that the file of --state is one that a sandbox made, its permissions, and the room there";
        Failure::InputOutput { problem, fix: fix.into() }
    }

    pub(crate) fn exit(&self) -> u8 {
        match self {
            Failure::Use { .. } | Failure::Refused(_) => 2,
            Failure::InputOutput { .. } => 3,
        }
    }

    /// As the command says it.
    pub(crate) fn text(&self) -> String {
        let (code, problem, fix) = match self {
            Failure::Use { problem, fix } => ("wrong-use", problem.clone(), fix.clone()),
            Failure::Refused(error) => {
                let text = error.to_string();
                let (problem, fix) = text.split_once("; ").unwrap_or((&text, Code::Internal.message()));
                (error.code().name(), problem.to_owned(), fix.to_owned())
            }
            Failure::InputOutput { problem, fix } => ("input-output", problem.clone(), fix.clone()),
        };
        format!("error[{code}]: {problem}\n  fix: {fix}")
    }
}

/// What the system says, without the path that some errors carry.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number).to_string(),
        None => error.kind().to_string(),
    }
}
