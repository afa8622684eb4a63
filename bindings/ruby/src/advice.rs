//! What to pass instead of a value of a wrong type: what leads to the *right* id, secret or time.
//!
//! A class is known by its name or by Ruby's own modules. No method of a value is called, and no value is repeated.

use std::borrow::Cow;

use magnus::{Float, RArray, RHash, RString, Ruby, Symbol, Value, prelude::*};
use personsig::host::{CALL_IT, ITS_ID, LOGGED_IN, NO_FLOAT, is_whole};

type Advice = Cow<'static, str>;

/// Classes whose `to_s` is the id that they stand for.
const PRINTS_ITS_ID: &[&str] = &["BSON::ObjectId", "UUID", "UUIDTools::UUID", "ULID", "TypeID", "Uuidx::Uuid"];

#[cold]
pub(crate) fn id(ruby: &Ruby, value: Value) -> Advice {
    if is_nobody(ruby, value) {
        return LOGGED_IN.into();
    }
    if let Some(float) = Float::from_value(value) {
        return if is_whole(float.to_f64()) { "pass an Integer: id.to_i" } else { NO_FLOAT }.into();
    }
    if RArray::from_value(value).is_some() || RHash::from_value(value).is_some() {
        return "pass one id, such as user[:id]; sign_many signs an Array of ids".into();
    }
    if Symbol::from_value(value).is_some() {
        return "pass its id, such as user.id, or id.to_s where the Symbol is the id".into();
    }
    if is_callable(ruby, value) {
        return CALL_IT.into();
    }
    match &*class_name(value) {
        "BigDecimal" | "Rational" | "Complex" => "pass the id as an Integer or a String, as it was first".into(),
        name if PRINTS_ITS_ID.contains(&name) => "pass id.to_s".into(),
        _ if is_many(ruby, value) => "pass one id; sign_many signs an Array of ids".into(),
        _ => ITS_ID.into(),
    }
}

#[cold]
pub(crate) fn secret(ruby: &Ruby, value: Value) -> Advice {
    if RArray::from_value(value).is_some() {
        return "pass one secret as a String; older ones go into fallback_secrets".into();
    }
    text(ruby, value, "pass the secret as a String, as the provider shows it")
}

#[cold]
pub(crate) fn signature(ruby: &Ruby, value: Value) -> Advice {
    if RArray::from_value(value).is_some() || RHash::from_value(value).is_some() {
        return "pass the signature as it arrived, or nil; Rack makes an Array or a Hash of ?signature[]= in a query, \
                which is no signature"
            .into();
    }
    text(ruby, value, "pass the signature as it arrived, or nil")
}

/// `otherwise`, or how to get at the String.
#[cold]
pub(crate) fn text(ruby: &Ruby, value: Value, otherwise: &'static str) -> Advice {
    if is_callable(ruby, value) {
        "call it, and pass the String that it returns".into()
    } else if Symbol::from_value(value).is_some() {
        format!("{otherwise}; a Symbol is none").into()
    } else {
        otherwise.into()
    }
}

#[cold]
pub(crate) fn list(ruby: &Ruby, parameter: &str, value: Value) -> Advice {
    let is_text = RString::from_value(value).is_some() || Symbol::from_value(value).is_some();
    if is_nobody(ruby, value) {
        "pass an Array, such as []".into()
    } else if is_callable(ruby, value) {
        "call it, and pass the Array that it returns".into()
    } else if RHash::from_value(value).is_some() {
        format!("pass {parameter}.keys or {parameter}.values, whichever they are").into()
    } else if !is_text && is_many(ruby, value) {
        format!("pass {parameter}.to_a").into()
    } else {
        "put it in brackets: [value]".into()
    }
}

#[cold]
pub(crate) fn seconds(ruby: &Ruby, parameter: &str, value: Value) -> Advice {
    let float = Float::from_value(value).map(Float::to_f64);
    let is_time = value.is_kind_of(ruby.class_time());
    match &*class_name(value) {
        "ActiveSupport::Duration" | "ActiveSupport::TimeWithZone" | "Rational" | "BigDecimal" => {
            format!("pass {parameter}.to_i").into()
        }
        "DateTime" => format!("pass {parameter}.to_time.to_i").into(),
        _ if is_time || float.is_some_and(f64::is_finite) => format!("pass {parameter}.to_i").into(),
        _ if parameter == "now" => "pass Unix time in whole seconds: Time.now.to_i".into(),
        _ => "pass whole seconds, such as 3600".into(),
    }
}

#[cold]
pub(crate) fn trait_value(ruby: &Ruby, value: Value) -> Advice {
    let is_time = value.is_kind_of(ruby.class_time());
    match &*class_name(value) {
        "Date" | "DateTime" | "ActiveSupport::TimeWithZone" => "pass it as a String, such as date.iso8601".into(),
        _ if is_time => "pass it as a String, such as time.iso8601".into(),
        _ if is_callable(ruby, value) => "call it, and pass what it returns".into(),
        _ if value.is_kind_of(ruby.class_struct()) => "pass its to_h".into(),
        _ if Symbol::from_value(value).is_none() && is_many(ruby, value) => "pass its to_a".into(),
        _ => "pass it as a String".into(),
    }
}

/// nil, true and false.
fn is_nobody(ruby: &Ruby, value: Value) -> bool {
    let is = |class| value.is_kind_of(class);
    value.is_nil() || is(ruby.class_true_class()) || is(ruby.class_false_class())
}

fn is_callable(ruby: &Ruby, value: Value) -> bool {
    value.is_kind_of(ruby.class_proc()) || value.is_kind_of(ruby.class_method())
}

/// A Range, a Set, an Enumerator, a relation: what has `to_a`. A Struct's would be its fields.
fn is_many(ruby: &Ruby, value: Value) -> bool {
    value.is_kind_of(ruby.module_enumerable()) && !value.is_kind_of(ruby.class_struct())
}

pub(crate) fn class_name(value: Value) -> String {
    // SAFETY: it is copied at once.
    unsafe { value.classname() }.into_owned()
}
