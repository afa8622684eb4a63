//! personsig for Node: the addon beneath `index.js`.
//!
//! It gives functions and no classes. What `index.js` keeps in a private field, and passes to each of them first, is the
//! Signer's handle.

mod advice;
mod handle;
mod js;
mod text;
mod traits;

use std::borrow::Cow;
use std::fmt::Display;

use advice::{Parameter, wrong};
use handle::{held, hold};
use js::{Env, Stop, Type, Value, enter};
use napi_sys::{napi_callback_info, napi_env};
use personsig::host;
use personsig::{Code, Finding, Secret, Signer, SnippetOptions, UserId, VerifyOptions};
use text::{Room, Text};
use zeroize::Zeroizing;

/// Node calls this once an isolate.
#[unsafe(no_mangle)]
extern "C" fn napi_register_module_v1(env: napi_env, _exports: Value) -> Value {
    let env = Env::new(env);
    let exports = || {
        env.frozen_object([
            ("signer", env.function(signer)?),
            ("fromEnv", env.function(from_env)?),
            ("provider", env.function(method::provider)?),
            ("sign", env.function(method::sign)?),
            ("signMany", env.function(method::sign_many)?),
            ("verify", env.function(method::verify)?),
            ("isValid", env.function(method::is_valid)?),
            ("explain", env.function(method::explain)?),
            ("snippet", env.function(method::snippet)?),
            ("identity", env.function(method::identity)?),
            ("wrongType", env.function(wrong_type)?),
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

/// `signer(provider, secret, { fallbackSecrets })`: a Signer's handle.
unsafe extern "C" fn signer(env: napi_env, info: napi_callback_info) -> Value {
    enter(env, info, |env, [provider, secret, options, ..]| {
        let provider = provider_name(env, provider)?;
        let secret = Key::read(env, secret, &"secret")?;
        let ([fallbacks], unknown) = env.options(options, ["fallbackSecrets"])?;
        let fallbacks =
            elements_or_none(env, fallbacks, "fallbackSecrets", "secrets", |value, name| Key::read(env, value, name))?;
        known(unknown)?;
        let fallbacks: Vec<_> = fallbacks.iter().map(Key::as_secret).collect();
        hold(env, Signer::with_fallbacks(&lossy(&provider), secret.as_secret(), &fallbacks)?)
    })
}

/// `fromEnv(process.env, provider, { variable })`: as `signer`.
unsafe extern "C" fn from_env(env: napi_env, info: napi_callback_info) -> Value {
    enter(env, info, |env, [variables, provider, options, ..]| {
        let provider = provider_name(env, provider)?;
        let ([variable], unknown) = env.options(options, ["variable"])?;
        let variable = text_or_none(env, variable, "variable", "pass the name of an environment variable")?;
        known(unknown)?;
        let variable = variable.as_ref().map(|name| name.as_slice());
        let signer = Signer::from_lookup(&lossy(&provider), variable, |name| {
            // Where a trap of a proxy threw, that is what the caller gets.
            let value = env.string(name).and_then(|name| env.own(variables, name)).map_err(|_| Code::Internal)?;
            match env.type_of(value) {
                // Node has turned bytes that are not UTF-8 into U+FFFD.
                Ok(Type::napi_string) => match env.secret_text(value).map_err(|_| Code::OutOfMemory)? {
                    text if str::from_utf8(&text).is_ok_and(|text| !text.contains('\u{fffd}')) => Ok(Some(text)),
                    _ => Err(Code::InvalidText),
                },
                _ => Ok(None::<Zeroizing<Vec<u8>>>),
            }
        })?;
        hold(env, signer)
    })
}

/// `wrongType(value, kind, at, expected, parameter, fix)`: the message of a TypeError. All but `kind`, which is what `index.js`
/// knows of an object, are from the record that another function returned.
unsafe extern "C" fn wrong_type(env: napi_env, info: napi_callback_info) -> Value {
    enter(env, info, |env, [value, kind, at, expected, parameter, fix]| {
        let text = |value| env.long_text(value).map(|text| lossy(&text).into_owned());
        let given = env.type_name(value, &text(kind)?)?;
        let (fix, parameter) = (text(fix)?, env.double(parameter)?);
        let advice = Parameter::ALL.iter().find(|known| f64::from(**known as u8) == parameter);
        let advice = advice.and_then(|parameter| advice::about(*parameter, &given)).unwrap_or(&fix);
        env.string(&host::type_error(text(at)?, &text(expected)?, &given, advice))
    })
}

/// The arguments of a method behind the handle.
type Rest = [Value; 5];

/// Methods as Node calls them: `sign(handle, userId, options)`.
macro_rules! methods {
    ($($name:ident)*) => {
        mod method {
            use super::*;

            $(pub(super) unsafe extern "C" fn $name(env: napi_env, info: napi_callback_info) -> Value {
                enter(env, info, |env, [signer, arguments @ ..]| super::$name(env, held(env, signer)?, arguments))
            })*
        }
    };
}
methods!(provider sign sign_many verify is_valid explain snippet identity);

fn provider(env: Env, signer: &Signer, _: Rest) -> Result<Value, Stop> {
    env.string(signer.provider().name)
}

fn sign(env: Env, signer: &Signer, [user_id, options, ..]: Rest) -> Result<Value, Stop> {
    let mut room = Room::NEW;
    let user_id = Id::read(env, user_id, &"userId", Some(&mut room))?;
    let now = time(env, options)?;
    env.ascii(&signer.sign_at(user_id.as_user_id(), now)?)
}

/// The options of a method that has none but `now`.
fn time(env: Env, options: Value) -> Result<Option<i64>, Stop> {
    if env.is_undefined(options)? { Ok(None) } else { given_time(env, options) }
}

/// Apart from those who pass no options: inlined, it would cost them too.
#[cold]
fn given_time(env: Env, options: Value) -> Result<Option<i64>, Stop> {
    let ([now], unknown) = env.options(options, ["now"])?;
    let now = seconds(env, now, "now")?;
    known(unknown).map(|()| now)
}

/// `signMany(handle, userIds, options, joined, count, list)`. `userIds` is what was passed, and `count` -1, where that is no
/// array; else the values that `index.js` read from it, each once, and `joined` is all of them with U+0000 behind each, or empty
/// where it could not join them: one long string is read faster than many short ones. The answer is an array, made by
/// `list` of its arguments; as the stack has no room for very many, it may be one of arrays. Both cost a third of going
/// through an array's elements.
fn sign_many(env: Env, signer: &Signer, [user_ids, options, joined, count, list]: Rest) -> Result<Value, Stop> {
    let (joined, count) = (env.long_text(joined)?, env.double(count)?);
    if count < 0.0 {
        return wrong(user_ids, &"userIds", "an array of ids", Parameter::List, "pass [value]");
    }
    let mut ids = Vec::with_capacity(joined.len().min(count as usize));
    if let Some(texts) = str::from_utf8(&joined).ok().and_then(|text| text.strip_suffix('\0')) {
        ids.extend(texts.split('\0').map(UserId::Text));
    }
    let read: Vec<Id<'_>>;
    // They could not be joined, or one of them holds U+0000 or half a character.
    if ids.len() as f64 != count {
        let values = env.numbered(user_ids, count as usize);
        read = each(values, "userIds", |value, name| Id::read(env, value, name, None))?;
        ids = read.iter().map(Id::as_user_id).collect();
    }
    let mut signatures = signer.sign_many(&ids, time(env, options)?)?;
    let mut part = || {
        env.scope(|| {
            let mut part = Vec::with_capacity(PART.min(signatures.len()));
            for signature in signatures.by_ref().take(PART) {
                part.push(env.ascii(&signature)?);
            }
            env.ask(list, &part)
        })
    };
    if ids.len() <= PART {
        return part();
    }
    let parts: Result<Vec<_>, _> = (0..ids.len().div_ceil(PART)).map(|_| part()).collect();
    env.ask(list, &parts?)
}

/// As many arguments as every stack has room for.
const PART: usize = 4096;

fn verify(env: Env, signer: &Signer, arguments: Rest) -> Result<Value, Stop> {
    with_shown(env, arguments, |user_id, signature, options| {
        let verified = signer.verify_with(user_id, signature, &options)?;
        let signed_at = verified.signed_at.map_or_else(|| env.null(), |time| env.number(time as f64))?;
        match verified.secret_index {
            // Nearly always: then `index.js` makes the object, which is faster there.
            0 => Ok(signed_at),
            index => env.frozen_object([("secretIndex", env.number(index as f64)?), ("signedAt", signed_at)]),
        }
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
    let (mut id_room, mut signature_room) = (Room::NEW, Room::NEW);
    let user_id = Id::read(env, user_id, &"userId", Some(&mut id_room))?;
    let signature = shown(env, signature, &mut signature_room)?;
    let options = if env.is_undefined(options)? { VerifyOptions::default() } else { limits(env, options)? };
    judge(user_id.as_user_id(), &signature, options)
}

#[cold]
fn limits(env: Env, options: Value) -> Result<VerifyOptions, Stop> {
    let ([max_age, clock_skew, now], unknown) = env.options(options, ["maxAge", "clockSkew", "now"])?;
    let options = VerifyOptions {
        max_age: seconds(env, max_age, "maxAge")?,
        clock_skew: seconds(env, clock_skew, "clockSkew")?,
        now: seconds(env, now, "now")?,
    };
    known(unknown).map(|()| options)
}

fn explain(env: Env, signer: &Signer, [user_id, signature, options, ..]: Rest) -> Result<Value, Stop> {
    let (mut id_room, mut signature_room) = (Room::NEW, Room::NEW);
    let user_id = Id::read(env, user_id, &"userId", Some(&mut id_room))?;
    let signature = shown(env, signature, &mut signature_room)?;
    let ([also, now], unknown) = env.options(options, ["also", "now"])?;
    let also = elements_or_none(env, also, "also", "ids", |value, name| Id::read(env, value, name, None))?;
    let now = seconds(env, now, "now")?;
    known(unknown)?;
    let also: Vec<_> = also.iter().map(Id::as_user_id).collect();
    let findings = signer.explain(user_id.as_user_id(), &*signature, &also, now)?;
    let finding = |Finding { code, message, fix, index, .. }: &Finding| {
        env.frozen_object([
            ("code", env.string(code)?),
            ("message", env.string(message)?),
            ("fix", env.string(fix)?),
            ("index", index.map_or_else(|| env.null(), |index| env.number(index as f64))?),
        ])
    };
    env.frozen_array(findings.iter().map(finding))
}

/// `snippet(handle, userId, options, isProxy)`.
fn snippet(env: Env, signer: &Signer, [user_id, options, is_proxy, ..]: Rest) -> Result<Value, Stop> {
    let mut room = Room::NEW;
    let user_id = match env.type_of(user_id)? {
        Type::napi_undefined | Type::napi_null => None,
        _ => Some(Id::read(env, user_id, &"userId", Some(&mut room))?),
    };
    let (values, unknown) = env.options(options, ["traits", "siteToken", "nonce", "now"])?;
    let [traits, site_token, nonce, now] = values;
    let traits = traits::read(env, traits, is_proxy)?;
    let site_token = text_or_none(env, site_token, "siteToken", "pass the project token, such as 'GSN-123456-A'")?;
    let nonce = text_or_none(env, nonce, "nonce", "pass the nonce of this response's Content-Security-Policy")?;
    let now = seconds(env, now, "now")?;
    known(unknown)?;
    let (site_token, nonce) = (site_token.as_deref().map(|text| lossy(text)), nonce.as_deref().map(|text| lossy(text)));
    let options = SnippetOptions { traits, site_token: site_token.as_deref(), nonce: nonce.as_deref(), now };
    env.string(&signer.snippet(user_id.as_ref().map(Id::as_user_id), &options)?)
}

fn identity(env: Env, signer: &Signer, [user_id, options, ..]: Rest) -> Result<Value, Stop> {
    let mut room = Room::NEW;
    let user_id = Id::read(env, user_id, &"userId", Some(&mut room))?;
    let identity = signer.identity(user_id.as_user_id(), time(env, options)?)?;
    let [(id, user_id), (signature, text)] = identity.fields();
    env.object([(id, env.string(user_id)?), (signature, env.string(text)?)])
}

fn providers(env: Env) -> Result<Value, Stop> {
    env.frozen_array(personsig::providers().iter().map(|row| {
        env.frozen_object([
            ("name", env.string(row.name)?),
            ("title", env.string(row.title)?),
            ("scheme", env.string(row.scheme.name())?),
            ("secretVariable", env.string(row.secret_variable)?),
            ("documentation", env.string(row.documentation)?),
        ])
    }))
}

/// What can be signed.
enum Id<'a> {
    Text(Text<'a>),
    Integer(i128),
    IntegerTooLarge,
}

impl<'a> Id<'a> {
    fn read(env: Env, value: Value, name: &dyn Display, room: Option<&'a mut Room>) -> Result<Self, Stop> {
        match (env.type_of(value)?, room) {
            (Type::napi_string, Some(room)) => return Ok(Id::Text(env.text(value, room)?)),
            (Type::napi_string, None) => return Ok(Id::Text(Text::Long(env.long_text(value)?))),
            _ => {}
        }
        match env.integer(value)? {
            Some((integer, true)) => Ok(Id::Integer(integer)),
            Some((_, false)) => Ok(Id::IntegerTooLarge),
            None => wrong(value, name, "a string or an integer", Parameter::Id, "pass the user's id"),
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
    fn read(env: Env, value: Value, name: &dyn Display) -> Result<Self, Stop> {
        match env.type_of(value)? {
            Type::napi_undefined | Type::napi_null => Ok(Key::Missing),
            Type::napi_string => Ok(Key::Text(env.secret_text(value)?)),
            _ => match env.bytes(value)? {
                Some(bytes) => Ok(Key::Bytes(bytes)),
                None => {
                    let fix = "pass the secret as the provider shows it";
                    wrong(value, name, "a string or a Uint8Array", Parameter::Secret, fix)
                }
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
        Type::napi_string => env.secret_text(value),
        _ => {
            let fix = "pass its name first, such as 'gosquared', then the secret";
            wrong(value, &"provider", "a string", Parameter::Name, fix)
        }
    }
}

fn text_or_none(env: Env, value: Value, name: &str, fix: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Stop> {
    match env.type_of(value)? {
        Type::napi_undefined | Type::napi_null => Ok(None),
        Type::napi_string => env.secret_text(value).map(Some),
        _ => wrong(value, &name, "a string", Parameter::Name, fix),
    }
}

/// What is not Unicode is no provider's name, nor a variable's that could be set, nor a nonce, nor a site's token.
fn lossy(text: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(text)
}

/// A signature as it was shown; one that is not there is the empty text.
fn shown<'a>(env: Env, value: Value, room: &'a mut Room) -> Result<Text<'a>, Stop> {
    match env.type_of(value)? {
        Type::napi_undefined | Type::napi_null => Ok(Text::Short(&[])),
        Type::napi_string => env.text(value, room),
        _ => wrong(value, &"signature", "a string", Parameter::Signature, "pass it exactly as the page sent it"),
    }
}

/// A time or a length of time. What `i64` does not hold is out of the core's range on the same side.
fn seconds(env: Env, value: Value, name: &str) -> Result<Option<i64>, Stop> {
    if let Type::napi_undefined | Type::napi_null = env.type_of(value)? {
        return Ok(None);
    }
    match env.integer(value)? {
        Some((integer, _)) => Ok(Some(integer.clamp(i64::MIN.into(), i64::MAX.into()) as i64)),
        None => {
            let parameter = if name == "now" { Parameter::Time } else { Parameter::Seconds };
            let fix = "pass Math.floor(Date.now() / 1000)";
            wrong(value, &name, "an integer, in whole seconds", parameter, fix)
        }
    }
}

/// An array, every element read; nothing where it is not given.
fn elements_or_none<T>(
    env: Env,
    value: Value,
    name: &str,
    of: &str,
    read: impl Fn(Value, &dyn Display) -> Result<T, Stop>,
) -> Result<Vec<T>, Stop> {
    match env.elements(value)? {
        _ if env.is_undefined(value)? => Ok(Vec::new()),
        // `new Array(2 ** 32 - 1)` costs its maker nothing, and us all memory where a hole is as good as an element.
        Some(elements) if elements.len() > 1 << 20 => Err(Stop::Refused(Code::InvalidOption.into())),
        Some(elements) => each(elements, name, read),
        None => wrong(value, &name, &format!("an array of {of}"), Parameter::List, "pass [value], or leave it out"),
    }
}

fn each<T>(
    values: impl Iterator<Item = Result<Value, Stop>>,
    name: &str,
    read: impl Fn(Value, &dyn Display) -> Result<T, Stop>,
) -> Result<Vec<T>, Stop> {
    values.enumerate().map(|(index, value)| read(value?, &format_args!("{name}[{index}]"))).collect()
}

/// An option that is not known is refused when all types are right, before any value is looked at.
fn known(unknown: bool) -> Result<(), Stop> {
    if unknown { Err(Stop::Refused(Code::InvalidOption.into())) } else { Ok(()) }
}
