//! `explain` names the mistakes that people make. Each is made here the way it is really made.

use std::collections::BTreeSet;

use base64::engine::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use personsig::{Code, Error, Finding, Secret, Signer, TIMESTAMP_MAX, UserId};
use sha2::{Digest, Sha256};

const SECRET: &str = "canary-secret-of-the-site";
const OLDER: &str = "canary-secret-of-last-year";
const ID: &str = "User-4711@Example.com";
const NOW: i64 = 1_596_165_824;

fn mac(key: impl AsRef<[u8]>, message: impl AsRef<[u8]>) -> [u8; 32] {
    personsig::hmac_sha256(key.as_ref(), message.as_ref())
}

/// What a program at fault prints: the digits under this key of this message.
fn digits(key: impl AsRef<[u8]>, message: impl AsRef<[u8]>) -> String {
    hex::encode(mac(key, message))
}

fn signer(provider: &str) -> Signer {
    Signer::with_fallbacks(provider, SECRET, &[Secret::from("canary-secret-never-used"), Secret::from(OLDER)]).unwrap()
}

fn also() -> Vec<UserId<'static>> {
    vec!["Another@Example.com".into(), UserId::from(4712)]
}

fn findings(signer: &Signer, id: &str, signature: impl AsRef<[u8]>) -> Vec<Finding> {
    signer.explain(id, signature, &also(), NOW).unwrap()
}

fn codes(signer: &Signer, id: &str, signature: impl AsRef<[u8]>) -> Vec<&'static str> {
    findings(signer, id, signature).iter().map(|finding| finding.code).collect()
}

/// The right one, for either provider.
fn right(signer: &Signer) -> String {
    signer.sign_at(ID, NOW).unwrap().to_string()
}

/// The suffix of the message and of the signature.
fn suffix(provider: &str) -> String {
    if provider == "chameleon" { format!("-{NOW}") } else { String::new() }
}

/// A code, and a signature that shows it alone.
type Case = (&'static str, String);

/// The mistakes that can be made with every provider.
fn common(provider: &str) -> Vec<Case> {
    let (signer, tail) = (signer(provider), suffix(provider));
    let under = |key: &[u8]| digits(key, format!("{ID}{tail}")) + &tail;
    let of = |id: &str| digits(SECRET, format!("{id}{tail}")) + &tail;
    let digest = mac(SECRET, format!("{ID}{tail}"));
    let shown = |body: &str| format!("{body}{tail}");
    let hash = |text: String| hex::encode(Sha256::digest(text)) + &tail;
    let sha1 = hex::encode(
        Hmac::<sha1::Sha1>::new_from_slice(SECRET.as_bytes())
            .unwrap()
            .chain_update(format!("{ID}{tail}"))
            .finalize()
            .into_bytes(),
    );
    vec![
        ("valid", right(&signer)),
        ("valid-with-fallback", under(OLDER.as_bytes())),
        ("missing-signature", String::new()),
        ("signature-is-the-id", ID.into()),
        ("not-a-signature", "[object Object]".into()),
        ("not-a-signature", format!("b'{}'", right(&signer))),
        ("not-a-signature", format!("b'{}'{tail}", hex::encode(digest))),
        ("not-a-signature", "<!DOCTYPE html>".into()),
        ("not-a-signature", "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6NDJ9.c2lnbmF0dXJl".into()),
        ("other-identifier", of("Another@Example.com")),
        ("other-identifier", of("another@example.com")),
        ("other-identifier", of("email:another@example.com")),
        ("other-identifier", of("4712")),
        ("other-identifier", of(&format!("email:{ID}"))),
        ("empty-key", under(b"")),
        ("placeholder-key", under(b"undefined")),
        ("placeholder-key", under(b"Secure Mode Secret")),
        ("padded-key", under(format!("{SECRET}\n").as_bytes())),
        ("padded-key", under(format!("\u{feff}{SECRET}").as_bytes())),
        ("quoted-key", under(format!("'{SECRET}'").as_bytes())),
        ("prefixed-key", under(format!("whsec_{SECRET}").as_bytes())),
        ("hex-key", under(hex::encode(SECRET).as_bytes())),
        ("base64-key", under(STANDARD.encode(SECRET).as_bytes())),
        ("base64-key", under(URL_SAFE_NO_PAD.encode(OLDER).as_bytes())),
        ("key-case", under(SECRET.to_uppercase().as_bytes())),
        ("prefixed-key", under(SECRET.repeat(2).as_bytes())),
        ("quoted-key", under(format!("{{\"secret\":\"{SECRET}\"}}").as_bytes())),
        ("key-charset", under(&SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())),
        ("key-hashed", under(&Sha256::digest(SECRET))),
        ("key-hashed", under(hex::encode(md5::Md5::digest(SECRET)).as_bytes())),
        ("quoted-key", under(format!("b'{SECRET}'").as_bytes())),
        ("placeholder-key", under(b".env")),
        // Go: the id went to Sum, which appends to it.
        ("wrong-call", hex::encode([ID.as_bytes(), tail.as_bytes(), &mac(SECRET, "")].concat())),
        ("swapped-key-and-message", digits(format!("{ID}{tail}"), SECRET) + &tail),
        ("swapped-key-and-message", digits(ID, format!("{SECRET}{tail}")) + &tail),
        ("no-hmac", hash(format!("{SECRET}{ID}"))),
        ("no-hmac", hash(format!("{ID}{tail}{SECRET}"))),
        ("no-hmac", hex::encode(sha1::Sha1::digest(format!("{ID}{SECRET}"))) + &tail),
        ("upper-case", shown(&hex::encode_upper(digest))),
        ("other-encoding", shown(&STANDARD.encode(digest))),
        ("other-encoding", shown(&URL_SAFE_NO_PAD.encode(digest))),
        ("other-encoding", shown(&format!("{}\n", STANDARD.encode(digest)))),
        ("other-encoding", shown(&hex::encode(hex::encode(digest)))),
        ("other-encoding", shown(&hex::encode(digest.map(|b| b.rotate_left(4))))),
        ("other-encoding", shown(&hex::encode(digest.iter().rev().copied().collect::<Vec<_>>()))),
        ("other-encoding", shown(&digest.map(|b| format!("{b:08b}")).join(" "))),
        ("other-encoding", shown(&digest.map(|b| format!("{b:03o}")).join(" "))),
        ("other-encoding", shown(&format!("Uint8Array(32) [ {} ]", digest.map(|b| b.to_string()).join(", ")))),
        ("other-encoding", shown(&hex::encode(STANDARD.encode(digest)))),
        ("decorated", format!("0x{}", right(&signer))),
        ("decorated", format!(" \"{}\"\n", right(&signer))),
        ("decorated", shown(&format!("{}\n", hex::encode(digest)))),
        ("decorated", shown(&format!("SHA2-256(stdin)= {}", hex::encode(digest)))),
        ("truncated", shown(&hex::encode(digest)[..40])),
        ("truncated", shown(&hex::encode(digest)[..61])),
        ("other-hash", shown(&sha1)),
        ("id-padded", of(&format!("{ID}\n"))),
        ("id-case", of(&ID.to_lowercase())),
        ("id-case", of("User-4711@example.com")),
        ("id-quoted", of(&format!("\"{ID}\""))),
        ("id-escaped", of("User-4711%40Example.com")),
        (
            "id-charset",
            digits(SECRET, format!("{ID}{tail}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()) + &tail,
        ),
        ("id-not-text", of("undefined")),
        ("id-not-text", of("{{ user.id }}")),
        ("id-padded", of(&format!("{ID:40}"))),
        ("id-padded", digits(SECRET, format!("-n {ID}{tail}\n")) + &tail),
        ("id-form", of(&format!("Some({ID})"))),
        ("id-form", of(&format!("{{\"id\":\"{ID}\"}}"))),
        ("id-form", of(&format!("user_{ID}"))),
        ("no-hmac", hex::encode(md5::Md5::digest(format!("{SECRET}:{ID}"))) + &tail),
        (
            "decorated",
            shown(
                &hex::encode(digest)
                    .as_bytes()
                    .chunks(2)
                    .map(|b| str::from_utf8(b).unwrap())
                    .collect::<Vec<_>>()
                    .join("-"),
            ),
        ),
        ("decorated", shown(&format!("&quot;{}&quot;", hex::encode(digest)))),
        ("lost-leading-zeros", shown(&digest.iter().map(|b| format!("{b:x}")).collect::<String>())),
        ("other-encoding", shown(&digest.map(|b| b.cast_signed().to_string()).join(","))),
        ("other-encoding", shown(&format!("[{}]", digest.map(|b| b.to_string()).join(", ")))),
        ("no-known-mistake", digits("another secret", ID) + &tail),
        ("no-known-mistake", "45e289a6".into()),
    ]
}

/// What goes wrong with a time.
fn timestamped() -> Vec<Case> {
    let of = |message: String| digits(SECRET, message);
    let late = NOW - 5;
    vec![
        ("timestamp-not-sent", of(format!("{ID}-{late}"))),
        ("timestamp-not-sent", of(format!("{ID}-{}", NOW - 300))),
        ("timestamp-not-signed", format!("{}-{NOW}", of(ID.into()))),
        ("timestamp-differs", format!("{}-{NOW}", of(format!("{ID}-{late}")))),
        ("timestamp-differs", format!("{}-{NOW}", of(format!("{ID}-{}", NOW + 60)))),
        ("time-zone", format!("{}-{NOW}", of(format!("{ID}-{}", NOW - 7200)))),
        ("timestamp-unit", format!("{}-{NOW}", of(format!("{ID}-2020-07-31 05:23:44 +0200")))),
        ("timestamp-unit", format!("{}-{NOW}123", of(format!("{ID}-{NOW}123")))),
        ("timestamp-unit", format!("{}-{NOW}", of(format!("{ID}-{NOW}123")))),
        ("timestamp-unit", format!("{}-{NOW}123", of(format!("{ID}-{NOW}")))),
        ("timestamp-unit", format!("{}-{NOW}123456", of(format!("{ID}-{NOW}123456")))),
        ("timestamp-unit", format!("{}-{NOW}.25", of(format!("{ID}-{NOW}.25")))),
        ("timestamp-unit", format!("{}-{NOW}.75", of(format!("{ID}-{}", NOW + 1)))),
        ("timestamp-unit", format!("{}-2020-07-31T03:23:44.123Z", of(format!("{ID}-2020-07-31T03:23:44.123Z")))),
        ("timestamp-unit", format!("{}-2020-07-31T05:23:44+02:00", of(format!("{ID}-{NOW}")))),
        ("timestamp-unit", format!("{}-{NOW}", of(format!("{ID}-2020-07-31T03:23:44Z")))),
        ("timestamp-separator", format!("{}.{NOW}", of(format!("{ID}.{NOW}")))),
        ("timestamp-separator", format!("{}-{NOW}", of(format!("{ID}{NOW}")))),
        ("timestamp-separator", format!("{}{NOW}", of(format!("{ID}-{NOW}")))),
        ("timestamp-separator", format!("{}-{NOW}", of(format!("{NOW}-{ID}")))),
        ("truncated", of(format!("{ID}-{late}"))[..50].into()),
        ("truncated", format!("{}-159616", of(format!("{ID}-{late}")))),
    ]
}

#[test]
fn names_each_mistake_alone() {
    let mut named = BTreeSet::from(["expired", "from-the-future", "time-zone", "wrong-scheme", "timestamp-missing"]);
    // These have tests of their own.
    named.extend(["lost-leading-zeros", "id-normalised", "id-number-format", "key-escaped", "key-cut"]);
    named.insert("swapped-id-and-signature");
    for (provider, cases) in [("gosquared", vec![]), ("chameleon", timestamped())] {
        for (code, signature) in common(provider).into_iter().chain(cases) {
            assert_eq!(codes(&signer(provider), ID, &signature), [code], "{provider}");
            named.insert(code);
        }
    }
    assert_eq!(named, Finding::CODES.iter().copied().collect());
}

#[test]
fn names_the_key_too_when_two_things_went_wrong() {
    for provider in ["gosquared", "chameleon"] {
        let (signer, tail) = (signer(provider), suffix(provider));
        let keys = [
            ("empty-key", String::new()),
            ("padded-key", format!("{SECRET}\n")),
            ("quoted-key", format!("\"{SECRET}\"")),
        ];
        for (key_code, key) in keys {
            let of = |id: &str| digits(&key, format!("{id}{tail}"));
            assert_eq!(codes(&signer, ID, of("another@example.com") + &tail), ["other-identifier", key_code]);
            assert_eq!(codes(&signer, ID, of("user-4711@example.com") + &tail), [key_code, "id-case"]);
            assert_eq!(codes(&signer, ID, of(ID).to_uppercase() + &tail), [key_code, "upper-case"]);
            assert_eq!(codes(&signer, ID, of(ID)[..44].to_owned() + &tail), [key_code, "truncated"]);
            let md5 = Hmac::<md5::Md5>::new_from_slice(key.as_bytes()).unwrap().chain_update(format!("{ID}{tail}"));
            assert_eq!(codes(&signer, ID, hex::encode(md5.finalize().into_bytes()) + &tail), [key_code, "other-hash"]);
        }
    }
    let signer = signer("chameleon");
    let of = |message: String| digits("", message);
    assert_eq!(
        codes(&signer, ID, format!("{}-{NOW}000", of(format!("{ID}-{NOW}000")))),
        ["empty-key", "timestamp-unit"]
    );
    assert_eq!(codes(&signer, ID, of(format!("{ID}-{}", NOW - 4))), ["empty-key", "timestamp-not-sent"]);
    assert_eq!(codes(&signer, ID, of(ID.into())), ["wrong-scheme", "empty-key", "timestamp-missing"]);
}

#[test]
fn never_advises_against_what_the_provider_wants() {
    let secret = "9f3c07d2b1e84a6650c7f81d2e93ab04c5d6187fe2a09b3c4d5e6f7081923a4b";
    let key = hex::decode(secret).unwrap();
    let fixes_of = |provider, id, signature: String| {
        let signer = Signer::new(provider, secret).unwrap();
        let findings = signer.explain(id, signature, &[], NOW).unwrap();
        findings.iter().map(|finding| (finding.code, finding.message.clone(), finding.fix)).collect::<Vec<_>>()
    };
    let fixes = |signature| fixes_of("pylon", "grace@navy.example", signature);
    let signatures = [
        ("hex-key", digits(secret, "grace@navy.example")),
        ("hex-key", digits(secret.to_uppercase(), "grace@navy.example")),
        ("base64-key", digits(STANDARD.encode(&key), "grace@navy.example")),
        ("key-hashed", digits(Sha256::digest(&key), "grace@navy.example")),
    ];
    for (code, signature) in signatures {
        let told = fixes(signature);
        let [(found, message, fix)] = &told[..] else { panic!("{told:?}") };
        assert_eq!(*found, code);
        assert!(fix.contains("ecode") && fix.contains("from hex") && !fix.contains("characters"), "{fix}");
        assert!(!message.contains("decoded from hex"), "{message}");
    }
    let [(found, _, fix)] = fixes_of("customerly", "Grace@navy.example", digits(secret, "Grace@navy.example"))[..]
    else {
        panic!("one")
    };
    assert_eq!(found, "id-case");
    assert!(fix.contains("lower-case it"), "{fix}");
    assert_eq!(fixes("ad581582f86a91758f8c02e77a305b581c91ba38c79f0b0b239f7804d9780834".into())[0].0, "hex-key");
}

#[test]
fn names_the_other_scheme() {
    let [plain, timestamped] = ["gosquared", "chameleon"].map(signer);
    assert_eq!(codes(&plain, ID, right(&timestamped)), ["wrong-scheme"]);
    assert_eq!(codes(&timestamped, ID, right(&plain)), ["wrong-scheme", "timestamp-missing"]);
}

#[test]
fn names_lost_zeros() {
    for provider in ["gosquared", "chameleon"] {
        let (signer, tail) = (signer(provider), suffix(provider));
        let lost = (0..1000).map(|id| id.to_string()).filter_map(|id| {
            let digits = digits(SECRET, format!("{id}{tail}"));
            digits.starts_with('0').then(|| (id, digits.trim_start_matches('0').to_owned() + &tail))
        });
        for (id, signature) in lost {
            assert_eq!(codes(&signer, &id, signature), ["lost-leading-zeros"]);
        }
    }
}

#[test]
fn names_the_other_normal_form() {
    let signer = signer("gosquared");
    for (given, signed) in [("Jos\u{e9}", "Jose\u{301}"), ("Jose\u{301}", "Jos\u{e9}")] {
        assert_eq!(codes(&signer, given, digits(SECRET, signed)), ["id-normalised"]);
    }
}

#[test]
fn names_a_key_that_was_cut_off() {
    let cases = [
        ("abcdefgh#def12345", "abcdefgh"),
        ("abcdefgh$def12345", "abcdefgh"),
        ("Zm9vYmFyYmF6cXV4enoxMQ==", "Zm9vYmFyYmF6cXV4enoxMQ"),
        ("abcdefgh def12345", "abcdefgh"),
        ("a$$b12345", "a$b12345"),
    ];
    for provider in ["gosquared", "chameleon"] {
        for (secret, key) in cases {
            let signer = Signer::new(provider, secret).unwrap();
            let tail = suffix(provider);
            assert_eq!(codes(&signer, ID, digits(key, format!("{ID}{tail}")) + &tail), ["key-cut"], "{secret}");
        }
        // Nothing so short that it could be guessed, however many separators there are.
        let secret = "a=b#c d$e=f#g h$i=j#k";
        let signer = Signer::new(provider, secret).unwrap();
        for length in 1..8 {
            let tail = suffix(provider);
            let signature = digits(&secret[..length], format!("{ID}{tail}")) + &tail;
            assert_eq!(codes(&signer, ID, signature), ["no-known-mistake"], "{length}");
        }
        // At no other place: a secret could be read out.
        let signer = Signer::new(provider, "abcdef-12345.678").unwrap();
        for length in 1..16 {
            let signature =
                digits(&"abcdef-12345.678"[..length], format!("{ID}{}", suffix(provider))) + &suffix(provider);
            assert_eq!(codes(&signer, ID, signature), ["no-known-mistake"]);
        }
    }
}

#[test]
fn names_a_key_that_was_escaped() {
    let cases = [
        ("ab&cd\"ef'gh", "ab&amp;cd&quot;ef&#39;gh"),
        ("ab&amp;cdefgh", "ab&cdefgh"),
        ("abcd/efgh+i j", "abcd%2Fefgh%2Bi%20j"),
        ("abcd%2Fefgh%2Bi", "abcd/efgh+i"),
        ("abcd+efgh", "abcd efgh"),
        ("ab/cd\"efgh", "ab\\/cd\\\"efgh"),
        ("it's\\abcdef", "it\\'s\\\\abcdef"),
        ("a\\bcd\\\\efgh", "abcd\\efgh"),
        ("a$b12345", "a$$b12345"),
    ];
    for provider in ["gosquared", "chameleon"] {
        let tail = suffix(provider);
        let told = |secret: &str, key: &str| {
            let signer = Signer::new(provider, secret).unwrap();
            codes(&signer, ID, digits(key, format!("{ID}{tail}")) + &tail)
        };
        for (secret, key) in cases {
            assert_eq!(told(secret, key), ["key-escaped"], "{secret}");
        }
        // Nothing so short that it could be guessed.
        assert_eq!(told("%61%62%63", "abc"), ["no-known-mistake"]);
        assert_eq!(told("AbCdEfG", "abcdefg"), ["no-known-mistake"]);
    }
}

#[test]
fn names_another_mistake_where_the_clock_was_read_twice() {
    let signer = signer("chameleon");
    let of = |key: &str, message: String| format!("{}-{NOW}", digits(key, message));
    for at in [NOW - 60, NOW + 59] {
        let key = format!("{SECRET}\n");
        assert_eq!(codes(&signer, ID, of(&key, format!("{ID}-{at}"))), ["padded-key", "timestamp-differs"]);
        let also = of(SECRET, format!("Another@Example.com-{at}"));
        assert_eq!(codes(&signer, ID, also), ["other-identifier", "timestamp-differs"]);
        let case = of(SECRET, format!("user-4711@example.com-{at}"));
        assert_eq!(codes(&signer, ID, case), ["timestamp-differs", "id-case"]);
        let swapped = of(&format!("{ID}-{at}"), SECRET.into());
        assert_eq!(codes(&signer, ID, swapped), ["swapped-key-and-message", "timestamp-differs"]);
    }
    assert_eq!(codes(&signer, ID, of(&format!("{SECRET}\n"), format!("{ID}-{}", NOW + 61))), ["no-known-mistake"]);
    let milliseconds = format!("{}-{NOW}124", digits(SECRET, format!("{ID}-{NOW}123")));
    assert_eq!(codes(&signer, ID, milliseconds), ["timestamp-differs", "timestamp-unit"]);
}

#[test]
fn names_two_mistakes_of_one_key() {
    let signer = signer("gosquared");
    assert_eq!(codes(&signer, ID, digits(STANDARD.encode(format!("{SECRET}\n")), ID)), ["padded-key", "base64-key"]);
    assert_eq!(codes(&signer, ID, digits(format!("\"{SECRET}\"\n"), ID)), ["padded-key", "quoted-key"]);
}

#[test]
fn names_arguments_that_changed_places() {
    for provider in ["gosquared", "chameleon"] {
        let signer = signer(provider);
        let signature = right(&signer);
        assert_eq!(codes(&signer, &signature, ID), ["swapped-id-and-signature"]);
        // Under another secret the form alone tells.
        let foreign = digits("another-secret-of-ours", ID) + &suffix(provider);
        assert_eq!(codes(&signer, &foreign, "42"), ["swapped-id-and-signature"]);
    }
}

#[test]
fn claims_nothing_of_secret_or_id_where_there_is_no_signature() {
    let [plain, timestamped] = ["gosquared", "chameleon"].map(signer);
    for shown in ["$2y$10$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV", "7b0d5c", "hello"] {
        for signer in [&plain, &timestamped] {
            let told = findings(signer, ID, shown);
            let claims = |finding: &Finding| {
                finding.message.contains("different") || finding.fix.to_lowercase().contains("secret")
            };
            assert!(!told.iter().any(claims), "{told:?}");
        }
    }
    assert_eq!(codes(&plain, ID, "$2y$10$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"), ["not-a-signature"]);
    let told = &findings(&plain, ID, digits("another-secret-of-ours", ID))[0];
    assert!(told.message.contains("probably") && told.fix.to_lowercase().contains("secret"), "{told:?}");
}

/// Words that can be read as a digest are probably none.
#[test]
fn claims_nothing_of_text_that_only_reads_as_a_digest() {
    let signer = signer("gosquared");
    let message = |shown: &str| {
        let told = findings(&signer, ID, shown);
        assert_eq!(told[0].code, "no-known-mistake", "{shown}");
        told[0].message.clone()
    };
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    for shown in ["32 characters, and none a digest", letters, &format!("{} 7{}", &letters[..20], &letters[21..42])] {
        assert!(message(shown).contains("nothing can be said"), "{shown}");
    }
    for shown in [STANDARD.encode(mac("another", ID)), digits("another", ID).to_uppercase()] {
        assert!(message(&shown).contains("Even in that form"), "{shown}");
    }
}

#[test]
fn speaks_of_a_fraction_where_a_time_is_signed() {
    for provider in ["gosquared", "chameleon"] {
        let told = &findings(&signer(provider), ID, digits("another", ID) + &suffix(provider))[0];
        assert_eq!(told.code, "no-known-mistake");
        assert_eq!(told.fix.ends_with(" Sign whole seconds, without a fraction."), provider == "chameleon");
    }
}

#[test]
fn says_that_two_identifiers_were_joined() {
    for message in [format!("{ID}:4712"), format!("4712{ID}")] {
        let told = &findings(&signer("gosquared"), ID, digits(SECRET, message))[0];
        assert_eq!((told.code, told.index), ("id-form", None));
        assert!(told.message.contains("were joined"), "{told:?}");
    }
}

#[test]
fn says_that_a_fallback_was_the_key() {
    for provider in ["gosquared", "chameleon"] {
        let (signer, tail) = (signer(provider), suffix(provider));
        let says = |key: &str, id: &str| {
            let told = findings(&signer, ID, digits(key, format!("{id}{tail}")) + &tail);
            told.iter().any(|finding| finding.message.ends_with(" It was made with a fallback secret."))
        };
        let padded = [SECRET, OLDER].map(|secret| format!("{secret}\n"));
        assert_eq!([SECRET, OLDER].map(|secret| says(secret, &format!("{ID}\n"))), [false, true]);
        assert_eq!(padded.map(|secret| says(&secret, ID)), [false, true]);
        assert_eq!(["", ID].map(|key| says(key, ID)), [false, false]);
    }
    // What holds no secret is found with the fallback where the first secret is too long to be tried.
    let long = "k".repeat(1_100);
    let signer = Signer::with_fallbacks("gosquared", &long, &[Secret::from(OLDER)]).unwrap();
    let told = findings(&signer, ID, digits(ID, ID));
    assert!(told.iter().all(|finding| !finding.message.contains("fallback")), "{told:?}");
}

/// Its page is made of the codes; `UPDATE=1` writes it again.
#[test]
fn the_page_of_mistakes_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/MISTAKES.md");
    let page = Finding::page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == page, "UPDATE=1 cargo test -p personsig writes core/MISTAKES.md");
    for code in Finding::CODES {
        assert!(page.contains(&format!("\n## {code}\n")), "{code}");
    }
    let told = &findings(&signer("gosquared"), ID, "")[0];
    let address = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/core/MISTAKES.md#missing-signature");
    assert_eq!(told.link(), address);
}

#[test]
fn names_notations_of_numbers() {
    let signer = signer("gosquared");
    let cases = [
        ("42", "42.0"),
        ("42", "042"),
        ("42", "00000042"),
        ("42.0", "42"),
        ("042", "42"),
        ("-7", "-7.0"),
        ("100000", "1e5"),
        ("100000", "1E+05"),
        ("1e5", "100000"),
        ("1234567", "1,234,567"),
        ("123456789012", "1.23457E+11"),
        ("9007199254740993", "9007199254740992"),
        ("12345678901234567890", "12345678901234567168"),
        ("12345678901234567890", "12345678901234567000"),
        ("12345678901234567890", "1.2345678901234567e+19"),
    ];
    for (given, signed) in cases {
        assert_eq!(codes(&signer, given, digits(SECRET, signed)), ["id-number-format"], "{given} {signed}");
    }
}

#[test]
fn says_valid_first_and_then_what_is_wrong_with_the_time() {
    let signer = signer("chameleon");
    let at = |secret: &str, time: i64| Signer::new("chameleon", secret).unwrap().sign_at(ID, time).unwrap().to_string();
    let told = |signature: String| codes(&signer, ID, signature);
    assert_eq!(told(at(SECRET, NOW - 86_400)), ["valid"]);
    assert_eq!(told(at(SECRET, NOW + 300)), ["valid"]);
    assert_eq!(told(at(SECRET, NOW - 86_401)), ["valid", "expired"]);
    assert_eq!(told(at(SECRET, NOW + 301)), ["valid", "from-the-future"]);
    assert_eq!(told(at(OLDER, NOW - 90_000)), ["valid-with-fallback", "expired"]);
    for (ahead, is_zone) in
        [(3600, true), (19_800, true), (50_400, true), (3600 - 300, true), (3600 - 301, false), (54_000, false)]
    {
        let expected = ["valid", "from-the-future", "time-zone"];
        assert_eq!(told(at(SECRET, NOW + ahead)), expected[..if is_zone { 3 } else { 2 }], "{ahead}");
    }
    let old = &findings(&signer, ID, at(SECRET, NOW - 183_600))[1];
    assert_eq!(
        old.message,
        "The signature is too old: it was made 2 days and 3 hours ago, and by default 24 hours are the limit."
    );
}

#[test]
fn says_which_fallback_and_which_identifier() {
    for provider in ["gosquared", "chameleon"] {
        let (signer, tail) = (signer(provider), suffix(provider));
        let with = |key: &str, id: &str| digits(key, format!("{id}{tail}")) + &tail;
        let index = |signature: String| findings(&signer, ID, signature)[0].index;
        assert_eq!(index(with(OLDER, ID)), Some(1));
        assert_eq!(index(with(SECRET, "4712")), Some(1));
        assert_eq!(index(with(SECRET, "another@example.com")), Some(0));
        assert_eq!(index(with("", ID)), None);
    }
}

/// Key, message and the first digits of a signature are a third party's; what else is wrong with it is not known.
#[test]
fn owns_up_when_nothing_is_known() {
    let signer = Signer::new("gosquared", "wyHVRZZzJhjPMKR2h7LpeJVy").unwrap();
    let claimed = format!("45e289a6{}", &digits("wyHVRZZzJhjPMKR2h7LpeJVy", "test")[8..]);
    assert_eq!(codes(&signer, "test", claimed), ["no-known-mistake"]);
}

#[test]
fn refuses_what_sign_refuses_and_no_signature() {
    let signer = signer("chameleon");
    let refused = |id: UserId<'_>, also: &[UserId<'_>], now: i64| {
        let error: Error = signer.explain(id, b"\xff\0", also, now).unwrap_err();
        (error.code(), error.index())
    };
    let bad: UserId<'_> = "a\n".into();
    assert_eq!(refused("".into(), &[bad; 17], -1), (Code::EmptyUserId, None));
    assert_eq!(refused(ID.into(), &[bad; 17], -1), (Code::InvalidOption, None));
    assert_eq!(refused(ID.into(), &["a".into(), bad], -1), (Code::ControlCharacter, Some(1)));
    assert_eq!(refused(ID.into(), &["a".into()], NOW * 1000), (Code::TimestampInMilliseconds, None));
    assert_eq!(refused(ID.into(), &[], TIMESTAMP_MAX + 1), (Code::TimestampOutOfRange, None));
}

#[test]
fn tells_only_of_the_form_beyond_1024_bytes() {
    for provider in ["gosquared", "chameleon"] {
        let (signer, tail) = (signer(provider), suffix(provider));
        for (length, expected) in [(1024, "empty-key"), (1025, "no-known-mistake")] {
            let id = "x".repeat(length);
            assert_eq!(codes(&signer, &id, digits("", format!("{id}{tail}")) + &tail), [expected]);
            assert_eq!(codes(&signer, &id, signer.sign_at(&id, NOW).unwrap().as_str()), ["valid"]);
            assert_eq!(codes(&signer, &id, &id), ["signature-is-the-id"]);
            assert_eq!(codes(&signer, &id, "undefined"), ["not-a-signature"]);
        }
        for (spaces, expected) in [(900, "decorated"), (1024, "no-known-mistake")] {
            assert_eq!(codes(&signer, ID, right(&signer) + &" ".repeat(spaces)), [expected]);
        }
        assert_eq!(codes(&signer, ID, "<".repeat(1 << 20)), ["not-a-signature"]);
        let long = "x".repeat(1025);
        let also = [long.as_str().into()];
        let told = signer.explain(ID, digits(SECRET, format!("{long}{tail}")) + &tail, &also, NOW).unwrap();
        assert_eq!(told[0].code, "no-known-mistake");
    }
}

#[test]
fn is_no_oracle_for_prefixes() {
    for provider in ["gosquared", "chameleon"] {
        let (signer, tail) = (signer(provider), suffix(provider));
        for length in 1..=64 {
            let signature = right(&signer)[..length].to_owned() + &tail;
            let expected =
                ["no-known-mistake", "truncated", "valid"][usize::from(length >= 40) + usize::from(length == 64)];
            let told = codes(&signer, ID, signature);
            // A few decimal digits look like an id: that is said of the form alone.
            assert!(told == [expected] || length < 10 && told == ["not-a-signature"], "{length}: {told:?}");
        }
    }
}

#[test]
fn is_no_oracle_for_prefixes_of_base64() {
    for (provider, length) in [("engagespot", 44), ("suprsend", 43)] {
        let (signer, right) = (signer(provider), right(&signer(provider)));
        for length in 1..length {
            let expected = match length {
                1..27 => "no-known-mistake",
                27..43 => "truncated",
                _ => "other-encoding",
            };
            assert_eq!(codes(&signer, ID, &right[..length]), [expected], "{provider}: {length}");
        }
    }
}

#[test]
fn shows_no_digits_of_a_signature_no_secret_and_no_id() {
    for provider in ["gosquared", "chameleon"] {
        let signer = signer(provider);
        let mut windows: Vec<String> = vec![SECRET.into(), OLDER.into(), ID.into()];
        for message in [ID.to_owned(), format!("{ID}-{NOW}")] {
            for secret in [SECRET, OLDER] {
                let digits = digits(secret, &message);
                windows.extend((0..=digits.len() - 16).map(|at| digits[at..at + 16].to_owned()));
            }
        }
        for (_, signature) in common(provider).into_iter().chain(timestamped()) {
            let told = format!("{:?}", findings(&signer, ID, &signature)).to_lowercase();
            assert!(windows.iter().all(|window| !told.contains(&window.to_lowercase())));
        }
    }
}

#[test]
fn survives_any_bytes() {
    let mut state = 1_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for provider in ["gosquared", "chameleon"] {
        let signer = signer(provider);
        for _ in 0..30 {
            let length = random() % 200;
            let alphabet =
                [&b"0123456789abcdefABCDEF-.+/=_ \n\"'"[..], &[0, 0x7f, 0x80, 0xc2, 0xa0, 0xef, 0xbb, 0xbf, 0xff]]
                    .concat();
            let noise: Vec<u8> = (0..length).map(|_| alphabet[random() as usize % alphabet.len()]).collect();
            let mut mutated = right(&signer).into_bytes();
            let at = random() as usize % mutated.len();
            mutated[at] ^= 1 << (random() % 8);
            assert!(!findings(&signer, ID, noise).is_empty());
            assert!(codes(&signer, ID, mutated).iter().all(|code| !code.starts_with("valid")));
        }
        for id in
            ["0", "-0", "1e999", "1e-5", ".5", "e5", "-", "%", "%f", "%zz", "&#39", "@", "\u{feff}", " ", "\u{80}", "'"]
        {
            assert_eq!(codes(&signer, id, "ab".repeat(32) + &suffix(provider)), ["no-known-mistake"]);
        }
        let many: Vec<UserId<'_>> = vec!["\u{130}\u{df}\u{1e9e}"; 16].into_iter().map(UserId::from).collect();
        assert_eq!(signer.explain(ID, "ab".repeat(1 << 19), &many, TIMESTAMP_MAX).unwrap()[0].code, "no-known-mistake");
        for now in [0, TIMESTAMP_MAX] {
            assert_eq!(signer.explain(ID, "ab".repeat(32), &many, now).unwrap()[0].code, "no-known-mistake");
        }
    }
}
