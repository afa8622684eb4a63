//! `column`, then any bytes as a table: what is written is what was read, but for one field behind each row, and that is
//! the signature of the row's id.

use hmac_sha256::HMAC;
use personsig::Signer;

use crate::{NOW, expected, fields, reader};

const SECRET: &str = "personsig-test-secret";

pub fn check(data: &[u8]) {
    let [column, table] = fields(data);
    let signer = Signer::new("gosquared", SECRET).expect("a signer");
    let mut out = Vec::new();
    let done = reader::Table { source: table, what: "the table", column }.sign(&signer, NOW, &mut out);
    let mut written = rows(&out);
    let mut read = rows(table);
    if done.is_ok() {
        assert_eq!(written.len(), read.len(), "rows were lost or added");
    } else if written.last().is_some_and(|row| row.end.is_empty()) {
        // What was written before the failure are whole rows.
        panic!("a row was cut");
    }
    read.truncate(written.len());
    let Some(header) = read.iter().position(|row| !row.is_blank()) else { return };
    let at = read[header].fields.iter().position(|field| content(field) == column).expect("the column");
    for (number, (row, new)) in read.iter().zip(&mut written).enumerate() {
        assert_eq!(row.end, new.end);
        if row.is_blank() {
            assert!(new.is_blank());
            continue;
        }
        let added = new.fields.pop().expect("a field");
        assert_eq!(row.fields, new.fields, "another column was changed");
        let id = content(row.fields[at]);
        match number == header {
            true => assert_eq!(added, b"signature"),
            false => assert_eq!(added, expected::hex(&HMAC::mac(&id, SECRET.as_bytes())).as_bytes()),
        }
    }
}

struct Row<'a> {
    fields: Vec<&'a [u8]>,
    /// LF, CRLF, or nothing at the end of the table.
    end: &'a [u8],
}

impl Row<'_> {
    fn is_blank(&self) -> bool {
        matches!(self.fields[..], [[]])
    }
}

/// RFC 4180, read again: a field that begins with a quotation mark ends with the next that is not doubled.
fn rows(table: &[u8]) -> Vec<Row<'_>> {
    let mut rest = table.strip_prefix("\u{feff}".as_bytes()).unwrap_or(table);
    let (mut rows, mut fields) = (Vec::new(), Vec::new());
    while !rest.is_empty() || !fields.is_empty() {
        let mut length = 0;
        if rest.first() == Some(&b'"') {
            length = 1;
            while length < rest.len() {
                if rest[length] != b'"' {
                    length += 1;
                } else if rest.get(length + 1) == Some(&b'"') {
                    length += 2;
                } else {
                    length += 1;
                    break;
                }
            }
        }
        let ends = |at: usize| matches!(&rest[at..], [] | [b',' | b'\n', ..] | [b'\r', b'\n', ..]);
        length += (length..).take_while(|at| !ends(*at)).count();
        fields.push(&rest[..length]);
        rest = &rest[length..];
        let end = match rest {
            [b',', ..] => {
                rest = &rest[1..];
                // A comma at the table's end: one more field, which is empty.
                if rest.is_empty() {
                    fields.push(rest);
                    rest
                } else {
                    continue;
                }
            }
            [b'\n', ..] => &rest[..1],
            [b'\r', b'\n', ..] => &rest[..2],
            _ => rest,
        };
        rest = &rest[end.len()..];
        rows.push(Row { fields: std::mem::take(&mut fields), end });
    }
    rows
}

fn content(field: &[u8]) -> Vec<u8> {
    let [b'"', inner @ .., b'"'] = field else { return field.to_vec() };
    let (mut content, mut rest) = (Vec::new(), inner);
    while let [byte, next @ ..] = rest {
        content.push(*byte);
        rest = if *byte == b'"' { next.strip_prefix(b"\"").unwrap_or(next) } else { next };
    }
    content
}
