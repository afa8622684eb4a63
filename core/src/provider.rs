//! The providers, as data: adding one is adding a row.

use crate::{Code, Error, Scheme, error::Subject};

/// A vendor that verifies identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// The name that [`Signer::new`](crate::Signer::new) takes: exact, lower case.
    pub name: &'static str,
    /// The name that the vendor writes itself.
    pub title: &'static str,
    /// How its signature is made.
    pub scheme: Scheme,
    /// The environment variable that [`Signer::from_env`](crate::Signer::from_env) reads.
    pub secret_variable: &'static str,
    /// The vendor's own page about it.
    pub documentation: &'static str,
}

static PROVIDERS: [Provider; 2] = [
    Provider {
        name: "gosquared",
        title: "GoSquared",
        scheme: Scheme::Plain,
        secret_variable: "GOSQUARED_SECURE_MODE_SECRET",
        documentation: "https://www.gosquared.com/docs/javascript-tracking-code/secure-mode/",
    },
    Provider {
        name: "chameleon",
        title: "Chameleon",
        scheme: Scheme::Timestamped,
        secret_variable: "CHAMELEON_VERIFICATION_SECRET",
        documentation: "https://help.chameleon.io/en/articles/4281577-using-identity-verification-encoding-uids",
    },
];

/// Every provider, in the order in which they were added.
pub const fn providers() -> &'static [Provider] {
    &PROVIDERS
}

/// The provider of that exact name, or `unknown-provider`.
pub(crate) fn find(name: &str) -> Result<&'static Provider, Error> {
    providers()
        .iter()
        .find(|provider| provider.name == name)
        .ok_or(Error::new(Code::UnknownProvider, Subject::Provider))
}
