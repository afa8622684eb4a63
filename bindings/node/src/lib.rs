//! personsig for Node: the addon beneath `index.js`.
//!
//! It exports functions and no classes. What `index.js` keeps in a private field, and passes to each of them first, is the
//! Signer's handle: an External, which shows JavaScript nothing and is freed when it is collected.

#![cfg_attr(test, allow(dead_code, reason = "napi registers nothing in a test's build"))]

mod advice;
mod answer;
mod argument;
mod error;
mod hot;
mod string;
mod value;
mod values;

use advice::Parameter;
use answer::answer;
use argument::{
    Handle, Id, elements_or_none, lossy, non_nullish, presented, provider_name, read_each, refuse_unknown, seconds,
    text_or_none, time,
};
use error::CallError;
use memchr::memchr_iter;
use napi::bindgen_prelude::{External, Function, JsObjectValue, JsValue, JsValuesTupleIntoVec, Object};
use napi::{Env, Property, ValueType, sys};
use napi_derive::napi;
use personsig::host::{self, At};
use personsig::{Code, Finding, Signer, SnippetOptions, Traits, UserId};
use string::{SCRATCH, long_text, secret_text};
use value::{Js, array, ascii, is_undefined, list, make, numbered, object, own, reserve, string, type_name};
use values::Values;
use zeroize::Zeroizing;

type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// Node calls this once an isolate. napi itself would export by assignment, through setters of `Object.prototype`.
#[napi(module_exports)]
fn exports(mut exports: Object<'_>, env: Env) -> napi::Result<()> {
    let property = |name| Property::new().with_utf8_name(name);
    let method = |name, callback: Callback| Ok::<_, napi::Error>(property(name)?.with_method(callback));
    let value = |name, value: napi::Result<Js>| Ok::<_, napi::Error>(property(name)?.with_value(&value?));
    exports.define_properties(&[
        method("signer", hot::callback::<hot::New>)?,
        method("fromEnv", from_env_c_callback)?,
        method("provider", provider_c_callback)?,
        method("signMany", sign_many_c_callback)?,
        method("explain", explain_c_callback)?,
        method("snippet", snippet_c_callback)?,
        method("identity", identity_c_callback)?,
        method("typeErrorMessage", type_error_message_c_callback)?,
        method("sign", hot::callback::<hot::Sign>)?,
        method("verify", hot::callback::<hot::Verify>)?,
        method("isValid", hot::callback::<hot::IsValid>)?,
        value("providers", providers(env))?,
        value("version", string(env, personsig::VERSION))?,
    ])?;
    exports.freeze()
}

/// `fromEnv(process.env, provider, { variable })`: as `signer`.
#[napi(catch_unwind, no_export)]
fn from_env(env: Env, variables: Js, provider: Js, options: Js) -> napi::Result<Js> {
    answer(env, || {
        let provider = provider_name(provider)?;
        let ([variable], unknown) = argument::options(options, ["variable"])?;
        let variable = text_or_none(variable, "variable", "pass the name of an environment variable")?;
        refuse_unknown(unknown)?;
        let read = |name: &str| {
            let value = own(variables, string(env, name)?)?;
            match value.get_type()? {
                ValueType::String => secret_text(value).map(Some),
                _ => Ok(None::<Zeroizing<Vec<u8>>>),
            }
        };
        // Where a trap of a proxy threw, that is what the caller gets.
        let mut failed = None;
        let signer = Signer::from_lookup(lossy(&provider), variable.as_deref().map(Vec::as_slice), |name| {
            match read(name) {
                // Node has turned bytes that are not UTF-8 into U+FFFD.
                Ok(Some(text)) if !str::from_utf8(&text).is_ok_and(|text| !text.contains('\u{fffd}')) => {
                    Err(Code::InvalidText)
                }
                Ok(value) => Ok(value),
                Err(error) => {
                    failed = Some(error);
                    Err(Code::Internal)
                }
            }
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(make(env, External::new(signer?))?),
        }
    })
}

/// `typeErrorMessage(value, kind, at, expected, parameter, fix)`: all but `kind`, which is what `index.js` knows of an
/// object, are from the record that another function returned.
#[napi(catch_unwind, no_export)]
fn type_error_message(
    env: Env,
    value: Js,
    kind: Js,
    at: Js,
    expected: Js,
    parameter: u32,
    fix: Js,
) -> napi::Result<Js> {
    answer(env, || {
        let text = |value| long_text(value).map(|text| lossy(&text).to_owned());
        let given = type_name(value, &text(kind)?)?;
        let fix = text(fix)?;
        let parameter = Parameter::ALL.iter().find(|known| **known as u32 == parameter);
        let advice = parameter.and_then(|parameter| advice::about(*parameter, &given)).unwrap_or(&fix);
        Ok(string(env, &host::type_error(text(at)?, &text(expected)?, &given, advice))?)
    })
}

/// `provider(handle)`: its name.
#[napi(catch_unwind, no_export)]
fn provider(env: Env, Handle(signer): Handle<'_>) -> napi::Result<Js> {
    answer(env, || Ok(string(env, signer.provider().name)?))
}

/// `signMany(handle, userIds, options, joined, count, collect)`.
///
/// Going through arrays by Node-API would take half of the time, so `index.js` does both:
/// - `userIds` is what was passed, and `count` -1, where that is no array; else an object of `count` values, which
///   `index.js` read, each once, and `joined` is all of them in one string with U+0000 behind each, or empty where one
///   is neither a string nor an integer that can be signed.
/// - The signatures are passed to `collect`, in order, as at most [`PART`] arguments of each call. It is called at least
///   once, and not at all where there is an error.
#[napi(catch_unwind, no_export)]
fn sign_many(
    env: Env,
    Handle(signer): Handle<'_>,
    user_ids: Js,
    options: Js,
    joined: Js,
    count: f64,
    collect: Function<'_, Arguments, ()>,
) -> napi::Result<Js> {
    answer(env, || {
        if count < 0.0 {
            let at = At::Argument("userIds");
            return Err(CallError::type_error(user_ids, at, "an array of ids", Parameter::List, "pass [value]"));
        }
        let joined = long_text(joined)?;
        let mut ids = Vec::new();
        if let Ok(texts) = str::from_utf8(&joined) {
            // One more is one too many already.
            let most = joined.len().min(count as usize + 1);
            reserve(&mut ids, most)?;
            let mut start = 0;
            ids.extend(memchr_iter(0, &joined).take(most).map(|end| {
                let id = texts.get(start..end).unwrap_or_default();
                start = end + 1;
                UserId::Text(id)
            }));
        }
        let read: Vec<Id<'_>>;
        // They could not be joined, or one of them holds U+0000 or a lone surrogate.
        if ids.len() as f64 != count {
            let values = numbered(user_ids, count as usize);
            read = read_each(values, "userIds", Id::read_one_of_many)?;
            ids = list(read.iter().map(Id::as_user_id))?;
        }
        let mut signatures = signer.sign_many(&ids, time(options)?)?;
        for _ in 0..ids.len().div_ceil(PART).max(1) {
            let mut part = Vec::new();
            reserve(&mut part, signatures.len().min(PART))?;
            // In a scope, so that the handles of one part are freed before the next is made.
            env.run_in_scope(|| {
                for signature in signatures.by_ref().take(PART) {
                    part.push(ascii(env, &signature)?.raw());
                }
                collect.apply((), Arguments(part))
            })?;
        }
        Ok(make(env, ())?)
    })
}

/// As many arguments as every stack has room for.
const PART: usize = 4096;

/// The arguments of one call.
struct Arguments(Vec<sys::napi_value>);

impl JsValuesTupleIntoVec for Arguments {
    fn into_vec(self, _: sys::napi_env) -> napi::Result<Vec<sys::napi_value>> {
        Ok(self.0)
    }
}

/// `explain(handle, userId, signature, { also, now })`.
#[napi(catch_unwind, no_export)]
fn explain(env: Env, Handle(signer): Handle<'_>, user_id: Js, signature: Js, options: Js) -> napi::Result<Js> {
    answer(env, || {
        let mut id_scratch = SCRATCH;
        let mut signature_scratch = SCRATCH;
        let user_id = Id::read(user_id, At::Argument("userId"), &mut id_scratch)?;
        let signature = presented(signature, &mut signature_scratch)?;
        let ([also, now], unknown) = argument::options(options, ["also", "now"])?;
        let also = elements_or_none(also, "also", "ids", Id::read_one_of_many)?;
        let now = seconds(now, "now")?;
        refuse_unknown(unknown)?;
        let also = list(also.iter().map(Id::as_user_id))?;
        let findings = signer.explain(user_id.as_user_id(), &*signature, &also, now)?;
        let finding = |Finding { code, message, fix, index, .. }: &Finding| {
            let index = make(env, index.map(|index| index as f64))?;
            let (message, fix) = (string(env, message)?, string(env, fix)?);
            make(
                env,
                object(env, [("code", string(env, code)?), ("message", message), ("fix", fix), ("index", index)])?,
            )
        };
        Ok(array(env, findings.iter().map(finding))?)
    })
}

/// `snippet(handle, userId, { traits, siteToken, nonce, now }, isProxy)`.
#[napi(catch_unwind, no_export)]
fn snippet(
    env: Env,
    Handle(signer): Handle<'_>,
    user_id: Js,
    options: Js,
    is_proxy: Function<'_, Js, bool>,
) -> napi::Result<Js> {
    answer(env, || {
        let mut scratch = SCRATCH;
        let user_id = non_nullish(user_id)?.map(|id| Id::read(id, At::Argument("userId"), &mut scratch)).transpose()?;
        let ([traits, site_token, nonce, now], unknown) =
            argument::options(options, ["traits", "siteToken", "nonce", "now"])?;
        let traits = match is_undefined(traits)? {
            true => Traits::default(),
            false => host::traits(&Values { is_proxy: Some(is_proxy) }, "traits", &traits)?,
        };
        let site_token = text_or_none(site_token, "siteToken", "pass the site's public token, such as 'GSN-123456-A'")?;
        let nonce = text_or_none(nonce, "nonce", "pass the nonce of this response's Content-Security-Policy")?;
        let now = seconds(now, "now")?;
        refuse_unknown(unknown)?;
        let [site_token, nonce] = [&site_token, &nonce].map(|text| text.as_ref().map(|text| lossy(text)));
        let options = SnippetOptions { traits, site_token, nonce, now };
        Ok(string(env, &signer.snippet(user_id.as_ref().map(Id::as_user_id), &options)?)?)
    })
}

/// `identity(handle, userId, { now })`.
#[napi(catch_unwind, no_export)]
fn identity(env: Env, Handle(signer): Handle<'_>, user_id: Js, options: Js) -> napi::Result<Js> {
    answer(env, || {
        let mut scratch = SCRATCH;
        let user_id = Id::read(user_id, At::Argument("userId"), &mut scratch)?;
        let identity = signer.identity(user_id.as_user_id(), time(options)?)?;
        let [(id, user_id), (signature, text)] = identity.fields();
        Ok(make(env, object(env, [(id, string(env, user_id)?), (signature, ascii(env, text)?)])?)?)
    })
}

fn providers(env: Env) -> napi::Result<Js> {
    let row = |row: &personsig::Provider| {
        let properties = [
            ("name", string(env, row.name)?),
            ("title", string(env, row.title)?),
            ("scheme", string(env, row.scheme.name())?),
            ("encoding", string(env, row.encoding.name())?),
            ("identifier", string(env, row.identifier.name())?),
            ("keyForm", string(env, row.key_form.name())?),
            ("legacy", make(env, row.legacy)?),
            ("secretVariable", string(env, row.secret_variable)?),
            ("documentation", string(env, row.documentation)?),
        ];
        make(env, object(env, properties)?)
    };
    array(env, personsig::providers().iter().map(row))
}
