//! How a function ends: with a value, or with a record of the error for `index.js`.

use napi::Env;
use personsig::host::{Class, catch_panic};
use personsig::{Code, Error};

use crate::error::{CallError, TypeError};
use crate::value::{Js, make, object, string};

/// Runs the body of a function that Node calls. Errors of the library and TypeErrors are *returned*, as a record for
/// `index.js`, which has the classes, those of its own realm.
///
/// A panic ends here too. napi would catch it, but show its message, and that of a failed slice quotes the string.
#[inline]
pub(crate) fn answer(env: Env, body: impl FnOnce() -> Result<Js, CallError>) -> napi::Result<Js> {
    match catch_panic(|| Ok(body())) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => record(error, env),
        Err(internal) => record(internal.into(), env),
    }
}

/// What `index.js` makes the error of.
#[cold]
fn record(error: CallError, env: Env) -> napi::Result<Js> {
    let record = match error {
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
