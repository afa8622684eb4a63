//! The program behind `--`: the app, started with the secrets in its environment and ended with the sandbox.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

/// How long it may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Program {
    child: Child,
    group: Option<Pid>,
}

impl Program {
    /// In a process group of its own, so that what it starts ends with it.
    pub(crate) fn start(command: &[OsString], variables: &[(String, Zeroizing<Vec<u8>>)]) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).process_group(0).kill_on_drop(true);
        for (name, value) in variables {
            command.env(name, OsStr::from_bytes(value));
        }
        let child = command.spawn()?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Program { child, group })
    }

    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks it and what it started to end, and sees to it.
    pub(crate) async fn end(mut self) {
        let Some(group) = self.group else { return };
        let _ = kill_process_group(group, Signal::TERM);
        if tokio::time::timeout(PATIENCE, self.child.wait()).await.is_err() {
            let _ = kill_process_group(group, Signal::KILL);
            let _ = self.child.wait().await;
        }
    }
}
