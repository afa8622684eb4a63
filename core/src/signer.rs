//! The one class: a provider and its secrets.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::email::{self, LowerCase};
use crate::error::{Code, Detail, Error, Kind, Subject};
use crate::provider::{Identifier, Provider, providers};
use crate::scheme::Scheme;
use crate::secret::{Secret, Secrets, is_variable_name};
use crate::signature::{ParsedSignature, Signature};
use crate::user_id::{Digits, UserId};

/// The largest time in Unix seconds that can be signed: eleven digits, the year 5138.
pub const TIMESTAMP_MAX: i64 = 99_999_999_999;

/// Signs ids for one provider with one secret.
///
/// It is bound to its provider so that a secret is never used under two schemes by accident. Never share a secret
/// between providers: the plain signature of the id `42-1596165824` *is* the timestamped signature of `42`.
///
/// It is immutable, can be used from many threads at once, and cannot be copied. Its own copies of the secrets live
/// in one heap block that is zeroed when it is dropped; the caller's copies are the caller's.
pub struct Signer {
    pub(crate) provider: &'static Provider,
    pub(crate) secrets: Secrets,
}

impl Signer {
    /// Binds a [provider](crate::providers)'s name and the secret shared with it.
    ///
    /// # Errors
    /// `unknown-provider`; `missing-secret`, `invalid-text`, `padded-secret`, `placeholder-secret`, `malformed-secret`:
    /// see [`Secret`] for what is certainly not the secret itself. Everything else is taken as it is, of any length.
    ///
    /// ```
    /// use personsig::{Code, Signer};
    ///
    /// let refused = Signer::new("gosquared", "s3cret\n").unwrap_err();
    /// assert_eq!(refused.code(), Code::PaddedSecret);
    /// ```
    pub fn new<'a>(provider: &str, secret: impl Into<Secret<'a>>) -> Result<Self, Error> {
        Self::with_fallbacks(provider, secret, &[])
    }

    /// As [`Signer::new`], with older secrets that verify and never sign, for the time of a rotation.
    ///
    /// # Errors
    /// As [`Signer::new`], for every fallback too; [`Error::index`] tells which.
    pub fn with_fallbacks<'a>(
        provider: &str,
        secret: impl Into<Secret<'a>>,
        fallback_secrets: &[Secret<'a>],
    ) -> Result<Self, Error> {
        let provider = find(provider)?;
        let fallbacks = fallback_secrets.iter().enumerate();
        let fallbacks = fallbacks.map(|(index, secret)| (Subject::Fallback(index), *secret));
        let secret = (Subject::Secret(provider), secret.into());
        let secrets = Secrets::new(provider.key_form, std::iter::once(secret).chain(fallbacks))?;
        Ok(Signer { provider, secrets })
    }

    /// Reads the secret from the process's environment: from `variable`, or where that is `None` from the provider's
    /// own, and one fallback from the same name + `_PREVIOUS`, where unset and empty mean none.
    ///
    /// # Errors
    /// As [`Signer::new`]; the message names the variable.
    ///
    /// ```
    /// use personsig::{Code, Signer};
    ///
    /// let error = Signer::from_env("gosquared", "BLOG_SECRET_THAT_IS_NOT_SET").unwrap_err();
    /// assert_eq!(error.code(), Code::MissingSecret);
    /// assert!(error.to_string().contains("BLOG_SECRET_THAT_IS_NOT_SET"));
    /// ```
    pub fn from_env<'a>(provider: &str, variable: impl Into<Option<&'a str>>) -> Result<Self, Error> {
        Self::from_lookup(provider, variable.into().map(str::as_bytes), environment)
    }

    /// [`Signer::from_env`] over any look-up by name: for hosts with an environment of their own, or a secret store. The name
    /// is bytes, as some hosts' strings are.
    ///
    /// `lookup` returns the value, `None` where there is none, or a [`Code`] such as [`Code::InvalidText`] for a value that
    /// cannot be a secret.
    ///
    /// # Errors
    /// As [`Signer::from_env`]; `invalid-text` for a name that is not UTF-8.
    pub fn from_lookup<T: AsRef<[u8]>>(
        provider: &str,
        variable: Option<&[u8]>,
        mut lookup: impl FnMut(&str) -> Result<Option<T>, Code>,
    ) -> Result<Self, Error> {
        let provider = find(provider)?;
        let name = variable.map_or(Ok(provider.secret_variable), str::from_utf8);
        let name = name.map_err(|_| Error::new(Code::InvalidText, Subject::VariableName))?;
        let mut previous = String::new();
        previous.try_reserve_exact(name.len().saturating_add(PREVIOUS.len())).map_err(|_| Code::OutOfMemory)?;
        previous.extend([name, PREVIOUS]);
        // People pass the secret itself by mistake; a name that might be one is not repeated in messages.
        let subject = |name_shown: &str| match name.len() <= SHOWN_NAME_MAX && is_variable_name(name) {
            true => Subject::Variable(name_shown.into(), provider),
            false => Subject::OddVariable(provider),
        };
        let mut read = |name: &str| lookup(name).map_err(|code| Error::new(code, subject(name)));
        let secret = read(name)?;
        let secret = Secret::from(secret.as_ref().map(AsRef::as_ref));
        let mut secrets = vec![(subject(name), secret)];
        let fallback = read(&previous)?;
        let fallback = fallback.as_ref().map(AsRef::as_ref).filter(|value| !value.is_empty());
        secrets.extend(fallback.map(|value| (subject(&previous), Secret::Bytes(value))));
        let secrets = Secrets::new(provider.key_form, secrets.into_iter())?;
        Ok(Signer { provider, secrets })
    }

    /// The provider that it is bound to.
    pub fn provider(&self) -> &'static Provider {
        self.provider
    }

    /// The user's signature at this moment, by the system's clock.
    ///
    /// Sign only the id of the user whom *your session* authenticated: never an id from a query, a body or a cookie,
    /// never text that users choose or have not confirmed.
    ///
    /// **Chameleon**: one page with a real signature, staging included, may switch enforcement on for good.
    ///
    /// # Errors
    /// `empty-user-id`, `invalid-text`, `control-character`, `placeholder-user-id`, `integer-too-large`: see [`UserId`];
    /// `email-expected` where the provider's [identifier](crate::Identifier) is an e-mail;
    /// `timestamp-out-of-range` where the system's clock stands before 1970.
    ///
    /// ```
    /// # let signer = personsig::Signer::new("gosquared", "personsig-test-secret")?;
    /// assert_eq!(signer.sign("42")?.as_str(), signer.sign(42)?.as_str());
    /// # Ok::<(), personsig::Error>(())
    /// ```
    pub fn sign<'a>(&self, user_id: impl Into<UserId<'a>>) -> Result<Signature, Error> {
        self.sign_at(user_id, None)
    }

    /// As [`Signer::sign`], at a time of your own: Unix time in whole seconds, 0 to [`TIMESTAMP_MAX`]; `None` is the
    /// system's clock. A plain provider checks the range and does not use it.
    ///
    /// # Errors
    /// As [`Signer::sign`]; `timestamp-in-milliseconds` for exactly 13 digits, `timestamp-out-of-range` for any other
    /// time outside.
    ///
    /// ```
    /// let signer = personsig::Signer::new("chameleon", "personsig-test-secret")?;
    /// let signature = signer.sign_at("123456", 1596165824)?;
    /// assert_eq!(&*signature, "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824");
    /// # Ok::<(), personsig::Error>(())
    /// ```
    pub fn sign_at<'a>(&self, user_id: impl Into<UserId<'a>>, now: impl Into<Option<i64>>) -> Result<Signature, Error> {
        let (mut digits, user_id) = (Digits::new(), user_id.into());
        let text = user_id.text(&mut digits, Subject::UserId)?;
        match self.provider.identifier {
            Identifier::Id => self.sign_identifier(text, now.into()),
            _ => self.sign_email(text, now.into()),
        }
    }

    /// Out of line: room for an e-mail in lower case would cost every id a sixth of its time.
    #[cold]
    fn sign_email(&self, text: &str, now: Option<i64>) -> Result<Signature, Error> {
        let mut lower_case = LowerCase::new();
        self.sign_identifier(self.identifier(text, Subject::UserId, &mut lower_case)?, now)
    }

    fn sign_identifier(&self, text: &str, now: Option<i64>) -> Result<Signature, Error> {
        let now = self.time(now)?;
        let key = self.secrets.keys().next().ok_or(Code::Internal)?;
        let suffix = self.provider.scheme.suffix(now);
        let [mac] = key.hmac([text.as_bytes()], &suffix);
        Ok(Signature::new(self.provider.encoding, &mac, &suffix))
    }

    /// Checks a signature, with the default limits and by the system's clock; see [`Signer::verify_with`].
    ///
    /// # Errors
    /// As [`Signer::verify_with`].
    pub fn verify<'a>(&self, user_id: impl Into<UserId<'a>>, signature: impl AsRef<[u8]>) -> Result<Verified, Error> {
        self.verify_with(user_id, signature, &VerifyOptions::default())
    }

    /// Checks that a signature is this user's, made with the secret or a fallback, and where it has a timestamp that
    /// `now - max_age <= T <= now + clock_skew`.
    ///
    /// Pass the signature exactly as it arrived, and an empty string where none did. All secrets are tried in constant time,
    /// and the timestamp is checked only when one of them matches.
    ///
    /// # Errors
    /// For the id and `now` as [`Signer::sign_at`]; `not-timestamped`, `invalid-option`: see [`VerifyOptions`]; then
    /// `missing-signature`, `malformed-signature`, `missing-timestamp` (64 hex digits alone, presented to a timestamped
    /// provider), `signature-mismatch`, `from-the-future`, `expired`.
    ///
    /// ```
    /// use personsig::{Code, Signer, VerifyOptions};
    ///
    /// let signer = Signer::new("chameleon", "personsig-test-secret")?;
    /// let signature = signer.sign_at("123456", 1596165824)?;
    /// let hour_later = VerifyOptions { now: Some(1596165824 + 3600), ..VerifyOptions::default() };
    /// let verified = signer.verify_with("123456", &*signature, &hour_later)?;
    /// assert_eq!((verified.secret_index, verified.signed_at), (0, Some(1596165824)));
    /// assert_eq!(signer.verify("123456", &*signature).unwrap_err().code(), Code::Expired);
    /// # Ok::<(), personsig::Error>(())
    /// ```
    pub fn verify_with<'a>(
        &self,
        user_id: impl Into<UserId<'a>>,
        signature: impl AsRef<[u8]>,
        options: &VerifyOptions,
    ) -> Result<Verified, Error> {
        let (mut digits, user_id) = (Digits::new(), user_id.into());
        let text = user_id.text(&mut digits, Subject::UserId)?;
        match self.provider.identifier {
            Identifier::Id => self.verify_within(text, signature.as_ref(), &self.limits(options)?),
            _ => self.verify_email(text, signature.as_ref(), options),
        }
    }

    /// Out of line, as [`Signer::sign_email`] is.
    #[cold]
    fn verify_email(&self, text: &str, signature: &[u8], options: &VerifyOptions) -> Result<Verified, Error> {
        let mut lower_case = LowerCase::new();
        let text = self.identifier(text, Subject::UserId, &mut lower_case)?;
        self.verify_within(text, signature, &self.limits(options)?)
    }

    fn verify_within(&self, user_id: &str, signature: &[u8], limits: &Limits) -> Result<Verified, Error> {
        let refused = |code| Error::new(code, Subject::Signature);
        let presented = self.parse(signature).map_err(refused)?;
        let secret_index = presented.secret_index(user_id, self.secrets.keys());
        let secret_index = secret_index.ok_or_else(|| refused(Code::SignatureMismatch))?;
        match presented.signed_at {
            Some(signed_at) if signed_at > limits.latest => Err(refused(Code::FromTheFuture)),
            Some(signed_at) if signed_at < limits.earliest => Err(refused(Code::Expired)),
            signed_at => Ok(Verified { secret_index: usize::try_from(secret_index).unwrap_or_default(), signed_at }),
        }
    }

    /// Whether [`Signer::verify_with`] accepts: false for every verification error and for an id that cannot be
    /// signed, since no signature of it could be valid.
    ///
    /// # Errors
    /// What the programmer did wrong: `not-timestamped`, `invalid-option`, and those of `now`.
    pub fn is_valid<'a>(
        &self,
        user_id: impl Into<UserId<'a>>,
        signature: impl AsRef<[u8]>,
        options: &VerifyOptions,
    ) -> Result<bool, Error> {
        let limits = self.limits(options)?;
        let (mut digits, user_id) = (Digits::new(), user_id.into());
        let text = user_id.text(&mut digits, Subject::UserId);
        let verified = text.and_then(|text| match self.provider.identifier {
            Identifier::Id => self.verify_within(text, signature.as_ref(), &limits),
            _ => self.verify_email(text, signature.as_ref(), options),
        });
        match verified {
            Err(error) if error.kind() == Kind::System => Err(error),
            verified => Ok(verified.is_ok()),
        }
    }

    /// What is signed, and what the page gets, for a string that can be signed: where the vendor calls a user by e-mail,
    /// it is checked and perhaps lower-cased.
    #[inline]
    pub(crate) fn identifier<'t>(
        &self,
        text: &'t str,
        subject: Subject,
        lower_case: &'t mut LowerCase,
    ) -> Result<&'t str, Error> {
        match self.provider.identifier {
            Identifier::Id => Ok(text),
            _ => email::identifier(self.provider, text, subject, lower_case),
        }
    }

    /// Reads a presented signature, without verifying it.
    pub(crate) fn parse<'s>(&self, signature: &'s [u8]) -> Result<ParsedSignature<'s>, Code> {
        ParsedSignature::parse(self.provider.scheme, self.provider.encoding, signature)
    }

    fn limits(&self, options: &VerifyOptions) -> Result<Limits, Error> {
        let seconds = |name, given: Option<i64>, default| match (given, self.provider.scheme) {
            (None, _) => Ok(default),
            (Some(_), Scheme::Plain) => Err(Error::new(Code::NotTimestamped, Subject::Call)),
            (Some(seconds @ 0..=TIMESTAMP_MAX), _) => Ok(seconds),
            (Some(_), _) => {
                let reason = Detail::Reason("is not between 0 and 99999999999", "pass a number of whole seconds");
                Err(Error::new(Code::InvalidOption, Subject::Option(name)).with(reason))
            }
        };
        let max_age = seconds("the maximum age", options.max_age, DEFAULT_MAX_AGE)?;
        let clock_skew = seconds("the clock skew", options.clock_skew, DEFAULT_CLOCK_SKEW)?;
        let now = self.time(options.now)?;
        Ok(Limits { earliest: now.saturating_sub(max_age), latest: now.saturating_add(clock_skew) })
    }

    /// The time at which a batch is signed, so that all of it has the same: `now` checked, or the system's clock. 0
    /// where the provider is a plain one and none is given, since nothing would use it.
    ///
    /// # Errors
    /// Those of `now`: see [`Signer::sign_at`].
    pub fn time(&self, now: impl Into<Option<i64>>) -> Result<i64, Error> {
        // This is the one place where the clock is read.
        let now = match (now.into(), self.provider.scheme) {
            (Some(now), _) => now,
            (None, Scheme::Plain) => 0,
            (None, Scheme::Timestamped) => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .ok()
                .and_then(|since| i64::try_from(since.as_secs()).ok())
                .unwrap_or(-1),
        };
        match now {
            0..=TIMESTAMP_MAX => Ok(now),
            1_000_000_000_000..=9_999_999_999_999 => Err(Error::new(Code::TimestampInMilliseconds, Subject::Now)),
            _ => Err(Error::new(Code::TimestampOutOfRange, Subject::Now)),
        }
    }
}

/// Appended to a variable's name: the secret before the current one.
const PREVIOUS: &str = "_PREVIOUS";

/// The longest name of a variable that a message repeats, in bytes.
const SHOWN_NAME_MAX: usize = 256;

/// The default maximum age of a signature: 24 hours, in seconds. Our choice; Chameleon publishes none.
pub const DEFAULT_MAX_AGE: i64 = 86_400;

/// The default clock skew (leeway): 5 minutes, in seconds. Our choice.
pub const DEFAULT_CLOCK_SKEW: i64 = 300;

/// What [`Signer::verify_with`] accepts.
///
/// `max_age` and `clock_skew` are for timestamped providers: `not-timestamped` where a plain one is given either.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Seconds, 0 to [`TIMESTAMP_MAX`], else `invalid-option`; `None` is [`DEFAULT_MAX_AGE`]. Inclusive. It cannot be
    /// switched off.
    pub max_age: Option<i64>,
    /// Seconds, 0 to [`TIMESTAMP_MAX`], else `invalid-option`; `None` is [`DEFAULT_CLOCK_SKEW`]. Inclusive.
    pub clock_skew: Option<i64>,
    /// Unix time in whole seconds, 0 to [`TIMESTAMP_MAX`]; `None` is the system's clock.
    pub now: Option<i64>,
}

/// What a valid signature says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Which secret made it: 0 is the secret, 1 the first fallback. Once every signature has 0, the fallbacks can go.
    pub secret_index: usize,
    /// Unix time in whole seconds; `None` for a plain provider, whose signatures have no time.
    pub signed_at: Option<i64>,
}

struct Limits {
    earliest: i64,
    latest: i64,
}

/// `Signer(provider='gosquared')`, in every language.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer(provider='{}')", self.provider.name)
    }
}

/// The process's environment, for [`Signer::from_lookup`].
///
/// # Errors
/// None; a value is any bytes.
pub fn environment(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Code> {
    Ok(std::env::var_os(name).map(|value| Zeroizing::new(value.into_encoded_bytes())))
}

/// The provider of that exact name, or `unknown-provider`.
fn find(name: &str) -> Result<&'static Provider, Error> {
    if let Some(provider) = providers().iter().find(|provider| provider.name == name) {
        return Ok(provider);
    }
    let refused = Error::new(Code::UnknownProvider, Subject::Provider);
    let is_known = |name: &str| providers().iter().any(|provider| provider.name.eq_ignore_ascii_case(name));
    let trimmed = name.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    Err(match (is_known(name), is_known(trimmed)) {
        (true, _) => refused.with(Detail::Problem("is written with capital letters")),
        (_, true) => refused.with(Detail::Problem("begins or ends with white space or a control character")),
        _ => refused,
    })
}
