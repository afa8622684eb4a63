//! What a signature is worth, and why it is worth no more: the vendors' own troubleshooting lists first, then what the
//! core's `explain` finds. Never a secret, never a signature that was computed.

use std::time::{SystemTime, UNIX_EPOCH};

use personsig::{Code, Kind, Signer, VerifyOptions};
use serde::{Deserialize, Serialize};

use crate::rule::{Vendor, Verdict};

/// Why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reason {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) fix: String,
}

impl Reason {
    pub(crate) fn new(code: &str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Reason { code: code.to_owned(), message: message.into(), fix: fix.into() }
    }
}

/// What a call shows of an identity.
pub(crate) struct Shown<'a> {
    pub(crate) user_id: Option<&'a str>,
    pub(crate) signature: Option<&'a str>,
    /// What else may have been signed, such as an e-mail address among the traits.
    pub(crate) also: &'a [&'a str],
}

#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) reasons: Vec<Reason>,
    /// When a timestamped signature was made. Of a wrong one it is what the signature says.
    pub(crate) signed_at: Option<i64>,
}

/// The clock, read in one place.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().try_into().unwrap_or(i64::MAX))
}

/// Without a signer, because a real secret was asked for and is not set, nothing can be right.
pub(crate) fn judge(vendor: Vendor, signer: Option<&Signer>, shown: &Shown<'_>, now: i64) -> Judged {
    let judged = |verdict, reasons| Judged { verdict, reasons, signed_at: None };
    let given = |value: Option<&str>| value.is_some_and(|text| !text.is_empty());
    match (given(shown.user_id), given(shown.signature)) {
        (false, false) => judged(Verdict::Anonymous, vec![]),
        (false, true) => judged(Verdict::Wrong, vec![without_id(vendor)]),
        (true, false) => judged(Verdict::Unsigned, vec![without_signature(vendor)]),
        (true, true) => match signer {
            None => judged(Verdict::Wrong, vec![without_secret(vendor)]),
            Some(signer) => {
                let (id, signature) = (shown.user_id.unwrap_or_default(), shown.signature.unwrap_or_default());
                compare(vendor, signer, id, signature, shown.also, now)
            }
        },
    }
}

fn compare(vendor: Vendor, signer: &Signer, id: &str, signature: &str, also: &[&str], now: i64) -> Judged {
    let options = VerifyOptions { now: Some(now), ..VerifyOptions::default() };
    let error = match signer.verify_with(id, signature, &options) {
        Ok(verified) => {
            let reasons = match verified.secret_index {
                0 => vec![],
                _ => vec![Reason::new(
                    "valid-with-fallback",
                    "It was made with the older secret, which is still accepted.",
                    "Deploy the new secret where this page is signed, before the old one ends.",
                )],
            };
            return Judged { verdict: Verdict::Valid, reasons, signed_at: verified.signed_at };
        }
        Err(error) => error,
    };
    let mut reasons = troubleshooting(vendor, error.code());
    if error.kind() == Kind::Input {
        let text = error.to_string();
        let (message, fix) = text.split_once("; ").unwrap_or((&text, ""));
        reasons.push(Reason::new(error.code().name(), message, fix));
    } else {
        let also: Vec<_> = also.iter().filter(|other| **other != id).take(16).map(|other| (*other).into()).collect();
        // A trait may be what no id is; the rest is explained all the same.
        let findings = signer.explain(id, signature, &also, Some(now));
        for finding in findings.or_else(|_| signer.explain(id, signature, &[], Some(now))).unwrap_or_default() {
            if reasons.iter().all(|reason| reason.code != finding.code) {
                reasons.push(Reason::new(finding.code, finding.message, finding.fix));
            }
        }
    }
    Judged { verdict: Verdict::Wrong, reasons, signed_at: timestamp(vendor, signature) }
}

/// The time that a signature of Chameleon's form carries.
fn timestamp(vendor: Vendor, signature: &str) -> Option<i64> {
    let (hex, time) = signature.split_once('-')?;
    let digits = hex.len() == 64 && (1..=11).contains(&time.len()) && time.bytes().all(|b| b.is_ascii_digit());
    (vendor == Vendor::Chameleon && digits).then(|| time.parse().ok()).flatten()
}

/// "Are you sending a User ID along with the uid_hash?"
pub(crate) fn without_id(vendor: Vendor) -> Reason {
    match vendor {
        Vendor::GoSquared => Reason::new(
            "uid-missing",
            "A signature came without an id.",
            "Call _gs('identify', {id: ...}) with the id that was signed, then _gs('auth', ...).",
        ),
        Vendor::Chameleon => Reason::new(
            "uid-missing",
            "There is no uid in this identify.",
            "Send the user's id along with the uid_hash: chmln.identify(uid, {uid_hash: ...}).",
        ),
    }
}

/// "Is this the latest version of your code?"
fn without_signature(vendor: Vendor) -> Reason {
    match vendor {
        Vendor::GoSquared => Reason::new(
            "missing-signature",
            "The id came without a signature.",
            "Call _gs('auth', SIGNATURE) right after _gs('identify', ...). Is this the latest version of the page, or a cached one?",
        ),
        Vendor::Chameleon => Reason::new(
            "missing-signature",
            "The uid came without a uid_hash.",
            "Pass uid_hash to identify. Is this the latest version of your code, or is the page or its JavaScript cached?",
        ),
    }
}

fn without_secret(vendor: Vendor) -> Reason {
    Reason::new(
        "no-secret",
        format!("The sandbox has no secret of {}, so it can verify nothing.", vendor.title()),
        format!("Set {} where the sandbox starts, or leave out --real-secrets.", vendor.variable()),
    )
}

/// What the vendors' own lists say of it.
fn troubleshooting(vendor: Vendor, code: Code) -> Vec<Reason> {
    let reason = match (code, vendor) {
        (Code::MissingTimestamp, _) => Reason::new(
            "missing-timestamp",
            "The time is not at the end of the signature.",
            "Send the current timestamp inside and outside the signature: sign the id, a hyphen and the time, then append a hyphen and the time.",
        ),
        (Code::Expired, _) => Reason::new(
            "expired",
            "The signature is older than 24 hours (our limit; Chameleon publishes none).",
            "Sign again for every page. An old signature comes from a cached page: send it with Cache-Control: private, no-store.",
        ),
        (Code::FromTheFuture, _) => Reason::new(
            "from-the-future",
            "The signature's time is more than 5 minutes ahead (our limit; Chameleon publishes none).",
            "Set the clock of the server that signs.",
        ),
        (Code::SignatureMismatch, Vendor::Chameleon) => Reason::new(
            "signature-mismatch",
            "The signature is not this user's under the verification secret.",
            "Use the verification secret: not the account token, the API secret or the webhook secret. Sign exactly the id that the page sends.",
        ),
        (Code::SignatureMismatch, Vendor::GoSquared) => Reason::new(
            "signature-mismatch",
            "The signature is not this person's under the project's Secure Mode Secret.",
            "Each project has its own secret: use the one of this project. Sign exactly the id that the page sends.",
        ),
        _ => return vec![],
    };
    vec![reason]
}

#[cfg(test)]
mod tests {
    use super::{Shown, judge};
    use crate::rule::{Vendor, Verdict};
    use personsig::Signer;

    const NOW: i64 = 1_596_165_824;

    fn told(vendor: Vendor, id: Option<&str>, signature: Option<&str>, also: &[&str]) -> (Verdict, Vec<String>) {
        let signer = Signer::new(vendor.name(), "personsig-test-secret").unwrap();
        let shown = Shown { user_id: id, signature, also };
        let judged = judge(vendor, Some(&signer), &shown, NOW);
        (judged.verdict, judged.reasons.into_iter().map(|reason| reason.code).collect())
    }

    fn chameleon(secret: &str, id: &str, at: i64) -> String {
        Signer::new("chameleon", secret).unwrap().sign_at(id, at).unwrap().to_string()
    }

    #[test]
    fn the_right_signature_is_valid_and_needs_no_reason() {
        let signature = Signer::new("gosquared", "personsig-test-secret").unwrap().sign("42").unwrap();
        assert_eq!(told(Vendor::GoSquared, Some("42"), Some(&signature), &[]), (Verdict::Valid, vec![]));
        let signature = chameleon("personsig-test-secret", "42", NOW);
        assert_eq!(told(Vendor::Chameleon, Some("42"), Some(&signature), &[]), (Verdict::Valid, vec![]));
    }

    #[test]
    fn are_you_sending_a_user_id_along_with_the_uid_hash() {
        let signature = chameleon("personsig-test-secret", "42", NOW);
        assert_eq!(
            told(Vendor::Chameleon, None, Some(&signature), &[]),
            (Verdict::Wrong, vec!["uid-missing".to_owned()])
        );
        assert_eq!(
            told(Vendor::Chameleon, Some("42"), None, &[]),
            (Verdict::Unsigned, vec!["missing-signature".to_owned()])
        );
        assert_eq!(told(Vendor::Chameleon, None, None, &[]), (Verdict::Anonymous, vec![]));
    }

    #[test]
    fn are_you_sending_the_current_timestamp_inside_and_outside_the_signature() {
        let signature = chameleon("personsig-test-secret", "42", NOW);
        let (verdict, reasons) = told(Vendor::Chameleon, Some("42"), Some(&signature[..64]), &[]);
        assert_eq!((verdict, reasons[0].as_str()), (Verdict::Wrong, "missing-timestamp"));
        let plain = Signer::new("gosquared", "personsig-test-secret").unwrap().sign("42").unwrap();
        let outside_alone = format!("{plain}-{NOW}");
        let (verdict, reasons) = told(Vendor::Chameleon, Some("42"), Some(&outside_alone), &[]);
        assert_eq!((verdict, reasons[0].as_str(), reasons.len() > 1), (Verdict::Wrong, "signature-mismatch", true));
    }

    #[test]
    fn are_you_using_the_correct_identity_verification_secret() {
        let signature = chameleon("another-secret", "42", NOW);
        let (verdict, reasons) = told(Vendor::Chameleon, Some("42"), Some(&signature), &[]);
        assert_eq!((verdict, reasons[0].as_str()), (Verdict::Wrong, "signature-mismatch"));
    }

    #[test]
    fn is_this_the_latest_version_of_your_code() {
        let signature = chameleon("personsig-test-secret", "42", NOW - 86_401);
        assert_eq!(told(Vendor::Chameleon, Some("42"), Some(&signature), &[]).1[0], "expired");
        let signature = chameleon("personsig-test-secret", "42", NOW + 301);
        assert_eq!(told(Vendor::Chameleon, Some("42"), Some(&signature), &[]).1[0], "from-the-future");
    }

    #[test]
    fn the_traits_e_mail_address_is_tried_when_it_was_signed_in_place_of_the_id() {
        let signature = Signer::new("gosquared", "personsig-test-secret").unwrap().sign("ada@example.com").unwrap();
        let (_, with) = told(Vendor::GoSquared, Some("42"), Some(&signature), &["ada@example.com"]);
        let (_, without) = told(Vendor::GoSquared, Some("42"), Some(&signature), &[]);
        assert_ne!(with, without);
    }

    #[test]
    fn a_trait_that_can_be_no_id_keeps_nothing_from_being_explained() {
        let signature = Signer::new("gosquared", "personsig-test-secret").unwrap().sign("42 ").unwrap();
        let (_, codes) = told(Vendor::GoSquared, Some("42"), Some(&signature), &["null"]);
        assert_eq!(codes, told(Vendor::GoSquared, Some("42"), Some(&signature), &[]).1);
        assert!(codes.len() > 1);
    }

    #[test]
    fn the_older_secret_is_a_second_live_one() {
        let signer = Signer::with_fallbacks("gosquared", "new-secret", &["old-secret".into()]).unwrap();
        let old = Signer::new("gosquared", "old-secret").unwrap().sign("42").unwrap();
        let shown = Shown { user_id: Some("42"), signature: Some(&old), also: &[] };
        let judged = judge(Vendor::GoSquared, Some(&signer), &shown, NOW);
        assert_eq!((judged.verdict, judged.reasons[0].code.as_str()), (Verdict::Valid, "valid-with-fallback"));
    }
}
