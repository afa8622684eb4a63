//! What a call asks for. No argument is ever repeated in a message: people put secrets into the wrong place.

use std::ffi::{OsStr, OsString};
use std::num::IntErrorKind;

use lexopt::Arg::{Long, Short, Value};

use crate::failure::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Sign,
    Verify,
    Explain,
    Snippet,
    Identity,
    Providers,
}

impl Command {
    const ALL: [Command; 6] =
        [Command::Sign, Command::Verify, Command::Explain, Command::Snippet, Command::Identity, Command::Providers];

    fn name(self) -> &'static str {
        match self {
            Command::Sign => "sign",
            Command::Verify => "verify",
            Command::Explain => "explain",
            Command::Snippet => "snippet",
            Command::Identity => "identity",
            Command::Providers => "providers",
        }
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Command::Sign => &["stdin", "csv", "column", "output", "now", "json"],
            Command::Verify => &["max-age", "clock-skew", "now", "json"],
            Command::Explain => &["also", "now", "json"],
            Command::Snippet => &["traits", "site-token", "nonce", "now", "json"],
            Command::Identity => &["now", "json"],
            Command::Providers => &["json"],
        }
    }

    /// The canonical spelling of an option that it has.
    fn option(self, name: &str) -> Option<&'static str> {
        let of_signers: &[&str] = match self {
            Command::Providers => &[],
            _ => &["provider", "secret-file", "fallback-secret-file", "secret-variable"],
        };
        of_signers.iter().chain(self.options()).copied().find(|known| *known == name)
    }

    fn help(self) -> &'static str {
        match self {
            Command::Sign => include_str!("help/sign.txt"),
            Command::Verify => include_str!("help/verify.txt"),
            Command::Explain => include_str!("help/explain.txt"),
            Command::Snippet => include_str!("help/snippet.txt"),
            Command::Identity => include_str!("help/identity.txt"),
            Command::Providers => include_str!("help/providers.txt"),
        }
    }

    fn wrong(self, text: impl AsRef<str>) -> Failure {
        Failure::Use(format!("{}; see personsig {} --help", text.as_ref(), self.name()))
    }
}

/// Everything that can be given; each command takes its own part.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) provider: Option<OsString>,
    pub(crate) secret_file: Option<OsString>,
    pub(crate) fallback_secret_files: Vec<OsString>,
    pub(crate) secret_variable: Option<OsString>,
    pub(crate) now: Option<i64>,
    pub(crate) max_age: Option<i64>,
    pub(crate) clock_skew: Option<i64>,
    pub(crate) also: Vec<OsString>,
    pub(crate) traits: Option<OsString>,
    pub(crate) site_token: Option<OsString>,
    pub(crate) nonce: Option<OsString>,
    pub(crate) stdin: bool,
    pub(crate) csv: Option<OsString>,
    pub(crate) column: Option<OsString>,
    pub(crate) output: Option<OsString>,
    pub(crate) json: bool,
    /// What stands without an option: the id, the signature.
    pub(crate) values: Vec<OsString>,
}

pub(crate) enum Request {
    /// Help, or the version.
    Print(&'static str),
    Do(Command, Box<Options>),
}

pub(crate) fn parse(arguments: Vec<OsString>) -> Result<Request, Failure> {
    let wrong = |text| Err(Failure::Use(format!("{text}; see personsig --help")));
    let mut parser = lexopt::Parser::from_args(arguments);
    let command = match parser.next() {
        Ok(Some(Long("help") | Short('h'))) => return Ok(Request::Print(include_str!("help/personsig.txt"))),
        Ok(Some(Long("version") | Short('V'))) => {
            return Ok(Request::Print(concat!("personsig ", env!("CARGO_PKG_VERSION"), "\n")));
        }
        Ok(Some(Value(name))) => Command::ALL.into_iter().find(|command| name == *command.name()),
        Ok(None) => return wrong("a command is missing"),
        Ok(Some(_)) | Err(_) => return wrong("unknown option, or an option in front of the command"),
    };
    let Some(command) = command else { return wrong("unknown command") };

    let mut options = Options::default();
    let valueless = |_| command.wrong("an option that takes no value was given one");
    while let Some(argument) = parser.next().map_err(valueless)? {
        let name = match argument {
            Value(value) => {
                options.values.push(value);
                continue;
            }
            Long("help") | Short('h') => return Ok(Request::Print(command.help())),
            Long(name) => command.option(name),
            Short(_) => None,
        };
        let Some(name) = name else {
            return Err(command.wrong("unknown option; a value that begins with '-' comes after '--'"));
        };
        options.take(name, &mut parser).map_err(|problem| command.wrong(format!("--{name} {problem}")))?;
    }
    options.fit(command).map_err(|text| command.wrong(text))?;
    Ok(Request::Do(command, Box::new(options)))
}

impl Options {
    fn take(&mut self, name: &str, parser: &mut lexopt::Parser) -> Result<(), &'static str> {
        match name {
            "json" => self.json = true,
            "stdin" => self.stdin = true,
            _ => {
                let value = parser.value().map_err(|_| "needs a value")?;
                match name {
                    "fallback-secret-file" => self.fallback_secret_files.push(value),
                    "also" => self.also.push(value),
                    "now" => once(&mut self.now, integer(&value)?)?,
                    "max-age" => once(&mut self.max_age, integer(&value)?)?,
                    "clock-skew" => once(&mut self.clock_skew, integer(&value)?)?,
                    "secret-file" => once(&mut self.secret_file, value)?,
                    "secret-variable" => once(&mut self.secret_variable, value)?,
                    "traits" => once(&mut self.traits, value)?,
                    "site-token" => once(&mut self.site_token, value)?,
                    "nonce" => once(&mut self.nonce, value)?,
                    "csv" => once(&mut self.csv, value)?,
                    "column" => once(&mut self.column, value)?,
                    "output" => once(&mut self.output, value)?,
                    _ => once(&mut self.provider, value)?,
                }
            }
        }
        Ok(())
    }

    /// What the options of a command have to do with one another.
    fn fit(&self, command: Command) -> Result<(), &'static str> {
        if command == Command::Providers {
            return match self.values.is_empty() {
                true => Ok(()),
                false => Err("providers takes no value"),
            };
        }
        if self.provider.is_none() {
            return Err("--provider is missing; 'personsig providers' lists the names");
        }
        match (&self.secret_file, &self.secret_variable) {
            (Some(_), Some(_)) => return Err("give --secret-file or --secret-variable, not both"),
            (None, _) if !self.fallback_secret_files.is_empty() => {
                return Err("--fallback-secret-file needs --secret-file; \
                            in the environment the fallback is the variable's name with _PREVIOUS");
            }
            _ => (),
        }
        let count = self.values.len();
        match command {
            Command::Verify | Command::Explain if count != 2 => {
                return Err("give the id, then the signature; a secret is never an argument");
            }
            Command::Identity if count != 1 => return Err("give one id, or '-'; a secret is never an argument"),
            Command::Snippet if count > 1 => {
                return Err("give one id, or '-', or none for a visitor; a secret is never an argument");
            }
            _ => (),
        }
        if command == Command::Sign {
            let sources = usize::from(self.stdin) + usize::from(self.csv.is_some()) + self.values.len();
            match (sources, &self.csv) {
                (0, _) => return Err("give an id, '-', --stdin or --csv"),
                (1, Some(_)) if self.column.is_none() => {
                    return Err("--csv needs --column, the name of the ids' column");
                }
                (1, None) if self.column.is_some() || self.output.is_some() => {
                    return Err("--column and --output go with --csv");
                }
                (1, _) => (),
                _ => return Err("give one id, or '-', or --stdin, or --csv; a secret is never an argument"),
            }
            if self.output.as_ref().is_some_and(|output| output == "-") {
                return Err("without --output the table goes to standard output");
            }
        }
        let files = self.secret_file.iter().chain(&self.fallback_secret_files).chain(&self.csv).chain(&self.traits);
        let dashes = files.chain(&self.also).chain(&self.values).filter(|value| *value == "-").count();
        match dashes + usize::from(self.stdin) {
            0 | 1 => Ok(()),
            _ => Err("standard input can be read for one thing only"),
        }
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), &'static str> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err("was given twice"),
    }
}

/// Decimal text. The core judges the range, so what `i64` cannot hold becomes its end.
fn integer(value: &OsStr) -> Result<i64, &'static str> {
    let text = value.to_str().filter(|text| !text.starts_with('+')).unwrap_or_default();
    text.parse().or_else(|error: std::num::ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => Ok(i64::MAX),
        IntErrorKind::NegOverflow => Ok(i64::MIN),
        _ => Err("is a whole number of seconds, in decimal digits"),
    })
}
