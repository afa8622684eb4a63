//! The type of a PHP value, in finer terms than the engine's.

use ext_php_rs::ffi::HashTable;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendEmptyArray, Zval};
use ext_php_rs::zend::ce;

/// As `array_is_list` says it: the keys are 0, 1, 2 and so on, in this order.
pub fn is_list(array: &HashTable) -> bool {
    // SAFETY: both fields of this union are the same bits.
    let is_packed = unsafe { array.u.flags } & HASH_FLAG_PACKED != 0;
    if is_packed && array.nNumUsed == array.nNumOfElements {
        return true;
    }
    let mut entries = array.iter();
    (0..).map_while(|index| entries.next_zval().map(|(key, _)| key.long() == Some(index))).all(|is_next| is_next)
}

/// Keys are ascending integers; some may have been removed.
const HASH_FLAG_PACKED: u32 = 1 << 2;

/// As `get_debug_type` names it; of an anonymous class, what stands before its file.
pub fn type_name(value: &Zval) -> String {
    match value.get_type() {
        DataType::Null => "null".into(),
        DataType::False | DataType::True | DataType::Bool => "bool".into(),
        DataType::Long => "int".into(),
        DataType::Double => "float".into(),
        DataType::String => "string".into(),
        DataType::Array if value.array().is_some_and(|array| !is_list(array)) => {
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

/// The properties of a stdClass, which no magic methods hide. Other objects are not maps.
pub fn properties(value: &Zval) -> Option<&HashTable> {
    let object = value.object().filter(|object| object.get_class_entry() == ce::stdclass())?;
    // SAFETY: null where it never had a property, else its table, which lives as long as the object.
    unsafe { object.properties.as_ref() }.or_else(|| Some(ZendEmptyArray.as_hashtable()))
}
