//! `personsig providers`.

use std::io::{self, Write};

use personsig::Provider;
use serde_json::{Map, Value};

use crate::arguments::Providers;
use crate::failure::Failure;

/// The heading, the name in JSON, and the value.
type Column = (&'static str, &'static str, fn(&Provider) -> &str);

const COLUMNS: [Column; 5] = [
    ("PROVIDER", "name", |row| row.name),
    ("TITLE", "title", |row| row.title),
    ("SCHEME", "scheme", |row| row.scheme.name()),
    ("SECRET", "secret_variable", |row| row.secret_variable),
    ("DOCUMENTATION", "documentation", |row| row.documentation),
];

pub(crate) fn run(arguments: &Providers, out: &mut impl Write) -> Result<(), Failure> {
    let printed = if arguments.json { objects(out) } else { table(out) };
    printed.map_err(Failure::output)
}

fn objects(out: &mut impl Write) -> io::Result<()> {
    for row in personsig::providers() {
        let object = COLUMNS.iter().map(|(_, name, value)| ((*name).to_owned(), Value::from(value(row))));
        writeln!(out, "{}", Value::from(object.collect::<Map<_, _>>()))?;
    }
    Ok(())
}

fn table(out: &mut impl Write) -> io::Result<()> {
    let mut lines = vec![COLUMNS.map(|(heading, ..)| heading)];
    lines.extend(personsig::providers().iter().map(|row| COLUMNS.map(|(.., value)| value(row))));
    for line in &lines {
        for (at, text) in line.iter().enumerate() {
            let is_last = at + 1 == COLUMNS.len();
            let width = lines.iter().map(|line| line[at].len()).max().unwrap_or_default();
            if is_last { writeln!(out, "{text}")? } else { write!(out, "{text:width$}  ")? }
        }
    }
    Ok(())
}
