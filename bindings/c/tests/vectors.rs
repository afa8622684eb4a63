//! Every case of tests/vectors, as a test named by its id: through the adapter, which is compiled with the address and
//! undefined-behaviour sanitizers.

mod compiler;
#[path = "../../../tests/vectors.rs"]
mod vectors;

use std::process::Command;

use compiler::{compile_static, root};
use libtest_mimic::Arguments;
use vectors::Adapter;

fn main() {
    let sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let options = ["-std=c17", sanitizers[0], sanitizers[1], "-Wl,--no-as-needed", "-ljansson"];
    let program = compile_static(&root().join("tests/adapters/c.c"), "vectors", &options);
    let adapter = Adapter::new(move || {
        let mut adapter = Command::new(&program);
        // `explain` reserves megabytes per call. Kept after they are freed, 256 MiB of them, they take a fifth of the time.
        adapter.env("ASAN_OPTIONS", "quarantine_size_mb=1");
        adapter
    });
    let shared = adapter.clone();
    let trials = vectors::trials(&["byte-text", "hmac"], move |operation, input| shared.run(operation, input));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    // The sanitizers report leaks when the process ends.
    assert!(adapter.stop(), "the adapter ended with an error");
    conclusion.exit();
}
