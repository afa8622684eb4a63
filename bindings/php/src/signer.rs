//! `Personsig\Signer`. What PHP programs see of it is written down in `personsig.stub.php`.

// PHP's named arguments are the names of the Rust parameters: `maxAge: 60`.
#![allow(non_snake_case)]
// The macros drop the lifetimes that are written below.
#![allow(elided_lifetimes_in_paths)]

use std::ffi::{CStr, c_int, c_void};
use std::ptr;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::builders::ClassBuilder;
use ext_php_rs::class::RegisteredClass;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::ffi::{
    HashTable, IS_LONG, IS_NULL, ext_php_rs_executor_globals, zend_function, zend_object_handlers, zend_string, zval,
};
use ext_php_rs::flags::{ClassFlags, DataType};
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, ZendHashTable, ZendObject, ZendStr};
use ext_php_rs::zend::ce;
use personsig::SnippetOptions;
use personsig::host::At;

use crate::arguments::{self, Ids, List, Number, Text};
use crate::class::Class;
use crate::errors::exception;
use crate::results::{Signature, Verified, finding};
use crate::snippet::Snippet;
use crate::{advice, environment, memory};

/// The one property, and all that a dump shows.
static SIGNER: Class = Class::new("Personsig\\Signer", &[("provider", DataType::String, false)]);

/// `Personsig\Signer`. PHP refers to it by handle, so the secrets are never copied.
#[php_class]
#[php(name = "Personsig\\Signer")]
#[php(flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Signer {
    core: personsig::Signer,
}

#[php_impl]
impl Signer {
    /// `new Signer($provider, $secret, $fallbackSecrets)`, once per object: a second call would replace its secrets.
    #[php(defaults(fallbackSecrets = List::default()))]
    pub fn __construct(provider: Text<'_>, secret: Text<'_>, fallbackSecrets: List<'_>) -> PhpResult<Self> {
        // SAFETY: the engine's globals point at the frame of the running call, which outlives it. `ExecutorGlobals`
        // would take a lock, for as long as the rest of the constructor takes.
        let this = unsafe { (*ext_php_rs_executor_globals()).current_execute_data.as_mut() };
        let this = this.and_then(|call| call.get_self());
        let this = this.ok_or("the constructor was called without an object")?;
        if ZendClassObject::<Signer>::from_zend_obj(this).is_some() {
            let message = "a Personsig\\Signer is constructed once; make a new one with `new`";
            return Err(PhpException::new(message.into(), 0, ce::error()));
        }
        let provider = provider.provider()?;
        let secret = secret.secret(At::Argument("$secret"))?;
        let fallbacks = fallbackSecrets.secrets("$fallbackSecrets")?;
        let core = personsig::Signer::with_fallbacks(provider, secret, &fallbacks).map_err(exception)?;
        core.provider().name.set_zval(&mut SIGNER.properties(this)[0], false)?;
        Ok(Signer { core })
    }

    /// `Signer::fromEnv($provider, $variable)`.
    pub fn from_env(provider: Text<'_>, variable: Option<Text<'_>>) -> PhpResult<ZBox<ZendClassObject<Signer>>> {
        let provider = provider.provider()?;
        let variable = match &variable {
            Some(variable) => variable.optional(At::Argument("$variable"), advice::variable)?,
            None => None,
        };
        let core = personsig::Signer::from_lookup(provider, variable, environment::get).map_err(exception)?;
        let name = core.provider().name;
        let mut signer = ZendClassObject::new(Signer { core });
        name.set_zval(&mut SIGNER.properties(signer.get_mut_zend_obj())[0], false)?;
        Ok(signer)
    }

    /// `$signer->sign($userId, $now)`.
    pub fn sign(&self, userId: Text<'_>, now: Number<'_>) -> PhpResult<Signature> {
        let (user_id, now) = (userId.user_id(At::Argument("$userId"))?, now.seconds("$now")?);
        // Matched by reference: moving the large Result costs 10 % of the call.
        match &self.core.sign_at(user_id, now) {
            Ok(signature) => Ok(Signature::new(signature)),
            Err(error) => Err(exception(error)),
        }
    }

    /// `$signer->verify($userId, $signature, $maxAge, $clockSkew, $now)`.
    pub fn verify(
        &self,
        userId: Text<'_>,
        signature: Text<'_>,
        maxAge: Number<'_>,
        clockSkew: Number<'_>,
        now: Number<'_>,
    ) -> PhpResult<Verified> {
        let (user_id, signature) = (userId.user_id(At::Argument("$userId"))?, signature.signature()?);
        let options = arguments::limits(&maxAge, &clockSkew, &now)?;
        match &self.core.verify_with(user_id, signature, &options) {
            Ok(verified) => Ok(Verified::new(verified)?),
            Err(error) => Err(exception(error)),
        }
    }

    /// `$signer->isValid(...)`, with the arguments of `verify`.
    pub fn is_valid(
        &self,
        userId: Text<'_>,
        signature: Text<'_>,
        maxAge: Number<'_>,
        clockSkew: Number<'_>,
        now: Number<'_>,
    ) -> PhpResult<bool> {
        let (user_id, signature) = (userId.user_id(At::Argument("$userId"))?, signature.signature()?);
        let options = arguments::limits(&maxAge, &clockSkew, &now)?;
        match &self.core.is_valid(user_id, signature, &options) {
            Ok(is_valid) => Ok(*is_valid),
            Err(error) => Err(exception(error)),
        }
    }

    /// `$signer->explain($userId, $signature, $also, $now)`.
    #[php(defaults(also = List::default()))]
    pub fn explain(
        &self,
        userId: Text<'_>,
        signature: Text<'_>,
        also: List<'_>,
        now: Number<'_>,
    ) -> PhpResult<Vec<ZBox<ZendObject>>> {
        let (user_id, signature) = (userId.user_id(At::Argument("$userId"))?, signature.signature()?);
        let (also, now) = (also.user_ids("$also")?, now.seconds("$now")?);
        let findings = self.core.explain(user_id, signature, &also, now).map_err(exception)?;
        Ok(findings.iter().map(finding).collect::<Result<_>>()?)
    }

    /// `$signer->signMany($userIds, $now)`.
    pub fn sign_many(&self, userIds: Ids<'_>, now: Number<'_>) -> PhpResult<ZBox<ZendHashTable>> {
        let (user_ids, now) = (userIds.user_ids("$userIds")?, now.seconds("$now")?);
        let mut signatures = self.core.sign_many(&user_ids, now).map_err(exception)?;
        let first = signatures.next();
        let needed = memory::strings(user_ids.len(), first.as_ref().map_or(0, |signature| signature.as_bytes().len()));
        let list = memory::allocate(needed, || {
            let mut list = ZendHashTable::with_capacity(user_ids.len().try_into().unwrap_or(u32::MAX));
            if let Some(first) = first {
                list.push(Signature::new(&first))?;
            }
            for signature in signatures {
                list.push(Signature::new(&signature))?;
            }
            Ok(list)
        });
        list.unwrap_or_else(|exhausted| {
            drop(user_ids);
            exhausted.end()
        })
    }

    /// `$signer->snippet($userId, $traits, $siteToken, $nonce, $now)`.
    #[php(defaults(traits = List::default()))]
    pub fn snippet(
        &self,
        userId: Text<'_>,
        traits: List<'_>,
        siteToken: Option<Text<'_>>,
        nonce: Option<Text<'_>>,
        now: Number<'_>,
    ) -> PhpResult<Snippet> {
        let (user_id, traits) = (userId.user_id_or_none(At::Argument("$userId"))?, traits.traits()?);
        let site_token = arguments::option(siteToken.as_ref(), "$siteToken", advice::site_token)?;
        let nonce = arguments::option(nonce.as_ref(), "$nonce", advice::nonce)?;
        let now = now.seconds("$now")?;
        let options = SnippetOptions { traits, site_token, nonce, now };
        let html = self.core.snippet(user_id, &options).map_err(exception)?;
        drop(options);
        let text = memory::allocate(html.len(), || html.as_str().into_zval(false));
        let text = text.unwrap_or_else(|exhausted| {
            drop(html);
            exhausted.end()
        });
        Ok(Snippet(text?))
    }

    /// `$signer->identity($userId, $now)`.
    pub fn identity(&self, userId: Text<'_>, now: Number<'_>) -> PhpResult<ZBox<ZendHashTable>> {
        let (user_id, now) = (userId.user_id(At::Argument("$userId"))?, now.seconds("$now")?);
        let identity = self.core.identity(user_id, now).map_err(exception)?;
        let needed = identity.fields().into_iter().map(|(_, value)| value.len()).sum();
        let fields = memory::allocate(needed, || {
            let mut fields = ZendHashTable::new();
            for (name, value) in identity.fields() {
                fields.insert(name, value)?;
            }
            Ok(fields)
        });
        fields.unwrap_or_else(|exhausted| {
            drop(identity);
            exhausted.end()
        })
    }
}

/// For the module's start.
pub fn declare() -> Result<()> {
    let mut signer = ClassBuilder::new(SIGNER.name).flags(Signer::FLAGS);
    for (method, flags) in Signer::method_builders() {
        signer = signer.method(method, flags);
    }
    SIGNER.register(signer.object_override::<Signer>(), |entry, tables| {
        SIGNER.keep_entry(entry);
        Signer::get_metadata().set_ce(entry);
        Signer::get_metadata().set_arg_info(tables);
    })?;
    // ext-php-rs compares the properties alone, so that two Signers with different secrets would be equal. It knows its
    // objects by the address of their class's one table of handlers, and offers no way to change it.
    let metadata = Signer::get_metadata();
    let handlers = ptr::from_ref(metadata.handlers()).addr();
    let handlers = ptr::from_ref(metadata).cast::<zend_object_handlers>().with_addr(handlers).cast_mut();
    // SAFETY: the table lies in a `OnceCell` of the metadata, which is where this pointer may write. Nobody else reads
    // it while the module starts, and nobody holds a reference to it.
    unsafe { (*handlers).compare = Some(zend_objects_not_comparable) };
    for method in SIGNER.entry().function_table.values() {
        // SAFETY: a class's table holds nothing but functions. These are ours, and nothing runs yet.
        unsafe { method.ptr().map(|function| complete_parameters(function)) };
    }
    Ok(())
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

/// `ZEND_ATTRIBUTE_PERSISTENT`: it is freed with the class and not after the request.
const PERSISTENT: u32 = 1;

// The same in PHP 8.1 to 8.4; ext-php-rs has no bindings for them.
unsafe extern "C" {
    /// As for a case of an enum: equal to itself alone.
    fn zend_objects_not_comparable(left: *mut zval, right: *mut zval) -> c_int;

    fn zend_add_attribute(
        attributes: *mut *mut HashTable,
        name: *mut zend_string,
        arguments: u32,
        flags: u32,
        offset: u32,
        line: u32,
    ) -> *mut c_void;
}
