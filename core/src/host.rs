//! What bindings to host languages say alike: the message of a `TypeError`.

use std::fmt;

/// A parameter, or one element of a list passed as that parameter: `user_ids`, `user_ids[2]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At(pub &'static str, pub Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At(name, None) => f.write_str(name),
            At(name, Some(index)) => write!(f, "{name}[{index}]"),
        }
    }
}

/// Advice where the value stands for nobody: null, a boolean.
pub const LOGGED_IN: &str = "pass the id of a user who is logged in";

/// Advice for an object: converted to a string, every object of its class would get the same signature.
pub const ITS_ID: &str = "pass its id, such as user.id";

/// Advice for a promise, a coroutine, a future.
pub const AWAIT_IT: &str = "await it";

/// Advice for a function or a method.
pub const CALL_IT: &str = "call it, and pass what it returns";

/// Advice for a list where one value belongs: a row of a database, a field that was sent twice.
pub const ONE_ELEMENT: &str = "pass one of its elements, such as value[0]";

/// Advice for a float with a fraction, or beyond 2^53, where floats have lost digits: converted, it would be another id.
pub const NO_FLOAT: &str = "pass the id as an integer or a string, as it was before it became a float";

/// Whether converting a float to an integer gives the id that was meant.
pub fn is_whole(float: f64) -> bool {
    float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_991.0
}

/// The message of a `TypeError`. `given` names the type of the value; the value itself is never repeated.
pub fn wrong_type(at: impl fmt::Display, expected: &str, given: &str, advice: &str) -> String {
    format!("{at} must be {expected}, not {given}; {advice}")
}
