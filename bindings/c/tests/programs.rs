//! C programs against the built library: one promise each, and all of them under two memory checkers.

mod compiler;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use compiler::{built, compile, compile_static, root, succeed};

fn source(name: &str) -> PathBuf {
    root().join("bindings/c/tests/programs").join(name)
}

fn run(name: &str, arguments: &[&str]) {
    let options = ["-std=c17", "-pthread"];
    // A test that runs the same program with other arguments must not write the file that is being run.
    let purpose = format!("dynamic{}", arguments.concat());
    succeed(Command::new(compile(&source(name), &purpose, &options)).args(arguments));
}

#[test]
fn the_answers_are_known_in_c99() {
    succeed(&mut Command::new(compile(&source("known_answers.c"), "c99", &["-std=c99"])));
}

#[test]
fn the_answers_are_known_in_c17() {
    succeed(&mut Command::new(compile(&source("known_answers.c"), "c17", &["-std=c17"])));
}

#[test]
fn the_answers_are_known_in_cxx17() {
    succeed(&mut Command::new(compile(&source("known_answers.c"), "cxx17", &["-x", "c++", "-std=c++17"])));
}

#[test]
fn the_answers_are_known_from_the_static_library() {
    succeed(&mut Command::new(compile_static(&source("known_answers.c"), "static", &["-std=c17"])));
}

#[test]
fn null_and_lengths_that_no_object_has_are_refused() {
    run("null_pointers.c", &[]);
}

#[test]
fn a_buffer_of_any_size_is_respected() {
    run("buffer_sizes.c", &[]);
}

#[test]
fn options_of_another_size_are_read_by_the_rule() {
    run("option_sizes.c", &[]);
}

#[test]
fn nothing_beyond_the_text_is_read() {
    run("page_end.c", &[]);
}

#[test]
fn four_threads_use_one_signer() {
    run("threads.c", &[]);
}

#[test]
fn sixty_four_kib_of_stack_are_enough() {
    run("small_stack.c", &["64"]);
}

/// The program is not linked with the library, which would then stay loaded.
#[test]
fn the_library_is_loaded_and_unloaded_many_times() {
    let program = compile(&source("reload.c"), "unlinked", &["-std=c17", "-Wl,--as-needed"]);
    succeed(Command::new(program).arg(built("libpersonsig.so")));
}

#[test]
fn both_processes_use_a_signer_after_fork() {
    run("fork.c", &[]);
}

#[test]
fn errno_is_left_alone() {
    run("errno.c", &[]);
}

#[test]
fn findings_are_json_text() {
    run("explain.c", &[]);
}

#[test]
fn running_out_of_memory_is_a_status() {
    run("out_of_memory.c", &[]);
}

#[test]
fn sign_and_verify_allocate_nothing() {
    run("no_allocation.c", &[]);
}

#[test]
fn what_a_signer_frees_holds_no_secret() {
    run("freed_memory.c", &["signer"]);
}

#[test]
fn what_from_env_frees_holds_no_secret() {
    run("freed_memory.c", &["environment"]);
}

#[test]
fn what_explain_frees_holds_no_secret() {
    run("freed_memory.c", &["explain"]);
}

/// Those that leave malloc as it is.
const CHECKABLE: [&str; 9] = [
    "known_answers.c",
    "null_pointers.c",
    "buffer_sizes.c",
    "option_sizes.c",
    "page_end.c",
    "threads.c",
    "fork.c",
    "errno.c",
    "explain.c",
];

#[test]
fn the_programs_are_clean_under_the_sanitizers() {
    for name in CHECKABLE {
        let options = ["-std=c17", "-pthread", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
        succeed(&mut Command::new(compile_static(&source(name), "sanitized", &options)));
    }
}

#[test]
fn the_programs_are_clean_under_valgrind() {
    let valgrind = ["--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=all"];
    for name in CHECKABLE {
        let program = compile(&source(name), "valgrind", &["-std=c17", "-pthread"]);
        let leaks = "--errors-for-leak-kinds=all";
        succeed(Command::new("valgrind").args(valgrind).args([leaks, "--trace-children=yes"]).arg(program));
    }
}

#[test]
fn random_ids_are_signed_as_pythons_hmac_signs_them() {
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs().to_string();
    let seed = std::env::var("PERSONSIG_SEED").unwrap_or_else(|_| clock());
    println!("PERSONSIG_SEED={seed}");
    let signed = succeed(Command::new(compile(&source("random_ids.c"), "dynamic", &["-std=c17"])).arg(seed));
    assert_eq!(signed.lines().count(), 20_000);
    let script = "
import hashlib, hmac, sys
for line in sys.stdin:
    user_id, provider, signature = line.split()
    tail = b'-1596165824' if provider == 'chameleon' else b''
    digest = hmac.new(b'personsig-test-secret', bytes.fromhex(user_id) + tail, hashlib.sha256).hexdigest()
    assert signature == digest + tail.decode(), (user_id, provider)
";
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut judge = Command::new(python).args(["-c", script]).stdin(Stdio::piped()).spawn().expect("python3");
    judge.stdin.take().expect("its input").write_all(signed.as_bytes()).expect("python3 to read");
    assert!(judge.wait().expect("python3").success());
}

/// A program that was linked before must find what it was linked with: this list only grows.
const EXPORTED: [&str; 24] = [
    "personsig_hmac_sha256",
    "personsig_provider_count",
    "personsig_provider_documentation",
    "personsig_provider_encoding",
    "personsig_provider_identifier",
    "personsig_provider_key_form",
    "personsig_provider_legacy",
    "personsig_provider_name",
    "personsig_provider_scheme",
    "personsig_provider_secret_variable",
    "personsig_provider_title",
    "personsig_signer_explain",
    "personsig_signer_free",
    "personsig_signer_from_env",
    "personsig_signer_identity",
    "personsig_signer_new",
    "personsig_signer_provider",
    "personsig_signer_sign",
    "personsig_signer_sign_many",
    "personsig_signer_snippet",
    "personsig_signer_verify",
    "personsig_status_message",
    "personsig_status_name",
    "personsig_version",
];

#[test]
fn the_shared_library_exports_these_functions_and_nothing_else() {
    let symbols = succeed(Command::new("nm").args(["-D", "--defined-only"]).arg(built("libpersonsig.so")));
    let mut names: Vec<_> = symbols.lines().filter_map(|line| line.split_whitespace().last()).collect();
    names.sort_unstable();
    assert_eq!(names, EXPORTED);
}

#[test]
fn the_header_declares_what_is_exported() {
    let header = fs::read_to_string(root().join("include/personsig.h")).expect("the header");
    let code = header.lines().filter(|line| !line.starts_with("//") && !line.starts_with(" *"));
    let declared = code.filter_map(|line| line.split_once('(')?.0.rsplit([' ', '*']).next());
    let declared: BTreeSet<_> = declared.filter(|name| name.starts_with("personsig_")).collect();
    assert_eq!(declared, BTreeSet::from(EXPORTED));
}

#[test]
fn the_shared_library_has_its_soname() {
    let dynamic = succeed(Command::new("readelf").arg("-d").arg(built("libpersonsig.so")));
    assert!(dynamic.contains("Library soname: [libpersonsig.so.1]"), "{dynamic}");
}

/// What they print is tested beside the other languages' examples.
#[test]
fn the_examples_are_c99() {
    let names = fs::read_dir(root().join("examples")).expect("examples").map(|entry| entry.expect("a file").path());
    let names: Vec<_> = names.filter(|path| path.extension().is_some_and(|suffix| suffix == "c")).collect();
    assert!(names.len() >= 5);
    for path in names {
        // replace.c calls OpenSSL too, and reads the environment.
        let program = compile(&path, "example", &["-std=c99", "-Wl,--no-as-needed", "-lcrypto"]);
        succeed(Command::new(program).env("GOSQUARED_SECURE_MODE_SECRET", "personsig-test-secret"));
    }
}
