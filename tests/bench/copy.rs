//! The rival of `personsig sign --csv`: the same run with signing replaced by a copy. This is the command's own code for
//! tables, over a `Signer` that gives one text for every id.
//!
//!     copy FILE COLUMN TEXT

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::process::ExitCode;

extern crate personsig as core_crate;
// What the files below find under the name of the core.
extern crate self as personsig;
pub use core_crate::{Code, Error, Kind, UserId};

#[path = "../../bindings/cli/src/cell.rs"]
mod cell;
#[allow(dead_code)]
#[path = "../../bindings/cli/src/failure.rs"]
mod failure;
#[path = "../../bindings/cli/src/table.rs"]
mod table;

mod input {
    pub(crate) const LINE_MAX: usize = 256 << 20;
}

/// Stands in for the core's.
pub struct Signer(String);

impl Signer {
    /// The text for each, which is copied into the row as a signature would be.
    pub fn sign_many(&self, user_ids: &[UserId<'_>], _now: i64) -> Result<impl Iterator<Item = &str>, Error> {
        Ok(user_ids.iter().map(|_| self.0.as_str()))
    }

    /// The text again.
    pub fn sign_at(&self, _user_id: UserId<'_>, _now: i64) -> Result<&str, Error> {
        Ok(&self.0)
    }
}

fn main() -> ExitCode {
    let [file, column, text] = std::env::args().skip(1).collect::<Vec<_>>().try_into().expect("three arguments");
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let source: Box<dyn Read> = Box::new(File::open(&file).expect("a table"));
    let table = table::Table { source, what: "the table", column: column.as_bytes() };
    let done = table.sign(&Signer(text), 0, &mut out);
    let done = done.and_then(|()| out.flush().map_err(failure::Failure::output));
    done.map_or_else(|failure| ExitCode::from(failure.tell(failure::Style::Text)), |()| ExitCode::SUCCESS)
}
