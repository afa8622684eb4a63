//! `personsig sandbox`: starts `personsig-sandbox`, a program of its own, so that the command that signs in production
//! carries no server.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;

const PROGRAM: &str = "personsig-sandbox";

/// Hands the arguments over as they are, and the process too where the system can.
pub(crate) fn start(arguments: &[OsString]) -> Result<u8, Failure> {
    // The one built with this command stands beside it. Another one may be on the PATH.
    let beside = env::current_exe().ok().map(|own| own.with_file_name(PROGRAM)).filter(|path| path.is_file());
    let program = beside.unwrap_or_else(|| PathBuf::from(PROGRAM));
    handed_over(Command::new(program).args(arguments)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::InputOutput {
            problem: format!("{PROGRAM} is not installed"),
            fix: "build it with 'make sandbox' and put it beside personsig, or on the PATH",
        },
        _ => Failure::reading(PROGRAM, &error),
    })
}

#[cfg(unix)]
fn handed_over(command: &mut Command) -> io::Result<u8> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn handed_over(command: &mut Command) -> io::Result<u8> {
    let code = command.status()?.code();
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(70))
}
