//! `personsig explain`: the findings, as a person and as a script read them. What is found is the core's to test.

use crate::call::{PLAIN, line};

/// Of ada@example.com, under the right one.
const E_MAIL: &str = "587c19313a60bd3b3a11eef993ae93407e724a4a8771ea8e933a4a4088887b08";

#[test]
fn a_signature_of_the_previous_secret_is_valid() {
    let call = line(&format!("explain --provider gosquared --json 123456 {PLAIN}"));
    let call = call.env("GOSQUARED_SECURE_MODE_SECRET", "personsig-new-secret");
    let done = call.env("GOSQUARED_SECURE_MODE_SECRET_PREVIOUS", "personsig-test-secret").run();
    assert_eq!((done.exit, &done.json()["findings"][0]["code"]), (Some(0), &"valid-with-fallback".into()));
}

#[test]
fn a_dash_reads_the_other_identifier() {
    let call = line(&format!("explain --provider gosquared --also - --json 123456 {E_MAIL}"));
    let done = call.stdin("ada@example.com\n").run();
    assert_eq!(done.json()["findings"][0]["code"], "other-identifier");
}
