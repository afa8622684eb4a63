//! personsig for PHP: the core's `Signer` as `Personsig\Signer`, and the classes that go with it.

// The macros make public items without documentation, and this library has no Rust callers.
#![allow(missing_docs)]

mod advice;
mod arguments;
mod class;
mod environment;
mod errors;
mod memory;
mod results;
mod signer;
mod snippet;
mod types;
mod values;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::error::Result;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendObject;

/// `Personsig\providers()`.
#[php_function]
#[php(name = "Personsig\\providers")]
pub fn providers() -> PhpResult<Vec<ZBox<ZendObject>>> {
    Ok(personsig::providers().iter().map(results::provider).collect::<Result<_>>()?)
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
    ext_php_rs::internal::startup_guard(|| {
        errors::declare()?;
        results::declare()?;
        snippet::declare()?;
        signer::declare()
    })
}
