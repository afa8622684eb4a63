//! Every case of tests/vectors, as a test named by its id.

#[path = "../adapters/rust.rs"]
mod adapter;
#[allow(dead_code, reason = "this runner needs no adapter's process")]
#[path = "../vectors.rs"]
mod vectors;

use std::sync::Mutex;

use libtest_mimic::Arguments;

fn main() {
    // The process has one environment, which some cases set.
    let environment = Mutex::new(());
    let trials = vectors::trials(&adapter::SUPPORTS, move |operation, input| {
        let _turn = (operation == "from_env").then(|| environment.lock());
        Ok(adapter::run(operation, input))
    });
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
