//! The program behind `--`: the app, started with the secrets in its environment and ended with the sandbox.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process_group, set_child_subreaper, test_kill_process_group, waitpgid,
};
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
        command.args(arguments).stdin(Stdio::null()).process_group(0);
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

    /// Asks it and what it started to end, and sees to it. Also where it has ended: what it started may still run.
    pub(crate) async fn end(mut self) {
        let Some(group) = self.group else { return };
        // Not before: while the command runs, whoever reaps its orphans elsewhere reaps them here.
        let _ = set_child_subreaper(Some(getpid()));
        let _ = kill_process_group(group, Signal::TERM);
        let gone = async {
            let _ = self.child.wait().await;
            while runs(group) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, gone).await.is_ok() {
            self.group = None;
        }
    }
}

impl Drop for Program {
    /// What is left ends now, whatever the sandbox ends for.
    fn drop(&mut self) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Whether any process of the group is left. Those whose parent has ended are the sandbox's to reap: in a container there
/// may be nobody else, and a process that is not reaped counts as one of the group.
fn runs(group: Pid) -> bool {
    while let Ok(Some(_)) = waitpgid(group, WaitOptions::NOHANG) {}
    test_kill_process_group(group).is_ok()
}
