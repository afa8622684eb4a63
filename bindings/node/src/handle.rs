//! A Signer as `index.js` holds it: an External, which shows JavaScript nothing and is freed when it is collected. A native
//! function a Signer, with the Signer behind it, would take ten times as long to make and is slower to call.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::c_void;

use napi_sys::napi_env;
use personsig::Signer;

use crate::js::{Env, Stop, Value};

thread_local! {
    /// The Signers of this thread, on which their isolate stays. Another addon's Externals look the same as ours.
    static ALIVE: RefCell<BTreeSet<*const Signer>> = const { RefCell::new(BTreeSet::new()) };
}

/// Hands a Signer to JavaScript.
pub(crate) fn hold(env: Env, signer: Signer) -> Result<Value, Stop> {
    let signer = Box::into_raw(Box::new(signer));
    let handle = env.external(signer.cast(), free);
    match handle {
        Ok(_) => ALIVE.with_borrow_mut(|alive| _ = alive.insert(signer)),
        // SAFETY: made above, and nobody else's.
        Err(_) => drop(unsafe { Box::from_raw(signer) }),
    }
    handle
}

/// Node-API calls it once.
unsafe extern "C" fn free(_: napi_env, signer: *mut c_void, _: *mut c_void) {
    let signer = signer.cast::<Signer>();
    let _ = ALIVE.try_with(|alive| alive.borrow_mut().remove(&signer.cast_const()));
    // SAFETY: made in `hold`; there is no External left through which somebody could reach it.
    drop(unsafe { Box::from_raw(signer) });
}

/// The Signer behind an argument of the call that is running, for as long as that runs.
pub(crate) fn held<'call>(env: Env, handle: Value) -> Result<&'call Signer, Stop> {
    let signer = env.behind(handle).cast::<Signer>().cast_const();
    match ALIVE.with_borrow(|alive| alive.contains(&signer)) {
        // SAFETY: not freed yet, and not before the call's end: its arguments are not collected.
        true => Ok(unsafe { &*signer }),
        false => Err(Stop::NoSigner),
    }
}
