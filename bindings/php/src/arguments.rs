//! What PHP programs pass, checked by its native type.
//!
//! PHP's own weak mode would sign `true` as `1` and `1.0` as `1`, and would call `__toString`: so every argument is
//! taken as it is. A `TypeError` names the parameter and the type that was given, never the value.

use ext_php_rs::convert::{FromZval, StubLiteral};
use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::flags::DataType;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ce;
use personsig::{Secret, UserId, VerifyOptions};

/// Any value where a string is expected, or what else the method for it takes.
pub struct Text<'a>(&'a Zval);

impl<'a> FromZval<'a> for Text<'a> {
    const TYPE: DataType = DataType::String;

    fn from_zval(zval: &'a Zval) -> Option<Self> {
        Some(Text(zval.dereference()))
    }
}

impl<'a> Text<'a> {
    /// Bytes that are not UTF-8 become text that is no provider.
    pub fn required(&self, parameter: &str, pass: &str) -> PhpResult<&'a str> {
        let Text(value) = *self;
        let text = value.zend_str().ok_or_else(|| type_error(parameter, "a string", value, pass))?;
        Ok(str::from_utf8(text.as_bytes()).unwrap_or_default())
    }

    pub fn optional(&self, parameter: &str, pass: &str) -> PhpResult<Option<&'a [u8]>> {
        match *self {
            Text(value) if value.is_null() => Ok(None),
            Text(value) => match value.zend_str() {
                Some(text) => Ok(Some(text.as_bytes())),
                None => Err(type_error(parameter, "a string or null", value, pass)),
            },
        }
    }

    pub fn secret(&self, parameter: &str) -> PhpResult<Secret<'a>> {
        Ok(self.optional(parameter, "the secret's text or bytes")?.into())
    }

    /// Null is a signature that did not arrive.
    pub fn signature(&self) -> PhpResult<&'a [u8]> {
        Ok(self.optional("signature", "the signature as it arrived, or null")?.unwrap_or_default())
    }

    pub fn user_id(&self, parameter: &str) -> PhpResult<UserId<'a>> {
        let Text(value) = *self;
        match (value.zend_str(), value.long()) {
            (Some(text), _) => Ok(UserId::Bytes(text.as_bytes())),
            (None, Some(integer)) => Ok(UserId::from(integer)),
            (None, None) if value.is_null() || value.is_array() => {
                Err(type_error(parameter, "a string or an int", value, "the id of a user who is logged in"))
            }
            (None, None) => Err(type_error(parameter, "a string or an int", value, "(string) $id")),
        }
    }
}

/// Any value where whole seconds are expected, or null, or nothing.
pub struct Number<'a>(Option<&'a Zval>);

impl<'a> FromZval<'a> for Number<'a> {
    const TYPE: DataType = DataType::Long;
    const NULLABLE: bool = true;

    fn from_zval(zval: &'a Zval) -> Option<Self> {
        Some(Number(Some(zval.dereference())))
    }

    fn from_missing() -> Option<Self> {
        Some(Number(None))
    }
}

impl Number<'_> {
    pub fn seconds(&self, parameter: &str) -> PhpResult<Option<i64>> {
        match self.0.filter(|value| !value.is_null()) {
            None => Ok(None),
            Some(value) => match value.long() {
                Some(seconds) => Ok(Some(seconds)),
                None => Err(type_error(parameter, "an int or null", value, "whole seconds, such as time()")),
            },
        }
    }
}

/// The options of `verify` and `isValid`.
pub fn verify_options(max_age: &Number<'_>, clock_skew: &Number<'_>, now: &Number<'_>) -> PhpResult<VerifyOptions> {
    let (max_age, clock_skew) = (max_age.seconds("maxAge")?, clock_skew.seconds("clockSkew")?);
    Ok(VerifyOptions { max_age, clock_skew, now: now.seconds("now")? })
}

/// Any value where a list is expected, or nothing. Null is neither.
#[derive(Default)]
pub struct List<'a>(Option<&'a Zval>);

impl<'a> FromZval<'a> for List<'a> {
    const TYPE: DataType = DataType::Array;
    // Only so that a null arrives here, where the message is ours; `classes` takes the `?` off again.
    const NULLABLE: bool = true;

    fn from_zval(zval: &'a Zval) -> Option<Self> {
        Some(List(Some(zval.dereference())))
    }

    fn from_missing() -> Option<Self> {
        Some(List(None))
    }
}

/// The default that `Reflection` shows.
impl StubLiteral for List<'_> {
    fn stub_literal(&self) -> String {
        "[]".into()
    }
}

impl<'a> List<'a> {
    pub fn secrets(&self, parameter: &str) -> PhpResult<Vec<Secret<'a>>> {
        self.elements(parameter, "secrets", Text::secret)
    }

    pub fn user_ids(&self, parameter: &str) -> PhpResult<Vec<UserId<'a>>> {
        self.elements(parameter, "identifiers", Text::user_id)
    }

    fn elements<T>(
        &self,
        parameter: &str,
        plural: &str,
        element: impl Fn(&Text<'a>, &str) -> PhpResult<T>,
    ) -> PhpResult<Vec<T>> {
        let Some(value) = self.0 else {
            return Ok(Vec::new());
        };
        let refused = || type_error(parameter, "an array that is a list", value, &format!("[] or a list of {plural}"));
        let array = value.array().filter(|array| array.has_sequential_keys()).ok_or_else(refused)?;
        let elements = array.values().enumerate();
        elements.map(|(index, value)| element(&Text(value.dereference()), &format!("{parameter}[{index}]"))).collect()
    }
}

fn type_error(parameter: &str, expected: &str, given: &Zval, pass: &str) -> PhpException {
    let message = format!("${parameter} must be {expected}, not {}; pass {pass}", type_name(given));
    PhpException::new(message, 0, ce::type_error())
}

/// As `get_debug_type` names it; of an anonymous class, what stands before its file.
fn type_name(value: &Zval) -> String {
    match value.get_type() {
        DataType::Null => "null".into(),
        DataType::False | DataType::True | DataType::Bool => "bool".into(),
        DataType::Long => "int".into(),
        DataType::Double => "float".into(),
        DataType::String => "string".into(),
        DataType::Array if value.array().is_some_and(|array| !array.has_sequential_keys()) => {
            "an array with other keys than 0, 1, 2 and so on".into()
        }
        DataType::Array => "array".into(),
        DataType::Resource => "resource".into(),
        _ => {
            let name = value.object().and_then(|object| object.get_class_name().ok()).unwrap_or("object".into());
            name.split('\0').next().unwrap_or_default().into()
        }
    }
}
