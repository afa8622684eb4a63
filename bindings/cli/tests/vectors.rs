//! Every case of tests/vectors against the built command, as a test named by its id. How a case becomes a call is the
//! adapter's to know (tests/adapters/cli.py): this runner starts it with the command that cargo built.

#[path = "../../../tests/vectors.rs"]
mod vectors;

use std::env;
use std::process::Command;

use libtest_mimic::Arguments;
use vectors::Adapter;

fn main() {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/adapters/cli.py");
    let python = env::var_os("PYTHON").unwrap_or("python3".into());
    let adapter = Adapter::start(Command::new(python).args([program, env!("CARGO_BIN_EXE_personsig")]));
    let shared = adapter.clone();
    let trials = vectors::trials(&["byte-text"], move |operation, input| shared.run(operation, input));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    assert!(adapter.stop(), "the adapter ended with an error");
    conclusion.exit();
}
