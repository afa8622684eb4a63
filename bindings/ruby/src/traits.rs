//! Ruby's values become the core's traits. Only the walk is here; what a trait may be, is the core's.

use std::fmt;

use magnus::r_hash::ForEach;
use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::value::{Qfalse, Qtrue};
use magnus::{Error, Float, Integer, RArray, RHash, RString, Ruby, Symbol, Value, prelude::*};
use personsig::host::At;
use personsig::{Trait, Traits};

use crate::advice;
use crate::arguments::{copied, exact, wrong_type};

pub(crate) fn traits(ruby: &Ruby, value: Option<Value>) -> Result<Traits, Error> {
    let Some(value) = value else { return Ok(Traits::default()) };
    let refused = || wrong_type(ruby, At("traits", None), "a Hash", value, "pass {name: value}, or leave it out");
    let hash = RHash::from_value(value).ok_or_else(refused)?;
    Walk { ruby, path: Path(Vec::new()), too_deep: false }.map(hash)
}

/// Depth first. It copies every text, so that no Ruby code can change what was walked.
struct Walk<'r> {
    ruby: &'r Ruby,
    path: Path,
    /// What lies deeper than the core takes was met: the core will refuse it, and nothing more is looked at. So ends a
    /// Hash that holds itself.
    too_deep: bool,
}

impl Walk<'_> {
    fn map(&mut self, hash: RHash) -> Result<Traits, Error> {
        let mut members = Vec::new();
        self.path.0.push(0);
        // Neither `each` nor a default is called, no key is looked up.
        hash.foreach(|name: Value, value: Value| {
            self.path.next();
            members.push((self.name(name)?, self.value(value)?));
            Ok(if self.too_deep { ForEach::Stop } else { ForEach::Continue })
        })?;
        self.path.0.pop();
        Ok(members.into_iter().collect())
    }

    fn list(&mut self, array: RArray) -> Result<Trait, Error> {
        let mut list = Vec::new();
        self.path.0.push(0);
        while !self.too_deep && list.len() < array.len() {
            self.path.next();
            list.push(self.value(array.entry(list.len() as isize)?)?);
        }
        self.path.0.pop();
        Ok(Trait::List(list))
    }

    fn name(&self, name: Value) -> Result<Vec<u8>, Error> {
        let text = match Symbol::from_value(name) {
            // SAFETY: of a Symbol it gives the String that it was made from, and raises nothing.
            Some(symbol) => RString::from_value(unsafe { Value::from_raw(rb_sys::rb_sym2str(symbol.as_raw())) }),
            None => RString::from_value(name),
        };
        match text {
            Some(text) => copied(self.ruby, text),
            None => {
                let at = format!("the name of trait {}", self.path);
                Err(wrong_type(self.ruby, at, "a String or a Symbol", name, "pass the name as a String"))
            }
        }
    }

    fn value(&mut self, value: Value) -> Result<Trait, Error> {
        let (array, hash) = (RArray::from_value(value), RHash::from_value(value));
        if (array.is_some() || hash.is_some()) && self.path.0.len() >= Trait::DEPTH_MAX {
            self.too_deep = true;
            return Ok(Trait::List(Vec::new()));
        }
        Ok(if value.is_nil() {
            Trait::Null
        } else if let Some(text) = RString::from_value(value) {
            Trait::Text(copied(self.ruby, text)?)
        } else if let Some(integer) = Integer::from_value(value) {
            Trait::Integer(exact(integer).unwrap_or_else(i128::from))
        } else if let Some(float) = Float::from_value(value) {
            Trait::Float(float.to_f64())
        } else if let Some(array) = array {
            self.list(array)?
        } else if let Some(hash) = hash {
            Trait::Map(self.map(hash)?)
        } else if Qtrue::from_value(value).is_some() {
            Trait::Bool(true)
        } else if Qfalse::from_value(value).is_some() {
            Trait::Bool(false)
        } else {
            let wanted = "nil, true, false, a String, an Integer, a Float, an Array or a Hash";
            let advice = advice::trait_value(self.ruby, value);
            return Err(wrong_type(self.ruby, format_args!("trait {}", self.path), wanted, value, &advice));
        })
    }
}

/// Where a value stands: its position at every level, counting from 1.
struct Path(Vec<usize>);

impl Path {
    fn next(&mut self) {
        if let Some(position) = self.0.last_mut() {
            *position += 1;
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (level, position) in self.0.iter().enumerate() {
            write!(f, "{}{position}", if level == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}
