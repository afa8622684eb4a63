//! `personsig providers`.

use std::io::{self, Write};

use personsig::Provider;
use serde_json::{Map, Value};

use crate::arguments::Providers;
use crate::failure::Failure;

/// The heading where the table has the column, the name in JSON, and the value.
type Column = (Option<&'static str>, &'static str, fn(&Provider) -> Option<&str>);

const COLUMNS: [Column; 9] = [
    (Some("PROVIDER"), "name", |row| Some(row.name)),
    (Some("TITLE"), "title", |row| Some(row.title)),
    (Some("SCHEME"), "scheme", |row| Some(row.scheme.name())),
    (Some("ENCODING"), "encoding", |row| Some(row.encoding.name())),
    (Some("IDENTIFIER"), "identifier", |row| Some(row.identifier.name())),
    (None, "key_form", |row| Some(row.key_form.name())),
    (None, "legacy", |row| row.legacy),
    (Some("SECRET"), "secret_variable", |row| Some(row.secret_variable)),
    (Some("DOCUMENTATION"), "documentation", |row| Some(row.documentation)),
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
    let columns = || COLUMNS.iter().filter_map(|(heading, _, value)| Some((heading.as_ref()?, value)));
    let mut lines: Vec<Vec<&str>> = vec![columns().map(|(heading, _)| *heading).collect()];
    let cells = |row| columns().map(|(_, value)| value(row).unwrap_or_default()).collect();
    lines.extend(personsig::providers().iter().map(cells));
    for line in &lines {
        for (at, text) in line.iter().enumerate() {
            let is_last = at + 1 == line.len();
            let width = lines.iter().map(|line| line[at].len()).max().unwrap_or_default();
            if is_last { writeln!(out, "{text}")? } else { write!(out, "{text:width$}  ")? }
        }
    }
    Ok(())
}
