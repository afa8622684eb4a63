//! `provider`, `now`, `secret`, `fallback`, `id`, `signature`: what is signed is another HMAC's signature and verifies,
//! alone and in a batch; what is accepted is another HMAC's signature, and nothing else is.

use personsig::{KeyForm, Secret, Signer, UserId, VerifyOptions};

use crate::{code, expected, fields, number, provider};

pub fn check(data: &[u8]) {
    let [name, now, secret, fallback, id, given] = fields(data);
    let (row, now) = (provider(name), number(now));
    let values = [secret, fallback, id, given];
    let fallbacks: Vec<_> = Some(fallback).filter(|secret| !secret.is_empty()).into_iter().map(Secret::from).collect();
    let signer = match Signer::with_fallbacks(row.name, secret, &fallbacks) {
        Ok(signer) => signer,
        Err(error) => {
            assert!(code(&error, &values).ends_with("-secret"));
            return;
        }
    };
    let digits = |secret: &[u8]| secret.len() % 2 == 0 && secret.iter().all(u8::is_ascii_hexdigit);
    assert!(row.key_form != KeyForm::Hex || [secret, fallback].iter().all(|secret| digits(secret)));
    let keys: Vec<_> = [secret, fallback]
        .iter()
        .filter(|secret| !secret.is_empty())
        .map(|secret| expected::key(row, secret))
        .collect();
    let options = VerifyOptions { now: Some(now), ..VerifyOptions::default() };
    let user_id = UserId::Bytes(id);
    let verdict =
        signer.verify_with(user_id, given, &options).map(|verified| (verified.secret_index, verified.signed_at));
    let verdict = verdict.map_err(|error| code(&error, &values));

    let signed = match signer.sign_at(user_id, now) {
        Ok(signed) => signed,
        Err(error) => {
            let refused = code(&error, &values);
            assert_eq!(verdict, Err(refused));
            let many =
                signer.sign_many(&[UserId::Text("ada@example.com"), user_id, user_id], now).expect_err("an error");
            let time = refused.starts_with("timestamp-");
            assert_eq!((many.code().name(), many.index()), (refused, (!time).then_some(1)));
            // A bad time is the program's mistake, so that it raises whatever the id is.
            let valid = signer.is_valid(user_id, given, &options).ok();
            assert_eq!(valid, (0..=99_999_999_999).contains(&now).then_some(false));
            return;
        }
    };
    let text = str::from_utf8(id).expect("what is signed is UTF-8");
    // Else the id is a secret, which no page gets.
    let Ok(identity) = signer.identity(user_id, now) else { return };
    let [(_, sent), (_, shown)] = identity.fields();
    // Which vendors want an e-mail in lower case, the vectors say. Here it must hold for all of a vendor's, or for none.
    let sample = |email: &str| signer.sign_at(email, 0).expect("a sample").to_string();
    let wants_lower_case = sample("ADA@B.C") == sample("ada@b.c");
    assert!(sent == text || (wants_lower_case && sent == text.to_ascii_lowercase()));
    assert_eq!((shown, &*signed), (&*signed, &*expected::signature(row, &keys[0], sent, now)));
    let verified = signer.verify_with(user_id, &*signed, &options).expect("its own signature");
    assert_eq!(verified.secret_index, 0);
    let many = [user_id; 6];
    assert!(signer.sign_many(&many, now).expect("signatures").all(|one| *one == *signed));

    assert_eq!(verdict, expected::verdict(row, &keys, sent, given, now));
    assert_eq!(signer.is_valid(user_id, given, &options).expect("a verdict"), verdict.is_ok());
}
