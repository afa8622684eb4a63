//! What Signers return: plain immutable values, compared field by field. No dataclasses: to import that module takes
//! longer than all else here, and to make an instance longer than to verify a signature.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple, PyType};

macro_rules! value {
    (
        $(#[doc = $class_doc:literal])*
        $class:ident { $($(#[doc = $doc:literal])* $field:ident: $type:ty,)* }
    ) => {
        $(#[doc = $class_doc])*
        #[pyclass(frozen, get_all, module = "personsig")]
        pub(crate) struct $class {
            $($(#[doc = $doc])* pub(crate) $field: $type,)*
        }

        #[pymethods]
        impl $class {
            #[new]
            #[allow(clippy::too_many_arguments, reason = "as many as there are properties")]
            fn new($($field: $type),*) -> Self {
                $class { $($field),* }
            }

            #[classattr]
            fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
                PyTuple::new(py, [$(stringify!($field)),*])
            }

            fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
                self.fields(py)?.eq(other.fields(py)?)
            }

            fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
                self.fields(py)?.hash()
            }

            fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let form = [$(concat!(stringify!($field), "={!r}")),*].join(", ");
                PyString::new(py, &format!("{}({form})", stringify!($class))).call_method1("format", self.fields(py)?)
            }

            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
                Ok((py.get_type::<Self>(), self.fields(py)?))
            }
        }

        impl $class {
            fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                PyTuple::new(py, [$((&self.$field).into_bound_py_any(py)?),*])
            }
        }
    };
}

value! {
    /// What a valid signature tells.
    Verified {
        /// Which secret made it: 0 is the secret, 1 the first fallback. When 0 is all that is seen, fallbacks can go.
        secret_index: usize,
        /// Unix time in whole seconds; None for a plain provider, whose signatures have no time.
        signed_at: Option<i64>,
    }
}

value! {
    /// One finding of `explain`: a mistake, or that there is none.
    Finding {
        /// Its name in every language: `padded-key`.
        code: Py<PyAny>,
        /// What happened, in a sentence for a person.
        message: Py<PyAny>,
        /// What to do about it.
        fix: Py<PyAny>,
        /// Which fallback secret or which element of `also`, counting from 0.
        index: Py<PyAny>,
    }
}

value! {
    /// A vendor that verifies identities, as this library knows it.
    Provider {
        /// What Signer takes.
        name: Py<PyAny>,
        /// The vendor's own spelling of its name.
        title: Py<PyAny>,
        /// `plain` or `timestamped`.
        scheme: Py<PyAny>,
        /// How the MAC is written: `hex`, `base64` or `base64url`.
        encoding: Py<PyAny>,
        /// What the vendor calls a user by: `id`, `email` or `id-or-email`.
        identifier: Py<PyAny>,
        /// Whether the secret is the key's `text` or its `hex` digits.
        key_form: Py<PyAny>,
        /// What the vendor recommends in place of this for new installations, if it does.
        legacy: Py<PyAny>,
        /// The environment variable that `Signer.from_env` reads.
        secret_variable: Py<PyAny>,
        /// The vendor's own page about it.
        documentation: Py<PyAny>,
    }
}

impl Verified {
    pub(crate) fn of(py: Python<'_>, verified: &personsig::Verified) -> PyResult<Py<Self>> {
        let made = || Py::new(py, Verified { secret_index: verified.secret_index, signed_at: verified.signed_at });
        // What plain signatures nearly always tell. It cannot change, so one is made for all.
        static PLAIN: PyOnceLock<Py<Verified>> = PyOnceLock::new();
        match (verified.secret_index, verified.signed_at) {
            (0, None) => PLAIN.get_or_try_init(py, made).map(|plain| plain.clone_ref(py)),
            _ => made(),
        }
    }
}

impl Finding {
    pub(crate) fn of(py: Python<'_>, found: &personsig::Finding) -> PyResult<Py<Self>> {
        let [code, message, fix] = [found.code, &found.message, found.fix].map(|text| self::text(py, text));
        Py::new(py, Finding { code, message, fix, index: found.index.into_py_any(py)? })
    }
}

impl Provider {
    pub(crate) fn of(py: Python<'_>, row: &personsig::Provider) -> PyResult<Py<Self>> {
        let text = |text| self::text(py, text);
        let provider = Provider {
            name: text(row.name),
            title: text(row.title),
            scheme: text(row.scheme.name()),
            encoding: text(row.encoding.name()),
            identifier: text(row.identifier.name()),
            key_form: text(row.key_form.name()),
            legacy: row.legacy.map_or_else(|| py.None(), text),
            secret_variable: text(row.secret_variable),
            documentation: text(row.documentation),
        };
        Py::new(py, provider)
    }
}

/// A string of the core's, whose length no caller decides.
fn text(py: Python<'_>, text: &str) -> Py<PyAny> {
    PyString::new(py, text).into_any().unbind()
}
