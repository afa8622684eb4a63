//! `personsig verify` and standard input. The rest is in tests/cases/verify.md.

use crate::call::{PLAIN, line};

#[test]
fn a_dash_reads_the_signature_or_the_id() {
    let valid = "valid (signed with the current secret)\n";
    line("verify --provider gosquared 123456 -").stdin(format!("{PLAIN}\n")).run().says(valid);
    line(&format!("verify --provider gosquared - {PLAIN}")).stdin("123456\n").run().says(valid);
}

#[test]
fn a_signature_of_a_megabyte_is_refused() {
    let done = line("verify --provider gosquared 123456 -").stdin("a".repeat(1 << 20)).run();
    assert_eq!(done.exit, Some(1));
    assert!(done.told("malformed-signature").starts_with("the signature "), "{}", done.err);
}
