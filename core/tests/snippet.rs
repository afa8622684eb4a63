//! What vectors cannot say of the snippet: what its messages tell and do not tell, and Rust's own values.

use personsig::{Code, Error, Signer, SnippetOptions, Trait, Traits};

const SECRET: &str = "personsig-test-secret";

fn refused(traits: Traits) -> Error {
    let signer = Signer::new("gosquared", SECRET).unwrap();
    let error = signer.snippet(Some(1), &SnippetOptions { traits, ..SnippetOptions::default() }).unwrap_err();
    assert_eq!(error.code(), Code::InvalidOption);
    error
}

#[test]
fn a_message_says_which_trait_by_its_position() {
    let inner = Traits::from([("b", Trait::Null), ("a", Trait::List(vec![true.into(), f64::NAN.into()]))]);
    let message = refused(Traits::from([("name", Trait::Map(inner))])).to_string();
    assert!(message.starts_with("trait 1.2.2 is not a finite number; "), "{message}");
}

#[test]
fn a_message_says_whose_name_is_bad() {
    for (name, start) in [
        (&b"__proto__"[..], "the name of trait 2 would set an object's prototype; "),
        (b"id", "the name of trait 2 is one that the snippet writes itself; "),
        (b"a", "the name of trait 2 occurs twice; "),
        (b"\xed\xa0\x80", "the name of trait 2 is not valid Unicode text; "),
        (SECRET.as_bytes(), "the name of trait 2 equals one of the secrets; "),
    ] {
        let message = refused([(&b"a"[..], 1), (name, 2)].into_iter().collect()).to_string();
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn of_several_bad_traits_the_first_is_told() {
    let last = ("__proto__", Trait::Null);
    for (first, what) in [
        (("b", Trait::from(f64::NAN)), "trait 2 is not a finite number"),
        (("a", 1.into()), "the name of trait 2 occurs twice"),
        (("id", f64::NAN.into()), "the name of trait 2 is one that"),
    ] {
        let message = refused(Traits::from([("a", Trait::Null), first, last.clone()])).to_string();
        assert!(message.starts_with(what), "{message}");
    }
}

#[test]
fn no_message_repeats_a_name_or_a_value() {
    for value in [
        Trait::Text(b"canary\xff".to_vec()),
        Trait::Map(Traits::from([("canary", f64::INFINITY)])),
        Trait::Map(Traits::from([("canary", 1), ("canary", 2)])),
        Trait::Map(Traits::from([("canary", SECRET)])),
        Trait::Integer(i128::MAX),
    ] {
        let message = refused(Traits::from([("canary", value)])).to_string();
        assert!(!message.contains("canary") && !message.contains("17014118"), "{message}");
        assert!(!message.contains(SECRET), "{message}");
    }
}

#[test]
fn an_empty_nonce_is_told_of_its_cause() {
    let signer = Signer::new("gosquared", SECRET).unwrap();
    let options = SnippetOptions { nonce: Some(""), ..SnippetOptions::default() };
    let error = signer.snippet(Some(1), &options).unwrap_err();
    let problem = "the nonce is empty, which usually means that your Content-Security-Policy is only half configured";
    assert_eq!(error.problem(), problem);
}

#[test]
fn a_site_token_is_asked_for_where_the_call_has_one() {
    let problem = |provider, site_token| {
        let signer = Signer::new(provider, SECRET).unwrap();
        let options = SnippetOptions { site_token, ..SnippetOptions::default() };
        signer.snippet(Some("ada@example.com"), &options).unwrap_err().to_string()
    };
    assert_eq!(problem("front", None), "the site token is missing; pass Front's chat id");
    let other = "the site token contains other characters than letters, digits, _ and -, or none";
    assert_eq!(problem("front", Some("a b")), format!("{other}; pass Front's chat id"));
    assert_eq!(
        problem("crisp", Some("a")),
        "the site token is not used by this provider; leave it out, and put the loader from the provider's install page \
         into the page"
    );
}

#[test]
fn traits_are_refused_where_the_call_has_no_place_for_them() {
    let signer = Signer::new("crisp", SECRET).unwrap();
    let options = SnippetOptions { traits: Traits::from([("name", "Ada")]), ..SnippetOptions::default() };
    let message = signer.snippet(Some("ada@example.com"), &options).unwrap_err().to_string();
    assert_eq!(message, "the traits are not part of this provider's call; leave them out");
}

#[test]
fn debug_shows_no_personal_data() {
    let signer = Signer::new("gosquared", SECRET).unwrap();
    let traits = Traits::from([("canary", Trait::from("canary"))]);
    let options = SnippetOptions { traits, site_token: Some("canary"), nonce: Some("canary"), now: None };
    let identity = signer.identity("canary", None).unwrap();
    let shown = format!("{options:?} {:?} {identity:?}", Trait::from("canary"));
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn a_number_that_equals_a_secret_is_refused() {
    let signer = Signer::new("gosquared", "12345678").unwrap();
    for value in [Trait::from(12345678), 12345678.0.into(), "12345678".into()] {
        let options = SnippetOptions { traits: Traits::from([("a", value)]), ..SnippetOptions::default() };
        assert_eq!(signer.snippet(None::<i64>, &options).unwrap_err().code(), Code::InvalidOption);
    }
}
