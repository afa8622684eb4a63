//! The primitive under every signature.

use crate::boundary::{bytes, guarded, present};
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
    guarded(|| {
        // SAFETY: the caller's pointers are good for their lengths, and `out` for 32 bytes.
        let (key, message) = unsafe { (bytes(key.cast(), key_len)?, bytes(message.cast(), message_len)?) };
        let out = present(out)?;
        let mac = personsig_core::hmac_sha256(key, message);
        // SAFETY: as above; bytes have no alignment, and what was read is not used again, so it may overlap.
        unsafe { out.cast::<[u8; PERSONSIG_HMAC_SHA256_SIZE]>().write_unaligned(mac) };
        Ok(())
    })
}
