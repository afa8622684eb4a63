//! `personsig sign --csv`: a table in, the same table with a column `signature` out, a row at a time.

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, Terminator, WriterBuilder};
use personsig::Signer;

use crate::failure::{Failure, Place};

const ADDED: &[u8] = b"signature";

/// Spreadsheets write it in front of UTF-8, and want it back.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub(crate) struct Table<'a, R> {
    pub(crate) source: R,
    /// What to call it in a message.
    pub(crate) what: &'a str,
    /// The name of the column that has the ids.
    pub(crate) column: &'a [u8],
}

impl<R: Read> Table<'_, R> {
    pub(crate) fn sign(mut self, signer: &Signer, now: Option<i64>, out: &mut impl Write) -> Result<(), Failure> {
        let mut start = Vec::new();
        self.source.by_ref().take(3).read_to_end(&mut start).map_err(|error| Failure::reading(self.what, &error))?;
        if start == BYTE_ORDER_MARK {
            out.write_all(BYTE_ORDER_MARK).map_err(Failure::output)?;
            start.clear();
        }
        let source = ByLine::new(Cursor::new(start).chain(self.source));
        let mut rows = Rows { reader: ReaderBuilder::new().has_headers(false).from_reader(source), what: self.what };

        let mut row = ByteRecord::new();
        rows.next(&mut row)?;
        let id = column(&row, self.column, rows.line(&row))?;
        let terminator = if rows.reader.get_ref().crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
        let mut writer = WriterBuilder::new().terminator(terminator).from_writer(out);
        row.push_field(ADDED);
        writer.write_byte_record(&row).map_err(unwritable)?;
        let done = rows.sign(id, signer, now, &mut row, &mut writer);
        // The rows before a bad one are whole, so they are given out.
        writer.flush().map_err(Failure::output)?;
        done
    }
}

/// Where the ids are, counting from 0.
fn column(header: &ByteRecord, name: &[u8], line: u64) -> Result<usize, Failure> {
    let refused = |problem| Failure::Table(problem, Place { line, column: None });
    if header.iter().any(|field| field == ADDED) {
        return Err(refused("the table has a column 'signature' already; remove it or give it another name"));
    }
    let mut found = header.iter().enumerate().filter(|(_, field)| *field == name);
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (None, _) => Err(refused("the table has no column of the name that you gave; names are compared exactly")),
        (Some(_), Some(_)) => Err(refused("the table has two columns of the name that you gave; rename one")),
    }
}

struct Rows<'a, R> {
    reader: csv::Reader<ByLine<R>>,
    what: &'a str,
}

impl<R: Read> Rows<'_, R> {
    fn sign(
        &mut self,
        id: usize,
        signer: &Signer,
        now: Option<i64>,
        row: &mut ByteRecord,
        writer: &mut csv::Writer<impl Write>,
    ) -> Result<(), Failure> {
        while self.next(row)? {
            let signature = signer.sign_at(&row[id], now);
            let place = |error| Failure::from(error).at(Place { line: self.line(row), column: Some(id + 1) });
            row.push_field(signature.map_err(place)?.as_bytes());
            writer.write_byte_record(row).map_err(unwritable)?;
        }
        Ok(())
    }

    fn next(&mut self, row: &mut ByteRecord) -> Result<bool, Failure> {
        let read = self.reader.read_byte_record(row);
        // The reader takes all that follows a lost quote for one field. Such a row has the table's end in it.
        let source = self.reader.get_ref();
        if source.ended && source.last != b'"' && row.iter().next_back().is_some_and(|field| field.contains(&b'\n')) {
            let problem = "a quote opens a field and is not closed before the table ends";
            return Err(Failure::Table(problem, Place { line: self.line(row), column: None }));
        }
        read.map_err(|error| match error.into_kind() {
            ErrorKind::UnequalLengths { .. } => Failure::Table(
                "the row does not have as many fields as the first one; look for a separator or a quote too many",
                Place { line: self.line(row), column: None },
            ),
            ErrorKind::Io(error) => Failure::reading(self.what, &error),
            _ => Failure::Defect,
        })
    }

    /// The line on which a row begins that was just read.
    fn line(&self, row: &ByteRecord) -> u64 {
        let source = self.reader.get_ref();
        let last = source.line + u64::from(source.ended && source.last == b'\n');
        let within = row.as_slice().iter().filter(|byte| **byte == b'\n').count();
        last.saturating_sub(within as u64)
    }
}

fn unwritable(error: csv::Error) -> Failure {
    match error.into_kind() {
        ErrorKind::Io(error) => Failure::output(error),
        _ => Failure::Defect,
    }
}

/// Hands out no more than one line at a time, so that the line of the row being read is known. The reader's own count
/// is off by one where lines end in CRLF, and by more behind empty lines.
struct ByLine<R> {
    source: BufReader<R>,
    /// The line handed out last, counting from 1.
    line: u64,
    /// It ended in CRLF.
    crlf: bool,
    /// The byte handed out last.
    last: u8,
    /// There is no more.
    ended: bool,
}

impl<R: Read> ByLine<R> {
    fn new(source: R) -> Self {
        ByLine { source: BufReader::with_capacity(1 << 16, source), line: 0, crlf: false, last: b'\n', ended: false }
    }
}

impl<R: Read> Read for ByLine<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let buffer = self.source.fill_buf()?;
        let buffer = &buffer[..buffer.len().min(to.len())];
        let end = buffer.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let part = &buffer[..end.unwrap_or(buffer.len())];
        to[..part.len()].copy_from_slice(part);
        match part.last() {
            None => self.ended = true,
            Some(last) => {
                self.line += u64::from(self.last == b'\n');
                self.crlf = part.ends_with(b"\r\n");
                self.last = *last;
            }
        }
        let length = part.len();
        self.source.consume(length);
        Ok(length)
    }
}
