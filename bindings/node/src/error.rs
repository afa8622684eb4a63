//! Why a function has no result.

use napi::Status;
use napi::bindgen_prelude::Unknown;
use personsig::host::At;
use personsig::{Code, Error};

use crate::advice::Parameter;

/// Why there is no result.
pub(crate) enum CallError {
    /// The library's own error. Boxed: results that are good are moved about less.
    Refused(Box<Error>),
    /// A value of the wrong type.
    TypeError(Box<TypeError>),
    /// A call of Node-API failed. Where JavaScript threw, in a getter or a trap of a proxy, its exception is pending.
    NodeApi(Status),
}

/// What a TypeError is made of: the value, its place, what it must be, the parameter's kind, and what to do about it
/// unless the value's own kind says that.
pub(crate) struct TypeError {
    pub(crate) value: Unknown<'static>,
    pub(crate) at: String,
    pub(crate) expected: String,
    pub(crate) parameter: Parameter,
    pub(crate) fix: String,
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        CallError::Refused(error.into())
    }
}

impl From<Code> for CallError {
    fn from(code: Code) -> Self {
        Error::from(code).into()
    }
}

impl From<napi::Error> for CallError {
    fn from(error: napi::Error) -> Self {
        CallError::NodeApi(error.status)
    }
}

impl CallError {
    /// `fix` is the advice unless the value's kind says more.
    pub(crate) fn type_error(
        value: Unknown<'static>,
        at: At<'_>,
        expected: &str,
        parameter: Parameter,
        fix: &str,
    ) -> Self {
        let (at, expected, fix) = (at.to_string(), expected.to_owned(), fix.to_owned());
        CallError::TypeError(Box::new(TypeError { value, at, expected, parameter, fix }))
    }
}
