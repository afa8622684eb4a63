//! JavaScript's values, read by their type: no conversion method of a value is ever called, nothing passes through a
//! prototype that somebody may have changed, and a lone surrogate stays one. napi's own conversions to `String`,
//! `Vec` and structs do none of that, and their messages quote the value.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use napi::bindgen_prelude::{
    FromNapiValue, JsObjectValue, JsValue, Object, ToNapiValue, TypedArray, TypedArrayType, Unknown,
};
use napi::{Env, KeyCollectionMode, KeyConversion, KeyFilter, Status, ValueType, sys};
use personsig::Code;
use zeroize::Zeroizing;

use crate::error::CallError;

/// A value, valid until the function that Node called returns. napi does not tie what its functions return to a call:
/// hence `'static`.
pub(crate) type Js = Unknown<'static>;

/// The isolate that a value belongs to.
pub(crate) fn env_of(value: Js) -> Env {
    Env::from_raw(value.value().env)
}

// Making values.

pub(crate) fn make(env: Env, value: impl ToNapiValue) -> napi::Result<Js> {
    Js::from_unknown(value.into_unknown(&env)?)
}

pub(crate) fn string(env: Env, text: &str) -> napi::Result<Js> {
    make(env, env.create_string(text)?)
}

/// Cheaper than [`string`]: Latin-1 and UTF-8 have ASCII in common.
pub(crate) fn ascii(env: Env, text: &str) -> napi::Result<Js> {
    debug_assert!(text.is_ascii(), "another character would be written as several");
    make(env, env.create_string_latin1(text)?)
}

/// An object with these properties. They are defined: assigning, as `#[napi(object)]` does, would run a setter that
/// somebody put on `Object.prototype`.
pub(crate) fn object<const N: usize>(env: Env, properties: [(&str, Js); N]) -> napi::Result<Object<'static>> {
    let mut object = Object::from_unknown(make(env, Object::new(&env)?)?)?;
    define(&mut object, properties)?;
    Ok(object)
}

pub(crate) fn define<const N: usize>(object: &mut Object<'_>, properties: [(&str, Js); N]) -> napi::Result<()> {
    let property = |(name, value)| Ok(napi::Property::new().with_utf8_name(name)?.with_value(&value));
    let properties: napi::Result<Vec<_>> = properties.into_iter().map(property).collect();
    object.define_properties(&properties?)
}

pub(crate) fn array(env: Env, elements: impl Iterator<Item = napi::Result<Js>>) -> napi::Result<Js> {
    let mut array = Object::from_unknown(make(env, env.create_array(0)?)?)?;
    for (index, element) in elements.enumerate() {
        define(&mut array, [(&index.to_string(), element?)])?;
    }
    make(env, array)
}

// Reading values.

/// What a message calls a value: its type, never the value. `kind` is what `index.js` knows of an object.
pub(crate) fn type_name(value: Js, kind: &str) -> Result<Cow<'static, str>, CallError> {
    Ok(Cow::Borrowed(match value.get_type()? {
        ValueType::Undefined => "undefined",
        ValueType::Null => "null",
        ValueType::Boolean => "a boolean",
        ValueType::Number => match f64::from_unknown(value)? {
            number if number.is_nan() => "NaN",
            number if number.is_infinite() => "an infinite number",
            number if number.fract() != 0.0 => "a number with a fraction",
            _ => "a number",
        },
        ValueType::String => "a string",
        ValueType::Symbol => "a symbol",
        ValueType::BigInt => "a bigint",
        ValueType::Function => "a function",
        _ if !kind.is_empty() => return Ok(Cow::Owned(kind.to_owned())),
        _ if value.is_array()? => "an array",
        _ if value.is_date()? => "a Date",
        _ if is_plain(value)? => "a plain object",
        _ => "an object of a class",
    }))
}

pub(crate) fn is_undefined(value: Js) -> Result<bool, CallError> {
    Ok(value.get_type()? == ValueType::Undefined)
}

/// A number without a fraction or a bigint, and whether that is exactly what the caller wrote; if not, it has the
/// right sign and is as far out as `i128` goes. `None` for everything else.
pub(crate) fn integer(value: Js) -> Result<Option<(i128, bool)>, CallError> {
    match value.get_type()? {
        ValueType::Number => {
            let number = f64::from_unknown(value)?;
            // Beyond 2^53-1 several integers share one number.
            let exact = number.abs() <= 9_007_199_254_740_991.0;
            Ok((number.is_finite() && number.fract() == 0.0).then_some((number as i128, exact)))
        }
        ValueType::BigInt => bigint(value).map(Some),
        _ => Ok(None),
    }
}

/// As [`integer`]. napi's `BigInt` allocates, and its `get_i128` refuses -2^127.
pub(crate) fn bigint(value: Js) -> Result<(i128, bool), CallError> {
    let value = value.value();
    let (mut negative, mut count, mut words) = (0, 2, [0_u64; 2]);
    // SAFETY: Node-API writes at most `count` words, of which there are so many.
    ok(unsafe {
        sys::napi_get_value_bigint_words(value.env, value.value, &mut negative, &mut count, words.as_mut_ptr())
    })?;
    let size = u128::from(words[1]) << 64 | u128::from(words[0]);
    let fits = match negative {
        0 => i128::try_from(size).ok(),
        _ => 0_i128.checked_sub_unsigned(size),
    };
    let (beyond, fits) = (if negative == 0 { i128::MAX } else { i128::MIN }, fits.filter(|_| count <= 2));
    Ok((fits.unwrap_or(beyond), fits.is_some()))
}

/// A copy of what a `Uint8Array` shows, a `Buffer` included; nothing where it is detached. `None` for any other value.
pub(crate) fn bytes(value: Js) -> Result<Option<Zeroizing<Vec<u8>>>, CallError> {
    if !value.is_typedarray()? {
        return Ok(None);
    }
    let view = TypedArray::from_unknown(value)?;
    if view.typed_array_type != TypedArrayType::Uint8 {
        return Ok(None);
    }
    let (start, length) = (view.arraybuffer.as_ptr().cast_mut(), view.arraybuffer.len());
    let mut bytes = Zeroizing::new(Vec::new());
    reserve(&mut bytes, length)?;
    // SAFETY: the array has that many bytes, and JavaScript, which alone can detach it, does not run. Another thread may
    // write to it where it is shared, so each byte is read as an atomic.
    bytes.extend((0..length).map(|at| unsafe { AtomicU8::from_ptr(start.add(at)) }.load(Relaxed)));
    Ok(Some(bytes))
}

/// The elements of an array, own ones only: a hole is `undefined`, whatever `Array.prototype` holds. `None` for any other
/// value.
pub(crate) fn elements(value: Js) -> Result<Option<impl ExactSizeIterator<Item = Result<Js, CallError>>>, CallError> {
    if !value.is_array()? {
        return Ok(None);
    }
    let length = Object::from_unknown(value)?.get_array_length_unchecked()?;
    Ok(Some(numbered(value, length as usize)))
}

/// An object's own properties 0, 1 and so on.
pub(crate) fn numbered(object: Js, count: usize) -> impl ExactSizeIterator<Item = Result<Js, CallError>> {
    (0..count).map(move |index| own(object, ascii(env_of(object), &index.to_string())?))
}

/// Whether it is an object that `{ ... }` made, in any realm (Jest's tests are in one of their own), or one without a
/// prototype. Proxies seem to have none.
pub(crate) fn is_plain(value: Js) -> Result<bool, CallError> {
    let object = Object::from_unknown(value)?;
    let parent: Object<'_> = object.get_prototype_unchecked()?;
    let is_null = |object: &Object<'_>| Ok::<_, CallError>(object.to_unknown().get_type()? == ValueType::Null);
    // A realm's Object.prototype is the one object that has no prototype and has this method.
    Ok(is_null(&parent)?
        || is_null(&parent.get_prototype_unchecked()?)? && parent.has_own_property("hasOwnProperty")?)
}

/// The names of an object's own properties, strings before symbols.
pub(crate) fn keys(object: Js, which: KeyFilter) -> Result<impl Iterator<Item = Result<Js, CallError>>, CallError> {
    let object = Object::from_unknown(object)?;
    let keys = object.get_all_property_names(KeyCollectionMode::OwnOnly, which, KeyConversion::NumbersToStrings)?;
    let length = keys.get_array_length_unchecked()?;
    Ok((0..length).map(move |index| Ok(keys.get_element(index)?)))
}

/// An object's own property; `undefined` where there is none, whatever the prototype holds.
pub(crate) fn own(object: Js, key: Js) -> Result<Js, CallError> {
    let properties = Object::from_unknown(object)?;
    Ok(match properties.has_own_property_js(key)? {
        true => properties.get_property_unchecked(key)?,
        false => make(env_of(object), ())?,
    })
}

/// Reserved once and never grown, so that no part of a secret stays behind; a failure is an error, not the process's end.
pub(crate) fn reserve<T>(vector: &mut Vec<T>, length: usize) -> Result<(), CallError> {
    vector.try_reserve_exact(length).map_err(|_| Code::OutOfMemory.into())
}

/// A list whose length the caller decides.
pub(crate) fn list<T>(elements: impl ExactSizeIterator<Item = T>) -> Result<Vec<T>, CallError> {
    let mut list = Vec::new();
    reserve(&mut list, elements.len())?;
    list.extend(elements);
    Ok(list)
}

/// What a function of Node-API says.
pub(crate) fn ok(status: sys::napi_status) -> Result<(), CallError> {
    match Status::from(status) {
        Status::Ok => Ok(()),
        status => Err(CallError::NodeApi(status)),
    }
}
