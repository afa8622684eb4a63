//! `personsig verify`: the verdict, its exit code, and the secret that made the signature.

use serde_json::json;

use crate::call::{PLAIN, TIME, TIMESTAMPED, line, personsig};

#[test]
fn a_plain_signature_is_valid() {
    line(&format!("verify --provider gosquared 123456 {PLAIN}")).run().says("valid, with secret 0\n");
}

#[test]
fn a_timestamped_signature_is_valid_and_tells_its_time() {
    let call = line(&format!("verify --provider chameleon --now {} 123456 {TIMESTAMPED}", TIME + 3600));
    call.run().says("valid, signed at 1596165824 with secret 0\n");
}

#[test]
fn json_tells_the_verdict() {
    let plain = line(&format!("verify --provider gosquared --json 123456 {PLAIN}")).run();
    assert_eq!((plain.exit, plain.json()), (Some(0), json!({"valid": true, "secret_index": 0, "signed_at": null})));
    let timed = line(&format!("verify --provider chameleon --now {TIME} --json 123456 {TIMESTAMPED}")).run();
    assert_eq!((timed.exit, timed.json()), (Some(0), json!({"valid": true, "secret_index": 0, "signed_at": TIME})));
}

#[test]
fn a_refused_signature_is_exit_code_1() {
    for (arguments, code) in [
        (format!("verify --provider gosquared 654321 {PLAIN}"), "signature-mismatch"),
        (format!("verify --provider gosquared 123456 {PLAIN}0"), "malformed-signature"),
        (format!("verify --provider chameleon 123456 {PLAIN}"), "missing-timestamp"),
        (format!("verify --provider chameleon 123456 {TIMESTAMPED}"), "expired"),
        (format!("verify --provider chameleon --now 0 123456 {TIMESTAMPED}"), "from-the-future"),
        ("verify --provider gosquared 123456 ".to_owned(), "missing-signature"),
    ] {
        let done = line(&arguments).run();
        assert_eq!((done.exit, done.out.as_str()), (Some(1), ""), "{code}");
        assert!(done.err.starts_with(&format!("refused: {code}\n  the signature ")), "{}", done.err);
    }
}

#[test]
fn json_tells_a_refusal_on_standard_output() {
    let done = line(&format!("verify --provider gosquared --json 654321 {PLAIN}")).run();
    assert_eq!((done.exit, done.err.as_str()), (Some(1), ""));
    let answer = done.json();
    assert_eq!((&answer["valid"], &answer["error"]), (&json!(false), &json!("signature-mismatch")));
    assert!(answer["message"].as_str().unwrap().starts_with("the signature is not this user's"));
}

#[test]
fn an_id_that_cannot_be_signed_is_bad_input() {
    personsig(["verify", "--provider", "gosquared", "", PLAIN]).run().fails(2, "empty-user-id");
}

#[test]
fn limits_are_seconds() {
    let call = |limits: &str, now: i64| {
        line(&format!("verify --provider chameleon {limits} --now {now} 123456 {TIMESTAMPED}")).run()
    };
    assert_eq!(call("--max-age 60", TIME + 60).exit, Some(0));
    assert_eq!(call("--max-age 60", TIME + 61).exit, Some(1));
    assert_eq!(call("--clock-skew 60", TIME - 60).exit, Some(0));
    assert_eq!(call("--clock-skew 60", TIME - 61).exit, Some(1));
}

#[test]
fn limits_out_of_range_are_bad_input() {
    for limit in ["--max-age -1", "--clock-skew 99999999999999999999", "--max-age -99999999999999999999"] {
        line(&format!("verify --provider chameleon {limit} 123456 {TIMESTAMPED}")).run().fails(2, "invalid-option");
    }
}

#[test]
fn a_plain_provider_has_no_limits() {
    line(&format!("verify --provider gosquared --max-age 1 123456 {PLAIN}")).run().fails(2, "not-timestamped");
}

#[test]
fn a_dash_reads_the_signature_or_the_id() {
    let valid = "valid, with secret 0\n";
    line("verify --provider gosquared 123456 -").stdin(format!("{PLAIN}\n")).run().says(valid);
    line(&format!("verify --provider gosquared - {PLAIN}")).stdin("123456\n").run().says(valid);
}

#[test]
fn a_signature_of_a_megabyte_is_refused() {
    let done = line("verify --provider gosquared 123456 -").stdin("a".repeat(1 << 20)).run();
    assert_eq!(done.exit, Some(1));
    assert!(done.err.starts_with("refused: malformed-signature\n"), "{}", done.err);
}

#[test]
fn the_environments_previous_secret_is_a_fallback() {
    let call = line(&format!("verify --provider gosquared 123456 {PLAIN}"));
    let call = call.env("GOSQUARED_SECURE_MODE_SECRET", "personsig-new-secret");
    let call = call.env("GOSQUARED_SECURE_MODE_SECRET_PREVIOUS", "personsig-test-secret");
    call.run().says("valid, with secret 1\n");
}
