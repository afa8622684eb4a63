//! `personsig sign --csv`: a table in, the same table with a column `signature` out, a few rows at a time.
//!
//! Rows are found and split here (RFC 4180), in one pass, and every byte that is read is written as it is. The csv
//! crate (1.4) would not do:
//!
//! - Its writer quotes anew, so that bytes of other columns change.
//! - It ends a row at a bare CR: of `id\n\r42\n` it would sign `42`, of `id\nab\rcd\n` both `ab` and `cd`.
//! - It accepts a quotation mark that is never closed: of `id,n\n1,"a\n2,b\n3,c\n` it makes one row, whose number of
//!   fields is right, and rows 2 and 3 would be lost without a word.
//! - The line of its `Position` is no line to look at: of `id\r\n1\r\n` it says that the row `1` is in line 1, and of
//!   `id\n\n1\n` in line 2.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::ops::Range;

use personsig::{Code, Signer, UserId};

use crate::cell;
use crate::failure::{Failure, Place};
use crate::input::LINE_MAX;

const ADDED: &[u8] = b"signature";

/// The longest name of a column, in bytes, that is compared but for white space and case.
const NAME_MAX: usize = 1024;

/// How many columns a table may have, so that a row of separators alone takes no more memory than any other.
const COLUMNS_MAX: usize = 1 << 16;

/// Spreadsheets write it in front of UTF-8, and want it back.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How many rows are signed side by side, and about how many bytes.
const GROUP: usize = 64;
const GROUP_BYTES: usize = 1 << 16;

pub(crate) struct Table<'a, R> {
    pub(crate) source: R,
    /// What to call it in a message.
    pub(crate) what: &'a str,
    /// The name of the column that has the ids.
    pub(crate) column: &'a [u8],
}

impl<R: Read> Table<'_, R> {
    pub(crate) fn sign(mut self, signer: &Signer, now: i64, out: &mut impl Write) -> Result<(), Failure> {
        let mut start = Vec::new();
        self.source.by_ref().take(8).read_to_end(&mut start).map_err(|error| Failure::reading(self.what, &error))?;
        if let Some((problem, fix)) = no_text(&start) {
            return Err(bad(problem, fix, 1, None));
        }
        let mark: &[u8] = if start.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { b"" };
        start.drain(..mark.len());
        let source = BufReader::with_capacity(1 << 16, Cursor::new(start).chain(self.source));
        let mut reader = Reader { source, what: self.what, line: 1 };

        let mut bytes = Vec::new();
        let mut fields = Fields::at_most(COLUMNS_MAX);
        let Some(row) = reader.row(&mut bytes, &mut fields)? else {
            return Err(bad("the table is empty", "its first row must name the columns", 1, None));
        };
        if fields.count > COLUMNS_MAX {
            return Err(bad(
                "the table has more than 65,536 columns",
                "leave out those that nobody needs",
                row.line,
                None,
            ));
        }
        let header = Header::of(&bytes[row.start..row.end], &fields.places, row.start, self.column, row.line)?;
        out.write_all(mark).map_err(Failure::output)?;
        row.write(&bytes, ADDED, out).map_err(Failure::output)?;
        reader.sign(&header, signer, now, out)
    }
}

/// What a file is that begins as no text in UTF-8 does.
pub(crate) fn no_text(start: &[u8]) -> Option<(&'static str, &'static str)> {
    let is = |first: &[&[u8]]| first.iter().any(|first| start.starts_with(first));
    if is(&[b"\xff\xfe", b"\xfe\xff"]) {
        return Some(("the input is in UTF-16", "save it as UTF-8"));
    }
    if is(&[b"PK\x03\x04", b"\xd0\xcf\x11\xe0"]) {
        return Some((
            "the input is an archive or a workbook, not a text file",
            "unpack it, or export the sheet as CSV in UTF-8",
        ));
    }
    if is(&[b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd"]) {
        return Some(("the input is compressed", "decompress it first"));
    }
    None
}

fn bad(problem: impl Into<String>, fix: &'static str, line: u64, column: Option<usize>) -> Failure {
    Failure::Table { problem: problem.into(), fix, place: Place { line, column } }
}

struct Header {
    /// The fields' contents.
    names: Vec<Vec<u8>>,
    /// Where the ids are, counting from 0.
    id: usize,
}

impl Header {
    /// `fields` are counted from `offset`.
    fn of(row: &[u8], fields: &[Range<usize>], offset: usize, name: &[u8], line: u64) -> Result<Self, Failure> {
        let mut names = Vec::new();
        names.try_reserve_exact(fields.len()).map_err(|_| Failure::memory())?;
        for field in fields {
            names.push(owned(content(&row[field.start - offset..field.end - offset])?)?);
        }
        let refused = |problem: &str, fix| Err(bad(problem, fix, line, None));
        if names.iter().any(|field| field == ADDED) {
            return refused("the table has a column 'signature' already", "remove it or give it another name");
        }
        let mut found = names.iter().enumerate().filter(|(_, field)| *field == name);
        match (found.next(), found.next()) {
            (Some((id, _)), None) => return Ok(Header { names, id }),
            (Some(_), Some(_)) => {
                return refused("the table has two columns of the name that you passed", "rename one");
            }
            (None, _) => {}
        }
        let commas = "export the table with commas between the fields; nothing else separates them";
        if row.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep=")) {
            return refused("the first row is a 'sep=' line for Excel, not the names of columns", "remove it");
        }
        if row.contains(&0) {
            return refused("the first row has NUL bytes, as text in UTF-16 has", "save the table as UTF-8");
        }
        if names.len() == 1 {
            for (separator, said) in [(b';', "semicolons"), (b'\t', "tabs"), (b'|', "vertical bars")] {
                if row.contains(&separator) {
                    return refused(&format!("the first row has one field, and {said} in it"), commas);
                }
            }
        }
        let exactly = "pass the name exactly as the first row has it";
        let like = |fold: fn(&str) -> String| {
            let text = |bytes: &[u8]| fold(&String::from_utf8_lossy(bytes));
            let wanted = text(name);
            names.iter().position(|field| field.len() <= NAME_MAX && text(field) == wanted)
        };
        let in_lower_case = |text: &str| text.to_lowercase();
        let both = |text: &str| trimmed(text).to_lowercase();
        let (found, difference) = match (like(in_lower_case), like(|text| trimmed(text).to_owned()), like(both)) {
            (Some(at), ..) => (Some(at), "upper and lower case"),
            (_, Some(at), _) => (Some(at), "white space, quotes or invisible characters at its ends"),
            (.., at) => (at, "white space and upper and lower case"),
        };
        match found {
            Some(at) => {
                refused(&format!("column {} has the name that you passed, but for {difference}", at + 1), exactly)
            }
            None => refused(
                &format!("none of the table's {} columns has the name that you passed", names.len()),
                "pass the name of a column exactly as the first row has it",
            ),
        }
    }

    fn is_repeated(&self, bytes: &[u8], fields: &[Range<usize>]) -> Result<bool, Failure> {
        for (name, field) in self.names.iter().zip(fields) {
            if **name != *content(&bytes[field.clone()])? {
                return Ok(false);
            }
        }
        Ok(fields.len() > 1)
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '"' | '\''))
}

/// A field's content: without the quotation marks round it, and `"` for `""` inside.
fn content(field: &[u8]) -> Result<Cow<'_, [u8]>, Failure> {
    let Some(inner) = field.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return Ok(Cow::Borrowed(field));
    };
    if !inner.contains(&b'"') {
        return Ok(Cow::Borrowed(inner));
    }
    let mut odd = false;
    let keep = |byte: &u8| {
        odd = *byte == b'"' && !odd;
        *byte != b'"' || odd
    };
    let mut content = Vec::new();
    content.try_reserve_exact(inner.len()).map_err(|_| Failure::memory())?;
    content.extend(inner.iter().copied().filter(keep));
    Ok(Cow::Owned(content))
}

fn owned(content: Cow<'_, [u8]>) -> Result<Vec<u8>, Failure> {
    let content = match content {
        Cow::Owned(content) => return Ok(content),
        Cow::Borrowed(content) => content,
    };
    let mut copy = Vec::new();
    copy.try_reserve_exact(content.len()).map_err(|_| Failure::memory())?;
    copy.extend_from_slice(content);
    Ok(copy)
}

/// Where the fields of a row are. Of more than it may have, only the number is kept.
struct Fields {
    places: Vec<Range<usize>>,
    count: usize,
    most: usize,
}

impl Fields {
    fn at_most(most: usize) -> Self {
        Fields { places: Vec::new(), count: 0, most }
    }

    fn clear(&mut self) {
        self.places.clear();
        self.count = 0;
    }

    fn push(&mut self, field: Range<usize>) -> Result<(), Failure> {
        self.count += 1;
        if self.count <= self.most {
            self.places.try_reserve(1).map_err(|_| Failure::memory())?;
            self.places.push(field);
        }
        Ok(())
    }
}

/// A row's place in the buffer.
struct Row {
    /// Where the blank lines before it begin.
    blank: usize,
    start: usize,
    /// Where its line end begins.
    end: usize,
    next: usize,
    /// The line on which it begins, counting from 1.
    line: u64,
    /// The first of the blank lines before it.
    blank_line: u64,
    id: Range<usize>,
}

impl Row {
    fn write(&self, bytes: &[u8], added: &[u8], out: &mut impl Write) -> io::Result<()> {
        out.write_all(&bytes[self.blank..self.end])?;
        out.write_all(b",")?;
        out.write_all(added)?;
        out.write_all(&bytes[self.end..self.next])
    }
}

struct Reader<'a, R> {
    source: BufReader<R>,
    what: &'a str,
    /// The line of the next byte, counting from 1.
    line: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// A field begins.
    Start,
    /// In a field without quotes round it, where a quote means itself.
    Bare,
    Quoted,
    /// After a quote in a quoted field: it closed the field, or is the first of two.
    Closing,
    /// After a CR outside quotes: an LF must follow.
    Cr,
}

impl<R: Read> Reader<'_, R> {
    fn sign(&mut self, header: &Header, signer: &Signer, now: i64, out: &mut impl Write) -> Result<(), Failure> {
        let (mut bytes, mut rows) = (Vec::new(), Vec::with_capacity(GROUP));
        let mut fields = Fields::at_most(header.names.len());
        loop {
            empty(&mut bytes, GROUP_BYTES * 4);
            rows.clear();
            let mut end = None;
            while end.is_none() && rows.len() < GROUP && bytes.len() < GROUP_BYTES {
                match self.row(&mut bytes, &mut fields) {
                    Ok(Some(row)) => match header.check(row, &bytes, &fields) {
                        Ok(row) => rows.push(row),
                        Err(failure) => end = Some(Err(failure)),
                    },
                    Ok(None) => end = Some(Ok(())),
                    Err(failure) => end = Some(Err(failure)),
                }
            }
            let contents = rows.iter().map(|row: &Row| content(&bytes[row.id.clone()]));
            let contents = contents.collect::<Result<Vec<_>, _>>()?;
            let ids: Vec<_> = contents.iter().map(|id| UserId::Bytes(id)).collect();
            let (signatures, bad) = match signer.sign_many(&ids, now) {
                Ok(signatures) => (signatures, None),
                Err(error) => {
                    // Without one no id is to blame.
                    let Some(bad) = error.index() else { return Err(error.into()) };
                    (signer.sign_many(&ids[..bad], now)?, Some(bad))
                }
            };
            for (row, signature) in rows.iter().zip(signatures) {
                row.write(&bytes, signature.as_bytes(), out).map_err(Failure::output)?;
            }
            if let Some((row, id)) = bad.and_then(|bad| rows.get(bad).zip(ids.get(bad))) {
                let place = Place { line: row.line, column: Some(header.id + 1) };
                let refused = signer.sign_at(*id, now).err();
                return Err(refused.map_or(Failure::Defect, |error| Failure::at(error, place)));
            }
            // Only now: the rows before a bad one are output first.
            if let Some(end) = end {
                end?;
                let blank = rows.last().map_or(0, |row| row.next);
                return out.write_all(&bytes[blank..]).map_err(Failure::output);
            }
        }
    }

    /// Appends the blank lines before the next row, and the row, to `bytes`. At the end of the table blank lines may be
    /// all that is appended, and there is none.
    fn row(&mut self, bytes: &mut Vec<u8>, fields: &mut Fields) -> Result<Option<Row>, Failure> {
        fields.clear();
        let (blank, blank_line) = (bytes.len(), self.line);
        let (mut start, mut line, mut opened) = (blank, self.line, self.line);
        let (mut field, mut state) = (blank, State::Start);
        loop {
            let chunk = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk.map_err(|error| Failure::reading(self.what, &error))?,
            };
            if chunk.is_empty() {
                return match state {
                    State::Quoted => Err(open_quote(opened)),
                    State::Cr => Err(bare_cr(self.line)),
                    _ if start == bytes.len() => Ok(None),
                    _ => {
                        let end = bytes.len();
                        fields.push(field..end)?;
                        Ok(Some(Row { blank, start, end, next: end, line, blank_line, id: 0..0 }))
                    }
                };
            }
            let (mut used, mut row) = (0, None);
            for byte in chunk {
                let at = bytes.len() + used;
                used += 1;
                state = match (state, byte) {
                    (State::Quoted, b'"') => State::Closing,
                    (State::Quoted, _) => {
                        self.line += u64::from(*byte == b'\n');
                        State::Quoted
                    }
                    (State::Start, b'"') => {
                        opened = self.line;
                        State::Quoted
                    }
                    (State::Closing, b'"') => State::Quoted,
                    (_, b'\n') => {
                        let end = if state == State::Cr { at - 1 } else { at };
                        self.line += 1;
                        if end > start {
                            fields.push(field..end)?;
                            row = Some(Row { blank, start, end, next: at + 1, line, blank_line, id: 0..0 });
                            break;
                        }
                        (start, field, line) = (at + 1, at + 1, self.line);
                        State::Start
                    }
                    (State::Cr, _) => return Err(bare_cr(self.line)),
                    (_, b',') => {
                        fields.push(field..at)?;
                        field = at + 1;
                        State::Start
                    }
                    (_, b'\r') => State::Cr,
                    (State::Closing, _) => return Err(open_quote(opened)),
                    _ => State::Bare,
                };
            }
            if bytes.len() - blank + used > LINE_MAX {
                return Err(bad("the row is longer than 256 MiB", "look for a quote that is not closed", line, None));
            }
            bytes.try_reserve(used).map_err(|_| Failure::memory())?;
            bytes.extend_from_slice(&chunk[..used]);
            self.source.consume(used);
            if row.is_some() {
                return Ok(row);
            }
        }
    }
}

impl Header {
    /// The row with the place of its id.
    fn check(&self, row: Row, bytes: &[u8], fields: &Fields) -> Result<Row, Failure> {
        if row.blank < row.start && self.names.len() == 1 {
            // Blank lines mean nothing, but in a table with one column each is an empty id.
            let place = Place { line: row.blank_line, column: Some(1) };
            return Err(Failure::RefusedAt(Code::EmptyUserId.into(), place));
        }
        let (Some(id), true) = (fields.places.get(self.id), fields.count == self.names.len()) else {
            let problem = format!(
                "the row does not have as many fields as the first one: {}, not {}",
                fields.count,
                self.names.len()
            );
            return Err(bad(problem, "look for a separator or a quote too many or too few", row.line, None));
        };
        if self.is_repeated(bytes, &fields.places)? {
            return Err(bad("the row repeats the names of the columns", "remove it", row.line, None));
        }
        match cell::refused(&content(&bytes[id.clone()])?) {
            Some((problem, fix)) => Err(bad(problem, fix, row.line, Some(self.id + 1))),
            None => Ok(Row { id: id.clone(), ..row }),
        }
    }
}

/// An empty buffer, which has grown for what was in it last. A `Vec` that shrinks ends the process where there is no memory.
pub(crate) fn empty(buffer: &mut Vec<u8>, most: usize) {
    match buffer.capacity() > most {
        true => *buffer = Vec::new(),
        false => buffer.clear(),
    }
}

fn open_quote(line: u64) -> Failure {
    bad("a quote opens a field here and does not close it", "double the quotes inside a field", line, None)
}

fn bare_cr(line: u64) -> Failure {
    let problem = "a carriage return (CR) stands outside quotes, and no line feed (LF) follows it";
    bad(problem, "end lines with LF or CRLF, and put quotes round a field with a CR in it", line, None)
}
