//! `personsig identity`.

use std::io::Write;

use crate::arguments::Identity;
use crate::failure::Failure;
use crate::input;

/// An object, with `--json` and without: that is what an endpoint answers.
pub(crate) fn run(arguments: &Identity, out: &mut impl Write) -> Result<(), Failure> {
    let signer = input::signer(&arguments.secrets)?;
    let identity = signer.identity(&*input::value(&arguments.id)?, arguments.common.now)?;
    writeln!(out, "{}", identity.to_json()?).map_err(Failure::output)
}
