//! `personsig sign`: one id, one per line, or a table.

use std::io::{self, BufReader, Write};

use personsig::{Signature, Signer};
use serde_json::json;

use crate::arguments::{Common, Sign};
use crate::failure::{Failure, Place};
use crate::{atomic_file, input, table};

pub(crate) fn run(arguments: &Sign, out: &mut impl Write) -> Result<(), Failure> {
    let signer = input::signer(&arguments.secrets)?;
    let Common { now, json } = arguments.common;
    if let Some(id) = &arguments.id {
        let signature = signer.sign_at(&*input::value(id)?, now)?;
        return print(&signature, json, out).map_err(Failure::output);
    }
    let (Some(csv), Some(column)) = (&arguments.csv, &arguments.column) else {
        return lines(&signer, now, json, out);
    };
    // One time for all of them.
    let now = signer.time(now)?;
    let (source, what) = input::open(csv, "the table")?;
    let table = table::Table { source, what, column: column.as_encoded_bytes() };
    match &arguments.output {
        None => table.sign(&signer, now, out),
        Some(path) => atomic_file::write(path.as_ref(), |file| table.sign(&signer, now, file)),
    }
}

fn print(signature: &Signature, as_json: bool, out: &mut impl Write) -> io::Result<()> {
    match as_json {
        true => writeln!(out, "{}", json!({"signature": signature.as_str()})),
        false => writeln!(out, "{signature}"),
    }
}

/// Standard input, one id per line.
fn lines(signer: &Signer, now: Option<i64>, json: bool, out: &mut impl Write) -> Result<(), Failure> {
    // One time for all of them. A bad one is reported last, as `sign_many` does, when no id is to blame.
    let time = signer.time(now);
    let now = time.as_ref().map_or(now, |now| Some(*now));
    let mut source = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut line = Vec::new();
    for number in 1.. {
        if source.buffer().is_empty() {
            // Before reading blocks: whoever writes the next id may be waiting for this signature.
            out.flush().map_err(Failure::output)?;
        }
        table::empty(&mut line, 1 << 16);
        input::read_line(&mut source, &mut line).map_err(|error| Failure::reading("standard input", &error))?;
        if line.is_empty() {
            break;
        }
        let place = Place { line: number, column: None };
        let bad = |(problem, fix): (&str, _)| Failure::Table { problem: problem.into(), fix, place };
        let mut id = input::without_line_end(&line);
        if number == 1 {
            table::no_text(id).map_or(Ok(()), |refused| Err(bad(refused)))?;
            id = id.strip_prefix(table::BYTE_ORDER_MARK).unwrap_or(id);
        }
        if id.len() > input::LINE_MAX {
            return Err(bad(("the line is longer than 256 MiB", "write one id per line")));
        }
        match signer.sign_at(id, now) {
            Ok(signature) => print(&signature, json, out).map_err(Failure::output)?,
            Err(error) if time.as_ref() == Err(&error) => (),
            Err(error) => return Err(Failure::at(error, place)),
        }
    }
    Ok(time.map(|_| ())?)
}
