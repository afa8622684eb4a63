//! personsig for Node: the addon beneath `index.js`.
//!
//! It gives functions and no classes: what `index.js` keeps in a private field is one native function a Signer, which no
//! JavaScript can copy, inspect or pass another object to.

mod js;

use std::borrow::Cow;
use std::mem::MaybeUninit;

use js::{Env, Stop, Text, Type, Value, enter};
use napi_sys::{napi_callback_info, napi_env};
use personsig::{Code, Finding, Secret, Signer, UserId, VerifyOptions};
use zeroize::Zeroizing;

/// Node calls this once an isolate.
#[unsafe(no_mangle)]
extern "C" fn napi_register_module_v1(env: napi_env, _exports: Value) -> Value {
    let env = Env::new(env);
    let exports = || {
        env.object([
            ("signer", env.function(signer)?),
            ("fromEnv", env.function(from_env)?),
            ("providers", providers(env)?),
            ("version", env.string(personsig::VERSION)?),
        ])
    };
    exports().unwrap_or(std::ptr::null_mut())
}

/// The least Node-API that this needs.
#[unsafe(no_mangle)]
extern "C" fn node_api_module_get_api_version_v1() -> i32 {
    8
}

/// `signer(provider, secret, { fallbackSecrets })`: a Signer, as the function `call`.
unsafe extern "C" fn signer(env: napi_env, info: napi_callback_info) -> Value {
    enter(env, info, |env, [provider, secret, options, ..], _| {
        let provider = provider_name(env, provider)?;
        let secret = Key::read(env, secret, "secret")?;
        let ([fallbacks], unknown) = env.options(options, ["fallbackSecrets"])?;
        let fallbacks = list(env, fallbacks, "fallbackSecrets", "secrets", Key::read)?;
        known(unknown)?;
        let fallbacks: Vec<_> = fallbacks.iter().map(Key::as_secret).collect();
        env.function_with(call, Signer::with_fallbacks(&lossy(&provider), secret.as_secret(), &fallbacks)?)
    })
}

/// `fromEnv(process.env, provider, { variable })`: as `signer`.
unsafe extern "C" fn from_env(env: napi_env, info: napi_callback_info) -> Value {
    enter(env, info, |env, [variables, provider, options, ..], _| {
        let provider = provider_name(env, provider)?;
        let ([variable], unknown) = env.options(options, ["variable"])?;
        let variable = match env.type_of(variable)? {
            Type::napi_undefined | Type::napi_null => None,
            Type::napi_string => Some(env.long_text(variable)?),
            _ => return wrong(env, variable, "variable", "a string", "pass the name of an environment variable"),
        };
        known(unknown)?;
        let variable = variable.as_ref().map(|name| name.as_slice());
        let signer = Signer::from_lookup(&lossy(&provider), variable, |name| {
            // Where a trap of a proxy threw, that is what the caller gets.
            let value = env.own(variables, name).map_err(|_| Code::Internal)?;
            match value.filter(|value| env.type_of(*value).is_ok_and(|kind| kind == Type::napi_string)) {
                // Node has turned bytes that are not UTF-8 into U+FFFD.
                Some(value) => match env.long_text(value).map_err(|_| Code::OutOfMemory)? {
                    text if str::from_utf8(&text).is_ok_and(|text| !text.contains('\u{fffd}')) => Ok(Some(text)),
                    _ => Err(Code::InvalidText),
                },
                None => Ok(None::<Zeroizing<Vec<u8>>>),
            }
        })?;
        env.function_with(call, signer)
    })
}

/// `call(operation, ...)`, a method of the Signer that this function owns. The numbers are index.js's.
unsafe extern "C" fn call(env: napi_env, info: napi_callback_info) -> Value {
    enter(env, info, |env, [operation, arguments @ ..], signer| {
        // SAFETY: put there by `function_with`, and alive for as long as this function, which is being called.
        let signer = unsafe { &*signer.cast::<Signer>() };
        match env.integer(operation)? {
            Some((0, _)) => sign(env, signer, arguments),
            Some((1, _)) => verify(env, signer, arguments),
            Some((2, _)) => is_valid(env, signer, arguments),
            Some((3, _)) => explain(env, signer, arguments),
            _ => env.string(signer.provider().name),
        }
    })
}

/// The arguments of a method.
type Rest = [Value; 4];

fn sign(env: Env, signer: &Signer, [user_id, options, ..]: Rest) -> Result<Value, Stop> {
    let mut room = ROOM;
    let user_id = Id::read(env, user_id, "userId", Some(&mut room))?;
    let ([now], unknown) = env.options(options, ["now"])?;
    let now = seconds(env, now, "now")?;
    known(unknown)?;
    env.string(&signer.sign_at(user_id.as_user_id(), now)?)
}

fn verify(env: Env, signer: &Signer, arguments: Rest) -> Result<Value, Stop> {
    with_shown(env, arguments, |user_id, signature, options| {
        let verified = signer.verify_with(user_id, signature, &options)?;
        env.object([
            ("secretIndex", env.number(verified.secret_index as f64)?),
            ("signedAt", verified.signed_at.map_or_else(|| env.null(), |time| env.number(time as f64))?),
        ])
    })
}

fn is_valid(env: Env, signer: &Signer, arguments: Rest) -> Result<Value, Stop> {
    with_shown(env, arguments, |user_id, signature, options| {
        env.boolean(signer.is_valid(user_id, signature, &options)?)
    })
}

/// Reads what `verify` and `isValid` take.
fn with_shown(
    env: Env,
    [user_id, signature, options, ..]: Rest,
    judge: impl FnOnce(UserId<'_>, &[u8], VerifyOptions) -> Result<Value, Stop>,
) -> Result<Value, Stop> {
    let (mut id_room, mut signature_room) = (ROOM, ROOM);
    let user_id = Id::read(env, user_id, "userId", Some(&mut id_room))?;
    let signature = shown(env, signature, &mut signature_room)?;
    let (values, unknown) = env.options(options, ["maxAge", "clockSkew", "now"])?;
    let [max_age, clock_skew, now] = values;
    let options = VerifyOptions {
        max_age: seconds(env, max_age, "maxAge")?,
        clock_skew: seconds(env, clock_skew, "clockSkew")?,
        now: seconds(env, now, "now")?,
    };
    known(unknown)?;
    judge(user_id.as_user_id(), &signature, options)
}

fn explain(env: Env, signer: &Signer, [user_id, signature, options, ..]: Rest) -> Result<Value, Stop> {
    let (mut id_room, mut signature_room) = (ROOM, ROOM);
    let user_id = Id::read(env, user_id, "userId", Some(&mut id_room))?;
    let signature = shown(env, signature, &mut signature_room)?;
    let ([also, now], unknown) = env.options(options, ["also", "now"])?;
    let also = list(env, also, "also", "ids", |env, value, name| Id::read(env, value, name, None))?;
    let now = seconds(env, now, "now")?;
    known(unknown)?;
    let also: Vec<_> = also.iter().map(Id::as_user_id).collect();
    let findings = signer.explain(user_id.as_user_id(), &*signature, &also, now)?;
    let finding = |Finding { code, message, fix, index, .. }: &Finding| {
        env.object([
            ("code", env.string(code)?),
            ("message", env.string(message)?),
            ("fix", env.string(fix)?),
            ("index", index.map_or_else(|| env.null(), |index| env.number(index as f64))?),
        ])
    };
    env.array(findings.iter().map(finding))
}

fn providers(env: Env) -> Result<Value, Stop> {
    env.array(personsig::providers().iter().map(|row| {
        env.object([
            ("name", env.string(row.name)?),
            ("title", env.string(row.title)?),
            ("scheme", env.string(row.scheme.name())?),
            ("secretVariable", env.string(row.secret_variable)?),
            ("documentation", env.string(row.documentation)?),
        ])
    }))
}

/// Room on the stack for a text of 1 KiB.
type Room = [MaybeUninit<u8>; 1024 + 5];
const ROOM: Room = [MaybeUninit::uninit(); 1024 + 5];

/// What can be signed.
enum Id<'a> {
    Text(Text<'a>),
    Integer(i128),
    IntegerTooLarge,
}

impl<'a> Id<'a> {
    fn read(env: Env, value: Value, name: &str, room: Option<&'a mut Room>) -> Result<Self, Stop> {
        let fix = match (env.type_of(value)?, room) {
            (Type::napi_string, Some(room)) => return Ok(Id::Text(env.text(value, room)?)),
            (Type::napi_string, None) => return Ok(Id::Text(Text::Long(env.long_text(value)?))),
            (Type::napi_undefined | Type::napi_null, _) => "pass the id of a user who is logged in",
            _ => "pass String(id)",
        };
        match env.integer(value)? {
            Some((integer, true)) => Ok(Id::Integer(integer)),
            Some((_, false)) => Ok(Id::IntegerTooLarge),
            None => wrong(env, value, name, "a string or an integer", fix),
        }
    }

    fn as_user_id(&self) -> UserId<'_> {
        match self {
            Id::Text(text) => UserId::Bytes(text),
            Id::Integer(integer) => UserId::Integer(*integer),
            Id::IntegerTooLarge => UserId::IntegerTooLarge,
        }
    }
}

/// A secret, in a copy that is wiped.
enum Key {
    Missing,
    Text(Zeroizing<Vec<u8>>),
    Bytes(Zeroizing<Vec<u8>>),
}

impl Key {
    fn read(env: Env, value: Value, name: &str) -> Result<Self, Stop> {
        match env.type_of(value)? {
            Type::napi_undefined | Type::napi_null => Ok(Key::Missing),
            Type::napi_string => Ok(Key::Text(env.long_text(value)?)),
            _ => match env.bytes(value)? {
                Some(bytes) => Ok(Key::Bytes(bytes)),
                None => wrong(env, value, name, "a string or a Uint8Array", "pass the secret as the provider shows it"),
            },
        }
    }

    fn as_secret(&self) -> Secret<'_> {
        match self {
            Key::Missing => Secret::Missing,
            Key::Text(text) if str::from_utf8(text).is_err() => Secret::Invalid,
            Key::Text(bytes) | Key::Bytes(bytes) => Secret::Bytes(bytes),
        }
    }
}

/// In memory that is wiped: people swap the provider and the secret.
fn provider_name(env: Env, value: Value) -> Result<Zeroizing<Vec<u8>>, Stop> {
    match env.type_of(value)? {
        Type::napi_string => env.long_text(value),
        _ => wrong(env, value, "provider", "a string", "pass its name first, such as 'gosquared', then the secret"),
    }
}

/// What is not Unicode is no provider's name, nor a variable's that could be set.
fn lossy(text: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(text)
}

/// A signature as it was shown; one that is not there is the empty text.
fn shown<'a>(env: Env, value: Value, room: &'a mut Room) -> Result<Text<'a>, Stop> {
    match env.type_of(value)? {
        Type::napi_undefined | Type::napi_null => Ok(Text::Short(&[])),
        Type::napi_string => env.text(value, room),
        _ => wrong(env, value, "signature", "a string", "pass it exactly as the page sent it"),
    }
}

/// A time or a length of time. What `i64` does not hold is out of the core's range on the same side.
fn seconds(env: Env, value: Value, name: &str) -> Result<Option<i64>, Stop> {
    if let Type::napi_undefined | Type::napi_null = env.type_of(value)? {
        return Ok(None);
    }
    match env.integer(value)? {
        Some((integer, _)) => Ok(Some(integer.clamp(i64::MIN.into(), i64::MAX.into()) as i64)),
        None => wrong(env, value, name, "an integer, in whole seconds", "a time is Math.floor(Date.now() / 1000)"),
    }
}

/// An array, every element read; none where it is not given.
fn list<T>(
    env: Env,
    value: Value,
    name: &str,
    of: &str,
    read: impl Fn(Env, Value, &str) -> Result<T, Stop>,
) -> Result<Vec<T>, Stop> {
    if env.type_of(value)? == Type::napi_undefined {
        return Ok(Vec::new());
    }
    match env.elements(value)? {
        Some(elements) => {
            elements.enumerate().map(|(index, item)| read(env, item?, &format!("{name}[{index}]"))).collect()
        }
        None => wrong(env, value, name, &format!("an array of {of}"), "pass [ ... ] or leave it out"),
    }
}

/// An option that is not known is refused when all types are right, before any value is looked at.
fn known(unknown: bool) -> Result<(), Stop> {
    if unknown { Err(Stop::Refused(Code::InvalidOption.into())) } else { Ok(()) }
}

/// The TypeError: parameter, type and way out, never the value.
fn wrong<T>(env: Env, value: Value, name: &str, expected: &str, fix: &str) -> Result<T, Stop> {
    let given = env.type_name(value)?;
    Err(Stop::WrongType(format!("{name} must be {expected}, not {given}; {fix}")))
}
