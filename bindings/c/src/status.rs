//! The core's codes as numbers, and their texts.

use std::ffi::{c_char, c_int};

use personsig_core::{Code, Error};

use crate::text::{CText, c_text};

/// An enum, and the list of its variants.
macro_rules! with_all {
    ($(#[$attribute:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[$attribute])* pub enum $name { $($(#[$doc])* $variant = $number,)* }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant,)*];
        }
    };
}

with_all! {
/// What a function returns. 1 to 99: the program, its configuration or the id must change. 100 to 199: the signature
/// is not accepted. 200 and up: the call itself failed.
///
/// Numbers and names are never reused, and new ones may come: a `switch` needs a `default`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum personsig_status {
    /// Done, or valid.
    PERSONSIG_OK = 0,

    /// The provider is not one of personsig_provider_name: exact, in lower case, and without the NUL that sizeof
    /// counts.
    PERSONSIG_UNKNOWN_PROVIDER = 1,
    /// The secret is missing or empty.
    PERSONSIG_MISSING_SECRET = 2,
    /// The secret begins or ends with white space, an invisible character or a byte order mark, or is UTF-16.
    PERSONSIG_PADDED_SECRET = 3,
    /// The secret is "null", "changeme", "<secret>", "${NAME}", "****" or the like, or a vendor's public token.
    PERSONSIG_PLACEHOLDER_SECRET = 4,
    /// The user id is empty.
    PERSONSIG_EMPTY_USER_ID = 5,
    /// A string is not valid UTF-8.
    PERSONSIG_INVALID_TEXT = 6,
    /// The user id has one of U+0000 to U+001F or U+007F: nearly always a newline that was read along with it.
    PERSONSIG_CONTROL_CHARACTER = 7,
    /// Not returned in C, where ids are strings.
    PERSONSIG_INTEGER_TOO_LARGE = 8,
    /// `now`, or the system's clock, is not from 0 to 99999999999.
    PERSONSIG_TIMESTAMP_OUT_OF_RANGE = 9,
    /// `now` has 13 digits: milliseconds in place of seconds.
    PERSONSIG_TIMESTAMP_IN_MILLISECONDS = 10,
    /// `max_age` or `clock_skew` was given for a provider whose signature has no timestamp.
    PERSONSIG_NOT_TIMESTAMPED = 11,
    /// `max_age` or `clock_skew` is not from 0 to 99999999999, `also` is too long, or `traits`, `site_token` or `nonce`
    /// is not well formed, or the size of a struct of options is not one that this version can read.
    PERSONSIG_INVALID_OPTION = 12,
    /// The secret contains more than the secret itself: quotation marks, `NAME=`, a comment, a line break.
    PERSONSIG_MALFORMED_SECRET = 13,
    /// The user id is "undefined", "null", "[object Object]" or the like, which would be everybody's id.
    PERSONSIG_PLACEHOLDER_USER_ID = 14,
    /// The user id is no e-mail address, and the provider calls a user by one.
    PERSONSIG_EMAIL_EXPECTED = 15,
    /// The provider's documentation shows no call that a snippet could make: use personsig_signer_identity.
    PERSONSIG_NO_SNIPPET = 16,

    /// The signature is empty.
    PERSONSIG_MISSING_SIGNATURE = 100,
    /// The signature does not have the provider's form.
    PERSONSIG_MALFORMED_SIGNATURE = 101,
    /// 64 hex digits alone, for a provider whose signature has a timestamp.
    PERSONSIG_MISSING_TIMESTAMP = 102,
    /// The signature is not this user's: another id or another secret.
    PERSONSIG_SIGNATURE_MISMATCH = 103,
    /// The signature is authentic and older than `max_age`.
    PERSONSIG_EXPIRED = 104,
    /// The signature is authentic and further ahead than `clock_skew`.
    PERSONSIG_FROM_THE_FUTURE = 105,

    /// A pointer is NULL where it may not be, or a length is more than any object has.
    PERSONSIG_NULL_POINTER = 200,
    /// The string does not fit; `out_len` has the length that it needs.
    PERSONSIG_BUFFER_TOO_SMALL = 201,
    /// There is no memory left.
    PERSONSIG_OUT_OF_MEMORY = 202,
    /// A defect in the library.
    PERSONSIG_INTERNAL = 203,
}
}

use personsig_status::*;

impl From<Code> for personsig_status {
    fn from(code: Code) -> Self {
        Self::ALL.iter().copied().find(|status| *status as i32 == code as i32).unwrap_or(PERSONSIG_INTERNAL)
    }
}

impl From<Error> for personsig_status {
    fn from(error: Error) -> Self {
        error.code().into()
    }
}

/// `(number, name, message)`.
type Row = (i32, CText, CText);

const fn row(number: i32, name: &str, message: &str) -> Row {
    (number, c_text(name), c_text(message))
}

/// C's own first, then the core's.
static ROWS: [Row; Code::ALL.len() + 3] = {
    let null_pointer = "a pointer is NULL where it may not be, or a length is more than any object has; \
                        pass a pointer and the length of what it points to";
    let buffer_too_small = "the string does not fit into the buffer; call again with a buffer of *out_len bytes";
    let mut rows = [row(PERSONSIG_OK as i32, "ok", "done"); Code::ALL.len() + 3];
    rows[1] = row(PERSONSIG_NULL_POINTER as i32, "null-pointer", null_pointer);
    rows[2] = row(PERSONSIG_BUFFER_TOO_SMALL as i32, "buffer-too-small", buffer_too_small);
    let mut index = 0;
    while index < Code::ALL.len() {
        let code = Code::ALL[index];
        rows[index + 3] = row(code as i32, code.name(), code.message());
        index += 1;
    }
    rows
};

/// A status's name, the same in every language: "missing-secret"; "unknown" for a number that is none.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_status_name(status: c_int) -> *const c_char {
    ROWS.iter().find(|row| row.0 == status).map_or(c"unknown".as_ptr(), |row| row.1.as_ptr().cast())
}

/// What is wrong and what to do, in a sentence for a person. It repeats nothing that was passed.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_status_message(status: c_int) -> *const c_char {
    let unknown = c"not a status of this version of personsig".as_ptr();
    ROWS.iter().find(|row| row.0 == status).map_or(unknown, |row| row.2.as_ptr().cast())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    fn text(pointer: *const c_char) -> &'static str {
        // SAFETY: the functions return static text that ends with NUL.
        unsafe { CStr::from_ptr(pointer) }.to_str().unwrap()
    }

    /// `PERSONSIG_MISSING_SECRET` -> `missing-secret`.
    fn kebab(status: personsig_status) -> String {
        format!("{status:?}").strip_prefix("PERSONSIG_").unwrap().to_lowercase().replace('_', "-")
    }

    #[test]
    fn the_enum_has_the_cores_codes_by_number_and_name() {
        let own = [PERSONSIG_OK, PERSONSIG_NULL_POINTER, PERSONSIG_BUFFER_TOO_SMALL];
        let ours = personsig_status::ALL.iter().filter(|status| !own.contains(status));
        let ours: Vec<_> = ours.map(|status| (*status as i32, kebab(*status))).collect();
        let cores: Vec<_> = Code::ALL.iter().map(|code| (*code as i32, code.name().to_owned())).collect();
        assert_eq!(ours, cores);
        for code in Code::ALL {
            assert_eq!(personsig_status::from(*code) as i32, *code as i32);
        }
    }

    #[test]
    fn every_status_has_its_name_and_a_message() {
        for status in personsig_status::ALL {
            assert_eq!(text(personsig_status_name(*status as c_int)), kebab(*status));
            assert_ne!(text(personsig_status_message(*status as c_int)), text(personsig_status_message(-1)));
        }
    }

    #[test]
    fn the_message_of_a_code_is_the_cores() {
        for code in Code::ALL {
            assert_eq!(text(personsig_status_message(*code as c_int)), code.message());
        }
    }

    #[test]
    fn a_number_that_is_no_status_is_named_unknown() {
        for number in [-1, 98, 99, 106, 204, c_int::MAX, c_int::MIN] {
            assert_eq!(text(personsig_status_name(number)), "unknown");
        }
    }
}
