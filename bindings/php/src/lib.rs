//! personsig for PHP: the core's `Signer` as `Personsig\Signer`, and the classes that go with it.
//!
//! What PHP programs see is written down in `personsig.stub.php`.

// PHP's named arguments are the names of the Rust parameters: `maxAge: 60`.
#![allow(non_snake_case)]
// The macros drop the lifetimes that are written below.
#![allow(elided_lifetimes_in_paths)]
// The macros make public items without documentation, and this library has no Rust callers.
#![allow(missing_docs)]

mod advice;
mod arguments;
mod classes;
mod environment;
mod memory;
mod signature;
mod snippet;
mod traits;

use arguments::{Ids, List, Number, Text};
use classes::{FINDING, PROVIDER, SIGNER, VERIFIED};
use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::ffi::ext_php_rs_executor_globals;
use ext_php_rs::flags::{ClassFlags, DataType};
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, ZendHashTable, ZendObject, Zval};
use ext_php_rs::zend::ce;
use personsig::host::At;
use personsig::{SnippetOptions, VerifyOptions};
use signature::Signature;
use snippet::Snippet;

/// `Personsig\Signer`. PHP holds it by reference, so that a copy of the secrets is never made.
#[php_class]
#[php(name = "Personsig\\Signer")]
#[php(flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Signer {
    core: personsig::Signer,
}

#[php_impl]
impl Signer {
    /// `new Signer($provider, $secret, $fallbackSecrets)`, once an object: a second call would replace its secrets.
    #[php(defaults(fallbackSecrets = List::default()))]
    pub fn __construct(provider: Text<'_>, secret: Text<'_>, fallbackSecrets: List<'_>) -> PhpResult<Self> {
        // SAFETY: the engine's globals point at the frame of the running call, which outlives it. `ExecutorGlobals` would
        // take a lock, for as long as the rest of the constructor takes.
        let this = unsafe { (*ext_php_rs_executor_globals()).current_execute_data.as_mut() };
        let this = this.and_then(|call| call.get_self());
        let this = this.ok_or("the constructor was called without an object")?;
        if ZendClassObject::<Signer>::from_zend_obj(this).is_some() {
            let message = "a Personsig\\Signer is constructed once; make a new one with `new`";
            return Err(PhpException::new(message.into(), 0, ce::error()));
        }
        let provider = provider.provider()?;
        let secret = secret.secret(At("$secret", None))?;
        let fallbacks = fallbackSecrets.secrets("$fallbackSecrets")?;
        let core = personsig::Signer::with_fallbacks(provider, secret, &fallbacks).map_err(classes::exception)?;
        core.provider().name.set_zval(&mut SIGNER.properties(this)[0], false)?;
        Ok(Signer { core })
    }

    /// `Signer::fromEnv($provider, $variable)`.
    pub fn from_env(provider: Text<'_>, variable: Option<Text<'_>>) -> PhpResult<ZBox<ZendClassObject<Signer>>> {
        let provider = provider.provider()?;
        let variable = match &variable {
            Some(variable) => variable.optional(At("$variable", None), advice::variable)?,
            None => None,
        };
        let lookup = |name: &str| Ok(environment::get(name));
        let core = personsig::Signer::from_lookup(provider, variable, lookup).map_err(classes::exception)?;
        let name = core.provider().name;
        let mut signer = ZendClassObject::new(Signer { core });
        name.set_zval(&mut SIGNER.properties(signer.get_mut_zend_obj())[0], false)?;
        Ok(signer)
    }

    /// `$signer->sign($userId, $now)`.
    pub fn sign(&self, userId: Text<'_>, now: Number<'_>) -> PhpResult<Signature> {
        let (user_id, now) = (userId.user_id(At("$userId", None))?, now.seconds("$now")?);
        // Looked at where it lies: to pass it on, an error's size and all, would take a tenth of the whole time.
        match &self.core.sign_at(user_id, now) {
            Ok(signature) => Ok(Signature::new(signature)),
            Err(error) => Err(classes::exception(error)),
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
        let (user_id, signature) = (userId.user_id(At("$userId", None))?, signature.signature()?);
        let (max_age, clock_skew) = (maxAge.seconds("$maxAge")?, clockSkew.seconds("$clockSkew")?);
        let options = VerifyOptions { max_age, clock_skew, now: now.seconds("$now")? };
        match &self.core.verify_with(user_id, signature, &options) {
            Ok(verified) => Ok(Verified::new(verified)?),
            Err(error) => Err(classes::exception(error)),
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
        let (user_id, signature) = (userId.user_id(At("$userId", None))?, signature.signature()?);
        let (max_age, clock_skew) = (maxAge.seconds("$maxAge")?, clockSkew.seconds("$clockSkew")?);
        let options = VerifyOptions { max_age, clock_skew, now: now.seconds("$now")? };
        match &self.core.is_valid(user_id, signature, &options) {
            Ok(is_valid) => Ok(*is_valid),
            Err(error) => Err(classes::exception(error)),
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
        let (user_id, signature) = (userId.user_id(At("$userId", None))?, signature.signature()?);
        let (also, now) = (also.user_ids("$also")?, now.seconds("$now")?);
        let findings = self.core.explain(user_id, signature, &also, now).map_err(classes::exception)?;
        let objects = findings.into_iter().map(|finding| {
            FINDING.object(|properties| {
                let texts = [finding.code, &finding.message, finding.fix];
                properties.iter_mut().zip(texts).try_for_each(|(property, text)| text.set_zval(property, false))?;
                finding.index.map(classes::integer).set_zval(&mut properties[3], false)
            })
        });
        Ok(objects.collect::<Result<_>>()?)
    }

    /// `$signer->signMany($userIds, $now)`.
    pub fn sign_many(&self, userIds: Ids<'_>, now: Number<'_>) -> PhpResult<ZBox<ZendHashTable>> {
        let (user_ids, now) = (userIds.user_ids("$userIds")?, now.seconds("$now")?);
        let mut signatures = self.core.sign_many(&user_ids, now).map_err(classes::exception)?;
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
        let (user_id, traits) = (userId.user_id_or_none(At("$userId", None))?, traits.traits()?);
        let site_token = arguments::option(siteToken.as_ref(), "$siteToken", advice::site_token)?;
        let nonce = arguments::option(nonce.as_ref(), "$nonce", advice::nonce)?;
        let now = now.seconds("$now")?;
        let options = SnippetOptions { traits, site_token: site_token.as_deref(), nonce: nonce.as_deref(), now };
        let html = self.core.snippet(user_id, &options).map_err(classes::exception)?;
        drop(options);
        let text = memory::allocate(html.len(), || html.as_str().into_zval(false));
        let text = text.unwrap_or_else(|exhausted| {
            drop((html, site_token, nonce));
            exhausted.end()
        });
        Ok(Snippet(text?))
    }

    /// `$signer->identity($userId, $now)`.
    pub fn identity(&self, userId: Text<'_>, now: Number<'_>) -> PhpResult<ZBox<ZendHashTable>> {
        let (user_id, now) = (userId.user_id(At("$userId", None))?, now.seconds("$now")?);
        let identity = self.core.identity(user_id, now).map_err(classes::exception)?;
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

/// `Personsig\providers()`.
#[php_function]
#[php(name = "Personsig\\providers")]
pub fn providers() -> PhpResult<Vec<ZBox<ZendObject>>> {
    let rows = personsig::providers().iter().map(|row| {
        let texts = [row.name, row.title, row.scheme.name(), row.secret_variable, row.documentation];
        PROVIDER.object(|properties| {
            properties.iter_mut().zip(texts).try_for_each(|(property, text)| text.set_zval(property, false))
        })
    });
    Ok(rows.collect::<Result<_>>()?)
}

/// `Personsig\Verified`.
pub struct Verified(ZBox<ZendObject>);

impl Verified {
    #[inline]
    fn new(verified: &personsig::Verified) -> Result<Self> {
        let object = VERIFIED.object(|properties| {
            properties[0].set_long(classes::integer(verified.secret_index));
            verified.signed_at.set_zval(&mut properties[1], false)
        });
        Ok(Verified(object?))
    }
}

impl IntoZval for Verified {
    const TYPE: DataType = DataType::object("Personsig\\Verified");
    const NULLABLE: bool = false;

    fn set_zval(self, zv: &mut Zval, _: bool) -> Result<()> {
        self.0.set_zval(zv, false)
    }
}

/// The module, as PHP loads it.
#[php_module]
#[php(startup = "start")]
pub fn get_module(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    module
        .name("personsig")
        .constant(("Personsig\\VERSION", personsig::VERSION, &[]))
        .function(wrap_function!(providers))
}

/// Declares the classes by hand: what this binding needs of them, the macros' own registration does not do.
fn start(_: i32, _: i32) -> i32 {
    ext_php_rs::internal::startup_guard(classes::declare)
}
