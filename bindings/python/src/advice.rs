//! What the message of a TypeError says to do. It must lead to the *right* id: `str()` of an object, a coroutine or a
//! float would give every user the same signature, or one of something else. No method of the value is called: its
//! classes are asked, by `type` itself, and built-in values are read as they are.

use personsig::host::{self, AWAIT_IT, CALL_IT, ITS_ID, LOGGED_IN, NO_FLOAT, ONE_ELEMENT};
use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMemoryView, PyString, PyTuple, PyType,
};

use crate::native::characters;

/// What `type` itself says of a class. A metaclass may have an attribute of that name, which may do anything.
pub(crate) fn of_type<'py>(class: &Bound<'py, PyType>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let descriptor = class.py().get_type::<PyType>().getattr("__dict__")?.get_item(name)?;
    descriptor.call_method1("__get__", (class,))
}

/// A value's class and those that it inherits from.
struct Classes<'py>(Vec<Bound<'py, PyType>>);

impl<'py> Classes<'py> {
    fn of(value: &Bound<'py, PyAny>) -> Self {
        let mro = of_type(&value.get_type(), "__mro__").and_then(|mro| Ok(mro.cast_into::<PyTuple>()?));
        Classes(mro.map_or_else(|_| Vec::new(), |mro| mro.iter().flat_map(|class| class.cast_into()).collect()))
    }

    /// Their names with those of their modules, the value's own first: `uuid.UUID`.
    fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|class| {
            let (module, name) = (of_type(class, "__module__").ok()?, of_type(class, "__name__").ok()?);
            Some(format!("{}.{}", characters(&module)?, characters(&name)?))
        })
    }

    fn have(&self, method: &str) -> bool {
        self.0.iter().any(|class| of_type(class, "__dict__").is_ok_and(|own| own.contains(method).unwrap_or(false)))
    }
}

/// What a value is, as far as it decides what to do about it.
enum Kind {
    Nobody,
    /// A float without a fraction, and not beyond the integers that are exact.
    WholeFloat,
    Float,
    Text,
    Integer,
    Bytes,
    Buffer,
    /// An object whose `str` is the id: UUID, ObjectId.
    Identifier,
    /// An integer of numpy's.
    Number,
    Decimal,
    Enum,
    SecretText,
    Datetime,
    Date,
    Duration,
    /// A class, or an attribute of one such as a property: not a user.
    Class,
    Function,
    Awaitable,
    List,
    Dict,
    Array,
    AsyncIterable,
    Iterable,
    Object,
}

/// Classes of other libraries, by name: none of them is imported for this.
fn named(name: &str) -> Option<Kind> {
    Some(match name {
        "uuid.UUID" | "bson.objectid.ObjectId" | "ulid.ULID" | "ulid.ulid.ULID" => Kind::Identifier,
        "numpy.integer" => Kind::Number,
        "numpy.bool" | "numpy.bool_" => Kind::Nobody,
        "numpy.floating" => Kind::Float,
        "pandas._libs.missing.NAType" | "pandas._libs.tslibs.nattype.NaTType" => Kind::Nobody,
        "numpy.ndarray" | "pandas.core.series.Series" | "pandas.core.indexes.base.Index" => Kind::Array,
        "decimal.Decimal" | "fractions.Fraction" => Kind::Decimal,
        "enum.Enum" => Kind::Enum,
        "pydantic.types.SecretStr" | "pydantic.types.SecretBytes" => Kind::SecretText,
        "datetime.datetime" => Kind::Datetime,
        "datetime.date" | "datetime.time" => Kind::Date,
        "datetime.timedelta" => Kind::Duration,
        "builtins.type" | "builtins.property" | "functools.cached_property" => Kind::Class,
        "builtins.function" | "builtins.method" | "builtins.builtin_function_or_method" | "functools.partial" => {
            Kind::Function
        }
        _ => return None,
    })
}

impl Kind {
    fn of(value: &Bound<'_, PyAny>) -> Kind {
        if value.is_none() || value.is_instance_of::<PyBool>() {
            return Kind::Nobody;
        } else if let Ok(float) = value.cast::<PyFloat>() {
            return match float.value() {
                nan if nan.is_nan() => Kind::Nobody,
                whole if host::is_whole(whole) => Kind::WholeFloat,
                _ => Kind::Float,
            };
        } else if value.is_instance_of::<PyString>() {
            return Kind::Text;
        } else if value.is_instance_of::<PyInt>() {
            return Kind::Integer;
        } else if value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>() {
            return Kind::Bytes;
        } else if value.is_instance_of::<PyMemoryView>() {
            return Kind::Buffer;
        } else if value.is_exact_instance_of::<PyList>() || value.is_exact_instance_of::<PyTuple>() {
            return Kind::List;
        } else if value.is_instance_of::<PyDict>() {
            return Kind::Dict;
        }
        let classes = Classes::of(value);
        let is_named_tuple = value.is_instance_of::<PyTuple>() && classes.have("_fields");
        classes.names().find_map(|name| named(&name)).unwrap_or_else(|| match () {
            () if classes.have("__await__") => Kind::Awaitable,
            () if is_named_tuple => Kind::Object,
            () if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() => Kind::List,
            () if classes.have("__aiter__") => Kind::AsyncIterable,
            () if classes.have("__iter__") => Kind::Iterable,
            () => Kind::Object,
        })
    }
}

/// Advice that does not depend on what the parameter is for.
fn anywhere(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Awaitable => Some(AWAIT_IT),
        Kind::Function => Some(CALL_IT),
        _ => None,
    }
}

pub(crate) fn user_id(value: Borrowed<'_, '_, PyAny>) -> &'static str {
    let kind = Kind::of(&value);
    anywhere(&kind).unwrap_or(match kind {
        Kind::Nobody => LOGGED_IN,
        Kind::WholeFloat | Kind::Number => "pass an integer: int(id)",
        Kind::Float => NO_FLOAT,
        Kind::Decimal => "pass an integer, int(id), if the id is a whole number",
        Kind::Bytes => "pass id.decode()",
        Kind::Buffer => "pass bytes(id).decode()",
        Kind::Identifier => "pass str(id)",
        Kind::Enum => "pass id.value",
        Kind::List | Kind::Array => ONE_ELEMENT,
        Kind::Dict => "pass its id, such as user['id']",
        Kind::Class => "pass the id of one user, not of the class",
        Kind::Datetime | Kind::Date | Kind::Duration => "pass the user's id",
        Kind::Object | Kind::Iterable | Kind::AsyncIterable => ITS_ID,
        _ => "pass the user's id",
    })
}

/// What stands in the place of a list or a tuple.
pub(crate) fn list(value: &Bound<'_, PyAny>) -> &'static str {
    let kind = Kind::of(value);
    anywhere(&kind).unwrap_or(match kind {
        Kind::Dict => "pass list(value) for its keys, or list(value.values())",
        Kind::Array => "pass value.tolist()",
        Kind::AsyncIterable => "pass [item async for item in value]",
        Kind::Iterable => "pass list(value)",
        _ => "pass [value]",
    })
}

pub(crate) fn secret(value: Borrowed<'_, '_, PyAny>) -> &'static str {
    let kind = Kind::of(&value);
    anywhere(&kind).unwrap_or(match kind {
        Kind::Bytes | Kind::Buffer => "pass bytes(secret)",
        Kind::SecretText => "pass secret.get_secret_value()",
        _ => "pass the secret as the provider shows it",
    })
}

pub(crate) fn signature(value: &Bound<'_, PyAny>) -> &'static str {
    let kind = Kind::of(value);
    anywhere(&kind).unwrap_or(match kind {
        Kind::Bytes => "pass signature.decode()",
        Kind::Buffer => "pass bytes(signature).decode()",
        Kind::List => ONE_ELEMENT,
        _ => "pass the string that the page sent",
    })
}

pub(crate) fn now(value: &Bound<'_, PyAny>) -> &'static str {
    let kind = Kind::of(value);
    anywhere(&kind).unwrap_or(match kind {
        Kind::WholeFloat | Kind::Float | Kind::Number | Kind::Decimal | Kind::Text => {
            "pass Unix time in whole seconds: int(now), such as int(time.time())"
        }
        Kind::Datetime => "pass int(now.timestamp()) of a datetime that has a time zone, or int(time.time())",
        _ => "pass Unix time in whole seconds: int(time.time())",
    })
}

pub(crate) fn seconds(value: &Bound<'_, PyAny>) -> &'static str {
    let kind = Kind::of(value);
    anywhere(&kind).unwrap_or(match kind {
        Kind::WholeFloat | Kind::Float | Kind::Number | Kind::Decimal | Kind::Text => "pass whole seconds: int(value)",
        Kind::Duration => "pass whole seconds: int(value.total_seconds())",
        _ => "pass a whole number of seconds",
    })
}

pub(crate) fn of_trait(value: Borrowed<'_, '_, PyAny>) -> &'static str {
    let kind = Kind::of(&value);
    anywhere(&kind).unwrap_or(match kind {
        Kind::Bytes => "pass value.decode()",
        Kind::Identifier => "pass str(value)",
        Kind::Number => "pass int(value)",
        Kind::Decimal => "pass str(value) or float(value)",
        Kind::Enum => "pass value.value",
        Kind::Datetime | Kind::Date => "pass value.isoformat()",
        Kind::Duration => "pass value.total_seconds()",
        Kind::Array => "pass value.tolist()",
        Kind::Iterable => "pass list(value) or dict(value)",
        _ => "turn it into one of these or leave it out",
    })
}
