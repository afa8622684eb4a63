//! What crosses between C and Rust. Pointers are checked here, and panics stop here.

use std::ffi::c_char;
use std::ops::Deref;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::slice;
use std::sync::Once;

use personsig_core::Error;

use crate::status::personsig_status::{self, *};

/// What `bad_index` receives where no element of a list is to blame; in C `PERSONSIG_NO_INDEX`, which is `SIZE_MAX`.
const NO_INDEX: usize = usize::MAX;

/// Runs a function of the library. No panic unwinds into C, where it would end the process.
pub(crate) fn ffi_boundary(call: impl FnOnce() -> Result<(), personsig_status>) -> personsig_status {
    match catch_panic(call) {
        Ok(()) => PERSONSIG_OK,
        Err(status) => status,
    }
}

/// As [`ffi_boundary`], for a function that returns a static string.
pub(crate) fn ffi_boundary_text(call: impl FnOnce() -> *const c_char) -> *const c_char {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(ptr::null())
}

/// A panic is [`PERSONSIG_INTERNAL`].
pub(crate) fn catch_panic<T>(call: impl FnOnce() -> Result<T, personsig_status>) -> Result<T, personsig_status> {
    // The default hook prints the panic's message, which may contain a value.
    static SILENT: Once = Once::new();
    SILENT.call_once(|| panic::set_hook(Box::new(|_| ())));
    // Nothing is left half done: handles are immutable, and everything else is the call's own.
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(PERSONSIG_INTERNAL))
}

/// A pointer that must not be NULL.
///
/// # Safety
/// `pointer` is valid for reads during `'a`, or NULL.
pub(crate) unsafe fn reference<'a, T>(pointer: *const T) -> Result<&'a T, personsig_status> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_ref() }.ok_or(PERSONSIG_NULL_POINTER)
}

/// A string or bytes as C passes them.
///
/// # Safety
/// `data` is valid for `len` bytes during `'a`, or NULL.
pub(crate) unsafe fn bytes<'a>(data: *const c_char, len: usize) -> Result<&'a [u8], personsig_status> {
    match len {
        0 => Ok(&[]),
        // No object is longer: this is what `(size_t)-1`, the result of a failed call, would ask for.
        _ if data.is_null() || len > isize::MAX as usize => Err(PERSONSIG_NULL_POINTER),
        // SAFETY: the caller's promise, and the length is one that a slice can have.
        _ => Ok(unsafe { slice::from_raw_parts(data.cast(), len) }),
    }
}

/// A string that may be left out: NULL with 0 is none, and not the empty string.
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
/// Both arrays are valid for `count` elements, or NULL; the elements are as in [`bytes`].
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
        elements.push(element(bytes.inspect_err(|_| bad_index.0.write(index))?));
    }
    Ok(elements)
}

/// Where the caller wants a value.
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// An out-parameter that must not be NULL.
    ///
    /// # Safety
    /// `pointer` is valid for writes as long as the value lives, or NULL.
    pub(crate) unsafe fn required(pointer: *mut T) -> Result<Self, personsig_status> {
        if pointer.is_null() { Err(PERSONSIG_NULL_POINTER) } else { Ok(Out(pointer)) }
    }

    /// One that may be NULL: the value is not wanted then.
    ///
    /// # Safety
    /// As [`Out::required`].
    pub(crate) unsafe fn optional(pointer: *mut T) -> Self {
        Out(pointer)
    }

    pub(crate) fn write(&self, value: T) {
        if !self.0.is_null() {
            // SAFETY: the promise of the constructors.
            unsafe { self.0.write_unaligned(value) }
        }
    }
}

/// Where the caller wants the index of a list's refused element.
pub(crate) struct BadIndex(Out<usize>);

impl BadIndex {
    /// # Safety
    /// As [`Out::optional`].
    pub(crate) unsafe fn new(pointer: *mut usize) -> Self {
        // SAFETY: the caller's promise.
        let bad_index = BadIndex(unsafe { Out::optional(pointer) });
        bad_index.0.write(NO_INDEX);
        bad_index
    }

    /// Notes the index of an error.
    pub(crate) fn note(&self, error: Error) -> personsig_status {
        self.0.write(error.index().unwrap_or(NO_INDEX));
        error.into()
    }
}

/// Where the caller wants a string.
pub(crate) struct TextOut {
    out: *mut c_char,
    cap: usize,
    out_len: Out<usize>,
}

impl TextOut {
    /// # Safety
    /// `out` is valid for writes of `cap` bytes as long as the value lives, or NULL; `out_len` as in [`Out::required`].
    pub(crate) unsafe fn new(out: *mut c_char, cap: usize, out_len: *mut usize) -> Result<Self, personsig_status> {
        if out.is_null() && cap > 0 {
            return Err(PERSONSIG_NULL_POINTER);
        }
        // SAFETY: the caller's promise.
        Ok(TextOut { out, cap, out_len: unsafe { Out::required(out_len)? } })
    }

    /// All of the string, or where it does not fit its length alone.
    pub(crate) fn write(&self, text: &str) -> Result<(), personsig_status> {
        self.write_all(text.len(), std::iter::once(text))
    }

    /// The same for a string in parts, of `len` bytes in all.
    pub(crate) fn write_all(
        &self,
        len: usize,
        parts: impl Iterator<Item: Deref<Target = str>>,
    ) -> Result<(), personsig_status> {
        self.out_len.write(len);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_internal() {
        let status = ffi_boundary(|| panic!("on purpose, for a test"));
        assert_eq!(status, PERSONSIG_INTERNAL);
    }

    #[test]
    fn every_function_that_does_work_has_the_boundary() {
        let sources = include_str!("hmac.rs").to_owned() + include_str!("signer.rs");
        let functions: Vec<_> = sources.split("extern \"C\" fn ").skip(1).collect();
        assert_eq!(functions.len(), 11);
        for function in functions {
            let (name, body) = function.split_once('(').expect("a signature");
            let body = body.split_once("{\n").expect("a body").1;
            let boundaries = ["    ffi_boundary(|| {\n", "    ffi_boundary_text(|| {\n"];
            assert!(boundaries.iter().any(|boundary| body.starts_with(boundary)), "{name} begins with something else");
        }
    }
}
