//! The library's version.

use std::ffi::c_char;

use crate::text::{CText, c_text};

/// The version of the library that is loaded, such as "0.1.0". PERSONSIG_VERSION is the header's.
#[unsafe(no_mangle)]
pub extern "C" fn personsig_version() -> *const c_char {
    static VERSION: CText = c_text(personsig_core::VERSION);
    VERSION.as_ptr().cast()
}
