//! Where the values of a call come from: arguments, files, standard input, the environment.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};

use personsig::{Secret, Signer};
use zeroize::Zeroizing;

use crate::arguments::Options;
use crate::failure::Failure;
use crate::table::ROW_MAX;

/// The Signer that a call describes.
pub(crate) fn signer(options: &Options) -> Result<Signer, Failure> {
    // No provider's name has U+FFFD, so a name that is not Unicode stays unknown.
    let provider = options.provider.as_deref().unwrap_or_default().to_string_lossy();
    let Some(file) = &options.secret_file else {
        let variable = options.secret_variable.as_deref().map(OsStr::as_encoded_bytes);
        return Ok(Signer::from_lookup(&provider, variable, personsig::environment)?);
    };
    let secret = secret(file, "the secret file")?;
    let fallbacks = options.fallback_secret_files.iter().enumerate();
    let fallbacks = fallbacks.map(|(index, file)| secret_of_fallback(index, file)).collect::<Result<Vec<_>, _>>()?;
    let fallbacks: Vec<_> = fallbacks.iter().map(|bytes| Secret::Bytes(bytes)).collect();
    Ok(Signer::with_fallbacks(&provider, secret.as_slice(), &fallbacks)?)
}

fn secret_of_fallback(index: usize, file: &OsStr) -> Result<Zeroizing<Vec<u8>>, Failure> {
    secret(file, &format!("fallback secret file {}", index + 1))
}

/// The largest secret file in bytes.
const SECRET_MAX: u64 = 1 << 20;

fn secret(file: &OsStr, what: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let (source, what) = open(file, what)?;
    // Room for the line end beside it.
    let mut bytes = read(source.take(SECRET_MAX + 3)).map_err(|error| Failure::reading(what, &error))?;
    let length = without_line_end(&bytes).len();
    if length as u64 > SECRET_MAX {
        return Err(Failure::InputOutput(format!(
            "{what} is larger than 1 MiB; name the file that holds the secret alone"
        )));
    }
    bytes.truncate(length);
    Ok(bytes)
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
    source.take(ROW_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|error| Failure::reading(what, &error))?;
    match bytes.len() > ROW_MAX {
        true => Err(Failure::InputOutput(format!("{what} is larger than 256 MiB; name another file"))),
        false => Ok(bytes),
    }
}

/// A file, or for `-` standard input; and what to call it in a message.
pub(crate) fn open<'a>(file: &OsStr, what: &'a str) -> Result<(Box<dyn Read>, &'a str), Failure> {
    if file == "-" {
        return Ok((Box::new(io::stdin()), "standard input"));
    }
    let file = File::open(file).map_err(|error| Failure::reading(what, &error))?;
    Ok((Box::new(file), what))
}

/// Without one final LF or CRLF, which editors and `echo` add.
pub(crate) fn without_line_end(bytes: &[u8]) -> &[u8] {
    let line = bytes.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    line.unwrap_or(bytes)
}

/// All of it. A growing `Vec` would leave its former blocks behind; here each is wiped.
fn read(mut source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    loop {
        let room = bytes.capacity() - bytes.len();
        if source.by_ref().take(room as u64).read_to_end(&mut bytes)? < room {
            return Ok(bytes);
        }
        let mut larger = Zeroizing::new(Vec::with_capacity(2 * bytes.capacity()));
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
        for length in [0, 1, 4095, 4096, 4097, 8192, 100_000] {
            let given: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            assert_eq!(*read(&*given).unwrap(), given);
        }
    }
}
