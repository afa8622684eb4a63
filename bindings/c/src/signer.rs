//! The Signer behind an opaque handle.

use std::ffi::{CStr, CString, c_char};
use std::ptr;

use personsig_core::{Code, Secret, Signer, SnippetOptions, Traits, UserId, VerifyOptions};
use serde_json::json;

use crate::ffi::{BadIndex, Out, TextOut, bytes, ffi_boundary, ffi_boundary_text, list, optional, reference};
use crate::memory::with_reserve;
use crate::options::{
    PERSONSIG_DEFAULT, given, options, personsig_explain_options, personsig_snippet_options, personsig_verify_options,
};
use crate::provider;
use crate::status::personsig_status::{self, *};

/// The longest signature in bytes. A buffer of this size is always large enough.
pub const PERSONSIG_SIGNATURE_MAX: usize = 76;
const _: () = assert!(PERSONSIG_SIGNATURE_MAX == personsig_core::SIGNATURE_MAX);

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

/// Makes a signer. `secret` signs; `fallback_secrets`, older ones, only verify, while a secret is being rotated: an
/// array of `fallback_secret_count` pointers and one of as many lengths, both NULL with 0.
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
    ffi_boundary(|| {
        let (data, lens, count) = (fallback_secrets, fallback_secret_lens, fallback_secret_count);
        // SAFETY: the caller's pointers are valid, or NULL, which is checked.
        let (provider, secret, fallbacks, bad_index, out) = unsafe {
            let bad_index = BadIndex::new(bad_index);
            let (provider, secret) = (bytes(provider, provider_len)?, bytes(secret, secret_len)?);
            let fallbacks = list(data, lens, count, &bad_index, Secret::Bytes)?;
            (provider, secret, fallbacks, bad_index, Out::required(out)?)
        };
        let provider = str::from_utf8(provider).map_err(|_| PERSONSIG_UNKNOWN_PROVIDER)?;
        let signer = Signer::with_fallbacks(provider, secret, &fallbacks).map_err(|error| bad_index.note(error))?;
        out.write(into_handle(signer)?);
        Ok(())
    })
}

/// Makes a signer from the process's environment: from `variable`, or where that is NULL from the provider's own (see
/// personsig_provider_secret_variable). One fallback is read from the same name followed by "_PREVIOUS", where unset
/// and empty mean none.
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
    ffi_boundary(|| {
        // SAFETY: the caller's pointers are valid, or NULL, which is checked.
        let (provider, variable, out) =
            unsafe { (bytes(provider, provider_len)?, optional(variable, variable_len)?, Out::required(out)?) };
        let provider = str::from_utf8(provider).map_err(|_| PERSONSIG_UNKNOWN_PROVIDER)?;
        // The name, in a few copies; the secrets are reserved in the core.
        let reserve = variable_len.saturating_mul(16).saturating_add(4096);
        let signer = with_reserve(reserve, || Ok(Signer::from_lookup(provider, variable, environment)?))?;
        out.write(into_handle(signer)?);
        Ok(())
    })
}

/// Wipes the secrets and frees the signer. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_free(signer: *mut personsig_signer) {
    ffi_boundary(|| {
        if !signer.is_null() {
            // SAFETY: it came from `into_handle`, and the caller frees it once.
            drop(unsafe { Box::from_raw(signer) });
        }
        Ok(())
    });
}

/// The name of the provider that the signer is bound to; NULL for NULL. It outlives the signer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_provider(signer: *const personsig_signer) -> *const c_char {
    ffi_boundary_text(|| {
        // SAFETY: the caller's handle is a live one, or NULL.
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
    ffi_boundary(|| {
        // SAFETY: the caller's pointers are valid, or NULL, which is checked.
        let (signer, user_id, out) =
            unsafe { (reference(signer)?, bytes(user_id, user_id_len)?, TextOut::new(out, cap, out_len)?) };
        out.write(&signer.0.sign_at(user_id, given(now))?)
    })
}

/// Signs many users' ids, all at one time: an array of `user_id_count` pointers and one of as many lengths, both NULL
/// with 0. Otherwise as personsig_signer_sign.
///
/// The signatures are written one after another with nothing between them, in the order of the ids, all equally long:
/// `*out_len / user_id_count` bytes each, and PERSONSIG_SIGNATURE_MAX at most. `out` must not overlap the ids. If one
/// id cannot be signed, nothing is written but its index to `bad_index`, which may be NULL.
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
    ffi_boundary(|| {
        // SAFETY: the caller's pointers are valid, or NULL, which is checked.
        let (signer, user_ids, bad_index, out) = unsafe {
            let bad_index = BadIndex::new(bad_index);
            let signer = reference(signer)?;
            let user_ids = list(user_ids, user_id_lens, user_id_count, &bad_index, UserId::Bytes)?;
            (signer, user_ids, bad_index, TextOut::new(out, cap, out_len)?)
        };
        let signatures = signer.0.sign_many(&user_ids, given(now)).map_err(|error| bad_index.note(error))?;
        let mut signatures = signatures.peekable();
        let each = signatures.peek().map_or(0, |signature| signature.len());
        let len = each.checked_mul(user_ids.len()).ok_or(PERSONSIG_OUT_OF_MEMORY)?;
        out.write_all(len, signatures)
    })
}

/// Checks that a signature, exactly as it arrived, is this user's and, where it has a timestamp T, that
/// now - max_age <= T <= now + clock_skew. In constant time for all secrets. Allocates nothing.
///
/// `options` may be NULL. `secret_index` receives which secret made the signature: 0 the secret, 1 the first fallback.
/// `signed_at` receives T, and PERSONSIG_DEFAULT for a plain provider. Either may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_verify(
    signer: *const personsig_signer,
    user_id: *const c_char,
    user_id_len: usize,
    signature: *const c_char,
    signature_len: usize,
    options: *const personsig_verify_options,
    secret_index: *mut usize,
    signed_at: *mut i64,
) -> personsig_status {
    ffi_boundary(|| {
        // SAFETY: the caller's pointers are valid, or NULL, which is checked.
        let (signer, user_id, signature, options, secret_index, signed_at) = unsafe {
            let (user_id, signature) = (bytes(user_id, user_id_len), bytes(signature, signature_len));
            let (secret_index, signed_at) = (Out::optional(secret_index), Out::optional(signed_at));
            (reference(signer)?, user_id?, signature?, self::options(options)?, secret_index, signed_at)
        };
        let (max_age, clock_skew, now) = (given(options.max_age), given(options.clock_skew), given(options.now));
        let options = VerifyOptions { max_age, clock_skew, now };
        let verified = signer.0.verify_with(user_id, signature, &options)?;
        secret_index.write(verified.secret_index);
        signed_at.write(verified.signed_at.unwrap_or(PERSONSIG_DEFAULT));
        Ok(())
    })
}

/// Says which known mistake made a signature that is refused. For logs and terminals, not for the page.
///
/// Writes a JSON array with an object per finding: [{"code":"padded-key","message":"...","fix":"...","index":null}].
/// `index` tells which fallback secret or element of `also`. What is wrong with the arguments is a status as from
/// personsig_signer_sign; what is wrong with the signature is a finding.
///
/// `options` and `bad_index` may be NULL. Reserves 16 MiB, and twice the signature's length, for its work.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_signer_explain(
    signer: *const personsig_signer,
    user_id: *const c_char,
    user_id_len: usize,
    signature: *const c_char,
    signature_len: usize,
    options: *const personsig_explain_options,
    bad_index: *mut usize,
    out: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> personsig_status {
    ffi_boundary(|| {
        // SAFETY: the caller's pointers are valid, or NULL, which is checked.
        let (signer, user_id, signature, also, now, bad_index, out) = unsafe {
            let bad_index = BadIndex::new(bad_index);
            let signer = reference(signer)?;
            let (user_id, signature) = (bytes(user_id, user_id_len)?, bytes(signature, signature_len)?);
            let personsig_explain_options { also, also_lens, also_count, now, .. } = self::options(options)?;
            let also = list(also, also_lens, also_count, &bad_index, UserId::Bytes)?;
            (signer, user_id, signature, also, now, bad_index, TextOut::new(out, cap, out_len)?)
        };
        // The core bounds its hypotheses, whatever it is shown: at most 7 MiB were seen. A wrapped signature is copied.
        let reserve = signature.len().saturating_mul(2).saturating_add(16 << 20);
        let json = with_reserve(reserve, || {
            let findings = signer.0.explain(user_id, signature, &also, given(now));
            let findings = findings.map_err(|error| bad_index.note(error))?;
            let findings = findings.iter().map(|finding| {
                json!({ "code": finding.code, "message": finding.message, "fix": finding.fix, "index": finding.index })
            });
            Ok(findings.collect::<serde_json::Value>().to_string())
        })?;
        out.write(&json)
    })
}

/// Writes the script element that tells the provider's script who the user is: pure ASCII, one statement per line.
///
/// `user_id` is NULL for a visitor who is not logged in: nothing is signed then, and where nothing is left to say, the
/// string is empty. `options` may be NULL.
///
/// PERSONSIG_INVALID_OPTION for traits, a site token or a nonce that is not well formed, and for anything, the id too,
/// that equals one of the signer's secrets.
///
/// Put it where a script element may stand, once per response, and send that with "Cache-Control: private, no-store".
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
    options: *const personsig_snippet_options,
    out: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> personsig_status {
    ffi_boundary(|| {
        // SAFETY: the caller's pointers are valid, or NULL, which is checked.
        let (signer, user_id, traits, site_token, nonce, now, out) = unsafe {
            let (signer, user_id) = (reference(signer)?, optional(user_id, user_id_len)?);
            let options = self::options(options)?;
            let traits = optional(options.traits, options.traits_len)?;
            let site_token = optional(options.site_token, options.site_token_len)?;
            let nonce = optional(options.nonce, options.nonce_len)?;
            (signer, user_id, traits, site_token, nonce, options.now, TextOut::new(out, cap, out_len)?)
        };
        let strings = [user_id, site_token, nonce].into_iter().flatten().map(<[u8]>::len);
        let reserve = strings.fold(traits_reserve(traits.unwrap_or_default()), |sum, len| {
            // As in identity.
            sum.saturating_add(len.saturating_mul(32))
        });
        let html = with_reserve(reserve, || {
            // No token and no nonce has U+FFFD, so one that is not UTF-8 is refused as any other.
            let (site_token, nonce) = (site_token.map(String::from_utf8_lossy), nonce.map(String::from_utf8_lossy));
            let options = SnippetOptions {
                traits: traits.map(Traits::from_json).unwrap_or_default(),
                site_token: site_token.as_deref(),
                nonce: nonce.as_deref(),
                now: given(now),
            };
            Ok(signer.0.snippet(user_id, &options)?)
        })?;
        out.write(&html)
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
    ffi_boundary(|| {
        // SAFETY: the caller's pointers are valid, or NULL, which is checked.
        let (signer, user_id, out) =
            unsafe { (reference(signer)?, bytes(user_id, user_id_len)?, TextOut::new(out, cap, out_len)?) };
        // The id, and the object while it grows: an escaped character takes six bytes. For a short id it is small enough
        // for malloc's cache.
        let reserve = user_id.len().saturating_mul(32).saturating_add(512);
        let json = with_reserve(reserve, || Ok(signer.0.identity(user_id, given(now))?.to_json()?))?;
        out.write(&json)
    })
}

/// What the JSON text of traits takes in the end, counting every growth of every list. Per value: 420 bytes were seen, in
/// one large object. Per byte: 25, in a long string 31 levels deep.
fn traits_reserve(json: &[u8]) -> usize {
    // Every value but the first, and every name, follows one of these.
    let values = json.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    json.len().saturating_mul(64).saturating_add(values.saturating_mul(1024)).saturating_add(4096)
}

/// Moves a Signer to the heap; the address is the caller's.
fn into_handle(signer: Signer) -> Result<*mut personsig_signer, personsig_status> {
    // `Box::new` would end the process where there is no memory.
    let mut place = Vec::new();
    place.try_reserve_exact(1).map_err(|_| PERSONSIG_OUT_OF_MEMORY)?;
    place.push(personsig_signer(signer));
    let handle: *mut [personsig_signer] = Box::into_raw(place.into_boxed_slice());
    Ok(handle.cast())
}

/// A variable as C programs see it, where it lies: no copy of a secret is made, and none is allocated.
fn environment(name: &str) -> Result<Option<&'static [u8]>, Code> {
    unsafe extern "C" {
        fn getenv(name: *const c_char) -> *const c_char;
    }
    let Ok(name) = CString::new(name) else { return Ok(None) };
    // SAFETY: the name ends with NUL, and so does the value. It stays as it is until the environment is changed, which
    // the caller has to prevent.
    let value = unsafe {
        let value = getenv(name.as_ptr());
        (!value.is_null()).then(|| CStr::from_ptr(value))
    };
    Ok(value.map(CStr::to_bytes))
}
