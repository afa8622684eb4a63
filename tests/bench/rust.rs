//! Rust's part of `make bench`: `bench ROUNDS BATCH_NS`. What is timed, and how, says bench.py.

use std::cell::Cell;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use personsig::{DEFAULT_CLOCK_SKEW, DEFAULT_MAX_AGE, Signer, UserId};
use serde_json::{Value, json};
use sha2::Sha256;
use sha2::block_api::compress256;

const SECRET: &str = "bench-secret-of-thirty-two-bytes";
const COUNT: usize = 1000;

/// One of those who are compared, and how long each round took it.
struct Contender {
    about: Value,
    /// Does it once for all ids.
    pass: Box<dyn Fn()>,
    ns: Vec<f64>,
}

fn main() -> ExitCode {
    let number = |at| std::env::args().nth(at).and_then(|text| text.parse::<u64>().ok());
    let (Some(rounds), Some(batch_ns)) = (number(1), number(2)) else {
        eprintln!("usage: bench ROUNDS BATCH_NS");
        return ExitCode::FAILURE;
    };
    let mut contenders = Vec::new();
    for provider in ["gosquared", "chameleon"] {
        for id_bytes in [10, 36] {
            contenders.extend(signing(provider, id_bytes));
            contenders.extend(verifying(provider, id_bytes));
            contenders.extend(signing_many(provider, id_bytes));
        }
        contenders.extend(making(provider));
    }
    let repeats: Vec<u64> = contenders.iter().map(|contender| warm_up(contender, batch_ns)).collect();
    let count = contenders.len();
    for round in 0..rounds as usize {
        for turn in 0..count {
            let at = (turn + round) % count;
            let elapsed = time(&contenders[at], repeats[at]);
            contenders[at].ns.push(elapsed / (repeats[at] as f64 * COUNT as f64));
        }
    }
    println!("{}", json!({"surface": "rust", "runtime": std::env::consts::ARCH, "version": personsig::VERSION}));
    for Contender { mut about, ns, .. } in contenders {
        about["ns"] = json!(ns);
        println!("{about}");
    }
    ExitCode::SUCCESS
}

/// How many passes take about `batch_ns`, found while the processor gets going.
fn warm_up(contender: &Contender, batch_ns: u64) -> u64 {
    let (began, mut fastest) = (Instant::now(), f64::MAX);
    while began.elapsed().as_nanos() < u128::from(5 * batch_ns) {
        fastest = fastest.min(time(contender, 1));
    }
    ((batch_ns as f64 / fastest).round() as u64).max(1)
}

/// Nanoseconds for so many passes.
fn time(contender: &Contender, repeat: u64) -> f64 {
    let began = Instant::now();
    (0..repeat).for_each(|_| (contender.pass)());
    began.elapsed().as_nanos() as f64
}

fn ids(id_bytes: usize) -> Vec<String> {
    let id = |i: usize| match id_bytes {
        10 => format!("{}", 1_000_000_000 + 7919 * i),
        _ => format!("7b9f2c1e-5d3a-4e68-9f10-{:012}", 7919 * i),
    };
    (0..COUNT).map(id).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs()
}

fn signer(provider: &str) -> Signer {
    Signer::new(provider, SECRET).expect("a signer")
}

fn about(case: &str, provider: &str, id_bytes: Option<usize>, kind: &str, name: &str) -> Value {
    let scheme = if provider == "gosquared" { "plain" } else { "timestamped" };
    json!({"case": case, "scheme": scheme, "id_bytes": id_bytes, "kind": kind, "name": name})
}

// What people write with the hmac crate.

fn fresh_key() -> Hmac<Sha256> {
    Hmac::new_from_slice(SECRET.as_bytes()).expect("any length")
}

/// `-T` at this moment, where the scheme has it.
fn suffix(provider: &str) -> String {
    if provider == "gosquared" { String::new() } else { format!("-{}", now()) }
}

fn sign(mac: Hmac<Sha256>, id: &str, suffix: &str) -> String {
    hex::encode(mac.chain_update(id).chain_update(suffix).finalize().into_bytes()) + suffix
}

fn verify(mac: Hmac<Sha256>, id: &str, signature: &str) -> bool {
    let (digits, time) = signature.split_once('-').unwrap_or((signature, ""));
    let Ok(digest) = hex::decode(digits) else { return false };
    let mac = mac.chain_update(id).chain_update(&signature[digits.len()..]);
    if mac.verify_slice(&digest).is_err() {
        return false;
    }
    let Ok(time) = time.parse::<u64>() else { return time.is_empty() };
    now().saturating_sub(time) <= DEFAULT_MAX_AGE as u64 && time.saturating_sub(now()) <= DEFAULT_CLOCK_SKEW as u64
}

// The cases.

type Verify = Box<dyn Fn(&str, &str) -> bool>;
type SignMany = Box<dyn Fn(&[String]) -> Vec<String>>;

fn signing(provider: &'static str, id_bytes: usize) -> Vec<Contender> {
    let (ours, key) = (signer(provider), fresh_key());
    // Each waits for the one before, as the two of one signature do.
    let state = Cell::new([0; 8]);
    let floor = move |_: &String| {
        let mut next = state.get();
        compress256(&mut next, &[[0; 64]; 2]);
        state.set(next);
    };
    vec![
        each_signs(provider, id_bytes, ("ours", "Signer::sign"), move |id| ours.sign(id).expect("a signature")),
        each_signs(provider, id_bytes, ("usual", "hmac crate"), move |id| sign(fresh_key(), id, &suffix(provider))),
        each_signs(provider, id_bytes, ("best", "hmac crate keyed"), move |id| {
            sign(key.clone(), id, &suffix(provider))
        }),
        each(about("sign", provider, Some(id_bytes), "floor", "two dependent compressions"), ids(id_bytes), floor),
    ]
}

fn verifying(provider: &'static str, id_bytes: usize) -> Vec<Contender> {
    let contender = |(kind, name), verify: Verify| {
        let signer = signer(provider);
        let signed = ids(id_bytes).into_iter().map(|id| (signer.sign(&id).expect("a signature").to_string(), id));
        let signed: Vec<(String, String)> = signed.collect();
        signed.iter().for_each(|(signature, id)| assert!(verify(id, signature), "{name}"));
        each(about("verify", provider, Some(id_bytes), kind, name), signed, move |(signature, id)| {
            verify(id, signature)
        })
    };
    let (ours, key) = (signer(provider), fresh_key());
    vec![
        contender(("ours", "Signer::verify"), Box::new(move |id, signature| ours.verify(id, signature).is_ok())),
        contender(("usual", "hmac crate"), Box::new(|id, signature| verify(fresh_key(), id, signature))),
        contender(("best", "hmac crate keyed"), Box::new(move |id, signature| verify(key.clone(), id, signature))),
    ]
}

fn signing_many(provider: &'static str, id_bytes: usize) -> Vec<Contender> {
    let contender = |(kind, name), sign: SignMany| {
        let ids = ids(id_bytes);
        let signatures = sign(&ids);
        ids.iter().zip(&signatures).for_each(|(id, signature)| assert_right(provider, id, signature, name));
        assert_eq!(signatures.len(), COUNT);
        let pass = Box::new(move || drop(black_box(sign(black_box(&ids)))));
        Contender { about: about("sign_many", provider, Some(id_bytes), kind, name), pass, ns: Vec::new() }
    };
    let (ours, one, key) = (signer(provider), signer(provider), fresh_key());
    vec![
        contender(
            ("ours", "Signer::sign_many"),
            Box::new(move |ids| {
                let ids: Vec<UserId<'_>> = ids.iter().map(UserId::from).collect();
                ours.sign_many(&ids, None).expect("signatures").map(|signature| signature.as_str().to_owned()).collect()
            }),
        ),
        contender(
            ("loop", "Signer::sign"),
            Box::new(move |ids| ids.iter().map(|id| one.sign(id).expect("a signature").as_str().to_owned()).collect()),
        ),
        contender(
            ("usual", "hmac crate"),
            Box::new(move |ids| ids.iter().map(|id| sign(fresh_key(), id, &suffix(provider))).collect()),
        ),
        contender(
            ("best", "hmac crate keyed"),
            Box::new(move |ids| ids.iter().map(|id| sign(key.clone(), id, &suffix(provider))).collect()),
        ),
    ]
}

fn making(provider: &'static str) -> Vec<Contender> {
    let secrets = vec![SECRET.to_owned(); COUNT];
    vec![
        each(about("new", provider, None, "ours", "Signer::new"), secrets.clone(), move |secret| {
            Signer::new(provider, secret).expect("a signer")
        }),
        each(about("new", provider, None, "usual", "hmac crate"), secrets, |secret| {
            Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length")
        }),
    ]
}

fn each_signs<S: std::ops::Deref<Target = str>>(
    provider: &'static str,
    id_bytes: usize,
    (kind, name): (&str, &str),
    sign: impl Fn(&str) -> S + 'static,
) -> Contender {
    ids(id_bytes).iter().for_each(|id| assert_right(provider, id, &sign(id), name));
    each(about("sign", provider, Some(id_bytes), kind, name), ids(id_bytes), move |id: &String| sign(id))
}

/// A pass is one call for each of these; what it gives is made, and not kept.
fn each<T: 'static, R>(about: Value, items: Vec<T>, call: impl Fn(&T) -> R + 'static) -> Contender {
    let pass = move || items.iter().for_each(|item| drop(black_box(call(black_box(item)))));
    Contender { about, pass: Box::new(pass), ns: Vec::new() }
}

/// Ours at the time that stands in it.
fn assert_right(provider: &str, id: &str, signature: &str, name: &str) {
    let time = signature.split_once('-').map(|(_, time)| time.parse().expect("a time"));
    assert_eq!(signer(provider).sign_at(id, time).expect("a signature").as_str(), signature, "{name}");
}
