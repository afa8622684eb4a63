//! What PHP programs call the environment: for each name the first of `$_ENV`, `$_SERVER` and `getenv()` that has
//! text in it.
//!
//! Loaders of `.env` files write to the two arrays and often not to the process. PHP builds both when a program that
//! names them is compiled (`auto_globals_jit`); ours may not name them, so they are asked for here. The stock
//! `php.ini` leaves `$_ENV` empty.

use ext_php_rs::ffi::zend_is_auto_global;
use ext_php_rs::types::{ZendCallable, ZendStr, Zval};
use ext_php_rs::zend::ExecutorGlobals;
use personsig::{Code, host};
use zeroize::Zeroizing;

/// The value, copied; the copy is zeroed when it is dropped.
pub fn get(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Code> {
    for look_up in [|name: &str| superglobal("_ENV", name), |name: &str| superglobal("_SERVER", name), getenv] {
        if let Some(value) = look_up(name)
            && let Some(text) = value.dereference().zend_str().filter(|text| !text.as_bytes().is_empty())
        {
            let copy = host::copied(text.as_bytes()).map_err(|_| Code::OutOfMemory)?;
            return Ok(Some(Zeroizing::new(copy)));
        }
    }
    Ok(None)
}

fn superglobal(array: &str, name: &str) -> Option<Zval> {
    let mut key = ZendStr::new(array, false);
    // SAFETY: the engine only reads the name, which lives until the call returns.
    unsafe { zend_is_auto_global(key.as_mut_ptr()) };
    let globals = ExecutorGlobals::get();
    let array = globals.symbol_table.get(array)?;
    let array = array.indirect().unwrap_or(array).dereference().array()?;
    array.get(name).map(Zval::shallow_clone)
}

/// PHP's own function: it also knows what the web server passed, and `putenv`. It is missing where
/// `disable_functions` has it.
fn getenv(name: &str) -> Option<Zval> {
    ZendCallable::try_from_name("getenv").ok()?.try_call(vec![&name]).ok()
}
