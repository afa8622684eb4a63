//! `personsig_ruby.so`: Ruby's values become the core's, and back. What may be signed, and how, is the core's.
//!
//! A method first checks its arguments' types from left to right, without calling a method of theirs, and borrows the
//! bytes of Strings last of all. **Borrowing**: from then until the core returns no Ruby code runs and Ruby allocates
//! nothing, so that no String changes, moves or dies. The Strings themselves are held by the caller's frame.

#![allow(missing_docs, reason = "magnus::init writes the one public item, the function that Ruby calls")]

use magnus::rb_sys::{AsRawValue, FromRawValue, protect};
use magnus::scan_args::{get_kwargs, scan_args};
use magnus::typed_data::Obj;
use magnus::value::Lazy;
use magnus::{
    Error, RArray, RClass, RHash, RModule, RString, RStruct, Ruby, TryConvert, TypedData, Value, function, method,
    prelude::*,
};
use personsig::host::{self, At};
use personsig::{Code, Secret, SnippetOptions, Traits, VerifyOptions};
use zeroize::Zeroizing;

use arguments::{Id, Ids, list, presented, seconds, signature, text, token, unless_nil};
use errors::{INPUT_ERROR, VERIFICATION_ERROR, constant, frozen_text, no_memory, run};
use native::list_of;
use values::Values;

mod abi_check;
mod advice;
mod arguments;
mod batch;
mod errors;
mod native;
mod values;

#[magnus::init(name = "personsig_ruby")]
fn init(ruby: &Ruby) -> Result<(), Error> {
    let built_for = [rb_sys::RUBY_API_VERSION_MAJOR, rb_sys::RUBY_API_VERSION_MINOR].map(i64::from);
    // SAFETY: a constant of the Ruby that loads us.
    let [major, minor, _] = unsafe { rb_sys::ruby_api_version }.map(i64::from);
    let refused = |why: String| Err(Error::new(ruby.exception_load_error(), why));
    if let Some(why) = abi_check::refusal(built_for, [major, minor]) {
        return refused(why);
    }
    let personsig: RModule = ruby.class_object().const_get("Personsig")?;
    [&INPUT_ERROR, &VERIFICATION_ERROR].into_iter().for_each(|class| Lazy::force(class, ruby));
    [&VERIFIED, &FINDING, &PROVIDER].into_iter().for_each(|class| Lazy::force(class, ruby));
    if !knows_the_answer(ruby).unwrap_or(false) {
        return refused("personsig does not sign rightly in this Ruby; install the gem that was built for it".into());
    }
    let version: RString = personsig.const_get("VERSION")?;
    if version.to_string()? != personsig::VERSION {
        return refused(format!("personsig's compiled part is version {}, its Ruby files are not", personsig::VERSION));
    }

    // SAFETY: what is shared is immutable, or set once, above. Without this every call in a Ractor raises.
    unsafe { rb_sys::rb_ext_ractor_safe(true) };
    personsig.define_singleton_method("providers", function!(providers, 0))?;
    let class = personsig.define_class("Signer", ruby.class_object())?;
    class.define_singleton_method("new", function!(Signer::new, -1))?;
    class.define_singleton_method("from_env", function!(Signer::from_env, -1))?;
    class.define_method("provider", method!(Signer::provider, 0))?;
    class.define_method("sign", method!(Signer::sign, -1))?;
    class.define_method("verify", method!(Signer::verify, -1))?;
    class.define_method("valid?", method!(Signer::is_valid, -1))?;
    class.define_method("explain", method!(Signer::explain, -1))?;
    class.define_method("sign_many", method!(Signer::sign_many, -1))?;
    class.define_method("snippet", method!(Signer::snippet, -1))?;
    class.define_method("identity", method!(Signer::identity, -1))?;
    class.define_method("inspect", method!(Signer::inspect, 0))?;
    class.define_method("to_s", method!(Signer::inspect, 0))?;
    Signer::class(ruby); // where magnus undefines `allocate`
    Ok(())
}

/// Signs a known id through Strings that Ruby made. This detects a String layout other than the one that was compiled
/// in.
fn knows_the_answer(ruby: &Ruby) -> Result<bool, Error> {
    let [provider, secret, id] = ["gosquared", "personsig-test-secret", "123456"].map(|text| ruby.str_new(text));
    let signer = construct(ruby, provider.as_value(), secret.as_value(), None)?;
    let signature = sign(ruby, &signer, id.as_value(), None)?.to_string()?;
    Ok(signature == "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64")
}

/// `Personsig::Signer`. Its methods are documented in `sig/personsig.rbs`.
#[magnus::wrap(class = "Personsig::Signer", free_immediately, frozen_shareable)]
struct Signer(personsig::Signer);

impl Signer {
    fn new(ruby: &Ruby, args: &[Value]) -> Result<Obj<Signer>, Error> {
        if let [provider, secret] = *args
            && !has_keywords()
        {
            return Ok(Signer(construct(ruby, provider, secret, None)?).frozen(ruby));
        }
        let args = scan_args::<(Value, Value), (), (), (), RHash, ()>(args)?;
        let options = get_kwargs::<_, (), (Option<Value>,), ()>(args.keywords, &[], &["fallback_secrets"])?;
        let (provider, secret) = args.required;
        Ok(Signer(construct(ruby, provider, secret, options.optional.0)?).frozen(ruby))
    }

    fn from_env(ruby: &Ruby, args: &[Value]) -> Result<Obj<Signer>, Error> {
        let args = scan_args::<(Value,), (), (), (), RHash, ()>(args)?;
        let options = get_kwargs::<_, (), (Option<Value>,), ()>(args.keywords, &[], &["variable"])?;
        let provider = arguments::provider(ruby, args.required.0)?;
        let advice = |ruby: &Ruby, value| advice::text(ruby, value, "pass the name of an environment variable");
        let variable = options.optional.0.and_then(unless_nil);
        let variable =
            variable.map(|value| text(ruby, At::Argument("variable"), "a String", value, advice)).transpose()?;
        // Copied, since ENV is Ruby code. A name that is not UTF-8 is that of no provider.
        let copy = |text: RString| {
            // SAFETY: the copy is made at once.
            let copy = host::copied(unsafe { text.as_slice() });
            copy.map(Zeroizing::new).map_err(|error| no_memory(ruby, error))
        };
        let (provider, variable) = (copy(provider)?, variable.map(copy).transpose()?);
        let provider = str::from_utf8(&provider).unwrap_or_default();

        // What a Ruby program calls the environment: the constant, which a test may have replaced.
        let environment: Value = ruby.class_object().const_get("ENV")?;
        let mut raised = None;
        let look_up = |name: &str| {
            if name.contains('\0') {
                // No variable has such a name, and ENV raises for it.
                return Ok(None);
            }
            let value: Option<Value> = environment.funcall("[]", (name,)).map_err(|error| {
                raised = Some(error);
                Code::Internal
            })?;
            let value = value.map(|value| RString::from_value(value).ok_or(Code::InvalidText)).transpose()?;
            // SAFETY: the copy is made at once.
            let copy = value.map(|value| host::copied(unsafe { value.as_slice() })).transpose();
            copy.map(|copy| copy.map(Zeroizing::new)).map_err(|_| Code::OutOfMemory)
        };
        let signer = run(ruby, || {
            personsig::Signer::from_lookup(provider, variable.as_ref().map(|name| name.as_slice()), look_up)
        });
        raised.map_or(signer, Err).map(|signer| Signer(signer).frozen(ruby))
    }

    fn frozen(self, ruby: &Ruby) -> Obj<Signer> {
        let signer = ruby.obj_wrap(self);
        signer.freeze();
        signer
    }

    fn provider(ruby: &Ruby, this: &Self) -> Value {
        frozen_text(ruby, this.0.provider().name)
    }

    fn sign(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<RString, Error> {
        let (user_id, now) = with_now(args)?;
        sign(ruby, &this.0, user_id, now)
    }

    fn verify(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<RStruct, Error> {
        let (id, signature, options) = to_verify(ruby, args)?;
        // SAFETY: see Borrowing.
        let verified = run(ruby, || unsafe { this.0.verify_with(id.borrow(), presented(&signature), &options) })?;
        let fields = [ruby.into_value(verified.secret_index), ruby.into_value(verified.signed_at)];
        row(ruby, &VERIFIED, &fields)
    }

    fn is_valid(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<bool, Error> {
        let (id, signature, options) = to_verify(ruby, args)?;
        // SAFETY: see Borrowing.
        run(ruby, || unsafe { this.0.is_valid(id.borrow(), presented(&signature), &options) })
    }

    fn explain(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<RArray, Error> {
        let args = scan_args::<(Value, Value), (), (), (), RHash, ()>(args)?;
        let options = get_kwargs::<_, (), (Option<Value>, Option<Value>), ()>(args.keywords, &[], &["also", "now"])?;
        let (also, now) = options.optional;
        let id = Id::of(ruby, At::Argument("user_id"), args.required.0)?;
        let signature = signature(ruby, args.required.1)?;
        let also = Ids::of(ruby, "also", also)?;
        let now = seconds(ruby, "now", now)?;
        let also = also.borrow(ruby)?;
        // SAFETY: see Borrowing.
        let findings = run(ruby, || unsafe { this.0.explain(id.borrow(), presented(&signature), &also, now) })?;
        let rows = ruby.ary_new();
        for found in findings {
            let texts = [found.code, found.message.as_str(), found.fix].map(|text| frozen_text(ruby, text));
            let [code, message, fix] = texts;
            rows.push(row(ruby, &FINDING, &[code, message, fix, ruby.into_value(found.index)])?)?;
        }
        rows.freeze();
        Ok(rows)
    }

    fn sign_many(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<RArray, Error> {
        let (user_ids, now) = with_now(args)?;
        batch::sign_many(ruby, &this.0, user_ids, now)
    }

    fn snippet(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<Value, Error> {
        let html = Self::html(ruby, this, args)?;
        // ActiveSupport's mark for a String that templates do not escape. It may be loaded after us. Nothing of ours is left
        // to drop: a continuation (`callcc`) may return from here a second time.
        html.check_funcall("html_safe", ()).unwrap_or_else(|| Ok(html.as_value()))
    }

    fn html(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<RString, Error> {
        const NAMES: [&str; 4] = ["traits", "site_token", "nonce", "now"];
        type Given = (Option<Value>, Option<Value>, Option<Value>, Option<Value>);
        let args = scan_args::<(Value,), (), (), (), RHash, ()>(args)?;
        let (traits, site_token, nonce, now) = get_kwargs::<_, (), Given, ()>(args.keywords, &[], &NAMES)?.optional;
        let id = unless_nil(args.required.0);
        let id = id.map(|value| Id::of(ruby, At::Argument("user_id"), value)).transpose()?;
        let traits =
            traits.map_or_else(|| Ok(Traits::default()), |traits| host::traits(&Values(ruby), "traits", &traits))?;
        let site_token = token(ruby, "site_token", site_token)?;
        let nonce = token(ruby, "nonce", nonce)?;
        let now = seconds(ruby, "now", now)?;
        let options = SnippetOptions { traits, site_token: site_token.as_deref(), nonce: nonce.as_deref(), now };
        // SAFETY: see Borrowing.
        let html = run(ruby, || this.0.snippet(id.as_ref().map(|id| unsafe { id.borrow() }), &options))?;
        Ok(ruby.str_new(&html))
    }

    fn identity(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<RHash, Error> {
        let (user_id, now) = with_now(args)?;
        let id = Id::of(ruby, At::Argument("user_id"), user_id)?;
        let now = seconds(ruby, "now", now)?;
        // SAFETY: see Borrowing.
        let identity = run(ruby, || this.0.identity(unsafe { id.borrow() }, now))?;
        let fields = ruby.hash_new();
        for (name, value) in identity.fields() {
            fields.aset(ruby.to_symbol(name), ruby.str_new(value))?;
        }
        Ok(fields)
    }

    fn inspect(&self) -> String {
        format!("{:?}", self.0)
    }
}

fn providers(ruby: &Ruby) -> Result<RArray, Error> {
    let rows = ruby.ary_new();
    for p in personsig::providers() {
        let fields = [
            Some(p.name),
            Some(p.title),
            Some(p.scheme.name()),
            Some(p.encoding.name()),
            Some(p.identifier.name()),
            Some(p.key_form.name()),
            p.legacy,
            Some(p.secret_variable),
            Some(p.documentation),
        ];
        let text = |text: Option<&str>| text.map_or_else(|| ruby.qnil().as_value(), |text| frozen_text(ruby, text));
        // An array, not a Vec: the collector looks for values on the stack, and not in Rust's heap.
        rows.push(row(ruby, &PROVIDER, &fields.map(text))?)?;
    }
    rows.freeze();
    Ok(rows)
}

fn construct(
    ruby: &Ruby,
    provider: Value,
    secret: Value,
    fallback_secrets: Option<Value>,
) -> Result<personsig::Signer, Error> {
    let provider = arguments::provider(ruby, provider)?;
    let key = |at: At<'_>, value: Value| {
        unless_nil(value).map(|value| text(ruby, at, "a String", value, advice::secret)).transpose()
    };
    let secret = key(At::Argument("secret"), secret)?;
    let fallbacks = list(ruby, "fallback_secrets", fallback_secrets, key)?;
    let mut secrets = list_of(ruby, fallbacks.len())?;
    // SAFETY: see Borrowing. The fallbacks are held by their Array, which no Ruby code has touched since.
    run(ruby, || unsafe {
        secrets.extend(fallbacks.iter().map(|text| Secret::from(text.as_ref().map(|text| text.as_slice()))));
        let secret = Secret::from(secret.as_ref().map(|text| text.as_slice()));
        // No provider's name is empty.
        let provider = str::from_utf8(provider.as_slice()).unwrap_or_default();
        personsig::Signer::with_fallbacks(provider, secret, &secrets)
    })
}

fn sign(ruby: &Ruby, signer: &personsig::Signer, user_id: Value, now: Option<Value>) -> Result<RString, Error> {
    let id = Id::of(ruby, At::Argument("user_id"), user_id)?;
    let now = seconds(ruby, "now", now)?;
    // SAFETY: see Borrowing.
    let signature = run(ruby, || signer.sign_at(unsafe { id.borrow() }, now))?;
    Ok(ruby.str_new(&signature))
}

/// Whether the method that runs was called with keywords. The check is cheap; parsing keywords costs more than signing.
fn has_keywords() -> bool {
    // SAFETY: it reads a flag of the frame of the method that Ruby called, which is ours.
    unsafe { rb_sys::rb_keyword_given_p() != 0 }
}

/// One argument, and the keyword `now`.
fn with_now(args: &[Value]) -> Result<(Value, Option<Value>), Error> {
    if let [only] = *args
        && !has_keywords()
    {
        return Ok((only, None));
    }
    let args = scan_args::<(Value,), (), (), (), RHash, ()>(args)?;
    let options = get_kwargs::<_, (), (Option<Value>,), ()>(args.keywords, &[], &["now"])?;
    Ok((args.required.0, options.optional.0))
}

/// The arguments of `verify` and `valid?`.
fn to_verify(ruby: &Ruby, args: &[Value]) -> Result<(Id, Option<RString>, VerifyOptions), Error> {
    const NAMES: [&str; 3] = ["max_age", "clock_skew", "now"];
    if let [user_id, signature] = *args
        && !has_keywords()
    {
        let id = Id::of(ruby, At::Argument("user_id"), user_id)?;
        return Ok((id, arguments::signature(ruby, signature)?, VerifyOptions::default()));
    }
    let args = scan_args::<(Value, Value), (), (), (), RHash, ()>(args)?;
    let given = get_kwargs::<_, (), (Option<Value>, Option<Value>, Option<Value>), ()>(args.keywords, &[], &NAMES)?;
    let id = Id::of(ruby, At::Argument("user_id"), args.required.0)?;
    let signature = signature(ruby, args.required.1)?;
    let (max_age, clock_skew, now) = given.optional;
    let [max_age, clock_skew, now] = [max_age, clock_skew, now].map(|value| value.and_then(unless_nil));
    let limits = [("max_age", max_age.as_ref()), ("clock_skew", clock_skew.as_ref()), ("now", now.as_ref())];
    let options = host::limits(&Values(ruby), limits)?;
    Ok((id, signature, options))
}

static VERIFIED: Lazy<RClass> = Lazy::new(|ruby| constant(ruby, "Verified"));
static FINDING: Lazy<RClass> = Lazy::new(|ruby| constant(ruby, "Finding"));
static PROVIDER: Lazy<RClass> = Lazy::new(|ruby| constant(ruby, "Provider"));

/// A frozen Struct, filled without a call of its `initialize`. Every result of `verify` is one: what Ruby raises is
/// caught once, and not at every step.
fn row(ruby: &Ruby, class: &Lazy<RClass>, fields: &[Value]) -> Result<RStruct, Error> {
    let class = ruby.get_inner(class);
    let row = protect(|| {
        // SAFETY: the class is that of a Struct with these fields.
        unsafe {
            let row = rb_sys::rb_obj_alloc(class.as_raw());
            for (index, field) in (0..).zip(fields) {
                rb_sys::rb_struct_aset(row, rb_sys::rb_int2inum(index), field.as_raw());
            }
            rb_sys::rb_obj_freeze(row)
        }
    })?;
    // SAFETY: it was just made.
    RStruct::try_convert(unsafe { Value::from_raw(row) })
}
