//! `personsig._personsig`: Python's values become the core's, and back. What may be signed, and how, is the core's.

mod advice;
mod arguments;
mod traits;
mod verified;

use std::panic::{AssertUnwindSafe, catch_unwind};

use arguments::{Given, Spare, elements, limits, option, provider_name, seconds, shown, variable_name};
use personsig::host::At;
use personsig::{Code, Error, Kind, Signature, SnippetOptions};
use pyo3::exceptions::{PyMemoryError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple, PyType};
use verified::Verified;

#[pymodule(gil_used = false)]
fn _personsig(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", personsig::VERSION)?;
    module.add_class::<Signer>()?;
    module.add_class::<Verified>()?;
    module.add_function(wrap_pyfunction!(providers, module)?)?;
    module.add_function(wrap_pyfunction!(is_provider_name, module)?)?;
    for class in [&ERROR, &INPUT_ERROR, &VERIFICATION_ERROR, &FINDING, &SNIPPET, &PROVIDER] {
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
        signature = (provider, secret, *, fallback_secrets = Given(None)),
        text_signature = "(provider, secret, *, fallback_secrets=())"
    )]
    fn new(provider: &Bound<'_, PyAny>, secret: &Bound<'_, PyAny>, fallback_secrets: Given<'_>) -> PyResult<Self> {
        let py = provider.py();
        let provider = provider_name(provider)?;
        let secret = arguments::secret(At("secret", None), secret.as_borrowed())?;
        let fallbacks = fallback_secrets.elements("fallback_secrets", py)?;
        let fallbacks = fallbacks.iter_borrowed().enumerate();
        let fallbacks = fallbacks.map(|(index, value)| arguments::secret(At("fallback_secrets", Some(index)), value));
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
        let variable = variable_name(variable)?;
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
        let (py, spare) = (user_id.py(), Spare::new());
        let id = arguments::user_id(At("user_id", None), user_id.as_borrowed(), &spare)?;
        let now = seconds("now", now)?;
        // The str is made within, since a signature that is moved out costs a tenth more.
        call(py, || self.0.sign_at(id, now).map(|signature| PyString::from_bytes(py, signature.as_bytes())))?
    }

    /// The signatures of many users, all at one time: in their order, one each, duplicates too.
    ///
    /// `user_ids` is a list or a tuple of what `sign` takes, and may be empty. Raises InputError where one cannot be
    /// signed, whose `index` tells which; then nothing is returned. Once the ids are read and checked, other threads
    /// run while a large batch is signed, and Ctrl-C ends it.
    #[pyo3(signature = (user_ids, *, now = None))]
    fn sign_many<'py>(
        &self,
        user_ids: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let (py, spare) = (user_ids.py(), Spare::new());
        let tuple = elements("user_ids", user_ids, "")?;
        let ids = arguments::user_ids("user_ids", &tuple, &spare)?;
        let now = seconds("now", now)?;
        let mut signatures = call(py, || self.0.sign_many(&ids, now))?;
        let mut texts = Vec::with_capacity(ids.len());
        if ids.len() <= CHUNK {
            call(py, || Ok(add(&mut texts, py, signatures)))??;
            return PyList::new(py, texts);
        }
        let mut chunk = Vec::with_capacity(CHUNK);
        while signatures.len() > 0 {
            // Meanwhile the ids' texts stay where they are: no str changes, and the tuple keeps these alive.
            let unlocked = || {
                chunk.extend(signatures.by_ref().take(CHUNK));
                Ok(())
            };
            call(py, || py.detach(unlocked))?;
            add(&mut texts, py, chunk.drain(..))?;
            py.check_signals()?;
        }
        PyList::new(py, texts)
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
    ) -> PyResult<Py<Verified>> {
        let (py, spare) = (user_id.py(), Spare::new());
        let id = arguments::user_id(At("user_id", None), user_id.as_borrowed(), &spare)?;
        let signature = shown(signature)?;
        let limits = limits(max_age, clock_skew, now)?;
        let verified = call(py, || self.0.verify_with(id, &signature, &limits))?;
        Verified::of(py, &verified)
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
        let (py, spare) = (user_id.py(), Spare::new());
        let id = arguments::user_id(At("user_id", None), user_id.as_borrowed(), &spare)?;
        let signature = shown(signature)?;
        let limits = limits(max_age, clock_skew, now)?;
        call(py, || self.0.is_valid(id, &signature, &limits))
    }

    /// Says which known mistake made a signature that is refused. For logs and terminals, never for visitors.
    ///
    /// `also` are other identifiers that may have been signed instead, at most 16: the user's e-mail, another user's
    /// id. Raises InputError as `sign` does; what is wrong with the signature is a finding.
    #[pyo3(
        signature = (user_id, signature, *, also = Given(None), now = None),
        text_signature = "($self, user_id, signature, *, also=(), now=None)"
    )]
    fn explain<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        also: Given<'py>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let (py, spare, also_spare) = (user_id.py(), Spare::new(), Spare::new());
        let id = arguments::user_id(At("user_id", None), user_id.as_borrowed(), &spare)?;
        let signature = shown(signature)?;
        let also = also.elements("also", py)?;
        let also = arguments::user_ids("also", &also, &also_spare)?;
        let now = seconds("now", now)?;
        let findings = call(py, || self.0.explain(id, &signature, &also, now))?;
        let class = FINDING.get(py)?;
        let findings =
            findings.into_iter().map(|found| class.call1((found.code, found.message, found.fix, found.index)));
        PyTuple::new(py, findings.collect::<PyResult<Vec<_>>>()?)
    }

    /// The script element that tells the vendor's script who the user is, as text that templates do not escape.
    ///
    /// `user_id` is what `sign` takes, or None for a visitor who is not logged in: then nothing is signed, and where
    /// nothing is left to say the text is empty. `traits` is a dict of what the page tells about the user: None, bools,
    /// text, numbers, lists and dicts. `site_token` is GoSquared's project token, with which the snippet loads the
    /// vendor's script too; `nonce` is that of this response's Content-Security-Policy. Raises InputError for what
    /// cannot stand on a page, anything that equals a secret included.
    ///
    /// One snippet a response, sent with `Cache-Control: private, no-store`, never inside an attribute, an event
    /// handler or another script. The signature does not cover the traits. Pass only the id of the user whom your
    /// session authenticated. Chameleon: its own loader, from its install page, must stand before the snippet, and one
    /// page with a real signature, staging included, may switch enforcement on for good.
    #[pyo3(
        signature = (user_id, *, traits = Given(None), site_token = None, nonce = None, now = None),
        text_signature = "($self, user_id, *, traits={}, site_token=None, nonce=None, now=None)"
    )]
    fn snippet<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        traits: Given<'py>,
        site_token: Option<&Bound<'py, PyAny>>,
        nonce: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, spare) = (user_id.py(), Spare::new());
        let user_id = (!user_id.is_none()).then(|| user_id.as_borrowed());
        let id = user_id.map(|id| arguments::user_id(At("user_id", None), id, &spare)).transpose()?;
        let traits = traits.traits()?;
        let site_token = option("site_token", site_token, "pass the project token")?;
        let nonce = option("nonce", nonce, "pass the nonce of this response's Content-Security-Policy")?;
        let now = seconds("now", now)?;
        let options = SnippetOptions { traits, site_token: site_token.as_deref(), nonce: nonce.as_deref(), now };
        let html = call(py, || self.0.snippet(id, &options))?;
        SNIPPET.get(py)?.call1((html,))
    }

    /// What the snippet would say, as data: `id` and `auth`, or `uid` and `uid_hash`.
    ///
    /// For an endpoint that answers a page in JSON: for the user whom your session authenticated and for nobody else,
    /// whatever the request says; same origin, a session required, `Cache-Control: private, no-store`. Takes what
    /// `sign` takes; raises InputError as it does, and for an id that equals a secret.
    #[pyo3(signature = (user_id, *, now = None))]
    fn identity<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (py, spare) = (user_id.py(), Spare::new());
        let id = arguments::user_id(At("user_id", None), user_id.as_borrowed(), &spare)?;
        let now = seconds("now", now)?;
        let identity = call(py, || self.0.identity(id, now))?;
        let fields = PyDict::new(py);
        for (name, value) in identity.fields() {
            fields.set_item(name, value)?;
        }
        Ok(fields)
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }

    /// `Signer[Literal["gosquared"]]`, for annotations.
    #[classmethod]
    #[pyo3(signature = (name, /))]
    fn __class_getitem__<'py>(class: &Bound<'py, PyType>, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        class.py().import("types")?.getattr("GenericAlias")?.call1((class, name))
    }
}

/// So many are signed before Python's other threads and signals have their turn: a few milliseconds' work, as long as
/// Python itself lets a thread run. A batch of no more keeps the lock: to get it back, one waits for the others.
const CHUNK: usize = 1 << 15;

fn add<'py>(
    texts: &mut Vec<Bound<'py, PyString>>,
    py: Python<'py>,
    mut signatures: impl Iterator<Item = Signature>,
) -> PyResult<()> {
    // Borrowed, since a signature that is moved costs a twentieth more.
    while let Some(signature) = &signatures.next() {
        texts.push(PyString::from_bytes(py, signature.as_bytes())?);
    }
    Ok(())
}

/// Every provider that a Signer can be made for.
#[pyfunction]
fn providers(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let class = PROVIDER.get(py)?;
    let rows = personsig::providers().iter();
    let rows = rows.map(|p| class.call1((p.name, p.title, p.scheme.name(), p.secret_variable, p.documentation)));
    PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

/// Whether a value is a provider's name.
///
/// For a name that comes at run time, from a configuration: a type checker then knows that `Signer` takes it. There a
/// name that is none is `unknown-provider`.
#[pyfunction]
#[pyo3(signature = (value, /))]
fn is_provider_name(value: &Bound<'_, PyAny>) -> bool {
    let name = value.cast::<PyString>().map(|name| name.to_string_lossy());
    name.is_ok_and(|name| personsig::providers().iter().any(|row| row.name == name))
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
static SNIPPET: Class = Class::new("personsig._results", "Snippet");
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
