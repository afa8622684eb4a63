//! What `explain` costs where the text, the id and the secrets are chosen to cost much: less than 20 ms on an idle machine with
//! SHA extensions. A part of `make bench`; on Linux alone.

use personsig::{Secret, Signer, UserId};

const NOW: i64 = 1_596_165_824;

fn main() {
    let hex = |length: usize| "ab1f9".repeat(60)[..length].to_owned();
    let spread = |length: usize| {
        hex(length).as_bytes().chunks(2).map(|b| str::from_utf8(b).unwrap()).collect::<Vec<_>>().join(":")
    };
    let signatures = [
        hex(64),
        hex(63),
        hex(40),
        format!("{} {} {} {}", hex(41), hex(63), hex(50), hex(40)),
        format!("{} {} {} {}", hex(32), hex(40), hex(56), hex(96)),
        hex(128),
        format!("{}ffffff", hex(90)),
        "ab1f9".repeat(204),
        format!("{} ", hex(63)).repeat(15),
        spread(64).repeat(5),
        "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=".into(),
        "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA= ".repeat(22),
        "a\u{fffd}b".repeat(16),
        "\u{fffd}".repeat(32),
        "????????abcdefgh????????????????".into(),
        format!("&quot;{}%22\\u0022", hex(64)),
        format!("&#97;{}%61\\x61-{NOW}", hex(64)),
        hex::encode(hex::encode(hex(64))),
        "<".repeat(1000),
        "&".repeat(1000),
        "\\".repeat(1000),
        "1,".repeat(500),
        "9".repeat(78),
    ];
    let mut slowest = (0.0, String::new());
    for (id, other, secret) in [
        (8, 15, 24),
        (115, 115, 128),
        (128, 128, 128),
        (1024, 1024, 1024),
        (36, 40, 1024),
        (20, 100, 1 << 20),
        (1 << 20, 20, 1 << 20),
    ] {
        let fallbacks: Vec<String> = (0..8).map(|at| format!("Zz{at}{}", "k".repeat(secret - 3))).collect();
        let also: Vec<String> =
            (0..16).map(|at| format!("Ada.{at:x}{}@X.y", "\u{e9}".repeat((other - 9) / 2))).collect();
        let id = format!("A@{}", "7".repeat(id - 2));
        let fallbacks: Vec<_> = fallbacks.iter().map(Secret::from).collect();
        let also: Vec<_> = also.iter().map(|other| UserId::from(other.as_str())).collect();
        for provider in ["gosquared", "chameleon"] {
            let signer = Signer::with_fallbacks(provider, &"$aB=".repeat(secret / 4), &fallbacks).unwrap();
            for (at, signature) in signatures.iter().enumerate() {
                for tail in ["", "-1596165824", "-15961658", "-1596165824.123456"] {
                    let shown = format!("{signature}{tail}");
                    let call = || assert!(!signer.explain(id.as_str(), &shown, &also, NOW).unwrap().is_empty());
                    // The clock ticks every few milliseconds, and other programs slow the processor down.
                    let batches = if milliseconds(call) < 8.0 { 0 } else { 5 };
                    let batch = || milliseconds(|| (0..5).for_each(|_| call())) / 5.0;
                    let time = (0..batches).map(|_| batch()).min_by(f64::total_cmp).unwrap_or_default();
                    if time > slowest.0 {
                        slowest =
                            (time, format!("{provider}, id {}, secret {secret}, signature {at} {tail}", id.len()));
                    }
                }
            }
        }
    }
    println!("the slowest call of explain: {:.1} ms ({})", slowest.0, slowest.1);
}

/// The time that this thread had on a processor, in milliseconds.
fn milliseconds(work: impl FnOnce()) -> f64 {
    let now = || {
        let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        times.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
    };
    let start = now();
    work();
    now() - start
}
