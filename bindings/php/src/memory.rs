//! PHP's `memory_limit`, looked at before a result is made whose size the caller decides.
//!
//! Some engines let an extension's call go on past the limit and end the process, without shutdown functions, where it
//! reaches twice the limit (`memory_hard_limit_percent`). What certainly does not fit is refused first, as the engine
//! refuses it; what fits but for the heap's own gaps is left to the engine.

use std::panic::AssertUnwindSafe;

use ext_php_rs::error::{Result, php_error};
use ext_php_rs::exception::PhpResult;
use ext_php_rs::ffi::ext_php_rs_process_globals;
use ext_php_rs::flags::ErrorType;
use ext_php_rs::zend::{CatchError, bailout, try_catch};

/// Less than this is made at once: it cannot reach twice the limit, and to catch a jump would take as long as an
/// identity. Where the engine jumps all the same, what the caller owned is as small, and is lost.
const SMALL: usize = 1 << 12;

/// A bailout that was caught: the engine ends the request.
pub struct Exhausted(());

impl Exhausted {
    /// Continues the bailout. zend_bailout longjmps past destructors: drop everything first.
    pub fn end(self) -> ! {
        // SAFETY: nothing is left to be freed, and ext-php-rs catches the jump where it called the method.
        unsafe { bailout() }
    }
}

/// The least memory, in bytes, of a list of `count` strings of `len` bytes.
pub fn strings(count: usize, len: usize) -> usize {
    const HEADER: usize = 24;
    const ELEMENT: usize = 16;
    let elements = count.checked_next_power_of_two().unwrap_or(usize::MAX).saturating_mul(ELEMENT);
    elements.saturating_add(count.saturating_mul(HEADER + len))
}

/// Calls `make`, which allocates at least `needed` bytes of PHP's memory.
pub fn allocate<T>(needed: usize, make: impl FnOnce() -> Result<T>) -> std::result::Result<PhpResult<T>, Exhausted> {
    if needed < SMALL {
        return Ok(make().map_err(Into::into));
    }
    let guarded = || {
        refuse_beyond_limit(needed);
        make()
    };
    match try_catch(AssertUnwindSafe(guarded)) {
        Ok(made) => Ok(made.map_err(Into::into)),
        Err(CatchError::Bailout) => Err(Exhausted(())),
        Err(error) => Ok(Err(error.to_string().into())),
    }
}

/// PHP's own fatal error, which jumps.
fn refuse_beyond_limit(needed: usize) {
    // SAFETY: the engine's globals, which live as long as the process, and a function that only reads the heap's
    // counters.
    let (limit, used) = unsafe { ((*ext_php_rs_process_globals()).memory_limit, zend_memory_usage(false)) };
    // -1 is no limit.
    let Ok(limit) = usize::try_from(limit) else { return };
    if used.saturating_add(needed) > limit {
        let message = format!("Allowed memory size of {limit} bytes exhausted (tried to allocate {needed} bytes)");
        php_error(&ErrorType::Error, &message);
    }
}

unsafe extern "C" {
    fn zend_memory_usage(real_usage: bool) -> usize;
}
