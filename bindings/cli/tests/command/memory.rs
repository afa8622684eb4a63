//! Where memory runs out, a call fails with exit code 3: it neither aborts nor hangs, however much it was given.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use crate::call::{Done, personsig};

/// Calls that take as much memory as they are given: arguments, and standard input.
fn greedy() -> Vec<(&'static str, Vec<u8>)> {
    let many = |open: &str, value: &str, close: &str| format!("{open}{}0{close}", value.repeat(100_000)).into_bytes();
    let names: String = (0..60_000).rev().map(|number| format!("\"{number}\":1,")).collect();
    vec![
        ("snippet --traits - 1", many("{\"a\":[", "1.5,", "]}")),
        ("snippet --traits - 1", many("{\"a\":[", "[[]],", "]}")),
        ("snippet --traits - 1", many("{\"a\":[", "{\"b\":null},", "]}")),
        ("snippet --traits - 1", format!("{{{names}\"a\":1}}").into_bytes()),
        ("snippet --traits - 1", format!("{{\"a\":\"{}\"}}", "\\u0001\\n".repeat(200_000)).into_bytes()),
        ("snippet --traits - 1", format!("{{\"{}\":1}}", "\u{e9}\\n".repeat(200_000)).into_bytes()),
        ("snippet --json --traits - 1", format!("{{\"a\":\"{}\"}}", "'".repeat(2_000_000)).into_bytes()),
        ("snippet -", b"'".repeat(2_000_000)),
        ("identity -", b"'".repeat(2_000_000)),
        ("sign --json -", b"'".repeat(2_000_000)),
        ("explain 1 -", b"0a\n".repeat(2_000_000)),
        ("explain 1 -", [b"=".repeat(900), b"\n".repeat(100)].concat()),
        ("explain - 1", b"'".repeat(2_000_000)),
    ]
}

fn within(megabytes: f64, arguments: &str, input: &[u8]) -> Done {
    let limit = format!("ulimit -v {} && exec \"$0\" \"$@\"", (megabytes * 1024.0) as u64);
    let (command, rest) = arguments.split_once(' ').expect("a command");
    let mut call = personsig([command, "--provider", "gosquared"].into_iter().chain(rest.split(' ')));
    let program = call.command.get_program().to_owned();
    let given: Vec<_> = call.command.get_args().map(ToOwned::to_owned).collect();
    let mut shell = Command::new("sh");
    shell.args(["-c", &limit]).arg(program).args(given).env_clear();
    shell.envs(call.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // With a backtrace, the report of a failed allocation allocates too, and may wait for its own lock for ever.
    shell.env("RUST_BACKTRACE", "1");
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    call.command = shell;
    call.stdin(input).run()
}

#[test]
fn a_lack_of_memory_is_exit_code_3_at_every_limit() {
    for (arguments, input) in greedy() {
        let mut refused = 0;
        // Below 6 MB the loader and the C library have no room.
        let mut limit = 6.0;
        loop {
            let done = within(limit, arguments, &input);
            let start = String::from_utf8_lossy(&input[..20]);
            match done.exit {
                // `explain` of a wrong signature is 1.
                Some(0 | 1) => break,
                Some(3) => refused += 1,
                _ => panic!("{arguments} of {start}... within {limit} MB: {done:?}"),
            }
            let told = [&done.err, &done.out].into_iter().any(|text| text.contains("input-output"));
            assert!(told, "{arguments} of {start}... within {limit} MB: {done:?}");
            assert!(limit < 1024.0, "{arguments} of {start}...");
            limit *= 1.3;
        }
        assert!(refused > 0 || input.len() < 100_000, "{arguments}: the limits began too high");
    }
}
