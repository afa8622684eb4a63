//! `personsig snippet` and `personsig identity`.

use std::io::Write;

use personsig::{SnippetOptions, Traits};
use serde_json::json;

use crate::arguments::Options;
use crate::failure::Failure;
use crate::input;

pub(crate) fn snippet(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    let signer = input::signer(options)?;
    let user_id = options.values.first().map(|id| input::value(id)).transpose()?;
    let traits = options.traits.as_ref().map(|file| input::contents(file, "the traits file")).transpose()?;
    // No token and no nonce has U+FFFD, so one that is not Unicode is refused as any other.
    let site_token = options.site_token.as_ref().map(|text| text.to_string_lossy());
    let nonce = options.nonce.as_ref().map(|text| text.to_string_lossy());
    let html = signer.snippet(
        user_id.as_deref(),
        &SnippetOptions {
            traits: traits.as_deref().map(Traits::from_json).unwrap_or_default(),
            site_token: site_token.as_deref(),
            nonce: nonce.as_deref(),
            now: options.now,
        },
    )?;
    let printed = match options.json {
        true => writeln!(out, "{}", json!({"html": html})),
        // Nothing to say is no line at all.
        false if html.is_empty() => Ok(()),
        false => writeln!(out, "{html}"),
    };
    printed.map_err(Failure::output)
}

/// An object in either style: that is what an endpoint answers.
pub(crate) fn identity(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    let signer = input::signer(options)?;
    let [user_id] = options.values.as_slice() else { return Err(Failure::Defect) };
    let identity = signer.identity(&*input::value(user_id)?, options.now)?;
    writeln!(out, "{}", identity.to_json()).map_err(Failure::output)
}
