//! What Signers return: PHP strings, and objects with readonly properties.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::flags::DataType::{Long, String as Text};
use ext_php_rs::flags::{ClassFlags, DataType};
use ext_php_rs::types::{ZendObject, ZendStr, Zval};

use crate::class::{Class, integer, result};

static VERIFIED: Class = Class::new("Personsig\\Verified", &[("secretIndex", Long, false), ("signedAt", Long, true)]);
static FINDING: Class = Class::new(
    "Personsig\\Finding",
    &[("code", Text, false), ("message", Text, false), ("fix", Text, false), ("index", Long, true)],
);
static PROVIDER: Class = Class::new(
    "Personsig\\Provider",
    &[
        ("name", Text, false),
        ("title", Text, false),
        ("scheme", Text, false),
        ("encoding", Text, false),
        ("identifier", Text, false),
        ("keyForm", Text, false),
        ("legacy", Text, true),
        ("secretVariable", Text, false),
        ("documentation", Text, false),
    ],
);

/// A signature as a PHP string. Pointer-sized: larger return values are copied on the way out, which takes longer than
/// to sign.
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

/// `Personsig\Verified`.
pub struct Verified(ZBox<ZendObject>);

impl Verified {
    #[inline]
    pub fn new(verified: &personsig::Verified) -> Result<Self> {
        let object = VERIFIED.object(|properties| {
            properties[0].set_long(integer(verified.secret_index));
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

/// `Personsig\Finding`.
pub fn finding(found: &personsig::Finding) -> Result<ZBox<ZendObject>> {
    FINDING.object(|properties| {
        let texts = [found.code, &found.message, found.fix];
        properties.iter_mut().zip(texts).try_for_each(|(property, text)| text.set_zval(property, false))?;
        found.index.map(integer).set_zval(&mut properties[3], false)
    })
}

/// `Personsig\Provider`.
pub fn provider(row: &personsig::Provider) -> Result<ZBox<ZendObject>> {
    let (scheme, encoding) = (row.scheme.name(), row.encoding.name());
    let forms = [row.name, row.title, scheme, encoding, row.identifier.name(), row.key_form.name()].map(Some);
    let texts = forms.into_iter().chain([row.legacy, Some(row.secret_variable), Some(row.documentation)]);
    PROVIDER.object(|properties| {
        properties.iter_mut().zip(texts).try_for_each(|(property, text)| text.set_zval(property, false))
    })
}

/// For the module's start.
pub fn declare() -> Result<()> {
    VERIFIED.register(result(&VERIFIED, ClassFlags::Final), |entry, tables| VERIFIED.keep(entry, tables))?;
    FINDING.register(result(&FINDING, ClassFlags::Final), |entry, tables| FINDING.keep(entry, tables))?;
    PROVIDER.register(result(&PROVIDER, ClassFlags::Final), |entry, tables| PROVIDER.keep(entry, tables))
}
