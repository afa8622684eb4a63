//! personsig for the shell: `personsig --help`.
//!
//! The rules of signatures are the core's. This crate parses the arguments, reads the secrets and ids from where they
//! are, and prints the result for a person or a script.

#![forbid(unsafe_code)]

mod arguments;
mod atomic_file;
mod cell;
mod explain;
mod failure;
mod identity;
mod input;
mod providers;
mod sandbox;
mod sign;
mod snippet;
mod table;
mod verify;
mod wrong_use;

use std::env;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::panic;
use std::process::ExitCode;
#[cfg(unix)]
use std::sync::Arc;

use arguments::Command;
use failure::{Failure, Style};
use wrong_use::Request;

fn main() -> ExitCode {
    // The default hook prints the panic's message, which may contain a value.
    panic::set_hook(Box::new(|_| ()));
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let style = Style::asked_for(&arguments);
    ExitCode::from(guarded(style, || answer(arguments)))
}

/// Runs a call and reports a failure. A panic is exit code 70 and says no more than that.
fn guarded(style: Style, call: impl FnOnce() -> Result<u8, Failure> + panic::UnwindSafe) -> u8 {
    match panic::catch_unwind(call).unwrap_or(Err(Failure::Defect)) {
        Ok(exit) => exit,
        Err(failure) => failure.tell(style),
    }
}

/// The exit code of a call that could be carried out.
fn answer(arguments: Vec<OsString>) -> Result<u8, Failure> {
    // Its arguments are another program's to read.
    if let Some((_, rest)) = arguments.split_first().filter(|(first, _)| *first == "sandbox") {
        return sandbox::start(rest);
    }
    // A file that may not grow any more (setrlimit(2), `RLIMIT_FSIZE`) is an error of the write, not the process's end.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let done = match wrong_use::parse(&arguments)? {
        Request::Print(text) => out.write_all(text.as_bytes()).map(|()| 0).map_err(Failure::output),
        Request::Do(command) => run(&command, &mut out),
    };
    // What was written before something failed is output too: whole rows up to the bad one.
    out.flush().map_err(Failure::output)?;
    done
}

fn run(command: &Command, out: &mut impl Write) -> Result<u8, Failure> {
    match command {
        Command::Sign(sign) => sign::run(sign, out).map(|()| 0),
        Command::Verify(verify) => verify::run(verify, out).map(|()| 0),
        Command::Explain(explain) => explain::run(explain, out),
        Command::Snippet(snippet) => snippet::run(snippet, out).map(|()| 0),
        Command::Identity(identity) => identity::run(identity, out).map(|()| 0),
        Command::Providers(rows) => providers::run(rows, out).map(|()| 0),
        // Answered when the arguments were read, or before.
        Command::Help(_) | Command::Version | Command::Sandbox(_) => Err(Failure::Defect),
    }
}

#[cfg(test)]
mod tests {
    use super::{Style, guarded};

    #[test]
    fn a_panic_is_exit_code_70() {
        std::panic::set_hook(Box::new(|_| ()));
        assert_eq!(guarded(Style::Text, || panic!("a value")), 70);
    }
}
