//! One interpreter per process: Rust's statics hold classes, which must not outlive their interpreter nor be seen by
//! another one (<https://github.com/PyO3/pyo3/issues/576>).

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// ImportError in every interpreter but the first that loads this file, also where that one has ended.
///
/// Interpreters with a GIL of their own (Python 3.12) are refused by Python itself, since this module does not declare
/// support for them.
pub(crate) fn claim(py: Python<'_>) -> PyResult<()> {
    static IS_CLAIMED: AtomicBool = AtomicBool::new(false);
    // SAFETY: we are attached to an interpreter, whose dict lives as long as it does; null where there is no memory.
    let state =
        unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyInterpreterState_GetDict(ffi::PyInterpreterState_Get())) };
    let state = state.ok_or_else(|| PyImportError::new_err("this interpreter has no memory left"))?;
    let state = state.cast::<PyDict>()?;
    // An interpreter's number would not do: after a restart it is 0 again. The address tells copies of this file apart.
    let mark = format!("personsig at {:p}", &raw const IS_CLAIMED);
    if state.contains(&mark)? {
        return Ok(());
    }
    if IS_CLAIMED.swap(true, Ordering::AcqRel) {
        return Err(PyImportError::new_err(
            "personsig works in one interpreter per process, and another one has imported it; start a process for each \
             (mod_wsgi: WSGIApplicationGroup %{GLOBAL})",
        ));
    }
    state.set_item(mark, true)
}
