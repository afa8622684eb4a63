//! What to pass instead of a value of a wrong type: what leads to the *right* id, secret or time.
//!
//! A class is known by its name. No method of a value is called, and no value is repeated.

use std::borrow::Cow;

use ext_php_rs::types::Zval;
use ext_php_rs::zend::ClassEntry;
use personsig::host::{CALL_IT, LOGGED_IN, NO_FLOAT, is_whole};

type Advice = Cow<'static, str>;

/// Classes and interfaces whose string is the id that they stand for.
const PRINTS_ITS_ID: &[&str] = &[
    "Ramsey\\Uuid\\UuidInterface",
    "Symfony\\Component\\Uid\\AbstractUid",
    "MongoDB\\BSON\\ObjectId",
    "MongoDB\\BSON\\ObjectIdInterface",
    "Brick\\Math\\BigInteger",
    "phpseclib3\\Math\\BigInteger",
    "GMP",
];

#[cold]
pub fn id(value: &Zval) -> Advice {
    if let Some(float) = value.double() {
        return if is_whole(float) { "pass an integer: (int) $id" } else { NO_FLOAT }.into();
    }
    if value.array().is_some() {
        return "pass one id, such as $user['id']; signMany() signs a list of ids".into();
    }
    let Some(class) = class(value) else { return LOGGED_IN.into() };
    if PRINTS_ITS_ID.iter().any(|name| is_a(class, name)) {
        "pass (string) $id"
    } else if is_a(class, "Closure") {
        CALL_IT
    } else if is_a(class, "BackedEnum") {
        "pass $id->value where that is the id"
    } else if is_a(class, "Traversable") {
        "pass one id; signMany() signs a list of ids, such as iterator_to_array($userIds, false)"
    } else {
        "pass its id, such as $user->id"
    }
    .into()
}

#[cold]
pub fn secret(value: &Zval) -> Advice {
    if value.is_false() {
        return "false is what getenv() returns for a variable that is not set: set it, or use Signer::fromEnv()"
            .into();
    }
    if value.array().is_some() {
        return "pass one secret as a string; older ones go into $fallbackSecrets".into();
    }
    text(value, "pass the secret as a string, as the provider shows it")
}

#[cold]
pub fn signature(value: &Zval) -> Advice {
    if value.is_false() {
        return "pass null where no signature arrived: $_GET['signature'] ?? null".into();
    }
    if value.array().is_some() {
        return "pass the signature as it arrived, or null; PHP makes an array of ?signature[]= in a query, which is \
                no signature"
            .into();
    }
    text(value, "pass the signature as it arrived, or null")
}

#[cold]
pub fn provider(value: &Zval) -> Advice {
    text(value, "pass the name of a provider, such as 'gosquared'")
}

#[cold]
pub fn variable(value: &Zval) -> Advice {
    text(value, "pass the name of an environment variable, or null")
}

#[cold]
pub fn site_token(value: &Zval) -> Advice {
    text(value, "pass the project's token, or null")
}

#[cold]
pub fn nonce(value: &Zval) -> Advice {
    text(value, "pass the nonce of this response's Content-Security-Policy, or null")
}

/// `otherwise`, or how to get at the string in an object of a known class.
fn text(value: &Zval, otherwise: &'static str) -> Advice {
    let class = class(value);
    let is = |name| class.is_some_and(|class| is_a(class, name));
    if value.is_false() {
        format!("{otherwise}; false is what getenv() returns for a variable that is not set").into()
    } else if is("Closure") {
        "call it, and pass the string that it returns".into()
    } else if is("BackedEnum") {
        format!("{otherwise}: of a case of an enum its ->value").into()
    } else if is("SensitiveParameterValue") {
        format!("{otherwise}: ->getValue()").into()
    } else {
        otherwise.into()
    }
}

#[cold]
pub fn seconds(parameter: &str, value: &Zval) -> Advice {
    let class = class(value);
    let is = |name| class.is_some_and(|class| is_a(class, name));
    if value.double().is_some_and(f64::is_finite) {
        format!("pass whole seconds: (int) {parameter}").into()
    } else if is("DateTimeInterface") {
        format!("pass {parameter}->getTimestamp()").into()
    } else if parameter == "$now" {
        "pass whole seconds, such as time()".into()
    } else {
        "pass whole seconds, such as 3600".into()
    }
}

#[cold]
pub fn list(parameter: &str, value: &Zval) -> Advice {
    if value.array().is_some() {
        return format!("pass array_values({parameter})").into();
    }
    let class = class(value);
    let is = |name| class.is_some_and(|class| is_a(class, name));
    if is("Traversable") {
        format!("pass iterator_to_array({parameter}, false)").into()
    } else if is("Closure") {
        "call it, and pass the list that it returns".into()
    } else if value.is_string() || value.is_long() {
        "put it in brackets: [$value]".into()
    } else if parameter == "$userIds" {
        "pass a list of ids, or []".into()
    } else {
        "pass a list, or leave it out".into()
    }
}

#[cold]
pub fn trait_value(value: &Zval) -> Advice {
    let class = class(value);
    let is = |name| class.is_some_and(|class| is_a(class, name));
    if is("DateTimeInterface") {
        "pass it as a string: ->format(DATE_ATOM)"
    } else if is("BackedEnum") {
        "pass its ->value"
    } else if is("Closure") {
        "call it, and pass what it returns"
    } else if is("Traversable") {
        "pass iterator_to_array($value)"
    } else {
        "pass it as a string"
    }
    .into()
}

fn class(value: &Zval) -> Option<&'static ClassEntry> {
    value.object().map(|object| object.get_class_entry())
}

/// Whether the class, one that it extends or an interface has this name. It loads no class, unlike a look-up by name.
fn is_a(class: &ClassEntry, name: &str) -> bool {
    let is_named = |class: &ClassEntry| class.name().is_some_and(|own| own.eq_ignore_ascii_case(name));
    let mut next = Some(class);
    while let Some(class) = next {
        if is_named(class) {
            return true;
        }
        next = class.parent();
    }
    class.interfaces().is_some_and(|mut interfaces| interfaces.any(is_named))
}
