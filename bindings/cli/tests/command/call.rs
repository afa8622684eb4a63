//! One call of the command, and what came back.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

pub const SECRET: &str = "personsig-test-secret";
pub const TIME: i64 = 1596165824;
pub const PLAIN: &str = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64";
pub const TIMESTAMPED: &str = "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824";

pub struct Call {
    pub command: Command,
    stdin: Vec<u8>,
}

#[derive(Debug)]
pub struct Done {
    /// None where a signal ended it.
    pub exit: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The command with these arguments; both providers' secrets are in its environment, and nothing else.
pub fn personsig<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Call {
    let mut command = Command::new(env!("CARGO_BIN_EXE_personsig"));
    command.args(arguments).env_clear();
    command.env("GOSQUARED_SECURE_MODE_SECRET", SECRET).env("CHAMELEON_VERIFICATION_SECRET", SECRET);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Call { command, stdin: Vec::new() }
}

/// As [`personsig`], the arguments in one text with a space between them.
pub fn line(arguments: &str) -> Call {
    personsig(arguments.split(' '))
}

impl Call {
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn no_env(mut self) -> Self {
        self.command.env_clear();
        self
    }

    pub fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    pub fn stderr(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stderr(to);
        self
    }

    pub fn run(mut self) -> Done {
        let mut process = self.command.spawn().expect("the command starts");
        let mut stdin = process.stdin.take().expect("its input");
        // It may end without reading everything; that is not this thread's to judge.
        let writer = thread::spawn(move || drop(stdin.write_all(&self.stdin)));
        let output = process.wait_with_output().expect("the command ends");
        writer.join().expect("the writer ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Done { exit: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Done {
    /// Nothing but this on standard output, and exit code 0.
    #[track_caller]
    pub fn says(self, out: &str) {
        assert_eq!((self.exit, self.out.as_str(), self.err.as_str()), (Some(0), out, ""));
    }

    /// Nothing on standard output, this exit code, and on standard error two lines: the code and what is wrong, and
    /// what to do. Returns both, with `; ` between them, as `--json` has them.
    #[track_caller]
    pub fn fails(self, exit: i32, code: &str) -> String {
        assert_eq!((self.exit, self.out.as_str()), (Some(exit), ""), "{}", self.err);
        self.told(code)
    }

    /// As [`Done::fails`], whatever the exit code and standard output.
    #[track_caller]
    pub fn told(&self, code: &str) -> String {
        let message = self.err.strip_prefix(&format!("error[{code}]: ")).and_then(|rest| rest.strip_suffix('\n'));
        let parts = message.and_then(|message| message.split_once("\n  fix: ")).filter(|(_, fix)| !fix.contains('\n'));
        let (problem, fix) = parts.unwrap_or_else(|| panic!("expected {code}, got {}", self.err));
        format!("{problem}; {fix}")
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON on standard output: {self:?}"))
    }
}
