//! `provider`, then any text as a signature: the code is that of another reading of the rules.

use personsig::{Signer, VerifyOptions};

use crate::{NOW, code, expected, fields, provider, secret};

pub fn check(data: &[u8]) {
    let [name, given] = fields(data);
    let row = provider(name);
    let signer = Signer::new(row.name, secret(row)).expect("a signer");
    let sent = "ada@example.com";
    let options = VerifyOptions { now: Some(NOW), ..VerifyOptions::default() };
    let verdict = signer.verify_with(sent, given, &options);
    let verdict =
        verdict.map(|verified| (verified.secret_index, verified.signed_at)).map_err(|error| code(&error, &[given]));
    let keys = [expected::key(row, secret(row).as_bytes())];
    assert_eq!(verdict, expected::verdict(row, &keys, sent, given, NOW));
}
