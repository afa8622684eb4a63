//! What a page tells about a user: arrays and plain objects, walked here, so that no `toJSON` and no iterator is called
//! and nothing is left out.

use std::fmt;

use personsig::{Trait, Traits};

use crate::advice::{Parameter, wrong};
use crate::js::{Env, Stop, Type, Value};

/// The traits; none where they are not given. `is_proxy` is that of `node:util`: Node-API cannot tell.
pub(crate) fn read(env: Env, traits: Value, is_proxy: Value) -> Result<Traits, Stop> {
    let mut walk = Walk { env, is_proxy, path: Path(Vec::new()), has_ended: false };
    match env.type_of(traits)? {
        Type::napi_undefined => Ok(Traits::default()),
        Type::napi_object if walk.is_plain(traits)? => walk.map(traits),
        _ => wrong(traits, &"traits", "a plain object", Parameter::Options, "pass { name: value, ... }"),
    }
}

struct Walk {
    env: Env,
    is_proxy: Value,
    path: Path,
    /// A list or map lay too deep, as one that holds itself does somewhere. The core refuses that, so no more is read.
    has_ended: bool,
}

impl Walk {
    fn value(&mut self, value: Value) -> Result<Trait, Stop> {
        let env = self.env;
        match env.type_of(value)? {
            Type::napi_null => Ok(Trait::Null),
            Type::napi_boolean => Ok(Trait::Bool(env.truth(value)?)),
            Type::napi_number => Ok(Trait::Float(env.double(value)?)),
            Type::napi_bigint => Ok(Trait::Integer(env.bigint(value)?.0)),
            Type::napi_string => Ok(Trait::Text(env.long_text(value)?)),
            Type::napi_object => self.container(value),
            _ => self.refuse_trait(value),
        }
    }

    fn container(&mut self, value: Value) -> Result<Trait, Stop> {
        let elements = self.env.elements(value)?;
        if elements.is_none() && !self.is_plain(value)? {
            return self.refuse_trait(value);
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

    fn list(&mut self, elements: impl Iterator<Item = Result<Value, Stop>>) -> Result<Vec<Trait>, Stop> {
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

    fn map(&mut self, object: Value) -> Result<Traits, Stop> {
        let mut map = Vec::new();
        for (position, name) in (1..).zip(self.env.enumerable_keys(object)?) {
            let name = name?;
            self.path.0.push(position);
            if self.env.type_of(name)? != Type::napi_string {
                let at = format_args!("the name of trait {}", self.path);
                return wrong(name, &at, "a string", Parameter::Name, "leave it out");
            }
            map.push((self.env.long_text(name)?, self.value(self.env.own(object, name)?)?));
            self.path.0.pop();
            if self.has_ended {
                break;
            }
        }
        Ok(map.into_iter().collect())
    }

    /// Whether it is an object that `{ ... }` made, or one without a prototype.
    fn is_plain(&self, object: Value) -> Result<bool, Stop> {
        Ok(!self.is_proxy(object)? && self.env.is_plain(object)?)
    }

    fn is_proxy(&self, object: Value) -> Result<bool, Stop> {
        self.env.truth(self.env.ask(self.is_proxy, &[object])?)
    }

    fn refuse_trait<T>(&self, value: Value) -> Result<T, Stop> {
        let expected = "null, a boolean, a string, a number, a bigint, an array or a plain object";
        let fix = "turn it into one of these or leave it out";
        wrong(value, &format_args!("trait {}", self.path), expected, Parameter::Trait, fix)
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
