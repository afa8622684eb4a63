//! The classes, declared through the engine's own interface when the module starts.
//!
//! ext-php-rs's `#[php_class]` gives objects a creation of its own, which leaves an exception without file, line and
//! trace; it knows neither typed readonly properties nor attributes of parameters. So only `Signer`, which holds a
//! Rust value, is one; the others are ordinary PHP classes.

use std::borrow::Borrow;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::{mem, ptr, slice};

use ext_php_rs::args::ArgInfoTables;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::builders::{ClassBuilder, FunctionBuilder};
use ext_php_rs::class::{ClassEntryInfo, RegisteredClass};
use ext_php_rs::convert::{IntoZval, IntoZvalDyn};
use ext_php_rs::error::{Error, Result};
use ext_php_rs::exception::PhpException;
use ext_php_rs::ffi::{
    HashTable, IS_LONG, IS_NULL, zend_class_entry, zend_function, zend_object, zend_string, zend_type, zval,
};
use ext_php_rs::flags::DataType::{Long, String as Text};
use ext_php_rs::flags::{ClassFlags, DataType, MethodFlags, PropertyFlags};
use ext_php_rs::types::{ZendObject, ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, ExecuteData, ZendType, ce};
use ext_php_rs::zend_fastcall;
use personsig::Kind;

use crate::{Signer, snippet};

/// Of `Signer`, the one property, and all that a dump shows.
pub static SIGNER: Class = Class::new(Signer::CLASS_NAME, &[("provider", Text, false)]);
/// What `verify` returns.
pub static VERIFIED: Class =
    Class::new("Personsig\\Verified", &[("secretIndex", Long, false), ("signedAt", Long, true)]);
/// What `explain` returns a list of.
pub static FINDING: Class = Class::new(
    "Personsig\\Finding",
    &[("code", Text, false), ("message", Text, false), ("fix", Text, false), ("index", Long, true)],
);
/// What `providers` returns a list of.
pub static PROVIDER: Class = Class::new(
    "Personsig\\Provider",
    &[
        ("name", Text, false),
        ("title", Text, false),
        ("scheme", Text, false),
        ("secretVariable", Text, false),
        ("documentation", Text, false),
    ],
);
/// What `snippet` returns.
pub static SNIPPET: Class = Class::new("Personsig\\Snippet", &[("html", Text, false)]).hidden();
static EXCEPTION: Class = Class::new("Personsig\\PersonsigException", &[]);
static INPUT: Class = Class::new("Personsig\\InputException", REASON);
static VERIFICATION: Class = Class::new("Personsig\\VerificationException", REASON);
/// `code` is PHP's own, and an int.
const REASON: &[(&str, DataType, bool)] = &[("reason", Text, false), ("index", Long, true)];

/// A class, and its readonly properties: their names, types, and whether they may be null.
pub struct Class {
    pub name: &'static str,
    properties: &'static [(&'static str, DataType, bool)],
    visibility: PropertyFlags,
    entry: AtomicPtr<ClassEntry>,
    /// What the engine goes on reading of the class's methods.
    tables: AtomicPtr<ArgInfoTables>,
}

impl Class {
    const fn new(name: &'static str, properties: &'static [(&'static str, DataType, bool)]) -> Self {
        let entry = AtomicPtr::new(ptr::null_mut());
        let visibility = PropertyFlags::Public;
        Class { name, properties, visibility, entry, tables: AtomicPtr::new(ptr::null_mut()) }
    }

    const fn hidden(self) -> Self {
        Class { visibility: PropertyFlags::Private, ..self }
    }

    pub fn entry(&self) -> &'static ClassEntry {
        // SAFETY: null, or what the engine returned when it registered the class, which it keeps until the module ends.
        unsafe { self.entry.load(Ordering::Acquire).as_ref() }.expect("declared when the module starts")
    }

    /// A new object, whose properties `fill` is given in their order.
    pub fn object(&self, fill: impl FnOnce(&mut [Zval]) -> Result<()>) -> Result<ZBox<ZendObject>> {
        self.object_of(self.entry(), fill)
    }

    /// The same, of this class or one that extends it.
    pub fn object_of(
        &self,
        class: &ClassEntry,
        fill: impl FnOnce(&mut [Zval]) -> Result<()>,
    ) -> Result<ZBox<ZendObject>> {
        let mut object = ZendObject::new(class);
        fill(self.properties(&mut object))?;
        Ok(object)
    }

    /// The properties of a new object, to be given values of the types that were declared: the engine looks neither at
    /// them nor at `readonly` here. To find each by its name would take longer than to verify a signature.
    pub fn properties<'o>(&self, object: &'o mut ZendObject) -> &'o mut [Zval] {
        assert!(object.instance_of(self.entry()));
        // SAFETY: it is of a class that we declared without a parent, or extends one: so it begins with as many slots as
        // we declared properties, and none of them has been given a value yet.
        unsafe { slice::from_raw_parts_mut(object.properties_table.as_mut_ptr(), self.properties.len()) }
    }

    fn set_one(&self, object: &mut ZendObject, name: &str, value: &dyn IntoZvalDyn) -> Result<()> {
        let mut value = value.as_zval(false)?;
        let scope = ptr::from_ref(self.entry()).cast_mut();
        // SAFETY: the object is alive, the name is as long as said, and the engine takes a reference of its own.
        unsafe { zend_update_property(scope, object, name.as_ptr().cast(), name.len(), &raw mut value) };
        Ok(())
    }

    fn register(&self, builder: ClassBuilder, keep: fn(&'static mut ClassEntry, ArgInfoTables)) -> Result<()> {
        builder.registration(keep).register()?;
        for (name, data_type, nullable) in self.properties {
            let data_type = ZendType::empty_from_type(*data_type, false, false, *nullable);
            let data_type = data_type.ok_or(Error::InvalidPointer)?;
            let name = ZendStr::new_interned(name, true).into_raw();
            let flags = self.visibility.bits().try_into().map(|flags: c_int| flags | READONLY)?;
            // SAFETY: this is the module's start. The class was registered just now, the name is permanent, and the
            // default is "not initialised", which all zeros are.
            unsafe {
                let mut default: Zval = mem::zeroed();
                let class = self.entry.load(Ordering::Acquire);
                zend_declare_typed_property(class, name, &raw mut default, flags, ptr::null_mut(), data_type);
            }
        }
        Ok(())
    }
}

/// `usize` as PHP's int; lists are shorter than its range.
pub fn integer(value: usize) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// The core's error as the exception of its kind, with file, line and trace of the caller.
#[cold]
pub fn exception(error: impl Borrow<personsig::Error>) -> PhpException {
    let error = error.borrow();
    let message = error.to_string();
    let class = match error.kind() {
        Kind::Input => &INPUT,
        Kind::Verification => &VERIFICATION,
        _ => return PhpException::new(message, 0, ce::error()),
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

/// Declares them all. For the module's start.
pub fn declare() -> Result<()> {
    let interface = ClassBuilder::new(EXCEPTION.name).flags(ClassFlags::Interface);
    let interface = interface.implements((ce::throwable, "Throwable"));
    EXCEPTION.register(interface, |entry, tables| keep(&EXCEPTION, entry, tables))?;
    let exception = |class: &Class, parent: ClassEntryInfo| {
        ClassBuilder::new(class.name).extends(parent).implements((|| EXCEPTION.entry(), EXCEPTION.name))
    };
    // SAFETY: both classes are PHP's own and exist before any module that is loaded.
    let input = exception(&INPUT, (|| unsafe { &*spl_ce_InvalidArgumentException }, "InvalidArgumentException"));
    INPUT.register(input, |entry, tables| keep(&INPUT, entry, tables))?;
    // SAFETY: as above.
    let verification = exception(&VERIFICATION, (|| unsafe { &*spl_ce_RuntimeException }, "RuntimeException"));
    VERIFICATION.register(verification, |entry, tables| keep(&VERIFICATION, entry, tables))?;

    // A private constructor: PHP programs receive these and do not make them.
    let value = |class: &Class, flags: ClassFlags| {
        let constructor = FunctionBuilder::new("__construct", nothing);
        let flags = flags.union(ClassFlags::NoDynamicProperties);
        ClassBuilder::new(class.name).flags(flags).method(constructor, MethodFlags::Private)
    };
    VERIFIED.register(value(&VERIFIED, ClassFlags::Final), |entry, tables| keep(&VERIFIED, entry, tables))?;
    FINDING.register(value(&FINDING, ClassFlags::Final), |entry, tables| keep(&FINDING, entry, tables))?;
    PROVIDER.register(value(&PROVIDER, ClassFlags::Final), |entry, tables| keep(&PROVIDER, entry, tables))?;
    // It is one user's, for one response: nothing to keep in a cache.
    let snippet = snippet::methods(value(&SNIPPET, ClassFlags::NotSerializable));
    SNIPPET.register(snippet, |entry, tables| keep(&SNIPPET, entry, tables))?;

    let mut signer = ClassBuilder::new(SIGNER.name).flags(Signer::FLAGS);
    for (method, flags) in Signer::method_builders() {
        signer = signer.method(method, flags);
    }
    SIGNER.register(signer.object_override::<Signer>(), |entry, tables| {
        SIGNER.entry.store(entry, Ordering::Release);
        Signer::get_metadata().set_ce(entry);
        Signer::get_metadata().set_arg_info(tables);
    })?;
    // SAFETY: the module's start, when no object reads them yet. ext-php-rs has one table of handlers a class, in a cell,
    // and lets nobody change it. Its own `compare` looks at the properties alone: two Signers with different secrets
    // would be equal.
    unsafe {
        let handlers = ptr::from_ref(Signer::get_metadata().handlers()).cast_mut();
        (*handlers).compare = Some(zend_objects_not_comparable);
    }
    for method in SIGNER.entry().function_table.values() {
        // SAFETY: a class's table holds nothing but functions. These are ours, and nothing runs yet.
        unsafe { method.ptr().map(|function| complete_parameters(function)) };
    }
    Ok(())
}

fn keep(class: &Class, entry: &'static mut ClassEntry, tables: ArgInfoTables) {
    class.entry.store(entry, Ordering::Release);
    class.tables.store(Box::into_raw(Box::new(tables)), Ordering::Release);
}

zend_fastcall! {
    extern fn nothing(_: &mut ExecuteData, _: &mut Zval) {}
}

/// What ext-php-rs cannot say of a parameter: its whole type, and that its value must not stand in a trace.
///
/// That goes for every parameter: an id is personal data, and people swap arguments. PHP honours the attribute from
/// 8.2 on, and never for arguments that are one too many.
///
/// # Safety
/// For a function of ours, while the module starts.
unsafe fn complete_parameters(function: *mut zend_function) {
    const INT: u32 = 1 << IS_LONG;
    const NULL: u32 = 1 << IS_NULL;
    let attribute = ZendStr::new_interned("SensitiveParameter", true).into_raw();
    // SAFETY: the caller's promise. The table of parameters is the engine's copy of ours, `num_args` long, and each
    // has a name that ends with NUL.
    unsafe {
        let function = &mut (*function).internal_function;
        let name = (*function.function_name).as_bytes();
        for index in 0..function.num_args {
            let parameter = &mut *function.arg_info.add(index as usize);
            match CStr::from_ptr(parameter.name).to_bytes() {
                b"userId" if name == b"snippet" => parameter.type_.type_mask |= INT | NULL,
                b"userId" => parameter.type_.type_mask |= INT,
                b"secret" | b"signature" => parameter.type_.type_mask |= NULL,
                b"fallbackSecrets" | b"also" | b"traits" => parameter.type_.type_mask &= !NULL,
                _ => {}
            }
            // Offset 0 is the function, 1 its first parameter.
            zend_add_attribute(&raw mut function.attributes, attribute, 0, PERSISTENT, index + 1, 0);
        }
    }
}

/// `ZEND_ACC_READONLY`.
const READONLY: c_int = 1 << 7;

/// `ZEND_ATTRIBUTE_PERSISTENT`: it is freed with the class and not after the request.
const PERSISTENT: u32 = 1;

// The same in PHP 8.1 to 8.4; ext-php-rs has no bindings for them.
unsafe extern "C" {
    static spl_ce_InvalidArgumentException: *mut zend_class_entry;
    static spl_ce_RuntimeException: *mut zend_class_entry;

    /// As for a case of an enum: equal to itself alone.
    fn zend_objects_not_comparable(left: *mut zval, right: *mut zval) -> c_int;

    fn zend_declare_typed_property(
        class: *mut zend_class_entry,
        name: *mut zend_string,
        default: *mut zval,
        flags: c_int,
        documentation: *mut zend_string,
        data_type: zend_type,
    ) -> *mut c_void;

    fn zend_update_property(
        scope: *mut zend_class_entry,
        object: *mut zend_object,
        name: *const c_char,
        name_length: usize,
        value: *mut zval,
    );

    fn zend_add_attribute(
        attributes: *mut *mut HashTable,
        name: *mut zend_string,
        arguments: u32,
        flags: u32,
        offset: u32,
        line: u32,
    ) -> *mut c_void;
}
