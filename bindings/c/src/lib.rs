//! The C surface. `include/personsig.h` is generated from this crate, so public items have C's spelling and their
//! documentation speaks to C programmers.

#![allow(non_camel_case_types, reason = "the names are C's")]
#![allow(clippy::missing_safety_doc, reason = "the header's chapter on conventions says it once for all functions")]

mod ffi;
mod hmac;
mod memory;
mod options;
mod provider;
mod signer;
mod status;
mod text;
mod version;
