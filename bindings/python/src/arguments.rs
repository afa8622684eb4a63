//! Python's values as the core's: of the right type or a TypeError, no method of a value called, no value repeated.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::convert::Infallible;
use std::{fmt, slice};

use personsig::host::{self, At};
use personsig::{Secret, UserId, VerifyOptions};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyList, PyString, PyTuple};
use pyo3::{Borrowed, ffi, intern};

use crate::advice;

/// Names the type that was given, never the value.
pub(crate) fn wrong_type(at: impl fmt::Display, wanted: &str, given: &Bound<'_, PyAny>, advice: &str) -> PyErr {
    let name = advice::of_type(&given.get_type(), "__name__").ok();
    let name = name.as_ref().and_then(advice::characters).unwrap_or_else(|| "another type".to_owned());
    PyTypeError::new_err(host::wrong_type(at, wanted, &name, advice))
}

fn text<'a, 'py>(
    at: At,
    value: Borrowed<'a, 'py, PyAny>,
    wanted: &str,
    advice: &str,
) -> PyResult<Borrowed<'a, 'py, PyString>> {
    value.cast().map_err(|_| wrong_type(at, wanted, &value, advice))
}

/// Text's UTF-8, or where it has lone surrogates three bytes for each, which the core refuses by its own rules.
pub(crate) fn utf8<'a>(text: Borrowed<'a, '_, PyString>) -> PyResult<Cow<'a, [u8]>> {
    match unicode(text) {
        Some(text) => Ok(text.as_bytes().into()),
        None => surrogates(text).map(Cow::Owned),
    }
}

/// None where it has lone surrogates.
#[inline(always)]
fn unicode<'a>(text: Borrowed<'a, '_, PyString>) -> Option<&'a str> {
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

fn surrogates(text: Borrowed<'_, '_, PyString>) -> PyResult<Vec<u8>> {
    // Of `str` itself: a subclass may have a method of that name.
    let method = text.py().get_type::<PyString>().getattr(intern!(text.py(), "encode"))?;
    method.call1((text, "utf-8", "surrogatepass"))?.extract()
}

pub(crate) fn provider_name<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<&'a str> {
    let advice = "pass the name of a provider, such as 'gosquared'";
    let name = text(At("provider", None), value.as_borrowed(), "str", advice)?;
    // No provider's name has a lone surrogate, and none is empty.
    Ok(unicode(name).unwrap_or_default())
}

pub(crate) fn variable_name<'a>(value: Option<&'a Bound<'_, PyAny>>) -> PyResult<Option<Cow<'a, [u8]>>> {
    let Some(value) = value else { return Ok(None) };
    let advice = "pass the name of an environment variable";
    text(At("variable", None), value.as_borrowed(), "str", advice).and_then(utf8).map(Some)
}

pub(crate) fn secret<'a>(at: At, value: Borrowed<'a, '_, PyAny>) -> PyResult<Secret<'a>> {
    if value.is_none() {
        Ok(Secret::Missing)
    } else if let Ok(bytes) = value.cast::<PyBytes>() {
        Ok(Secret::Bytes(bytes.extract()?))
    } else {
        let text = value.cast().map_err(|_| wrong_type(at, "str or bytes", &value, advice::secret(value)))?;
        Ok(unicode(text).map_or(Secret::Invalid, Secret::from))
    }
}

/// A site token or a nonce. Lone surrogates become U+FFFD, which has no place in either.
pub(crate) fn option<'a>(
    name: &'static str,
    value: Option<&'a Bound<'_, PyAny>>,
    advice: &str,
) -> PyResult<Option<Cow<'a, str>>> {
    let Some(value) = value else { return Ok(None) };
    text(At(name, None), value.as_borrowed(), "str or None", advice)?;
    Ok(Some(value.cast::<PyString>()?.to_string_lossy()))
}

/// A signature that the page sent. None is what a form or a query gives where nothing was sent.
#[inline(always)]
pub(crate) fn shown<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    match value.as_borrowed().cast().ok().and_then(unicode) {
        Some(text) => Ok(text.as_bytes().into()),
        None => shown_otherwise(value),
    }
}

fn shown_otherwise<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if value.is_none() {
        return Ok(Cow::default());
    }
    match value.as_borrowed().cast() {
        Ok(text) => utf8(text),
        Err(_) => Err(wrong_type(At("signature", None), "str or None", value, advice::signature(value))),
    }
}

/// Bytes made for ids that Python has no UTF-8 for. Of several only the first, at which the core stops.
pub(crate) type Spare = OnceCell<Vec<u8>>;

/// A value that `sign` takes. Inlined, text stays in registers: through memory it costs a tenth of a signature.
#[inline(always)]
pub(crate) fn user_id<'a>(at: At, value: Borrowed<'a, '_, PyAny>, spare: &'a Spare) -> PyResult<UserId<'a>> {
    match value.cast().ok().and_then(unicode) {
        Some(text) => Ok(UserId::Text(text)),
        None => other_user_id(at, value, spare),
    }
}

fn other_user_id<'a>(at: At, value: Borrowed<'a, '_, PyAny>, spare: &'a Spare) -> PyResult<UserId<'a>> {
    if let Ok(text) = value.cast::<PyString>() {
        // Where there are some already, these are not looked at.
        let _ = spare.set(surrogates(text)?);
        return Ok(spare.get().map_or(UserId::InvalidText, |bytes| UserId::Bytes(bytes)));
    }
    if let Some(integer) = integer(value) {
        return exact(integer);
    }
    Err(wrong_type(at, "str or int", &value, advice::user_id(value)))
}

/// An int that is no bool, which to Python is one.
pub(crate) fn integer<'a, 'py>(value: Borrowed<'a, 'py, PyAny>) -> Option<Borrowed<'a, 'py, PyInt>> {
    value.cast::<PyInt>().ok().filter(|_| !value.is_instance_of::<PyBool>())
}

/// The integer's own value, whatever methods a subclass has, or the end of `i64` that it lies beyond.
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

fn exact(integer: Borrowed<'_, '_, PyInt>) -> PyResult<UserId<'static>> {
    if let Ok(value) = saturated(integer) {
        return Ok(UserId::from(value));
    }
    let py = integer.py();
    let signed = PyDict::new(py);
    signed.set_item("signed", true)?;
    // Of `int` itself, as above.
    let method = py.get_type::<PyInt>().getattr(intern!(py, "to_bytes"))?;
    match method.call((integer, size_of::<i128>(), "little"), Some(&signed)) {
        Ok(bytes) => Ok(UserId::Integer(i128::from_le_bytes(bytes.extract()?))),
        Err(error) if error.is_instance_of::<PyOverflowError>(py) => Ok(UserId::IntegerTooLarge),
        Err(error) => Err(error),
    }
}

pub(crate) fn seconds(name: &'static str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<i64>> {
    let Some(value) = value else { return Ok(None) };
    let integer = integer(value.as_borrowed()).ok_or_else(|| {
        let advice = if name == "now" { advice::now(value) } else { advice::seconds(value) };
        wrong_type(At(name, None), "int", value, advice)
    })?;
    Ok(Some(saturated(integer).unwrap_or_else(|end| end)))
}

pub(crate) fn limits(
    max_age: Option<&Bound<'_, PyAny>>,
    clock_skew: Option<&Bound<'_, PyAny>>,
    now: Option<&Bound<'_, PyAny>>,
) -> PyResult<VerifyOptions> {
    Ok(VerifyOptions {
        max_age: seconds("max_age", max_age)?,
        clock_skew: seconds("clock_skew", clock_skew)?,
        now: seconds("now", now)?,
    })
}

/// An argument for which None is a mistake like any other type. `None` here is one that was not given.
pub(crate) struct Given<'py>(pub(crate) Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = Infallible;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Given(Some(value.to_owned())))
    }
}

impl<'py> Given<'py> {
    /// The elements of a list that may be left out.
    pub(crate) fn elements(&self, name: &'static str, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match &self.0 {
            None => Ok(PyTuple::empty(py)),
            Some(value) => elements(name, value, ", or leave it out"),
        }
    }
}

/// The elements at this moment: another thread may change a list meanwhile. Text and bytes are not taken for lists:
/// iterated, they would make keys of one character.
pub(crate) fn elements<'py>(
    name: &'static str,
    value: &Bound<'py, PyAny>,
    or_else: &str,
) -> PyResult<Bound<'py, PyTuple>> {
    if let Ok(list) = value.cast::<PyList>() {
        Ok(list.to_tuple())
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        Ok(tuple.clone())
    } else {
        let advice = format!("{}{or_else}", advice::list(value));
        Err(wrong_type(At(name, None), "a list or a tuple", value, &advice))
    }
}

pub(crate) fn user_ids<'a>(
    name: &'static str,
    elements: &'a Bound<'_, PyTuple>,
    spare: &'a Spare,
) -> PyResult<Vec<UserId<'a>>> {
    let mut ids = Vec::with_capacity(elements.len());
    for (index, value) in elements.iter_borrowed().enumerate() {
        // As in `user_id`, and for the same reason pushed twice.
        match value.cast().ok().and_then(unicode) {
            Some(text) => ids.push(UserId::Text(text)),
            None => ids.push(other_user_id(At(name, Some(index)), value, spare)?),
        }
    }
    Ok(ids)
}
