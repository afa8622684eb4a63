//! `personsig sign --csv`: a table in, the same table with a column `signature` out, a few rows at a time.

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, Terminator, WriterBuilder};
use personsig::{Code, Signer, UserId};

use crate::failure::{Failure, Place};

const ADDED: &[u8] = b"signature";

/// Spreadsheets write it in front of UTF-8, and want it back.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How files begin that are no comma-separated UTF-8, and what to do about each.
const OTHER_FILES: [(&[u8], &str); 5] = [
    (b"\xff\xfe", "the table is in UTF-16; save it as comma-separated UTF-8"),
    (b"\xfe\xff", "the table is in UTF-16; save it as comma-separated UTF-8"),
    (
        b"PK\x03\x04",
        "the file is a zip archive, as .xlsx and .ods files are; export the sheet as comma-separated UTF-8",
    ),
    (b"\xd0\xcf\x11\xe0", "the file is an Excel workbook (.xls); export the sheet as comma-separated UTF-8"),
    (b"\x1f\x8b", "the file is compressed with gzip; decompress it first"),
];

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
        self.source.by_ref().take(4).read_to_end(&mut start).map_err(|error| Failure::reading(self.what, &error))?;
        if let Some((_, problem)) = OTHER_FILES.iter().find(|(mark, _)| start.starts_with(mark)) {
            return Err(Failure::Table(problem, Place { line: 1, column: None }));
        }
        if start.starts_with(BYTE_ORDER_MARK) {
            out.write_all(BYTE_ORDER_MARK).map_err(Failure::output)?;
            start.drain(..BYTE_ORDER_MARK.len());
        }
        let source = ByLine::new(Cursor::new(start).chain(self.source));
        let reader = ReaderBuilder::new().has_headers(false).from_reader(source);
        let mut rows = Rows { reader, what: self.what, header: ByteRecord::new() };

        let mut header = ByteRecord::new();
        rows.next(&mut header)?;
        rows.header.clone_from(&header);
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
        (Some(_), Some(_)) => Err(refused("the table has two columns of the name that you gave; rename one")),
        (None, _) => Err(match header.iter().position(|field| is_nearly(field, name)) {
            Some(index) => Failure::Table(
                "this column has the name that you gave but for white space, or upper and lower case; \
                 give its name exactly as it stands",
                Place { line, column: Some(index + 1) },
            ),
            None => refused(not_separated_by_commas(header)),
        }),
    }
}

fn is_nearly(field: &[u8], name: &[u8]) -> bool {
    let folded = |bytes| String::from_utf8_lossy(bytes).trim_matches(is_padding).to_lowercase();
    !name.is_empty() && folded(field) == folded(name)
}

/// What the first row says of a table that lacks the column.
fn not_separated_by_commas(header: &ByteRecord) -> &'static str {
    let first = header.get(0).unwrap_or_default();
    match header.len() {
        _ if first.to_ascii_lowercase().starts_with(b"sep=") => {
            "the first row is a note to Excel about the separator; remove this line, and use commas"
        }
        1 if first.contains(&b';') => {
            "the first row has one field and semicolons in it; only commas separate fields: \
             export the table with commas"
        }
        1 if first.contains(&b'\t') => {
            "the first row has one field and tabs in it; only commas separate fields: export the table with commas"
        }
        1 if first.contains(&b'|') => {
            "the first row has one field and vertical bars in it; only commas separate fields: \
             export the table with commas"
        }
        _ => "the table has no column of the name that you gave; names are compared exactly",
    }
}

/// White space in the sense of Unicode, and what looks like nothing at all.
fn is_padding(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// What spreadsheets and databases write where there is no id, or no longer one. What no identifier may be in any
/// language is left to the core.
fn is_no_id(cell: &[u8]) -> Option<&'static str> {
    let text = str::from_utf8(cell).ok()?;
    match text {
        "NULL" | "\\N" => return Some("the id is what a database exports for none; leave such rows out"),
        "#N/A" | "#REF!" | "#VALUE!" | "#NAME?" | "#DIV/0!" | "#NUM!" | "#NULL!" => {
            return Some("the id is a spreadsheet's error; mend the formula and export again");
        }
        _ => {}
    }
    // Control characters are named by the core.
    let pads = |c: char| is_padding(c) && !c.is_ascii_control();
    if text.starts_with(pads) && text.trim_start_matches(pads).starts_with('"') {
        return Some("the id has a quote behind a space, so that the quote is part of it; remove the space");
    }
    if text.starts_with(pads) || text.ends_with(pads) {
        return Some("the id begins or ends with white space; remove it where the table is made");
    }
    if text.starts_with("=\"") && text.ends_with('"') {
        return Some("the id is wrapped in a spreadsheet's formula, =\"...\"; export the plain id");
    }
    if text.strip_prefix('\'').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return Some("the id begins with the apostrophe that spreadsheets put before text; export the id without it");
    }
    if is_scientific(text) {
        return Some(
            "the id is in scientific notation, so that its digits are lost; \
             format the column as text, fill it again, and export",
        );
    }
    None
}

/// `-?[0-9](\.[0-9]+)?E[+-][0-9]{2,}`, as Excel writes long numbers.
fn is_scientific(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((mantissa, exponent)) = text.split_once('E') else { return false };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or_default();
    whole.len() == 1 && digits(whole) && digits(fraction) && exponent.len() >= 2 && digits(exponent)
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
    header: ByteRecord,
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
            let (count, more) = self.read(&mut group, id);
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
    fn read(&mut self, group: &mut [Row], id: usize) -> (usize, Result<bool, Failure>) {
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
            if row.fields.len() > 1 && row.fields == self.header {
                let problem = "the row is the header once more; leave it out where tables are joined";
                let place = Place { line: line(&row.fields, row.last), column: None };
                return (count, Err(Failure::Table(problem, place)));
            }
            if let Some(problem) = is_no_id(&row.fields[id]) {
                let place = Place { line: line(&row.fields, row.last), column: Some(id + 1) };
                return (count, Err(Failure::Table(problem, place)));
            }
        }
        (group.len(), Ok(true))
    }

    fn next(&mut self, row: &mut ByteRecord) -> Result<bool, Failure> {
        let read = self.reader.read_byte_record(row);
        if let Some((problem, line)) = self.reader.get_ref().broken {
            return Err(Failure::Table(problem, Place { line, column: None }));
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
    /// How long the row is so far, in bytes.
    row: usize,
    /// Why the table cannot be read on, and the line.
    broken: Option<(&'static str, u64)>,
    /// The first blank line since this was last taken.
    blank: Option<u64>,
}

/// The longest row in bytes.
pub(crate) const ROW_MAX: usize = 256 << 20;

const LONG_ROW: &str = "the row is longer than 256 MiB; look for a quote that is not closed";

const OPEN_QUOTE: &str = "a quote opens a field here and does not close it; double the quotes inside a field";

const BARE_CR: &str = "a carriage return (U+000D) stands outside quotes with no line feed behind it; \
     end rows with LF or CRLF, and put a field that holds a carriage return into quotes";

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

    /// Outside quotes, where a line end ends the row.
    fn are_closed(self) -> bool {
        self != Quotes::Quoted
    }
}

impl<R: Read> ByLine<R> {
    fn new(source: R) -> Self {
        let source = BufReader::with_capacity(1 << 16, source);
        let (line, crlf, last, ended) = (0, false, b'\n', false);
        ByLine { source, line, crlf, last, ended, quotes: Quotes::Start, opened: 0, row: 0, broken: None, blank: None }
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
            for (index, byte) in part.iter().enumerate() {
                if *byte == b'\r' && self.quotes.are_closed() && part.get(index + 1) != Some(&b'\n') {
                    self.broken.get_or_insert((BARE_CR, self.line));
                }
                let after = self.quotes.after(*byte);
                if (self.quotes, after) == (Quotes::Start, Quotes::Quoted) {
                    self.opened = self.line;
                }
                self.quotes = after;
            }
            self.crlf = part.ends_with(b"\r\n");
            self.last = *last;
            self.row += length;
            if self.row > ROW_MAX {
                self.broken.get_or_insert((LONG_ROW, self.line));
            }
            if *last == b'\n' && self.quotes.are_closed() {
                self.row = 0;
            }
        } else {
            self.ended = true;
            if self.quotes == Quotes::Quoted {
                self.quotes = Quotes::Lost;
            }
        }
        if self.quotes == Quotes::Lost {
            self.broken.get_or_insert((OPEN_QUOTE, self.opened));
        }
        match self.broken {
            // The reader must not go on: it takes a bare CR for the end of a row, and looks for the next quote to the
            // end of the table.
            Some(_) => Err(io::ErrorKind::InvalidData.into()),
            None => Ok(length),
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
