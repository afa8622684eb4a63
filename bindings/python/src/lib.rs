//! `personsig._personsig`: Python's values become the core's, and back. What may be signed, and how, is the core's.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use personsig::{Code, Error, Kind, Secret, UserId, VerifyOptions};
use pyo3::exceptions::{PyMemoryError, PyOverflowError, PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyInt, PyList, PyString, PyTuple, PyType};
use pyo3::{Borrowed, ffi, intern};

#[pymodule(gil_used = false)]
fn _personsig(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", personsig::VERSION)?;
    module.add_class::<Signer>()?;
    module.add_function(wrap_pyfunction!(providers, module)?)?;
    for class in [&ERROR, &INPUT_ERROR, &VERIFICATION_ERROR, &VERIFIED, &FINDING, &PROVIDER] {
        module.add(class.name, class.get(module.py())?)?;
    }
    Ok(())
}

/// Signs users' ids for one provider with one secret.
///
/// `provider` is a name that `providers()` lists; `secret` is what that provider shows beside its setting for identity
/// verification. `fallback_secrets` are older secrets, which verify and never sign. Raises InputError where one of
/// them cannot be used.
///
/// A Signer is immutable, can be used from many threads at once, and cannot be pickled or copied. Never share a secret
/// between providers.
#[pyclass(frozen, module = "personsig")]
struct Signer(personsig::Signer);

#[pymethods]
impl Signer {
    #[new]
    #[pyo3(
        signature = (provider, secret, *, fallback_secrets = Items(None)),
        text_signature = "(provider, secret, *, fallback_secrets=())"
    )]
    fn new(provider: &Bound<'_, PyAny>, secret: &Bound<'_, PyAny>, fallback_secrets: Items<'_>) -> PyResult<Self> {
        let py = provider.py();
        let provider = provider_name(provider)?;
        let secret = secret_of(At("secret", None), secret)?;
        let fallbacks = fallback_secrets.snapshot("fallback_secrets")?;
        let fallbacks = fallbacks.iter().enumerate();
        let fallbacks = fallbacks.map(|(index, secret)| secret_of(At("fallback_secrets", Some(index)), secret));
        let fallbacks = fallbacks.collect::<PyResult<Vec<_>>>()?;
        call(py, || personsig::Signer::with_fallbacks(provider, secret, &fallbacks)).map(Signer)
    }

    /// Reads the secret from the environment.
    ///
    /// From `variable`, or where that is None from the provider's own, which `providers()` names. One fallback secret
    /// comes from the same name + `_PREVIOUS`, where it is set. Raises InputError, which names the variable.
    #[classmethod]
    #[pyo3(signature = (provider, *, variable = None))]
    fn from_env(
        class: &Bound<'_, PyType>,
        provider: &Bound<'_, PyAny>,
        variable: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let py = class.py();
        let provider = provider_name(provider)?;
        let advice = "pass the name of an environment variable";
        let variable = variable.map(|name| text(At("variable", None), name, "str", advice)).transpose()?;
        let variable = variable.map(utf8).transpose()?;
        let environment = py.import("os")?.getattr("environb")?;
        let mut raised = None;
        let look_up = |name: &str| {
            let value = environment.call_method1("get", (PyBytes::new(py, name.as_bytes()),));
            value.and_then(|value| Ok(value.extract::<Option<PyBackedBytes>>()?)).map_err(|error| {
                raised = Some(error);
                Code::Internal
            })
        };
        let signer = call(py, || personsig::Signer::from_lookup(provider, variable.as_deref(), look_up));
        raised.map_or(signer, Err).map(Signer)
    }

    /// The provider's name.
    #[getter]
    fn provider(&self) -> &'static str {
        self.0.provider().name
    }

    /// The user's signature, as the page sends it beside the id.
    ///
    /// `user_id` is a str, signed character by character as it is, or an int, signed as its decimal digits. `now` is
    /// Unix time in whole seconds; None is the system's clock. Raises InputError for what cannot be signed.
    ///
    /// Sign only the id of the user whom your session authenticated: never an id from a query, a body or a cookie,
    /// never text that users choose or have not confirmed. Chameleon: one page with a real signature, staging
    /// included, may switch enforcement on for good.
    #[pyo3(signature = (user_id, *, now = None))]
    fn sign<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyString>> {
        let py = user_id.py();
        let id = Id::of(At("user_id", None), user_id)?;
        let now = seconds("now", now)?;
        let signature = call(py, || self.0.sign_at(id.borrow(), now))?;
        Ok(PyString::new(py, &signature))
    }

    /// Checks that a signature is this user's and, where it has a timestamp, neither too old nor from the future.
    ///
    /// `max_age` (default 86400, a day) and `clock_skew` (default 300) are seconds, for timestamped signatures only.
    /// Raises VerificationError where the signature is refused, InputError where an argument cannot be used.
    #[pyo3(signature = (user_id, signature, *, max_age = None, clock_skew = None, now = None))]
    fn verify<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        max_age: Option<&Bound<'py, PyAny>>,
        clock_skew: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = user_id.py();
        let id = Id::of(At("user_id", None), user_id)?;
        let signature = shown(signature)?;
        let options = options(max_age, clock_skew, now)?;
        let verified = call(py, || self.0.verify_with(id.borrow(), &signature, &options))?;
        VERIFIED.get(py)?.call1((verified.secret_index, verified.signed_at))
    }

    /// Whether `verify` accepts the signature.
    ///
    /// False also where the id is one that cannot be signed. Raises InputError only for `max_age`, `clock_skew`, `now`.
    #[pyo3(signature = (user_id, signature, *, max_age = None, clock_skew = None, now = None))]
    fn is_valid<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        max_age: Option<&Bound<'py, PyAny>>,
        clock_skew: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<bool> {
        let id = Id::of(At("user_id", None), user_id)?;
        let signature = shown(signature)?;
        let options = options(max_age, clock_skew, now)?;
        call(user_id.py(), || self.0.is_valid(id.borrow(), &signature, &options))
    }

    /// Says which known mistake made a signature that is refused. For logs and terminals, never for visitors.
    ///
    /// `also` are other identifiers that may have been signed instead, at most 16: the user's e-mail, another user's
    /// id. Raises InputError as `sign` does; what is wrong with the signature is a finding.
    #[pyo3(
        signature = (user_id, signature, *, also = Items(None), now = None),
        text_signature = "($self, user_id, signature, *, also=(), now=None)"
    )]
    fn explain<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        also: Items<'py>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = user_id.py();
        let id = Id::of(At("user_id", None), user_id)?;
        let signature = shown(signature)?;
        let also = also.snapshot("also")?;
        let also = also.iter().enumerate().map(|(index, value)| Id::of(At("also", Some(index)), value));
        let also = also.collect::<PyResult<Vec<_>>>()?;
        let also: Vec<_> = also.iter().map(Id::borrow).collect();
        let now = seconds("now", now)?;
        let findings = call(py, || self.0.explain(id.borrow(), &signature, &also, now))?;
        let class = FINDING.get(py)?;
        let findings =
            findings.into_iter().map(|found| class.call1((found.code, found.message, found.fix, found.index)));
        PyTuple::new(py, findings.collect::<PyResult<Vec<_>>>()?)
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// Every provider that a Signer can be made for.
#[pyfunction]
fn providers(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let class = PROVIDER.get(py)?;
    let rows = personsig::providers().iter();
    let rows = rows.map(|p| class.call1((p.name, p.title, p.scheme.name(), p.secret_variable, p.documentation)));
    PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

/// A class that the package writes in Python, where a dataclass or a second base takes one line. It is looked up once,
/// so that what is raised stays what users imported even when the package is imported again.
struct Class {
    module: &'static str,
    name: &'static str,
    found: PyOnceLock<Py<PyType>>,
}

static ERROR: Class = Class::new("personsig._errors", "Error");
static INPUT_ERROR: Class = Class::new("personsig._errors", "InputError");
static VERIFICATION_ERROR: Class = Class::new("personsig._errors", "VerificationError");
static VERIFIED: Class = Class::new("personsig._results", "Verified");
static FINDING: Class = Class::new("personsig._results", "Finding");
static PROVIDER: Class = Class::new("personsig._results", "Provider");

impl Class {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Class { module, name, found: PyOnceLock::new() }
    }

    fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyType>> {
        self.found.import(py, self.module, self.name)
    }
}

/// Runs the core and turns its errors into Python's. A panic would be a defect; pyo3 makes it an exception that
/// `except Exception` does not catch, which would end a worker for one request.
fn call<T>(py: Python<'_>, core: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    let result = catch_unwind(AssertUnwindSafe(core)).unwrap_or_else(|_| Err(Code::Internal.into()));
    result.map_err(|error| {
        let class = match (error.kind(), error.code()) {
            (Kind::Input, _) => &INPUT_ERROR,
            (Kind::Verification, _) => &VERIFICATION_ERROR,
            (_, Code::OutOfMemory) => return PyMemoryError::new_err(error.to_string()),
            _ => return PyRuntimeError::new_err(error.to_string()),
        };
        let arguments = (error.to_string(), error.code().name(), error.index());
        class.get(py).map_or_else(|failure| failure, |class| PyErr::from_type(class.clone(), arguments))
    })
}

/// A parameter, and which element of it.
#[derive(Clone, Copy)]
struct At(&'static str, Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At(name, None) => f.write_str(name),
            At(name, Some(index)) => write!(f, "{name}[{index}]"),
        }
    }
}

/// Names the type that was given, never the value.
fn wrong_type(at: At, wanted: &str, given: &Bound<'_, PyAny>, advice: &str) -> PyErr {
    // A metaclass may have a `__name__` of its own, which may do anything.
    let name = given.py().get_type::<PyType>().getattr("__dict__").and_then(|all| all.get_item("__name__"));
    let name = name.and_then(|name| name.call_method1("__get__", (given.get_type(),)));
    let name = name.map_or_else(|_| "another type".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("{at} must be {wanted}, not {name}; {advice}"))
}

fn text<'a, 'py>(
    at: At,
    value: &'a Bound<'py, PyAny>,
    wanted: &str,
    advice: &str,
) -> PyResult<&'a Bound<'py, PyString>> {
    value.cast::<PyString>().map_err(|_| wrong_type(at, wanted, value, advice))
}

/// Text's UTF-8, or where it has lone surrogates three bytes for each, which the core refuses by its own rules.
fn utf8<'a>(text: &'a Bound<'_, PyString>) -> PyResult<Cow<'a, [u8]>> {
    match text.to_str() {
        Ok(text) => Ok(text.as_bytes().into()),
        Err(_) => surrogates(text).map(Cow::Owned),
    }
}

fn surrogates(text: &Bound<'_, PyString>) -> PyResult<Vec<u8>> {
    // Of `str` itself: a subclass may have a method of that name.
    let method = text.py().get_type::<PyString>().getattr(intern!(text.py(), "encode"))?;
    method.call1((text, "utf-8", "surrogatepass"))?.extract()
}

fn provider_name<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<&'a str> {
    let name = text(At("provider", None), value, "str", "pass the name of a provider, such as 'gosquared'")?;
    // No provider's name has a lone surrogate, and none is empty.
    Ok(name.to_str().unwrap_or_default())
}

fn secret_of<'a>(at: At, value: &'a Bound<'_, PyAny>) -> PyResult<Secret<'a>> {
    if value.is_none() {
        Ok(Secret::Missing)
    } else if let Ok(bytes) = value.cast::<PyBytes>() {
        Ok(bytes.as_bytes().into())
    } else {
        let text = text(at, value, "str or bytes", "pass the secret as the provider shows it")?;
        Ok(text.to_str().map_or(Secret::Invalid, Secret::from))
    }
}

/// None is what a form or a query gives where nothing was sent.
fn shown<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if value.is_none() {
        return Ok(Cow::default());
    }
    utf8(text(At("signature", None), value, "str or None", "pass the text that the page sent")?)
}

/// A user id of the right type.
enum Id<'a> {
    Borrowed(UserId<'a>),
    Surrogates(Vec<u8>),
}

impl<'a> Id<'a> {
    fn of(at: At, value: &'a Bound<'_, PyAny>) -> PyResult<Self> {
        if let Some(integer) = integer(value) {
            return exact(integer).map(Id::Borrowed);
        }
        let advice = match value {
            none if none.is_none() => "leave out whoever is not logged in",
            bytes if bytes.is_instance_of::<PyBytes>() || bytes.is_instance_of::<PyByteArray>() => "pass id.decode()",
            _ => "pass str(id)",
        };
        let text = text(at, value, "str or int", advice)?;
        match text.to_str() {
            Ok(text) => Ok(Id::Borrowed(text.into())),
            Err(_) => surrogates(text).map(Id::Surrogates),
        }
    }

    fn borrow(&self) -> UserId<'_> {
        match self {
            Id::Borrowed(id) => *id,
            Id::Surrogates(bytes) => UserId::Bytes(bytes),
        }
    }
}

/// An int that is no bool, which to Python is one.
fn integer<'a, 'py>(value: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, PyInt>> {
    value.cast::<PyInt>().ok().filter(|_| !value.is_instance_of::<PyBool>())
}

/// The integer's own value, whatever methods a subclass has, or the end of `i64` that it lies beyond.
fn saturated(integer: &Bound<'_, PyInt>) -> Result<i64, i64> {
    let mut overflow = 0;
    // SAFETY: it is an int, for which this calls no Python code and cannot raise, and `integer` shows that we are
    // attached to the interpreter.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(integer.as_ptr(), &mut overflow) };
    match overflow {
        0 => Ok(value),
        1.. => Err(i64::MAX),
        _ => Err(i64::MIN),
    }
}

fn exact(integer: &Bound<'_, PyInt>) -> PyResult<UserId<'static>> {
    if let Ok(value) = saturated(integer) {
        return Ok(UserId::from(value));
    }
    let py = integer.py();
    let signed = PyDict::new(py);
    signed.set_item("signed", true)?;
    // Of `int` itself, as above.
    let method = py.get_type::<PyInt>().getattr(intern!(py, "to_bytes"))?;
    match method.call((integer, size_of::<i128>(), "little"), Some(&signed)) {
        Ok(bytes) => Ok(UserId::Integer(i128::from_le_bytes(bytes.extract()?))),
        Err(error) if error.is_instance_of::<PyOverflowError>(py) => Ok(UserId::IntegerTooLarge),
        Err(error) => Err(error),
    }
}

fn seconds(name: &'static str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<i64>> {
    let Some(value) = value else { return Ok(None) };
    let advice = match name {
        "now" => "pass Unix time in whole seconds: int(time.time())",
        _ => "pass whole seconds, such as int(delta.total_seconds())",
    };
    let integer = integer(value).ok_or_else(|| wrong_type(At(name, None), "int", value, advice))?;
    Ok(Some(saturated(integer).unwrap_or_else(|end| end)))
}

fn options(
    max_age: Option<&Bound<'_, PyAny>>,
    clock_skew: Option<&Bound<'_, PyAny>>,
    now: Option<&Bound<'_, PyAny>>,
) -> PyResult<VerifyOptions> {
    Ok(VerifyOptions {
        max_age: seconds("max_age", max_age)?,
        clock_skew: seconds("clock_skew", clock_skew)?,
        now: seconds("now", now)?,
    })
}

/// A list argument. `None` here is one that was not given; Python's own None is a mistake like any other type.
struct Items<'py>(Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Items<'py> {
    type Error = Infallible;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Items(Some(value.to_owned())))
    }
}

impl<'py> Items<'py> {
    /// The elements at this moment: another thread may change a list meanwhile. Text and bytes are not taken for lists:
    /// iterated, they would make keys of one character.
    fn snapshot(self, name: &'static str) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let Some(value) = self.0 else { return Ok(Vec::new()) };
        if let Ok(list) = value.cast::<PyList>() {
            Ok(list.to_tuple().iter().collect())
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            Ok(tuple.iter().collect())
        } else {
            Err(wrong_type(At(name, None), "a list or a tuple", &value, "pass [value], or leave it out"))
        }
    }
}
