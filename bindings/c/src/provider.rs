//! The core's table of providers.

use std::ffi::c_char;
use std::ptr;

use personsig_core::providers;

use crate::text::{CText, c_text};

/// Name, title, scheme, secret variable, documentation, encoding, identifier, key form, what replaces it or nothing.
type Row = [CText; 9];

static ROWS: [Row; providers().len()] = {
    let mut rows = [[c_text(""); 9]; providers().len()];
    let mut index = 0;
    while index < rows.len() {
        let row = &providers()[index];
        rows[index] = [
            c_text(row.name),
            c_text(row.title),
            c_text(row.scheme.name()),
            c_text(row.secret_variable),
            c_text(row.documentation),
            c_text(row.encoding.name()),
            c_text(row.identifier.name()),
            c_text(row.key_form.name()),
            c_text(match row.legacy {
                Some(text) => text,
                None => "",
            }),
        ];
        index += 1;
    }
    rows
};

fn text(index: usize, column: usize) -> *const c_char {
    ROWS.get(index).and_then(|row| row.get(column)).map_or(ptr::null(), |text| text.as_ptr().cast())
}

/// The name of one of the core's rows.
pub(crate) fn name(row: &personsig_core::Provider) -> *const c_char {
    let index = providers().iter().position(|other| other.name == row.name);
    index.map_or(ptr::null(), |index| text(index, 0))
}

/// How many providers there are. The functions below take an index from 0 and return NULL beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_count() -> usize {
    ROWS.len()
}

/// The name that personsig_signer_new takes: "gosquared".
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_name(index: usize) -> *const c_char {
    text(index, 0)
}

/// The name that the vendor writes itself: "GoSquared".
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_title(index: usize) -> *const c_char {
    text(index, 1)
}

/// How its signature is made: "plain" is the HMAC of the id, "timestamped" the HMAC of id-T and then -T.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_scheme(index: usize) -> *const c_char {
    text(index, 2)
}

/// The environment variable that personsig_signer_from_env reads.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_secret_variable(index: usize) -> *const c_char {
    text(index, 3)
}

/// The address of the vendor's own page about it.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_documentation(index: usize) -> *const c_char {
    text(index, 4)
}

/// How its signature writes the MAC: "hex" in 64 lower-case digits, "base64" in 44 characters, "base64url" in 43, without
/// padding.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_encoding(index: usize) -> *const c_char {
    text(index, 5)
}

/// What the vendor calls a user by: "id", "email" or "id-or-email". With "email", any other id is
/// PERSONSIG_EMAIL_EXPECTED.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_identifier(index: usize) -> *const c_char {
    text(index, 6)
}

/// Whether the secret is the key's "text" or its "hex" digits.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_key_form(index: usize) -> *const c_char {
    text(index, 7)
}

/// What the vendor recommends in place of this for new installations; NULL where it recommends nothing else.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_provider_legacy(index: usize) -> *const c_char {
    match providers().get(index) {
        Some(row) if row.legacy.is_some() => text(index, 8),
        _ => ptr::null(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn the_rows_are_the_cores() {
        let columns = [
            personsig_provider_name,
            personsig_provider_title,
            personsig_provider_scheme,
            personsig_provider_secret_variable,
            personsig_provider_documentation,
            personsig_provider_encoding,
            personsig_provider_identifier,
            personsig_provider_key_form,
        ];
        assert_eq!(personsig_provider_count(), providers().len());
        for (index, row) in providers().iter().enumerate() {
            // SAFETY: the functions return static text that ends with NUL.
            let ours = columns.map(|column| unsafe { CStr::from_ptr(column(index)) }.to_str().unwrap());
            let texts = [row.name, row.title, row.scheme.name(), row.secret_variable, row.documentation];
            let forms = [row.encoding.name(), row.identifier.name(), row.key_form.name()];
            assert_eq!(ours.as_slice(), [texts.as_slice(), &forms].concat());
            let legacy = personsig_provider_legacy(index);
            // SAFETY: as above.
            let legacy = (!legacy.is_null()).then(|| unsafe { CStr::from_ptr(legacy) }.to_str().unwrap());
            assert_eq!(legacy, row.legacy);
        }
        assert!(personsig_provider_legacy(usize::MAX).is_null());
        for column in columns {
            assert!([providers().len(), usize::MAX].into_iter().all(|beyond| column(beyond).is_null()));
        }
    }
}
