//! `personsig verify` and `personsig explain`.

use std::io::{self, Write};

use personsig::{Finding, UserId, VerifyOptions};
use serde_json::json;

use crate::arguments::Options;
use crate::failure::Failure;
use crate::input;

pub(crate) fn verify(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    let signer = input::signer(options)?;
    let [user_id, signature] = values(options)?;
    let limits = VerifyOptions { max_age: options.max_age, clock_skew: options.clock_skew, now: options.now };
    let verified = signer.verify_with(&*user_id, signature, &limits)?;
    let secret = verified.secret_index;
    let printed = match (options.json, verified.signed_at) {
        (true, time) => writeln!(out, "{}", json!({"valid": true, "secret_index": secret, "signed_at": time})),
        (false, Some(time)) => writeln!(out, "valid, signed at {time} with secret {secret}"),
        (false, None) => writeln!(out, "valid, with secret {secret}"),
    };
    printed.map_err(Failure::output)
}

/// The exit code: 0 for a valid signature, 1 for any other.
pub(crate) fn explain(options: &Options, out: &mut impl Write) -> Result<u8, Failure> {
    let signer = input::signer(options)?;
    let [user_id, signature] = values(options)?;
    let also = options.also.iter().map(|id| input::value(id)).collect::<Result<Vec<_>, _>>()?;
    let also: Vec<_> = also.iter().map(|id| UserId::Bytes(id)).collect();
    let findings = signer.explain(&*user_id, signature, &also, options.now)?;
    let valid = Finding::accept(&findings);
    let printed = match options.json {
        true => writeln!(out, "{}", json!({"valid": valid, "findings": findings.iter().map(data).collect::<Vec<_>>()})),
        false => findings.iter().try_for_each(|finding| print(finding, out)),
    };
    printed.map(|()| u8::from(!valid)).map_err(Failure::output)
}

fn values(options: &Options) -> Result<[std::borrow::Cow<'_, [u8]>; 2], Failure> {
    match options.values.as_slice() {
        [user_id, signature] => Ok([input::value(user_id)?, input::value(signature)?]),
        _ => Err(Failure::Defect),
    }
}

fn data(finding: &Finding) -> serde_json::Value {
    json!({"code": finding.code, "message": finding.message, "fix": finding.fix, "index": finding.index})
}

/// As a compiler says it: what, where, and what to do.
fn print(finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let Finding { code, message, fix, index, .. } = finding;
    if *code == "valid" {
        return writeln!(out, "valid: {message}");
    }
    // It is authentic, by itself; what is wrong with its time follows.
    let authentic = Finding::accept(std::slice::from_ref(finding));
    let severity = if authentic { "valid" } else { "error" };
    writeln!(out, "{severity}[{code}]: {message}")?;
    if let Some(index) = index {
        let list = if authentic { "fallback secret" } else { "--also" };
        writeln!(out, "  which: {list} number {}", index + 1)?;
    }
    writeln!(out, "  fix: {fix}")
}
