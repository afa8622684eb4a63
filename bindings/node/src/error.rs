//! How a function ends: with a value, or with a record of the error for `index.js`.

use napi::{Env, Status};
use personsig::host::{At, Class, catch_panic};
use personsig::{Code, Error};

use crate::advice::Parameter;
use crate::value::{Js, make, object, string};

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
    value: Js,
    at: String,
    expected: String,
    parameter: Parameter,
    fix: String,
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

/// Runs the body of a function that Node calls. Errors of the library and TypeErrors are *returned*, as a record for
/// `index.js`, which has the classes, those of its own realm.
///
/// A panic ends here too. napi would catch it, but show its message, and that of a failed slice quotes the string.
#[inline]
pub(crate) fn answer(env: Env, body: impl FnOnce() -> Result<Js, CallError>) -> napi::Result<Js> {
    match catch_panic(|| Ok(body())) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => error.into_record(env),
        Err(internal) => CallError::from(internal).into_record(env),
    }
}

impl CallError {
    /// `fix` is the advice unless the value's kind says more.
    pub(crate) fn type_error(value: Js, at: At<'_>, expected: &str, parameter: Parameter, fix: &str) -> Self {
        let (at, expected, fix) = (at.to_string(), expected.to_owned(), fix.to_owned());
        CallError::TypeError(Box::new(TypeError { value, at, expected, parameter, fix }))
    }

    #[cold]
    fn into_record(self, env: Env) -> napi::Result<Js> {
        let record = match self {
            CallError::Refused(error) => {
                let kind = match Class::of(&error) {
                    Class::Input => "input",
                    Class::Verification => "verification",
                    Class::OutOfMemory | Class::Defect => "system",
                };
                let index = error.index().map_or_else(|| make(env, ()), |index| make(env, index as f64))?;
                let (code, message) = (string(env, error.code().name())?, string(env, &error.to_string())?);
                object(env, [("kind", string(env, kind)?), ("code", code), ("message", message), ("index", index)])?
            }
            CallError::TypeError(error) => {
                let TypeError { value, at, expected, parameter, fix } = *error;
                let properties = [
                    ("kind", string(env, "type")?),
                    ("value", value),
                    ("at", string(env, &at)?),
                    ("expected", string(env, &expected)?),
                    ("parameter", make(env, parameter as u32)?),
                    ("fix", string(env, &fix)?),
                ];
                object(env, properties)?
            }
            // Without a pending exception it is our bug.
            CallError::NodeApi(status) => return Err(napi::Error::new(status, Error::from(Code::Internal))),
        };
        make(env, record)
    }
}
