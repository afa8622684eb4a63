//! No branch and no index of `sign` and `verify` depends on a secret or on a tag, in any scheme, encoding and form of the
//! key; nor does one of the comparison that keeps secrets off the page.
//!
//! Shown as in Langley's ctgrind: the secrets are marked as undefined memory, and a checker reports every jump and address
//! that depends on them. There are two checkers, since each sees what the other cannot:
//!
//! - memcheck reads machine code. Valgrind hides the CPU's SHA extensions, so it sees the portable SHA-256.
//!   `make security-constant-time` runs it at every optimisation level.
//! - MemorySanitizer, where the crate is compiled with it and `--cfg personsig_msan`, follows the marks through the SHA
//!   extensions, in LLVM's code. It needs a CPU that has them, and fails elsewhere.
//!
//! Leaks planted on purpose show in the same run that each checker would report them. All of it is compiled into optimised
//! builds alone: debug assertions branch on what they check.

#![allow(unexpected_cfgs, reason = "personsig_msan is set by make security-constant-time alone")]

use std::hint::black_box;
use std::process::Command;
use std::slice;

use subtle::{Choice, ConstantTimeEq};

use crate::secret::Secret;
use crate::signer::Signer;
use crate::suffix::Suffix;

/// Set in the process that the checker watches.
const WATCHED: &str = "PERSONSIG_UNDER_A_CHECKER";

/// The exit code of a process in which the checker reported something.
const LEAK: i32 = 99;

/// A test that runs itself again under the checker, and is satisfied with that exit code.
macro_rules! checked {
    ($($name:ident: $all_cases:ident($compare:expr) == $exit:expr;)*) => {$(
        #[test]
        fn $name() {
            if std::env::var_os(WATCHED).is_some() {
                $all_cases($compare);
            } else {
                watch(stringify!($name), $exit);
            }
        }
    )*};
}

checked! {
    nothing_in_sign_and_verify_depends_on_a_secret: for_every_signature(compare) == 0;
    a_comparison_byte_by_byte_is_caught: for_every_signature(compare_byte_by_byte) == LEAK;
    a_rotation_that_stops_at_a_match_is_caught: for_every_signature(stop_at_the_match) == LEAK;
    a_comparison_of_hex_digits_is_caught: for_every_signature(compare_hex_digits) == LEAK;
    a_comparison_of_slices_is_caught: for_every_signature(compare_slices) == LEAK;
}

#[cfg(feature = "snippet")]
checked! {
    nothing_that_keeps_secrets_off_the_page_depends_on_one: for_every_text(|signer, text| signer.secrets.contain(signer.provider.key_form, text)) == 0;
    a_page_that_compares_strings_is_caught: for_every_text(equals_as_slices) == LEAK;
    a_page_that_stops_at_a_match_is_caught: for_every_text(equals_the_first) == LEAK;
}

/// Runs one test of this program again, under the checker.
fn watch(test: &str, expected: i32) {
    let program = std::env::current_exe().expect("this program");
    #[cfg(not(personsig_msan))]
    let mut command = {
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--undef-value-errors=yes", &format!("--error-exitcode={LEAK}")]).arg(program);
        command
    };
    #[cfg(personsig_msan)]
    let mut command = {
        let found =
            is_x86_feature_detected!("sha") && is_x86_feature_detected!("ssse3") && is_x86_feature_detected!("sse4.1");
        assert!(found, "this CPU has no SHA extensions, so the code that uses them cannot be checked here");
        let mut command = Command::new(program);
        // What is undefined by itself is not of interest: only what is marked.
        command.env("MSAN_OPTIONS", format!("poison_in_malloc=0:exit_code={LEAK}"));
        command
    };
    let test = format!("{}::{test}", module_path!().split_once("::").expect("a module").1);
    let output = command.args(["--exact", &test, "--test-threads=1"]).env(WATCHED, "1").output();
    let output = output.expect("valgrind must be installed");
    let [said, reported] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(output.status.code(), Some(expected), "{test}\n{said}\n{reported}");
    assert!(expected == LEAK || said.contains("1 passed"), "{test} did not run:\n{said}");
}

type Compare = fn(&Signer, &str, &[u8]) -> Choice;

/// Every scheme, encoding and form of the key; secrets on both sides of a block's length; a right signature, one of a
/// fallback, a wrong one.
fn for_every_signature(compare: Compare) {
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
            // The standard library is not compiled with MemorySanitizer: what it writes keeps the marks of what was there
            // before, be it a string or a `str` that it returns.
            presented.iter().for_each(|signature| mark(DEFINED, signature.as_bytes()));
            mark_all(UNDEFINED, &signer);
            let signed = signer.sign_at(id, 1596165824).expect("a signature");
            mark(DEFINED, signed.as_bytes());
            assert!(black_box(&signed).as_bytes() == presented[0].as_bytes());
            for (signature, right) in presented.iter().zip([true, true, false]) {
                assert_eq!(verdict(compare(&signer, id, signature.as_bytes())), right);
            }
            mark_all(DEFINED, &signer);
        }
    }
}

/// The secret, a fallback, what differs from it in the last character, in the first, in its length, and nothing; in both
/// forms of the key.
#[cfg(feature = "snippet")]
fn for_every_text(equals: fn(&Signer, &[u8]) -> Choice) {
    for provider in ["gosquared", "pylon"] {
        for length in [2, 20, 62, 64, 66, 200] {
            let [secret, older] = ["a", "b"].map(|digit| digit.repeat(length));
            let signer = Signer::with_fallbacks(provider, &secret, &[Secret::from(&older)]).expect("a signer");
            let texts = [&secret[1..], "c"].concat();
            let texts = [&secret, &older, &texts, &["c", &secret[1..]].concat(), &secret[1..], ""];
            mark_all(UNDEFINED, &signer);
            for (text, right) in texts.into_iter().zip([true, true, false, false, false, false]) {
                assert_eq!(verdict(equals(&signer, text.as_bytes())), right);
            }
            mark_all(DEFINED, &signer);
        }
    }
}

/// The one thing that a caller learns.
fn verdict(choice: Choice) -> bool {
    let verdict = choice.unwrap_u8();
    mark(DEFINED, slice::from_ref(&verdict));
    // Read again, from the memory that is marked.
    *black_box(&verdict) == 1
}

/// Its secrets, and what was computed of them beforehand.
fn mark_all(request: Request, signer: &Signer) {
    for key in signer.secrets.keys() {
        [key.secret, key.block, key.inner, key.outer].iter().for_each(|bytes| mark(request, bytes));
    }
}

fn compare(signer: &Signer, user_id: &str, signature: &[u8]) -> Choice {
    let presented = signer.parse(signature).expect("a signature");
    presented.compare(user_id, signer.secrets.keys()).0
}

// What must not be written.

fn compare_byte_by_byte(signer: &Signer, user_id: &str, signature: &[u8]) -> Choice {
    any(signer, user_id, signature, |expected, presented| expected.iter().zip(presented).all(|(a, b)| a == b))
}

fn stop_at_the_match(signer: &Signer, user_id: &str, signature: &[u8]) -> Choice {
    any(signer, user_id, signature, |expected, presented| expected.ct_eq(presented).into())
}

fn compare_hex_digits(signer: &Signer, user_id: &str, signature: &[u8]) -> Choice {
    any(signer, user_id, signature, |expected, presented| hex::encode(expected) == hex::encode(presented))
}

fn compare_slices(signer: &Signer, user_id: &str, signature: &[u8]) -> Choice {
    // Of 32 bytes `==` is compiled without branches; slices are compared by the C library.
    any(signer, user_id, signature, |expected, presented| black_box(&expected[..]) == black_box(&presented[..]))
}

/// Tries one secret after another.
fn any(signer: &Signer, user_id: &str, signature: &[u8], same: fn(&[u8; 32], &[u8; 32]) -> bool) -> Choice {
    let presented = signer.parse(signature).expect("a signature");
    let found = signer.secrets.keys().any(|key| {
        let [expected] = key.hmac([user_id.as_bytes()], &Suffix::read(presented.suffix));
        same(&expected, &presented.mac)
    });
    Choice::from(u8::from(found))
}

#[cfg(feature = "snippet")]
fn equals_as_slices(signer: &Signer, text: &[u8]) -> Choice {
    let found = signer.secrets.iter().fold(false, |found, secret| found | (secret == text));
    Choice::from(u8::from(found))
}

#[cfg(feature = "snippet")]
fn equals_the_first(signer: &Signer, text: &[u8]) -> Choice {
    let found = signer.secrets.iter().any(|secret| secret.ct_eq(text).into());
    Choice::from(u8::from(found))
}

#[derive(Clone, Copy)]
struct Request(usize);

// memcheck.h: VALGRIND_MAKE_MEM_UNDEFINED and VALGRIND_MAKE_MEM_DEFINED.
const UNDEFINED: Request = Request(((b'M' as usize) << 24 | (b'C' as usize) << 16) + 1);
const DEFINED: Request = Request(UNDEFINED.0 + 1);

/// Tells the checker what it shall think of this memory.
#[cfg(not(personsig_msan))]
fn mark(request: Request, memory: &[u8]) {
    let arguments = [request.0, memory.as_ptr() as usize, memory.len(), 0, 0, 0];
    // SAFETY: outside valgrind these instructions do nothing (rdi turns by 128 bits, rbx is exchanged with itself);
    // inside they change what memcheck knows about the memory, not the memory.
    unsafe {
        std::arch::asm!("rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") arguments.as_ptr(), inout("rdx") 0_usize => _, inout("rdi") 0_usize => _);
    }
}

#[cfg(personsig_msan)]
fn mark(request: Request, memory: &[u8]) {
    unsafe extern "C" {
        fn __msan_poison(start: *const u8, length: usize);
        fn __msan_unpoison(start: *const u8, length: usize);
    }
    // SAFETY: both change what MemorySanitizer knows about the memory, not the memory.
    unsafe {
        match request.0 == UNDEFINED.0 {
            true => __msan_poison(memory.as_ptr(), memory.len()),
            false => __msan_unpoison(memory.as_ptr(), memory.len()),
        }
    }
}
