//! `personsig explain`: the findings, as a person and as a script read them. What is found is the core's to test.

use crate::call::{PLAIN, TIME, TIMESTAMPED, line, personsig};

/// Of the id 123456, under an empty key.
const EMPTY_KEY: &str = "dbd978ccdbbe8b6de77f6b37b5df9b5b62a7e892a501c3b53eaa16b0838bd5ed";
/// Of ada@example.com, under the right one.
const E_MAIL: &str = "587c19313a60bd3b3a11eef993ae93407e724a4a8771ea8e933a4a4088887b08";

#[test]
fn a_valid_signature_is_exit_code_0() {
    let done = line(&format!("explain --provider gosquared 123456 {PLAIN}")).run();
    assert_eq!((done.exit, done.err.as_str()), (Some(0), ""));
    assert!(done.out.starts_with("valid: "), "{}", done.out);
}

#[test]
fn a_signature_of_the_previous_secret_is_valid() {
    let call = line(&format!("explain --provider gosquared --json 123456 {PLAIN}"));
    let call = call.env("GOSQUARED_SECURE_MODE_SECRET", "personsig-new-secret");
    let done = call.env("GOSQUARED_SECURE_MODE_SECRET_PREVIOUS", "personsig-test-secret").run();
    assert_eq!((done.exit, &done.json()["findings"][0]["code"]), (Some(0), &"valid-with-fallback".into()));
}

#[test]
fn a_signature_with_a_wrong_time_is_not_valid() {
    let done = line(&format!("explain --provider chameleon --now {} 123456 {TIMESTAMPED}", TIME + 86_401)).run();
    let starts: Vec<_> = done.out.lines().map(|text| text.split(' ').next().unwrap()).collect();
    assert_eq!((done.exit, starts), (Some(1), vec!["valid:", "error[expired]:", ""]));
}

#[test]
fn a_person_is_told_which_one_it_was() {
    let done = line(&format!("explain --provider gosquared --also 7 --also ada@example.com 123456 {E_MAIL}")).run();
    assert_eq!(done.out.lines().nth(1), Some("  which: --also number 2"), "{}", done.out);
    let call = line(&format!("explain --provider gosquared 123456 {PLAIN}"));
    let call = call.env("GOSQUARED_SECURE_MODE_SECRET", "personsig-new-secret");
    let done = call.env("GOSQUARED_SECURE_MODE_SECRET_PREVIOUS", "personsig-test-secret").run();
    assert_eq!(done.out.lines().nth(1), Some("  which: fallback secret number 1"), "{}", done.out);
}

#[test]
fn a_mistake_is_exit_code_1_and_told_with_its_fix() {
    let done = line(&format!("explain --provider gosquared 123456 {EMPTY_KEY}")).run();
    assert_eq!((done.exit, done.err.as_str()), (Some(1), ""));
    assert!(done.out.starts_with("error[empty-key]: "), "{}", done.out);
    assert!(done.out.lines().nth(1).unwrap().starts_with("  fix: "), "{}", done.out);
}

#[test]
fn json_tells_the_findings() {
    let done = line(&format!("explain --provider gosquared --json 123456 {EMPTY_KEY}")).run();
    let (exit, answer) = (done.exit, done.json());
    assert_eq!((exit, &answer["valid"], &answer["findings"][0]["code"]), (Some(1), &false.into(), &"empty-key".into()));
}

#[test]
fn a_missing_signature_is_a_finding() {
    let done = personsig(["explain", "--provider", "gosquared", "--json", "123456", ""]).run();
    assert_eq!((done.exit, &done.json()["findings"][0]["code"]), (Some(1), &"missing-signature".into()));
}

#[test]
fn another_identifier_is_tried_and_counted() {
    let done =
        line(&format!("explain --provider gosquared --also 7 --also ada@example.com --json 123456 {E_MAIL}")).run();
    let finding = done.json()["findings"][0].clone();
    assert_eq!((&finding["code"], &finding["index"]), (&"other-identifier".into(), &1.into()));
}

#[test]
fn a_dash_reads_the_other_identifier() {
    let call = line(&format!("explain --provider gosquared --also - --json 123456 {E_MAIL}"));
    let done = call.stdin("ada@example.com\n").run();
    assert_eq!(done.json()["findings"][0]["code"], "other-identifier");
}

#[test]
fn a_bad_other_identifier_is_counted() {
    let arguments = ["explain", "--provider", "gosquared", "--json", "--also", "7", "--also", "", "123456", PLAIN];
    let done = personsig(arguments).run();
    let answer = done.json();
    assert_eq!((done.exit, &answer["error"], &answer["index"]), (Some(2), &"empty-user-id".into(), &1.into()));
}
