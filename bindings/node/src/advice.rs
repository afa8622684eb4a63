//! What the message of a TypeError says to do. It must lead to the *right* id: `String(...)` of an object, a Promise or
//! NaN would give every user the same signature.

use personsig::host::{AWAIT_IT, CALL_IT, ITS_ID, LOGGED_IN, ONE_ELEMENT};

/// What a parameter is for.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Parameter {
    Id,
    List,
    Secret,
    Signature,
    Time,
    Seconds,
    Options,
    Trait,
    Name,
}

impl Parameter {
    pub(crate) const ALL: &[Parameter] = {
        use Parameter::*;
        &[Id, List, Secret, Signature, Time, Seconds, Options, Trait, Name]
    };
}

/// What to do about a value of the kind that [`crate::value::type_name`] names, where there is more to say than for
/// every value. Kinds that Node-API cannot tell are named by `index.js`.
pub(crate) fn about(parameter: Parameter, given: &str) -> Option<&'static str> {
    use Parameter::*;

    // Fatal, since bytes that are not UTF-8 would all become U+FFFD, and different ids the same.
    const DECODE: &str = "decode it: new TextDecoder('utf-8', { fatal: true }).decode(value)";
    Some(match (parameter, given) {
        (_, "a Promise") => AWAIT_IT,
        (Id | List | Secret | Signature | Time | Seconds | Trait | Name, "a function") => CALL_IT,
        (_, "a String, Number or BigInt object") => "pass value.valueOf()",

        (Id, "undefined" | "null" | "a boolean" | "NaN") => LOGGED_IN,
        (Id, "a number with a fraction" | "an infinite number") => "pass the user's own id, a whole number or a string",
        (Id, "a Uint8Array") => DECODE,
        (Id, "an ObjectId or UUID") => "pass String(id)",
        (Id, "an array") => ONE_ELEMENT,
        (Id, "a Map" | "a Set" | "an iterable object" | "an async iterable") => "pass one of its elements",
        (Id, "a plain object" | "an object of a class" | "a Proxy") => ITS_ID,

        (List, "a Map") => "pass Array.from(value.keys()) or Array.from(value.values())",
        (List, "a Set" | "an iterable object" | "a Proxy") => "pass Array.from(value)",
        (List, "a Uint8Array" | "a typed array") => "pass [value] for one, Array.from(value) for several",
        (List, "an async iterable") => "collect its elements with for await",

        (Secret, "a typed array" | "an ArrayBuffer") => "pass a Uint8Array of its bytes",

        (Signature, "a Uint8Array") => DECODE,
        (Signature, "an array") => ONE_ELEMENT,

        (Time, "a Date") => "pass Math.floor(now.getTime() / 1000)",
        (Time | Seconds, "a number with a fraction") => "pass Math.floor(value)",
        (Time | Seconds, "a string") => "pass Number(value)",
        (Seconds, _) => "pass a number of seconds",

        (Trait, "undefined") => "pass null or leave it out",
        (Trait, "a Date") => "pass value.toISOString()",
        (Trait, "a Map") => "pass Object.fromEntries(value)",
        (Trait, "a Set" | "an iterable object" | "a typed array") => "pass Array.from(value)",
        (Trait, "an ObjectId or UUID") => "pass String(value)",
        (Trait, "a Proxy") => "pass a copy, such as { ...value }",

        _ => return None,
    })
}
