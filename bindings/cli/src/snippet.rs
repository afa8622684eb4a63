//! `personsig snippet`.

use std::io::{self, Write};

use personsig::{SnippetOptions, Traits};

use crate::arguments::Snippet;
use crate::failure::Failure;
use crate::input;

const EMPTY_NONCE: &str =
    "it is empty, so the page's policy is only half set up: pass the nonce that its Content-Security-Policy header has";

pub(crate) fn run(arguments: &Snippet, out: &mut impl Write) -> Result<(), Failure> {
    let signer = input::signer(&arguments.secrets)?;
    let user_id = arguments.id.as_ref().map(|id| input::value(id)).transpose()?;
    let traits = arguments.traits.as_ref().map(|file| input::contents(file, "the traits file")).transpose();
    let traits = traits.map_err(|failure| match failure {
        Failure::InputOutput { problem, .. } => {
            Failure::InputOutput { problem, fix: "--traits takes a file with a JSON object; '-' is standard input" }
        }
        other => other,
    })?;
    // No token and no nonce has U+FFFD, so one that is not Unicode is refused as any other.
    let site_token = arguments.site_token.as_ref().map(|text| text.to_string_lossy());
    let nonce = arguments.nonce.as_ref().map(|text| text.to_string_lossy());
    let html = signer.snippet(
        user_id.as_deref(),
        &SnippetOptions {
            traits: traits.as_deref().map(Traits::from_json).unwrap_or_default(),
            site_token: site_token.as_deref(),
            nonce: nonce.as_deref(),
            now: arguments.common.now,
        },
    );
    let html = html.map_err(|error| match nonce.as_deref() {
        Some("") if error.to_string().starts_with("the nonce") => Failure::RefusedWith(error, EMPTY_NONCE.into()),
        _ => error.into(),
    })?;
    let printed = match arguments.common.json {
        true => print_json(&html, out),
        // Nothing to say is no line at all.
        false if html.is_empty() => Ok(()),
        false => writeln!(out, "{html}"),
    };
    printed.map_err(Failure::output)
}

/// An object, without a copy of the HTML, whose size the caller decides.
fn print_json(html: &str, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"{\"html\":")?;
    serde_json::to_writer(&mut *out, html)?;
    out.write_all(b"}\n")
}
