//! Traits from JSON. A name that occurs twice is kept twice, so that it is refused and not silently dropped.

use std::cell::Cell;
use std::collections::TryReserveError;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{TOO_DEEP, Trait, Traits};
use crate::error::{Code, Detail, Error, Subject};
use crate::memory;

impl Traits {
    /// From one JSON object. [`Signer::snippet`](crate::Signer::snippet) reports what is wrong with it, in the order of its
    /// checks: `invalid-option`; `out-of-memory`.
    pub fn from_json(text: &[u8]) -> Self {
        Traits(read(text).and_then(|value| match value {
            Trait::Map(Traits(traits)) => traits,
            _ => Err(refused(Detail::Reason("is not an object", "pass one, of traits by name"))),
        }))
    }
}

fn read(text: &[u8]) -> Result<Trait, Error> {
    // serde_json collects a string with escapes, in a buffer that doubles: at most three times the text at one time.
    if text.contains(&b'\\') {
        memory::room(text.len().saturating_mul(3))?;
    }
    // For the error of serde's that ends the reading, which allocates.
    let stop = Stop { reserve: Cell::new(Some(memory::reserve(1 << 14)?)), is_too_deep: Cell::new(false) };
    let mut input = serde_json::Deserializer::from_slice(text);
    let read = Value { stop: &stop, levels: Trait::DEPTH_MAX }.deserialize(&mut input);
    read.and_then(|value| input.end().map(|()| value)).map_err(|_| {
        match (stop.is_too_deep.get(), stop.reserve.take()) {
            (true, _) => refused(TOO_DEEP),
            (false, None) => Code::OutOfMemory.into(),
            (false, Some(_)) => refused(Detail::Reason("cannot be read", "pass one JSON object (RFC 8259), in UTF-8")),
        }
    })
}

/// Why the reading ended, which an error of serde's cannot say.
struct Stop {
    /// None where there was no memory.
    reserve: Cell<Option<Vec<u8>>>,
    is_too_deep: Cell<bool>,
}

fn refused(reason: Detail) -> Error {
    Error::new(Code::InvalidOption, Subject::Option("the traits' JSON text")).with(reason)
}

/// Any value. Each level takes stack, of which serde_json, with its limit of 128, would take more than there may be.
#[derive(Clone, Copy)]
struct Value<'r> {
    stop: &'r Stop,
    /// How many more lists and maps may lie inside each other.
    levels: usize,
}

impl Value<'_> {
    fn exhausted<E: serde::de::Error>(self, _: TryReserveError) -> E {
        self.stop.reserve.set(None);
        E::custom("out of memory")
    }

    /// A value of this list or map. None where that lies too deep itself.
    fn inside(self) -> Option<Self> {
        self.levels.checked_sub(1).map(|levels| Value { levels, ..self })
    }

    fn too_deep<E: serde::de::Error>(self) -> E {
        self.stop.reserve.set(None);
        self.stop.is_too_deep.set(true);
        E::custom("too deep")
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        let mut copy = Vec::new();
        copy.try_reserve_exact(text.len()).map_err(|error| self.exhausted(error))?;
        copy.extend_from_slice(text.as_bytes());
        Ok(copy)
    }

    fn push<T, E: serde::de::Error>(self, list: &mut Vec<T>, value: T) -> Result<(), E> {
        list.try_reserve(1).map_err(|error| self.exhausted(error))?;
        list.push(value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Trait;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Trait, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
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

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Trait, E> {
        self.text(text).map(Trait::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Trait, A::Error> {
        let inside = self.inside().ok_or_else(|| self.too_deep())?;
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(inside)? {
            self.push(&mut list, element)?;
        }
        Ok(Trait::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Trait, A::Error> {
        let inside = self.inside();
        let mut map = Vec::new();
        while let Some(name) = members.next_key_seed(Name(self))? {
            // A number, where another crate of the program has switched on serde_json's `arbitrary_precision`.
            if name == b"$serde_json::private::Number" && "1e400".parse::<serde_json::Number>().is_ok() {
                let digits = members.next_value::<String>()?;
                let integer = digits.parse().map(Trait::Integer);
                return integer.or_else(|_| digits.parse().map(Trait::Float)).map_err(A::Error::custom);
            }
            let inside = inside.ok_or_else(|| self.too_deep())?;
            let value = members.next_value_seed(inside)?;
            self.push(&mut map, (name, value))?;
        }
        inside.ok_or_else(|| self.too_deep())?;
        Ok(Trait::Map(Traits(Ok(map))))
    }
}

/// The name of a member.
struct Name<'r>(Value<'r>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Vec<u8>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Vec<u8>, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        self.0.text(text)
    }
}
