//! Calls that ask for nothing that can be done: exit code 2 and where to read on.

use crate::call::{line, personsig};

#[test]
fn a_command_is_needed() {
    let none: [&str; 0] = [];
    assert!(personsig(none).run().fails(2, "wrong-use").ends_with("see personsig --help"));
}

#[test]
fn unknown_commands_are_refused() {
    for arguments in ["snippets", "SIGN", "help", "--provider gosquared sign", "-x", "--"] {
        assert!(line(arguments).run().fails(2, "wrong-use").ends_with("see personsig --help"));
    }
}

#[test]
fn unknown_options_are_refused() {
    for arguments in [
        "sign --provider gosquared --max-age 1 x",
        "sign --provider gosquared --secret x x",
        "sign --provider gosquared --js x",
        "sign --provider gosquared -5",
        "verify --provider gosquared --stdin x y",
        "explain --provider gosquared --max-age 1 x y",
        "providers --provider gosquared",
    ] {
        let message = line(arguments).run().fails(2, "wrong-use");
        assert!(message.starts_with("unknown option; "), "{arguments}: {message}");
        let command = arguments.split(' ').next().unwrap();
        assert!(message.ends_with(&format!("see personsig {command} --help")), "{arguments}: {message}");
    }
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    for (arguments, problem) in [
        ("sign 123456", "--provider is missing"),
        ("sign --provider gosquared", "give an id"),
        ("sign --provider gosquared a b", "give one id"),
        ("sign --provider gosquared --stdin a", "give one id"),
        ("sign --provider gosquared --stdin --csv f --column c", "give one id"),
        ("sign --provider gosquared --csv f --column c a", "give one id"),
        ("sign --provider gosquared --csv f", "--csv needs --column"),
        ("sign --provider gosquared --column c a", "--column and --output go with --csv"),
        ("sign --provider gosquared --stdin --output f", "--column and --output go with --csv"),
        ("sign --provider gosquared --csv f --column c --output -", "without --output"),
        ("sign --provider gosquared --secret-file f --secret-variable V a", "give --secret-file or"),
        ("sign --provider gosquared --fallback-secret-file f a", "--fallback-secret-file needs"),
        ("sign --provider gosquared --provider chameleon a", "--provider was given twice"),
        ("sign --provider gosquared --now 1 --now 1 a", "--now was given twice"),
        ("sign --provider gosquared --json=yes a", "an option that takes no value"),
        ("sign --provider gosquared a --now", "--now needs a value"),
        ("verify --provider gosquared a", "give the id, then the signature"),
        ("verify --provider gosquared a b c", "give the id, then the signature"),
        ("explain --provider gosquared a", "give the id, then the signature"),
        ("providers gosquared", "providers takes no value"),
    ] {
        let message = line(arguments).run().fails(2, "wrong-use");
        assert!(message.starts_with(problem), "{arguments}: {message}");
    }
}

#[test]
fn standard_input_is_read_for_one_thing() {
    for arguments in [
        "sign --provider gosquared --secret-file - -",
        "sign --provider gosquared --secret-file - --stdin",
        "sign --provider gosquared --secret-file - --csv - --column c",
        "sign --provider gosquared --secret-file - --fallback-secret-file - a",
        "verify --provider gosquared - -",
        "verify --provider gosquared --secret-file - a -",
        "explain --provider gosquared - -",
        "explain --provider gosquared --also - x -",
    ] {
        let message = line(arguments).run().fails(2, "wrong-use");
        assert!(message.starts_with("standard input can be read for one thing only"), "{arguments}: {message}");
    }
}

#[test]
fn json_tells_wrong_use_as_an_object() {
    let done = line("sign --frob --json").run();
    assert_eq!((done.exit, done.err.as_str()), (Some(2), ""));
    assert_eq!(done.json()["error"], "wrong-use");
}
