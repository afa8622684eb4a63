//! Any sequence of calls of the C surface, with buffers of any size: the status is the core's code, the output the core's
//! result, and nothing else is written. AddressSanitizer sees what is written or read beside the buffers.

use std::ffi::{CStr, c_char, c_int};
use std::panic;
use std::process;
use std::ptr;
use std::sync::Once;

use personsig::{Error, Secret, Signer, SnippetOptions, Traits, UserId, VerifyOptions, providers};

use crate::{NOW, secret};

extern crate personsig_fuzz_c as _;

#[repr(C)]
struct Handle([u8; 0]);

#[repr(C)]
struct CVerifyOptions {
    size: usize,
    max_age: i64,
    clock_skew: i64,
    now: i64,
}

#[repr(C)]
struct CExplainOptions {
    size: usize,
    also: *const *const c_char,
    also_lens: *const usize,
    also_count: usize,
    now: i64,
}

#[repr(C)]
struct CSnippetOptions {
    size: usize,
    traits: *const c_char,
    traits_len: usize,
    site_token: *const c_char,
    site_token_len: usize,
    nonce: *const c_char,
    nonce_len: usize,
    now: i64,
}

// include/personsig.h, as the compiler of another language reads it.
#[rustfmt::skip]
unsafe extern "C" {
    fn personsig_signer_new(provider: *const c_char, provider_len: usize, secret: *const c_char, secret_len: usize,
        fallbacks: *const *const c_char, fallback_lens: *const usize, fallback_count: usize, bad_index: *mut usize,
        out: *mut *mut Handle) -> c_int;
    fn personsig_signer_free(signer: *mut Handle);
    fn personsig_signer_provider(signer: *const Handle) -> *const c_char;
    fn personsig_signer_sign(signer: *const Handle, id: *const c_char, id_len: usize, now: i64, out: *mut c_char,
        cap: usize, out_len: *mut usize) -> c_int;
    fn personsig_signer_sign_many(signer: *const Handle, ids: *const *const c_char, id_lens: *const usize, count: usize,
        now: i64, bad_index: *mut usize, out: *mut c_char, cap: usize, out_len: *mut usize) -> c_int;
    fn personsig_signer_verify(signer: *const Handle, id: *const c_char, id_len: usize, signature: *const c_char,
        signature_len: usize, options: *const CVerifyOptions, secret_index: *mut usize, signed_at: *mut i64) -> c_int;
    fn personsig_signer_explain(signer: *const Handle, id: *const c_char, id_len: usize, signature: *const c_char,
        signature_len: usize, options: *const CExplainOptions, bad_index: *mut usize, out: *mut c_char, cap: usize,
        out_len: *mut usize) -> c_int;
    fn personsig_signer_snippet(signer: *const Handle, id: *const c_char, id_len: usize,
        options: *const CSnippetOptions, out: *mut c_char, cap: usize, out_len: *mut usize) -> c_int;
    fn personsig_signer_identity(signer: *const Handle, id: *const c_char, id_len: usize, now: i64, out: *mut c_char,
        cap: usize, out_len: *mut usize) -> c_int;
    fn personsig_hmac_sha256(key: *const u8, key_len: usize, message: *const u8, message_len: usize, out: *mut u8) -> c_int;
    fn personsig_provider_name(index: usize) -> *const c_char;
    fn personsig_status_name(status: c_int) -> *const c_char;
    fn personsig_status_message(status: c_int) -> *const c_char;
}

const NOT_GIVEN: i64 = i64::MIN;
const UNTOUCHED: u8 = 0xa5;
const NOT_SET: usize = 0x5555_5555;
/// What a finding costs: at most as many calls of `explain` in an input.
const EXPLAINED_MAX: usize = 1;

/// The rest of the input: a byte says how long the next string is.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> u8 {
        let (byte, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *byte
    }

    fn text(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte());
        let (text, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        text
    }

    fn now(&mut self) -> i64 {
        match self.byte() {
            0..=127 => NOW,
            128..=191 => NOT_GIVEN,
            byte => i64::from(byte) << (byte % 56),
        }
    }
}

/// NULL for the empty string: a page without a user, an option that is not given.
fn pointer(text: &[u8]) -> *const c_char {
    if text.is_empty() { ptr::null() } else { text.as_ptr().cast() }
}

fn name(status: c_int) -> &'static str {
    // SAFETY: both are static strings, for every number.
    let [name, message] =
        unsafe { [personsig_status_name(status), personsig_status_message(status)].map(|text| CStr::from_ptr(text)) };
    assert!(!message.is_empty());
    name.to_str().expect("ASCII")
}

/// What a call writes into a buffer of `cap` bytes, compared with what the core says.
fn written(cap: usize, expected: Result<&[u8], &Error>, call: impl FnOnce(*mut c_char, *mut usize) -> c_int) {
    let (mut buffer, mut length) = (vec![UNTOUCHED; cap].into_boxed_slice(), NOT_SET);
    let out = if cap == 0 { ptr::null_mut() } else { buffer.as_mut_ptr().cast() };
    let status = name(call(out, &raw mut length));
    let used = match expected {
        Err(error) => {
            assert_eq!((status, length), (error.code().name(), NOT_SET));
            0
        }
        Ok(text) if text.len() > cap => {
            assert_eq!((status, length), ("buffer-too-small", text.len()));
            0
        }
        Ok(text) => {
            assert_eq!((status, length, &buffer[..text.len()]), ("ok", text.len(), text));
            text.len()
        }
    };
    assert!(buffer[used..].iter().all(|byte| *byte == UNTOUCHED), "more was written than the result");
}

/// A handle, and the same Signer in Rust.
struct Pair {
    handle: *mut Handle,
    signer: Signer,
}

impl Drop for Pair {
    fn drop(&mut self) {
        // SAFETY: it comes from personsig_signer_new, and is freed once.
        unsafe { personsig_signer_free(self.handle) }
    }
}

/// The library replaces the hook that reports a panic, once. This one is set behind it, and ends the process for a panic
/// inside the library too, which would otherwise be the status `internal`.
fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut mac = [0; 32];
        // SAFETY: empty strings, and room for a result.
        unsafe { personsig_hmac_sha256(ptr::null(), 0, ptr::null(), 0, mac.as_mut_ptr()) };
        panic::set_hook(Box::new(|info| {
            eprintln!("{info}");
            process::abort();
        }));
    });
}

pub fn check(data: &[u8]) {
    report_panics();
    let mut input = Input(data);
    let mut pairs: [Option<Pair>; 3] = [None, None, None];
    let mut explained = 0;
    while !input.0.is_empty() {
        let call = input.byte();
        let slot = usize::from(call >> 4) % pairs.len();
        // SAFETY: every pointer is NULL or valid for its length, and a handle is used until it is freed.
        unsafe {
            match call & 0xf {
                0 | 1 => pairs[slot] = new(&mut input),
                2 => pairs[slot] = None,
                3 => hmac(&mut input),
                4 => nothing(&mut input),
                other => {
                    let Some(pair) = &pairs[slot] else { continue };
                    match other {
                        5..=6 => sign(pair, &mut input),
                        7..=8 => sign_many(pair, &mut input),
                        9..=10 => verify(pair, &mut input),
                        11..=12 => snippet(pair, &mut input),
                        13 => identity(pair, &mut input),
                        _ if explained < EXPLAINED_MAX => {
                            explained += 1;
                            explain(pair, &mut input);
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

unsafe fn new(input: &mut Input<'_>) -> Option<Pair> {
    let row = &providers()[usize::from(input.byte()) % providers().len()];
    let (mut given, fallbacks) = (input.text(), [input.text(), input.text()]);
    if given.is_empty() {
        given = secret(row).as_bytes();
    }
    let count = fallbacks.iter().position(|secret| secret.is_empty()).unwrap_or(2);
    let (starts, lengths) = (fallbacks.map(pointer), fallbacks.map(<[u8]>::len));
    let (mut handle, mut bad) = (ptr::null_mut(), NOT_SET);
    let lists = if count == 0 { (ptr::null(), ptr::null()) } else { (starts.as_ptr(), lengths.as_ptr()) };
    let status = unsafe {
        personsig_signer_new(
            row.name.as_ptr().cast(),
            row.name.len(),
            pointer(given),
            given.len(),
            lists.0,
            lists.1,
            count,
            &raw mut bad,
            &raw mut handle,
        )
    };
    match Signer::with_fallbacks(row.name, given, &fallbacks.map(Secret::from)[..count]) {
        Ok(signer) => {
            assert_eq!((name(status), handle.is_null()), ("ok", false));
            let bound_to = unsafe { CStr::from_ptr(personsig_signer_provider(handle)) };
            assert_eq!(bound_to.to_bytes(), row.name.as_bytes());
            Some(Pair { handle, signer })
        }
        Err(error) => {
            assert_eq!((name(status), handle.is_null()), (error.code().name(), true));
            assert_eq!(bad, error.index().unwrap_or(usize::MAX));
            None
        }
    }
}

unsafe fn hmac(input: &mut Input<'_>) {
    let (key, message, mut mac) = (input.text(), input.text(), [UNTOUCHED; 40]);
    let status =
        unsafe { personsig_hmac_sha256(key.as_ptr(), key.len(), message.as_ptr(), message.len(), mac.as_mut_ptr()) };
    assert_eq!(name(status), "ok");
    assert_eq!(mac[..32], hmac_sha256::HMAC::mac(message, key));
    assert_eq!(mac[32..], [UNTOUCHED; 8]);
}

/// NULL where it may not be, and a length that no object has.
unsafe fn nothing(input: &mut Input<'_>) {
    let (mut out, mut length) = ([UNTOUCHED; 80], NOT_SET);
    let id = input.text();
    unsafe {
        let (out, out_len) = (out.as_mut_ptr().cast(), &raw mut length);
        let status = personsig_signer_sign(ptr::null(), pointer(id), id.len(), NOW, out, 80, out_len);
        assert_eq!(name(status), "null-pointer");
        personsig_signer_free(ptr::null_mut());
        assert!(personsig_provider_name(usize::MAX).is_null());
        let status = personsig_hmac_sha256(ptr::null(), 1 + id.len(), id.as_ptr(), usize::MAX, out.cast());
        assert_eq!(name(status), "null-pointer");
    }
    assert_eq!((out, length), ([UNTOUCHED; 80], NOT_SET));
}

/// A time of the core's: NOW where C's is the clock, which must not pass between two calls.
fn time(now: i64) -> i64 {
    if now == NOT_GIVEN { NOW } else { now }
}

unsafe fn sign(pair: &Pair, input: &mut Input<'_>) {
    let (id, now, cap) = (input.text(), time(input.now()), usize::from(input.byte()));
    let signed = pair.signer.sign_at(UserId::Bytes(id), now);
    written(cap, signed.as_ref().map(|signed| signed.as_bytes()), |out, length| unsafe {
        personsig_signer_sign(pair.handle, pointer(id), id.len(), now, out, cap, length)
    });
}

unsafe fn sign_many(pair: &Pair, input: &mut Input<'_>) {
    let (count, now) = (usize::from(input.byte()) % 7, time(input.now()));
    let ids: Vec<_> = (0..count).map(|_| input.text()).collect();
    let cap = usize::from(input.byte()) * 4;
    let (starts, lengths): (Vec<_>, Vec<_>) = ids.iter().map(|id| (pointer(id), id.len())).unzip();
    let user_ids: Vec<_> = ids.iter().map(|id| UserId::Bytes(id)).collect();
    let signed = pair.signer.sign_many(&user_ids, now);
    let index = signed.as_ref().err().map(|error| error.index().unwrap_or(usize::MAX));
    let signed = signed.map(|signed| signed.map(|one| one.to_string()).collect::<String>());
    let mut bad = NOT_SET;
    written(cap, signed.as_ref().map(|signed| signed.as_bytes()), |out, length| unsafe {
        let at = &raw mut bad;
        personsig_signer_sign_many(pair.handle, starts.as_ptr(), lengths.as_ptr(), count, now, at, out, cap, length)
    });
    assert!(
        bad == NOT_SET && index.is_none() || Some(bad) == index || bad == usize::MAX,
        "another element is to blame"
    );
}

unsafe fn verify(pair: &Pair, input: &mut Input<'_>) {
    let (id, mut given) = (input.text(), input.text());
    let [max_age, clock_skew] =
        [0, 1].map(|_| input.byte()).map(|byte| if byte < 128 { NOT_GIVEN } else { i64::from(byte) - 130 });
    let now = time(input.now());
    let right = pair.signer.sign_at(UserId::Bytes(id), NOW).map(|signed| signed.to_string()).unwrap_or_default();
    if given.is_empty() {
        given = right.as_bytes();
    }
    let option = |seconds| Some(seconds).filter(|seconds| *seconds != NOT_GIVEN);
    let options = VerifyOptions { max_age: option(max_age), clock_skew: option(clock_skew), now: Some(now) };
    let expected = pair.signer.verify_with(UserId::Bytes(id), given, &options);
    let options = CVerifyOptions { size: size_of::<CVerifyOptions>(), max_age, clock_skew, now };
    let (mut index, mut signed_at) = (NOT_SET, 7);
    let (to_index, to_time) = (&raw mut index, &raw mut signed_at);
    let status = unsafe {
        personsig_signer_verify(
            pair.handle,
            pointer(id),
            id.len(),
            pointer(given),
            given.len(),
            &raw const options,
            to_index,
            to_time,
        )
    };
    match expected {
        Ok(verified) => {
            let time = verified.signed_at.unwrap_or(NOT_GIVEN);
            assert_eq!((name(status), index, signed_at), ("ok", verified.secret_index, time));
        }
        Err(error) => assert_eq!((name(status), index, signed_at), (error.code().name(), NOT_SET, 7)),
    }
}

unsafe fn snippet(pair: &Pair, input: &mut Input<'_>) {
    let (id, token, nonce, json) = (input.text(), input.text(), input.text(), input.text());
    let (now, cap) = (time(input.now()), usize::from(input.byte()) * 8);
    let text = |bytes| str::from_utf8(bytes).ok().filter(|text: &&str| !text.is_empty());
    if [token, nonce].iter().any(|bytes| str::from_utf8(bytes).is_err()) {
        return;
    }
    let traits = if json.is_empty() { Traits::default() } else { Traits::from_json(json) };
    let options = SnippetOptions { traits, site_token: text(token), nonce: text(nonce), now: Some(now) };
    let html = pair.signer.snippet(Some(UserId::Bytes(id)).filter(|_| !id.is_empty()), &options);
    let options = CSnippetOptions {
        size: size_of::<CSnippetOptions>(),
        traits: pointer(json),
        traits_len: json.len(),
        site_token: pointer(token),
        site_token_len: token.len(),
        nonce: pointer(nonce),
        nonce_len: nonce.len(),
        now,
    };
    written(cap, html.as_ref().map(String::as_bytes), |out, length| unsafe {
        personsig_signer_snippet(pair.handle, pointer(id), id.len(), &raw const options, out, cap, length)
    });
}

unsafe fn identity(pair: &Pair, input: &mut Input<'_>) {
    let (id, now, cap) = (input.text(), time(input.now()), usize::from(input.byte()) * 2);
    let json = pair.signer.identity(UserId::Bytes(id), now).and_then(|identity| identity.to_json());
    written(cap, json.as_ref().map(String::as_bytes), |out, length| unsafe {
        personsig_signer_identity(pair.handle, pointer(id), id.len(), now, out, cap, length)
    });
}

unsafe fn explain(pair: &Pair, input: &mut Input<'_>) {
    let (id, given, also) = (input.text(), input.text(), input.text());
    let also = Some(also).filter(|also| !also.is_empty());
    let others: Vec<_> = also.map(UserId::Bytes).into_iter().collect();
    let expected = pair.signer.explain(UserId::Bytes(id), given, &others, NOW);
    let (start, length) = (also.map_or(ptr::null(), pointer), also.map_or(0, <[u8]>::len));
    let options = CExplainOptions {
        size: size_of::<CExplainOptions>(),
        also: if also.is_some() { &raw const start } else { ptr::null() },
        also_lens: if also.is_some() { &raw const length } else { ptr::null() },
        also_count: others.len(),
        now: NOW,
    };
    let (mut buffer, mut used, mut bad) = (vec![UNTOUCHED; 1 << 16], NOT_SET, NOT_SET);
    let status = unsafe {
        personsig_signer_explain(
            pair.handle,
            pointer(id),
            id.len(),
            pointer(given),
            given.len(),
            &raw const options,
            &raw mut bad,
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            &raw mut used,
        )
    };
    match expected {
        Err(error) => assert_eq!((name(status), used), (error.code().name(), NOT_SET)),
        Ok(findings) => {
            assert_eq!(name(status), "ok");
            let json: serde_json::Value = serde_json::from_slice(&buffer[..used]).expect("JSON");
            let codes: Vec<_> = json
                .as_array()
                .expect("a list")
                .iter()
                .map(|finding| finding["code"].as_str().expect("a code"))
                .collect();
            assert_eq!(codes, findings.iter().map(|finding| finding.code).collect::<Vec<_>>());
            assert!(buffer[used..].iter().all(|byte| *byte == UNTOUCHED), "more was written than the result");
        }
    }
}
