//! What the functions are given, each read by its type and from left to right. Values are judged by the core.

use std::mem::MaybeUninit;

use napi::bindgen_prelude::{External, FromNapiRef, FromNapiValue, JsObjectValue, Object};
use napi::{Env, KeyFilter, Status, ValueType, sys};
use personsig::host::{self, At};
use personsig::{Code, Secret, Signer, UserId, VerifyOptions};
use zeroize::Zeroizing;

use crate::advice::Parameter;
use crate::error::CallError;
use crate::string::{Scratch, Text, copy, long_text, secret_text, text};
use crate::value::{Js, bytes, elements, env_of, integer, is_plain, is_undefined, keys, make};
use crate::values::Values;

/// The Signer behind a handle: the first argument of every method.
pub(crate) struct Handle<'call>(pub(crate) &'call Signer);

impl FromNapiValue for Handle<'_> {
    unsafe fn from_napi_value(env: sys::napi_env, handle: sys::napi_value) -> napi::Result<Self> {
        // SAFETY: the caller's promise. napi finds the External among those it made itself and did not free yet, and
        // the handle, an argument of the call that is running, is not collected before its end.
        if let Ok(handle) = unsafe { External::<Signer>::from_napi_ref(env, handle) } {
            return Ok(Handle(handle));
        }
        // `index.js` passes nothing else. Code that reaches for the addon beneath it may.
        Env::from_raw(env).throw_type_error("the first argument must be a Signer's handle", None)?;
        Err(napi::Error::from_status(Status::PendingException))
    }
}

/// What can be signed.
pub(crate) enum Id<'a> {
    Text(Text<'a>),
    Integer(i128),
    IntegerTooLarge,
}

impl<'a> Id<'a> {
    #[inline(always)]
    pub(crate) fn read(value: Js, at: At<'_>, scratch: &'a mut Scratch) -> Result<Self, CallError> {
        match text(value, scratch)? {
            Some(text) => Ok(Id::Text(text)),
            None => Id::other(value, at),
        }
    }

    /// Where there are many, each on the heap.
    pub(crate) fn read_one_of_many(value: Js, at: At<'_>) -> Result<Self, CallError> {
        match value.get_type()? {
            ValueType::String => Ok(Id::Text(Text::Long(long_text(value)?))),
            _ => Id::other(value, at),
        }
    }

    fn other(value: Js, at: At<'_>) -> Result<Self, CallError> {
        match integer(value)? {
            Some((integer, true)) => Ok(Id::Integer(integer)),
            Some((_, false)) => Ok(Id::IntegerTooLarge),
            None => {
                Err(CallError::type_error(value, at, "a string or an integer", Parameter::Id, "pass the user's id"))
            }
        }
    }

    pub(crate) fn as_user_id(&self) -> UserId<'_> {
        match self {
            Id::Text(text) => UserId::Bytes(text),
            Id::Integer(integer) => UserId::Integer(*integer),
            Id::IntegerTooLarge => UserId::IntegerTooLarge,
        }
    }
}

/// A secret, in a copy that is wiped.
pub(crate) enum SecretKey {
    Missing,
    Text(Zeroizing<Vec<u8>>),
    Bytes(Zeroizing<Vec<u8>>),
}

impl SecretKey {
    pub(crate) fn read(value: Js, at: At<'_>) -> Result<Self, CallError> {
        match value.get_type()? {
            ValueType::Undefined | ValueType::Null => Ok(SecretKey::Missing),
            ValueType::String => secret_text(value).map(SecretKey::Text),
            _ => match bytes(value)? {
                Some(bytes) => Ok(SecretKey::Bytes(bytes)),
                None => {
                    let fix = "pass the secret as the provider shows it";
                    Err(CallError::type_error(value, at, "a string or a Uint8Array", Parameter::Secret, fix))
                }
            },
        }
    }

    pub(crate) fn as_secret(&self) -> Secret<'_> {
        match self {
            SecretKey::Missing => Secret::Missing,
            SecretKey::Text(text) if str::from_utf8(text).is_err() => Secret::Invalid,
            SecretKey::Text(bytes) | SecretKey::Bytes(bytes) => Secret::Bytes(bytes),
        }
    }
}

/// In memory that is wiped: people swap the provider and the secret.
pub(crate) fn provider_name(value: Js) -> Result<Zeroizing<Vec<u8>>, CallError> {
    match value.get_type()? {
        ValueType::String => secret_text(value),
        _ => {
            let fix = "pass its name first, such as 'gosquared', then the secret";
            Err(CallError::type_error(value, At::Argument("provider"), "a string", Parameter::Name, fix))
        }
    }
}

pub(crate) fn text_or_none(value: Js, name: &'static str, fix: &str) -> Result<Option<Zeroizing<Vec<u8>>>, CallError> {
    match value.get_type()? {
        ValueType::Undefined | ValueType::Null => Ok(None),
        ValueType::String => secret_text(value).map(Some),
        _ => Err(CallError::type_error(value, At::Argument(name), "a string", Parameter::Name, fix)),
    }
}

/// What is not Unicode is no provider's name, nor a nonce, nor a site's token; nor is U+FFFD.
pub(crate) fn lossy(text: &[u8]) -> &str {
    str::from_utf8(text).unwrap_or("\u{fffd}")
}

/// A signature as it was presented; one that is not there is the empty string.
#[inline(always)]
pub(crate) fn presented(value: Js, scratch: &mut Scratch) -> Result<Text<'_>, CallError> {
    match text(value, scratch)? {
        Some(text) => Ok(text),
        None => match value.get_type()? {
            ValueType::Undefined | ValueType::Null => Ok(Text::Short(&[])),
            _ => {
                let fix = "pass it exactly as the page sent it";
                Err(CallError::type_error(value, At::Argument("signature"), "a string", Parameter::Signature, fix))
            }
        },
    }
}

/// The values of an object's own properties of these names, each read once, `undefined` where there is none; and whether
/// it has another one.
pub(crate) fn options<const N: usize>(value: Js, names: [&str; N]) -> Result<([Js; N], bool), CallError> {
    let (mut values, mut unknown) = ([make(env_of(value), ())?; N], false);
    match value.get_type()? {
        ValueType::Undefined => return Ok((values, false)),
        // Another object, a Promise or a Map, would be taken for one without options. `index.js` never passes a Proxy.
        ValueType::Object if is_plain(value)? => {}
        _ => {
            let fix = format!("pass {{ {}: ... }}", names[0]);
            return Err(CallError::type_error(
                value,
                At::Argument("options"),
                "a plain object",
                Parameter::Options,
                &fix,
            ));
        }
    }
    let object = Object::from_unknown(value)?;
    for key in keys(value, KeyFilter::AllProperties)? {
        let key = key?;
        // Longer than every name, so that no part of another is taken for one.
        let mut scratch = [MaybeUninit::uninit(); 64];
        let known = match key.get_type()? {
            ValueType::String => {
                let key = copy(key, &mut scratch)?;
                names.iter().position(|name| name.as_bytes() == key)
            }
            _ => None,
        };
        match known {
            Some(known) => values[known] = object.get_property_unchecked(key)?,
            None => unknown = true,
        }
    }
    Ok((values, unknown))
}

/// The options of a method that has none but `now`. Out of line: inlined, it would cost those who pass no options too.
#[cold]
pub(crate) fn time(given: Js) -> Result<Option<i64>, CallError> {
    let ([now], unknown) = options(given, ["now"])?;
    let now = seconds(now, "now")?;
    refuse_unknown(unknown).map(|()| now)
}

/// A time, as `now`.
pub(crate) fn seconds(value: Js, name: &'static str) -> Result<Option<i64>, CallError> {
    host::seconds(&NUMBERS, name, non_nullish(value)?.as_ref())
}

/// The options of `verify` and `isValid`. Out of line, as [`time`] is.
#[cold]
pub(crate) fn limits(value: Js) -> Result<VerifyOptions, CallError> {
    let ([max_age, clock_skew, now], unknown) = options(value, ["maxAge", "clockSkew", "now"])?;
    let [max_age, clock_skew, now] = [non_nullish(max_age)?, non_nullish(clock_skew)?, non_nullish(now)?];
    let named = [("maxAge", max_age.as_ref()), ("clockSkew", clock_skew.as_ref()), ("now", now.as_ref())];
    let limits = host::limits(&NUMBERS, named)?;
    refuse_unknown(unknown).map(|()| limits)
}

const NUMBERS: Values<'_> = Values { is_proxy: None };

/// A value, unless it is `undefined` or `null`.
pub(crate) fn non_nullish(value: Js) -> Result<Option<Js>, CallError> {
    Ok(match value.get_type()? {
        ValueType::Undefined | ValueType::Null => None,
        _ => Some(value),
    })
}

/// An array, every element read; nothing where it is not given.
pub(crate) fn elements_or_none<T>(
    value: Js,
    name: &'static str,
    of: &str,
    read: impl Fn(Js, At<'_>) -> Result<T, CallError>,
) -> Result<Vec<T>, CallError> {
    match elements(value)? {
        _ if is_undefined(value)? => Ok(Vec::new()),
        // `new Array(2 ** 32 - 1)` costs its maker nothing, and us all memory where a hole is as good as an element.
        Some(elements) if elements.len() > 1 << 20 => Err(Code::InvalidOption.into()),
        Some(elements) => read_each(elements, name, read),
        None => Err(CallError::type_error(
            value,
            At::Argument(name),
            &format!("an array of {of}"),
            Parameter::List,
            "pass [value], or leave it out",
        )),
    }
}

pub(crate) fn read_each<T>(
    values: impl Iterator<Item = Result<Js, CallError>>,
    name: &'static str,
    read: impl Fn(Js, At<'_>) -> Result<T, CallError>,
) -> Result<Vec<T>, CallError> {
    let mut elements = Vec::new();
    for (index, value) in values.enumerate() {
        elements.try_reserve(1).map_err(|_| Code::OutOfMemory)?;
        elements.push(read(value?, At::Element(name, index))?);
    }
    Ok(elements)
}

/// An unknown option is refused when all types are right, before any value is looked at.
pub(crate) fn refuse_unknown(has_unknown: bool) -> Result<(), CallError> {
    if has_unknown { Err(Code::InvalidOption.into()) } else { Ok(()) }
}
