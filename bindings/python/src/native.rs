//! Strings, integers and lists as the native types themselves have them. No method of a value is called.

use std::borrow::Cow;
use std::slice;

use personsig::host;
use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyList, PyString, PyTuple};
use pyo3::{Borrowed, ffi, intern};

/// A string in UTF-8, or in WTF-8 where it has lone surrogates, which the core refuses.
pub(crate) fn utf8<'a>(text: Borrowed<'a, '_, PyString>) -> PyResult<Cow<'a, [u8]>> {
    match unicode(text) {
        Some(text) => Ok(text.as_bytes().into()),
        None => Ok(Cow::Owned(copied(wtf8(text)?.as_bytes())?)),
    }
}

/// A copy of bytes whose number the caller decides: MemoryError where there is no room.
pub(crate) fn copied(bytes: &[u8]) -> PyResult<Vec<u8>> {
    host::copied(bytes).map_err(|_| PyMemoryError::new_err(()))
}

/// None where it has lone surrogates.
#[inline(always)]
pub(crate) fn unicode<'a>(text: Borrowed<'a, '_, PyString>) -> Option<&'a str> {
    let mut length = 0;
    // SAFETY: it is a str, and we are attached to the interpreter. What comes back is the text's own UTF-8, made once,
    // never changed nor moved and freed with the text, which lives for 'a.
    unsafe {
        let data = ffi::PyUnicode_AsUTF8AndSize(text.as_ptr(), &mut length);
        if data.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Some(str::from_utf8_unchecked(slice::from_raw_parts(data.cast(), length as usize)))
    }
}

/// WTF-8: a lone surrogate is three bytes.
pub(crate) fn wtf8<'py>(text: Borrowed<'_, 'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
    // Of `str` itself: a subclass may have a method of that name.
    let method = text.py().get_type::<PyString>().getattr(intern!(text.py(), "encode"))?;
    Ok(method.call1((text, "utf-8", "surrogatepass"))?.cast_into()?)
}

/// An int but not a bool, which is a subclass of int.
pub(crate) fn integer<'a, 'py>(value: Borrowed<'a, 'py, PyAny>) -> Option<Borrowed<'a, 'py, PyInt>> {
    value.cast::<PyInt>().ok().filter(|_| !value.is_instance_of::<PyBool>())
}

/// The value itself, whatever methods a subclass has; saturated where it does not fit.
pub(crate) fn saturated(integer: Borrowed<'_, '_, PyInt>) -> Result<i64, i64> {
    let mut overflow = 0;
    // SAFETY: it is an int, for which this calls no Python code and cannot raise, and `integer` shows that we are
    // attached to the interpreter.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(integer.as_ptr(), &mut overflow) };
    match overflow {
        0 => Ok(value),
        1.. => Err(i64::MAX),
        _ => Err(i64::MIN),
    }
}

/// The elements of a list or a tuple at this moment: another thread may change a list meanwhile.
///
/// Up to CPython 3.11 an allocation may run the collector, and with it finalizers and other threads. Where a list is made a
/// tuple or sliced, it was measured before: one that has been emptied is read where it was. `PySequence_List` measures last.
pub(crate) fn snapshot<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let Ok(list) = value.cast::<PyList>() else { return Ok(value.cast::<PyTuple>().ok().cloned()) };
    let copy = match list.is_exact_instance_of::<PyList>() {
        true => list.as_sequence().to_list()?,
        // Of `list` itself: a subclass may have a method of that name.
        false => {
            let class = value.py().get_type::<PyList>();
            let iterator = class.call_method1(intern!(value.py(), "__iter__"), (list,))?;
            class.call1((iterator,))?.cast_into()?
        }
    };
    // Not `PyList::to_tuple`, which panics where there is no memory.
    copy.as_sequence().to_tuple().map(Some)
}

/// An empty list with this capacity; MemoryError where there is no memory for it.
pub(crate) fn list_of<T>(count: usize) -> PyResult<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| PyMemoryError::new_err(()))?;
    Ok(list)
}

/// The characters of a str, whatever methods a subclass has.
pub(crate) fn characters<'a>(value: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    value.as_borrowed().cast().ok().and_then(unicode)
}
