//! A class of plain PHP objects, declared through the engine's own interface when the module starts.
//!
//! ext-php-rs's `#[php_class]` (0.16) overrides how objects are created, which leaves an exception without file, line
//! and trace, and it knows neither typed readonly properties nor attributes of parameters. So only `Signer`, which
//! holds a Rust value, is one; the others are ordinary PHP classes.

use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::{mem, ptr, slice};

use ext_php_rs::args::ArgInfoTables;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::builders::{ClassBuilder, FunctionBuilder};
use ext_php_rs::convert::IntoZvalDyn;
use ext_php_rs::error::{Error, Result};
use ext_php_rs::ffi::{zend_class_entry, zend_object, zend_string, zend_type, zval};
use ext_php_rs::flags::{ClassFlags, DataType, MethodFlags, PropertyFlags};
use ext_php_rs::types::{ZendObject, ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, ExecuteData, ZendType};
use ext_php_rs::zend_fastcall;

/// A class, and its readonly properties: their names, types, and whether they may be null.
pub struct Class {
    pub name: &'static str,
    properties: &'static [(&'static str, DataType, bool)],
    visibility: PropertyFlags,
    entry: AtomicPtr<ClassEntry>,
    /// The argument info of the class's methods, which the engine keeps reading.
    tables: AtomicPtr<ArgInfoTables>,
}

impl Class {
    pub const fn new(name: &'static str, properties: &'static [(&'static str, DataType, bool)]) -> Self {
        let entry = AtomicPtr::new(ptr::null_mut());
        let visibility = PropertyFlags::Public;
        Class { name, properties, visibility, entry, tables: AtomicPtr::new(ptr::null_mut()) }
    }

    pub const fn hidden(self) -> Self {
        Class { visibility: PropertyFlags::Private, ..self }
    }

    pub fn entry(&self) -> &'static ClassEntry {
        // SAFETY: null, or what the engine returned when it registered the class, which it keeps until the module ends.
        unsafe { self.entry.load(Ordering::Acquire).as_ref() }.expect("declared when the module starts")
    }

    /// Keeps what the engine returns when it registers the class.
    pub fn keep(&self, entry: &'static mut ClassEntry, tables: ArgInfoTables) {
        self.keep_entry(entry);
        self.tables.store(Box::into_raw(Box::new(tables)), Ordering::Release);
    }

    /// The same, where ext-php-rs keeps the tables.
    pub fn keep_entry(&self, entry: &mut ClassEntry) {
        self.entry.store(entry, Ordering::Release);
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

    /// The property slots of a new object, in the order declared. The engine checks neither types nor `readonly` here.
    /// A lookup by name would take longer than to verify a signature.
    pub fn properties<'o>(&self, object: &'o mut ZendObject) -> &'o mut [Zval] {
        assert!(object.instance_of(self.entry()));
        // SAFETY: it is of a class that we declared without a parent, or extends one: so it begins with as many slots
        // as we declared properties, and none of them has been given a value yet.
        unsafe { slice::from_raw_parts_mut(object.properties_table.as_mut_ptr(), self.properties.len()) }
    }

    pub fn set_one(&self, object: &mut ZendObject, name: &str, value: &dyn IntoZvalDyn) -> Result<()> {
        let mut value = value.as_zval(false)?;
        let scope = ptr::from_ref(self.entry()).cast_mut();
        // SAFETY: the object is alive, the name is as long as said, and the engine takes a reference of its own.
        unsafe { zend_update_property(scope, object, name.as_ptr().cast(), name.len(), &raw mut value) };
        Ok(())
    }

    /// Declares the class and its typed readonly properties. `keep` must call [`Class::keep`].
    pub fn register(&self, builder: ClassBuilder, keep: fn(&'static mut ClassEntry, ArgInfoTables)) -> Result<()> {
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

/// The builder of a class whose constructor is private: PHP programs receive its objects and do not make them.
pub fn result(class: &Class, flags: ClassFlags) -> ClassBuilder {
    let constructor = FunctionBuilder::new("__construct", nothing);
    let flags = flags.union(ClassFlags::NoDynamicProperties);
    ClassBuilder::new(class.name).flags(flags).method(constructor, MethodFlags::Private)
}

zend_fastcall! {
    extern fn nothing(_: &mut ExecuteData, _: &mut Zval) {}
}

/// `ZEND_ACC_READONLY`.
const READONLY: c_int = 1 << 7;

// The same in PHP 8.1 to 8.4; ext-php-rs has no bindings for them.
unsafe extern "C" {
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
}
