//! Why arguments are refused. clap's own messages repeat what was typed, which may be a secret, so only its `ErrorKind`
//! and the names of our own options are used.

use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command, Secrets, Sign};
use crate::failure::Failure;

pub(crate) enum Request {
    /// Help, or the version.
    Print(String),
    Do(Command),
}

pub(crate) fn parse(arguments: &[OsString]) -> Result<Request, Failure> {
    let command = match Arguments::try_parse_from(arguments) {
        Ok(Arguments { command }) => command,
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Ok(Request::Print(error.to_string())),
            _ => return Err(refused(&error, arguments)),
        },
    };
    match &command {
        Command::Help(help) => return self::help(help.command.as_deref()).map(Request::Print),
        Command::Version => return Ok(Request::Print(Arguments::command().render_version())),
        Command::Providers(_) | Command::Sandbox(_) => {}
        Command::Sign(sign) => {
            one_source(sign)?;
            let files = [&sign.csv, &sign.id].into_iter().flatten();
            combination("sign", &sign.secrets, files, sign.stdin)?;
        }
        Command::Verify(verify) => combination("verify", &verify.secrets, [&verify.id, &verify.signature], false)?,
        Command::Explain(explain) => {
            let values = explain.also.iter().chain([&explain.id, &explain.signature]);
            combination("explain", &explain.secrets, values, false)?;
        }
        Command::Snippet(snippet) => {
            let values = [&snippet.traits, &snippet.id].into_iter().flatten();
            combination("snippet", &snippet.secrets, values, false)?;
        }
        Command::Identity(identity) => combination("identity", &identity.secrets, [&identity.id], false)?,
    }
    Ok(Request::Do(command))
}

fn help(name: Option<&OsStr>) -> Result<String, Failure> {
    let mut arguments = Arguments::command();
    arguments.build();
    let Some(name) = name else { return Ok(arguments.render_help().to_string()) };
    let name = name.to_string_lossy();
    match arguments.find_subcommand_mut(&*name) {
        Some(command) => Ok(command.render_help().to_string()),
        None => Err(unknown_command(&name)),
    }
}

/// Where the ids of `sign` come from.
fn one_source(sign: &Sign) -> Result<(), Failure> {
    let wrong = |problem, fix| Err(wrong(Some("sign"), problem, fix));
    match (usize::from(sign.stdin) + usize::from(sign.csv.is_some()) + usize::from(sign.id.is_some()), &sign.csv) {
        (0, _) => wrong("the id is missing", "pass an id, '-', --stdin or --csv"),
        (1, Some(_)) if sign.column.is_none() => {
            wrong("--csv needs --column", "pass --column with the name of the column that has the ids")
        }
        (1, None) if sign.column.is_some() || sign.output.is_some() => {
            wrong("--column and --output go with --csv", "leave them out, or pass --csv")
        }
        (1, _) if sign.output.as_ref().is_some_and(|output| output == "-") => {
            wrong("--output takes a file", "leave it out: the table goes to standard output then")
        }
        (1, _) => Ok(()),
        _ => wrong("there is more than one source of ids", "pass one id, or '-', or --stdin, or --csv"),
    }
}

/// What every command checks of its secrets and of standard input.
fn combination<'a>(
    command: &'static str,
    secrets: &'a Secrets,
    values: impl IntoIterator<Item = &'a OsString>,
    stdin: bool,
) -> Result<(), Failure> {
    let wrong = |problem, fix| Err(wrong(Some(command), problem, fix));
    if secrets.secret_file.is_some() && secrets.secret_variable.is_some() {
        return wrong("--secret-file and --secret-variable exclude each other", "pass one of them");
    }
    if secrets.secret_file.is_none() && !secrets.fallback_secret_file.is_empty() {
        let fix = "pass both, or set the variable of the secret and the same name with _PREVIOUS for the fallback";
        return wrong("--fallback-secret-file needs --secret-file", fix);
    }
    let files = secrets.secret_file.iter().chain(&secrets.fallback_secret_file);
    let dashes = files.chain(values).filter(|value| *value == "-").count();
    if dashes + usize::from(stdin) > 1 {
        return wrong("standard input can be read for one thing only", "pass '-' or --stdin once");
    }
    Ok(())
}

fn wrong(command: Option<&str>, problem: impl Into<String>, fix: impl AsRef<str>) -> Failure {
    let page = command.map_or_else(|| "personsig --help".to_owned(), |name| format!("personsig {name} --help"));
    let fix = fix.as_ref();
    let see = if fix.ends_with('?') { " See" } else { "; see" };
    Failure::Use { problem: problem.into(), fix: format!("{fix}{see} {page}") }
}

fn unknown_command(given: &str) -> Failure {
    let commands = Arguments::command();
    let fix = match nearest(given, commands.get_subcommands().map(clap::Command::get_name)) {
        Some(name) => format!("did you mean '{name}'?"),
        None => "pass one of the commands that the help lists".to_owned(),
    };
    wrong(None, "unknown command", fix)
}

/// The name that somebody who wrote `given` may have meant.
pub(crate) fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let likeness = names.into_iter().map(|name| (strsim::jaro_winkler(&given, name), name));
    let nearest = likeness.max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.filter(|(likeness, _)| *likeness > 0.8).map(|(_, name)| name)
}

fn refused(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        Some(ContextValue::Strings(texts)) => texts.first().map_or("", String::as_str),
        _ => "",
    };
    let commands = Arguments::command();
    let command = arguments.first().and_then(|name| commands.find_subcommand(name));
    let name = command.map(clap::Command::get_name);
    let given = text(ContextKind::InvalidArg);
    // clap writes an option of ours as `--now <T>`.
    let written = given.split(' ').next().and_then(|option| option.strip_prefix("--"));
    let options: Vec<_> = command.unwrap_or(&commands).get_arguments().filter_map(clap::Arg::get_long).collect();
    let ours = options.iter().find(|option| Some(**option) == written);
    let ours = ours.map_or_else(|| "an option".to_owned(), |option| format!("--{option}"));
    match error.kind() {
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            wrong(None, "a command is missing", "pass one of the commands that the help lists")
        }
        ErrorKind::InvalidSubcommand => unknown_command(text(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => {
            let behind = arguments.iter().skip_while(|argument| *argument != "--").skip(1);
            let is_option = given.len() > 1 && given.starts_with('-') && behind.into_iter().all(|value| value != given);
            match (is_option, name) {
                (true, _) => unknown_option(name, given, &options),
                (false, None) => unknown_command(given),
                (false, Some(name)) => values(name),
            }
        }
        ErrorKind::MissingRequiredArgument if ours == "--provider" => {
            wrong(name, "--provider is missing", "pass --provider with a name that 'personsig providers' lists")
        }
        ErrorKind::MissingRequiredArgument => values(name.unwrap_or_default()),
        ErrorKind::ArgumentConflict => wrong(name, format!("{ours} is given twice"), "pass it once"),
        ErrorKind::TooManyValues => wrong(name, format!("{ours} takes no value"), "pass it without '='"),
        ErrorKind::ValueValidation => {
            let problem = format!("{ours} is not a whole number of seconds");
            wrong(name, problem, "write it in decimal digits, such as 86400")
        }
        ErrorKind::InvalidValue | ErrorKind::NoEquals | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            wrong(name, format!("{ours} needs a value"), "pass one after it")
        }
        ErrorKind::InvalidUtf8 => wrong(name, "an argument is not valid UTF-8", "pass names and numbers in UTF-8"),
        _ => wrong(name, "the arguments are not understood", "check them"),
    }
}

/// The command takes another number of values.
fn values(command: &str) -> Failure {
    let (takes, fix) = match command {
        "verify" | "explain" => ("two values", "pass the id, then the signature; a secret is never an argument"),
        "identity" => ("one value", "pass one id, or '-'; a secret is never an argument"),
        "snippet" => {
            ("one value at most", "pass one id, or '-', or nothing for a visitor; a secret is never an argument")
        }
        "sign" => ("one id", "pass one id, or '-', or --stdin, or --csv; a secret is never an argument"),
        "help" => ("one value at most", "pass the name of one command"),
        _ => ("no value", "leave the value out"),
    };
    wrong(Some(command), format!("'{command}' takes {takes}"), fix)
}

fn unknown_option(command: Option<&str>, given: &str, options: &[&str]) -> Failure {
    let given = given.trim_start_matches('-').split('=').next().unwrap_or_default().to_lowercase();
    let word = given.replace('_', "-");
    let is_secret =
        ["secret", "key", "password", "token"].iter().any(|end| word == *end || word.ends_with(&format!("-{end}")));
    if is_secret && !options.contains(&&*word) {
        let fix = "use --secret-file FILE, or set the provider's variable, such as GOSQUARED_SECURE_MODE_SECRET";
        return wrong(command, "a secret is never an argument: other users of the machine can read it there", fix);
    }
    let Some(command) = command else {
        return wrong(None, "unknown option, or an option before the command", "pass options after the command");
    };
    let fix = match nearest(&word, options.iter().copied()) {
        Some(option) => format!("did you mean --{option}?"),
        None => "put '--' before a value that begins with '-'".to_owned(),
    };
    wrong(Some(command), "unknown option", fix)
}
