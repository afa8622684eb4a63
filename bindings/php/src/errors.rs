//! The exceptions, with file, line and trace of the caller.

use std::borrow::Borrow;

use ext_php_rs::builders::ClassBuilder;
use ext_php_rs::class::ClassEntryInfo;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::exception::PhpException;
use ext_php_rs::ffi::zend_class_entry;
use ext_php_rs::flags::DataType::{Long, String as Text};
use ext_php_rs::flags::{ClassFlags, DataType};
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ce;
use personsig::host::{self, At, Class as HostClass};

use crate::class::{Class, integer};
use crate::types::type_name;

static EXCEPTION: Class = Class::new("Personsig\\PersonsigException", &[]);
static INPUT: Class = Class::new("Personsig\\InputException", REASON);
static VERIFICATION: Class = Class::new("Personsig\\VerificationException", REASON);
/// `code` is PHP's own, and an int.
const REASON: &[(&str, DataType, bool)] = &[("reason", Text, false), ("index", Long, true)];

/// The core's error as the exception of its kind, with file, line and trace of the caller.
#[cold]
pub fn exception(error: impl Borrow<personsig::Error>) -> PhpException {
    let error = error.borrow();
    let message = error.to_string();
    let class = match HostClass::of(error) {
        HostClass::Input => &INPUT,
        HostClass::Verification => &VERIFICATION,
        HostClass::OutOfMemory | HostClass::Defect => return PhpException::new(message, 0, ce::error()),
    };
    let mut object = ZendObject::new(class.entry());
    let set = class
        .set_one(&mut object, "message", &message)
        .and_then(|()| class.set_one(&mut object, "reason", &error.code().name()))
        .and_then(|()| class.set_one(&mut object, "index", &error.index().map(integer)))
        .and_then(|()| object.into_zval(false));
    match set {
        Ok(object) => PhpException::new(message, 0, class.entry()).with_object(object),
        Err(error) => error.into(),
    }
}

/// Names the type that was given, never the value.
#[cold]
pub fn type_error(at: At<'_>, expected: &str, given: &Zval, advice: &str) -> PhpException {
    PhpException::new(host::type_error(at, expected, &type_name(given), advice), 0, ce::type_error())
}

/// For the module's start.
pub fn declare() -> Result<()> {
    let interface = ClassBuilder::new(EXCEPTION.name).flags(ClassFlags::Interface);
    let interface = interface.implements((ce::throwable, "Throwable"));
    EXCEPTION.register(interface, |entry, tables| EXCEPTION.keep(entry, tables))?;
    let exception = |class: &Class, parent: ClassEntryInfo| {
        ClassBuilder::new(class.name).extends(parent).implements((|| EXCEPTION.entry(), EXCEPTION.name))
    };
    // SAFETY: both classes are PHP's own and exist before any module that is loaded.
    let input = exception(&INPUT, (|| unsafe { &*spl_ce_InvalidArgumentException }, "InvalidArgumentException"));
    INPUT.register(input, |entry, tables| INPUT.keep(entry, tables))?;
    // SAFETY: as above.
    let verification = exception(&VERIFICATION, (|| unsafe { &*spl_ce_RuntimeException }, "RuntimeException"));
    VERIFICATION.register(verification, |entry, tables| VERIFICATION.keep(entry, tables))
}

// The same in PHP 8.1 to 8.4; ext-php-rs has no bindings for them.
unsafe extern "C" {
    static spl_ce_InvalidArgumentException: *mut zend_class_entry;
    static spl_ce_RuntimeException: *mut zend_class_entry;
}
