//! The Signer behind an opaque handle.

use std::ffi::c_char;
use std::ptr;

use personsig_core::{Error, Secret, Signer, SnippetOptions, Traits, UserId, VerifyOptions};
use serde_json::json;

use crate::boundary::{BadIndex, TextOut, bytes, guarded, guarded_text, list, optional, present};
use crate::provider;
use crate::status::personsig_status::{self, *};

/// The longest signature in bytes. A buffer of this size is always large enough.
pub const PERSONSIG_SIGNATURE_MAX: usize = 76;
const _: () = assert!(PERSONSIG_SIGNATURE_MAX == personsig_core::SIGNATURE_MAX);

/// "Not given", for `now` (the system's clock), `max_age` (24 hours) and `clock_skew` (5 minutes).
pub const PERSONSIG_DEFAULT: i64 = i64::MIN;

/// A provider and the secret shared with it.
///
/// Immutable: any number of threads may use one at the same time. Free it once, after the last call. The library's
/// copies of the secrets live in one block that is zeroed when it is freed; your copies are yours.
///
/// Never share a secret between providers: the plain signature of the id "42-1596165824" is the timestamped signature
/// of "42".
pub struct personsig_signer(Signer);

const _: fn() = || {
    fn usable_from_many_threads<T: Send + Sync>() {}
    usable_from_many_threads::<personsig_signer>();
};

/// Makes a signer. `secret` signs; `fallback_secrets`, older ones, only verify, for the time of a rotation: an array of
/// `fallback_secret_count` pointers and one of as many lengths, both NULL with 0.
///
/// A secret is any bytes, UTF-8 where it is text. `bad_index` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_new(
    provider: *const c_char,
    provider_len: usize,
    secret: *const c_char,
    secret_len: usize,
    fallback_secrets: *const *const c_char,
    fallback_secret_lens: *const usize,
    fallback_secret_count: usize,
    bad_index: *mut usize,
    out: *mut *mut personsig_signer,
) -> personsig_status {
    guarded(|| {
        // SAFETY: the caller's pointers are good, or null, which is checked.
        let bad_index = unsafe { BadIndex::new(bad_index) };
        // SAFETY: as above.
        let (provider, secret) = unsafe { (bytes(provider, provider_len)?, bytes(secret, secret_len)?) };
        let (data, lens, count) = (fallback_secrets, fallback_secret_lens, fallback_secret_count);
        // SAFETY: as above.
        let fallbacks = unsafe { list(data, lens, count, &bad_index, Secret::Bytes)? };
        let out = present(out)?;
        let provider = str::from_utf8(provider).map_err(|_| PERSONSIG_UNKNOWN_PROVIDER)?;
        let signer = Signer::with_fallbacks(provider, secret, &fallbacks).map_err(|error| bad_index.of(error))?;
        // SAFETY: as above.
        unsafe { hand_out(signer, out) }
    })
}

/// Makes a signer from the process's environment: from `variable`, or where that is NULL from the provider's own (see
/// personsig_provider_secret_variable). One fallback is read from the same name and "_PREVIOUS", where unset and empty
/// mean none.
///
/// As with getenv, no other thread may change the environment meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_from_env(
    provider: *const c_char,
    provider_len: usize,
    variable: *const c_char,
    variable_len: usize,
    out: *mut *mut personsig_signer,
) -> personsig_status {
    guarded(|| {
        // SAFETY: the caller's pointers are good, or null, which is checked.
        let (provider, name) = unsafe { (bytes(provider, provider_len)?, bytes(variable, variable_len)?) };
        let out = present(out)?;
        let provider = str::from_utf8(provider).map_err(|_| PERSONSIG_UNKNOWN_PROVIDER)?;
        let name = (!variable.is_null()).then_some(name);
        let signer = Signer::from_lookup(provider, name, personsig_core::environment).map_err(status)?;
        // SAFETY: as above.
        unsafe { hand_out(signer, out) }
    })
}

/// Wipes the secrets and frees the signer. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_free(signer: *mut personsig_signer) {
    guarded(|| {
        if !signer.is_null() {
            // SAFETY: it came from `hand_out`, and the caller frees it once.
            drop(unsafe { Box::from_raw(signer) });
        }
        Ok(())
    });
}

/// The name of the provider that it is bound to; NULL for NULL. It outlives the signer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_provider(signer: *const personsig_signer) -> *const c_char {
    guarded_text(|| {
        // SAFETY: the caller's handle is a live one, or null.
        unsafe { signer.as_ref() }.map_or(ptr::null(), |signer| provider::name(signer.0.provider()))
    })
}

/// Signs a user's id, exactly the bytes given, at Unix time `now` in whole seconds, 0 to 99999999999, or
/// PERSONSIG_DEFAULT. A plain provider checks the range and does not use it. Allocates nothing.
///
/// Sign only the id of the user whom your session authenticated: never an id from a query, a body or a cookie, never
/// text that users choose or have not confirmed.
///
/// Chameleon: one page with a real signature, staging included, may switch enforcement on for good.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_sign(
    signer: *const personsig_signer,
    user_id: *const c_char,
    user_id_len: usize,
    now: i64,
    out: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> personsig_status {
    guarded(|| {
        // SAFETY: the caller's pointers are good, or null, which is checked.
        let signer = unsafe { signer.as_ref() }.ok_or(PERSONSIG_NULL_POINTER)?;
        // SAFETY: as above.
        let (user_id, out) = unsafe { (bytes(user_id, user_id_len)?, TextOut::new(out, cap, out_len)?) };
        let signature = signer.0.sign_at(user_id, given(now)).map_err(status)?;
        out.write(&signature)
    })
}

/// Signs many users' ids, all at one time: an array of `user_id_count` pointers and one of as many lengths, both NULL
/// with 0. Otherwise as personsig_signer_sign.
///
/// The signatures are written one after another with nothing between them, in the order of the ids, all equally long:
/// `*out_len / user_id_count` bytes each, and PERSONSIG_SIGNATURE_MAX at most. `out` must not overlap the ids. One id
/// that cannot be signed and nothing is written; `bad_index`, which may be NULL, then receives which.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_sign_many(
    signer: *const personsig_signer,
    user_ids: *const *const c_char,
    user_id_lens: *const usize,
    user_id_count: usize,
    now: i64,
    bad_index: *mut usize,
    out: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> personsig_status {
    guarded(|| {
        // SAFETY: the caller's pointers are good, or null, which is checked.
        let bad_index = unsafe { BadIndex::new(bad_index) };
        // SAFETY: as above.
        let signer = unsafe { signer.as_ref() }.ok_or(PERSONSIG_NULL_POINTER)?;
        // SAFETY: as above.
        let user_ids = unsafe { list(user_ids, user_id_lens, user_id_count, &bad_index, UserId::Bytes)? };
        // SAFETY: as above.
        let out = unsafe { TextOut::new(out, cap, out_len)? };
        let mut signatures = signer.0.sign_many(&user_ids, given(now)).map_err(|error| bad_index.of(error))?.peekable();
        let each = signatures.peek().map_or(0, |signature| signature.len());
        let len = each.checked_mul(user_ids.len()).ok_or(PERSONSIG_OUT_OF_MEMORY)?;
        out.write_all(len, signatures)
    })
}

/// Checks that a signature, exactly as it arrived, is this user's and, where it has a timestamp T, that
/// now - max_age <= T <= now + clock_skew. In constant time for all secrets. Allocates nothing.
///
/// The three times are whole seconds, 0 to 99999999999, or PERSONSIG_DEFAULT, which `max_age` and `clock_skew` must be
/// for a plain provider.
///
/// `secret_index` receives which secret made it: 0 the secret, 1 the first fallback. `signed_at` receives T, and
/// PERSONSIG_DEFAULT for a plain provider. Either may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_verify(
    signer: *const personsig_signer,
    user_id: *const c_char,
    user_id_len: usize,
    signature: *const c_char,
    signature_len: usize,
    max_age: i64,
    clock_skew: i64,
    now: i64,
    secret_index: *mut usize,
    signed_at: *mut i64,
) -> personsig_status {
    guarded(|| {
        // SAFETY: the caller's pointers are good, or null, which is checked.
        let signer = unsafe { signer.as_ref() }.ok_or(PERSONSIG_NULL_POINTER)?;
        // SAFETY: as above.
        let (user_id, signature) = unsafe { (bytes(user_id, user_id_len)?, bytes(signature, signature_len)?) };
        let options = VerifyOptions { max_age: given(max_age), clock_skew: given(clock_skew), now: given(now) };
        let verified = signer.0.verify_with(user_id, signature, &options).map_err(status)?;
        if !secret_index.is_null() {
            // SAFETY: as above.
            unsafe { secret_index.write_unaligned(verified.secret_index) };
        }
        if !signed_at.is_null() {
            // SAFETY: as above.
            unsafe { signed_at.write_unaligned(verified.signed_at.unwrap_or(PERSONSIG_DEFAULT)) };
        }
        Ok(())
    })
}

/// Says why a signature is refused: which known mistake made it. For logs and terminals, not for the page.
///
/// `also` are other identifiers that may have been signed by mistake, such as the user's e-mail address: at most 16, an
/// array of pointers and one of lengths, both NULL with 0. `bad_index` may be NULL.
///
/// Writes JSON text, one object a finding: [{"code":"padded-key","message":"...","fix":"...","index":null}]. `index`
/// tells which fallback secret or element of `also`. What is given wrongly is an error as in personsig_signer_sign;
/// what is wrong with the signature is a finding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_explain(
    signer: *const personsig_signer,
    user_id: *const c_char,
    user_id_len: usize,
    signature: *const c_char,
    signature_len: usize,
    also: *const *const c_char,
    also_lens: *const usize,
    also_count: usize,
    now: i64,
    bad_index: *mut usize,
    out: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> personsig_status {
    guarded(|| {
        // SAFETY: the caller's pointers are good, or null, which is checked.
        let bad_index = unsafe { BadIndex::new(bad_index) };
        // SAFETY: as above.
        let signer = unsafe { signer.as_ref() }.ok_or(PERSONSIG_NULL_POINTER)?;
        // SAFETY: as above.
        let (user_id, signature) = unsafe { (bytes(user_id, user_id_len)?, bytes(signature, signature_len)?) };
        // SAFETY: as above.
        let also = unsafe { list(also, also_lens, also_count, &bad_index, UserId::Bytes)? };
        // SAFETY: as above.
        let out = unsafe { TextOut::new(out, cap, out_len)? };
        let findings = signer.0.explain(user_id, signature, &also, given(now)).map_err(|error| bad_index.of(error))?;
        let findings = findings.iter().map(|finding| {
            json!({ "code": finding.code, "message": finding.message, "fix": finding.fix, "index": finding.index })
        });
        out.write(&findings.collect::<serde_json::Value>().to_string())
    })
}

/// Writes the script element that tells the provider's script who the user is: pure ASCII, one statement a line.
///
/// - `user_id`: NULL for a visitor who is not logged in. Nothing is signed then, and where nothing is left to say the
///   text is empty.
/// - `traits`: what the page tells the provider about the user, an object as JSON text, or NULL. The signature does not
///   cover it. At most 32 levels deep; numbers that a page reads exactly; no name twice.
/// - `site_token`: GoSquared's project token, "GSN-123456-A": the snippet then loads the provider's script. NULL where
///   the page does that, and for Chameleon.
/// - `nonce`: that of this response's Content-Security-Policy, or NULL.
/// - `now`: as for personsig_signer_sign.
///
/// PERSONSIG_INVALID_OPTION for traits, a site token or a nonce that cannot be what they should, and for anything, the
/// id too, that equals one of the signer's secrets.
///
/// Put it where a script element may stand, once a response, and send that with "Cache-Control: private, no-store".
/// Never put it into an attribute, an event handler or another script. Pass only the user whom your session
/// authenticated.
///
/// Chameleon: its own loader must stand before the snippet; and one page with a real signature, staging included, may
/// switch enforcement on for good.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_snippet(
    signer: *const personsig_signer,
    user_id: *const c_char,
    user_id_len: usize,
    traits: *const c_char,
    traits_len: usize,
    site_token: *const c_char,
    site_token_len: usize,
    nonce: *const c_char,
    nonce_len: usize,
    now: i64,
    out: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> personsig_status {
    guarded(|| {
        // SAFETY: the caller's pointers are good, or null, which is checked.
        let signer = unsafe { signer.as_ref() }.ok_or(PERSONSIG_NULL_POINTER)?;
        // SAFETY: as above.
        let (user_id, traits) = unsafe { (optional(user_id, user_id_len)?, optional(traits, traits_len)?) };
        // SAFETY: as above.
        let (site_token, nonce) = unsafe { (optional(site_token, site_token_len)?, optional(nonce, nonce_len)?) };
        // SAFETY: as above.
        let out = unsafe { TextOut::new(out, cap, out_len)? };
        // No token and no nonce has U+FFFD, so one that is not UTF-8 is refused as any other.
        let (site_token, nonce) = (site_token.map(String::from_utf8_lossy), nonce.map(String::from_utf8_lossy));
        let options = SnippetOptions {
            traits: traits.map(Traits::from_json).unwrap_or_default(),
            site_token: site_token.as_deref(),
            nonce: nonce.as_deref(),
            now: given(now),
        };
        out.write(&signer.0.snippet(user_id, &options).map_err(status)?)
    })
}

/// Writes the fields with which the page says who the user is, as a JSON object in ASCII: {"id":"42","auth":"..."} for
/// GoSquared, {"uid":"42","uid_hash":"..."} for Chameleon. For an endpoint that answers a page.
///
/// The endpoint answers for the user whom your session authenticated and for nobody else, whatever the request says:
/// same origin, a session required, "Cache-Control: private, no-store". Otherwise as personsig_signer_sign;
/// PERSONSIG_INVALID_OPTION for an id that equals one of the signer's secrets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_identity(
    signer: *const personsig_signer,
    user_id: *const c_char,
    user_id_len: usize,
    now: i64,
    out: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> personsig_status {
    guarded(|| {
        // SAFETY: the caller's pointers are good, or null, which is checked.
        let signer = unsafe { signer.as_ref() }.ok_or(PERSONSIG_NULL_POINTER)?;
        // SAFETY: as above.
        let (user_id, out) = unsafe { (bytes(user_id, user_id_len)?, TextOut::new(out, cap, out_len)?) };
        out.write(&signer.0.identity(user_id, given(now)).map_err(status)?.to_json())
    })
}

/// Moves a Signer to the heap and its address to the caller.
///
/// # Safety
/// `out` can be written to.
unsafe fn hand_out(signer: Signer, out: *mut *mut personsig_signer) -> Result<(), personsig_status> {
    // `Box::new` would end the process where there is no memory.
    let mut place = Vec::new();
    place.try_reserve_exact(1).map_err(|_| PERSONSIG_OUT_OF_MEMORY)?;
    place.push(personsig_signer(signer));
    let handle: *mut [personsig_signer] = Box::into_raw(place.into_boxed_slice());
    // SAFETY: the caller's promise.
    unsafe { out.write_unaligned(handle.cast()) };
    Ok(())
}

fn status(error: Error) -> personsig_status {
    error.code().into()
}

fn given(seconds: i64) -> Option<i64> {
    (seconds != PERSONSIG_DEFAULT).then_some(seconds)
}
