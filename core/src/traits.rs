//! What a page tells the vendor about a user, as JSON in the canonical form of RFC 8785.

#[cfg(feature = "json")]
mod from_json;

use std::collections::BTreeMap;
use std::fmt;

use crate::error::{Code, Detail, Error, Path, Subject};
use crate::json::{self, NumberError, quote};

/// What a page tells the vendor about a user, by name. The signature does not cover it.
///
/// ```
/// use personsig::{Trait, Traits};
///
/// let traits = Traits::from([("name", Trait::from("Ada")), ("seats", 3.into())]);
/// ```
#[derive(Clone)]
pub struct Traits(pub(crate) Result<Vec<(Vec<u8>, Trait)>, Error>);

/// A trait's value: any JSON value. Dropping it recurses, as dropping a `serde_json::Value` does.
///
/// `invalid-option` is: an integer, or a float without a fraction, beyond 2^53-1 either way; NaN, an infinity; bytes
/// that are not UTF-8; the same name twice; the name `__proto__`; more than [`Trait::DEPTH_MAX`] levels; among the
/// traits themselves, a name that the snippet writes (GoSquared `id`; Chameleon `uid` and `uid_hash`).
#[derive(Clone)]
#[non_exhaustive]
pub enum Trait {
    /// `null`.
    Null,
    /// True or false.
    Bool(bool),
    /// An integer.
    Integer(i128),
    /// Written as ECMAScript does, so 1.0 is `1`.
    Float(f64),
    /// A string, in UTF-8; bytes, as some hosts' strings are.
    Text(Vec<u8>),
    /// A list.
    List(Vec<Trait>),
    /// A map with string keys.
    Map(Traits),
}

impl Trait {
    /// The maximum depth of lists and maps. The traits themselves are level 1.
    pub const DEPTH_MAX: usize = 32;
}

impl Default for Traits {
    fn default() -> Self {
        Traits(Ok(Vec::new()))
    }
}

impl<K: Into<Vec<u8>>, V: Into<Trait>> FromIterator<(K, V)> for Traits {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(traits: I) -> Self {
        Traits(Ok(traits.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }
}

impl<K: Into<Vec<u8>>, V: Into<Trait>, const N: usize> From<[(K, V); N]> for Traits {
    fn from(traits: [(K, V); N]) -> Self {
        traits.into_iter().collect()
    }
}

impl From<&str> for Trait {
    fn from(text: &str) -> Self {
        Trait::Text(text.into())
    }
}

impl From<String> for Trait {
    fn from(text: String) -> Self {
        Trait::Text(text.into())
    }
}

impl From<bool> for Trait {
    fn from(value: bool) -> Self {
        Trait::Bool(value)
    }
}

impl From<f64> for Trait {
    fn from(value: f64) -> Self {
        Trait::Float(value)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Trait {
            fn from(value: $integer) -> Self {
                Trait::Integer(value.into())
            }
        }
    )*};
}
from_integers!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

/// Traits are personal data.
impl fmt::Debug for Traits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Traits(..)")
    }
}

impl fmt::Debug for Trait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trait(..)")
    }
}

impl Traits {
    /// The members of a JSON object, each after a comma; or `invalid-option` for the first that cannot be one.
    pub(crate) fn write_members(
        &self,
        out: &mut String,
        reserved: &[&str],
        is_secret: &dyn Fn(&str) -> bool,
    ) -> Result<(), Error> {
        Writer { out, reserved, is_secret, path: Path::default() }.members(self)
    }
}

struct Writer<'a> {
    out: &'a mut String,
    reserved: &'a [&'a str],
    is_secret: &'a dyn Fn(&str) -> bool,
    /// The path to the value that is being written.
    path: Path,
}

impl Writer<'_> {
    fn members(&mut self, traits: &Traits) -> Result<(), Error> {
        let traits = traits.0.as_ref().map_err(Error::clone)?;
        // RFC 8785, 3.2.3: in order of UTF-16 code units. Errors are reported in the order given.
        let mut members = BTreeMap::new();
        for (position, (name, value)) in (1..).zip(traits) {
            self.path.0.push(position);
            let (name, start) = (self.name(name)?, self.out.len());
            quote(self.out, name);
            self.out.push(':');
            self.value(value)?;
            let member = self.out.split_off(start);
            if members.insert(name.encode_utf16().collect::<Vec<_>>(), member).is_some() {
                return Err(self.refused(Subject::TraitName, TWICE));
            }
            self.path.0.pop();
        }
        for member in members.values() {
            if !self.out.ends_with('{') {
                self.out.push(',');
            }
            self.out.push_str(member);
        }
        Ok(())
    }

    fn name<'t>(&self, name: &'t [u8]) -> Result<&'t str, Error> {
        let reason = match str::from_utf8(name) {
            Err(_) => NOT_TEXT,
            Ok("__proto__") => PROTOTYPE,
            Ok(name) if self.path.0.len() == 1 && self.reserved.contains(&name) => RESERVED,
            Ok(name) if (self.is_secret)(name) => SECRET,
            Ok(name) => return Ok(name),
        };
        Err(self.refused(Subject::TraitName, reason))
    }

    fn value(&mut self, value: &Trait) -> Result<(), Error> {
        match value {
            Trait::Null => self.out.push_str("null"),
            Trait::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Trait::Integer(integer) => self.number(json::integer(&mut itoa::Buffer::new(), *integer))?,
            Trait::Float(float) => self.number(json::float(&mut ryu_js::Buffer::new(), *float))?,
            Trait::Text(text) => match str::from_utf8(text) {
                Err(_) => return self.bad(NOT_TEXT),
                Ok(text) if (self.is_secret)(text) => return self.bad(SECRET),
                Ok(text) => quote(self.out, text),
            },
            // A value's level is its path's, and its elements are one level deeper.
            Trait::List(_) | Trait::Map(_) if self.path.0.len() >= Trait::DEPTH_MAX => return self.bad(TOO_DEEP),
            Trait::List(list) => {
                self.out.push('[');
                for (position, value) in (1..).zip(list) {
                    if position > 1 {
                        self.out.push(',');
                    }
                    self.path.0.push(position);
                    self.value(value)?;
                    self.path.0.pop();
                }
                self.out.push(']');
            }
            Trait::Map(map) => {
                self.out.push('{');
                self.members(map)?;
                self.out.push('}');
            }
        }
        Ok(())
    }

    fn number(&mut self, digits: Result<&str, NumberError>) -> Result<(), Error> {
        match digits {
            Err(NumberError::NotFinite) => return self.bad(NOT_FINITE),
            Err(NumberError::TooLarge) => return self.bad(TOO_LARGE),
            Ok(digits) if (self.is_secret)(digits) => return self.bad(SECRET),
            Ok(digits) => self.out.push_str(digits),
        }
        Ok(())
    }

    fn bad(&self, reason: Detail) -> Result<(), Error> {
        Err(self.refused(Subject::Trait, reason))
    }

    fn refused(&self, subject: fn(Path) -> Subject, reason: Detail) -> Error {
        Error::new(Code::InvalidOption, subject(self.path.clone())).with(reason)
    }
}

/// For anything that the page would show.
pub(crate) const SECRET: Detail =
    Detail::Reason("equals one of the secrets", "keep secrets out of pages: check which value is passed where");
const TOO_LARGE: Detail =
    Detail::Reason("is a number beyond 2^53-1, which a page cannot read exactly", "pass it as a string");
const NOT_FINITE: Detail = Detail::Reason("is not a finite number", "leave it out");
const NOT_TEXT: Detail = Detail::Reason(
    "is not valid Unicode text",
    "pass a string without lone surrogates, encoded as UTF-8 where strings are bytes",
);
const TOO_DEEP: Detail = Detail::Reason("lies deeper than 32 levels", "pass fewer levels");
const TWICE: Detail = Detail::Reason("occurs twice", "pass each trait once");
const PROTOTYPE: Detail = Detail::Reason("would set an object's prototype", "leave it out");
const RESERVED: Detail = Detail::Reason("is one that the snippet writes itself", "leave it out");
