//! The primitive under every signature.

use crate::ffi::{Out, bytes, ffi_boundary};
use crate::status::personsig_status;

/// The length of HMAC-SHA256's result in bytes.
pub const PERSONSIG_HMAC_SHA256_SIZE: usize = 32;

/// HMAC-SHA256 (RFC 2104) of any bytes under any key: PERSONSIG_HMAC_SHA256_SIZE raw bytes to `out`.
///
/// For those who need the primitive itself. It checks no secret and no id; personsig_signer_sign does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn personsig_hmac_sha256(
    key: *const u8,
    key_len: usize,
    message: *const u8,
    message_len: usize,
    out: *mut u8,
) -> personsig_status {
    ffi_boundary(|| {
        // SAFETY: the caller's pointers are good for their lengths, and `out` for 32 bytes, or NULL, which is checked.
        let (key, message, out) = unsafe {
            let out = Out::<[u8; PERSONSIG_HMAC_SHA256_SIZE]>::required(out.cast());
            (bytes(key.cast(), key_len)?, bytes(message.cast(), message_len)?, out?)
        };
        out.write(personsig_core::hmac_sha256(key, message));
        Ok(())
    })
}
