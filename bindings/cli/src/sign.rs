//! `personsig sign`: one id, one a line, or a table.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};

use personsig::{Signature, Signer};
use serde_json::json;

use crate::arguments::Options;
use crate::failure::{Failure, Place};
use crate::{draft, input, table};

pub(crate) fn run(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    let signer = input::signer(options)?;
    if let [id] = options.values.as_slice() {
        let signature = signer.sign_at(&*input::value(id)?, options.now)?;
        return print(&signature, options.json, out).map_err(Failure::output);
    }
    let Some(csv) = &options.csv else {
        return lines(&signer, options, out);
    };
    // One time for all of them.
    let now = signer.time(options.now)?;
    let (source, what) = input::open(csv, "the table")?;
    let column = options.column.as_deref().unwrap_or(OsStr::new("")).as_encoded_bytes();
    let table = table::Table { source, what, column };
    match &options.output {
        None => table.sign(&signer, now, out),
        Some(path) => draft::write(path.as_ref(), |file| table.sign(&signer, now, file)),
    }
}

fn print(signature: &Signature, as_json: bool, out: &mut impl Write) -> io::Result<()> {
    match as_json {
        true => writeln!(out, "{}", json!({"signature": signature.as_str()})),
        false => writeln!(out, "{signature}"),
    }
}

/// Standard input, an id a line.
fn lines(signer: &Signer, options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    // One time for all of them. A bad one is told last, as in every language, when no id is to blame.
    let time = signer.time(options.now);
    let now = time.as_ref().map_or(options.now, |now| Some(*now));
    let mut source = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut line = Vec::new();
    for number in 1.. {
        if source.buffer().is_empty() {
            // Before waiting for more: whoever writes the next id may be waiting for this signature.
            out.flush().map_err(Failure::output)?;
        }
        line.clear();
        let length = source.by_ref().take(table::ROW_MAX as u64 + 1).read_until(b'\n', &mut line);
        let length = length.map_err(|error| Failure::reading("standard input", &error))?;
        if length == 0 {
            break;
        }
        if length > table::ROW_MAX {
            let message = format!("line {number} of standard input is longer than 256 MiB; pass one id per line");
            return Err(Failure::InputOutput(message));
        }
        // Editors write it in front of UTF-8. It is no part of the first id.
        let id = match number {
            1 => line.strip_prefix(table::BYTE_ORDER_MARK).unwrap_or(&line),
            _ => &line,
        };
        let signature = signer.sign_at(input::without_line_end(id), now);
        match signature {
            Ok(signature) => print(&signature, options.json, out).map_err(Failure::output)?,
            Err(error) if time.as_ref() == Err(&error) => (),
            Err(error) => return Err(Failure::RefusedAt(error, Place { line: number, column: None })),
        }
    }
    Ok(time.map(|_| ())?)
}
