//! Where secrets come from, and that no call repeats what it was given.

use std::fs;

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
fn a_secret_file_has_at_most_a_mebibyte() {
    let call = || line(&format!("{SIGN} --secret-file - 123456"));
    assert_eq!(call().stdin("s".repeat(1 << 20) + "\r\n").run().exit, Some(0));
    call().stdin("s".repeat((1 << 20) + 1)).run().fails(3, "input-output");
    // It has no end.
    line(&format!("{SIGN} --secret-file /dev/zero 123456")).run().fails(3, "input-output");
}

#[test]
fn an_empty_file_is_a_missing_secret() {
    for content in ["", "\n"] {
        line(&format!("{SIGN} --secret-file - 123456")).stdin(content).run().fails(2, "missing-secret");
    }
}

#[test]
fn files_of_older_secrets_verify() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["new", "old", "older"].map(|name| folder.path().join(name));
    fs::write(&names[0], "personsig-new-secret\n").unwrap();
    fs::write(&names[1], "personsig-old-secret\n").unwrap();
    fs::write(&names[2], format!("{SECRET}\n")).unwrap();
    let [new, old, older] = names.each_ref().map(|name| name.display());
    let secrets = format!("--secret-file {new} --fallback-secret-file {old} --fallback-secret-file {older}");
    let call = line(&format!("verify --provider gosquared {secrets} 123456 {PLAIN}")).no_env();
    call.run().says("valid, with secret 2\n");
}

#[test]
fn a_variable_can_be_named() {
    let call = line(&format!("{SIGN} --secret-variable SHOP_SECRET 123456")).no_env().env("SHOP_SECRET", SECRET);
    call.run().says(&format!("{PLAIN}\n"));
}

#[test]
fn a_missing_variable_is_named_in_the_message() {
    let message = line(&format!("{SIGN} 123456")).no_env().run().fails(2, "missing-secret");
    assert!(message.contains("GOSQUARED_SECURE_MODE_SECRET"), "{message}");
}

#[test]
fn a_file_that_cannot_be_read_is_exit_code_3() {
    let message = line(&format!("{SIGN} --secret-file /nonexistent 123456")).run().fails(3, "input-output");
    assert!(message.starts_with("cannot read the secret file: No such file"), "{message}");
    let message = line(&format!("{SIGN} --secret-file - --fallback-secret-file / 123456")).run();
    assert!(message.fails(3, "input-output").starts_with("cannot read fallback secret file 1: "));
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
