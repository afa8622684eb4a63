//! Which known mistake made this signature.
//!
//! A *reading* is a digest that the presented text holds, however it is written: `reading` splits the text, `escape`,
//! `digits` and `bytes` read it, `look` says what a text without one looks like. A *hypothesis* is a message that may
//! have been signed: `message`, `id_form` and `number` make those of another id, `timestamp` those of another time. `key`
//! makes the keys, `construction` and `wrong_call` know what is no HMAC of a message under a key, `mistake` has the words
//! and `page` those of MISTAKES.md. Where a key and a hypothesis make what a reading found, their mistakes are proven.
//!
//! 1. One mistake: every hypothesis under each secret of the Signer; the right message under every wrong key; every other
//!    construction. Each with every reading. All that have the fewest mistakes are reported.
//! 2. Two mistakes, if there is nothing yet, of the first secret: wrong keys with hypotheses; forms of elements of `also`;
//!    other readings of the clock with forms of the id; keys that two mistakes made.
//!
//! Hypotheses that are many of a kind, such as times (*searches*), are tried with right keys alone. Work is bounded: see the
//! constants, and benches/explain.rs.
//!
//! Invariant: a finding confirms only what the caller already holds (`is_no_oracle_for_prefixes`,
//! `shows_no_digits_of_a_signature_no_secret_and_no_id`). It says that the presented text contains a whole HMAC, or at
//! least 40 of its hex digits (32 for another hash) or 27 characters of the provider's base64, and nothing about fewer,
//! so no signature can be read out digit by digit. Writings that lose digits are compared at their full length.
//! Messages are made of the caller's own arguments, of times, and, where a signature was signed again, of a MAC that
//! the caller must present whole. `key` says why candidate keys reveal no secret. Comparisons take constant time,
//! except for the first digit of a MAC and the count of its ASCII bytes, where the presented writing loses some.

mod bytes;
mod construction;
mod digits;
mod escape;
mod escaped;
mod hypothesis;
mod id_form;
mod key;
mod look;
mod markdown;
mod message;
mod mistake;
mod number;
mod padding;
mod reading;
mod timestamp;
mod wrong_call;

use zeroize::Zeroizing;

use self::construction::Signed;
use self::hypothesis::{Found, Hypothesis, Reading, each_once};
use self::key::{Key, fixed_keys, rare_fixed_keys, rare_keys, sample_keys, twice_wrong_keys, wrong_keys};
use self::mistake::{Mistake, Mistakes};
use self::reading::{Group, Tail};
use crate::email::LowerCase;
use crate::encoding::Encoding;
use crate::error::{Code, Detail, Error, Subject};
use crate::memory;
use crate::provider::{KeyForm, Provider};
use crate::scheme::Scheme;
use crate::signature::timestamp as time_of;
use crate::signer::{Signer, TIMESTAMP_MAX, Verified, VerifyOptions};
use crate::user_id::{Digits, UserId};

/// How many identifiers `also` may hold.
const ALSO_MAX: usize = 16;

const TOO_MANY: Detail = Detail::Reason("are more than 16", "pass the user's other ids and addresses alone");

/// The longest text in bytes for which hypotheses are tried: an id, a signature, another identifier, a secret.
const HYPOTHESIS_MAX: usize = 1024;

/// The longest message in bytes that is tried with many times, and the longest fallback that is varied.
const SEARCH_MAX: usize = 128;

/// The longest message in bytes that is tried with wrong keys: what one block of SHA-256 holds.
const SHORT_MAX: usize = 55;

/// How many elements of `also` are tried with times that are up to a minute apart.
const FAR_ALSO: usize = 4;

/// The longest secret in bytes that two mistakes are made of: what HMAC does not hash first.
const BLOCK: usize = 64;

/// How many of the Signer's secrets are tried with hypotheses.
const SECRETS_MAX: usize = 8;

/// The fewest digits of which it is said that they are right: fewer would let a caller find them one by one.
const TRUNCATED_MIN: usize = 40;

/// The same of characters of base64, which have 6 bits each.
const TRUNCATED_BASE64_MIN: usize = 27;

/// The offsets of time zones east of Greenwich in minutes; one to the west never makes a signature too old or too new.
const ZONES: [i64; 25] = [
    60, 120, 150, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780,
    825, 840,
];

/// More memory in bytes than all hypotheses need at one time, whatever is shown; half of it was seen.
const WORK_MAX: usize = 1 << 23;

/// How exactly a time is off by a zone, in seconds.
const ZONE_TOLERANCE: u64 = 300;

/// One thing that went wrong, or that did not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Its name in every language: `padded-key`.
    pub code: &'static str,
    /// What happened, in a sentence for a person.
    pub message: String,
    /// What to do about it.
    pub fix: &'static str,
    /// Which fallback secret or which element of `also`, counting from 0.
    pub index: Option<usize>,
}

impl Finding {
    /// Every code, in the order in which findings come.
    pub const CODES: &[&str] = mistake::CODES;

    /// Whether these findings are those of a signature that [`Signer::verify`] accepts: it is valid, and nothing is wrong
    /// with its time.
    pub fn accept(findings: &[Finding]) -> bool {
        let valid = [Mistake::Valid, Mistake::ValidWithFallback].map(|mistake| mistake.texts().0);
        !findings.is_empty() && findings.iter().all(|finding| valid.contains(&finding.code))
    }

    fn new(mistake: Mistake, index: Option<usize>) -> Self {
        let (code, message, fix) = mistake.texts();
        Finding { code, message: message.into(), fix, index }
    }

    /// As one provider's user needs it.
    fn at(provider: &Provider, mistake: Mistake, index: Option<usize>) -> Self {
        let mut finding = Finding::new(mistake, index);
        let of_hex = mistake.texts_of_hex_keys().filter(|_| provider.key_form == KeyForm::Hex);
        if let Some((message, fix)) = of_hex {
            finding = Finding { message: message.into(), fix, ..finding };
        }
        let lower = mistake.fix_of_lower_case().filter(|_| provider.lowercase_email);
        Finding { fix: lower.unwrap_or(finding.fix), ..finding }
    }

    /// Nothing is known. Something is said of the secret or the id only where the text is a MAC.
    fn unexplained(provider: &Provider, written: Written) -> Self {
        let form = match (provider.scheme, provider.encoding) {
            (Scheme::Timestamped, _) => "64 lower-case hex digits, a hyphen and a time",
            (Scheme::Plain, Encoding::Hex) => "64 lower-case hex digits",
            (Scheme::Plain, Encoding::Base64) => "44 characters of base64",
            (Scheme::Plain, Encoding::Base64Url) => "43 characters of base64url",
        };
        let mut finding = Finding::new(Mistake::NoneKnown, None);
        if provider.scheme == Scheme::Timestamped {
            finding.fix = mistake::FIX_OF_UNKNOWN_WITH_TIME;
        }
        match written {
            Written::Right => {
                finding.and(": probably the secret or the id is a different one, or it is a mistake that is not tried.")
            }
            Written::Otherwise => finding.and(&format!(
                ". It is not in this provider's form, {form}. Even in that form it would not be this user's: probably the \
                 secret or the id is a different one as well."
            )),
            Written::Not => {
                let message = format!(
                    ". It does not have a signature's form, {form}, so that nothing can be said of secret or id."
                );
                Finding { fix: mistake::FIX_WITHOUT_FORM, ..finding.and(&message) }
            }
        }
    }

    /// The address of what is written about its code: what it looks like, how it happens, what to do.
    pub fn link(&self) -> String {
        format!("{}/blob/main/core/MISTAKES.md#{}", env!("CARGO_PKG_REPOSITORY"), self.code)
    }

    /// The page that [`Finding::link`] leads to, in Markdown: `MISTAKES.md` of this crate.
    #[doc(hidden)]
    pub fn page() -> String {
        markdown::text()
    }

    /// The message goes on.
    fn and(self, more: &str) -> Self {
        Finding { message: self.message + more, ..self }
    }
}

/// Whether a text is a whole MAC.
enum Written {
    /// In the provider's form.
    Right,
    Otherwise,
    Not,
}

impl Signer {
    /// Says which known mistake made a signature that does not verify: for logs and terminals, never for an answer to
    /// whoever sent the signature, and never in place of [`Signer::verify`].
    ///
    /// `also` are other identifiers that may have been signed, such as this user's e-mail address; 16 at most. `now` is
    /// as for [`Signer::sign_at`].
    ///
    /// No finding shows a secret, an id, or a digit of a signature.
    ///
    /// # Findings
    /// - `valid` (or `valid-with-fallback`) alone: [`Signer::verify`] accepts it with its default limits. When only the
    ///   time is wrong, `expired` or `from-the-future` follows, and perhaps `time-zone`.
    /// - Otherwise the mistakes that are proven, in the order of [`Finding::CODES`], each once: all that explain the
    ///   signature alone, or where there is none, both of all pairs of a wrong key and one other mistake.
    /// - `no-known-mistake` alone. Only where the text has a signature's form does it speak of the secret and the id: that
    ///   one is probably different.
    ///
    /// [`Finding::link`] leads to more about each.
    ///
    /// Tens of thousands of HMACs, less than 20 ms on a processor with SHA extensions. To keep to that, an id, a
    /// signature, an element of `also` or a secret of more than 1,024 bytes is not varied, nor a fallback of more than 128;
    /// the secret and seven fallbacks are tried. Two mistakes are tried where the message has 55 bytes at most and the
    /// secret 64. Zeros at the end of a key cannot be told apart from none, nor a key beyond 64 bytes from its hash: HMAC
    /// makes them the same.
    ///
    /// # Errors
    /// As [`Signer::sign_at`] for the id, each element of `also`, and `now`; `invalid-option` for more than 16 elements.
    /// Never for the signature. `out-of-memory` where 8 MiB, and twice the signature's length, cannot be allocated.
    ///
    /// ```
    /// use personsig::{Signer, hmac_sha256};
    ///
    /// let signer = Signer::new("gosquared", "personsig-test-secret")?;
    /// let elsewhere: String = hmac_sha256(b"personsig-test-secret\n", b"42").iter().map(|b| format!("{b:02x}")).collect();
    /// assert_eq!(signer.explain("42", elsewhere, &[], None)?[0].code, "padded-key");
    /// # Ok::<(), personsig::Error>(())
    /// ```
    pub fn explain<'a>(
        &self,
        user_id: impl Into<UserId<'a>>,
        signature: impl AsRef<[u8]>,
        also: &[UserId<'_>],
        now: impl Into<Option<i64>>,
    ) -> Result<Vec<Finding>, Error> {
        let (mut digits, user_id) = (Digits::new(), user_id.into());
        let given = user_id.text(&mut digits, Subject::UserId)?;
        let mut lower_case = LowerCase::new();
        let id = self.identifier(given, Subject::UserId, &mut lower_case)?;
        if also.len() > ALSO_MAX {
            return Err(Error::new(Code::InvalidOption, Subject::Option("other identifiers")).with(TOO_MANY));
        }
        let mut also_digits = [Digits::new(); ALSO_MAX];
        let also = also.iter().zip(&mut also_digits).enumerate();
        let also = also.map(|(index, (other, digits))| other.text(digits, Subject::Also(index)));
        let also = also.collect::<Result<Vec<_>, _>>()?;
        let (scheme, now) = (self.provider.scheme, self.time(now)?);

        let text = signature.as_ref();
        // A text in several lines is copied.
        memory::room(text.len().saturating_mul(2).saturating_add(WORK_MAX))?;
        let any_time = Some(TIMESTAMP_MAX).filter(|_| scheme == Scheme::Timestamped);
        let options = VerifyOptions { max_age: any_time, clock_skew: any_time, now: Some(now) };
        match self.verify_with(id, text, &options) {
            Ok(verified) => return Ok(self.genuine(id, text, verified, now)),
            Err(error) if error.code() == Code::MissingSignature => {
                return Ok(vec![Finding::new(Mistake::MissingSignature, None)]);
            }
            Err(_) => {}
        }
        if text == id.as_bytes() || text == given.as_bytes() {
            return Ok(vec![Finding::new(Mistake::SignatureIsTheId, None)]);
        }
        let is_swapped = self.parse(id.as_bytes()).is_ok() && self.parse(text).is_err();
        let presented_id = str::from_utf8(text).ok().filter(|_| is_swapped);
        if presented_id.is_some_and(|presented| self.verify_with(presented, id.as_bytes(), &options).is_ok()) {
            return Ok(vec![Finding::new(Mistake::SwappedIdAndSignature, None)]);
        }

        let inside = reading::unwrapped(scheme, text);
        let form_alone = id.len() > HYPOTHESIS_MAX || text.len() > HYPOTHESIS_MAX || str::from_utf8(text).is_err();
        let mut found = Found::default();
        match &inside {
            _ if form_alone => {}
            Some(inside) if self.verify_with(id, inside, &options).is_ok() => {}
            _ => {
                let case = Case { id, given, also, now, scheme, encoding: self.provider.encoding };
                found = self.proven(&case, inside.as_deref().unwrap_or(text));
            }
        }
        let look = look::look(text);
        let is_secret = bool::from(self.secrets.contain(self.provider.key_form, text.trim_ascii()));
        let mut mistakes = found.mistakes;
        if mistakes.is_empty() && is_secret {
            mistakes = Mistake::NotASignature.into();
        } else if mistakes.is_empty() && is_swapped && (look.is_some() || text.len() < TRUNCATED_MIN) {
            mistakes = Mistake::SwappedIdAndSignature.into();
        } else if inside.is_some() || mistakes.is_empty() && look.is_some() {
            mistakes = mistakes | Mistake::NotASignature.into();
        }
        if mistakes.is_empty() {
            let groups = if form_alone { Vec::new() } else { reading::groups(scheme, self.provider.encoding, text) };
            let written = match self.parse(text) {
                Ok(_) => Written::Right,
                Err(_) if groups.iter().flat_map(|group| &group.readings).any(Reading::is_whole) => Written::Otherwise,
                Err(_) => Written::Not,
            };
            return Ok(vec![Finding::unexplained(self.provider, written)]);
        }
        // Of forms of the id, the one that is joined with another identifier has an index.
        let is_joined = found.index.is_some() && !mistakes.has(Mistake::OtherIdentifier);
        let of = |mistake: Mistake| {
            let index = found.index.filter(|_| mistake == Mistake::OtherIdentifier);
            let finding = Finding::at(self.provider, mistake, index);
            if mistake == Mistake::IdForm && is_joined {
                return Finding { message: mistake::IS_JOINED.into(), ..finding };
            }
            match look {
                _ if mistake != Mistake::NotASignature => finding,
                _ if is_secret => finding.and(mistake::IS_SECRET),
                Some(look) => finding.and(&format!(" It looks like {look}.")),
                None => finding,
            }
        };
        let mut findings: Vec<_> = mistakes.iter().map(of).collect();
        let last = findings.pop_if(|_| found.of_fallback).map(|last| last.and(mistake::BY_FALLBACK));
        findings.extend(last);
        Ok(findings)
    }

    /// What is said of a signature that is authentic.
    fn genuine(&self, id: &str, signature: &[u8], verified: Verified, now: i64) -> Vec<Finding> {
        let mut findings = vec![match verified.secret_index.checked_sub(1) {
            None => Finding::new(Mistake::Valid, None),
            fallback => Finding::new(Mistake::ValidWithFallback, fallback),
        }];
        let options = VerifyOptions { now: Some(now), ..VerifyOptions::default() };
        let ahead = verified.signed_at.unwrap_or(now).saturating_sub(now);
        let away = words(ahead.saturating_abs());
        match self.verify_with(id, signature, &options).err().map(|error| error.code()) {
            Some(Code::Expired) => {
                let age = format!(": it was made {away} ago, and by default 24 hours are the limit.");
                findings.push(Finding::new(Mistake::Expired, None).and(&age));
            }
            Some(Code::FromTheFuture) => {
                let distance = format!(": it says {away} from now, and by default 5 minutes are the limit.");
                findings.push(Finding::new(Mistake::FromTheFuture, None).and(&distance));
            }
            // A clock that is wrong by hours makes signatures that are good for a while.
            _ if ahead <= -60 => {
                let age = format!(" Its time says that it was made {away} ago.");
                return findings.into_iter().map(|finding| finding.and(&age)).collect();
            }
            _ => return findings,
        }
        findings.iter_mut().take(1).for_each(|valid| valid.fix = mistake::FIX_OF_TIME);
        if ZONES.iter().any(|minutes| ahead.abs_diff(minutes.saturating_mul(60)) <= ZONE_TOLERANCE) {
            findings.push(Finding::new(Mistake::TimeZone, None));
        }
        findings
    }

    /// The fewest mistakes that explain the text.
    fn proven(&self, case: &Case<'_>, text: &[u8]) -> Found {
        let secrets = self.secrets.keys().take(SECRETS_MAX).map(|key| Key::right(key, self.provider.key_form));
        let secrets: Vec<Key<'_>> = secrets.collect();
        let groups = reading::groups(case.scheme, case.encoding, text).into_iter();
        let groups: Vec<_> = groups.map(|group| (case.hypotheses(&group.tail), group)).collect();
        let variable = self.provider.secret_variable;
        let mut keys = fixed_keys(variable);
        let of_first = secrets.first().map_or(0, |secret| {
            keys.extend(wrong_keys(secret.bytes(), variable));
            keys.len()
        });
        let mut of_fallbacks = keys.len();
        if let Some((first, fallbacks)) = secrets.split_first() {
            keys.extend(rare_fixed_keys(variable));
            keys.extend(rare_keys(first.bytes(), variable));
            of_fallbacks = keys.len();
            for secret in fallbacks.iter().map(Key::bytes).filter(|secret| secret.len() <= SEARCH_MAX) {
                keys.extend(wrong_keys(secret, variable));
                keys.extend(rare_keys(secret, variable));
            }
        }

        let mut found = Found::default();
        let (first, fallbacks) = secrets.split_at_checked(1).unwrap_or_default();
        for (secrets, tries_fallback) in [(first, false), (fallbacks, true)] {
            found.tries_fallback = tries_fallback;
            wrong_call::find(&mut found, case, text, secrets);
            construction::cut_base64(&mut found, case, text, secrets);
        }
        for (hypotheses, Group { tail, readings }) in &groups {
            let (searches, others): (Vec<_>, Vec<_>) = hypotheses
                .iter()
                .filter(|hypothesis| hypothesis.is_single())
                .partition(|hypothesis| hypothesis.is_search());
            let signed = case.signed(tail);
            for (at, secret) in secrets.iter().enumerate() {
                // What needs no secret is found with the first one, but where that is too long to be tried.
                found.tries_fallback = at > 0 && first.iter().all(|first| first.bytes().len() <= HYPOTHESIS_MAX);
                found.try_all(secret, &others, readings, true);
                found.try_all(secret, &searches, readings, false);
                construction::hashes(&mut found, secret.bytes(), &signed, readings);
                construction::swapped(&mut found, secret, &signed, readings);
                construction::same_value(&mut found, secret, &signed, readings);
                if matches!(tail, Tail::Suffix(_)) {
                    construction::cut_hashes(&mut found, secret, &signed, readings);
                }
                let again = construction::signed_again(secret, &signed, case.encoding);
                found.try_all(secret, &again.iter().collect::<Vec<_>>(), readings, false);
            }
            let right: Vec<_> = hypotheses.iter().filter(|hypothesis| hypothesis.cost == 0).collect();
            for (at, key) in keys.iter().enumerate() {
                found.tries_fallback = at >= of_fallbacks;
                found.try_all(key, &right, readings, true);
            }
        }
        match secrets.first() {
            Some(secret) if found.mistakes.is_empty() => {
                keys.truncate(of_first);
                found.tries_fallback = false;
                self.proven_twice(&mut found, case, text, secret, &keys, &groups);
            }
            _ => {}
        }
        found.settled()
    }

    /// Two mistakes: with the first secret, or with keys that were made of it or of none.
    fn proven_twice(
        &self,
        found: &mut Found,
        case: &Case<'_>,
        text: &[u8],
        secret: &Key<'_>,
        keys: &[Key<'_>],
        groups: &[(Vec<Hypothesis>, Group)],
    ) {
        wrong_call::find(found, case, text, keys);
        let twice = twice_wrong_keys(secret.bytes(), self.provider.secret_variable);
        for (hypotheses, Group { tail, readings }) in groups {
            let mut others = case.of_also(tail);
            others.retain(Hypothesis::is_paired);
            if let Tail::Suffix(suffix) = tail {
                others.extend(message::lines(case, suffix));
                others.extend(message::hashed(case, suffix));
            }
            found.try_all(secret, &others.iter().collect::<Vec<_>>(), readings, false);
            let right = case.signed(tail);
            let likely: Vec<_> = readings.iter().filter(|reading| reading.mistakes.count() < 2).cloned().collect();
            let is_short = secret.bytes().len() <= BLOCK;
            if is_short {
                let line = [right.id, b"\n"].concat();
                let signed = Signed { id: &line, mistakes: Mistake::IdPadded.into(), ..right };
                construction::swapped(found, secret, &signed, readings);
                construction::hashes(found, secret.bytes(), &signed, readings);
                let line = Zeroizing::new([secret.bytes(), b"\n"].concat());
                construction::hashes(found, &line, &Signed { mistakes: Mistake::PaddedKey.into(), ..right }, readings);
                construction::swapped_hashes(found, secret, &right, readings);
            }
            if let Tail::Suffix(suffix) = tail {
                Signer::proven_apart(found, case, suffix, secret, &likely);
            }
            for (index, other) in message::others(case).filter(|(_, other)| is_short && other.len() <= SHORT_MAX) {
                let mistakes = Mistake::OtherIdentifier.into();
                let signed = Signed { id: other.as_bytes(), index: Some(index), mistakes, ..right };
                construction::hashes(found, secret.bytes(), &signed, readings);
                construction::swapped(found, secret, &signed, readings);
                if matches!(tail, Tail::Suffix(_)) {
                    construction::cut_hashes(found, secret, &signed, readings);
                }
            }
            // An id's other forms are many: they are tried with the secret alone.
            let is_paired = |hypothesis: &&Hypothesis| {
                hypothesis.cost > 0 && hypothesis.is_paired() && !hypothesis.mistakes.has(Mistake::IdForm)
            };
            let mut paired: Vec<_> = hypotheses.iter().filter(is_paired).collect();
            each_once(&mut paired);
            let is_far = |hypothesis: &&Hypothesis| hypothesis.is_far();
            let (far, paired): (Vec<_>, Vec<_>) = paired.into_iter().partition(is_far);
            let is_charset =
                |hypothesis: &&Hypothesis| hypothesis.mistakes.has(Mistake::IdCharset) && !hypothesis.is_search();
            let charset: Vec<_> = hypotheses.iter().filter(is_charset).collect();
            for key in keys {
                if is_short {
                    construction::swapped(found, key, &right, readings);
                }
                found.try_all(key, &paired, readings, false);
                if key.is_frequent() {
                    found.try_all(key, &far, &likely, false);
                }
                // .NET's `Encoding.Unicode` of secret and id, which makes a short message long.
                if key.mistakes.has(Mistake::KeyCharset) {
                    found.try_all(key, &charset, readings, false);
                }
            }
            let right: Vec<_> = hypotheses.iter().filter(|hypothesis| hypothesis.cost == 0).collect();
            twice.iter().for_each(|key| found.try_all(key, &right, readings, false));
            if let Tail::Suffix(suffix) = tail {
                let samples = message::samples(suffix);
                let samples: Vec<_> = samples.iter().collect();
                sample_keys().iter().for_each(|key| found.try_all(key, &samples, readings, false));
            }
        }
    }

    /// The clock was read twice, and another mistake was made with the id.
    fn proven_apart(found: &mut Found, case: &Case<'_>, suffix: &str, secret: &Key<'_>, readings: &[Reading]) {
        let Some(time) = suffix.strip_prefix('-').and_then(|time| time_of(time.as_bytes())) else {
            return;
        };
        let is_short = case.message(suffix).len() <= SHORT_MAX;
        let mut forms = if is_short { message::apart(case.id, suffix) } else { Vec::new() };
        let mut end = suffix.len();
        for other in timestamp::apart(case.id, time) {
            let suffix = format!("-{other}");
            if secret.bytes().len() <= BLOCK {
                let (id, mistakes) = (case.id.as_bytes(), Mistake::TimestampDiffers.into());
                let signed = Signed { id, suffix: suffix.as_bytes(), mistakes, index: None };
                construction::swapped(found, secret, &signed, readings);
                if other.abs_diff(time) <= timestamp::NEAR.unsigned_abs() {
                    construction::hashes(found, secret.bytes(), &signed, readings);
                }
            }
            forms.iter_mut().for_each(|form| form.set_end(end, &suffix));
            end = suffix.len();
            let forms: Vec<_> = forms.iter().filter(|form| form.is_paired()).collect();
            found.try_all(secret, &forms, readings, false);
        }
    }
}

/// What there is to go by, beside the secrets.
struct Case<'a> {
    id: &'a str,
    /// The id as the caller passed it, where the vendor wants an e-mail in lower case.
    given: &'a str,
    also: Vec<&'a str>,
    now: i64,
    scheme: Scheme,
    encoding: Encoding,
}

impl Case<'_> {
    /// The id, and `-T` or nothing.
    fn message(&self, suffix: &str) -> Vec<u8> {
        [self.id, suffix].concat().into()
    }

    /// What was signed, for a tail that was read.
    fn hypotheses(&self, tail: &Tail) -> Vec<Hypothesis> {
        let mut hypotheses = match tail {
            Tail::Suffix(suffix) => message::hypotheses(self, suffix),
            _ => Vec::new(),
        };
        hypotheses.extend(timestamp::hypotheses(self.id, tail, self.now, true));
        hypotheses
    }

    /// The same of other identifiers, but for what is a single mistake.
    fn of_also(&self, tail: &Tail) -> Vec<Hypothesis> {
        let mut hypotheses = match tail {
            Tail::Suffix(suffix) => message::of_also(self, suffix),
            _ => Vec::new(),
        };
        for (index, other) in message::others(self).filter(|(_, other)| other.len() <= SHORT_MAX) {
            let is_given = self.also.get(index) == Some(&other.as_str());
            let timed = timestamp::hypotheses(&other, tail, self.now, false).into_iter();
            hypotheses.extend(
                timed.filter(|timed| is_given && index < FAR_ALSO || !timed.is_far()).map(|timed| timed.of_also(index)),
            );
        }
        hypotheses
    }

    /// The id, as constructions have it.
    fn signed<'b>(&'b self, tail: &'b Tail) -> Signed<'b> {
        let suffix = match tail {
            Tail::Suffix(suffix) | Tail::Needless(suffix) => suffix.as_bytes(),
            Tail::Missing | Tail::Other(_) => b"",
        };
        Signed { id: self.id.as_bytes(), suffix, mistakes: Mistakes::default(), index: None }
    }
}

/// `2 days and 3 hours`: the largest unit and the one below it.
fn words(seconds: i64) -> String {
    let units = [
        (seconds / 86_400, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let units = units.iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    let units = units.map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }));
    units.collect::<Vec<_>>().join(" and ")
}
