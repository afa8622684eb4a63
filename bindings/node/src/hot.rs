//! The calls of every request and the constructor, as Node-API's own callbacks. Around a `#[napi]` function napi allocates a
//! scope for borrows, which makes `sign` 1.9 times, `verify` 2.3 times and `new Signer` 1.2 times as slow; around a closure it
//! allocates a list of the arguments, 4 % of `sign` and 13 % of `verify`.

use std::ptr::null_mut;

use napi::bindgen_prelude::{External, FromNapiValue, JsValue};
use napi::{Env, Status, sys};
use personsig::host::At;
use personsig::{Signer, UserId, VerifyOptions};

use crate::answer::answer;
use crate::argument::{
    Handle, Id, SecretKey, elements_or_none, limits, lossy, options, presented, provider_name, refuse_unknown, time,
};
use crate::error::CallError;
use crate::string::SCRATCH;
use crate::value::{Js, ascii, list, make, object, ok};

/// What a callback does.
pub(crate) trait Method {
    fn run(call: &Call) -> Result<Js, CallError>;
}

/// What a callback was passed.
pub(crate) struct Call {
    env: Env,
    arguments: [sys::napi_value; 4],
    /// How many were passed. Those that were not are `undefined`.
    count: usize,
}

impl Call {
    fn get<T: FromNapiValue>(&self, index: usize) -> napi::Result<T> {
        // SAFETY: Node-API filled `arguments` with values of the call that is running.
        unsafe { T::from_napi_value(self.env.raw(), self.arguments[index]) }
    }

    /// The options, which `index.js` passes only where there are some: asking for their type takes 3 % of a call.
    fn options(&self, index: usize) -> napi::Result<Option<Js>> {
        (index < self.count).then(|| self.get(index)).transpose()
    }
}

/// What Node calls.
pub(crate) unsafe extern "C" fn callback<M: Method>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let env = Env::from_raw(env);
    let result = answer(env, || {
        let mut call = Call { env, arguments: [null_mut(); 4], count: 4 };
        let (count, arguments) = (&mut call.count, call.arguments.as_mut_ptr());
        // SAFETY: both are as Node passed them, and `count` values have room.
        ok(unsafe { sys::napi_get_cb_info(env.raw(), info, count, arguments, null_mut(), null_mut()) })?;
        M::run(&call)
    });
    match result {
        Ok(value) => value.raw(),
        Err(error) => {
            if error.status != Status::PendingException {
                // Where even that fails, the result is `undefined`.
                let _ = env.throw_error(&error.reason, None);
            }
            null_mut()
        }
    }
}

/// `signer(provider, secret, { fallbackSecrets })`: a Signer's handle.
pub(crate) struct New;

impl Method for New {
    fn run(call: &Call) -> Result<Js, CallError> {
        let provider = provider_name(call.get(0)?)?;
        let secret = SecretKey::read(call.get(1)?, At::Argument("secret"))?;
        let ([fallbacks], unknown) = options(call.get(2)?, ["fallbackSecrets"])?;
        let fallbacks = elements_or_none(fallbacks, "fallbackSecrets", "secrets", SecretKey::read)?;
        refuse_unknown(unknown)?;
        let secrets = list(fallbacks.iter().map(SecretKey::as_secret))?;
        let signer = Signer::with_fallbacks(lossy(&provider), secret.as_secret(), &secrets)?;
        Ok(make(call.env, External::new(signer))?)
    }
}

/// `sign(handle, userId, options)`.
pub(crate) struct Sign;

impl Method for Sign {
    fn run(call: &Call) -> Result<Js, CallError> {
        let Handle(signer) = call.get(0)?;
        let mut scratch = SCRATCH;
        let user_id = Id::read(call.get(1)?, At::Argument("userId"), &mut scratch)?;
        let now = call.options(2)?.map_or(Ok(None), time)?;
        Ok(ascii(call.env, &signer.sign_at(user_id.as_user_id(), now)?)?)
    }
}

/// `verify(handle, userId, signature, options)`: `signedAt` alone where the secret itself made the signature, as nearly
/// always. `index.js` then makes the object, which is faster there.
pub(crate) struct Verify;

impl Method for Verify {
    fn run(call: &Call) -> Result<Js, CallError> {
        let (env, Handle(signer)) = (call.env, call.get(0)?);
        judge(call, |user_id, signature, options| {
            let verified = signer.verify_with(user_id, signature, &options)?;
            let signed_at = make(env, verified.signed_at.map(|time| time as f64))?;
            Ok(match verified.secret_index {
                0 => signed_at,
                index => make(env, object(env, [("secretIndex", make(env, index as f64)?), ("signedAt", signed_at)])?)?,
            })
        })
    }
}

/// `isValid(handle, userId, signature, options)`.
pub(crate) struct IsValid;

impl Method for IsValid {
    fn run(call: &Call) -> Result<Js, CallError> {
        let Handle(signer) = call.get(0)?;
        judge(call, |user_id, signature, options| Ok(make(call.env, signer.is_valid(user_id, signature, &options)?)?))
    }
}

/// Reads what `verify` and `isValid` take.
#[inline]
fn judge(
    call: &Call,
    judge: impl FnOnce(UserId<'_>, &[u8], VerifyOptions) -> Result<Js, CallError>,
) -> Result<Js, CallError> {
    let mut id_scratch = SCRATCH;
    let mut signature_scratch = SCRATCH;
    let user_id = Id::read(call.get(1)?, At::Argument("userId"), &mut id_scratch)?;
    let signature = presented(call.get(2)?, &mut signature_scratch)?;
    let options = call.options(3)?.map_or_else(|| Ok(VerifyOptions::default()), limits)?;
    judge(user_id.as_user_id(), &signature, options)
}
