//! The arguments. clap's own messages repeat what was typed, which may be a secret, so only its `ErrorKind` and the names
//! of our own options are used.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::path::PathBuf;

use axum::http::Uri;
use axum::http::uri::{Authority, Scheme};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use crate::failure::Failure;
use crate::rule::Vendor;
use crate::secrets::{Named, SecretFile};

#[derive(Debug, Parser)]
#[command(
    name = "personsig-sandbox",
    bin_name = "personsig sandbox",
    version,
    no_binary_name = true,
    disable_help_subcommand = true,
    about = "GoSquared's and Chameleon's side of identity verification, on your own machine",
    override_usage = "personsig sandbox [--app URL] [OPTIONS] [-- COMMAND...]",
    after_help = "\
It stands in front of your app, plays both vendors by what their documents say,
and tells when every page signs. The app is not changed: where its pages name
the vendors' scripts, they get the sandbox's: in HTML, XHTML, Turbo streams and
JavaScript, plain or compressed with gzip, deflate or br, and in nothing else.

Secrets are made for the run and given to COMMAND, so that nothing signed with
them can verify at a vendor. Without COMMAND the lines that set them are printed.
With --real-secrets, one script that a tag manager, Segment or a service worker
loads reaches the vendor, and with Chameleon's real secret one such page switches
enforcement on for good.

No service worker of the app registers through the sandbox: it would see the
sandbox's own page.

Our assumptions, where the documents are silent: Chameleon's signatures are
accepted for 24 hours, and 5 minutes into the future; what fails before
enforcement is answered with 200, a REST request with the account token
afterwards with 401; an identify of GoSquared's with an email and no id is of the
person with that address.

Example, in the folder of an app that listens on port 3000:
  personsig sandbox --app http://localhost:3000 -- npm run dev
In CI:
  personsig sandbox --app http://localhost:3000 --until-ready 60 -- npm start

Exit codes: 0 ended, or ready; 1 not ready in time; 2 wrong use or a bad secret;
            3 input or output failed; 70 a defect of personsig"
)]
pub(crate) struct Arguments {
    /// The app: http or https, host and port
    #[arg(long, value_name = "URL", value_parser = app, allow_hyphen_values = true)]
    pub(crate) app: Option<(Scheme, Authority)>,
    /// Take any certificate from an https app
    #[arg(long, requires = "app")]
    pub(crate) app_insecure: bool,
    /// Send the app its own Host, Origin and Referer, instead of the browser's
    #[arg(long, requires = "app")]
    pub(crate) rewrite_host: bool,
    /// A domain of your own that serves Chameleon's script; repeatable
    #[arg(long, value_name = "HOST", value_parser = host, allow_hyphen_values = true)]
    pub(crate) chameleon_host: Vec<String>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787", value_parser = address, allow_hyphen_values = true)]
    pub(crate) listen: SocketAddr,
    /// Allow --listen with an address that other machines reach
    #[arg(long)]
    pub(crate) expose: bool,
    /// Use the real secrets, from the providers' variables or --secret-file
    #[arg(long)]
    pub(crate) real_secrets: bool,
    /// Read a provider's real secret from a file; repeatable
    #[arg(long, value_name = "PROVIDER=FILE", value_parser = secret_file, requires = "real_secrets", allow_hyphen_values = true)]
    pub(crate) secret_file: Vec<SecretFile>,
    /// The same for an older secret, which is still accepted
    #[arg(long, value_name = "PROVIDER=FILE", value_parser = secret_file, requires = "secret_file", allow_hyphen_values = true)]
    pub(crate) fallback_secret_file: Vec<SecretFile>,
    /// Tell projects apart by the public token in the page; repeatable
    #[arg(long, value_name = "PROVIDER:TOKEN=VARIABLE", value_parser = project, allow_hyphen_values = true)]
    pub(crate) project: Vec<Named>,
    /// Keep state and the secrets made for the run in this file
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    pub(crate) state: Option<PathBuf>,
    /// Exit with 0 when ready, with 1 when not within so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_hyphen_values = true)]
    pub(crate) until_ready: Option<u32>,
    /// Starts the app, with the secrets in its environment
    #[arg(value_name = "COMMAND", last = true)]
    pub(crate) command: Vec<OsString>,
}

/// What to do: start, or print the help or the version.
pub(crate) enum Request {
    Start(Box<Arguments>),
    Print(String),
}

pub(crate) fn parse(arguments: &[OsString]) -> Result<Request, Failure> {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Ok(Request::Print(error.to_string())),
            _ => return Err(refused(&error)),
        },
    };
    if !arguments.listen.ip().is_loopback() && !arguments.expose {
        return Err(Failure::wrong(
            "--listen names an address that other machines can reach",
            "pass 127.0.0.1 and a port, or add --expose: whoever reaches the sandbox then reaches your app",
        ));
    }
    if arguments.app.as_ref().is_some_and(|(scheme, authority)| is_itself(scheme, authority, arguments.listen)) {
        return Err(Failure::wrong(
            "--app is the address that the sandbox listens on itself",
            "pass the address of the app, or another port to --listen",
        ));
    }
    if arguments
        .fallback_secret_file
        .iter()
        .any(|older| arguments.secret_file.iter().all(|file| file.vendor != older.vendor))
    {
        return Err(Failure::wrong("--fallback-secret-file names a provider without --secret-file", "pass both"));
    }
    let key = |project: &Named| (project.vendor, project.token.clone());
    let mut named: Vec<_> = arguments.project.iter().map(key).collect();
    named.sort();
    if named.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Failure::wrong("two --project have the same token", "pass each token once"));
    }
    // Each has a secret of its own where they are made, and the variable would hold one of them.
    let mut variables: Vec<_> = arguments.project.iter().map(|project| &project.variable).collect();
    variables.sort();
    if !arguments.real_secrets && variables.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Failure::wrong("two --project have the same variable", "name a variable for each"));
    }
    Ok(Request::Start(Box::new(arguments)))
}

/// However it is written: `127.1`, `0` and a name of the hosts file are this machine to the system too.
fn is_itself(scheme: &Scheme, app: &Authority, listen: SocketAddr) -> bool {
    let port = app.port_u16().unwrap_or(if *scheme == Scheme::HTTPS { 443 } else { 80 });
    if listen.port() == 0 || port != listen.port() {
        return false;
    }
    let host = app.host().trim_start_matches('[').trim_end_matches(']');
    let is_here = |ip: IpAddr| match listen.ip().is_unspecified() {
        // Only an address of this machine can be listened on.
        true => UdpSocket::bind((ip, 0)).is_ok(),
        false => ip.is_loopback() || ip.is_unspecified() || ip == listen.ip(),
    };
    (host, port).to_socket_addrs().is_ok_and(|mut found| found.any(|address| is_here(address.ip().to_canonical())))
}

fn refused(error: &clap::Error) -> Failure {
    let text = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(text)) => text.as_str(),
        Some(ContextValue::Strings(texts)) => texts.first().map_or("", String::as_str),
        _ => "",
    };
    // clap writes an option of ours as `--app <URL>`; anything else was typed and is not repeated.
    let written = text.split(' ').next().and_then(|option| option.strip_prefix("--"));
    let commands = Arguments::command();
    let ours = commands.get_arguments().filter_map(clap::Arg::get_long).find(|name| Some(*name) == written);
    let option = ours.map_or_else(|| "an option".to_owned(), |name| format!("--{name}"));
    match (error.kind(), ours) {
        (ErrorKind::UnknownArgument, _) => Failure::wrong(
            "there is an unknown option or a value too many",
            "put '--' before the command that starts the app; a secret is never an argument",
        ),
        (ErrorKind::ArgumentConflict, _) => Failure::wrong(format!("{option} is given twice"), "pass it once"),
        (ErrorKind::TooManyValues, _) => Failure::wrong(format!("{option} takes no value"), "pass it without '='"),
        (ErrorKind::MissingRequiredArgument, _) => {
            Failure::wrong("an option needs another one", format!("pass {option} too"))
        }
        (ErrorKind::ValueValidation, Some(name)) => {
            Failure::wrong(format!("{option} does not have the form that it takes"), form(name))
        }
        (
            ErrorKind::InvalidValue | ErrorKind::NoEquals | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues,
            _,
        ) => Failure::wrong(format!("{option} needs a value"), "pass one after it"),
        (ErrorKind::InvalidUtf8, _) => {
            Failure::wrong("an argument is not valid UTF-8", "pass names and numbers in UTF-8")
        }
        _ => Failure::wrong("the arguments are not understood", "check them"),
    }
}

fn form(option: &str) -> &'static str {
    match option {
        "app" => "pass http:// or https://, a host and a port, and nothing behind them, such as http://localhost:3000",
        "chameleon-host" => "pass a host name alone, such as guide.example.com",
        "listen" => "pass an IP address and a port, such as 127.0.0.1:8787",
        "secret-file" | "fallback-secret-file" => {
            "pass gosquared=FILE or chameleon=FILE; a secret is never an argument"
        }
        "project" => {
            "pass gosquared:TOKEN=VARIABLE or chameleon:TOKEN=VARIABLE: the page's public token and the name of the variable with its secret"
        }
        _ => "pass whole seconds in decimal digits, such as 60",
    }
}

const WRONG_FORM: &str = "wrong form";

fn app(text: &str) -> Result<(Scheme, Authority), &'static str> {
    let parts = text.parse::<Uri>().map_err(|_| WRONG_FORM)?.into_parts();
    let path = parts.path_and_query.map_or(String::new(), |path| path.to_string());
    match (parts.scheme, parts.authority) {
        (Some(scheme), Some(authority))
            if matches!(scheme.as_str(), "http" | "https")
                && matches!(path.as_str(), "" | "/")
                && !authority.as_str().contains('@')
                && !text.contains('#') =>
        {
            Ok((scheme, authority))
        }
        _ => Err(WRONG_FORM),
    }
}

fn host(text: &str) -> Result<String, &'static str> {
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_host = text.contains('.') && text.len() <= 253 && text.split('.').all(label);
    if is_host { Ok(text.to_owned()) } else { Err(WRONG_FORM) }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let text = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map_err(|_| WRONG_FORM)
}

fn secret_file(text: &str) -> Result<SecretFile, &'static str> {
    let (provider, path) = text.split_once('=').ok_or(WRONG_FORM)?;
    let vendor = Vendor::named(provider).ok_or(WRONG_FORM)?;
    if path.is_empty() { Err(WRONG_FORM) } else { Ok(SecretFile { vendor, path: path.into() }) }
}

fn project(text: &str) -> Result<Named, &'static str> {
    let (provider, rest) = text.split_once(':').ok_or(WRONG_FORM)?;
    let vendor = Vendor::named(provider).ok_or(WRONG_FORM)?;
    let (token, variable) = rest.rsplit_once('=').ok_or(WRONG_FORM)?;
    let word = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    let is_project =
        word(token, b"-_") && token.len() <= 128 && word(variable, b"_") && !variable.as_bytes()[0].is_ascii_digit();
    if is_project { Ok(Named { vendor, token: token.into(), variable: variable.into() }) } else { Err(WRONG_FORM) }
}

fn seconds(text: &str) -> Result<u32, &'static str> {
    let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().map_err(|_| WRONG_FORM) } else { Err(WRONG_FORM) }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{Request, parse};

    fn parsed(arguments: &[&str]) -> Result<Request, String> {
        let arguments: Vec<OsString> = arguments.iter().map(Into::into).collect();
        parse(&arguments).map_err(|failure| failure.text())
    }

    #[test]
    fn what_was_typed_is_never_repeated() {
        const CANARY: &str = "c4nary";
        let options = [
            "--app",
            "--app-insecure",
            "--rewrite-host",
            "--chameleon-host",
            "--listen",
            "--expose",
            "--real-secrets",
            "--secret-file",
            "--fallback-secret-file",
            "--project",
            "--until-ready",
            "--unknown",
            "--c4nary",
        ];
        let mut calls: Vec<Vec<String>> = vec![vec![CANARY.into()], vec!["--".into()]];
        for option in options {
            calls.push(vec![option.into()]);
            calls.push(vec![option.into(), CANARY.into()]);
            calls.push(vec![format!("{option}={CANARY}")]);
            calls.push(vec![format!("{option}={CANARY}"), format!("{option}={CANARY}")]);
            calls.push(vec![option.into(), format!("gosquared={CANARY}"), format!("gosquared:{CANARY}={CANARY}")]);
        }
        let mut refused = 0;
        for call in calls {
            if let Err(text) = parsed(&call.iter().map(String::as_str).collect::<Vec<_>>()) {
                assert!(!text.contains(CANARY), "{call:?}: {text}");
                refused += 1;
            }
        }
        assert!(refused > 40);
    }

    #[test]
    fn an_address_that_others_reach_needs_a_second_word() {
        assert!(parsed(&["--listen", "0.0.0.0:8787"]).is_err_and(|text| text.contains("--expose")));
        assert!(parsed(&["--listen", "0.0.0.0:8787", "--expose"]).is_ok());
        assert!(parsed(&["--listen", "localhost:0"]).is_ok());
    }

    #[test]
    fn the_app_is_one_address() {
        for good in ["http://localhost:3000", "https://127.0.0.1:3000/", "http://[::1]:3000"] {
            assert!(parsed(&["--app", good]).is_ok(), "{good}");
        }
        for bad in [
            "localhost:3000",
            "http://localhost:3000/path",
            "ftp://localhost",
            "http://u:p@localhost",
            "http://",
            "http://localhost:8787",
        ] {
            assert!(parsed(&["--app", bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn projects_are_named_once_each() {
        assert!(parsed(&["--project", "gosquared:GSN-1-A=BLOG", "--project", "gosquared:GSN-2-A=SHOP"]).is_ok());
        assert!(parsed(&["--project", "gosquared:GSN-1-A=BLOG", "--project", "gosquared:GSN-1-A=SHOP"]).is_err());
        for bad in
            ["gosquared:GSN-1-A", "other:T=V", "gosquared:=V", "gosquared:T=", "gosquared:T=1V", "gosquared:T=a b"]
        {
            assert!(parsed(&["--project", bad]).is_err(), "{bad}");
        }
    }
}
