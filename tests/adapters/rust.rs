//! The Rust adapter: one NDJSON request a line on standard input, one answer a line on standard output.
//! The protocol is in tests/README.md; `run` also serves tests/runners/rust.rs.

use std::io::{BufRead, Write};

use personsig::{Error, Secret, Signer, SnippetOptions, Trait, Traits, UserId, VerifyOptions};
use serde_json::{Map, Value, json};

#[allow(dead_code)]
fn main() {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.expect("standard input")).expect("one request a line");
        let mut answer = match request["cmd"].as_str() {
            Some("start") => json!({
                "surface": "rust", "runtime": env!("CARGO_PKG_RUST_VERSION"), "version": personsig::VERSION,
                "supports": SUPPORTS,
            }),
            Some("run") => run(request["operation"].as_str().unwrap_or_default(), &request["input"]),
            _ => return,
        };
        if let Some(seq) = request.get("seq") {
            answer["seq"] = seq.clone();
        }
        writeln!(out, "{answer}").and_then(|()| out.flush()).expect("standard output");
    }
}

pub(crate) const SUPPORTS: [&str; 4] = ["integer", "big-integer", "is-valid", "hmac"];

pub(crate) enum Failure {
    Refused(Error),
    Crash(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Refused(error)
    }
}

/// `{"result"}`, `{"error"}` or `{"crash"}`.
pub(crate) fn run(operation: &str, input: &Value) -> Value {
    match try_run(operation, &Input(input)) {
        Ok(result) => json!({ "result": result }),
        Err(Failure::Crash(text)) => json!({ "crash": text }),
        Err(Failure::Refused(error)) => match error.index() {
            Some(index) => json!({ "error": error.code().name(), "index": index }),
            None => json!({ "error": error.code().name() }),
        },
    }
}

fn try_run(operation: &str, input: &Input<'_>) -> Result<Value, Failure> {
    const SIGNER: [&str; 3] = ["provider", "secret", "fallback_secrets"];
    let only = |fields: &[&str]| input.only(&[&SIGNER, fields].concat());
    match operation {
        "hmac" => {
            input.only(&["secret", "message"])?;
            let mac = personsig::hmac_sha256(&input.bytes("secret")?, &input.bytes("message")?);
            Ok(json!({ "hex": hex::encode(mac) }))
        }
        "construct" => {
            only(&[])?;
            input.signer().map(|_| json!({}))
        }
        "sign" => {
            only(&["user_id", "now"])?;
            let signature = input.signer()?.sign_at(user_id(&input.0["user_id"])?.id(), input.integer("now")?)?;
            Ok(json!({ "signature": signature.as_str() }))
        }
        "sign_many" => {
            only(&["user_ids", "now"])?;
            let user_ids = input.user_ids("user_ids")?;
            let user_ids: Vec<UserId<'_>> = user_ids.iter().map(Owned::id).collect();
            let signer = input.signer()?;
            let signatures = signer.sign_many(&user_ids, input.integer("now")?)?;
            let count = signatures.len();
            let signatures: Vec<String> = signatures.map(|signature| signature.as_str().to_owned()).collect();
            if signatures.len() != count {
                return Err(Failure::Crash(format!("{count} signatures were announced")));
            }
            Ok(json!({ "signatures": signatures }))
        }
        "snippet" => {
            only(&["user_id", "traits", "site_token", "nonce", "now"])?;
            let options = SnippetOptions {
                traits: input.traits()?,
                site_token: input.option("site_token")?,
                nonce: input.option("nonce")?,
                now: input.integer("now")?,
            };
            let user_id = input.0.get("user_id").map(user_id).transpose()?;
            Ok(json!({ "html": input.signer()?.snippet(user_id.as_ref().map(Owned::id), &options)? }))
        }
        "identity" => {
            only(&["user_id", "now"])?;
            let identity = input.signer()?.identity(user_id(&input.0["user_id"])?.id(), input.integer("now")?)?;
            let fields: Map<String, Value> =
                identity.fields().into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
            if serde_json::from_str::<Value>(&identity.to_json()?).ok() != Some(fields.clone().into()) {
                return Err(Failure::Crash("to_json and fields differ".into()));
            }
            Ok(json!({ "fields": fields }))
        }
        "from_env" => {
            input.only(&["provider", "variable", "env", "user_id", "now"])?;
            let env = input.0["env"].as_object().ok_or_else(|| unknown("env"))?;
            set_env(env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let signer = Signer::from_env(input.text("provider")?, input.0["variable"].as_str());
            set_env(env.keys().map(|name| (name.as_str(), None)));
            let signature = signer?.sign_at(user_id(&input.0["user_id"])?.id(), input.integer("now")?)?;
            Ok(json!({ "signature": signature.as_str() }))
        }
        "verify" | "is_valid" => {
            only(&["user_id", "signature", "max_age", "clock_skew", "now"])?;
            let options = VerifyOptions {
                max_age: input.integer("max_age")?,
                clock_skew: input.integer("clock_skew")?,
                now: input.integer("now")?,
            };
            let (signer, user_id, signature) =
                (input.signer()?, user_id(&input.0["user_id"])?, input.bytes("signature")?);
            if operation == "is_valid" {
                return Ok(json!({ "valid": signer.is_valid(user_id.id(), signature, &options)? }));
            }
            let verified = signer.verify_with(user_id.id(), signature, &options)?;
            Ok(json!({ "secret_index": verified.secret_index, "signed_at": verified.signed_at }))
        }
        "explain" => {
            only(&["user_id", "signature", "also", "now"])?;
            let also = input.user_ids("also")?;
            let also: Vec<UserId<'_>> = also.iter().map(Owned::id).collect();
            let (user_id, signature) = (user_id(&input.0["user_id"])?, input.bytes("signature")?);
            let findings = input.signer()?.explain(user_id.id(), signature, &also, input.integer("now")?)?;
            Ok(json!({ "findings": findings.iter().map(|finding| finding.code).collect::<Vec<_>>() }))
        }
        "providers" => {
            input.only(&[])?;
            let row = |row: &personsig::Provider| {
                json!({
                    "name": row.name, "title": row.title, "scheme": row.scheme.name(), "encoding": row.encoding.name(),
                    "identifier": row.identifier.name(), "key_form": row.key_form.name(), "legacy": row.legacy,
                    "secret_variable": row.secret_variable, "documentation": row.documentation,
                })
            };
            Ok(json!({ "rows": personsig::providers().iter().map(row).collect::<Vec<_>>() }))
        }
        _ => Err(unknown("operation")),
    }
}

fn unknown(what: &str) -> Failure {
    Failure::Crash(format!("unknown {what}"))
}

/// An id as the case has it, kept alive for the call.
enum Owned {
    Text(String),
    Id(UserId<'static>),
}

impl Owned {
    fn id(&self) -> UserId<'_> {
        match self {
            Owned::Text(text) => text.into(),
            Owned::Id(id) => *id,
        }
    }
}

/// What `Traits::from_json` is not asked to read: the other road to the same snippet.
fn decoded(value: Value) -> Trait {
    match value {
        Value::Null => Trait::Null,
        Value::Bool(yes) => Trait::Bool(yes),
        Value::Number(number) => match number.as_i128() {
            Some(integer) => Trait::Integer(integer),
            None => Trait::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Trait::Text(text.into_bytes()),
        Value::Array(list) => Trait::List(list.into_iter().map(decoded).collect()),
        Value::Object(map) => Trait::Map(decoded_map(map)),
    }
}

fn decoded_map(map: Map<String, Value>) -> Traits {
    map.into_iter().map(|(key, value)| (key, decoded(value))).collect()
}

fn user_id(form: &Value) -> Result<Owned, Failure> {
    match form {
        Value::String(text) => Ok(Owned::Text(text.clone())),
        Value::Number(number) => Ok(Owned::Id(number.as_i64().ok_or_else(|| unknown("number"))?.into())),
        _ => {
            let digits = form["int"].as_str().filter(|_| is_form(form)).ok_or_else(|| unknown("form of a value"))?;
            Ok(Owned::Id(digits.parse::<i128>().map_or(UserId::IntegerTooLarge, UserId::from)))
        }
    }
}

fn is_form(form: &Value) -> bool {
    form.as_object().is_some_and(|object| object.len() == 1)
}

fn set_env<'a>(variables: impl Iterator<Item = (&'a str, Option<&'a str>)>) {
    for (name, value) in variables {
        match value {
            // SAFETY: the adapter has one thread, and the tests that call `run` take turns.
            Some(value) => unsafe { std::env::set_var(name, value) },
            // SAFETY: as above.
            None => unsafe { std::env::remove_var(name) },
        }
    }
}

struct Input<'a>(&'a Value);

impl Input<'_> {
    fn only(&self, fields: &[&str]) -> Result<(), Failure> {
        let none = Map::new();
        let given = self.0.as_object().unwrap_or(&none);
        given.keys().all(|name| fields.contains(&name.as_str())).then_some(()).ok_or_else(|| unknown("field"))
    }

    fn text(&self, name: &str) -> Result<&str, Failure> {
        self.0[name].as_str().ok_or_else(|| unknown("form of a value"))
    }

    /// Text, or not given.
    fn option(&self, name: &str) -> Result<Option<&str>, Failure> {
        self.0.get(name).map(|_| self.text(name)).transpose()
    }

    fn traits(&self) -> Result<Traits, Failure> {
        let text = self.option("traits")?.unwrap_or("{}");
        let map = serde_json::from_str(text).map_err(|error| Failure::Crash(format!("traits: {error}")))?;
        Ok(decoded_map(map))
    }

    fn user_ids(&self, name: &str) -> Result<Vec<Owned>, Failure> {
        match self.0.get(name) {
            Some(Value::Array(forms)) => forms.iter().map(user_id).collect(),
            Some(_) => Err(unknown("list")),
            None => Ok(Vec::new()),
        }
    }

    /// Text or bytes; a field that is left out is the empty text.
    fn bytes(&self, name: &str) -> Result<Vec<u8>, Failure> {
        self.0.get(name).map_or(Ok(Vec::new()), bytes)
    }

    fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(form) = self.0.get(name) else { return Ok(None) };
        let (digits, number) = (form["int"].as_str().filter(|_| is_form(form)), form.as_i64().map(|n| n.to_string()));
        let digits = digits.or(number.as_deref()).ok_or_else(|| unknown("form of a value"))?;
        let limit = if digits.starts_with('-') { i64::MIN } else { i64::MAX };
        Ok(Some(digits.parse().unwrap_or(limit)))
    }

    fn signer(&self) -> Result<Signer, Failure> {
        let fallbacks = match self.0.get("fallback_secrets") {
            Some(Value::Array(forms)) => forms.iter().map(bytes).collect::<Result<Vec<_>, _>>()?,
            Some(_) => return Err(unknown("list")),
            None => Vec::new(),
        };
        let fallbacks: Vec<Secret<'_>> = fallbacks.iter().map(Secret::from).collect();
        Ok(Signer::with_fallbacks(self.text("provider")?, &self.bytes("secret")?, &fallbacks)?)
    }
}

fn bytes(form: &Value) -> Result<Vec<u8>, Failure> {
    match (form, form["hex"].as_str()) {
        (Value::String(text), _) => Ok(text.clone().into_bytes()),
        (_, Some(digits)) if is_form(form) => hex::decode(digits).map_err(|_| unknown("hex")),
        _ => Err(unknown("form of a value")),
    }
}
