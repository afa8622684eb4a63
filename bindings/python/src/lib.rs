//! `personsig._personsig`: Python's values become the core's, and back. What may be signed, and how, is the core's.

mod advice;
mod arguments;
mod errors;
mod interpreter;
mod native;
mod results;
mod values;

use arguments::{Passed, Wtf8, elements, limits, option, presented, provider_name, time, variable_name};
use errors::{Classes, run};
use native::list_of;
use personsig::host::At;
use personsig::{Code, Signature, SnippetOptions};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple, PyType};
use results::{Finding, Provider, Verified};

#[pymodule(gil_used = false)]
fn _personsig(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    interpreter::claim(py)?;
    let name = module.name()?;
    let package = name.to_str()?.rsplit_once('.').map_or("personsig", |(package, _)| package);
    module.add("__version__", personsig::VERSION)?;
    for class in
        [py.get_type::<Signer>(), py.get_type::<Verified>(), py.get_type::<Finding>(), py.get_type::<Provider>()]
    {
        // What pickle imports, in a vendored copy too.
        class.setattr("__module__", package)?;
        module.add(class.name()?, class)?;
    }
    for (name, class) in Classes::load(py, package)?.named() {
        module.add(name, class)?;
    }
    module.add_function(wrap_pyfunction!(providers, module)?)?;
    module.add_function(wrap_pyfunction!(is_provider_name, module)?)
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
        signature = (provider, secret, *, fallback_secrets = Passed(None)),
        text_signature = "(provider, secret, *, fallback_secrets=())"
    )]
    fn new(provider: &Bound<'_, PyAny>, secret: &Bound<'_, PyAny>, fallback_secrets: Passed<'_>) -> PyResult<Self> {
        let py = provider.py();
        let provider = provider_name(provider)?;
        let secret = arguments::secret(At::Argument("secret"), secret.as_borrowed())?;
        let fallbacks = fallback_secrets.elements("fallback_secrets", py)?;
        let mut secrets = list_of(fallbacks.len())?;
        for (index, value) in fallbacks.iter_borrowed().enumerate() {
            secrets.push(arguments::secret(At::Element("fallback_secrets", index), value)?);
        }
        run(py, || personsig::Signer::with_fallbacks(provider, secret, &secrets)).map(Signer)
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
            let name = PyBytes::new_with(py, name.len(), |bytes| {
                bytes.copy_from_slice(name.as_bytes());
                Ok(())
            });
            let value = name.and_then(|name| environment.call_method1("get", (name,)));
            value.and_then(|value| Ok(value.extract::<Option<PyBackedBytes>>()?)).map_err(|error| {
                raised = Some(error);
                Code::Internal
            })
        };
        let signer = run(py, || personsig::Signer::from_lookup(provider, variable.as_deref(), look_up));
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
        let (py, buffer) = (user_id.py(), Wtf8::new());
        let id = arguments::user_id(At::Argument("user_id"), user_id.as_borrowed(), &buffer)?;
        let now = time(now)?;
        // The str is made inside: moving the signature out costs 10 % of the call.
        run(py, || self.0.sign_at(id, now).map(|signature| PyString::from_bytes(py, signature.as_bytes())))?
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
        let (py, buffer) = (user_ids.py(), Wtf8::new());
        let tuple = elements("user_ids", user_ids, "")?;
        let ids = arguments::user_ids("user_ids", &tuple, &buffer)?;
        let now = time(now)?;
        let mut signatures = run(py, || self.0.sign_many(&ids, now))?;
        // Not `PyList::new`, which panics where there is no memory.
        let list = PyList::new(py, [py.None()])?.as_sequence().repeat(ids.len())?.cast_into::<PyList>()?;
        if ids.len() <= CHUNK {
            run(py, || Ok(fill(&list, 0, signatures)))??;
            return Ok(list);
        }
        let mut chunk = list_of(CHUNK)?;
        for start in (0..ids.len()).step_by(CHUNK) {
            // Meanwhile the ids' strings stay where they are: no str changes, and the tuple keeps these alive.
            let unlocked = || {
                chunk.extend(signatures.by_ref().take(CHUNK));
                Ok(())
            };
            run(py, || py.detach(unlocked))?;
            fill(&list, start, chunk.drain(..))?;
            py.check_signals()?;
        }
        Ok(list)
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
        let (py, buffer) = (user_id.py(), Wtf8::new());
        let id = arguments::user_id(At::Argument("user_id"), user_id.as_borrowed(), &buffer)?;
        let signature = presented(signature)?;
        let limits = limits(max_age, clock_skew, now)?;
        let verified = run(py, || self.0.verify_with(id, &signature, &limits))?;
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
        let (py, buffer) = (user_id.py(), Wtf8::new());
        let id = arguments::user_id(At::Argument("user_id"), user_id.as_borrowed(), &buffer)?;
        let signature = presented(signature)?;
        let limits = limits(max_age, clock_skew, now)?;
        run(py, || self.0.is_valid(id, &signature, &limits))
    }

    /// Says which known mistake made a signature that is refused. For logs and terminals, never for visitors.
    ///
    /// `also` are other identifiers that may have been signed instead, at most 16: the user's e-mail, another user's
    /// id. Raises InputError as `sign` does; what is wrong with the signature is a finding.
    #[pyo3(
        signature = (user_id, signature, *, also = Passed(None), now = None),
        text_signature = "($self, user_id, signature, *, also=(), now=None)"
    )]
    fn explain<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        also: Passed<'py>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let (py, buffer, also_buffer) = (user_id.py(), Wtf8::new(), Wtf8::new());
        let id = arguments::user_id(At::Argument("user_id"), user_id.as_borrowed(), &buffer)?;
        let signature = presented(signature)?;
        let also = also.elements("also", py)?;
        let also = arguments::user_ids("also", &also, &also_buffer)?;
        let now = time(now)?;
        let findings = run(py, || self.0.explain(id, &signature, &also, now))?;
        let findings = findings.iter().map(|found| Finding::of(py, found));
        PyTuple::new(py, findings.collect::<PyResult<Vec<_>>>()?)
    }

    /// The script element that tells the vendor's script who the user is, as a string that templates do not escape.
    ///
    /// `user_id` is what `sign` takes, or None for a visitor who is not logged in: then nothing is signed, and where
    /// nothing is left to say the string is empty. `traits` is a dict of what the page tells about the user: None,
    /// bools, strings, numbers, lists and dicts. `site_token` is GoSquared's project token, with which the snippet
    /// loads the vendor's script too; `nonce` is that of this response's Content-Security-Policy. Raises InputError for
    /// what cannot stand on a page, anything that equals a secret included.
    ///
    /// Output one snippet per vendor per response, with `Cache-Control: private, no-store`, and never inside an
    /// attribute, an event handler or another script. The signature does not cover the traits. Pass only the id of the
    /// user whom your session authenticated. Chameleon: its own loader, from its install page, must stand before the
    /// snippet, and one page with a real signature, staging included, may switch enforcement on for good.
    #[pyo3(
        signature = (user_id, *, traits = Passed(None), site_token = None, nonce = None, now = None),
        text_signature = "($self, user_id, *, traits={}, site_token=None, nonce=None, now=None)"
    )]
    fn snippet<'py>(
        &self,
        user_id: &Bound<'py, PyAny>,
        traits: Passed<'py>,
        site_token: Option<&Bound<'py, PyAny>>,
        nonce: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, buffer) = (user_id.py(), Wtf8::new());
        let user_id = (!user_id.is_none()).then(|| user_id.as_borrowed());
        let id = user_id.map(|id| arguments::user_id(At::Argument("user_id"), id, &buffer)).transpose()?;
        let traits = arguments::traits(&traits)?;
        let site_token = option("site_token", site_token, "pass the project token")?;
        let nonce = option("nonce", nonce, "pass the nonce of this response's Content-Security-Policy")?;
        let now = time(now)?;
        let options = SnippetOptions { traits, site_token, nonce, now };
        let html = run(py, || self.0.snippet(id, &options))?;
        Classes::get(py)?.snippet.bind(py).call1((PyString::from_bytes(py, html.as_bytes())?,))
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
        let (py, buffer) = (user_id.py(), Wtf8::new());
        let id = arguments::user_id(At::Argument("user_id"), user_id.as_borrowed(), &buffer)?;
        let now = time(now)?;
        let identity = run(py, || self.0.identity(id, now))?;
        let fields = PyDict::new(py);
        for (name, value) in identity.fields() {
            fields.set_item(name, PyString::from_bytes(py, value.as_bytes())?)?;
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

/// Signatures per GIL release, about one switch interval (5 ms). Smaller batches keep the GIL: re-acquiring it may cost
/// a full interval.
const CHUNK: usize = 1 << 15;

fn fill(list: &Bound<'_, PyList>, start: usize, mut signatures: impl Iterator<Item = Signature>) -> PyResult<()> {
    let mut index = start;
    // Matched by reference: moving the signature costs 5 %.
    while let Some(signature) = &signatures.next() {
        list.set_item(index, PyString::from_bytes(list.py(), signature.as_bytes())?)?;
        index += 1;
    }
    Ok(())
}

/// Every provider that a Signer can be made for.
#[pyfunction]
fn providers(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let rows = personsig::providers().iter().map(|row| Provider::of(py, row));
    PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

/// Whether a value is a provider's name.
///
/// For a name that comes at run time, from a configuration: a type checker then knows that `Signer` takes it. `Signer`
/// raises `unknown-provider` for any other name.
#[pyfunction]
#[pyo3(signature = (value, /))]
fn is_provider_name(value: &Bound<'_, PyAny>) -> bool {
    let name = native::characters(value);
    name.is_some_and(|name| personsig::providers().iter().any(|row| row.name == name))
}
