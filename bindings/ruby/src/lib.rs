//! `personsig_ruby.so`: Ruby's values become the core's, and back. What may be signed, and how, is the core's.
//!
//! A method first checks its arguments' types from left to right, without calling a method of theirs, and borrows the
//! bytes of Strings last of all. **Borrowing**: from then until the core returns no Ruby code runs and Ruby allocates
//! nothing, so that no String changes, moves or dies. The Strings themselves are held by the caller's frame.

#![allow(missing_docs, reason = "magnus::init writes the one public item, the function that Ruby calls")]

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use magnus::encoding::EncodingCapable;
use magnus::rb_sys::AsRawValue;
use magnus::scan_args::{get_kwargs, scan_args};
use magnus::typed_data::Obj;
use magnus::value::Lazy;
use magnus::{
    Error, ExceptionClass, Integer, RArray, RClass, RHash, RModule, RString, RStruct, Ruby, TryConvert, TypedData,
    Value, function, kwargs, method, prelude::*,
};
use personsig::{Code, Kind, Secret, UserId, VerifyOptions};
use zeroize::Zeroizing;

mod loading;

#[magnus::init(name = "personsig_ruby")]
fn init(ruby: &Ruby) -> Result<(), Error> {
    let built_for = [rb_sys::RUBY_API_VERSION_MAJOR, rb_sys::RUBY_API_VERSION_MINOR].map(i64::from);
    // SAFETY: a constant of the Ruby that loads us.
    let [major, minor, _] = unsafe { rb_sys::ruby_api_version }.map(i64::from);
    let refused = |why: String| Err(Error::new(ruby.exception_load_error(), why));
    if let Some(why) = loading::refusal(built_for, [major, minor]) {
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
    class.define_method("inspect", method!(Signer::inspect, 0))?;
    class.define_method("to_s", method!(Signer::inspect, 0))?;
    Signer::class(ruby); // where magnus undefines `allocate`
    Ok(())
}

/// Signs a known id through Strings that Ruby made. It notices a String that is laid out in another way than we think.
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
        let args = scan_args::<(Value, Value), (), (), (), RHash, ()>(args)?;
        let options = get_kwargs::<_, (), (Option<Value>,), ()>(args.keywords, &[], &["fallback_secrets"])?;
        let (provider, secret) = args.required;
        Ok(Signer(construct(ruby, provider, secret, options.optional.0)?).frozen(ruby))
    }

    fn from_env(ruby: &Ruby, args: &[Value]) -> Result<Obj<Signer>, Error> {
        let args = scan_args::<(Value,), (), (), (), RHash, ()>(args)?;
        let options = get_kwargs::<_, (), (Option<Value>,), ()>(args.keywords, &[], &["variable"])?;
        let provider = text(ruby, At("provider", None), args.required.0, NAME_OF_PROVIDER)?;
        let advice = ("a String", "pass the name of an environment variable");
        let variable = options.optional.0.and_then(unless_nil);
        let variable = variable.map(|value| text(ruby, At("variable", None), value, advice)).transpose()?;
        // Copied, for ENV is Ruby code. A name that is not UTF-8 is that of no provider.
        // SAFETY: the copy is made at once.
        let copy = |text: RString| Zeroizing::new(unsafe { text.as_slice() }.to_vec());
        let (provider, variable) = (copy(provider), variable.map(copy));
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
            Ok(value.map(|value| Zeroizing::new(unsafe { value.as_slice() }.to_vec())))
        };
        let signer = call(ruby, || {
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
        let args = scan_args::<(Value,), (), (), (), RHash, ()>(args)?;
        let options = get_kwargs::<_, (), (Option<Value>,), ()>(args.keywords, &[], &["now"])?;
        sign(ruby, &this.0, args.required.0, options.optional.0)
    }

    fn verify(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<RStruct, Error> {
        let (id, signature, options) = to_verify(ruby, args)?;
        // SAFETY: see Borrowing.
        let verified = call(ruby, || unsafe { this.0.verify_with(id.borrow(), shown(&signature), &options) })?;
        let fields = [ruby.into_value(verified.secret_index), ruby.into_value(verified.signed_at)];
        row(ruby, &VERIFIED, &fields)
    }

    fn is_valid(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<bool, Error> {
        let (id, signature, options) = to_verify(ruby, args)?;
        // SAFETY: see Borrowing.
        call(ruby, || unsafe { this.0.is_valid(id.borrow(), shown(&signature), &options) })
    }

    fn explain(ruby: &Ruby, this: &Self, args: &[Value]) -> Result<RArray, Error> {
        let args = scan_args::<(Value, Value), (), (), (), RHash, ()>(args)?;
        let options = get_kwargs::<_, (), (Option<Value>, Option<Value>), ()>(args.keywords, &[], &["also", "now"])?;
        let (also, now) = options.optional;
        let id = Id::of(ruby, At("user_id", None), args.required.0)?;
        let signature = signature(ruby, args.required.1)?;
        // Copied, for Ruby's collector does not look into a Vec, and another element's encoding may run Ruby code.
        let also = list(ruby, "also", also, |at, value| Ok(Id::of(ruby, at, value)?.copied()))?;
        let now = seconds(ruby, "now", now)?;
        // SAFETY: see Borrowing.
        let findings = call(ruby, || unsafe {
            let also: Vec<UserId<'_>> = also.iter().map(|id| id.borrow()).collect();
            this.0.explain(id.borrow(), shown(&signature), &also, now)
        })?;
        let rows = ruby.ary_new();
        for found in findings {
            let texts = [found.code, found.message.as_str(), found.fix].map(|text| frozen_text(ruby, text));
            let [code, message, fix] = texts;
            rows.push(row(ruby, &FINDING, &[code, message, fix, ruby.into_value(found.index)])?)?;
        }
        rows.freeze();
        Ok(rows)
    }

    fn inspect(&self) -> String {
        format!("{:?}", self.0)
    }
}

fn providers(ruby: &Ruby) -> Result<RArray, Error> {
    let rows = ruby.ary_new();
    for p in personsig::providers() {
        let fields = [p.name, p.title, p.scheme.name(), p.secret_variable, p.documentation];
        rows.push(row(ruby, &PROVIDER, &fields.map(|text| frozen_text(ruby, text)))?)?;
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
    let provider = text(ruby, At("provider", None), provider, NAME_OF_PROVIDER)?;
    let key = |at, value: Value| {
        let advice = ("a String", "pass the secret as the provider shows it");
        unless_nil(value).map(|value| text(ruby, at, value, advice)).transpose()
    };
    let secret = key(At("secret", None), secret)?;
    let fallbacks = list(ruby, "fallback_secrets", fallback_secrets, key)?;
    // SAFETY: see Borrowing. The fallbacks are held by their Array, which no Ruby code has touched since.
    call(ruby, || unsafe {
        let fallbacks: Vec<_> =
            fallbacks.iter().map(|text| Secret::from(text.as_ref().map(|t| t.as_slice()))).collect();
        let secret = Secret::from(secret.as_ref().map(|text| text.as_slice()));
        // No provider's name is empty.
        let provider = str::from_utf8(provider.as_slice()).unwrap_or_default();
        personsig::Signer::with_fallbacks(provider, secret, &fallbacks)
    })
}

fn sign(ruby: &Ruby, signer: &personsig::Signer, user_id: Value, now: Option<Value>) -> Result<RString, Error> {
    let id = Id::of(ruby, At("user_id", None), user_id)?;
    let now = seconds(ruby, "now", now)?;
    // SAFETY: see Borrowing.
    let signature = call(ruby, || signer.sign_at(unsafe { id.borrow() }, now))?;
    Ok(ruby.str_new(&signature))
}

/// The arguments of `verify` and `valid?`.
fn to_verify(ruby: &Ruby, args: &[Value]) -> Result<(Id, Option<RString>, VerifyOptions), Error> {
    const NAMES: [&str; 3] = ["max_age", "clock_skew", "now"];
    let args = scan_args::<(Value, Value), (), (), (), RHash, ()>(args)?;
    let given = get_kwargs::<_, (), (Option<Value>, Option<Value>, Option<Value>), ()>(args.keywords, &[], &NAMES)?;
    let id = Id::of(ruby, At("user_id", None), args.required.0)?;
    let signature = signature(ruby, args.required.1)?;
    let options = VerifyOptions {
        max_age: seconds(ruby, "max_age", given.optional.0)?,
        clock_skew: seconds(ruby, "clock_skew", given.optional.1)?,
        now: seconds(ruby, "now", given.optional.2)?,
    };
    Ok((id, signature, options))
}

/// Runs the core and turns its errors into Ruby's. A panic would be a defect; magnus makes it a `fatal`, which no
/// `rescue` catches and which ends the process.
fn call<T>(ruby: &Ruby, core: impl FnOnce() -> Result<T, personsig::Error>) -> Result<T, Error> {
    let result = catch_unwind(AssertUnwindSafe(core)).unwrap_or_else(|_| Err(Code::Internal.into()));
    result.map_err(|error| {
        let class = match (error.kind(), error.code()) {
            (Kind::Input, _) => &INPUT_ERROR,
            (Kind::Verification, _) => &VERIFICATION_ERROR,
            (_, Code::OutOfMemory) => return Error::new(ruby.exception_no_mem_error(), error.to_string()),
            _ => return Error::new(ruby.exception_runtime_error(), error.to_string()),
        };
        let code = frozen_text(ruby, error.code().name());
        let fields = kwargs!(ruby, "code" => code, "index" => error.index());
        ruby.get_inner(class).new_instance((error.to_string(), fields)).map_or_else(|failure| failure, Error::from)
    })
}

// What is simpler in Ruby is in lib/personsig.rb, which defines these classes before it loads us.
static INPUT_ERROR: Lazy<ExceptionClass> = Lazy::new(|ruby| constant(ruby, "InputError"));
static VERIFICATION_ERROR: Lazy<ExceptionClass> = Lazy::new(|ruby| constant(ruby, "VerificationError"));
static VERIFIED: Lazy<RClass> = Lazy::new(|ruby| constant(ruby, "Verified"));
static FINDING: Lazy<RClass> = Lazy::new(|ruby| constant(ruby, "Finding"));
static PROVIDER: Lazy<RClass> = Lazy::new(|ruby| constant(ruby, "Provider"));

fn constant<T: TryConvert>(ruby: &Ruby, name: &'static str) -> T {
    let personsig: Result<RModule, Error> = ruby.class_object().const_get("Personsig");
    personsig.and_then(|module| module.const_get(name)).expect("lib/personsig.rb defines it")
}

/// A frozen Struct, filled without a call of its `initialize`.
fn row(ruby: &Ruby, class: &Lazy<RClass>, fields: &[Value]) -> Result<RStruct, Error> {
    let row = RStruct::try_convert(ruby.get_inner(class).obj_alloc()?)?;
    for (index, field) in fields.iter().enumerate() {
        row.aset(index, *field)?;
    }
    row.freeze();
    Ok(row)
}

fn frozen_text(ruby: &Ruby, text: &str) -> Value {
    let text = ruby.str_new(text);
    text.freeze();
    text.as_value()
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

/// Names the class that was given, never the value.
fn wrong_type(ruby: &Ruby, at: At, given: Value, (wanted, advice): (&str, &str)) -> Error {
    // SAFETY: it is copied into the message at once.
    let class = unsafe { given.classname() };
    Error::new(ruby.exception_type_error(), format!("{at} must be {wanted}, not {class}; {advice}"))
}

const NAME_OF_PROVIDER: (&str, &str) = ("a String", "pass the name of a provider, such as 'gosquared'");

/// A String or one of a subclass; nothing is converted.
fn text(ruby: &Ruby, at: At, value: Value, advice: (&str, &str)) -> Result<RString, Error> {
    RString::from_value(value).ok_or_else(|| wrong_type(ruby, at, value, advice))
}

fn unless_nil(value: Value) -> Option<Value> {
    if value.is_nil() { None } else { Some(value) }
}

/// nil is what a form or a query gives where nothing was sent.
fn signature(ruby: &Ruby, value: Value) -> Result<Option<RString>, Error> {
    let advice = ("a String or nil", "pass the text that the page sent");
    unless_nil(value).map(|value| text(ruby, At("signature", None), value, advice)).transpose()
}

/// # Safety
/// As Borrowing, at the top of this file, says.
unsafe fn shown(signature: &Option<RString>) -> &[u8] {
    // SAFETY: the caller's promise.
    signature.as_ref().map(|text| unsafe { text.as_slice() }).unwrap_or_default()
}

/// The elements of an Array, each checked.
fn list<T>(
    ruby: &Ruby,
    name: &'static str,
    value: Option<Value>,
    element: impl Fn(At, Value) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let advice = ("an Array", "put it in brackets: [value]");
    let array = RArray::from_value(value).ok_or_else(|| wrong_type(ruby, At(name, None), value, advice))?;
    (0..array.len()).map(|index| element(At(name, Some(index)), array.entry(index as isize)?)).collect()
}

fn seconds(ruby: &Ruby, name: &'static str, value: Option<Value>) -> Result<Option<i64>, Error> {
    let Some(value) = value.and_then(unless_nil) else { return Ok(None) };
    let advice = match name {
        "now" => "pass Unix time in whole seconds: Time.now.to_i",
        _ => "pass whole seconds, such as 3600",
    };
    let integer = Integer::from_value(value);
    let integer = integer.ok_or_else(|| wrong_type(ruby, At(name, None), value, ("an Integer", advice)))?;
    Ok(Some(exact(integer).and_then(|n| i64::try_from(n).map_err(|_| end(n < 0))).unwrap_or_else(|end| end)))
}

/// The integer, or the end of `i64` that it lies beyond where it does not fit into an `i128`.
fn exact(integer: Integer) -> Result<i128, i64> {
    let mut bytes = [0_u8; 16];
    let flags = rb_sys::INTEGER_PACK_LITTLE_ENDIAN | rb_sys::INTEGER_PACK_2COMP;
    // SAFETY: it writes these bytes. Of an Integer it neither calls a method nor raises.
    let sign = unsafe { rb_sys::rb_integer_pack(integer.as_raw(), bytes.as_mut_ptr().cast(), 16, 1, 0, flags as i32) };
    let value = i128::from_le_bytes(bytes);
    // Ruby counts the sign beside the 128 bits, `i128` within.
    let fits = sign.abs() < 2 && (value < 0) == (sign < 0);
    if fits { Ok(value) } else { Err(end(sign < 0)) }
}

fn end(negative: bool) -> i64 {
    if negative { i64::MIN } else { i64::MAX }
}

/// A user id of the right type.
enum Id {
    Text(RString),
    Copied(Vec<u8>),
    Other(UserId<'static>),
}

impl Id {
    fn of(ruby: &Ruby, at: At, value: Value) -> Result<Self, Error> {
        if let Some(integer) = Integer::from_value(value) {
            return Ok(Id::Other(exact(integer).map_or(UserId::IntegerTooLarge, UserId::Integer)));
        }
        let advice = if value.is_nil() { "sign only the id of a user who is logged in" } else { "pass id.to_s" };
        let text = text(ruby, at, value, ("a String or an Integer", advice))?;
        let utf8 = ruby.utf8_encindex();
        if [utf8, ruby.usascii_encindex(), ruby.ascii8bit_encindex()].contains(&text.enc_get()) {
            return Ok(Id::Text(text));
        }
        // As `encode`, but where that raises it returns the String as it was: no exception holds the text.
        let text = text.conv_enc(ruby.utf8_encoding())?;
        match text.enc_get() == utf8 {
            true => Ok(Id::Text(text).copied()),
            false => Ok(Id::Other(UserId::InvalidText)),
        }
    }

    fn copied(self) -> Self {
        match self {
            // SAFETY: the copy is made at once.
            Id::Text(text) => Id::Copied(unsafe { text.as_slice() }.to_vec()),
            other => other,
        }
    }

    /// # Safety
    /// As Borrowing, at the top of this file, says.
    unsafe fn borrow(&self) -> UserId<'_> {
        match self {
            // SAFETY: the caller's promise.
            Id::Text(text) => UserId::Bytes(unsafe { text.as_slice() }),
            Id::Copied(bytes) => UserId::Bytes(bytes),
            Id::Other(id) => *id,
        }
    }
}
