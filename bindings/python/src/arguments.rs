//! Python's values as the core's: of the right type or a TypeError, no method of a value called, no value repeated.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::convert::Infallible;

use personsig::host::{self, At};
use personsig::{Secret, Traits, UserId, VerifyOptions};
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt, PyString, PyTuple};
use pyo3::{Borrowed, intern};

use crate::advice;
use crate::errors::type_error;
use crate::native::{integer, list_of, saturated, snapshot, unicode, utf8, wtf8};
use crate::values::Values;

fn text<'a, 'py>(
    at: At<'_>,
    value: Borrowed<'a, 'py, PyAny>,
    expected: &str,
    advice: &str,
) -> PyResult<Borrowed<'a, 'py, PyString>> {
    value.cast().map_err(|_| type_error(at, expected, &value, advice))
}

pub(crate) fn provider_name<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<&'a str> {
    let advice = "pass the name of a provider, such as 'gosquared'";
    let name = text(At::Argument("provider"), value.as_borrowed(), "str", advice)?;
    // No provider's name has a lone surrogate, and none is empty.
    Ok(unicode(name).unwrap_or_default())
}

pub(crate) fn variable_name<'a>(value: Option<&'a Bound<'_, PyAny>>) -> PyResult<Option<Cow<'a, [u8]>>> {
    let Some(value) = value else { return Ok(None) };
    let advice = "pass the name of an environment variable";
    text(At::Argument("variable"), value.as_borrowed(), "str", advice).and_then(utf8).map(Some)
}

pub(crate) fn secret<'a>(at: At<'_>, value: Borrowed<'a, '_, PyAny>) -> PyResult<Secret<'a>> {
    if value.is_none() {
        Ok(Secret::Missing)
    } else if let Ok(bytes) = value.cast::<PyBytes>() {
        Ok(Secret::Bytes(bytes.extract()?))
    } else {
        let text = value.cast().map_err(|_| type_error(at, "str or bytes", &value, advice::secret(value)))?;
        Ok(unicode(text).map_or(Secret::Invalid, Secret::from))
    }
}

/// A site token or a nonce. One with lone surrogates becomes U+FFFD, which neither may have.
pub(crate) fn option<'a>(
    name: &'static str,
    value: Option<&'a Bound<'_, PyAny>>,
    advice: &str,
) -> PyResult<Option<&'a str>> {
    let Some(value) = value else { return Ok(None) };
    text(At::Argument(name), value.as_borrowed(), "str or None", advice)
        .map(|text| Some(unicode(text).unwrap_or("\u{fffd}")))
}

/// The signature that the page presented. None is what a form or a query gives where nothing was sent.
#[inline(always)]
pub(crate) fn presented<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    match value.as_borrowed().cast().ok().and_then(unicode) {
        Some(text) => Ok(text.as_bytes().into()),
        None => presented_otherwise(value),
    }
}

fn presented_otherwise<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if value.is_none() {
        return Ok(Cow::default());
    }
    match value.as_borrowed().cast() {
        Ok(text) => utf8(text),
        Err(_) => Err(type_error(At::Argument("signature"), "str or None", value, advice::signature(value))),
    }
}

/// Buffer for one id with lone surrogates (WTF-8). One is enough: the core rejects the first.
pub(crate) type Wtf8<'py> = OnceCell<Bound<'py, PyBytes>>;

/// A value that `sign` takes. Inlined, the string stays in registers: through memory it costs 10 % of a signature.
#[inline(always)]
pub(crate) fn user_id<'a, 'py>(
    at: At<'_>,
    value: Borrowed<'a, 'py, PyAny>,
    buffer: &'a Wtf8<'py>,
) -> PyResult<UserId<'a>> {
    match value.cast().ok().and_then(unicode) {
        Some(text) => Ok(UserId::Text(text)),
        None => other_user_id(at, value, buffer),
    }
}

fn other_user_id<'a, 'py>(at: At<'_>, value: Borrowed<'a, 'py, PyAny>, buffer: &'a Wtf8<'py>) -> PyResult<UserId<'a>> {
    if let Ok(text) = value.cast::<PyString>() {
        // A second one is not looked at.
        let _ = buffer.set(wtf8(text)?);
        return Ok(buffer.get().map_or(UserId::InvalidText, |bytes| UserId::Bytes(bytes.as_bytes())));
    }
    if let Some(integer) = integer(value) {
        return exact(integer);
    }
    Err(type_error(at, "str or int", &value, advice::user_id(value)))
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

pub(crate) fn limits(
    max_age: Option<&Bound<'_, PyAny>>,
    clock_skew: Option<&Bound<'_, PyAny>>,
    now: Option<&Bound<'_, PyAny>>,
) -> PyResult<VerifyOptions> {
    host::limits(&Values::NEW, [("max_age", max_age), ("clock_skew", clock_skew), ("now", now)])
}

pub(crate) fn time(now: Option<&Bound<'_, PyAny>>) -> PyResult<Option<i64>> {
    host::seconds(&Values::NEW, "now", now)
}

/// An argument that may be left out, and for which Python's None is a mistake like any other type.
pub(crate) struct Passed<'py>(pub(crate) Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Passed<'py> {
    type Error = Infallible;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Passed(Some(value.to_owned())))
    }
}

impl<'py> Passed<'py> {
    /// The elements of a list that may be left out.
    pub(crate) fn elements(&self, name: &'static str, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match &self.0 {
            None => Ok(PyTuple::empty(py)),
            Some(value) => elements(name, value, ", or leave it out"),
        }
    }
}

/// The elements of a list or a tuple. Strings and bytes are not taken for lists: iterated, they would make keys of one
/// character.
pub(crate) fn elements<'py>(
    name: &'static str,
    value: &Bound<'py, PyAny>,
    or_else: &str,
) -> PyResult<Bound<'py, PyTuple>> {
    snapshot(value)?.ok_or_else(|| {
        let advice = format!("{}{or_else}", advice::list(value));
        type_error(At::Argument(name), "a list or a tuple", value, &advice)
    })
}

pub(crate) fn traits(value: &Passed<'_>) -> PyResult<Traits> {
    value.0.as_ref().map_or_else(|| Ok(Traits::default()), |value| host::traits(&Values::NEW, "traits", value))
}

pub(crate) fn user_ids<'a, 'py>(
    name: &'static str,
    elements: &'a Bound<'py, PyTuple>,
    buffer: &'a Wtf8<'py>,
) -> PyResult<Vec<UserId<'a>>> {
    let mut ids = list_of(elements.len())?;
    for (index, value) in elements.iter_borrowed().enumerate() {
        // As in `user_id`, and for the same reason pushed twice.
        match value.cast().ok().and_then(unicode) {
            Some(text) => ids.push(UserId::Text(text)),
            None => ids.push(other_user_id(At::Element(name, index), value, buffer)?),
        }
    }
    Ok(ids)
}
