//! What must hold whatever comes in. One module is one target: its `check` panics where something does not hold.
//!
//! An input is fields with a 0xff byte between them, the last one being all the rest, so that `corpus/` reads well, and
//! seeds.py makes the same of the vectors. `cargo test` runs what is in `corpus/` without libFuzzer.

pub mod c_abi;
pub mod expected;
pub mod explain;
pub mod page;
pub mod parse;
pub mod snippet;
pub mod table;
pub mod traits;
pub mod verify;

// The command's reader of tables, and what it takes from its neighbours.
#[allow(dead_code)]
#[path = "../../../bindings/cli/src/cell.rs"]
mod cell;
#[allow(dead_code)]
#[path = "../../../bindings/cli/src/failure.rs"]
mod failure;
#[path = "../../../bindings/cli/src/table.rs"]
mod reader;
mod input {
    pub(crate) const LINE_MAX: usize = 1 << 28;
}

use personsig::{Error, KeyForm, Provider, providers};

/// The input's first fields, and all the rest.
fn fields<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |byte| *byte == 0xff);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The provider of that name; any other name stands for some provider.
fn provider(name: &[u8]) -> &'static Provider {
    let rows = providers();
    let some = || &rows[name.iter().fold(0, |sum: usize, byte| (sum * 31 + usize::from(*byte)) % rows.len())];
    rows.iter().find(|row| row.name.as_bytes() == name).unwrap_or_else(some)
}

const NOW: i64 = 1596165824;

/// A number, or a fixed time.
fn number(field: &[u8]) -> i64 {
    str::from_utf8(field).ok().and_then(|digits| digits.parse().ok()).unwrap_or(NOW)
}

/// A secret that every provider takes.
fn secret(row: &Provider) -> &'static str {
    match row.key_form {
        KeyForm::Hex => "6e6f742d612d7365637265742d61742d616c6c",
        _ => "personsig-test-secret",
    }
}

/// No message repeats a value that was passed. A short value, or one of letters alone, may be a word of the message.
fn repeats_nothing(message: &str, values: &[&[u8]]) {
    for value in values {
        let text = String::from_utf8_lossy(value);
        let telling =
            text.len() >= 16 && text.bytes().any(|byte| !byte.is_ascii_alphabetic() && !b" ,.'_-".contains(&byte));
        assert!(!telling || !message.contains(&*text), "a message repeats a value");
    }
}

/// The error's code, whose message was looked at.
fn code(error: &Error, values: &[&[u8]]) -> &'static str {
    repeats_nothing(&error.to_string(), values);
    error.code().name()
}

#[cfg(test)]
mod tests {
    use std::fs;

    /// Every file of the corpus through its target.
    #[test]
    fn the_corpus_holds() {
        for (target, check) in [
            ("parse", super::parse::check as fn(&[u8])),
            ("verify", super::verify::check),
            ("explain", super::explain::check),
            ("snippet", super::snippet::check),
            ("traits", super::traits::check),
            ("table", super::table::check),
            ("c_abi", super::c_abi::check),
        ] {
            let folder = format!("{}/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
            let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
            let mut count = 0;
            for file in files {
                let path = file.expect("a file").path();
                println!("{}", path.display());
                check(&fs::read(path).expect("a file"));
                count += 1;
            }
            assert!(count >= 10, "{folder} has {count} files");
        }
    }
}
