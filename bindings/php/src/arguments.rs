//! Arguments, checked for their native types.
//!
//! PHP's own weak mode would sign `true` as `1` and `1.0` as `1`, and would call `__toString`: so every argument is
//! taken as it is. A `TypeError` names the parameter and the type that was given, never the value.
//!
//! What is read here is borrowed: the caller's frame holds each value until the method returns, and no PHP code runs
//! meanwhile that could change it.

use std::borrow::Cow;

use ext_php_rs::convert::{FromZval, StubLiteral};
use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::flags::DataType;
use ext_php_rs::types::Zval;
use personsig::host::{self, At};
use personsig::{Code, Secret, Traits, UserId, VerifyOptions};

use crate::advice;
use crate::errors::{exception, type_error};
use crate::types::is_list;
use crate::values::Values;

/// An id as PHP has it: smaller than the core's type, which has 128-bit integers, and cheaper to move.
#[derive(Clone, Copy)]
pub enum Id<'a> {
    Text(&'a [u8]),
    Integer(i64),
}

impl<'a> From<Id<'a>> for UserId<'a> {
    #[inline]
    fn from(id: Id<'a>) -> Self {
        match id {
            Id::Text(bytes) => UserId::Bytes(bytes),
            Id::Integer(integer) => UserId::from(integer),
        }
    }
}

/// A parameter that takes a string, or an int or null where its method allows them.
pub struct Text<'a>(&'a Zval);

impl<'a> FromZval<'a> for Text<'a> {
    const TYPE: DataType = DataType::String;

    fn from_zval(zval: &'a Zval) -> Option<Self> {
        Some(Text(zval.dereference()))
    }
}

impl<'a> Text<'a> {
    /// Bytes that are not UTF-8 become the empty string, which is not a provider's name.
    pub fn provider(&self) -> PhpResult<&'a str> {
        let Text(value) = *self;
        let text = value
            .zend_str()
            .ok_or_else(|| type_error(At::Argument("$provider"), "a string", value, &advice::provider(value)))?;
        Ok(str::from_utf8(text.as_bytes()).unwrap_or_default())
    }

    #[inline]
    pub fn optional(&self, at: At<'_>, advice: fn(&Zval) -> Cow<'static, str>) -> PhpResult<Option<&'a [u8]>> {
        let Text(value) = *self;
        match value.zend_str() {
            Some(text) => Ok(Some(text.as_bytes())),
            None if value.is_null() => Ok(None),
            None => Err(type_error(at, "a string or null", value, &advice(value))),
        }
    }

    pub fn secret(&self, at: At<'_>) -> PhpResult<Secret<'a>> {
        Ok(self.optional(at, advice::secret)?.into())
    }

    /// Null is a signature that did not arrive.
    #[inline]
    pub fn signature(&self) -> PhpResult<&'a [u8]> {
        Ok(self.optional(At::Argument("$signature"), advice::signature)?.unwrap_or_default())
    }

    #[inline]
    pub fn user_id(&self, at: At<'_>) -> PhpResult<Id<'a>> {
        self.id().ok_or_else(|| self.no_id(at, "a string or an int"))
    }

    /// Null is a visitor who is not logged in.
    pub fn user_id_or_none(&self, at: At<'_>) -> PhpResult<Option<Id<'a>>> {
        match self.id() {
            None if !self.0.is_null() => Err(self.no_id(at, "a string, an int or null")),
            user_id => Ok(user_id),
        }
    }

    #[inline]
    fn id(&self) -> Option<Id<'a>> {
        let Text(value) = *self;
        match value.zend_str() {
            Some(text) => Some(Id::Text(text.as_bytes())),
            None => value.long().map(Id::Integer),
        }
    }

    #[cold]
    fn no_id(&self, at: At<'_>, expected: &str) -> PhpException {
        let Text(value) = *self;
        type_error(at, expected, value, &advice::id(value))
    }
}

/// A site token or a nonce. One that is not UTF-8 becomes U+FFFD, which neither may have.
pub fn option<'a>(
    text: Option<&Text<'a>>,
    name: &'static str,
    advice: fn(&Zval) -> Cow<'static, str>,
) -> PhpResult<Option<&'a str>> {
    let bytes = text.map_or(Ok(None), |text| text.optional(At::Argument(name), advice))?;
    Ok(bytes.map(|bytes| str::from_utf8(bytes).unwrap_or("\u{fffd}")))
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
    #[inline]
    fn given(&self) -> Option<&Zval> {
        self.0.filter(|value| !value.is_null())
    }

    #[inline]
    pub fn seconds(&self, name: &'static str) -> PhpResult<Option<i64>> {
        host::seconds(&Values, name, self.given())
    }
}

/// What `verify` accepts.
#[inline]
pub fn limits(max_age: &Number<'_>, clock_skew: &Number<'_>, now: &Number<'_>) -> PhpResult<VerifyOptions> {
    let limits = [("$maxAge", max_age.given()), ("$clockSkew", clock_skew.given()), ("$now", now.given())];
    host::limits(&Values, limits)
}

/// Any value where an array is expected, or nothing. Null is neither.
#[derive(Default)]
pub struct List<'a>(Option<&'a Zval>);

impl<'a> FromZval<'a> for List<'a> {
    const TYPE: DataType = DataType::Array;
    // Only so that a null arrives here, where the message is ours; `complete_parameters` takes the `?` off again.
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
    pub fn secrets(&self, parameter: &'static str) -> PhpResult<Vec<Secret<'a>>> {
        self.elements(parameter, Text::secret)
    }

    pub fn user_ids(&self, parameter: &'static str) -> PhpResult<Vec<UserId<'a>>> {
        self.elements(parameter, |text, at| text.user_id(at).map(UserId::from))
    }

    pub fn traits(&self) -> PhpResult<Traits> {
        // `[]` is no traits; another list has no names.
        let value = self.0.filter(|value| value.array().is_none_or(|array| !array.is_empty()));
        value.map_or_else(|| Ok(Traits::default()), |value| host::traits(&Values, "$traits", value))
    }

    fn elements<T>(
        &self,
        parameter: &'static str,
        element: impl Fn(&Text<'a>, At<'_>) -> PhpResult<T>,
    ) -> PhpResult<Vec<T>> {
        let Some(value) = self.0 else {
            return Ok(Vec::new());
        };
        let Some(array) = value.array().filter(|array| is_list(array)) else {
            let advice = advice::list(parameter, value);
            return Err(type_error(At::Argument(parameter), "an array that is a list", value, &advice));
        };
        let mut elements = Vec::new();
        if elements.try_reserve_exact(array.len()).is_err() {
            return Err(exception(personsig::Error::from(Code::OutOfMemory)));
        }
        while let Some(value) = array.get_index(elements.len() as i64) {
            elements.push(element(&Text(value.dereference()), At::Element(parameter, elements.len()))?);
        }
        Ok(elements)
    }
}

/// Any value where a list must be.
pub struct Ids<'a>(&'a Zval);

impl<'a> FromZval<'a> for Ids<'a> {
    const TYPE: DataType = DataType::Array;

    fn from_zval(zval: &'a Zval) -> Option<Self> {
        Some(Ids(zval.dereference()))
    }
}

impl<'a> Ids<'a> {
    pub fn user_ids(&self, parameter: &'static str) -> PhpResult<Vec<UserId<'a>>> {
        List(Some(self.0)).user_ids(parameter)
    }
}
