//! The codes, and the messages that say what to do. A message never repeats a value that was passed.

use std::fmt;

use crate::provider::{Provider, providers};

/// The two kinds of error that a caller handles, and the machine's own failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The program, its configuration or the id must change.
    Input,
    /// The presented signature is not accepted.
    Verification,
    /// Out of memory, or a defect of this library.
    System,
}

macro_rules! codes {
    ($($kind:ident: $($number:literal $code:ident $name:literal $subject:literal $problem:literal $fix:literal)*)*) => {
        /// Why a call was refused: the closed list. Numbers and names are never reused.
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

            /// What is wrong and what to do, for a caller who has the code alone. [`Error`]'s message says more.
            pub const fn message(self) -> &'static str {
                match self { $($(Code::$code => concat!($subject, " ", $problem, "; ", $fix),)*)* }
            }

            /// `(subject, problem, fix)`.
            fn parts(self) -> (&'static str, &'static str, &'static str) {
                match self { $($(Code::$code => ($subject, $problem, $fix),)*)* }
            }
        }
    };
}

codes! {
    Input:
    1 UnknownProvider "unknown-provider" "the provider" "is not one that this version knows"
        "pass its exact name, in lower case, as the list of providers has it"
    2 MissingSecret "missing-secret" "the secret" "is missing or empty"
        "pass the secret from the provider's settings for identity verification"
    3 PaddedSecret "padded-secret" "the secret" "begins or ends with white space or a byte order mark"
        "remove it where the secret is stored"
    4 PlaceholderSecret "placeholder-secret" "the secret" "is a placeholder, not a secret"
        "pass the secret from the provider's settings for identity verification"
    5 EmptyUserId "empty-user-id" "the user id" "is empty"
        "sign only the id of a user who is logged in"
    6 InvalidText "invalid-text" "the user id" "is not valid Unicode text"
        "pass a string without lone surrogates, encoded as UTF-8 where strings are bytes"
    7 ControlCharacter "control-character" "the user id" "has a control character"
        "it is nearly always a newline read along with the id: remove it where the id is read"
    8 IntegerTooLarge "integer-too-large" "the user id" "is an integer too large to be signed exactly"
        "pass it as a string"
    9 TimestampOutOfRange "timestamp-out-of-range" "now" "is not between 0 and 99999999999"
        "pass Unix time in whole seconds, or leave it out and set this machine's clock"
    10 TimestampInMilliseconds "timestamp-in-milliseconds" "now" "has 13 digits, as a time in milliseconds has"
        "pass Unix time in whole seconds: divide by 1000 and round down"
    11 NotTimestamped "not-timestamped" "this provider's signature" "contains no timestamp"
        "leave out the maximum age and the clock skew"
    12 InvalidOption "invalid-option" "an option" "is unknown or out of range"
        "see the documentation of the method for its options and their ranges"
    13 MalformedSecret "malformed-secret" "the secret" "contains more than the secret itself, such as quotation marks"
        "store the secret's own characters and nothing else"
    14 PlaceholderUserId "placeholder-user-id" "the user id"
        "is what a language prints where there is no id, such as undefined, null or [object Object]"
        "pass the id of a user who is logged in; of an object, pass its id, such as user.id"
    15 EmailExpected "email-expected" "the user id" "is not an e-mail address, which this provider identifies users by"
        "pass the user's e-mail address, exactly as the page sends it"
    16 NoSnippet "no-snippet" "this provider's documentation" "shows no call that a snippet could make"
        "pass the fields of identity to the vendor's component or library"

    Verification:
    100 MissingSignature "missing-signature" "the signature" "is missing or empty"
        "make the page send the signature together with the id"
    101 MalformedSignature "malformed-signature" "the signature" "does not have the form of this provider's signatures"
        "pass exactly what sign returned, to its last character"
    102 MissingTimestamp "missing-timestamp" "the signature" "lacks its timestamp"
        "make the page send everything that sign returned, up to the last digit"
    103 SignatureMismatch "signature-mismatch" "the signature" "is not this user's"
        "check that both sides use the same id and the same secret"
    104 Expired "expired" "the signature" "is too old"
        "sign again for each page, and do not cache pages that contain a signature"
    105 FromTheFuture "from-the-future" "the signature" "was made in the future"
        "set the clocks of both machines"

    // 200 and 201 are those of the C library alone: a buffer that is too small, an argument that is NULL.
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
/// The message is [`problem`](Error::problem), `; `, [`fix`](Error::fix): what is wrong, and what to do. It gives the
/// parameter and the position, never a value that was passed.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    code: Code,
    subject: Subject,
    detail: Detail,
}

impl Error {
    pub(crate) fn new(code: Code, subject: Subject) -> Self {
        Error { code, subject, detail: Detail::None }
    }

    pub(crate) fn with(self, detail: Detail) -> Self {
        Error { detail, ..self }
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong: `the user id is empty`. Lower case and without a full stop, so that it fits into a sentence or a line.
    pub fn problem(&self) -> String {
        Problem(self).to_string()
    }

    /// What to do about it: `sign only the id of a user who is logged in`. In the same form.
    pub fn fix(&self) -> String {
        Fix(self).to_string()
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

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("code", &self.code).field("message", &self.to_string()).finish()
    }
}

/// For bindings, which detect some errors before they call the core.
impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Error::new(code, Subject::Call)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", Problem(self), Fix(self))
    }
}

/// [`Error::problem`].
struct Problem<'a>(&'a Error);

impl fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { code, subject, detail } = self.0;
        let (what, problem, _) = code.parts();
        match subject {
            // System errors are not about an argument.
            _ if code.kind() == Kind::System => f.write_str(what)?,
            Subject::Secret(_) => f.write_str("the secret")?,
            Subject::Fallback(index) => write!(f, "fallback secret {}", index.saturating_add(1))?,
            // Unset is said of the variable, everything else of its value.
            Subject::Variable(name, _) if *code == Code::MissingSecret => f.write_str(name)?,
            Subject::Variable(name, _) => write!(f, "the value of {name}")?,
            Subject::OddVariable(_) if *code == Code::MissingSecret => f.write_str(ODD_VARIABLE)?,
            Subject::OddVariable(_) => write!(f, "the value of {ODD_VARIABLE}")?,
            Subject::VariableName => write!(f, "the name of {ODD_VARIABLE}")?,
            Subject::UserId => f.write_str("the user id")?,
            Subject::UserIds(index) => write!(f, "user id {}", index.saturating_add(1))?,
            Subject::Also(index) => write!(f, "other identifier {}", index.saturating_add(1))?,
            Subject::Option(name) => f.write_str(name)?,
            Subject::Trait(path) => write!(f, "trait {path}")?,
            Subject::TraitName(path) => write!(f, "the name of trait {path}")?,
            Subject::Provider | Subject::Now | Subject::Signature | Subject::Call => f.write_str(what)?,
        }
        match detail {
            Detail::None => write!(f, " {problem}"),
            Detail::Problem(problem) | Detail::Pass(problem, _) => write!(f, " {problem}"),
            Detail::Reason(reason, _) => write!(f, " {reason}"),
            Detail::ReasonAt(reason, _, code_point, number) => {
                write!(f, " {reason} (U+{code_point:04X} at character {number})")
            }
            Detail::Start(c) => write!(f, " begins with {} (U+{:04X})", pad(*c), u32::from(*c)),
            Detail::End(c) => write!(f, " ends with {} (U+{:04X})", pad(*c), u32::from(*c)),
            Detail::Character(code_point, number) => write!(f, " {problem} (U+{code_point:04X} at character {number})"),
            Detail::Undecodable(number) => write!(f, " {problem} (invalid UTF-8 at character {number})"),
            Detail::Unset if matches!(subject, Subject::Variable(..) | Subject::OddVariable(_)) => {
                f.write_str(" is not set")
            }
            Detail::Unset => f.write_str(" is missing"),
            Detail::Empty => f.write_str(" is empty"),
        }
    }
}

/// [`Error::fix`].
struct Fix<'a>(&'a Error);

impl fmt::Display for Fix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { code, subject, detail } = self.0;
        match (code, subject, detail) {
            (_, _, Detail::Reason(_, fix) | Detail::ReasonAt(_, fix, ..)) => f.write_str(fix),
            (_, _, Detail::Pass(_, secret)) => write!(f, "pass {secret}"),
            (Code::UnknownProvider, ..) => {
                f.write_str("pass its exact name, in lower case: ")?;
                let last = providers().len().saturating_sub(1);
                providers().iter().enumerate().try_for_each(|(at, provider)| {
                    f.write_str(if at == 0 {
                        ""
                    } else if at == last {
                        " or "
                    } else {
                        ", "
                    })?;
                    write!(f, "'{}'", provider.name)
                })
            }
            (Code::MissingSecret | Code::PlaceholderSecret, Subject::Secret(provider), _) => {
                let Provider { secret, secret_variable, .. } = provider;
                write!(f, "pass {secret}, often kept in the environment variable {secret_variable}")
            }
            (
                Code::MissingSecret | Code::PlaceholderSecret,
                Subject::Variable(_, provider) | Subject::OddVariable(provider),
                _,
            ) => write!(f, "set it to {}", provider.secret),
            (Code::MissingSecret, Subject::Fallback(_), _) => {
                f.write_str("leave it out where there is no older secret")
            }
            (Code::InvalidText, Subject::Secret(_) | Subject::Fallback(_), _) => {
                f.write_str("pass a string without lone surrogates, or the secret's bytes")
            }
            (Code::InvalidText, Subject::Variable(..) | Subject::OddVariable(_), _) => f.write_str("set it to UTF-8"),
            _ => f.write_str(code.parts().2),
        }
    }
}

/// Stands in for a name that may be a secret passed by mistake.
const ODD_VARIABLE: &str = "the environment variable passed by name";

/// The name of an invisible character at an end of a secret.
fn pad(c: char) -> &'static str {
    match c {
        '\n' | '\r' => "a line break",
        '\t' => "a tab",
        ' ' => "a space",
        '\u{a0}' => "a no-break space",
        '\u{feff}' => "a byte order mark",
        '\u{200b}' | '\u{2060}' => "an invisible character",
        _ => "white space",
    }
}

/// What an error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Provider,
    Secret(&'static Provider),
    Fallback(usize),
    /// The environment variable of that name.
    Variable(Box<str>, &'static Provider),
    /// An environment variable whose name is not repeated.
    OddVariable(&'static Provider),
    VariableName,
    UserId,
    /// One id of a batch.
    UserIds(usize),
    Also(usize),
    Option(&'static str),
    Trait(Path),
    TraitName(Path),
    Now,
    Signature,
    /// The subject that the code names.
    Call,
}

/// The path to a trait: its position at every level, in the order given, counting from 1.
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

/// Appended to the message: a position, or a more specific reason and fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    None,
    Start(char),
    End(char),
    /// A code point, and which character it is, counting from 1.
    Character(u32, usize),
    Undecodable(usize),
    /// Absent.
    Unset,
    /// Present and empty.
    Empty,
    /// A more specific problem than the code's.
    Problem(&'static str),
    /// A problem, and what to pass.
    Pass(&'static str, &'static str),
    /// A more specific problem and fix than the code's.
    Reason(&'static str, &'static str),
    /// [`Detail::Reason`] with a code point, and which character it is, counting from 1.
    ReasonAt(&'static str, &'static str, u32, usize),
}

impl Detail {
    /// A code point, after `before` characters.
    pub(crate) fn character(code_point: u32, before: usize) -> Self {
        Detail::Character(code_point, before.saturating_add(1))
    }

    /// A reason and a character, after `before` characters.
    pub(crate) fn reason_at((reason, fix): (&'static str, &'static str), c: char, before: usize) -> Self {
        Detail::ReasonAt(reason, fix, c.into(), before.saturating_add(1))
    }

    /// Invalid UTF-8, after `before` characters. A lone surrogate, encoded as three bytes by hosts with UTF-16 strings
    /// (WTF-8), is named.
    pub(crate) fn undecodable(bytes: &[u8], before: usize) -> Self {
        match bytes {
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] => {
                let low = u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
                Detail::character(0xd000 | low, before)
            }
            _ => Detail::Undecodable(before.saturating_add(1)),
        }
    }
}
