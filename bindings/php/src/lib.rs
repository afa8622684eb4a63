//! personsig for PHP: the core's `Signer` as `Personsig\Signer`, and the classes that go with it.
//!
//! What PHP programs see is written down in `personsig.stub.php`.

// PHP's named arguments are the names of the Rust parameters: `maxAge: 60`.
#![allow(non_snake_case)]
// The macros drop the lifetimes that are written below.
#![allow(elided_lifetimes_in_paths)]
// The macros make public items without documentation, and this library has no Rust callers.
#![allow(missing_docs)]

mod arguments;
mod classes;
mod environment;

use arguments::{List, Number, Text};
use classes::{FINDING, PROVIDER, SIGNER, VERIFIED};
use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::flags::{ClassFlags, DataType};
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendClassObject, Zval};
use ext_php_rs::zend::{ExecutorGlobals, ce};

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
        // SAFETY: the engine points this at the frame of the running call, which outlives it.
        let this = unsafe { ExecutorGlobals::get().current_execute_data.as_mut() }.and_then(|call| call.get_self());
        let this = this.ok_or("the constructor was called without an object")?;
        if ZendClassObject::<Signer>::from_zend_obj(this).is_some() {
            let message = "a Personsig\\Signer is constructed once; make a new one with `new`";
            return Err(PhpException::new(message.into(), 0, ce::error()));
        }
        let provider = provider.required("provider", "the provider's name")?;
        let secret = secret.secret("secret")?;
        let fallbacks = fallbackSecrets.secrets("fallbackSecrets")?;
        let core = personsig::Signer::with_fallbacks(provider, secret, &fallbacks).map_err(classes::exception)?;
        SIGNER.set(this, &[&core.provider().name])?;
        Ok(Signer { core })
    }

    /// `Signer::fromEnv($provider, $variable)`.
    pub fn from_env(provider: Text<'_>, variable: Option<Text<'_>>) -> PhpResult<ZBox<ZendClassObject<Signer>>> {
        let provider = provider.required("provider", "the provider's name")?;
        let variable = match &variable {
            Some(variable) => variable.optional("variable", "the name of an environment variable, or null")?,
            None => None,
        };
        let lookup = |name: &str| Ok(environment::get(name));
        let core = personsig::Signer::from_lookup(provider, variable, lookup).map_err(classes::exception)?;
        let name = core.provider().name;
        let mut signer = ZendClassObject::new(Signer { core });
        SIGNER.set(signer.get_mut_zend_obj(), &[&name])?;
        Ok(signer)
    }

    /// `$signer->sign($userId, $now)`.
    pub fn sign(&self, userId: Text<'_>, now: Number<'_>) -> PhpResult<Signature> {
        let (user_id, now) = (userId.user_id("userId")?, now.seconds("now")?);
        Ok(Signature(self.core.sign_at(user_id, now).map_err(classes::exception)?))
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
        let (user_id, signature) = (userId.user_id("userId")?, signature.signature()?);
        let options = arguments::verify_options(&maxAge, &clockSkew, &now)?;
        Ok(Verified(self.core.verify_with(user_id, signature, &options).map_err(classes::exception)?))
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
        let (user_id, signature) = (userId.user_id("userId")?, signature.signature()?);
        let options = arguments::verify_options(&maxAge, &clockSkew, &now)?;
        self.core.is_valid(user_id, signature, &options).map_err(classes::exception)
    }

    /// `$signer->explain($userId, $signature, $also, $now)`.
    #[php(defaults(also = List::default()))]
    pub fn explain(
        &self,
        userId: Text<'_>,
        signature: Text<'_>,
        also: List<'_>,
        now: Number<'_>,
    ) -> PhpResult<Vec<Zval>> {
        let (user_id, signature) = (userId.user_id("userId")?, signature.signature()?);
        let (also, now) = (also.user_ids("also")?, now.seconds("now")?);
        let findings = self.core.explain(user_id, signature, &also, now).map_err(classes::exception)?;
        let objects = findings.into_iter().map(|finding| {
            let index = finding.index.map(classes::integer);
            FINDING.object(&[&finding.code, &finding.message, &finding.fix, &index])
        });
        Ok(objects.collect::<Result<_>>()?)
    }
}

/// `Personsig\providers()`.
#[php_function]
#[php(name = "Personsig\\providers")]
pub fn providers() -> PhpResult<Vec<Zval>> {
    let rows = personsig::providers().iter().map(|row| {
        PROVIDER.object(&[&row.name, &row.title, &row.scheme.name(), &row.secret_variable, &row.documentation])
    });
    Ok(rows.collect::<Result<_>>()?)
}

/// A PHP string, written without a Rust string in between.
pub struct Signature(personsig::Signature);

impl IntoZval for Signature {
    const TYPE: DataType = DataType::String;
    const NULLABLE: bool = false;

    fn set_zval(self, zv: &mut Zval, persistent: bool) -> Result<()> {
        zv.set_string(&self.0, persistent)
    }
}

/// `Personsig\Verified`.
pub struct Verified(personsig::Verified);

impl IntoZval for Verified {
    const TYPE: DataType = DataType::object("Personsig\\Verified");
    const NULLABLE: bool = false;

    fn set_zval(self, zv: &mut Zval, _: bool) -> Result<()> {
        *zv = VERIFIED.object(&[&classes::integer(self.0.secret_index), &self.0.signed_at])?;
        Ok(())
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
