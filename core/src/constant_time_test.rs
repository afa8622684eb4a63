//! No branch and no index of `sign` and `verify` depends on a secret or on a tag, in any scheme, encoding and form of the
//! key.
//!
//! Shown by memcheck, as in Langley's ctgrind: the secrets are marked as undefined memory, and memcheck reports every
//! jump and address that depends on them. A leak planted on purpose shows that it would. Valgrind hides the CPU's SHA
//! extensions, so what runs here is the portable SHA-256; the code around it is the same. It is compiled into optimised
//! builds alone: debug assertions branch on what they check.

use std::arch::asm;
use std::hint::black_box;
use std::process::Command;
use std::slice;

use subtle::{Choice, ConstantTimeEq};

use crate::secret::Secret;
use crate::signer::Signer;
use crate::suffix::Suffix;

const CHILD: &str = "PERSONSIG_UNDER_MEMCHECK";

#[test]
fn nothing_depends_on_a_secret() {
    if std::env::var_os(CHILD).is_some() {
        for_every_case(compare);
    } else {
        assert_eq!(memcheck("nothing_depends_on_a_secret"), Some(0));
    }
}

#[test]
fn memcheck_catches_a_planted_leak() {
    if std::env::var_os(CHILD).is_some() {
        for_every_case(compare_byte_by_byte);
    } else {
        assert_eq!(memcheck("memcheck_catches_a_planted_leak"), Some(LEAK));
    }
}

const LEAK: i32 = 99;

/// Runs one test of this program again, under memcheck, and returns its exit code.
fn memcheck(test: &str) -> Option<i32> {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new("valgrind")
        .args(["--quiet", "--undef-value-errors=yes", &format!("--error-exitcode={LEAK}")])
        .arg(program)
        .args(["--exact", &format!("constant_time_test::{test}"), "--test-threads=1"])
        .env(CHILD, "1")
        .output();
    output.expect("valgrind must be installed").status.code()
}

type Compare = fn(&Signer, &str, &[u8]) -> Choice;

/// Every scheme, encoding and form of the key; secrets on both sides of a block's length; a right signature, one of a
/// fallback, a wrong one.
fn for_every_case(compare: Compare) {
    for provider in ["gosquared", "chameleon", "pylon", "magicbell", "suprsend"] {
        let id = "ada@example.com";
        for length in [2, 20, 62, 64, 66, 200] {
            // Hex digits, for pylon.
            let [secret, older, other] = [b'a', b'b', b'c'].map(|digit| vec![digit; length]);
            let fallbacks = [Secret::from(&older), Secret::from("00ff")];
            let signer = Signer::with_fallbacks(provider, &secret, &fallbacks).expect("a signer");
            let presented = [&secret, &older, &other].map(|secret| {
                let signer = Signer::new(provider, secret).expect("a signer");
                signer.sign_at(id, 1596165824).expect("a signature").to_string()
            });
            mark_all(UNDEFINED, &signer);
            let signed = signer.sign_at(id, 1596165824).expect("a signature");
            mark(DEFINED, signed.as_bytes());
            assert_eq!(black_box(&signed).as_str(), presented[0]);
            for (signature, right) in presented.iter().zip([true, true, false]) {
                let verdict = compare(&signer, id, signature.as_bytes()).unwrap_u8();
                mark(DEFINED, slice::from_ref(&verdict));
                // Read again, from the memory that is marked.
                assert_eq!(*black_box(&verdict) == 1, right);
            }
            mark_all(DEFINED, &signer);
        }
    }
}

/// Its secrets, and what was computed of them beforehand.
fn mark_all(request: usize, signer: &Signer) {
    for key in signer.secrets.keys() {
        [key.secret, key.block, key.inner, key.outer].iter().for_each(|bytes| mark(request, bytes));
    }
}

fn compare(signer: &Signer, user_id: &str, signature: &[u8]) -> Choice {
    let presented = signer.parse(signature).expect("a signature");
    presented.compare(user_id, signer.secrets.keys()).0
}

/// What must not be written: it stops at the first byte that differs.
fn compare_byte_by_byte(signer: &Signer, user_id: &str, signature: &[u8]) -> Choice {
    let presented = signer.parse(signature).expect("a signature");
    for key in signer.secrets.keys() {
        let [expected] = key.hmac([user_id.as_bytes()], &Suffix::read(presented.suffix));
        if expected.iter().zip(&presented.mac).all(|(a, b)| a == b) {
            return 1_u8.ct_eq(&1);
        }
    }
    0_u8.ct_eq(&1)
}

// memcheck.h: VALGRIND_MAKE_MEM_UNDEFINED and VALGRIND_MAKE_MEM_DEFINED.
const UNDEFINED: usize = ((b'M' as usize) << 24 | (b'C' as usize) << 16) + 1;
const DEFINED: usize = UNDEFINED + 1;

/// A request to memcheck: what it shall think of this memory.
fn mark(request: usize, memory: &[u8]) {
    let arguments = [request, memory.as_ptr() as usize, memory.len(), 0, 0, 0];
    // SAFETY: outside valgrind these instructions do nothing (rdi turns by 128 bits, rbx is exchanged with itself);
    // inside they change what memcheck knows about the memory, not the memory.
    unsafe {
        asm!("rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") arguments.as_ptr(), inout("rdx") 0_usize => _, inout("rdi") 0_usize => _);
    }
}
