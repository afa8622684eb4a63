//! Traits from JSON. A name that occurs twice is kept twice, so that it is refused and not silently dropped.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{Trait, Traits};
use crate::error::{Code, Detail, Error, Subject};

impl Traits {
    /// From one JSON object. [`Signer::snippet`](crate::Signer::snippet) reports what is wrong with it, in the order of its
    /// checks: `invalid-option`.
    pub fn from_json(text: &[u8]) -> Self {
        let mut input = serde_json::Deserializer::from_slice(text);
        let read = Value.deserialize(&mut input).and_then(|value| input.end().map(|()| value));
        let reason = match read {
            Ok(Trait::Map(traits)) => return traits,
            Ok(_) => Detail::Reason("is not an object", "pass one, of traits by name"),
            Err(_) => Detail::Reason("cannot be read", "pass one JSON object (RFC 8259), in UTF-8"),
        };
        Traits(Err(Error::new(Code::InvalidOption, Subject::Option("the traits' JSON text")).with(reason)))
    }
}

/// Any value. The depth is checked with the rest of the traits; serde_json itself stops at 128 levels.
#[derive(Clone, Copy)]
struct Value;

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Trait;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Trait, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Trait;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Trait, E> {
        Ok(Trait::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Trait, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Trait, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Trait, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Trait, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Trait, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Trait, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            list.push(element);
        }
        Ok(Trait::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Trait, A::Error> {
        let mut map = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            // A number, where another crate of the program has switched on serde_json's `arbitrary_precision`.
            if name == "$serde_json::private::Number" && "1e400".parse::<serde_json::Number>().is_ok() {
                let digits = members.next_value::<String>()?;
                let integer = digits.parse().map(Trait::Integer);
                return integer.or_else(|_| digits.parse().map(Trait::Float)).map_err(A::Error::custom);
            }
            map.push((name, members.next_value_seed(self)?));
        }
        Ok(Trait::Map(map.into_iter().collect()))
    }
}
