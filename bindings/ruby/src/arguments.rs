//! Arguments, checked for their types and not for their values. No method of a value is called.

use std::borrow::Cow;

use magnus::{Error, Integer, RArray, RString, Ruby, Value, prelude::*};
use personsig::UserId;
use personsig::host::{self, At};

use crate::advice;
use crate::errors::{no_memory, type_error};
use crate::native::{copied, exact, list_of, utf8};
use crate::values::Values;

pub(crate) fn provider(ruby: &Ruby, value: Value) -> Result<RString, Error> {
    let advice = "pass the name of a provider, such as 'gosquared'";
    text(ruby, At::Argument("provider"), "a String", value, |ruby, value| advice::text(ruby, value, advice))
}

/// A String or one of a subclass; nothing is converted.
pub(crate) fn text<'a>(
    ruby: &Ruby,
    at: At<'_>,
    expected: &str,
    value: Value,
    advice: impl FnOnce(&Ruby, Value) -> Cow<'a, str>,
) -> Result<RString, Error> {
    RString::from_value(value).ok_or_else(|| type_error(ruby, at, expected, value, &advice(ruby, value)))
}

pub(crate) fn unless_nil(value: Value) -> Option<Value> {
    if value.is_nil() { None } else { Some(value) }
}

/// nil is what a form or a query gives where nothing was sent.
pub(crate) fn signature(ruby: &Ruby, value: Value) -> Result<Option<RString>, Error> {
    let signature = |value| text(ruby, At::Argument("signature"), "a String or nil", value, advice::signature);
    unless_nil(value).map(signature).transpose()
}

/// # Safety
/// As Borrowing, at the top of lib.rs, says.
pub(crate) unsafe fn presented(signature: &Option<RString>) -> &[u8] {
    // SAFETY: the caller's promise.
    signature.as_ref().map(|text| unsafe { text.as_slice() }).unwrap_or_default()
}

/// The elements of an Array, each checked.
pub(crate) fn list<T>(
    ruby: &Ruby,
    name: &'static str,
    value: Option<Value>,
    mut element: impl FnMut(At<'_>, Value) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let refused = || type_error(ruby, At::Argument(name), "an Array", value, &advice::list(ruby, name, value));
    let array = RArray::from_value(value).ok_or_else(refused)?;
    let mut elements = list_of(ruby, array.len())?;
    for index in 0..array.len() {
        elements.push(element(At::Element(name, index), array.entry(index as isize)?)?);
    }
    Ok(elements)
}

pub(crate) fn seconds(ruby: &Ruby, name: &'static str, value: Option<Value>) -> Result<Option<i64>, Error> {
    host::seconds(&Values(ruby), name, value.and_then(unless_nil).as_ref())
}

/// A site token or a nonce. One that is not UTF-8 becomes U+FFFD, which the core refuses, as it does all but ASCII.
pub(crate) fn token(ruby: &Ruby, name: &'static str, value: Option<Value>) -> Result<Option<String>, Error> {
    let Some(value) = value.and_then(unless_nil) else { return Ok(None) };
    let advice = |ruby: &Ruby, value| advice::text(ruby, value, "pass it as a String, or leave it out");
    let text = text(ruby, At::Argument(name), "a String or nil", value, advice)?;
    Ok(Some(String::from_utf8(copied(ruby, text)?).unwrap_or_else(|_| "\u{fffd}".into())))
}

/// A user id of the right type.
pub(crate) enum Id {
    Text(RString),
    Other(UserId<'static>),
}

impl Id {
    pub(crate) fn of(ruby: &Ruby, at: At<'_>, value: Value) -> Result<Self, Error> {
        if let Some(integer) = Integer::from_value(value) {
            return Ok(Id::Other(exact(integer).map_or(UserId::IntegerTooLarge, UserId::Integer)));
        }
        let text = text(ruby, at, "a String or an Integer", value, advice::id)?;
        Ok(utf8(ruby, text)?.map_or(Id::Other(UserId::InvalidText), Id::Text))
    }

    /// # Safety
    /// As Borrowing, at the top of lib.rs, says.
    pub(crate) unsafe fn borrow(&self) -> UserId<'_> {
        match self {
            // SAFETY: the caller's promise.
            Id::Text(text) => UserId::Bytes(unsafe { text.as_slice() }),
            Id::Other(id) => *id,
        }
    }
}

/// A list of user ids, copied: the GC does not mark what a Vec holds, and compaction or other threads may move or
/// change the Strings.
pub(crate) struct Ids {
    /// All strings, one after the other.
    texts: Vec<u8>,
    ids: Vec<Copied>,
}

enum Copied {
    /// The next bytes of `texts`, this many.
    Text(usize),
    Other(UserId<'static>),
}

impl Ids {
    pub(crate) fn of(ruby: &Ruby, name: &'static str, value: Option<Value>) -> Result<Self, Error> {
        let mut texts = Vec::new();
        let ids = list(ruby, name, value, |at, value| {
            Ok(match Id::of(ruby, at, value)? {
                Id::Text(text) => {
                    // SAFETY: the copy is made at once.
                    let bytes = unsafe { text.as_slice() };
                    texts.try_reserve(bytes.len()).map_err(|error| no_memory(ruby, error))?;
                    texts.extend_from_slice(bytes);
                    Copied::Text(bytes.len())
                }
                Id::Other(id) => Copied::Other(id),
            })
        })?;
        Ok(Ids { texts, ids })
    }

    pub(crate) fn borrow(&self, ruby: &Ruby) -> Result<Vec<UserId<'_>>, Error> {
        let mut texts = self.texts.as_slice();
        let next = |copied: &Copied| match *copied {
            Copied::Text(len) => {
                let (text, others) = texts.split_at(len);
                texts = others;
                UserId::Bytes(text)
            }
            Copied::Other(id) => id,
        };
        let mut ids = list_of(ruby, self.ids.len())?;
        ids.extend(self.ids.iter().map(next));
        Ok(ids)
    }
}
