//! `personsig sign --csv`: a table in, the same table with a column `signature` out, a few rows at a time.

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, Terminator, WriterBuilder};
use personsig::{Code, Signer, UserId};

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
    pub(crate) fn sign(mut self, signer: &Signer, now: i64, out: &mut impl Write) -> Result<(), Failure> {
        let mut start = Vec::new();
        self.source.by_ref().take(3).read_to_end(&mut start).map_err(|error| Failure::reading(self.what, &error))?;
        if start == BYTE_ORDER_MARK {
            out.write_all(BYTE_ORDER_MARK).map_err(Failure::output)?;
            start.clear();
        }
        let source = ByLine::new(Cursor::new(start).chain(self.source));
        let mut rows = Rows { reader: ReaderBuilder::new().has_headers(false).from_reader(source), what: self.what };

        let mut header = ByteRecord::new();
        rows.next(&mut header)?;
        rows.reader.get_mut().blank = None;
        let id = column(&header, self.column, line(&header, rows.last()))?;
        let terminator = if rows.reader.get_ref().crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
        let mut writer = WriterBuilder::new().terminator(terminator).from_writer(out);
        header.push_field(ADDED);
        writer.write_byte_record(&header).map_err(unwritable)?;
        let done = rows.sign(id, signer, now, &mut writer);
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

/// How many rows are signed side by side.
const GROUP: usize = 64;

#[derive(Default)]
struct Row {
    fields: ByteRecord,
    /// The line on which it ends.
    last: u64,
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
        now: i64,
        writer: &mut csv::Writer<impl Write>,
    ) -> Result<(), Failure> {
        let mut group: Vec<Row> = std::iter::repeat_with(Row::default).take(GROUP).collect();
        loop {
            let (count, more) = self.read(&mut group);
            let rows = &mut group[..count];
            let ids: Vec<_> = rows.iter().map(|row| UserId::Bytes(&row.fields[id])).collect();
            let (signatures, bad) = match signer.sign_many(&ids, now) {
                Ok(signatures) => (signatures, None),
                Err(error) => {
                    let bad = error.index().unwrap_or_default();
                    (signer.sign_many(&ids[..bad], now)?, Some(bad))
                }
            };
            let signatures: Vec<_> = signatures.collect();
            for (row, signature) in rows.iter_mut().zip(signatures) {
                row.fields.push_field(signature.as_bytes());
                writer.write_byte_record(&row.fields).map_err(unwritable)?;
            }
            if let Some(Row { fields, last }) = bad.and_then(|bad| rows.get(bad)) {
                let place = Place { line: line(fields, *last), column: Some(id + 1) };
                let refused = signer.sign_at(&fields[id], now).err();
                return Err(refused.map_or(Failure::Defect, |error| Failure::RefusedAt(error, place)));
            }
            // Only now, since what is wrong with a row comes after the rows before it.
            if !more? {
                return Ok(());
            }
        }
    }

    /// As many rows as there are or fit, and whether there are more.
    fn read(&mut self, group: &mut [Row]) -> (usize, Result<bool, Failure>) {
        for (count, row) in group.iter_mut().enumerate() {
            match self.next(&mut row.fields) {
                Ok(true) => row.last = self.last(),
                end => return (count, end),
            }
            // The reader passes over blank lines, which mean nothing but in a table of one column: an id that is empty.
            let blank = self.reader.get_mut().blank.take().filter(|_| row.fields.len() == 1);
            if let Some(line) = blank {
                let place = Place { line, column: Some(1) };
                return (count, Err(Failure::RefusedAt(Code::EmptyUserId.into(), place)));
            }
        }
        (group.len(), Ok(true))
    }

    fn next(&mut self, row: &mut ByteRecord) -> Result<bool, Failure> {
        let read = self.reader.read_byte_record(row);
        // The reader would take all the rows up to the next quote for one field.
        let source = self.reader.get_ref();
        if source.quotes.are_lost() {
            let problem = "a quote opens a field here and does not close it; double the quotes inside a field";
            return Err(Failure::Table(problem, Place { line: source.opened, column: None }));
        }
        read.map_err(|error| match error.into_kind() {
            ErrorKind::UnequalLengths { .. } => Failure::Table(
                "the row does not have as many fields as the first one; look for a separator or a quote too many",
                Place { line: line(row, self.last()), column: None },
            ),
            ErrorKind::Io(error) => Failure::reading(self.what, &error),
            _ => Failure::Defect,
        })
    }

    /// The line on which the row ends that was just read.
    fn last(&self) -> u64 {
        let source = self.reader.get_ref();
        source.line + u64::from(source.ended && source.last == b'\n')
    }
}

/// The line on which a row begins.
fn line(fields: &ByteRecord, last: u64) -> u64 {
    let within = fields.as_slice().iter().filter(|byte| **byte == b'\n').count();
    last.saturating_sub(within as u64)
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
    /// What the quotes handed out so far mean (RFC 4180).
    quotes: Quotes,
    /// The line on which the last quoted field began.
    opened: u64,
    /// The first blank line since this was last taken.
    blank: Option<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    /// A field begins.
    Start,
    /// In a field without quotes round it, where a quote means itself.
    Bare,
    Quoted,
    /// After a quote in a quoted field: it closed the field, or is the first of two.
    Closing,
    /// Something else followed, or nothing did.
    Lost,
}

impl Quotes {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Quotes::Lost, _) => Quotes::Lost,
            (Quotes::Start | Quotes::Closing, b'"') => Quotes::Quoted,
            (Quotes::Quoted, b'"') => Quotes::Closing,
            (Quotes::Quoted, _) => Quotes::Quoted,
            (_, b',' | b'\r' | b'\n') => Quotes::Start,
            (Quotes::Closing, _) => Quotes::Lost,
            (Quotes::Start | Quotes::Bare, _) => Quotes::Bare,
        }
    }

    fn are_lost(self) -> bool {
        self == Quotes::Lost
    }
}

impl<R: Read> ByLine<R> {
    fn new(source: R) -> Self {
        let source = BufReader::with_capacity(1 << 16, source);
        let (line, crlf, last, ended) = (0, false, b'\n', false);
        ByLine { source, line, crlf, last, ended, quotes: Quotes::Start, opened: 0, blank: None }
    }
}

impl<R: Read> Read for ByLine<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let length = self.part(to)?;
        let part = &to[..length];
        if let Some(last) = part.last() {
            self.line += u64::from(self.last == b'\n');
            if self.quotes == Quotes::Start && self.last == b'\n' && matches!(part, b"\n" | b"\r\n") {
                self.blank.get_or_insert(self.line);
            }
            for byte in part {
                let after = self.quotes.after(*byte);
                if (self.quotes, after) == (Quotes::Start, Quotes::Quoted) {
                    self.opened = self.line;
                }
                self.quotes = after;
            }
            self.crlf = part.ends_with(b"\r\n");
            self.last = *last;
        } else {
            self.ended = true;
            if self.quotes == Quotes::Quoted {
                self.quotes = Quotes::Lost;
            }
        }
        match self.quotes {
            // The reader must not go on: it would look for the next quote, to the end of the table.
            Quotes::Lost => Err(io::ErrorKind::InvalidData.into()),
            _ => Ok(length),
        }
    }
}

impl<R: Read> ByLine<R> {
    /// A line or what there is of it. CR and LF come together, however they arrive: the reader takes a CR for the end
    /// of a row.
    fn part(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let buffer = self.source.fill_buf()?;
        let buffer = &buffer[..buffer.len().min(to.len())];
        let mut length = buffer.iter().position(|byte| *byte == b'\n').map_or(buffer.len(), |at| at + 1);
        if length > 1 && buffer[length - 1] == b'\r' {
            length -= 1;
        }
        to[..length].copy_from_slice(&buffer[..length]);
        self.source.consume(length);
        if to[..length] == *b"\r" && to.len() > 1 && self.source.fill_buf()?.first() == Some(&b'\n') {
            to[1] = b'\n';
            self.source.consume(1);
            length = 2;
        }
        Ok(length)
    }
}
