//! The arguments: what clap reads, its help, and the completions and manual pages that `share.rs` makes of it.

use std::ffi::OsString;
use std::num::IntErrorKind;

use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "personsig",
    bin_name = "personsig",
    version,
    no_binary_name = true,
    disable_help_subcommand = true,
    about = "Sign user ids for identity verification (GoSquared, Chameleon and others)",
    after_help = "\
Example, with the secret from the provider's settings in a variable:
  export GOSQUARED_SECURE_MODE_SECRET=personsig-test-secret
  personsig sign --provider gosquared 123456

Exit codes: 0 done or valid; 1 refused; 2 wrong use or bad input;
            3 input or output failed; 70 a defect of personsig"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Sign one id, a list of ids (one per line) or a CSV column
    #[command(
        override_usage = "\
personsig sign --provider P [OPTIONS] ID
       personsig sign --provider P [OPTIONS] --stdin
       personsig sign --provider P [OPTIONS] --csv FILE --column NAME
                      [--output FILE]",
        after_help = page("\
Sign only the id of the user whom your session authenticated. Chameleon: one
page with a real signature may switch enforcement on for good.", "", "\
personsig sign --provider gosquared 123456", DONE)
    )]
    Sign(Sign),
    /// Check a signature
    #[command(after_help = page("\
'valid (signed with fallback 1)' means the first older secret. When only the
current secret is seen, older ones can go. 'personsig explain' says why a
signature is refused.", "", "\
personsig verify --provider gosquared 123456 \\
    0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64", VALID))]
    Verify(Verify),
    /// Say which known mistake made a refused signature, and how to fix it
    #[command(after_help = page("\
The output is for logs and terminals. It tells about the form of the secret, so
keep it out of HTTP responses.", ", a signature made with an empty secret", "\
personsig explain --provider gosquared 123456 \\
    dbd978ccdbbe8b6de77f6b37b5df9b5b62a7e892a501c3b53eaa16b0838bd5ed", VALID))]
    Explain(Explain),
    /// Print the <script> element that identifies the user
    #[command(after_help = page("\
Put it where a script element may stand, once per response, and send the
response with 'Cache-Control: private, no-store'. Sign only the id of the user
whom your session authenticated. Chameleon: its own loader must stand before it,
and one page with a real signature may switch enforcement on for good.", "", "\
personsig snippet --provider gosquared 123456", DONE))]
    Snippet(Snippet),
    /// Print the same as a JSON object, for an endpoint
    #[command(after_help = page("\
{\"id\", \"auth\"} for GoSquared, {\"uid\", \"uid_hash\"} for Chameleon. An endpoint
must answer only for the user whom its session authenticated, on the same
origin, with 'Cache-Control: private, no-store'. Chameleon: one page with a real
signature may switch enforcement on for good.", "", "\
personsig identity --provider gosquared 123456", DONE))]
    Identity(Identity),
    /// List the providers and the variables of their secrets
    #[command(after_help = "\
The plain scheme signs the id. The timestamped one signs the id, '-' and the
time, and '-' and the time follow the signature.

Example:
  personsig providers

Exit codes: 0 done; 2 wrong use; 3 output failed; 70 a defect of personsig")]
    Providers(Providers),
    /// Play both vendors on your own machine, in front of your app
    #[command(
        override_usage = "personsig sandbox [--app URL] [OPTIONS] [-- COMMAND...]",
        after_help = "\
Starts personsig-sandbox, which 'make sandbox' builds. Its options:
  personsig sandbox --help

Example, in the folder of an app that listens on port 3000:
  personsig sandbox --app http://localhost:3000 -- npm run dev"
    )]
    Sandbox(Sandbox),
    /// Print the help of a command
    Help(Help),
    /// Print the version
    #[command(hide = true)]
    Version,
}

const DONE: &str = "\
0 done; 2 wrong use or bad input; 3 input or output failed;
            70 a defect of personsig";
const VALID: &str = "\
0 valid; 1 refused; 2 wrong use or bad input;
            3 input or output failed; 70 a defect of personsig";

/// What follows the options on a help page: about the command, an example, the exit codes.
fn page(about: &str, example: &str, call: &str, exit_codes: &str) -> String {
    format!(
        "{about}

Example{example}:
  export GOSQUARED_SECURE_MODE_SECRET=personsig-test-secret
  {call}

Exit codes: {exit_codes}"
    )
}

const SECRETS: &str = "Secrets, else the provider's variable";

/// A secret is never an argument: other users of the machine can read arguments.
#[derive(Args)]
pub(crate) struct Secrets {
    /// The provider, such as gosquared; see personsig providers
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(crate) provider: OsString,
    /// Read the secret from a file, or '-'
    #[arg(long, value_name = "FILE", allow_hyphen_values = true, help_heading = SECRETS)]
    pub(crate) secret_file: Option<OsString>,
    /// An older secret, only to verify; repeatable
    #[arg(long, value_name = "FILE", allow_hyphen_values = true, help_heading = SECRETS)]
    pub(crate) fallback_secret_file: Vec<OsString>,
    /// Read this variable, and NAME_PREVIOUS
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, help_heading = SECRETS)]
    pub(crate) secret_variable: Option<OsString>,
}

#[derive(Args)]
pub(crate) struct Common {
    /// Unix time in whole seconds, instead of the clock
    #[arg(long, value_name = "T", allow_hyphen_values = true, value_parser = seconds)]
    pub(crate) now: Option<i64>,
    /// Print JSON objects, errors too
    #[arg(long, overrides_with = "json")]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) secrets: Secrets,
    /// The id, exactly as the page sends it; '-': standard input
    #[arg(value_name = "ID")]
    pub(crate) id: Option<OsString>,
    /// Sign each line of standard input
    #[arg(long, overrides_with = "stdin")]
    pub(crate) stdin: bool,
    /// Sign a comma-separated table in UTF-8, or '-'
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    pub(crate) csv: Option<OsString>,
    /// The column of the ids, as the first row names it
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) column: Option<OsString>,
    /// Write the table here, whole or not at all
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    pub(crate) output: Option<OsString>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) secrets: Secrets,
    /// The id, exactly as the page sends it; '-': standard input
    #[arg(value_name = "ID")]
    pub(crate) id: OsString,
    /// The signature, exactly as it arrived; '-': standard input
    #[arg(value_name = "SIGNATURE")]
    pub(crate) signature: OsString,
    /// Oldest signature accepted, in seconds; Chameleon: 86400
    #[arg(long, value_name = "S", allow_hyphen_values = true, value_parser = seconds)]
    pub(crate) max_age: Option<i64>,
    /// How far clocks may differ, in seconds; Chameleon: 300
    #[arg(long, value_name = "S", allow_hyphen_values = true, value_parser = seconds)]
    pub(crate) clock_skew: Option<i64>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) secrets: Secrets,
    /// The id that should have been signed; '-': standard input
    #[arg(value_name = "ID")]
    pub(crate) id: OsString,
    /// The signature, exactly as it arrived; '-': standard input
    #[arg(value_name = "SIGNATURE")]
    pub(crate) signature: OsString,
    /// What may have been signed instead: an e-mail; up to 16
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) also: Vec<OsString>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct Snippet {
    #[command(flatten)]
    pub(crate) secrets: Secrets,
    /// The id of the user who is logged in, or nothing; '-': standard input
    #[arg(value_name = "ID")]
    pub(crate) id: Option<OsString>,
    /// A file with a JSON object about the user, or '-'
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    pub(crate) traits: Option<OsString>,
    /// GoSquared's project token: load its script too
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) site_token: Option<OsString>,
    /// The nonce of the response's Content-Security-Policy
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) nonce: Option<OsString>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct Identity {
    #[command(flatten)]
    pub(crate) secrets: Secrets,
    /// The id of the user who is logged in; '-': standard input
    #[arg(value_name = "ID")]
    pub(crate) id: OsString,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct Providers {
    /// Print a JSON object per line
    #[arg(long, overrides_with = "json")]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Sandbox {
    /// Handed over to personsig-sandbox
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

#[derive(Args)]
pub(crate) struct Help {
    /// The command
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<OsString>,
}

/// Decimal digits. The core checks the range, so a number beyond `i64` becomes the nearest `i64`.
fn seconds(text: &str) -> Result<i64, &'static str> {
    let text = if text.starts_with('+') { "" } else { text };
    text.parse().or_else(|error: std::num::ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => Ok(i64::MAX),
        IntErrorKind::NegOverflow => Ok(i64::MIN),
        _ => Err("not decimal digits"),
    })
}
