//! Where secrets come from, and that no call repeats what it was given.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::call::{Done, PLAIN, SECRET, line, personsig};

const SIGN: &str = "sign --provider gosquared";

#[test]
fn a_secret_is_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    for end in ["", "\n", "\r\n"] {
        fs::write(&path, format!("{SECRET}{end}")).unwrap();
        let call = line(&format!("{SIGN} --secret-file {} 123456", path.display())).no_env();
        call.run().says(&format!("{PLAIN}\n"));
    }
}

#[test]
fn a_secret_is_read_from_standard_input() {
    let call = line(&format!("{SIGN} --secret-file - 123456")).no_env();
    call.stdin(format!("{SECRET}\n")).run().says(&format!("{PLAIN}\n"));
}

#[test]
fn only_one_line_end_of_a_secret_is_dropped() {
    line(&format!("{SIGN} --secret-file - 123456")).stdin("s3cret\n\n").run().fails(2, "padded-secret");
}

#[test]
fn a_secret_has_any_bytes_and_any_length() {
    let secret = [b"\0\xff".repeat(50_000), b"\n".to_vec()].concat();
    assert_eq!(line(&format!("{SIGN} --secret-file - 123456")).stdin(secret).run().exit, Some(0));
}

#[test]
fn an_empty_file_is_a_missing_secret() {
    for content in ["", "\n"] {
        line(&format!("{SIGN} --secret-file - 123456")).stdin(content).run().fails(2, "missing-secret");
    }
}

/// A megabyte at most, of a file that has no end too, and nothing of UTF-16 is dropped.
#[test]
fn a_secret_file_is_bounded() {
    let sign = |secret: Vec<u8>| line(&format!("{SIGN} --secret-file - 123456")).stdin(secret).run();
    let message = line(&format!("{SIGN} --secret-file /dev/zero 123456")).run().fails(3, "input-output");
    assert!(message.starts_with("cannot read the secret file: it is too large"), "{message}");
    assert_eq!(sign([vec![0xff; 1 << 20], b"\r\n".to_vec()].concat()).exit, Some(0));
    sign(vec![0xff; (1 << 20) + 1]).fails(3, "input-output");
    sign([vec![0xff; 1 << 20], b"\n\n".to_vec()].concat()).fails(3, "input-output");
    sign(b"\xef\xbb\xbfs3cret-of-a-file\n".to_vec()).fails(2, "padded-secret");
}

const CANARY: &str = "caNary-5ecret";

#[track_caller]
fn is_silent(done: &Done, call: &str) {
    assert_ne!(done.exit, None, "{call}: a signal");
    let said = format!("{}{}", done.out, done.err).to_lowercase();
    assert!(!said.contains("canary") && !said.contains("5ecret"), "{call}: {said}");
}

#[test]
fn no_argument_is_repeated() {
    for arguments in [
        "@",
        "--@",
        "-@",
        "--@=@ sign",
        "providers @",
        "providers --@",
        "sign @",
        "sign --@",
        "sign -@",
        "sign --@=@",
        "sign --json=@ --provider gosquared x",
        "sign --provider @ gosquared",
        "sign --provider @ x",
        "sign --provider gosquared @ @",
        "sign --provider gosquared --secret @ x",
        "sign --provider gosquared --now @ x",
        "sign --provider gosquared --now=@ x",
        "sign --provider gosquared --secret-file @ x",
        "sign --provider gosquared --secret-file /dev/null --fallback-secret-file @ x",
        "sign --provider gosquared --secret-variable @ x",
        "sign --provider gosquared --secret-variable GOSQUARED_SECURE_MODE_SECRET --secret-variable @ x",
        "sign --provider gosquared --csv @ --column id",
        "sign --provider gosquared --csv /dev/null --column @",
        "sign --provider gosquared --csv /dev/null --column @ --output /@/@",
        "sign --provider gosquared --csv /dev/null --column @ --output /dev/null/@",
        "sign --provider gosquared @\n",
        "sign --provider gosquared @\u{1b}[31m",
        "verify --provider gosquared @ @",
        "verify --provider gosquared @\n @",
        "verify --provider @ @ @",
        "verify --provider chameleon --max-age @ @ @",
        "verify --provider chameleon --clock-skew -5 @ @",
        "explain --provider gosquared --also @ @ @",
        "explain --provider gosquared --also @\n @ @",
        "explain --provider @ @ @",
    ] {
        for json in ["", " --json"] {
            let call = arguments.replace('@', CANARY) + json;
            let done = personsig(call.split(' ')).run();
            is_silent(&done, &call);
            assert_ne!(done.exit, Some(0), "{call}");
        }
    }
}

/// In place of every argument, and before, behind and inside each, of a call of every command.
#[test]
fn a_canary_in_any_position_is_not_repeated() {
    const OPTIONS: &str =
        "--provider gosquared --secret-variable V --secret-file /dev/null --fallback-secret-file /dev/null";
    let calls = [
        format!("sign {OPTIONS} --now 1 --json --stdin --csv /dev/null --column id --output /dev/null 1"),
        format!("verify {OPTIONS} --max-age 1 --clock-skew 1 --now 1 --json 1 2"),
        format!("explain {OPTIONS} --also 1 --also=2 --now 1 --json 1 2"),
        format!("snippet {OPTIONS} --traits /dev/null --site-token T --nonce N --now 1 --json 1"),
        format!("identity {OPTIONS} --now 1 --json 1"),
        "providers --json".to_owned(),
        "help sign".to_owned(),
        "version".to_owned(),
        "--help --version".to_owned(),
        "sign --provider gosquared -- -1".to_owned(),
    ];
    let invalid = [CANARY.as_bytes(), b"\xff"].concat();
    let long_invalid = [b"--", &*invalid, b"=", &*invalid].concat();
    let canaries = ["@", "--@", "-@", "--@=@", "--secret=@", "--key", "--@ @", "--json=@", "--now=@", "--provider=@"];
    let canaries: Vec<Vec<u8>> = canaries.iter().map(|form| form.replace('@', CANARY).into_bytes()).collect();
    let canaries = [canaries, vec![invalid.clone(), long_invalid]].concat();
    let run = |arguments: &[Vec<u8>]| {
        let mut done = personsig(arguments.iter().map(|argument| OsStr::from_bytes(argument))).run();
        if done.exit == Some(0) {
            // A page has its user's id.
            done.out.clear();
        }
        is_silent(&done, &String::from_utf8_lossy(&arguments.join(&b' ')));
    };
    for call in calls {
        let arguments: Vec<Vec<u8>> = call.split(' ').map(|argument| argument.as_bytes().to_owned()).collect();
        for at in 0..=arguments.len() {
            for canary in &canaries {
                let (before, behind) = arguments.split_at(at);
                run(&[before, std::slice::from_ref(canary), behind].concat());
                run(&[before, std::slice::from_ref(canary)].concat());
                if let Some((replaced, behind)) = behind.split_first() {
                    run(&[before, std::slice::from_ref(canary), behind].concat());
                    run(&[before, &[[&**replaced, b"=", &**canary].concat()], behind].concat());
                    run(&[before, &[[&**replaced, &**canary].concat()], behind].concat());
                    // Twice, and with a value that is missing.
                    run(&[before, &[replaced.clone(), canary.clone(), replaced.clone(), canary.clone()], behind]
                        .concat());
                    run(&[before, &[canary.clone(), replaced.clone()]].concat());
                }
            }
        }
    }
}

#[test]
fn nothing_that_is_read_is_repeated() {
    for (arguments, given) in [
        ("sign --provider gosquared -", "@\n\n"),
        ("sign --provider gosquared --stdin", "x\n@\tx\n"),
        ("sign --provider gosquared --secret-file - x", " @"),
        ("sign --provider gosquared --csv - --column id", "id,@\n1\n"),
        ("sign --provider gosquared --csv - --column id", "@,name\n1,2\n"),
        ("sign --provider gosquared --csv - --column id", "id\n\"@\n\"\n"),
        ("verify --provider gosquared x -", "@"),
        ("explain --provider gosquared x -", "@"),
        ("explain --provider gosquared - x", "@"),
    ] {
        for json in ["", " --json"] {
            let call = format!("{arguments}{json}");
            let mut done = line(&call).stdin(given.replace('@', CANARY)).run();
            if arguments.contains("--csv") {
                // The rows before the bad one are the answer.
                done.out.clear();
            }
            is_silent(&done, &call);
            assert_ne!(done.exit, Some(0), "{call}");
        }
    }
}

#[test]
fn the_environments_secret_is_not_repeated() {
    for secret in [format!(" {CANARY}"), format!("{CANARY}\n")] {
        let done = line(&format!("{SIGN} x")).env("GOSQUARED_SECURE_MODE_SECRET", &secret).run();
        is_silent(&done, "sign");
        done.fails(2, "padded-secret");
    }
}
