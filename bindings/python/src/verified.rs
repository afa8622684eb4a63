//! What `verify` returns. No dataclass, as the other results are: to make one of those takes longer than to verify.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// What a valid signature tells.
#[pyclass(frozen, eq, hash, get_all, module = "personsig")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Verified {
    /// Which secret made it: 0 is the secret, 1 the first fallback. When 0 is all that is seen, fallbacks can go.
    secret_index: usize,
    /// Unix time in whole seconds; None for a plain provider, whose signatures have no time.
    signed_at: Option<i64>,
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

#[pymethods]
impl Verified {
    #[new]
    fn new(secret_index: usize, signed_at: Option<i64>) -> Self {
        Verified { secret_index, signed_at }
    }

    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("secret_index", "signed_at")
    }

    fn __repr__(&self) -> String {
        let signed_at = self.signed_at.map_or("None".to_owned(), |time| time.to_string());
        format!("Verified(secret_index={}, signed_at={signed_at})", self.secret_index)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, (usize, Option<i64>)) {
        (py.get_type::<Verified>(), (self.secret_index, self.signed_at))
    }
}
