//! Chameleon's rules, as its page on Identity Verification tells them: what an account does with a call, and what the
//! call does to the account.
//!
//! Pure functions: the account's state and a call go in, the next state and a decision come out. Each row of the table
//! in the tests is named by the sentence that it comes from.

use crate::rule::{Effect, Verdict};

/// Enforcement. There is no way back from `Enforced`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Open,
    Enforced,
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// `identify`, with a `uid` or without, and what its `uid_hash` is worth: `Valid`, `Wrong` or `Unsigned`.
    Identify { uid: bool, hash: Verdict },
    /// Any other call, of a user whose last `identify` was worth so much; `Anonymous`: nobody was identified.
    Activity(Verdict),
    /// Asks for a user's data, with a signature that is worth so much for that very user.
    Read(Verdict),
    /// The REST API.
    Rest(Credential),
}

/// What a REST request shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    /// The public token in the page's snippet.
    AccountToken,
    /// The secret API key.
    ApiSecret,
    /// Anything else, or nothing.
    None,
}

/// What the account does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    /// The account from now on.
    pub(crate) account: Account,
    pub(crate) effect: Effect,
    /// The status of the HTTP response.
    pub(crate) status: u16,
}

impl Decision {
    /// Whether this call switches enforcement on.
    pub(crate) fn enforces(self, before: Account) -> bool {
        before != self.account
    }
}

pub(crate) fn decide(account: Account, call: Call) -> Decision {
    let accepted = |account| Decision { account, effect: Effect::Accepted, status: 200 };
    // How the vendor answers a failed identify before enforcement is not documented; 200 is our assumption.
    let failed = Decision { account, effect: Effect::Rejected, status: 200 };
    let refused = Decision { account, effect: Effect::Rejected, status: 401 };
    match (call, account) {
        (Call::Identify { uid: true, hash: Verdict::Valid }, _) => accepted(Account::Enforced),
        (Call::Identify { uid: true, hash: Verdict::Unsigned | Verdict::Anonymous }, Account::Open) => {
            accepted(Account::Open)
        }
        (Call::Identify { .. }, Account::Open) => failed,
        (Call::Identify { .. }, Account::Enforced) => refused,

        (Call::Activity(Verdict::Wrong), Account::Open) => failed,
        (Call::Activity(_), Account::Open) => accepted(account),
        // A page on which nobody was identified claims nothing.
        (Call::Activity(Verdict::Valid | Verdict::Anonymous), Account::Enforced) => accepted(account),
        (Call::Activity(_), Account::Enforced) => refused,

        (Call::Read(Verdict::Valid), _) => accepted(account),
        (Call::Read(_), _) => refused,

        (Call::Rest(Credential::ApiSecret), _) | (Call::Rest(Credential::AccountToken), Account::Open) => {
            accepted(account)
        }
        // "Ignored" in the document; the status is our assumption.
        (Call::Rest(_), _) => refused,
    }
}

#[cfg(test)]
mod tests {
    use super::Account::{Enforced, Open};
    use super::Call::{Activity, Identify, Read, Rest};
    use super::{Account, Call, Credential, Decision, decide};
    use crate::rule::Effect::{Accepted, Rejected};
    use crate::rule::Verdict::{Anonymous, Unsigned, Valid, Wrong};

    fn row(account: Account, call: Call) -> (Account, crate::rule::Effect, u16) {
        let Decision { account, effect, status } = decide(account, call);
        (account, effect, status)
    }

    #[test]
    fn upon_receiving_your_first_verified_request_verification_is_turned_on_and_enforced() {
        let verified = Identify { uid: true, hash: Valid };
        assert_eq!(row(Open, verified), (Enforced, Accepted, 200));
        assert!(decide(Open, verified).enforces(Open));
        assert_eq!(row(Enforced, verified), (Enforced, Accepted, 200));
        assert!(!decide(Enforced, verified).enforces(Enforced));
    }

    #[test]
    fn if_the_uid_hash_does_not_verify_identity_verification_will_fail_and_not_be_enabled() {
        assert_eq!(row(Open, Identify { uid: true, hash: Wrong }), (Open, Rejected, 200));
    }

    #[test]
    fn until_then_users_are_identified_without_the_verification_hash() {
        assert_eq!(row(Open, Identify { uid: true, hash: Unsigned }), (Open, Accepted, 200));
        assert_eq!(row(Open, Activity(Unsigned)), (Open, Accepted, 200));
    }

    #[test]
    fn unverified_requests_after_verification_is_enabled_will_return_a_401_error_http_response() {
        for hash in [Unsigned, Wrong] {
            assert_eq!(row(Enforced, Identify { uid: true, hash }), (Enforced, Rejected, 401));
            assert_eq!(row(Enforced, Activity(hash)), (Enforced, Rejected, 401));
        }
        assert_eq!(row(Enforced, Activity(Valid)), (Enforced, Accepted, 200));
        assert_eq!(row(Enforced, Activity(Anonymous)), (Enforced, Accepted, 200));
    }

    #[test]
    fn if_you_just_send_the_uid_hash_without_the_uid_the_check_will_fail() {
        for hash in [Valid, Wrong, Unsigned] {
            assert_eq!(row(Open, Identify { uid: false, hash }), (Open, Rejected, 200));
            assert_eq!(row(Enforced, Identify { uid: false, hash }), (Enforced, Rejected, 401));
        }
    }

    #[test]
    fn all_rest_api_requests_must_use_your_secret_api_key_and_not_your_account_token() {
        assert_eq!(row(Open, Rest(Credential::AccountToken)), (Open, Accepted, 200));
        assert_eq!(row(Enforced, Rest(Credential::AccountToken)), (Enforced, Rejected, 401));
        for account in [Open, Enforced] {
            assert_eq!(row(account, Rest(Credential::ApiSecret)), (account, Accepted, 200));
            assert_eq!(row(account, Rest(Credential::None)), (account, Rejected, 401));
        }
    }

    #[test]
    fn data_sent_to_chameleon_cannot_be_obtained_by_another_party() {
        for account in [Open, Enforced] {
            assert_eq!(row(account, Read(Valid)), (account, Accepted, 200));
            for hash in [Wrong, Unsigned, Anonymous] {
                assert_eq!(row(account, Read(hash)), (account, Rejected, 401));
            }
        }
    }

    #[test]
    fn you_cannot_turn_off_identity_verification_once_you_have_started_sending_us_secure_data() {
        let verdicts = [Valid, Wrong, Unsigned, Anonymous];
        let identifies = verdicts.into_iter().flat_map(|hash| [true, false].map(|uid| Identify { uid, hash }));
        let others = verdicts.into_iter().flat_map(|verdict| [Activity(verdict), Read(verdict)]);
        let rest = [Credential::AccountToken, Credential::ApiSecret, Credential::None].map(Rest);
        for call in identifies.chain(others).chain(rest) {
            assert_eq!(decide(Enforced, call).account, Enforced, "{call:?}");
        }
    }
}
