//! A signature as a PHP string.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendStr, Zval};

/// No more than a pointer: a result of several words is moved about on its way, which takes longer than to make it.
pub struct Signature(ZBox<ZendStr>);

impl Signature {
    #[inline]
    pub fn new(signature: &personsig::Signature) -> Self {
        Signature(ZendStr::new(signature.as_bytes(), false))
    }
}

impl IntoZval for Signature {
    const TYPE: DataType = DataType::String;
    const NULLABLE: bool = false;

    #[inline]
    fn set_zval(self, zv: &mut Zval, _: bool) -> Result<()> {
        zv.set_zend_string(self.0);
        Ok(())
    }
}
