//! What a page tells about a user: PHP's arrays become the core's traits. Only the walk is here; what a trait may be, is
//! the core's.

use std::fmt;

use ext_php_rs::exception::PhpResult;
use ext_php_rs::ffi::HashTable;
use ext_php_rs::types::{ZendEmptyArray, Zval};
use ext_php_rs::zend::ce;
use personsig::{Trait, Traits};

use crate::advice;
use crate::arguments::{is_list, type_error, type_name, wrong_type};

/// `[]` is no traits; another list has no names.
pub fn read(value: &Zval) -> PhpResult<Traits> {
    let refused = |given: &str| {
        Err(wrong_type("$traits", "an array with names as its keys", given, "pass ['name' => $value], or leave it out"))
    };
    let table = match (value.array(), properties(value)) {
        (Some(list), _) if !list.is_empty() && is_list(list) => return refused("a list"),
        (Some(table), _) | (None, Some(table)) => table,
        (None, None) => return refused(&type_name(value)),
    };
    Walk { path: Path(Vec::new()), too_deep: false }.map(table)
}

/// Depth first. It copies every string.
struct Walk {
    path: Path,
    /// What lies deeper than the core takes was met: the core will refuse it, and nothing more is looked at. So ends an
    /// array that holds itself by reference.
    too_deep: bool,
}

impl Walk {
    fn map(&mut self, table: &HashTable) -> PhpResult<Traits> {
        let mut members = Vec::new();
        let mut entries = table.iter();
        for position in 1.. {
            let Some((name, value)) = entries.next_zval().filter(|_| !self.too_deep) else { break };
            // A key is a string or an int.
            let name = name.zend_str().map_or_else(
                || name.long().unwrap_or_default().to_string().into_bytes(),
                |name| name.as_bytes().to_vec(),
            );
            members.push((name, self.value(position, value)?));
        }
        Ok(members.into_iter().collect())
    }

    fn list(&mut self, array: &HashTable) -> PhpResult<Vec<Trait>> {
        let mut list = Vec::new();
        for (position, value) in (1..).zip(array.values()) {
            list.push(self.value(position, value)?);
            if self.too_deep {
                break;
            }
        }
        Ok(list)
    }

    fn value(&mut self, position: usize, value: &Zval) -> PhpResult<Trait> {
        self.path.0.push(position);
        let value = self.value_here(value.dereference())?;
        self.path.0.pop();
        Ok(value)
    }

    fn value_here(&mut self, value: &Zval) -> PhpResult<Trait> {
        let (array, object) = (value.array(), properties(value));
        Ok(if (array.is_some() || object.is_some()) && self.path.0.len() >= Trait::DEPTH_MAX {
            self.too_deep = true;
            Trait::List(Vec::new())
        } else if let Some(array) = array {
            if is_list(array) { Trait::List(self.list(array)?) } else { Trait::Map(self.map(array)?) }
        } else if let Some(object) = object {
            Trait::Map(self.map(object)?)
        } else if let Some(text) = value.zend_str() {
            Trait::Text(text.as_bytes().to_vec())
        } else if let Some(integer) = value.long() {
            Trait::Integer(integer.into())
        } else if let Some(float) = value.double() {
            Trait::Float(float)
        } else if let Some(truth) = value.bool() {
            Trait::Bool(truth)
        } else if value.is_null() {
            Trait::Null
        } else {
            let expected = "null, a bool, a string, an int, a float, an array or a stdClass";
            return Err(type_error(format_args!("trait {}", self.path), expected, value, &advice::trait_value(value)));
        })
    }
}

/// The properties of an object that is a plain map: stdClass itself, whose table no code of a program stands before.
fn properties(value: &Zval) -> Option<&HashTable> {
    let object = value.object().filter(|object| object.get_class_entry() == ce::stdclass())?;
    // SAFETY: null where it never had a property, else its table, which lives as long as the object.
    unsafe { object.properties.as_ref() }.or_else(|| Some(ZendEmptyArray.as_hashtable()))
}

/// Where a trait stands: its position at every level, counting from 1.
struct Path(Vec<usize>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let positions: Vec<_> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&positions.join("."))
    }
}
