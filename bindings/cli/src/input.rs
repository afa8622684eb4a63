//! Where the values of a call come from: arguments, files, standard input, the environment.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, Read};

use personsig::{Code, Error, Secret, Signer};
use zeroize::Zeroizing;

use crate::arguments::Secrets;
use crate::failure::Failure;
use crate::wrong_use::nearest;

/// The largest secret file.
const SECRET_MAX: u64 = 1 << 20;

/// The longest line, row or value that is read.
pub(crate) const LINE_MAX: usize = 256 << 20;

/// The Signer of a call.
pub(crate) fn signer(arguments: &Secrets) -> Result<Signer, Failure> {
    // No provider's name has U+FFFD, so a name that is not Unicode stays unknown.
    let provider = arguments.provider.to_string_lossy();
    let refused = |error: Error| match error.code() {
        Code::UnknownProvider => Failure::RefusedWith(error, name_of(&provider)),
        _ => error.into(),
    };
    let Some(file) = &arguments.secret_file else {
        let variable = arguments.secret_variable.as_deref().map(OsStr::as_encoded_bytes);
        return Signer::from_lookup(&provider, variable, personsig::environment).map_err(refused);
    };
    let secret = secret(file, "the secret file")?;
    let fallbacks = arguments.fallback_secret_file.iter().enumerate();
    let fallbacks = fallbacks.map(|(index, file)| self::secret(file, &format!("fallback secret file {}", index + 1)));
    let fallbacks = fallbacks.collect::<Result<Vec<_>, _>>()?;
    let fallbacks: Vec<_> = fallbacks.iter().map(|bytes| Secret::Bytes(bytes)).collect();
    Signer::with_fallbacks(&provider, secret.as_slice(), &fallbacks).map_err(refused)
}

/// How to get the provider's name right.
fn name_of(given: &str) -> String {
    let names = || personsig::providers().iter().map(|row| row.name);
    match (names().find(|name| given.eq_ignore_ascii_case(name)), nearest(given, names())) {
        (Some(name), _) => format!("write it in lower case: {name}"),
        (None, Some(name)) => format!("did you mean {name}? 'personsig providers' lists all names"),
        (None, None) => "pass one of the names that 'personsig providers' lists".to_owned(),
    }
}

fn secret(file: &OsStr, what: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let (source, what) = open(file, what)?;
    // Two bytes more, for a line end.
    let mut bytes = read(source, SECRET_MAX + 2).map_err(|error| Failure::reading(what, &error))?;
    // In UTF-16 an LF is two bytes. It stays, so that the core recognises UTF-16 by the even length.
    if !(bytes.starts_with(b"\xfe\xff") && bytes.ends_with(b"\0\n")) {
        let length = without_line_end(&bytes).len();
        bytes.truncate(length);
    }
    match bytes.len() as u64 > SECRET_MAX {
        true => Err(Failure::reading(what, &io::ErrorKind::FileTooLarge.into())),
        false => Ok(bytes),
    }
}

/// An id or a signature: the argument itself, or for `-` standard input.
pub(crate) fn value(argument: &OsStr) -> Result<Cow<'_, [u8]>, Failure> {
    if argument != "-" {
        return Ok(Cow::Borrowed(argument.as_encoded_bytes()));
    }
    let mut bytes = contents(argument, "")?;
    bytes.truncate(without_line_end(&bytes).len());
    Ok(Cow::Owned(bytes))
}

/// All of a file that holds no secret, or of standard input.
pub(crate) fn contents(file: &OsStr, what: &str) -> Result<Vec<u8>, Failure> {
    let (source, what) = open(file, what)?;
    let mut bytes = Vec::new();
    let read = source.take(LINE_MAX as u64 + 1).read_to_end(&mut bytes);
    let read = read.and_then(|length| if length > LINE_MAX { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(()) });
    read.map(|()| bytes).map_err(|error| Failure::reading(what, &error))
}

/// A file, or for `-` standard input; and what to call it in a message.
pub(crate) fn open<'a>(file: &OsStr, what: &'a str) -> Result<(Box<dyn Read>, &'a str), Failure> {
    if file == "-" {
        return Ok((Box::new(io::stdin()), "standard input"));
    }
    let file = File::open(file).map_err(|error| Failure::reading(what, &error))?;
    Ok((Box::new(file), what))
}

/// Appends a line with its end; nothing at the end of the input. A line longer than [`LINE_MAX`] is cut a little behind
/// it.
pub(crate) fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let chunk = match source.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        let end = chunk.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let length = end.unwrap_or(chunk.len());
        // Not `read_until`, which aborts the process when memory runs out.
        line.try_reserve(length)?;
        line.extend_from_slice(&chunk[..length]);
        source.consume(length);
        if length == 0 || end.is_some() || line.len() > LINE_MAX + 2 {
            return Ok(());
        }
    }
}

/// Without one final LF or CRLF, which editors and `echo` add.
pub(crate) fn without_line_end(bytes: &[u8]) -> &[u8] {
    let line = bytes.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    line.unwrap_or(bytes)
}

/// All of it, or an error where that is more than `most` bytes. A `Vec` that grows leaves copies of its content behind,
/// so it grows here, and each copy is wiped.
fn read(source: impl Read, most: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut source = source.take(most + 1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    loop {
        let room = bytes.capacity() - bytes.len();
        if source.by_ref().take(room as u64).read_to_end(&mut bytes)? < room {
            return if source.limit() == 0 { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) };
        }
        let mut larger = Zeroizing::new(Vec::new());
        larger.try_reserve_exact(2 * bytes.capacity())?;
        larger.extend_from_slice(&bytes);
        bytes = larger;
    }
}

#[cfg(test)]
mod tests {
    use super::{read, without_line_end};

    #[test]
    fn one_final_line_end_is_dropped() {
        for (given, kept) in [
            (&b"id\n"[..], &b"id"[..]),
            (b"id\r\n", b"id"),
            (b"id\n\n", b"id\n"),
            (b"id\r\n\r\n", b"id\r\n"),
            (b"id\r", b"id\r"),
            (b"\n", b""),
            (b"", b""),
        ] {
            assert_eq!(without_line_end(given), kept);
        }
    }

    #[test]
    fn a_secret_of_any_length_is_read_whole() {
        for length in [0u64, 1, 4095, 4096, 4097, 8192, 100_000] {
            let given: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            assert_eq!(*read(&*given, 100_000).unwrap(), given);
            assert!(length == 0 || read(&*given, length - 1).is_err());
        }
    }
}
