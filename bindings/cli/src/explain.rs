//! `personsig explain`.

use std::io::{self, Write};

use personsig::{Finding, UserId};
use serde_json::json;

use crate::arguments::Explain;
use crate::failure::Failure;
use crate::input;

/// The exit code: 0 for a valid signature, 1 for any other.
pub(crate) fn run(arguments: &Explain, out: &mut impl Write) -> Result<u8, Failure> {
    let signer = input::signer(&arguments.secrets)?;
    let (user_id, signature) = (input::value(&arguments.id)?, input::value(&arguments.signature)?);
    let also = arguments.also.iter().map(|id| input::value(id)).collect::<Result<Vec<_>, _>>()?;
    let also: Vec<_> = also.iter().map(|id| UserId::Bytes(id)).collect();
    let findings = signer.explain(&*user_id, signature, &also, arguments.common.now)?;
    let valid = Finding::accept(&findings);
    let printed = match arguments.common.json {
        true => writeln!(out, "{}", json!({"valid": valid, "findings": findings.iter().map(data).collect::<Vec<_>>()})),
        false => findings.iter().try_for_each(|finding| print(finding, out)),
    };
    printed.map(|()| u8::from(!valid)).map_err(Failure::output)
}

fn data(finding: &Finding) -> serde_json::Value {
    json!({"code": finding.code, "message": finding.message, "fix": finding.fix, "index": finding.index})
}

/// As a compiler prints it: what, where, what to do, and where to read more.
fn print(finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let Finding { code, message, fix, index, .. } = finding;
    // A finding that says "valid"; the next one may say what is wrong with the time.
    let authentic = Finding::accept(std::slice::from_ref(finding));
    match (*code, authentic) {
        ("valid", _) => writeln!(out, "valid: {message}")?,
        (_, true) => writeln!(out, "valid[{code}]: {message}")?,
        (_, false) => writeln!(out, "error[{code}]: {message}")?,
    }
    if let Some(index) = index {
        let list = if authentic { "fallback secret" } else { "--also" };
        writeln!(out, "  which: {list} number {}", index + 1)?;
    }
    // The core names the parameter as all languages have it.
    writeln!(out, "  fix: {}", fix.replace("as also", "with --also"))?;
    writeln!(out, "  more: {}", finding.link())
}
