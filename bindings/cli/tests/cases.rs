//! What the command prints, as a person at a terminal sees it: the calls and answers in `cases/*.md`.
//! `TRYCMD=overwrite cargo test -p personsig-cli --test cases` rewrites the answers.
#![cfg(unix)]

#[test]
fn cases() {
    trycmd::TestCases::new()
        .env("GOSQUARED_SECURE_MODE_SECRET", "personsig-test-secret")
        .env("CHAMELEON_VERIFICATION_SECRET", "personsig-test-secret")
        .case("tests/cases/*.md");
}
