//! Node-API, made safe to use: values are read raw, so that no conversion method of theirs is ever called, no object
//! passes through a prototype that somebody may have changed, and a lone surrogate stays one.

use std::borrow::Cow;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use napi_sys as sys;
use personsig::{Code, Error, Kind};
use zeroize::Zeroizing;

use crate::advice::{Parameter, wrong};
use crate::text::{Room, Text, UNITS_MAX, encode};

pub(crate) use napi_sys::ValueType as Type;
pub(crate) use napi_sys::napi_value as Value;

/// Calls Node-API.
macro_rules! call {
    ($env:expr, $function:ident($($argument:expr),*)) => {
        // SAFETY: an `Env` and its values live for one call from Node, on its thread; every pointer among the
        // arguments is to a place that outlives this call and has the size that is passed with it.
        match unsafe { sys::$function($env.0, $($argument),*) } {
            sys::Status::napi_ok => Ok(()),
            _ => Err(Stop::Thrown),
        }
    };
}

/// Calls a function of Node-API whose last parameter is where it writes its answer.
macro_rules! ask {
    ($env:expr, $function:ident($($argument:expr),*), $initial:expr) => {{
        let mut answer = $initial;
        call!($env, $function($($argument,)* &mut answer)).map(|()| answer)
    }};
}

/// Why there is no result.
pub(crate) enum Stop {
    /// The library's own error.
    Refused(Error),
    /// A value of the wrong native type.
    WrongType(WrongType),
    /// What was passed for a Signer's handle is none. `index.js` never does that.
    NoSigner,
    /// Code of the caller's, in a getter or a proxy, threw: its exception is pending.
    Thrown,
}

/// What a TypeError is made of: the value, its place, what it must be, the parameter's kind, and what to do about it
/// unless the value's own kind says that.
pub(crate) struct WrongType {
    pub(crate) value: Value,
    pub(crate) at: String,
    pub(crate) expected: String,
    pub(crate) parameter: Parameter,
    pub(crate) fix: String,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Refused(error)
    }
}

/// Node's side of one call.
#[derive(Clone, Copy)]
pub(crate) struct Env(sys::napi_env);

/// The arguments of one call, `undefined` where there are fewer.
type Arguments = [Value; 6];

/// Runs the body of a function that Node calls. Errors of the library and TypeErrors are *returned*, as a record for
/// `index.js`, which has the classes, those of its own realm; defects are thrown. A panic ends here.
pub(crate) fn enter(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    body: impl FnOnce(Env, Arguments) -> Result<Value, Stop>,
) -> Value {
    let env = Env(env);
    let run = || {
        let (mut arguments, mut count) = ([null_mut(); 6], 6);
        let read = call!(env, napi_get_cb_info(info, &mut count, arguments.as_mut_ptr(), null_mut(), null_mut()));
        read.and_then(|()| body(env, arguments)).or_else(|stop| env.stop(stop))
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.unwrap_or(null_mut()),
        Err(panic) => {
            // Dropping what a panic carries may panic again.
            std::mem::forget(panic);
            let _ = env.stop(Stop::Refused(Code::Internal.into()));
            null_mut()
        }
    }
}

impl Env {
    /// For the one call in which Node loads the addon.
    pub(crate) fn new(env: sys::napi_env) -> Self {
        Env(env)
    }

    fn stop(self, stop: Stop) -> Result<Value, Stop> {
        let no_code = null_mut();
        let error = match stop {
            _ if ask!(self, napi_is_exception_pending(), false)? => return Err(Stop::Thrown),
            Stop::Refused(error) => match error.kind() {
                Kind::Input => return self.record("input", &error),
                Kind::Verification => return self.record("verification", &error),
                _ => ask!(self, napi_create_error(no_code, self.string(&error.to_string())?), null_mut())?,
            },
            Stop::WrongType(WrongType { value, at, expected, parameter, fix }) => {
                return self.object([
                    ("kind", self.string("type")?),
                    ("value", value),
                    ("at", self.string(&at)?),
                    ("expected", self.string(&expected)?),
                    ("parameter", self.number(f64::from(parameter as u8))?),
                    ("fix", self.string(&fix)?),
                ]);
            }
            Stop::NoSigner => {
                let message = self.string("the first argument must be a Signer's handle")?;
                ask!(self, napi_create_type_error(no_code, message), null_mut())?
            }
            // Node-API refused a call that this file should not have made.
            Stop::Thrown => return self.stop(Stop::Refused(Code::Internal.into())),
        };
        call!(self, napi_throw(error))?;
        Err(Stop::Thrown)
    }

    fn record(self, kind: &str, error: &Error) -> Result<Value, Stop> {
        self.object([
            ("kind", self.string(kind)?),
            ("code", self.string(error.code().name())?),
            ("message", self.string(&error.to_string())?),
            ("index", error.index().map_or_else(|| self.undefined(), |index| self.number(index as f64))?),
        ])
    }

    // Reading.

    pub(crate) fn type_of(self, value: Value) -> Result<i32, Stop> {
        ask!(self, napi_typeof(value), 0)
    }

    /// What a message calls a value: its type, never the value. `kind` is what `index.js` knows of an object.
    pub(crate) fn type_name(self, value: Value, kind: &str) -> Result<Cow<'static, str>, Stop> {
        Ok(Cow::Borrowed(match self.type_of(value)? {
            Type::napi_undefined => "undefined",
            Type::napi_null => "null",
            Type::napi_boolean => "a boolean",
            Type::napi_number => match self.double(value)? {
                number if number.is_nan() => "NaN",
                number if number.is_infinite() => "an infinite number",
                number if number.fract() != 0.0 => "a number with a fraction",
                _ => "a number",
            },
            Type::napi_string => "a string",
            Type::napi_symbol => "a symbol",
            Type::napi_bigint => "a bigint",
            Type::napi_function => "a function",
            _ if !kind.is_empty() => return Ok(Cow::Owned(kind.to_owned())),
            _ if ask!(self, napi_is_array(value), false)? => "an array",
            _ if ask!(self, napi_is_date(value), false)? => "a Date",
            _ if self.is_plain(value)? => "a plain object",
            _ => "an object of a class",
        }))
    }

    /// A number without a fraction or a bigint, and whether that is exactly what the caller wrote; if not, it has the
    /// right sign and is as far out as `i128` goes. `None` for everything else.
    pub(crate) fn integer(self, value: Value) -> Result<Option<(i128, bool)>, Stop> {
        match self.type_of(value)? {
            Type::napi_number => {
                let number = self.double(value)?;
                // Beyond 2^53-1 several integers share one number.
                let exact = number.abs() <= 9_007_199_254_740_991.0;
                Ok((number.is_finite() && number.fract() == 0.0).then_some((number as i128, exact)))
            }
            Type::napi_bigint => self.bigint(value).map(Some),
            _ => Ok(None),
        }
    }

    /// As [`Env::integer`].
    pub(crate) fn bigint(self, value: Value) -> Result<(i128, bool), Stop> {
        let (mut negative, mut count, mut words) = (0, 2, [0_u64; 2]);
        call!(self, napi_get_value_bigint_words(value, &mut negative, &mut count, words.as_mut_ptr()))?;
        let size = u128::from(words[1]) << 64 | u128::from(words[0]);
        let fits = match negative {
            0 => i128::try_from(size).ok(),
            _ => 0_i128.checked_sub_unsigned(size),
        };
        let (beyond, fits) = (if negative == 0 { i128::MAX } else { i128::MIN }, fits.filter(|_| count <= 2));
        Ok((fits.unwrap_or(beyond), fits.is_some()))
    }

    pub(crate) fn double(self, number: Value) -> Result<f64, Stop> {
        ask!(self, napi_get_value_double(number), 0.0)
    }

    pub(crate) fn truth(self, boolean: Value) -> Result<bool, Stop> {
        ask!(self, napi_get_value_bool(boolean), false)
    }

    /// A string's text; a short one is read into `room`.
    pub(crate) fn text(self, string: Value, room: &mut Room) -> Result<Text<'_>, Stop> {
        let units = room.units.as_mut_ptr().cast();
        match ask!(self, napi_get_value_string_utf16(string, units, UNITS_MAX + 1), 0)? {
            // There may be more: Node-API keeps one unit for a NUL.
            UNITS_MAX => self.long_text(string).map(Text::Long),
            // SAFETY: Node-API wrote so many units.
            length => Ok(Text::Short(unsafe { room.text(length) })),
        }
    }

    /// As [`Env::text`].
    pub(crate) fn long_text(self, string: Value) -> Result<Vec<u8>, Stop> {
        encoded(&self.units(string)?)
    }

    /// As [`Env::text`], in memory that is wiped.
    pub(crate) fn secret_text(self, string: Value) -> Result<Zeroizing<Vec<u8>>, Stop> {
        encoded(&Zeroizing::new(self.units(string)?)).map(Zeroizing::new)
    }

    fn units(self, string: Value) -> Result<Vec<u16>, Stop> {
        let length = ask!(self, napi_get_value_string_utf16(string, null_mut(), 0), 0)?;
        let mut units = with_capacity(length + 1)?;
        let written = ask!(self, napi_get_value_string_utf16(string, units.as_mut_ptr(), length + 1), 0)?;
        // SAFETY: Node-API wrote so many, of those that there is room for.
        unsafe { units.set_len(written) };
        Ok(units)
    }

    /// A copy of what a `Uint8Array` shows, a `Buffer` included; nothing where it is detached. `None` for any other value.
    pub(crate) fn bytes(self, value: Value) -> Result<Option<Zeroizing<Vec<u8>>>, Stop> {
        if !ask!(self, napi_is_typedarray(value), false)? {
            return Ok(None);
        }
        let (mut kind, mut length, mut data) = (0, 0, null_mut());
        let (no_buffer, no_offset) = (null_mut(), null_mut());
        call!(self, napi_get_typedarray_info(value, &mut kind, &mut length, &mut data, no_buffer, no_offset))?;
        if kind != sys::TypedarrayType::uint8_array {
            return Ok(None);
        }
        let length = if data.is_null() { 0 } else { length };
        let mut bytes = Zeroizing::new(with_capacity(length)?);
        // SAFETY: the array has that many bytes, and JavaScript, which alone can detach it, does not run. Another
        // thread may write to it where it is shared, so each byte is read as an atomic.
        bytes.extend((0..length).map(|at| unsafe { AtomicU8::from_ptr(data.cast::<u8>().add(at)) }.load(Relaxed)));
        Ok(Some(bytes))
    }

    /// The elements of an array, own ones only: a hole is `undefined`, whatever `Array.prototype` holds. `None` for
    /// any other value.
    pub(crate) fn elements(
        self,
        value: Value,
    ) -> Result<Option<impl ExactSizeIterator<Item = Result<Value, Stop>>>, Stop> {
        if !ask!(self, napi_is_array(value), false)? {
            return Ok(None);
        }
        let length = ask!(self, napi_get_array_length(value), 0)?;
        Ok(Some(self.numbered(value, length as usize)))
    }

    /// An object's own properties 0, 1 and so on.
    pub(crate) fn numbered(self, object: Value, count: usize) -> impl ExactSizeIterator<Item = Result<Value, Stop>> {
        (0..count).map(move |index| self.own(object, self.string(&index.to_string())?))
    }

    /// Whether it is an object that `{ ... }` made, in any realm (jest's tests are in one of their own), or one without a
    /// prototype. Proxies seem to have none.
    pub(crate) fn is_plain(self, object: Value) -> Result<bool, Stop> {
        let prototype = |object| ask!(self, napi_get_prototype(object), null_mut());
        let is_null = |value| self.type_of(value).map(|kind| kind == Type::napi_null);
        let parent = prototype(object)?;
        // A realm's Object.prototype is the one object that has no prototype and has this method.
        Ok(is_null(parent)? || is_null(prototype(parent)?)? && self.has_own(parent, self.string("hasOwnProperty")?)?)
    }

    /// The names of an object's own enumerable properties, strings before symbols.
    pub(crate) fn enumerable_keys(self, object: Value) -> Result<impl Iterator<Item = Result<Value, Stop>>, Stop> {
        self.keys(object, sys::KeyFilter::enumerable)
    }

    fn keys(self, object: Value, which: i32) -> Result<impl Iterator<Item = Result<Value, Stop>>, Stop> {
        let (mode, as_text) = (sys::KeyCollectionMode::own_only, sys::KeyConversion::numbers_to_strings);
        let keys = ask!(self, napi_get_all_property_names(object, mode, which, as_text), null_mut())?;
        let length = ask!(self, napi_get_array_length(keys), 0)?;
        Ok((0..length).map(move |index| ask!(self, napi_get_element(keys, index), null_mut())))
    }

    /// An object's own property; `undefined` where there is none, whatever the prototype holds.
    pub(crate) fn own(self, object: Value, key: Value) -> Result<Value, Stop> {
        match self.has_own(object, key)? {
            true => ask!(self, napi_get_property(object, key), null_mut()),
            false => self.undefined(),
        }
    }

    fn has_own(self, object: Value, key: Value) -> Result<bool, Stop> {
        ask!(self, napi_has_own_property(object, key), false)
    }

    /// Runs `body`. Of the values that it makes, all but the result can be collected then.
    pub(crate) fn scope(self, body: impl FnOnce() -> Result<Value, Stop>) -> Result<Value, Stop> {
        let scope = ask!(self, napi_open_escapable_handle_scope(), null_mut())?;
        let result = body().and_then(|value| ask!(self, napi_escape_handle(scope, value), null_mut()));
        call!(self, napi_close_escapable_handle_scope(scope)).and(result)
    }

    /// Calls a function of `index.js`.
    pub(crate) fn ask(self, function: Value, arguments: &[Value]) -> Result<Value, Stop> {
        let this = self.undefined()?;
        ask!(self, napi_call_function(this, function, arguments.len(), arguments.as_ptr()), null_mut())
    }

    pub(crate) fn is_undefined(self, value: Value) -> Result<bool, Stop> {
        Ok(self.type_of(value)? == Type::napi_undefined)
    }

    /// The values of an object's own properties of these names, each read once, `undefined` where there is none; and
    /// whether it has another one.
    pub(crate) fn options<const N: usize>(self, object: Value, names: [&str; N]) -> Result<([Value; N], bool), Stop> {
        let (mut values, mut unknown) = ([self.undefined()?; N], false);
        match self.type_of(object)? {
            Type::napi_undefined => return Ok((values, false)),
            // Another object, a Promise or a Map, would be taken for one without options. `index.js` never passes a Proxy.
            Type::napi_object if self.is_plain(object)? => {}
            _ => {
                let fix = format!("pass {{ {}: ... }}", names[0]);
                return wrong(object, &"options", "a plain object", Parameter::Options, &fix);
            }
        }
        for key in self.keys(object, sys::KeyFilter::all_properties)? {
            let key = key?;
            let mut room = Room::NEW;
            let known = match self.type_of(key)? {
                Type::napi_string => {
                    let key = self.text(key, &mut room)?;
                    names.iter().position(|name| name.as_bytes() == &*key)
                }
                _ => None,
            };
            match known {
                Some(known) => values[known] = ask!(self, napi_get_property(object, key), null_mut())?,
                None => unknown = true,
            }
        }
        Ok((values, unknown))
    }

    // Making.

    pub(crate) fn undefined(self) -> Result<Value, Stop> {
        ask!(self, napi_get_undefined(), null_mut())
    }

    pub(crate) fn null(self) -> Result<Value, Stop> {
        ask!(self, napi_get_null(), null_mut())
    }

    pub(crate) fn boolean(self, boolean: bool) -> Result<Value, Stop> {
        ask!(self, napi_get_boolean(boolean), null_mut())
    }

    pub(crate) fn number(self, number: f64) -> Result<Value, Stop> {
        ask!(self, napi_create_double(number), null_mut())
    }

    pub(crate) fn string(self, text: &str) -> Result<Value, Stop> {
        ask!(self, napi_create_string_utf8(text.as_ptr().cast(), text.len() as isize), null_mut())
    }

    /// Cheaper than [`Env::string`].
    pub(crate) fn ascii(self, text: &str) -> Result<Value, Stop> {
        debug_assert!(text.is_ascii(), "Latin-1 and UTF-8 have ASCII in common");
        ask!(self, napi_create_string_latin1(text.as_ptr().cast(), text.len() as isize), null_mut())
    }

    pub(crate) fn object<const N: usize>(self, properties: [(&str, Value); N]) -> Result<Value, Stop> {
        let object = ask!(self, napi_create_object(), null_mut())?;
        properties.into_iter().try_for_each(|(name, value)| self.define(object, name, value)).map(|()| object)
    }

    pub(crate) fn array(self, elements: impl Iterator<Item = Result<Value, Stop>>) -> Result<Value, Stop> {
        let array = ask!(self, napi_create_array(), null_mut())?;
        let mut numbered = elements.enumerate();
        numbered.try_for_each(|(index, value)| self.define(array, &index.to_string(), value?)).map(|()| array)
    }

    pub(crate) fn frozen_object<const N: usize>(self, properties: [(&str, Value); N]) -> Result<Value, Stop> {
        self.frozen(self.object(properties)?)
    }

    pub(crate) fn frozen_array(self, elements: impl Iterator<Item = Result<Value, Stop>>) -> Result<Value, Stop> {
        self.frozen(self.array(elements)?)
    }

    fn frozen(self, object: Value) -> Result<Value, Stop> {
        call!(self, napi_object_freeze(object)).map(|()| object)
    }

    /// Defines, where assigning would run a setter that somebody put on the prototype.
    fn define(self, object: Value, name: &str, value: Value) -> Result<(), Stop> {
        use sys::PropertyAttributes::{configurable, enumerable, writable};

        let property = sys::napi_property_descriptor {
            utf8name: null(),
            name: self.string(name)?,
            method: None,
            getter: None,
            setter: None,
            value,
            attributes: configurable | enumerable | writable,
            data: null_mut(),
        };
        call!(self, napi_define_properties(object, 1, &property))
    }

    pub(crate) fn function(self, function: Callback) -> Result<Value, Stop> {
        ask!(self, napi_create_function(null(), 0, Some(function), null_mut()), null_mut())
    }

    /// A value that JavaScript can hold and pass on, and nothing else. `free` is called when nobody holds it any more.
    pub(crate) fn external(self, data: *mut c_void, free: Finalizer) -> Result<Value, Stop> {
        ask!(self, napi_create_external(data, Some(free), null_mut()), null_mut())
    }

    /// What an External was made of; null for another value.
    pub(crate) fn behind(self, external: Value) -> *mut c_void {
        ask!(self, napi_get_value_external(external), null_mut()).unwrap_or(null_mut())
    }
}

/// What Node calls.
pub(crate) type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> Value;
type Finalizer = unsafe extern "C" fn(sys::napi_env, *mut c_void, *mut c_void);

fn encoded(units: &[u16]) -> Result<Vec<u8>, Stop> {
    let is_ascii = units.iter().fold(0, |all, unit| all | unit) < 0x80;
    let mut bytes = with_capacity(if is_ascii { units.len() } else { units.len() * 3 })?;
    let length = encode(units, bytes.spare_capacity_mut());
    // SAFETY: `encode` wrote so many.
    unsafe { bytes.set_len(length) };
    Ok(bytes)
}

/// Never grown, so that no part of a secret stays behind.
fn with_capacity<T>(length: usize) -> Result<Vec<T>, Stop> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(length).map_err(|_| Stop::Refused(Code::OutOfMemory.into()))?;
    Ok(vector)
}
