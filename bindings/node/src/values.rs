//! JavaScript's values, for the core to read as traits and numbers.

use std::borrow::Cow;

use napi::bindgen_prelude::{FromNapiValue, Function};
use napi::{KeyFilter, ValueType};
use personsig::host::{At, Host, Shape, VisitElement, VisitMember};

use crate::advice::Parameter;
use crate::error::CallError;
use crate::string::long_text;
use crate::value::{Js, bigint, elements, integer, is_plain, keys, own};

/// JavaScript's values, read without a call of `toJSON` or an iterator, so that nothing is left out.
pub(crate) struct Values<'call> {
    /// That of `node:util`, where there may be objects: Node-API cannot tell a Proxy.
    pub(crate) is_proxy: Option<Function<'call, Js, bool>>,
}

impl Host for Values<'_> {
    type Value = Js;
    type Error = CallError;

    fn shape<'v>(&self, value: &'v Js) -> Result<Shape<'v>, CallError> {
        let value = *value;
        Ok(match value.get_type()? {
            ValueType::Null => Shape::Null,
            ValueType::Boolean => Shape::Bool(bool::from_unknown(value)?),
            ValueType::Number => Shape::Float(f64::from_unknown(value)?),
            ValueType::BigInt => Shape::Integer(saturated(bigint(value)?.0)),
            ValueType::String => Shape::Text(Cow::Owned(long_text(value)?)),
            ValueType::Object if elements(value)?.is_some() => Shape::List,
            ValueType::Object if !self.is_proxy(value)? && is_plain(value)? => Shape::Map,
            _ => Shape::Other,
        })
    }

    fn elements(&self, list: &Js, visit: &mut VisitElement<'_, Js, CallError>) -> Result<(), CallError> {
        for element in elements(*list)?.into_iter().flatten() {
            if visit(&element?)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn members(&self, map: &Js, visit: &mut VisitMember<'_, Js, CallError>) -> Result<(), CallError> {
        for name in keys(*map, KeyFilter::Enumerable)? {
            let name = name?;
            if visit(&name, &own(*map, name)?)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn integer(&self, value: &Js) -> Result<Option<i64>, CallError> {
        Ok(integer(*value)?.map(|(integer, _)| saturated(integer)))
    }

    fn type_error(&self, at: At<'_>, value: &Js) -> CallError {
        let (expected, parameter, fix) = match at {
            At::Trait(_) => (
                "null, a boolean, a string, a number, a bigint, an array or a plain object",
                Parameter::Trait,
                "turn it into one of these or leave it out",
            ),
            At::TraitName(_) => ("a string", Parameter::Name, "leave it out"),
            At::Argument("traits") => ("a plain object", Parameter::Options, "pass { name: value, ... }"),
            At::Argument("now") => (SECONDS, Parameter::Time, "pass Math.floor(Date.now() / 1000)"),
            At::Argument(_) | At::Element(..) => (SECONDS, Parameter::Seconds, "pass a number of seconds"),
        };
        CallError::type_error(*value, at, expected, parameter, fix)
    }
}

const SECONDS: &str = "an integer, in whole seconds";

impl Values<'_> {
    fn is_proxy(&self, object: Js) -> Result<bool, CallError> {
        Ok(self.is_proxy.map_or(Ok(false), |is_proxy| is_proxy.apply((), object))?)
    }
}

/// What `i64` does not hold is out of the core's range on the same side.
fn saturated(integer: i128) -> i64 {
    integer.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}
