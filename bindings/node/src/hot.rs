//! The calls of every request, as closures: around a `#[napi]` function napi allocates a scope for borrows, which makes
//! `sign` 1.9 times and `verify` 2.3 times as slow. Closures cost 2 to 8 % over raw callbacks.

use napi::bindgen_prelude::FunctionCallContext;
use personsig::host::At;
use personsig::{UserId, VerifyOptions};

use crate::answer::answer;
use crate::argument::{Handle, Id, limits, presented, time};
use crate::error::CallError;
use crate::string::SCRATCH;
use crate::value::{Js, ascii, make, object};

/// `sign(handle, userId, options)`.
pub(crate) fn sign(call: FunctionCallContext<'_>) -> napi::Result<Js> {
    let (env, Handle(signer)) = (*call.env, call.get(0)?);
    let (user_id, options) = (call.get(1)?, options_of(&call, 2)?);
    answer(env, || {
        let mut scratch = SCRATCH;
        let user_id = Id::read(user_id, At::Argument("userId"), &mut scratch)?;
        let now = options.map_or(Ok(None), time)?;
        Ok(ascii(env, &signer.sign_at(user_id.as_user_id(), now)?)?)
    })
}

/// `verify(handle, userId, signature, options)`: `signedAt` alone where the secret itself made the signature, as nearly
/// always. `index.js` then makes the object, which is faster there.
pub(crate) fn verify(call: FunctionCallContext<'_>) -> napi::Result<Js> {
    let (env, Handle(signer)) = (*call.env, call.get(0)?);
    judge(&call, |user_id, signature, options| {
        let verified = signer.verify_with(user_id, signature, &options)?;
        let signed_at = make(env, verified.signed_at.map(|time| time as f64))?;
        Ok(match verified.secret_index {
            0 => signed_at,
            index => make(env, object(env, [("secretIndex", make(env, index as f64)?), ("signedAt", signed_at)])?)?,
        })
    })
}

/// `isValid(handle, userId, signature, options)`.
pub(crate) fn is_valid(call: FunctionCallContext<'_>) -> napi::Result<Js> {
    let (env, Handle(signer)) = (*call.env, call.get(0)?);
    judge(&call, |user_id, signature, options| Ok(make(env, signer.is_valid(user_id, signature, &options)?)?))
}

/// Reads what `verify` and `isValid` take.
#[inline]
fn judge(
    call: &FunctionCallContext<'_>,
    judge: impl FnOnce(UserId<'_>, &[u8], VerifyOptions) -> Result<Js, CallError>,
) -> napi::Result<Js> {
    let (user_id, signature, options) = (call.get(1)?, call.get(2)?, options_of(call, 3)?);
    answer(*call.env, || {
        let mut id_scratch = SCRATCH;
        let mut signature_scratch = SCRATCH;
        let user_id = Id::read(user_id, At::Argument("userId"), &mut id_scratch)?;
        let signature = presented(signature, &mut signature_scratch)?;
        let options = options.map_or_else(|| Ok(VerifyOptions::default()), limits)?;
        judge(user_id.as_user_id(), &signature, options)
    })
}

/// The options, which `index.js` passes only where there are some: asking for their type takes 3 % of a call.
fn options_of(call: &FunctionCallContext<'_>, index: usize) -> napi::Result<Option<Js>> {
    (index < call.length()).then(|| call.get(index)).transpose()
}
