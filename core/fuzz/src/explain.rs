//! `provider`, `now`, `secret`, `id`, `also`, `signature`: the findings agree with `verify`, and tell nothing: no 16 digits
//! of a right signature, no secret, no id.

use hmac_sha256::HMAC;
use personsig::{Finding, Signer, UserId, VerifyOptions};

use crate::{code, expected, fields, number, provider, repeats_nothing};

/// As many digits of a right signature in a row say too much.
const DIGITS: usize = 16;

pub fn check(data: &[u8]) {
    let [name, now, secret, id, also, given] = fields(data);
    let (row, now) = (provider(name), number(now));
    let values = [secret, id, also, given];
    let Ok(signer) = Signer::new(row.name, secret) else { return };
    let user_id = UserId::Bytes(id);
    let others: Vec<_> = Some(UserId::Bytes(also)).filter(|_| !also.is_empty()).into_iter().collect();
    let options = VerifyOptions { now: Some(now), ..VerifyOptions::default() };
    let findings = match signer.explain(user_id, given, &others, now) {
        Ok(findings) => findings,
        Err(error) => {
            code(&error, &values);
            assert!(error.index().is_some() || signer.sign_at(user_id, now).is_err());
            return;
        }
    };
    let told: String =
        findings.iter().map(|finding| format!("{} {} {}\n", finding.code, finding.message, finding.fix)).collect();
    assert!(!findings.is_empty() && findings.iter().all(|finding| Finding::CODES.contains(&finding.code)), "{told}");
    assert_eq!(Finding::accept(&findings), signer.verify_with(user_id, given, &options).is_ok());
    repeats_nothing(&told, &values);

    let key = expected::key(row, secret);
    for text in [id, also].map(String::from_utf8_lossy) {
        let plain = HMAC::mac(text.as_bytes(), &key);
        let timed = HMAC::mac(format!("{text}-{now}").as_bytes(), &key);
        let lower = HMAC::mac(text.to_ascii_lowercase().as_bytes(), &key);
        for mac in [plain, timed, lower] {
            for right in [expected::hex(&mac), expected::encoded(row, &mac)] {
                let shown = right.as_bytes().windows(DIGITS).any(|digits| {
                    let digits = str::from_utf8(digits).expect("ASCII");
                    told.contains(digits) || told.contains(&digits.to_uppercase())
                });
                assert!(!shown, "a finding shows a right signature");
            }
        }
    }
}
