//! Python's values as the core's traits. Only the walk is here; what a trait may be is the core's.

use std::fmt;

use personsig::host::At;
use personsig::{Trait, Traits};
use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyList, PyString, PyTuple};

use crate::advice;
use crate::arguments::{Given, integer, saturated, utf8, wrong_type};

impl Given<'_> {
    pub(crate) fn traits(&self) -> PyResult<Traits> {
        let Some(value) = &self.0 else { return Ok(Traits::default()) };
        let advice = "pass {name: value}, or leave it out";
        let dict = value.cast::<PyDict>().map_err(|_| wrong_type(At("traits", None), "a dict", value, advice))?;
        Walk { path: Path(Vec::new()), has_ended: false }.map(dict)
    }
}

/// Depth first. A subclass of a built-in type is what that type itself has in it, whatever its own methods say.
struct Walk {
    path: Path,
    /// A list or dict lay deeper than the core takes, as one that holds itself does somewhere. The core will refuse
    /// that, so nothing more is read.
    has_ended: bool,
}

impl Walk {
    fn map(&mut self, dict: &Bound<'_, PyDict>) -> PyResult<Traits> {
        let mut map = Vec::new();
        // All at this moment: a finalizer or another thread may change the dict during the walk.
        for (position, item) in (1..).zip(dict.items()) {
            if self.has_ended {
                break;
            }
            let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item.extract()?;
            self.path.0.push(position);
            map.push((self.name(&name)?, self.value(value.as_borrowed())?));
            self.path.0.pop();
        }
        Ok(map.into_iter().collect())
    }

    fn list(&mut self, elements: &Bound<'_, PyTuple>) -> PyResult<Trait> {
        let mut list = Vec::new();
        for (position, element) in (1..).zip(elements.iter_borrowed()) {
            if self.has_ended {
                break;
            }
            self.path.0.push(position);
            list.push(self.value(element)?);
            self.path.0.pop();
        }
        Ok(Trait::List(list))
    }

    fn name(&self, name: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        match name.cast::<PyString>() {
            Ok(text) => Ok(utf8(text.as_borrowed())?.into_owned()),
            Err(_) => Err(wrong_type(format_args!("the name of trait {}", self.path), "a str", name, "pass str(name)")),
        }
    }

    fn value(&mut self, value: Borrowed<'_, '_, PyAny>) -> PyResult<Trait> {
        let (list, tuple, dict) = (value.cast::<PyList>(), value.cast::<PyTuple>(), value.cast::<PyDict>());
        let is_container = list.is_ok() || tuple.is_ok() || dict.is_ok();
        if is_container && self.path.0.len() >= Trait::DEPTH_MAX {
            self.has_ended = true;
            return Ok(Trait::List(Vec::new()));
        }
        if value.is_none() {
            Ok(Trait::Null)
        } else if let Ok(truth) = value.cast::<PyBool>() {
            Ok(Trait::Bool(truth.is_true()))
        } else if let Ok(text) = value.cast::<PyString>() {
            Ok(Trait::Text(utf8(text)?.into_owned()))
        } else if let Some(integer) = integer(value) {
            // The core refuses far smaller ones than those beyond 64 bits.
            Ok(Trait::from(saturated(integer).unwrap_or_else(|end| end)))
        } else if let Ok(float) = value.cast::<PyFloat>() {
            Ok(Trait::Float(float.value()))
        } else if let Ok(list) = list {
            self.list(&list.to_tuple())
        } else if let Ok(tuple) = tuple {
            self.list(&tuple)
        } else if let Ok(dict) = dict {
            self.map(&dict).map(Trait::Map)
        } else {
            let wanted = "None, a bool, a str, an int, a float, a list, a tuple or a dict";
            Err(wrong_type(format_args!("trait {}", self.path), wanted, &value, advice::of_trait(value)))
        }
    }
}

/// Where a value stands: its position at every level, counting from 1.
struct Path(Vec<usize>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let positions: Vec<_> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&positions.join("."))
    }
}
