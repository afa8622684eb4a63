//! Python's values, for the core to read as traits and numbers.

use std::borrow::Cow;
use std::marker::PhantomData;

use personsig::host::{At, Host, Shape, VisitElement, VisitMember};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::advice;
use crate::errors::type_error;
use crate::native::{integer, saturated, snapshot, utf8};

/// Python's values. Of a subclass of a built-in type the built-in type's own content is read; its methods are not
/// called.
pub(crate) struct Values<'py>(PhantomData<Python<'py>>);

impl Values<'_> {
    pub(crate) const NEW: Self = Values(PhantomData);
}

impl<'py> Host for Values<'py> {
    type Value = Bound<'py, PyAny>;
    type Error = PyErr;

    fn shape<'v>(&self, value: &'v Self::Value) -> PyResult<Shape<'v>> {
        Ok(if value.is_none() {
            Shape::Null
        } else if let Ok(truth) = value.cast::<PyBool>() {
            Shape::Bool(truth.is_true())
        } else if let Ok(text) = value.cast::<PyString>() {
            Shape::Text(utf8(text.as_borrowed())?)
        } else if let Ok(integer) = value.cast::<PyInt>() {
            Shape::Integer(saturated(integer.as_borrowed()).unwrap_or_else(|end| end))
        } else if let Ok(float) = value.cast::<PyFloat>() {
            Shape::Float(float.value())
        } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            Shape::List
        } else if value.is_instance_of::<PyDict>() {
            Shape::Map
        } else {
            Shape::Other
        })
    }

    #[inline]
    fn integer(&self, value: &Self::Value) -> PyResult<Option<i64>> {
        Ok(integer(value.as_borrowed()).map(|integer| saturated(integer).unwrap_or_else(|end| end)))
    }

    fn elements(&self, list: &Self::Value, visit: &mut VisitElement<'_, Self::Value, PyErr>) -> Result<(), PyErr> {
        let Some(elements) = snapshot(list)? else { return Ok(()) };
        for element in elements.iter_borrowed() {
            if visit(&element)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn members(&self, map: &Self::Value, visit: &mut VisitMember<'_, Self::Value, PyErr>) -> Result<(), PyErr> {
        for item in items(map.cast()?)?.iter() {
            let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item.extract()?;
            if visit(&name, &value)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn name<'v>(&self, name: &'v Self::Value) -> PyResult<Option<Cow<'v, [u8]>>> {
        name.as_borrowed().cast().ok().map(utf8).transpose()
    }

    fn type_error(&self, at: At<'_>, value: &Self::Value) -> PyErr {
        let (expected, advice) = match at {
            At::Trait(_) => (
                "None, a bool, a str, an int, a float, a list, a tuple or a dict",
                advice::of_trait(value.as_borrowed()),
            ),
            At::TraitName(_) => ("a str", "pass str(name)"),
            At::Argument("traits") => ("a dict", "pass {name: value}, or leave it out"),
            At::Argument("now") => ("int", advice::now(value)),
            At::Argument(_) | At::Element(..) => ("int", advice::seconds(value)),
        };
        type_error(at, expected, value, advice)
    }
}

/// All at this moment: a finalizer or another thread may change the dict during the walk.
fn items<'py>(dict: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyList>> {
    if dict.is_exact_instance_of::<PyDict>() {
        return dict.as_mapping().items();
    }
    // Of `dict` itself: a subclass may have a method of that name.
    let py = dict.py();
    let view = py.get_type::<PyDict>().call_method1(intern!(py, "items"), (dict,))?;
    Ok(py.get_type::<PyList>().call1((view,))?.cast_into()?)
}
