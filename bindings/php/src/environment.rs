//! What PHP programs call the environment: for each name the first of `$_ENV`, `$_SERVER` and `getenv()` that has
//! text in it.
//!
//! Loaders of `.env` files write to the two arrays and often not to the process. PHP builds both when a program that
//! names them is compiled (`auto_globals_jit`); ours may not name them, so they are asked for here. The stock
//! `php.ini` leaves `$_ENV` empty.

use ext_php_rs::ffi::zend_is_auto_global;
use ext_php_rs::types::{ZendCallable, ZendStr, Zval};
use ext_php_rs::zend::ExecutorGlobals;
use zeroize::Zeroizing;

/// The value, copied; the copy is zeroed when it is dropped.
pub fn get(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    superglobal("_ENV", name).or_else(|| superglobal("_SERVER", name)).or_else(|| getenv(name))
}

fn superglobal(array: &str, name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = ZendStr::new(array, false);
    // SAFETY: the engine only reads the name, which lives until the call returns.
    unsafe { zend_is_auto_global(key.as_mut_ptr()) };
    let globals = ExecutorGlobals::get();
    let array = globals.symbol_table.get(array)?;
    let array = array.indirect().unwrap_or(array).dereference().array()?;
    text(array.get(name)?)
}

/// PHP's own function: it also knows what the web server passed, and `putenv`. It is missing where
/// `disable_functions` has it.
fn getenv(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    text(&ZendCallable::try_from_name("getenv").ok()?.try_call(vec![&name]).ok()?)
}

fn text(value: &Zval) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = value.dereference().zend_str()?.as_bytes();
    (!bytes.is_empty()).then(|| Zeroizing::new(bytes.to_vec()))
}
