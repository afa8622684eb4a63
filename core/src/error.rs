//! The codes, and the messages that say what to do. A message never repeats a value that was passed.

use std::fmt;

/// The two kinds of error that a caller meets, and what is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The program, its configuration or the id must change.
    Input,
    /// The signature that was shown is not accepted.
    Verification,
    /// The machine could not do it.
    System,
}

macro_rules! codes {
    ($($kind:ident: $($number:literal $code:ident $name:literal $subject:literal $problem:literal $fix:literal)*)*) => {
        /// Why it was refused: the closed list. Numbers and names are never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(i32)]
        pub enum Code {
            $($(#[doc = concat!("`", $name, "`: ", $subject, " ", $problem, ".")] $code = $number,)*)*
        }

        impl Code {
            /// Every code, in order of number.
            pub const ALL: &[Code] = &[$($(Code::$code,)*)*];

            /// Its name in every language: `missing-secret`.
            pub const fn name(self) -> &'static str {
                match self { $($(Code::$code => $name,)*)* }
            }

            /// Which kind of error it is.
            pub fn kind(self) -> Kind {
                match self { $($(Code::$code => Kind::$kind,)*)* }
            }

            /// What is wrong and what to do, for a caller who has the code alone. [`Error`]'s own text says more.
            pub const fn message(self) -> &'static str {
                match self { $($(Code::$code => concat!($subject, " ", $problem, "; ", $fix),)*)* }
            }

            /// `(what, what is wrong with it, what to do)`.
            fn parts(self) -> (&'static str, &'static str, &'static str) {
                match self { $($(Code::$code => ($subject, $problem, $fix),)*)* }
            }
        }
    };
}

codes! {
    Input:
    1 UnknownProvider "unknown-provider" "the provider" "is not one that we know"
        "its exact name is 'gosquared' or 'chameleon', and it comes before the secret"
    2 MissingSecret "missing-secret" "the secret" "is missing or empty"
        "pass the secret that the provider shows beside its setting for identity verification"
    3 PaddedSecret "padded-secret" "the secret" "begins or ends with white space or a byte order mark"
        "remove it where the secret is stored"
    4 PlaceholderSecret "placeholder-secret" "the secret" "is a placeholder"
        "pass the secret that the provider shows beside its setting for identity verification"
    5 EmptyUserId "empty-user-id" "the user id" "is empty"
        "sign only the id of a user who is logged in"
    6 InvalidText "invalid-text" "the user id" "is not valid Unicode text"
        "pass text of whole characters, in UTF-8 where the text is bytes"
    7 ControlCharacter "control-character" "the user id" "has a control character"
        "nearly always a newline came along: remove it where the id is read"
    8 IntegerTooLarge "integer-too-large" "the user id" "is an integer beyond what can be signed exactly"
        "send it as text"
    9 TimestampOutOfRange "timestamp-out-of-range" "now" "is not from 0 to 99999999999"
        "pass Unix time in whole seconds"
    10 TimestampInMilliseconds "timestamp-in-milliseconds" "now" "has 13 digits, as a time in milliseconds has"
        "pass Unix time in whole seconds"
    11 NotTimestamped "not-timestamped" "this provider's signature" "has no timestamp"
        "leave the maximum age and the clock skew out"
    12 InvalidOption "invalid-option" "an option" "is unknown or out of range"
        "the documentation of the method lists its options and their ranges"

    Verification:
    100 MissingSignature "missing-signature" "the signature" "is missing or empty"
        "the page must send the signature beside the id"
    101 MalformedSignature "malformed-signature" "the signature" "does not have the provider's form"
        "it must arrive exactly as it was signed: lower-case hex digits, and the timestamp where the provider has one"
    102 MissingTimestamp "missing-timestamp" "the signature" "has no timestamp"
        "the page must send the whole text that sign returned"
    103 SignatureMismatch "signature-mismatch" "the signature" "is not this user's"
        "it was made from another id or with another secret"
    104 Expired "expired" "the signature" "is too old"
        "sign again whenever a page is made, and do not cache it"
    105 FromTheFuture "from-the-future" "the signature" "is from the future"
        "set the clocks of both machines"

    System:
    202 OutOfMemory "out-of-memory" "the system" "has no memory left"
        "free some and try again"
    203 Internal "internal" "personsig" "has a defect"
        "report it to its maintainers"
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error of signing: a [`Code`] for programs, a message for people.
///
/// The message gives the parameter, the position and the way out, never a value that was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: Code,
    subject: Subject,
    place: Place,
}

impl Error {
    pub(crate) fn new(code: Code, subject: Subject) -> Self {
        Error { code, subject, place: Place::None }
    }

    pub(crate) fn at(self, place: Place) -> Self {
        Error { place, ..self }
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The kind of the code.
    pub fn kind(&self) -> Kind {
        self.code.kind()
    }

    /// Which element of a list was refused, counting from 0: of `fallback_secrets`, `also` or `user_ids`.
    pub fn index(&self) -> Option<usize> {
        match self.subject {
            Subject::Fallback(index) | Subject::Also(index) | Subject::UserIds(index) => Some(index),
            _ => None,
        }
    }
}

impl std::error::Error for Error {}

/// For a binding, which finds some mistakes before the core can.
impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Error::new(code, Subject::Call)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, problem, fix) = self.code.parts();
        match &self.subject {
            // Not about what was passed, whatever was looked at just then.
            _ if self.kind() == Kind::System => f.write_str(what)?,
            Subject::Fallback(index) => write!(f, "fallback secret {}", index.saturating_add(1))?,
            Subject::SecretOf(_) => f.write_str("the secret")?,
            Subject::UserId => f.write_str("the user id")?,
            Subject::UserIds(index) => write!(f, "user id {}", index.saturating_add(1))?,
            Subject::Also(index) => write!(f, "other identifier {}", index.saturating_add(1))?,
            Subject::Option(name) => f.write_str(name)?,
            Subject::Trait(path) => write!(f, "trait {path}")?,
            Subject::TraitName(path) => write!(f, "the name of trait {path}")?,
            Subject::Variable(name) => write!(f, "the secret in the environment variable {name}")?,
            Subject::OddVariable => f.write_str("the secret in the environment variable that you named")?,
            Subject::Provider | Subject::Now | Subject::Signature | Subject::Call => f.write_str(what)?,
        }
        match self.place {
            Place::Reason(reason, _) => write!(f, " {reason}")?,
            _ => write!(f, " {problem}")?,
        }
        match self.place {
            Place::None | Place::Reason(..) => {}
            Place::Start(c) => write!(f, " (U+{:04X} at its start)", c as u32)?,
            Place::End(c) => write!(f, " (U+{:04X} at its end)", c as u32)?,
            Place::Character(code_point, number) => write!(f, " (U+{code_point:04X} at character {number})")?,
            Place::Undecodable(number) => write!(f, " (invalid UTF-8 at character {number})")?,
            Place::AbsentValue => f.write_str(" (what a language prints for a value that is not there)")?,
            Place::ProjectToken => f.write_str(" (it has the form of GoSquared's public project token)")?,
        }
        let fix = if let Place::Reason(_, fix) = self.place { fix } else { fix };
        write!(f, "; {fix}")?;
        match &self.subject {
            Subject::SecretOf(variable) if self.code == Code::MissingSecret => {
                write!(f, ", often kept in the environment variable {variable}")
            }
            _ => Ok(()),
        }
    }
}

/// What an error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Provider,
    /// The secret, and the variable where it is usually kept.
    SecretOf(&'static str),
    Fallback(usize),
    Variable(Box<str>),
    OddVariable,
    UserId,
    /// One of a batch.
    UserIds(usize),
    Also(usize),
    Option(&'static str),
    Trait(Path),
    TraitName(Path),
    Now,
    Signature,
    /// What the code alone says.
    Call,
}

/// Where a trait stands: its position at every level, in the order in which it was given, counting from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path(pub(crate) Vec<usize>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(level, position)| match level {
            0 => write!(f, "{position}"),
            _ => write!(f, ".{position}"),
        })
    }
}

/// Where in it, or what is wrong in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    None,
    Start(char),
    End(char),
    /// A code point, and which character it is, counting from 1.
    Character(u32, usize),
    Undecodable(usize),
    AbsentValue,
    ProjectToken,
    /// What is wrong and what to do, where the code says it too broadly.
    Reason(&'static str, &'static str),
}

impl Place {
    /// A code point behind so many characters.
    pub(crate) fn character(code_point: u32, before: usize) -> Self {
        Place::Character(code_point, before.saturating_add(1))
    }

    /// Bytes that are not UTF-8 behind so many characters. A lone surrogate, which hosts with UTF-16 text write as
    /// three bytes, is named.
    pub(crate) fn undecodable(bytes: &[u8], before: usize) -> Self {
        match bytes {
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] => {
                let low = u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
                Place::character(0xd000 | low, before)
            }
            _ => Place::Undecodable(before.saturating_add(1)),
        }
    }
}
