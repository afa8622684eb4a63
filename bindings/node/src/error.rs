//! How a function ends: with a value, or with a record of the error for `index.js`.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::{Env, Status};
use personsig::{Code, Error, Kind};

use crate::advice::Parameter;
use crate::value::{Js, make, object, string};

/// Why there is no result.
pub(crate) enum CallError {
    /// The library's own error.
    Refused(Error),
    WrongType(Box<WrongType>),
    /// A call of Node-API failed. Where JavaScript threw, in a getter or a trap of a proxy, its exception is pending.
    NodeApi(Status),
}

/// What a TypeError is made of: the value, its place, what it must be, the parameter's kind, and what to do about it
/// unless the value's own kind says that.
pub(crate) struct WrongType {
    value: Js,
    at: String,
    expected: String,
    parameter: Parameter,
    fix: String,
}

/// Refuses a value of the wrong type. `fix` is the advice unless the value's kind says more.
pub(crate) fn wrong_type<T>(
    value: Js,
    at: &dyn Display,
    expected: &str,
    parameter: Parameter,
    fix: &str,
) -> Result<T, CallError> {
    let (at, expected, fix) = (at.to_string(), expected.to_owned(), fix.to_owned());
    Err(CallError::WrongType(Box::new(WrongType { value, at, expected, parameter, fix })))
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        CallError::Refused(error)
    }
}

impl From<Code> for CallError {
    fn from(code: Code) -> Self {
        CallError::Refused(code.into())
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
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => error.into_record(env),
        Err(panic) => {
            // Dropping what a panic carries may panic again.
            std::mem::forget(panic);
            CallError::from(Code::Internal).into_record(env)
        }
    }
}

impl CallError {
    #[cold]
    fn into_record(self, env: Env) -> napi::Result<Js> {
        let record = match self {
            CallError::Refused(error) => {
                let kind = match error.kind() {
                    Kind::Input => "input",
                    Kind::Verification => "verification",
                    _ => "system",
                };
                let index = error.index().map_or_else(|| make(env, ()), |index| make(env, index as f64))?;
                let (code, message) = (string(env, error.code().name())?, string(env, &error.to_string())?);
                object(env, [("kind", string(env, kind)?), ("code", code), ("message", message), ("index", index)])?
            }
            CallError::WrongType(wrong) => {
                let WrongType { value, at, expected, parameter, fix } = *wrong;
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
