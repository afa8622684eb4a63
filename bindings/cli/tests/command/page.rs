//! What goes into a page: the snippet and the identity.

use std::fs;

use crate::call::{PLAIN, TIMESTAMPED, line, personsig};

#[test]
fn a_visitor_gets_the_loader_without_a_signature() {
    let done = line("snippet --provider gosquared --site-token GSN-123456-A").run();
    assert_eq!((done.exit, done.err.as_str()), (Some(0), ""));
    assert!(done.out.ends_with("_gs(\"GSN-123456-A\");\n</script>\n") && !done.out.contains("auth"), "{}", done.out);
}

#[test]
fn traits_come_from_a_file_or_standard_input() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "{\"plan\": 1.50, \"name\": \"O'Brien\"}\n").unwrap();
    let path = file.path().to_str().unwrap();
    let arguments =
        |traits| ["snippet", "--provider=chameleon", "--now=1596165824", "--json", "--traits", traits, "123456"];
    let from_file = personsig(arguments(path)).run();
    let html = format!(
        "<script>\nchmln.identify(\"123456\",{{\"uid_hash\":\"{TIMESTAMPED}\",\"name\":\"O\\u0027Brien\",\"plan\":1.5}});\n</script>"
    );
    assert_eq!(from_file.json()["html"], html);
    let text = fs::read(file.path()).unwrap();
    let piped = personsig(arguments("-")).stdin(text).run();
    assert_eq!(piped.out, from_file.out);
}

#[test]
fn nothing_is_read_behind_traits_that_lie_too_deep() {
    let nested = |levels: usize, rest: &str| format!("{{\"a\":{}{rest}{}}}", "[".repeat(levels), "]".repeat(levels));
    let snippet = |traits: String| line("snippet --provider gosquared --traits - 1").stdin(traits).run();
    assert_eq!(snippet(nested(31, "1.5")).exit, Some(0));
    for traits in [nested(32, ""), nested(127, ""), "[".repeat(100_000), nested(31, "{}"), nested(31, "no JSON")] {
        let is_too_deep = !traits.contains("no JSON");
        let message = snippet(traits).fails(2, "invalid-option");
        assert_eq!(message.contains("the traits' JSON text lies deeper than 32 levels"), is_too_deep, "{message}");
    }
}

#[test]
fn the_id_can_be_standard_input() {
    let done = line("snippet --provider gosquared -").stdin("123456\n").run();
    assert!(done.out.contains(PLAIN), "{done:?}");
}

#[test]
fn what_cannot_stand_in_a_page_is_refused_without_repeating_it() {
    for (arguments, traits) in [
        ("--nonce canary\"x 1", ""),
        ("--nonce= 1", ""),
        ("--site-token canary<x 1", ""),
        ("--traits - 1", "[\"canary\"]"),
        ("--traits - 1", "{\"canary\":"),
        ("--traits - 1", "{\"canary\":1,\"canary\":2}"),
        ("--traits - 1", "{\"a\":{\"__proto__\":\"canary\"}}"),
        ("--traits - 1", "{\"a\":\"personsig-test-secret\"}"),
        ("--traits - 1", ""),
        ("personsig-test-secret", ""),
    ] {
        let done = line(&format!("snippet --provider gosquared {arguments}")).stdin(traits).run();
        let message = done.fails(2, "invalid-option");
        assert!(!message.contains("canary") && !message.contains("personsig-test-secret"), "{message}");
    }
}

#[test]
fn a_traits_file_that_is_not_there_is_exit_code_3() {
    line("snippet --provider gosquared --traits /canary/missing 1").run().fails(3, "input-output");
}
