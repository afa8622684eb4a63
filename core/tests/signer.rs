//! What vectors cannot say: messages, redaction, threads, the look-up of secrets.

use personsig::{Code, Error, KeyForm, Kind, Secret, Signer, SnippetOptions, UserId, VerifyOptions, providers};

const SECRET: &str = "canary-secret-3f9c";
const ID: &str = "canary-id-77e1";

fn signer(provider: &str) -> Signer {
    Signer::with_fallbacks(provider, SECRET, &[Secret::from("canary-older-5d2a")]).unwrap()
}

/// What a secret may have round it, with the secret in place of the dots.
const ODD: [&str; 16] = [
    "..\u{a0}",
    "\u{2060}..",
    "<..>",
    "${..}",
    "{{..}}",
    "%..%",
    "\"..\"",
    "\u{201c}..\u{201d}",
    "b'..'",
    "MY_SECRET=..",
    ".. # ..",
    "{..}",
    "[..]",
    "..\\n",
    "..\n..",
    "..\0..",
];

fn utf_16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Every error that the library can give, made with canaries in the place of every value.
fn errors() -> Vec<Error> {
    let padded = format!("{SECRET}\n");
    let ids = [format!("{ID}\n"), format!("{ID}\u{7f}")];
    let mut errors = vec![
        Signer::new(SECRET, "gosquared").unwrap_err(),
        Signer::new("gosquared", "").unwrap_err(),
        Signer::new("gosquared", None::<&str>).unwrap_err(),
        Signer::new("gosquared", Secret::Invalid).unwrap_err(),
        Signer::new("gosquared", &padded).unwrap_err(),
        Signer::new("gosquared", "undefined").unwrap_err(),
        Signer::new("gosquared", "GSN-123456-A").unwrap_err(),
        Signer::new(&SECRET.to_uppercase(), "gosquared").unwrap_err(),
        Signer::new("gosquared", &utf_16(SECRET)).unwrap_err(),
        Signer::with_fallbacks("gosquared", SECRET, &[Secret::Missing]).unwrap_err(),
        Signer::with_fallbacks("gosquared", SECRET, &[Secret::Invalid]).unwrap_err(),
        Signer::with_fallbacks("gosquared", SECRET, &[Secret::from(&padded)]).unwrap_err(),
        Signer::from_env("gosquared", SECRET).unwrap_err(),
        Signer::from_env("gosquared", "CANARYJBSWY3DPEHPK3PXP").unwrap_err(),
        Signer::from_lookup("gosquared", Some(b"CANARY3PXP"), |name| Ok(Some(format!("{name}\n")))).unwrap_err(),
        Signer::from_lookup::<&str>("gosquared", Some(SECRET.as_bytes()), |_| Err(Code::InvalidText)).unwrap_err(),
        Signer::from_lookup::<&str>("gosquared", Some(b"CANARY\xff"), |_| Ok(None)).unwrap_err(),
    ];
    for odd in ODD {
        let value = odd.replace("..", SECRET);
        errors.push(Signer::new("gosquared", &value).unwrap_err());
        errors.push(Signer::from_lookup("gosquared", None, |_| Ok(Some(&value))).unwrap_err());
        errors.push(Signer::from_lookup("gosquared", Some(SECRET.as_bytes()), |_| Ok(Some(&value))).unwrap_err());
    }
    for provider in ["gosquared", "chameleon"] {
        let signer = signer(provider);
        let now = |now| VerifyOptions { now: Some(now), ..VerifyOptions::default() };
        let signature = signer.sign_at(ID, 1596165824).unwrap();
        errors.extend(ids.iter().map(|id| signer.sign(id).unwrap_err()));
        errors.extend([
            signer.sign("").unwrap_err(),
            signer.sign(&format!("<{ID} object at 0x1>")).unwrap_err(),
            signer.sign([ID.as_bytes(), &[0xff]].concat().as_slice()).unwrap_err(),
            signer.sign(u128::MAX).unwrap_err(),
            signer.sign_at(ID, -1).unwrap_err(),
            signer.sign_at(ID, 1596165824000).unwrap_err(),
            signer.verify(ID, "").unwrap_err(),
            signer.verify(ID, SECRET).unwrap_err(),
            signer.verify(ID, signature.to_uppercase()).unwrap_err(),
            signer.verify("somebody else", &*signature).unwrap_err(),
            signer.verify_with(ID, &*signature, &VerifyOptions { max_age: Some(-1), ..now(0) }).unwrap_err(),
        ]);
    }
    let options = SnippetOptions { site_token: Some(SECRET), ..SnippetOptions::default() };
    let bare = SnippetOptions::default();
    errors.extend([
        signer("crisp").sign(ID).unwrap_err(),
        signer("crisp").sign_many(&[UserId::from("canary@example.com"), UserId::from(ID)], None).unwrap_err(),
        signer("novu").snippet(Some(ID), &bare).unwrap_err(),
        signer("intercom").snippet(Some(ID), &bare).unwrap_err(),
        signer("intercom").snippet(Some(ID), &options).unwrap_err(),
        signer("gleap").snippet(Some(ID), &options).unwrap_err(),
        Signer::new("pylon", SECRET).unwrap_err(),
        Signer::new("pylon", "77e13f9c5d2a0").unwrap_err(),
    ]);
    let chameleon = signer("chameleon");
    let signature = chameleon.sign_at(ID, 1596165824).unwrap();
    errors.push(chameleon.verify(ID, &signature[..64]).unwrap_err());
    errors.push(chameleon.verify(ID, &*signature).unwrap_err());
    let early = VerifyOptions { now: Some(1), ..VerifyOptions::default() };
    errors.push(chameleon.verify_with(ID, &*signature, &early).unwrap_err());
    errors
}

#[test]
fn every_code_can_be_given() {
    let given: Vec<Code> = errors().iter().map(Error::code).collect();
    for code in Code::ALL.iter().filter(|code| code.kind() != Kind::System) {
        assert!(given.contains(code), "{code}");
    }
}

#[test]
fn no_message_repeats_a_value() {
    for error in errors() {
        let shown = format!("{error} {error:?} {:?}", error.code());
        for value in [
            "canary",
            "CANARY",
            SECRET,
            ID,
            "77e1",
            "3f9c",
            "5d2a",
            "somebody",
            "GSN-123456",
            "1596165824",
            "MY_SECRET",
        ] {
            assert!(!shown.contains(value), "{shown}");
        }
        assert!(std::error::Error::source(&error).is_none());
    }
}

#[test]
fn every_message_says_what_to_do() {
    for error in errors() {
        let text = error.to_string();
        assert_eq!(text, format!("{}; {}", error.problem(), error.fix()));
        for part in [error.problem(), error.fix()] {
            assert!(!part.is_empty() && !part.ends_with('.'), "{text}");
        }
        assert!(!text.contains('\n'), "{text}");
    }
}

#[test]
fn messages_name_the_place() {
    let signer = signer("gosquared");
    let text = |error: Error| error.to_string();
    assert!(text(signer.sign("123456\n").unwrap_err()).contains("(U+000A at character 7)"));
    assert!(text(signer.sign("李小龍\u{7f}").unwrap_err()).contains("(U+007F at character 4)"));
    assert!(text(signer.sign(&b"a\xed\xa0\xbd"[..]).unwrap_err()).contains("(U+D83D at character 2)"));
    assert!(text(signer.sign(&b"ab\xff"[..]).unwrap_err()).contains("(invalid UTF-8 at character 3)"));
    let fallbacks = [Secret::from("older"), Secret::from("old\n")];
    let error = Signer::with_fallbacks("gosquared", "secret", &fallbacks).unwrap_err();
    assert_eq!(error.index(), Some(1));
    assert!(text(error).starts_with("fallback secret 2 ends with a line break (U+000A); "));
    let missing = text(Signer::new("chameleon", "").unwrap_err());
    assert!(missing.contains("CHAMELEON_VERIFICATION_SECRET"), "{missing}");
    let fix = "set it to the secret from GoSquared's Secure Mode settings";
    let unset = text(Signer::from_env("gosquared", "BLOG_SECRET").unwrap_err());
    assert_eq!(unset, format!("BLOG_SECRET is not set; {fix}"));
    let empty = text(Signer::from_lookup("gosquared", None, |_| Ok(Some(""))).unwrap_err());
    assert_eq!(empty, format!("GOSQUARED_SECURE_MODE_SECRET is empty; {fix}"));
    let unknown = text(Signer::new("nobody", "secret").unwrap_err());
    assert!(providers().iter().all(|provider| unknown.contains(provider.name)), "{unknown}");
}

#[test]
fn an_email_in_another_case_is_the_same_user_where_the_vendor_wants_lower_case() {
    for provider in providers() {
        let secret = if provider.key_form == KeyForm::Hex { "00ff" } else { SECRET };
        let signer = Signer::new(provider.name, secret).unwrap();
        for email in ["Ada@EXAMPLE.com", &format!("{}@X.y", "Z".repeat(300))] {
            let lower = email.to_lowercase();
            let sign = |email: &str| signer.sign_at(email, 1).unwrap().to_string();
            let is_same = sign(email) == sign(&lower);
            assert!(is_same || !["customerly", "magicbell", "ensoras"].contains(&provider.name));
            assert!(!is_same || !["crisp", "tawk", "gosquared"].contains(&provider.name));
            let now = VerifyOptions { now: Some(1), ..VerifyOptions::default() };
            assert_eq!(signer.is_valid(&lower, sign(email), &now).unwrap(), is_same, "{}", provider.name);
            let identity = signer.identity(email, 1).unwrap();
            assert_eq!(identity.fields()[0].1, if is_same { &lower } else { email }, "{}", provider.name);
            let ids = [UserId::from("x@y"), UserId::from(email)];
            let mut many = signer.sign_many(&ids, 1).unwrap();
            assert_eq!(many.nth(1).unwrap().as_str(), sign(email), "{}", provider.name);
        }
    }
}

#[test]
fn hex_digits_of_a_key_are_in_either_case_and_anything_else_is_refused() {
    let sign = |secret: &str| Signer::new("pylon", secret).unwrap().sign("ada@example.com").unwrap().to_string();
    assert_eq!(sign("00ff00ff"), sign("00FF00fF"));
    for secret in ["00f", "0g", "00ff00f\u{e9}"] {
        let error = Signer::new("pylon", secret).unwrap_err();
        assert_eq!(error.code(), Code::MalformedSecret);
        assert_eq!(error.problem(), "the secret is not an even number of hex digits");
    }
    let fallbacks = [Secret::from("00"), Secret::from("0")];
    assert_eq!(Signer::with_fallbacks("pylon", "00ff", &fallbacks).unwrap_err().index(), Some(1));
}

#[test]
fn a_refused_secret_is_told_what_was_seen() {
    for (value, problem) in [
        ("s3cret\u{a0}", "ends with a no-break space (U+00A0)"),
        ("\u{200b}s3cret", "begins with an invisible character (U+200B)"),
        ("undefined", "is what a language prints for a value that does not exist, such as undefined, null or None"),
        ("changeme", "is a sample from documentation"),
        ("<s3cret>", "is a placeholder in angle brackets"),
        ("${SECRET}", "is a template that nothing has filled in, such as ${NAME}, {{ name }} or %NAME%"),
        ("<%= secret %>", "is a template that nothing has filled in, such as ${NAME}, {{ name }} or %NAME%"),
        ("$CHAMELEON_VERIFICATION_SECRET", "is the name of the variable that holds a secret"),
        ("\u{2022}\u{2022}\u{2022}\u{2022}", "is a mask, such as asterisks or dots"),
        ("GSN-123456-A", "has the form of GoSquared's public project token"),
        ("'s3cret'", "has quotation marks round it"),
        ("b's3cret'", "is bytes as Python prints them, b'...'"),
        ("MY_SECRET=s3cret", "is a whole assignment, NAME=value"),
        ("MY_SECRET: s3cret", "is a whole line of settings, NAME: value"),
        ("s3cret # x", "contains white space followed by #, a comment"),
        ("{\"a\":1}", "is in braces or brackets, as JSON or a list is"),
        ("s3cret\\n", "ends with a backslash and n, an escaped newline"),
        ("s3\0cret", "contains a NUL character (U+0000 at character 3)"),
        ("s3cret\nolder", "contains a control character (U+000A at character 7)"),
    ] {
        let error = Signer::new("gosquared", value).unwrap_err();
        assert_eq!(error.problem(), format!("the secret {problem}"));
        let error = Signer::from_lookup("gosquared", None, |_| Ok(Some(value))).unwrap_err();
        assert_eq!(error.problem(), format!("the value of GOSQUARED_SECURE_MODE_SECRET {problem}"));
    }
    let error = Signer::new("gosquared", &utf_16("s3cret")).unwrap_err();
    assert_eq!(error.problem(), "the secret is encoded as UTF-16, with a byte order mark");
}

#[test]
fn a_provider_in_another_case_or_padded_is_told_so() {
    let problem = |name: &str| Signer::new(name, "secret").unwrap_err().problem();
    assert_eq!(problem("GoSquared"), "the provider is written with capital letters");
    assert_eq!(problem("gosquared\0"), "the provider begins or ends with white space or a control character");
    assert_eq!(problem("Chameleon "), "the provider begins or ends with white space or a control character");
    assert_eq!(problem("gosqaured"), "the provider is not one that this version knows");
}

#[test]
fn what_the_machine_cannot_do_is_not_said_of_a_value() {
    let look_up = |_: &str| Err::<Option<&str>, _>(Code::OutOfMemory);
    let error = Signer::from_lookup("gosquared", None, look_up).unwrap_err();
    assert!(error.to_string().starts_with("the system has no memory left"), "{error}");
}

#[test]
fn debug_shows_the_provider_alone() {
    assert_eq!(format!("{:?}", signer("gosquared")), "Signer(provider='gosquared')");
    assert_eq!(format!("{:?} {:?}", Secret::from(SECRET), UserId::from(ID)), "Secret(..) UserId(..)");
}

#[test]
fn a_signer_is_for_many_threads() {
    let signer = signer("chameleon");
    let expected = signer.sign_at(ID, 7).unwrap().to_string();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    assert_eq!(signer.sign_at(ID, 7).unwrap().as_str(), expected);
                }
            });
        }
    });
}

#[test]
fn a_batch_of_look_ups_reads_the_name_and_its_previous() {
    let mut read = Vec::new();
    let signer = Signer::from_lookup("chameleon", Some(b"SHOP"), |name| {
        read.push(name.to_owned());
        Ok(Some(name.to_lowercase()))
    });
    assert_eq!(read, ["SHOP", "SHOP_PREVIOUS"]);
    let old = Signer::new("chameleon", "shop_previous").unwrap().sign("42").unwrap();
    assert_eq!(signer.unwrap().verify("42", &*old).unwrap().secret_index, 1);
}

#[test]
fn the_system_clock_is_used_where_no_time_is_given() {
    let signer = signer("chameleon");
    let signature = signer.sign("42").unwrap();
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let signed_at: u64 = signature[65..].parse().unwrap();
    assert!(since - signed_at <= 5, "{since} {signed_at}");
    assert!(signer.is_valid("42", &*signature, &VerifyOptions::default()).unwrap());
}

#[test]
fn codes_are_slugs_with_numbers_of_their_kind() {
    for code in Code::ALL {
        assert!(code.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
        let range = match code.kind() {
            Kind::Input => 1..100,
            Kind::Verification => 100..200,
            _ => 200..300,
        };
        assert!(range.contains(&(*code as i32)), "{code}");
    }
}
