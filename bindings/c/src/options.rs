//! Options, in structs that begin with their own size, so that a later version can add fields.

use std::ffi::c_char;
use std::ptr;
use std::slice;

use crate::status::personsig_status::{self, PERSONSIG_INVALID_OPTION};

/// "Not given", for `now` (the system's clock), `max_age` (24 hours) and `clock_skew` (5 minutes).
pub const PERSONSIG_DEFAULT: i64 = i64::MIN;

/// Options of personsig_signer_verify. The three times are whole seconds, 0 to 99999999999, or PERSONSIG_DEFAULT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct personsig_verify_options {
    /// sizeof(personsig_verify_options)
    pub size: usize,
    /// The age of the oldest signature that is accepted; by default 24 hours. PERSONSIG_DEFAULT for a plain provider.
    pub max_age: i64,
    /// How far ahead the signer's clock may be; by default 5 minutes. PERSONSIG_DEFAULT for a plain provider.
    pub clock_skew: i64,
    /// Unix time; by default the system's clock.
    pub now: i64,
}

/// Options of personsig_signer_explain.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct personsig_explain_options {
    /// sizeof(personsig_explain_options)
    pub size: usize,
    /// Other identifiers that may have been signed by mistake, such as the user's e-mail address: an array of
    /// `also_count` pointers, 16 at most, and one of as many lengths; both NULL with 0.
    pub also: *const *const c_char,
    /// The length of each.
    pub also_lens: *const usize,
    /// How many there are.
    pub also_count: usize,
    /// As for personsig_signer_sign.
    pub now: i64,
}

/// Options of personsig_signer_snippet. A string is left out as NULL with 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct personsig_snippet_options {
    /// sizeof(personsig_snippet_options)
    pub size: usize,
    /// What the page tells the provider about the user: a JSON object. The signature does not cover it. At most 32
    /// levels deep; numbers that a page reads exactly; no name twice.
    pub traits: *const c_char,
    /// Its length.
    pub traits_len: usize,
    /// GoSquared's project token, "GSN-123456-A": the snippet then loads the provider's script. Leave it out where the
    /// page loads it, and for Chameleon.
    pub site_token: *const c_char,
    /// Its length.
    pub site_token_len: usize,
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: *const c_char,
    /// Its length.
    pub nonce_len: usize,
    /// As for personsig_signer_sign.
    pub now: i64,
}

/// A struct that begins with its size.
///
/// # Safety
/// It is `#[repr(C)]`, its first field is a `usize`, and any bytes are a value of every field.
pub(crate) unsafe trait Options: Copy {
    /// Nothing is given.
    const DEFAULT: Self;
    /// Its size in the first version that had it.
    const FIRST_SIZE: usize = size_of::<Self>();
}

// SAFETY: numbers and pointers.
unsafe impl Options for personsig_verify_options {
    const DEFAULT: Self = personsig_verify_options {
        size: size_of::<Self>(),
        max_age: PERSONSIG_DEFAULT,
        clock_skew: PERSONSIG_DEFAULT,
        now: PERSONSIG_DEFAULT,
    };
}

// SAFETY: numbers and pointers.
unsafe impl Options for personsig_explain_options {
    const DEFAULT: Self = personsig_explain_options {
        size: size_of::<Self>(),
        also: ptr::null(),
        also_lens: ptr::null(),
        also_count: 0,
        now: PERSONSIG_DEFAULT,
    };
}

// SAFETY: numbers and pointers.
unsafe impl Options for personsig_snippet_options {
    const DEFAULT: Self = personsig_snippet_options {
        size: size_of::<Self>(),
        traits: ptr::null(),
        traits_len: 0,
        site_token: ptr::null(),
        site_token_len: 0,
        nonce: ptr::null(),
        nonce_len: 0,
        now: PERSONSIG_DEFAULT,
    };
}

/// No version will have a larger struct: a size beyond is one that nobody has set.
const SIZE_MAX: usize = 1024;

/// What the caller's struct says; NULL gives nothing.
///
/// A struct of an older header is shorter, and the fields that it lacks are not given. One of a newer header is longer,
/// and everything behind the fields known here must be zero, which means "not given" for every field that is ever
/// added. This is the rule of clone3(2) and openat2(2).
///
/// # Safety
///
/// `pointer` is NULL or valid for reads of a `usize`, and where that is from [`Options::FIRST_SIZE`] to [`SIZE_MAX`], of
/// as many bytes.
pub(crate) unsafe fn options<T: Options>(pointer: *const T) -> Result<T, personsig_status> {
    let mut options = T::DEFAULT;
    if pointer.is_null() {
        return Ok(options);
    }
    // SAFETY: the caller's promise.
    let size = unsafe { pointer.cast::<usize>().read_unaligned() };
    if !(T::FIRST_SIZE..=SIZE_MAX).contains(&size) {
        return Err(PERSONSIG_INVALID_OPTION);
    }
    // SAFETY: the caller's promise.
    let given = unsafe { slice::from_raw_parts(pointer.cast::<u8>(), size) };
    let (known, unknown) = given.split_at(size.min(size_of::<T>()));
    if unknown.iter().any(|byte| *byte != 0) {
        return Err(PERSONSIG_INVALID_OPTION);
    }
    // SAFETY: `known` is no longer than the struct, of which any bytes are a value.
    unsafe { ptr::copy_nonoverlapping(known.as_ptr(), (&raw mut options).cast::<u8>(), known.len()) };
    Ok(options)
}

/// A time, or none.
pub(crate) fn given(seconds: i64) -> Option<i64> {
    (seconds != PERSONSIG_DEFAULT).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two fields in the first version, a third in this one.
    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Grown {
        size: usize,
        first: i64,
        added: i64,
    }

    // SAFETY: numbers.
    unsafe impl Options for Grown {
        const DEFAULT: Self = Grown { size: size_of::<Self>(), first: -1, added: 0 };
        const FIRST_SIZE: usize = 16;
    }

    /// As a program passes it: exactly `words` long, the first one the size.
    fn read(size: usize, words: &[i64]) -> Result<(i64, i64), personsig_status> {
        let mut given = vec![size as i64];
        given.extend(words);
        // SAFETY: it is as long as it says, or the size is refused.
        unsafe { options(given.as_ptr().cast::<Grown>()) }.map(|grown| (grown.first, grown.added))
    }

    #[test]
    fn null_gives_nothing() {
        // SAFETY: NULL is fine.
        let options = unsafe { options::<Grown>(ptr::null()) }.unwrap();
        assert_eq!((options.first, options.added), (-1, 0));
    }

    #[test]
    fn an_older_struct_lacks_fields() {
        assert_eq!(read(24, &[5, 6]), Ok((5, 6)));
        assert_eq!(read(16, &[5]), Ok((5, 0)));
        assert_eq!(read(16, &[5, 6]), Ok((5, 0)));
    }

    #[test]
    fn a_newer_struct_may_not_say_more() {
        assert_eq!(read(32, &[5, 6, 0]), Ok((5, 6)));
        assert_eq!(read(32, &[5, 6, 1]), Err(PERSONSIG_INVALID_OPTION));
        assert_eq!(read(32, &[5, 6, 1 << 56]), Err(PERSONSIG_INVALID_OPTION));
        let mut largest = vec![0; SIZE_MAX / 8 - 1];
        largest[0] = 5;
        assert_eq!(read(SIZE_MAX, &largest), Ok((5, 0)));
    }

    #[test]
    fn a_size_that_no_version_has_is_refused_unread() {
        for size in [0, 1, 8, 15, SIZE_MAX + 1, SIZE_MAX + 8, isize::MAX as usize, usize::MAX] {
            assert_eq!(read(size, &[]), Err(PERSONSIG_INVALID_OPTION), "{size}");
        }
    }
}
