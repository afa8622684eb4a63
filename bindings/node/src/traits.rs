//! What a page tells about a user: arrays and plain objects, walked here, so that no `toJSON` and no iterator is called
//! and nothing is left out.

use std::fmt;

use napi::bindgen_prelude::{FromNapiValue, Function};
use napi::{KeyFilter, ValueType};
use personsig::{Trait, Traits};

use crate::advice::Parameter;
use crate::error::{CallError, wrong_type};
use crate::string::long_text;
use crate::value::{self, Js, bigint, elements, keys, own};

/// The traits; none where they are not given. `is_proxy` is that of `node:util`: Node-API cannot tell.
pub(crate) fn read(traits: Js, is_proxy: Function<'_, Js, bool>) -> Result<Traits, CallError> {
    let mut walk = Walk { is_proxy, path: Path(Vec::new()), has_ended: false };
    match traits.get_type()? {
        ValueType::Undefined => Ok(Traits::default()),
        ValueType::Object if walk.is_plain(traits)? => walk.map(traits),
        _ => wrong_type(traits, &"traits", "a plain object", Parameter::Options, "pass { name: value, ... }"),
    }
}

struct Walk<'call> {
    is_proxy: Function<'call, Js, bool>,
    path: Path,
    /// Set when `DEPTH_MAX` is exceeded, as a cycle does somewhere: the core rejects the traits, so no more is read.
    has_ended: bool,
}

impl Walk<'_> {
    fn value(&mut self, value: Js) -> Result<Trait, CallError> {
        match value.get_type()? {
            ValueType::Null => Ok(Trait::Null),
            ValueType::Boolean => Ok(Trait::Bool(bool::from_unknown(value)?)),
            ValueType::Number => Ok(Trait::Float(f64::from_unknown(value)?)),
            ValueType::BigInt => Ok(Trait::Integer(bigint(value)?.0)),
            ValueType::String => Ok(Trait::Text(long_text(value)?)),
            ValueType::Object => self.container(value),
            _ => self.refuse(value),
        }
    }

    fn container(&mut self, value: Js) -> Result<Trait, CallError> {
        let elements = elements(value)?;
        if elements.is_none() && !self.is_plain(value)? {
            return self.refuse(value);
        }
        // The traits themselves are the first level, and have no path.
        if self.path.0.len() >= Trait::DEPTH_MAX {
            self.has_ended = true;
            return Ok(Trait::List(Vec::new()));
        }
        match elements {
            Some(elements) => self.list(elements).map(Trait::List),
            None => self.map(value).map(Trait::Map),
        }
    }

    fn list(&mut self, elements: impl Iterator<Item = Result<Js, CallError>>) -> Result<Vec<Trait>, CallError> {
        let mut list = Vec::new();
        for (position, element) in (1..).zip(elements) {
            self.path.0.push(position);
            list.push(self.value(element?)?);
            self.path.0.pop();
            if self.has_ended {
                break;
            }
        }
        Ok(list)
    }

    fn map(&mut self, object: Js) -> Result<Traits, CallError> {
        let mut map = Vec::new();
        for (position, name) in (1..).zip(keys(object, KeyFilter::Enumerable)?) {
            let name = name?;
            self.path.0.push(position);
            if name.get_type()? != ValueType::String {
                let at = format_args!("the name of trait {}", self.path);
                return wrong_type(name, &at, "a string", Parameter::Name, "leave it out");
            }
            map.push((long_text(name)?, self.value(own(object, name)?)?));
            self.path.0.pop();
            if self.has_ended {
                break;
            }
        }
        Ok(map.into_iter().collect())
    }

    /// Whether it is an object that `{ ... }` made, or one without a prototype.
    fn is_plain(&self, object: Js) -> Result<bool, CallError> {
        Ok(!self.is_proxy.apply((), object)? && value::is_plain(object)?)
    }

    fn refuse<T>(&self, value: Js) -> Result<T, CallError> {
        let expected = "null, a boolean, a string, a number, a bigint, an array or a plain object";
        let fix = "turn it into one of these or leave it out";
        wrong_type(value, &format_args!("trait {}", self.path), expected, Parameter::Trait, fix)
    }
}

/// Where a trait stands: its position at every level, counting from 1.
struct Path(Vec<usize>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let positions: Vec<_> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&positions.join("."))
    }
}
