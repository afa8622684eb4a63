//! Does the time of a call tell something about a secret? A smoke test on this very CPU, in the manner of dudect
//! ([Reparaz, Balasch, Verbauwhede, 2017](https://eprint.iacr.org/2016/1123)): two classes of input in random order, and
//! Welch's t between their times. What is claimed rests on constant_time_test.rs, which reads code; this test would notice
//! what no reading shows, such as an instruction whose time depends on its operands.
//!
//! It takes an idle core and some seconds, so `make security-constant-time` runs it and `cargo test` does not.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::time::Instant;

use personsig::{Secret, Signer, SnippetOptions, VerifyOptions, hmac_sha256};

const SECRET: &str = "personsig-test-secret-of-48-characters-0123456789";
const OLDER: &str = "personsig-test-secret-of-48-characters-9876543210";
const ID: &str = "123456";
const MEASUREMENTS: usize = 1_000_000;

/// Above it, a difference is beyond doubt; dudect's own bound.
const DIFFERS: f64 = 10.0;
/// Above it, a difference is likely, and is measured again.
const PERHAPS: f64 = 4.5;
/// What every planted leak has to exceed.
const CAUGHT: f64 = 50.0;

#[test]
#[ignore = "needs an idle core"]
fn times_tell_nothing() {
    let signer = Signer::with_fallbacks("gosquared", SECRET, &[Secret::from(OLDER); 7]).expect("a signer");
    let right = signer.sign(ID).expect("a signature").to_string();
    let older = Signer::new("gosquared", OLDER).expect("a signer").sign(ID).expect("a signature").to_string();
    let wrong = [0, 63].map(|at| with_another(&right, at));
    // A letter for a letter and a digit for a digit: a token's form is checked too, and tells no secret.
    let almost = [(0, "q"), (SECRET.len() - 1, "8")].map(|(at, other)| {
        let mut text = SECRET.to_owned();
        text.replace_range(at..=at, other);
        text
    });
    let verified = |signature: &str| signer.verify_with(ID, signature, &VerifyOptions::default()).is_ok();
    let on_a_page = |token: &str| {
        let options = SnippetOptions { site_token: Some(token), ..SnippetOptions::default() };
        signer.snippet(None::<&str>, &options).is_ok()
    };
    // Equally many of them, and each at a place of its own, so that caches do the same for both.
    let signers = |secret: &dyn Fn(usize) -> String| -> Vec<Signer> {
        (0..64).map(|at| Signer::new("gosquared", &secret(at)).expect("a signer")).collect()
    };
    let [equal, different] = [
        signers(&|_| SECRET.into()),
        signers(&|at| hmac_sha256(b"key", &[at as u8]).iter().map(|byte| format!("{byte:02x}")).collect()),
    ];
    let next = Cell::new(0_usize);
    let signed = |signers: &Vec<Signer>| {
        next.set((next.get() + 1) % signers.len());
        signers[next.get()].sign(ID).is_ok()
    };

    let mut wrongs = Vec::new();
    let mut quiet = |name, t: &dyn Fn() -> f64| {
        let mut value = t();
        for _ in 0..3 {
            if value <= PERHAPS {
                break;
            }
            value = value.min(t());
        }
        println!("{name}: |t| = {value:.2}, at most {DIFFERS}");
        wrongs.extend((value > DIFFERS).then(|| format!("{name} differs: |t| = {value:.2}")));
    };
    quiet("verify, wrong in its first or in its last digit", &|| {
        t_of_texts([&wrong[0], &wrong[1]], |given| verified(given))
    });
    quiet("verify, made with the secret or with the first fallback", &|| {
        t_of_texts([&right, &older], |given| verified(given))
    });
    quiet("sign, under one secret or under many", &|| t([&equal, &different], |_| (), |given| signed(given)));
    quiet("the page, one character from the secret", &|| {
        t_of_texts([&almost[0], &almost[1]], |given| on_a_page(given))
    });

    let mut loud = |name, value: f64| {
        println!("planted: {name}: |t| = {value:.2}, at least {CAUGHT}");
        wrongs.extend((value < CAUGHT).then(|| format!("{name} was not caught: |t| = {value:.2}")));
    };
    loud("a comparison byte by byte", t_of_texts([&wrong[0], &wrong[1]], |given| byte_by_byte(&[SECRET], given)));
    let secrets = [[SECRET].as_slice(), &[OLDER; 7]].concat();
    loud("a rotation that stops at a match", t_of_texts([&right, &older], |given| byte_by_byte(&secrets, given)));
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

/// The text with another digit in that place.
fn with_another(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    String::from_utf8(bytes).expect("ASCII")
}

/// What must not be written.
fn byte_by_byte(secrets: &[&str], signature: &str) -> bool {
    secrets.iter().any(|secret| {
        let expected: String =
            hmac_sha256(secret.as_bytes(), ID.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        expected.bytes().zip(signature.bytes()).all(|(a, b)| black_box(a) == black_box(b))
    })
}

/// [`t`] of two texts, both read from one place, so that caches do the same for both.
fn t_of_texts(texts: [&String; 2], call: impl Fn(&str) -> bool) -> f64 {
    let place = RefCell::new(texts[0].clone());
    t(texts, |text| place.borrow_mut().clone_from(text), |_| call(&place.borrow()))
}

/// The largest |t| between the times of a call with two inputs, over all measurements and over the fastest of them: the
/// slowest are interrupts.
fn t<T>(inputs: [&T; 2], place: impl Fn(&T), call: impl Fn(&T) -> bool) -> f64 {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut times = [const { Vec::new() }; 2];
    for number in 0..MEASUREMENTS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let class = (random >> 63) as usize;
        let input = black_box(inputs[class]);
        place(input);
        let start = Instant::now();
        black_box(call(input));
        let taken = start.elapsed().as_nanos() as f64;
        if number > 1000 {
            times[class].push(taken);
        }
    }
    let mut all = times.concat();
    all.sort_by(f64::total_cmp);
    let limits = [0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0].map(|part| all[((all.len() - 1) as f64 * part) as usize]);
    limits.map(|limit| welch(&times, limit)).into_iter().fold(0.0, f64::max)
}

fn welch(times: &[Vec<f64>; 2], limit: f64) -> f64 {
    let [(mean, error), (other_mean, other_error)] = [0, 1].map(|class: usize| {
        let times = || times[class].iter().filter(|time| **time <= limit);
        let count = times().count() as f64;
        let mean = times().sum::<f64>() / count;
        let variance = times().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    });
    let (difference, error) = ((mean - other_mean).abs(), (error + other_error).sqrt());
    if error > 0.0 { difference / error } else { 0.0 }
}
