//! What crosses between C and Rust. Pointers are checked here, and panics stop here.

use std::ffi::c_char;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::slice;

use personsig_core::Error;

use crate::status::personsig_status::{self, *};

/// What `bad_index` receives where no element of a list is to blame; in C `PERSONSIG_NO_INDEX`, which is `SIZE_MAX`.
const NO_INDEX: usize = usize::MAX;

/// Runs a function of the library. No panic unwinds into C, where it would end the process.
pub(crate) fn guarded(call: impl FnOnce() -> Result<(), personsig_status>) -> personsig_status {
    // What a panic may have left half done is the call's own: handles are immutable.
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => PERSONSIG_OK,
        Ok(Err(status)) => status,
        Err(_) => PERSONSIG_INTERNAL,
    }
}

/// As [`guarded`], for a function that returns static text.
pub(crate) fn guarded_text(call: impl FnOnce() -> *const c_char) -> *const c_char {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(ptr::null())
}

pub(crate) fn present<T>(pointer: *mut T) -> Result<*mut T, personsig_status> {
    NonNull::new(pointer).map(NonNull::as_ptr).ok_or(PERSONSIG_NULL_POINTER)
}

/// Text or bytes as C passes them.
///
/// # Safety
/// `data` is good for `len` bytes during `'a`, or null.
pub(crate) unsafe fn bytes<'a>(data: *const c_char, len: usize) -> Result<&'a [u8], personsig_status> {
    match len {
        0 => Ok(&[]),
        // No object is longer; it is what `(size_t)-1`, a failed call's result, would ask for.
        _ if data.is_null() || len > isize::MAX as usize => Err(PERSONSIG_NULL_POINTER),
        // SAFETY: the caller's promise, and the length is one that a slice can have.
        _ => Ok(unsafe { slice::from_raw_parts(data.cast(), len) }),
    }
}

/// Text that may be left out: NULL with 0 is none, and not the empty text.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn optional<'a>(data: *const c_char, len: usize) -> Result<Option<&'a [u8]>, personsig_status> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { bytes(data, len)? };
    Ok((!data.is_null()).then_some(bytes))
}

/// A list as C passes it: an array of pointers and one of lengths.
///
/// # Safety
/// Both arrays are good for `count` elements, or null; the elements are as in [`bytes`].
pub(crate) unsafe fn list<'a, T>(
    data: *const *const c_char,
    lens: *const usize,
    count: usize,
    bad_index: &BadIndex,
    element: impl Fn(&'a [u8]) -> T,
) -> Result<Vec<T>, personsig_status> {
    if count > 0 && (data.is_null() || lens.is_null()) || count > isize::MAX as usize / size_of::<usize>() {
        return Err(PERSONSIG_NULL_POINTER);
    }
    let mut elements = Vec::new();
    elements.try_reserve_exact(count).map_err(|_| PERSONSIG_OUT_OF_MEMORY)?;
    for index in 0..count {
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes(data.add(index).read_unaligned(), lens.add(index).read_unaligned()) };
        elements.push(element(bytes.inspect_err(|_| bad_index.write(index))?));
    }
    Ok(elements)
}

/// Where the caller wants the index of a list's refused element, or null.
pub(crate) struct BadIndex(*mut usize);

impl BadIndex {
    /// # Safety
    /// `pointer` can be written to as long as the value lives, or is null.
    pub(crate) unsafe fn new(pointer: *mut usize) -> Self {
        let bad_index = BadIndex(pointer);
        bad_index.write(NO_INDEX);
        bad_index
    }

    fn write(&self, index: usize) {
        if !self.0.is_null() {
            // SAFETY: the promise of `new`.
            unsafe { self.0.write_unaligned(index) }
        }
    }

    /// Notes the index that an error has.
    pub(crate) fn of(&self, error: Error) -> personsig_status {
        self.write(error.index().unwrap_or(NO_INDEX));
        error.code().into()
    }
}

/// Where the caller wants text.
pub(crate) struct TextOut {
    out: *mut c_char,
    cap: usize,
    out_len: *mut usize,
}

impl TextOut {
    /// # Safety
    /// `out` is good for `cap` bytes as long as the value lives, or null, and `out_len` can be written to, or is null.
    pub(crate) unsafe fn new(out: *mut c_char, cap: usize, out_len: *mut usize) -> Result<Self, personsig_status> {
        if out.is_null() && cap > 0 {
            return Err(PERSONSIG_NULL_POINTER);
        }
        Ok(TextOut { out, cap, out_len: present(out_len)? })
    }

    /// All of the text, or where it does not fit its length alone.
    pub(crate) fn write(&self, text: &str) -> Result<(), personsig_status> {
        self.write_all(text.len(), std::iter::once(text))
    }

    /// The same for a text in parts, of `len` bytes in all.
    pub(crate) fn write_all(
        &self,
        len: usize,
        parts: impl Iterator<Item: Deref<Target = str>>,
    ) -> Result<(), personsig_status> {
        // SAFETY: the promise of `new`.
        unsafe { self.out_len.write_unaligned(len) };
        if len > self.cap {
            return Err(PERSONSIG_BUFFER_TOO_SMALL);
        }
        let mut written = 0;
        for part in parts {
            if part.len() > len - written {
                return Err(PERSONSIG_INTERNAL);
            }
            // SAFETY: the promise of `new`, and it fits: written + part.len() <= len <= cap.
            unsafe { ptr::copy(part.as_ptr(), self.out.add(written).cast(), part.len()) };
            written += part.len();
        }
        Ok(())
    }
}

/// A static text of the core as C reads it, its end filled with NUL.
pub(crate) type CText = [u8; 256];

/// Made by the compiler, which refuses a text that is too long.
pub(crate) const fn c_text(text: &str) -> CText {
    let mut bytes = [0; size_of::<CText>()];
    assert!(text.len() < bytes.len());
    let (room, _) = bytes.split_at_mut(text.len());
    room.copy_from_slice(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_internal() {
        let status = guarded(|| panic!("on purpose, for a test"));
        assert_eq!(status, PERSONSIG_INTERNAL);
    }

    #[test]
    fn every_function_that_does_work_is_guarded() {
        let sources = include_str!("hmac.rs").to_owned() + include_str!("signer.rs");
        let functions = sources.split("extern \"C\" fn ").skip(1);
        for function in functions.filter(|function| function.contains("unsafe {")) {
            let (name, body) = function.split_once('(').expect("a signature");
            let body = body.split_once("{\n").expect("a body").1;
            let guards = ["    guarded(|| {\n", "    guarded_text(|| {\n"];
            assert!(guards.iter().any(|guard| body.starts_with(guard)), "{name} begins with something else");
        }
    }
}
