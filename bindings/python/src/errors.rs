//! The classes that the package writes in Python, and the core's errors as exceptions.

use personsig::Error;
use personsig::host::{self, At, Class, catch_panic};
use pyo3::exceptions::{PyImportError, PyMemoryError, PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::advice::of_type;
use crate::native::characters;

/// Classes for which Python takes one line: two bases, a subclass of str.
pub(crate) struct Classes {
    error: Py<PyType>,
    input_error: Py<PyType>,
    verification_error: Py<PyType>,
    pub(crate) snippet: Py<PyType>,
}

/// Looked up once, so that what is raised stays what users imported even when the package is imported again.
static CLASSES: PyOnceLock<Classes> = PyOnceLock::new();

impl Classes {
    /// Takes them from the package, whatever its name: it may be another package's `_vendor.personsig`.
    pub(crate) fn load<'py>(py: Python<'py>, package: &str) -> PyResult<&'py Self> {
        let class = |module, name| -> PyResult<Py<PyType>> {
            Ok(py.import(format!("{package}.{module}"))?.getattr(name)?.cast_into()?.unbind())
        };
        CLASSES.get_or_try_init(py, || {
            Ok(Classes {
                error: class("_errors", "Error")?,
                input_error: class("_errors", "InputError")?,
                verification_error: class("_errors", "VerificationError")?,
                snippet: class("_snippet", "Snippet")?,
            })
        })
    }

    pub(crate) fn get(py: Python<'_>) -> PyResult<&Self> {
        CLASSES.get(py).ok_or_else(|| PyImportError::new_err("personsig is not wholly imported yet"))
    }

    pub(crate) fn named(&self) -> [(&'static str, &Py<PyType>); 4] {
        [
            ("Error", &self.error),
            ("InputError", &self.input_error),
            ("VerificationError", &self.verification_error),
            ("Snippet", &self.snippet),
        ]
    }
}

/// Runs the core, and raises its errors. Of a panic pyo3 would make an exception that `except Exception` does not
/// catch, which ends a worker for one request.
pub(crate) fn run<T>(py: Python<'_>, core: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    // In place: a function of its own that is given the error by reference slows `sign` by 15 %.
    catch_panic(core).map_err(|error| {
        let message = error.to_string();
        let class = |of: fn(&Classes) -> &Py<PyType>| Classes::get(py).map(|classes| of(classes).bind(py).clone());
        let class = match Class::of(&error) {
            Class::Input => class(|classes| &classes.input_error),
            Class::Verification => class(|classes| &classes.verification_error),
            Class::OutOfMemory => return PyMemoryError::new_err(message),
            Class::Defect => return PyRuntimeError::new_err(message),
        };
        let arguments = (message, error.code().name(), error.index());
        class.map_or_else(|failure| failure, |class| PyErr::from_type(class, arguments))
    })
}

/// Names the type that was given, never the value.
pub(crate) fn type_error(at: At<'_>, expected: &str, given: &Bound<'_, PyAny>, advice: &str) -> PyErr {
    let name = of_type(&given.get_type(), "__name__").ok();
    let name = name.as_ref().and_then(characters).unwrap_or("another type");
    PyTypeError::new_err(host::type_error(at, expected, name, advice))
}
