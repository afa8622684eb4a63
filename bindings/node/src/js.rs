//! Node-API, made safe to use: values are read raw, so that no conversion method of theirs is ever called, no object
//! passes through a prototype that somebody may have changed, and a lone surrogate stays one.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU8, Ordering};

use napi_sys as sys;
use personsig::{Code, Error, Kind};
use zeroize::{Zeroize, Zeroizing};

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
    /// A value of the wrong native type: the message of the TypeError.
    WrongType(String),
    /// Code of the caller's, in a getter or a proxy, threw: its exception is pending.
    Thrown,
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
type Arguments = [Value; 5];

/// Runs the body of a function that Node calls. Errors of the library are *returned*, as a record for `index.js`, which
/// has the classes; TypeErrors and defects are thrown. A panic ends here.
pub(crate) fn enter(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    body: impl FnOnce(Env, Arguments, *mut c_void) -> Result<Value, Stop>,
) -> Value {
    let env = Env(env);
    let run = || {
        let (mut arguments, mut count, mut data) = ([null_mut(); 5], 5, null_mut());
        let read = call!(env, napi_get_cb_info(info, &mut count, arguments.as_mut_ptr(), null_mut(), &mut data));
        read.and_then(|()| body(env, arguments, data)).or_else(|stop| env.stop(stop))
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
            Stop::WrongType(message) => {
                ask!(self, napi_create_type_error(no_code, self.string(&message)?), null_mut())?
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

    /// What a message calls a value: its type, never the value.
    pub(crate) fn type_name(self, value: Value) -> Result<&'static str, Stop> {
        Ok(match self.type_of(value)? {
            Type::napi_undefined => "undefined",
            Type::napi_null => "null",
            Type::napi_boolean => "a boolean",
            Type::napi_number if self.integer(value)?.is_none() => "a number that is no integer",
            Type::napi_number => "a number",
            Type::napi_string => "a string",
            Type::napi_symbol => "a symbol",
            Type::napi_bigint => "a bigint",
            Type::napi_function => "a function",
            _ if ask!(self, napi_is_array(value), false)? => "an array",
            _ if ask!(self, napi_is_date(value), false)? => "a Date",
            _ if ask!(self, napi_is_typedarray(value), false)? => "a typed array",
            _ => "an object",
        })
    }

    /// A number without a fraction or a bigint, and whether that is exactly what the caller wrote; if not, it has the
    /// right sign and is as far out as `i128` goes. `None` for everything else.
    pub(crate) fn integer(self, value: Value) -> Result<Option<(i128, bool)>, Stop> {
        match self.type_of(value)? {
            Type::napi_number => {
                let number = ask!(self, napi_get_value_double(value), 0.0)?;
                // Beyond 2^53-1 several integers share one number.
                let exact = number.abs() <= 9_007_199_254_740_991.0;
                Ok((number.is_finite() && number.fract() == 0.0).then_some((number as i128, exact)))
            }
            Type::napi_bigint => {
                let (mut negative, mut count, mut words) = (0, 2, [0_u64; 2]);
                call!(self, napi_get_value_bigint_words(value, &mut negative, &mut count, words.as_mut_ptr()))?;
                let size = u128::from(words[1]) << 64 | u128::from(words[0]);
                let fits = match negative {
                    0 => i128::try_from(size).ok(),
                    _ => 0_i128.checked_sub_unsigned(size),
                };
                let (beyond, fits) = (if negative == 0 { i128::MAX } else { i128::MIN }, fits.filter(|_| count <= 2));
                Ok(Some((fits.unwrap_or(beyond), fits.is_some())))
            }
            _ => Ok(None),
        }
    }

    /// A string in UTF-8. Lone surrogates, which Node-API turns into U+FFFD, come as three bytes each, which are not
    /// valid UTF-8, so that different strings stay different. A short one is read into `room`.
    pub(crate) fn text<const N: usize>(self, string: Value, room: &mut [MaybeUninit<u8>; N]) -> Result<Text<'_>, Stop> {
        let length = ask!(self, napi_get_value_string_utf8(string, room.as_mut_ptr().cast(), N), 0)?;
        // Node-API keeps a byte for a NUL and cuts at a character, which has up to four bytes.
        if length + 4 >= N {
            return Ok(Text::Long(self.long_text(string)?));
        }
        // SAFETY: Node-API wrote that many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(room.as_ptr().cast::<u8>(), length) };
        if has_replacement_character(bytes) { Ok(Text::Long(self.wtf8(string)?)) } else { Ok(Text::Short(bytes)) }
    }

    /// As [`Env::text`], in memory that is wiped.
    pub(crate) fn long_text(self, string: Value) -> Result<Zeroizing<Vec<u8>>, Stop> {
        let length = ask!(self, napi_get_value_string_utf8(string, null_mut(), 0), 0)?;
        let mut bytes = zeros::<u8>(length + 1)?;
        let written = ask!(self, napi_get_value_string_utf8(string, bytes.as_mut_ptr().cast(), length + 1), 0)?;
        bytes.truncate(written);
        if has_replacement_character(&bytes) { self.wtf8(string) } else { Ok(bytes) }
    }

    fn wtf8(self, string: Value) -> Result<Zeroizing<Vec<u8>>, Stop> {
        let length = ask!(self, napi_get_value_string_utf16(string, null_mut(), 0), 0)?;
        let mut units = zeros::<u16>(length + 1)?;
        let written = ask!(self, napi_get_value_string_utf16(string, units.as_mut_ptr(), length + 1), 0)?;
        units.truncate(written);
        let mut bytes = zeros(length.saturating_mul(3))?;
        bytes.clear();
        for character in char::decode_utf16(units.iter().copied()) {
            match character {
                Ok(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(lone) => {
                    let [high, low] = lone.unpaired_surrogate().to_be_bytes();
                    bytes.extend_from_slice(&[0xed, 0x80 | high << 2 & 0x3c | low >> 6, 0x80 | low & 0x3f]);
                }
            }
        }
        Ok(bytes)
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
        let mut bytes = zeros::<u8>(if data.is_null() { 0 } else { length })?;
        for (at, byte) in bytes.iter_mut().enumerate() {
            // SAFETY: the array has that many bytes, and JavaScript, which alone can detach it, does not run. Another
            // thread may write to it where it is shared, so each byte is read as an atomic.
            *byte = unsafe { AtomicU8::from_ptr(data.cast::<u8>().add(at)) }.load(Ordering::Relaxed);
        }
        Ok(Some(bytes))
    }

    /// The elements of an array, own ones only: a hole is `undefined`, whatever `Array.prototype` holds. `None` for
    /// any other value.
    pub(crate) fn elements(self, value: Value) -> Result<Option<impl Iterator<Item = Result<Value, Stop>>>, Stop> {
        if !ask!(self, napi_is_array(value), false)? {
            return Ok(None);
        }
        let length = ask!(self, napi_get_array_length(value), 0)?;
        // `new Array(2 ** 32 - 1)` costs its maker nothing, and us all memory.
        if length > 1 << 20 {
            return Err(Stop::Refused(Code::InvalidOption.into()));
        }
        let element = move |index: u32| self.own(value, &index.to_string())?.map_or_else(|| self.undefined(), Ok);
        Ok(Some((0..length).map(element)))
    }

    /// An object's own property.
    pub(crate) fn own(self, object: Value, key: &str) -> Result<Option<Value>, Stop> {
        let key = self.string(key)?;
        match ask!(self, napi_has_own_property(object, key), false)? {
            true => ask!(self, napi_get_property(object, key), null_mut()).map(Some),
            false => Ok(None),
        }
    }

    /// The values of an object's own properties of these names, each read once, `undefined` where there is none; and
    /// whether it has another one.
    pub(crate) fn options<const N: usize>(self, object: Value, names: [&str; N]) -> Result<([Value; N], bool), Stop> {
        let (mut values, mut unknown) = ([self.undefined()?; N], false);
        match self.type_of(object)? {
            Type::napi_undefined => return Ok((values, false)),
            // An array or a Date would be taken for an object without options.
            Type::napi_object
                if !ask!(self, napi_is_array(object), false)? && !ask!(self, napi_is_date(object), false)? => {}
            _ => {
                let (given, example) = (self.type_name(object)?, names[0]);
                let message = format!("options must be an object, not {given}; pass {{ {example}: ... }}");
                return Err(Stop::WrongType(message));
            }
        }
        let how = (sys::KeyCollectionMode::own_only, sys::KeyFilter::all_properties);
        let as_text = sys::KeyConversion::numbers_to_strings;
        let keys = ask!(self, napi_get_all_property_names(object, how.0, how.1, as_text), null_mut())?;
        for index in 0..ask!(self, napi_get_array_length(keys), 0)? {
            let key = ask!(self, napi_get_element(keys, index), null_mut())?;
            let mut room = [MaybeUninit::uninit(); 64];
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

    /// A frozen object.
    pub(crate) fn object<const N: usize>(self, properties: [(&str, Value); N]) -> Result<Value, Stop> {
        let object = ask!(self, napi_create_object(), null_mut())?;
        properties.into_iter().try_for_each(|(name, value)| self.define(object, name, value))?;
        call!(self, napi_object_freeze(object)).map(|()| object)
    }

    /// A frozen array.
    pub(crate) fn array(self, mut elements: impl Iterator<Item = Result<Value, Stop>>) -> Result<Value, Stop> {
        let array = ask!(self, napi_create_array(), null_mut())?;
        (0..)
            .zip(&mut elements)
            .try_for_each(|(index, value): (u32, _)| self.define(array, &index.to_string(), value?))?;
        call!(self, napi_object_freeze(array)).map(|()| array)
    }

    /// Defines, where assigning would run a setter that somebody put on the prototype.
    fn define(self, object: Value, name: &str, value: Value) -> Result<(), Stop> {
        let property = sys::napi_property_descriptor {
            utf8name: null(),
            name: self.string(name)?,
            method: None,
            getter: None,
            setter: None,
            value,
            attributes: sys::PropertyAttributes::enumerable,
            data: null_mut(),
        };
        call!(self, napi_define_properties(object, 1, &property))
    }

    pub(crate) fn function(self, function: Callback) -> Result<Value, Stop> {
        ask!(self, napi_create_function(null(), 0, Some(function), null_mut()), null_mut())
    }

    /// A function that owns what its `data` points to, until it is collected.
    pub(crate) fn function_with<T>(self, function: Callback, data: T) -> Result<Value, Stop> {
        unsafe extern "C" fn free<T>(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
            // SAFETY: made by `Box::into_raw` below from a `T`; Node-API calls a finalizer once.
            drop(unsafe { Box::from_raw(data.cast::<T>()) });
        }
        let data = Box::into_raw(Box::new(data)).cast::<c_void>();
        let made = ask!(self, napi_create_function(null(), 0, Some(function), data), null_mut()).and_then(|function| {
            call!(self, napi_add_finalizer(function, data, Some(free::<T>), null_mut(), null_mut())).map(|()| function)
        });
        if made.is_err() {
            // SAFETY: nobody owns it: there is no function, or none that was handed to anybody.
            drop(unsafe { Box::from_raw(data.cast::<T>()) });
        }
        made
    }
}

/// What Node calls.
pub(crate) type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> Value;

/// Text of a string, on the stack where it is short.
pub(crate) enum Text<'a> {
    Short(&'a [u8]),
    Long(Zeroizing<Vec<u8>>),
}

impl Deref for Text<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Text::Short(bytes) => bytes,
            Text::Long(bytes) => bytes,
        }
    }
}

/// U+FFFD, which the string holds or Node-API put in the place of a lone surrogate.
fn has_replacement_character(bytes: &[u8]) -> bool {
    bytes.windows(3).any(|window| window == [0xef, 0xbf, 0xbd])
}

fn zeros<T: Zeroize + Clone + Default>(length: usize) -> Result<Zeroizing<Vec<T>>, Stop>
where
    Vec<T>: Zeroize,
{
    let mut vector = Zeroizing::new(Vec::new());
    vector.try_reserve_exact(length).map_err(|_| Stop::Refused(Code::OutOfMemory.into()))?;
    vector.resize(length, T::default());
    Ok(vector)
}
