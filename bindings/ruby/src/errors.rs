//! The core's errors as exceptions, and the TypeErrors.

use std::collections::TryReserveError;

use magnus::value::Lazy;
use magnus::{Error, ExceptionClass, RModule, Ruby, TryConvert, Value, kwargs, prelude::*};
use personsig::host::{self, At, Class, catch_panic};

use crate::advice;

// What is simpler in Ruby is in lib/personsig.rb, which defines these classes before it loads us.
pub(crate) static INPUT_ERROR: Lazy<ExceptionClass> = Lazy::new(|ruby| constant(ruby, "InputError"));
pub(crate) static VERIFICATION_ERROR: Lazy<ExceptionClass> = Lazy::new(|ruby| constant(ruby, "VerificationError"));

/// Runs the core and turns its errors into Ruby's. A panic would be a defect; magnus makes it a `fatal`, which no
/// `rescue` catches and which ends the process.
pub(crate) fn run<T>(ruby: &Ruby, core: impl FnOnce() -> Result<T, personsig::Error>) -> Result<T, Error> {
    catch_panic(core).map_err(|error| {
        let class = match Class::of(&error) {
            Class::Input => &INPUT_ERROR,
            Class::Verification => &VERIFICATION_ERROR,
            Class::OutOfMemory => return Error::new(ruby.exception_no_mem_error(), error.to_string()),
            Class::Defect => return Error::new(ruby.exception_runtime_error(), error.to_string()),
        };
        let code = frozen_text(ruby, error.code().name());
        let fields = kwargs!(ruby, "code" => code, "index" => error.index());
        ruby.get_inner(class).new_instance((error.to_string(), fields)).map_or_else(|failure| failure, Error::from)
    })
}

/// Names the class that was given, never the value.
#[cold]
pub(crate) fn type_error(ruby: &Ruby, at: At<'_>, expected: &str, given: Value, advice: &str) -> Error {
    let message = host::type_error(at, expected, &advice::class_name(given), advice);
    Error::new(ruby.exception_type_error(), message)
}

#[cold]
pub(crate) fn no_memory(ruby: &Ruby, _: TryReserveError) -> Error {
    Error::new(ruby.exception_no_mem_error(), "failed to allocate memory")
}

/// A constant of the module Personsig.
pub(crate) fn constant<T: TryConvert>(ruby: &Ruby, name: &'static str) -> T {
    let personsig: Result<RModule, Error> = ruby.class_object().const_get("Personsig");
    personsig.and_then(|module| module.const_get(name)).expect("lib/personsig.rb defines it")
}

pub(crate) fn frozen_text(ruby: &Ruby, text: &str) -> Value {
    let text = ruby.str_new(text);
    text.freeze();
    text.as_value()
}
