//! Every case of tests/vectors against the built command, as a test named by its id. How a case becomes a call is the
//! adapter's to know (tests/adapters/cli.py): this runner starts it with the command that cargo built
//! beside it: cargo test -p personsig-cli -p personsig-tests

#[path = "../vectors.rs"]
mod vectors;

use std::env;
use std::process::{self, Command};

use libtest_mimic::Arguments;
use vectors::Adapter;

fn main() {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/adapters/cli.py");
    // This test lies in the profile's folder `deps`.
    let test = env::current_exe().expect("the path of this test");
    let command = test.ancestors().nth(2).expect("the profile's folder").join("personsig");
    if !command.exists() {
        eprintln!("{} is missing: cargo build -p personsig-cli, with the same profile", command.display());
        process::exit(1);
    }
    let python = env::var_os("PYTHON").unwrap_or("python3".into());
    let adapter = Adapter::new(move || {
        let mut adapter = Command::new(&python);
        adapter.arg(program).arg(&command);
        adapter
    });
    let shared = adapter.clone();
    let trials = vectors::trials(&["byte-text"], move |operation, input| shared.run(operation, input));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    assert!(adapter.stop(), "the adapter ended with an error");
    conclusion.exit();
}
