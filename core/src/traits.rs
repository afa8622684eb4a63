//! What a page tells the vendor about a user, as JSON in the canonical form of RFC 8785.

#[cfg(feature = "json")]
mod from_json;

use std::cmp::Ordering;
use std::collections::TryReserveError;
use std::fmt;

use crate::error::{Code, Detail, Error, Path, Subject};
use crate::json::{self, NumberError};

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

/// The caller decides how much is written, so whatever grows with it is reserved first: `out-of-memory` where there is
/// no room, and no abort.
struct Writer<'a> {
    out: &'a mut String,
    reserved: &'a [&'a str],
    is_secret: &'a dyn Fn(&str) -> bool,
    /// The path to the value that is being written.
    path: Path,
}

impl Writer<'_> {
    /// RFC 8785, 3.2.3: in order of UTF-16 code units. Errors are reported in the order given, so that is also the order
    /// in which members are written; then they are moved.
    fn members(&mut self, traits: &Traits) -> Result<(), Error> {
        let traits = traits.0.as_ref().map_err(Error::clone)?;
        let (start, is_outermost) = (self.out.len(), self.path.0.is_empty());
        let mut sorted = list_of(traits.len()).map_err(out_of_memory)?;
        sorted.extend((1..).zip(traits).map(|(position, (name, _))| (name.as_slice(), position)));
        sorted.sort_unstable_by(|(a, first), (b, second)| utf_16_order(a, b).then(first.cmp(second)));
        let repeated = sorted.windows(2).filter_map(|pair| match pair {
            [(a, _), (b, second)] if a == b => Some(*second),
            _ => None,
        });
        let repeated = repeated.min();
        let mut ranges = list_of(traits.len()).map_err(out_of_memory)?;
        for (position, (name, value)) in (1..).zip(traits) {
            self.path.0.push(position);
            let name = self.name(name)?;
            if position > 1 || is_outermost {
                self.push(",")?;
            }
            let member = self.out.len();
            self.quote(name)?;
            self.push(":")?;
            self.value(value)?;
            ranges.push(member..self.out.len());
            if repeated == Some(position) {
                return Err(self.refused(Subject::TraitName, TWICE));
            }
            self.path.0.pop();
        }
        if sorted.is_sorted_by_key(|(_, position)| position) {
            return Ok(());
        }
        let mut moved = String::new();
        moved.try_reserve_exact(self.out.len().saturating_sub(start)).map_err(out_of_memory)?;
        for (_, position) in sorted {
            if !moved.is_empty() || is_outermost {
                moved.push(',');
            }
            let range = ranges.get(position.saturating_sub(1)).cloned().unwrap_or_default();
            moved.push_str(self.out.get(range).unwrap_or_default());
        }
        self.out.truncate(start);
        self.out.push_str(&moved);
        Ok(())
    }

    fn push(&mut self, text: &str) -> Result<(), Error> {
        self.out.try_reserve(text.len()).map_err(out_of_memory)?;
        self.out.push_str(text);
        Ok(())
    }

    fn quote(&mut self, text: &str) -> Result<(), Error> {
        self.out.try_reserve(json::quoted_len(text)).map_err(out_of_memory)?;
        json::quote(self.out, text);
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
            Trait::Null => self.push("null"),
            Trait::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Trait::Integer(integer) => self.number(json::integer(&mut itoa::Buffer::new(), *integer)),
            Trait::Float(float) => self.number(json::float(&mut ryu_js::Buffer::new(), *float)),
            Trait::Text(text) => match str::from_utf8(text) {
                Err(_) => self.bad(NOT_TEXT),
                Ok(text) if (self.is_secret)(text) => self.bad(SECRET),
                Ok(text) => self.quote(text),
            },
            // A value's level is its path's, and its elements are one level deeper.
            Trait::List(_) | Trait::Map(_) if self.path.0.len() >= Trait::DEPTH_MAX => self.bad(TOO_DEEP),
            Trait::List(list) => {
                self.push("[")?;
                for (position, value) in (1..).zip(list) {
                    if position > 1 {
                        self.push(",")?;
                    }
                    self.path.0.push(position);
                    self.value(value)?;
                    self.path.0.pop();
                }
                self.push("]")
            }
            Trait::Map(map) => {
                self.push("{")?;
                self.members(map)?;
                self.push("}")
            }
        }
    }

    fn number(&mut self, digits: Result<&str, NumberError>) -> Result<(), Error> {
        match digits {
            Err(NumberError::NotFinite) => self.bad(NOT_FINITE),
            Err(NumberError::TooLarge) => self.bad(TOO_LARGE),
            Ok(digits) if (self.is_secret)(digits) => self.bad(SECRET),
            Ok(digits) => self.push(digits),
        }
    }

    fn bad(&self, reason: Detail) -> Result<(), Error> {
        Err(self.refused(Subject::Trait, reason))
    }

    fn refused(&self, subject: fn(Path) -> Subject, reason: Detail) -> Error {
        Error::new(Code::InvalidOption, subject(self.path.clone())).with(reason)
    }
}

/// Names that are not UTF-8, which are refused when their turn comes, come first.
fn utf_16_order(a: &[u8], b: &[u8]) -> Ordering {
    match (str::from_utf8(a), str::from_utf8(b)) {
        _ if a.is_ascii() && b.is_ascii() => a.cmp(b),
        (Ok(a), Ok(b)) => a.encode_utf16().cmp(b.encode_utf16()),
        (a_text, b_text) => a_text.is_ok().cmp(&b_text.is_ok()).then_with(|| a.cmp(b)),
    }
}

fn list_of<T>(count: usize) -> Result<Vec<T>, TryReserveError> {
    let mut list = Vec::new();
    list.try_reserve_exact(count)?;
    Ok(list)
}

pub(crate) fn out_of_memory(_: TryReserveError) -> Error {
    Code::OutOfMemory.into()
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
