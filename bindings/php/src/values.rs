//! PHP's values, for the core to read as traits and numbers. No PHP code runs meanwhile that could change them.

use std::borrow::Cow;

use ext_php_rs::exception::PhpException;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ce;
use personsig::host::{self, At, Host, Shape, VisitElement, VisitMember};

use crate::advice;
use crate::errors::type_error;
use crate::types::{is_list, properties};

/// PHP's values.
pub struct Values;

impl Host for Values {
    type Value = Zval;
    type Error = PhpException;

    fn shape<'v>(&self, value: &'v Zval) -> Result<Shape<'v>, PhpException> {
        let value = value.dereference();
        Ok(if let Some(array) = value.array() {
            if is_list(array) { Shape::List } else { Shape::Map }
        } else if properties(value).is_some() {
            Shape::Map
        } else if let Some(text) = value.zend_str() {
            Shape::Text(Cow::Borrowed(text.as_bytes()))
        } else if let Some(integer) = value.long() {
            Shape::Integer(integer)
        } else if let Some(float) = value.double() {
            Shape::Float(float)
        } else if let Some(truth) = value.bool() {
            Shape::Bool(truth)
        } else if value.is_null() {
            Shape::Null
        } else {
            Shape::Other
        })
    }

    #[inline]
    fn integer(&self, value: &Zval) -> Result<Option<i64>, PhpException> {
        Ok(value.long())
    }

    fn elements(&self, list: &Zval, visit: &mut VisitElement<'_, Zval, PhpException>) -> Result<(), PhpException> {
        let array = list.dereference().array();
        for element in array.iter().flat_map(|array| array.values()) {
            if visit(element)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn members(&self, map: &Zval, visit: &mut VisitMember<'_, Zval, PhpException>) -> Result<(), PhpException> {
        let map = map.dereference();
        let Some(table) = map.array().or_else(|| properties(map)) else { return Ok(()) };
        let mut entries = table.iter();
        while let Some((name, value)) = entries.next_zval() {
            if visit(&name, value)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// A key is a string or an int.
    fn name<'v>(&self, name: &'v Zval) -> Result<Option<Cow<'v, [u8]>>, PhpException> {
        let text = name.zend_str().map(|name| Cow::Borrowed(name.as_bytes()));
        Ok(text.or_else(|| name.long().map(|name| Cow::Owned(name.to_string().into_bytes()))))
    }

    fn type_error(&self, at: At<'_>, value: &Zval) -> PhpException {
        let value = value.dereference();
        let (expected, advice) = match at {
            At::Trait(_) => {
                ("null, a bool, a string, an int, a float, an array or a stdClass", advice::trait_value(value))
            }
            At::TraitName(_) => ("a string", "pass the name as a string".into()),
            At::Argument("$traits") => {
                let (expected, advice) =
                    ("an array with names as its keys", "pass ['name' => $value], or leave it out");
                if value.array().is_some_and(is_list) {
                    return PhpException::new(host::type_error(at, expected, "a list", advice), 0, ce::type_error());
                }
                (expected, advice.into())
            }
            At::Argument(name) | At::Element(name, _) => ("an int or null", advice::seconds(name, value)),
        };
        type_error(at, expected, value, &advice)
    }
}
