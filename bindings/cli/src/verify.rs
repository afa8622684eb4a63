//! `personsig verify`.

use std::io::Write;

use personsig::VerifyOptions;
use serde_json::json;

use crate::arguments::Verify;
use crate::failure::Failure;
use crate::input;

pub(crate) fn run(arguments: &Verify, out: &mut impl Write) -> Result<(), Failure> {
    let signer = input::signer(&arguments.secrets)?;
    let (user_id, signature) = (input::value(&arguments.id)?, input::value(&arguments.signature)?);
    let Verify { max_age, clock_skew, .. } = *arguments;
    let limits = VerifyOptions { max_age, clock_skew, now: arguments.common.now };
    let verified = signer.verify_with(&*user_id, signature, &limits)?;
    let secret = match verified.secret_index {
        0 => "the current secret".to_owned(),
        fallback => format!("fallback {fallback}"),
    };
    let printed = match (arguments.common.json, verified.signed_at) {
        (true, time) => {
            let verdict = json!({"valid": true, "secret_index": verified.secret_index, "signed_at": time});
            writeln!(out, "{verdict}")
        }
        (false, Some(time)) => writeln!(out, "valid (signed at {time} with {secret})"),
        (false, None) => writeln!(out, "valid (signed with {secret})"),
    };
    printed.map_err(Failure::output)
}
