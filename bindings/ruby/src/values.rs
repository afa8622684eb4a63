//! Ruby's values, for the core to read as traits and numbers.

use std::borrow::Cow;

use magnus::r_hash::ForEach;
use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::value::{Qfalse, Qtrue};
use magnus::{Error, Float, Integer, RArray, RHash, RString, Ruby, Symbol, Value, prelude::*};
use personsig::host::{At, Host, Shape, VisitElement, VisitMember};

use crate::advice;
use crate::errors::type_error;
use crate::native::{copied, saturated};

/// Ruby's values. Of a subclass of a built-in class the built-in class's own content is read; its methods are not
/// called.
pub(crate) struct Values<'r>(pub(crate) &'r Ruby);

impl Host for Values<'_> {
    type Value = Value;
    type Error = Error;

    fn shape<'v>(&self, value: &'v Value) -> Result<Shape<'v>, Error> {
        let value = *value;
        Ok(if value.is_nil() {
            Shape::Null
        } else if let Some(text) = RString::from_value(value) {
            Shape::Text(Cow::Owned(copied(self.0, text)?))
        } else if let Some(integer) = Integer::from_value(value) {
            Shape::Integer(saturated(integer))
        } else if let Some(float) = Float::from_value(value) {
            Shape::Float(float.to_f64())
        } else if RArray::from_value(value).is_some() {
            Shape::List
        } else if RHash::from_value(value).is_some() {
            Shape::Map
        } else if Qtrue::from_value(value).is_some() {
            Shape::Bool(true)
        } else if Qfalse::from_value(value).is_some() {
            Shape::Bool(false)
        } else {
            Shape::Other
        })
    }

    fn integer(&self, value: &Value) -> Result<Option<i64>, Error> {
        Ok(Integer::from_value(*value).map(saturated))
    }

    fn elements(&self, list: &Value, visit: &mut VisitElement<'_, Value, Error>) -> Result<(), Error> {
        let Some(array) = RArray::from_value(*list) else { return Ok(()) };
        let mut index = 0;
        while index < array.len() && visit(&array.entry(index as isize)?)?.is_continue() {
            index += 1;
        }
        Ok(())
    }

    fn members(&self, map: &Value, visit: &mut VisitMember<'_, Value, Error>) -> Result<(), Error> {
        let Some(hash) = RHash::from_value(*map) else { return Ok(()) };
        // Neither `each` nor a default is called, no key is looked up.
        hash.foreach(|name: Value, value: Value| {
            Ok(if visit(&name, &value)?.is_break() { ForEach::Stop } else { ForEach::Continue })
        })
    }

    fn name<'v>(&self, name: &'v Value) -> Result<Option<Cow<'v, [u8]>>, Error> {
        let text = match Symbol::from_value(*name) {
            // SAFETY: of a Symbol it gives the String that it was made from, and raises nothing.
            Some(symbol) => RString::from_value(unsafe { Value::from_raw(rb_sys::rb_sym2str(symbol.as_raw())) }),
            None => RString::from_value(*name),
        };
        text.map(|text| copied(self.0, text).map(Cow::Owned)).transpose()
    }

    fn type_error(&self, at: At<'_>, value: &Value) -> Error {
        let value = *value;
        let (expected, advice) = match at {
            At::Trait(_) => (
                "nil, true, false, a String, an Integer, a Float, an Array or a Hash",
                advice::trait_value(self.0, value),
            ),
            At::TraitName(_) => ("a String or a Symbol", "pass the name as a String".into()),
            At::Argument("traits") => ("a Hash", "pass {name: value}, or leave it out".into()),
            At::Argument(name) | At::Element(name, _) => ("an Integer", advice::seconds(self.0, name, value)),
        };
        type_error(self.0, at, expected, value, &advice)
    }
}
