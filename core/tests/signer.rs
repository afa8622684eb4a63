//! What vectors cannot say: messages, redaction, threads, the look-up of secrets.

use personsig::{Code, Error, Kind, Secret, Signer, UserId, VerifyOptions, providers};

const SECRET: &str = "canary-secret-3f9c";
const ID: &str = "canary-id-77e1";

fn signer(provider: &str) -> Signer {
    Signer::with_fallbacks(provider, SECRET, &[Secret::from("canary-older-5d2a")]).unwrap()
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
        Signer::with_fallbacks("gosquared", SECRET, &[Secret::from(&padded)]).unwrap_err(),
        Signer::from_env("gosquared", SECRET).unwrap_err(),
        Signer::from_env("gosquared", "CANARYJBSWY3DPEHPK3PXP").unwrap_err(),
        Signer::from_lookup("gosquared", Some(b"CANARY3PXP"), |name| Ok(Some(format!("{name}\n")))).unwrap_err(),
        Signer::from_lookup::<&str>("gosquared", Some(SECRET.as_bytes()), |_| Err(Code::InvalidText)).unwrap_err(),
        Signer::from_lookup::<&str>("gosquared", Some(b"CANARY\xff"), |_| Ok(None)).unwrap_err(),
    ];
    for provider in ["gosquared", "chameleon"] {
        let signer = signer(provider);
        let now = |now| VerifyOptions { now: Some(now), ..VerifyOptions::default() };
        let signature = signer.sign_at(ID, 1596165824).unwrap();
        errors.extend(ids.iter().map(|id| signer.sign(id).unwrap_err()));
        errors.extend([
            signer.sign("").unwrap_err(),
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
        for value in ["canary", "CANARY", SECRET, ID, "77e1", "3f9c", "5d2a", "somebody", "GSN-123456", "1596165824"] {
            assert!(!shown.contains(value), "{shown}");
        }
        assert!(std::error::Error::source(&error).is_none());
    }
}

#[test]
fn every_message_says_what_to_do() {
    for error in errors() {
        let text = error.to_string();
        assert!(text.contains("; "), "{text}");
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
    assert!(text(error).starts_with("fallback secret 2 begins or ends with white space"));
    let missing = text(Signer::new("chameleon", "").unwrap_err());
    assert!(missing.contains("CHAMELEON_VERIFICATION_SECRET"), "{missing}");
    let unset = text(Signer::from_env("gosquared", "BLOG_SECRET").unwrap_err());
    assert!(unset.contains("BLOG_SECRET"), "{unset}");
    let unknown = text(Signer::new("nobody", "secret").unwrap_err());
    assert!(providers().iter().all(|provider| unknown.contains(provider.name)), "{unknown}");
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
