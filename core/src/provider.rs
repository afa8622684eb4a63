//! The providers, as data: adding one is adding a row.

use crate::error::{Code, Error, Place, Subject};
use crate::scheme::Scheme;

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
    /// What the vendor calls the settings that show the secret.
    pub(crate) settings: &'static str,
    /// What its page says.
    pub(crate) page: Page,
}

/// How a page hands the identity to the vendor's script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// What the vendor calls the id and the signature.
    pub(crate) fields: [&'static str; 2],
    /// Names that no trait may have, since the snippet writes them itself.
    pub(crate) reserved: &'static [&'static str],
    /// Loads the vendor's script, where a site token is all that this takes.
    pub(crate) load: Option<&'static [Part]>,
    /// Says who the user is.
    pub(crate) identify: &'static [Part],
}

/// A piece of a page's script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Script(&'static str),
    SiteToken,
    UserId,
    Signature,
    /// The traits as further members of an object, each with a comma before it.
    Traits,
}

static PROVIDERS: [Provider; 2] = [
    Provider {
        name: "gosquared",
        title: "GoSquared",
        scheme: Scheme::Plain,
        secret_variable: "GOSQUARED_SECURE_MODE_SECRET",
        settings: "Secure Mode",
        documentation: "https://www.gosquared.com/docs/javascript-tracking-code/secure-mode/",
        page: Page {
            fields: ["id", "auth"],
            reserved: &["id"],
            load: Some(&[
                // The vendor's own loader, over https and on one line.
                Part::Script(
                    "!function(g,s,q,r,d){r=g[r]=g[r]||function(){(r.q=r.q||[]).push(arguments)};\
                     d=s.createElement(q);q=s.getElementsByTagName(q)[0];\
                     d.src='https://d1l6p2sc9645hc.cloudfront.net/tracker.js';\
                     q.parentNode.insertBefore(d,q)}(window,document,'script','_gs');\n_gs(",
                ),
                Part::SiteToken,
                Part::Script(");\n"),
            ]),
            identify: &[
                Part::Script("_gs(\"identify\",{\"id\":"),
                Part::UserId,
                Part::Traits,
                Part::Script("});\n_gs(\"auth\","),
                Part::Signature,
                Part::Script(");\n"),
            ],
        },
    },
    Provider {
        name: "chameleon",
        title: "Chameleon",
        scheme: Scheme::Timestamped,
        secret_variable: "CHAMELEON_VERIFICATION_SECRET",
        settings: "identity verification",
        documentation: "https://help.chameleon.io/en/articles/4281577-using-identity-verification-encoding-uids",
        page: Page {
            fields: ["uid", "uid_hash"],
            reserved: &["uid", "uid_hash"],
            // Its loader is the account's own, and the caller puts it into the page.
            load: None,
            identify: &[
                Part::Script("chmln.identify("),
                Part::UserId,
                Part::Script(",{\"uid_hash\":"),
                Part::Signature,
                Part::Traits,
                Part::Script("});\n"),
            ],
        },
    },
];

/// Every provider, in the order in which they were added.
pub const fn providers() -> &'static [Provider] {
    &PROVIDERS
}

/// The provider of that exact name, or `unknown-provider`.
pub(crate) fn find(name: &str) -> Result<&'static Provider, Error> {
    if let Some(provider) = providers().iter().find(|provider| provider.name == name) {
        return Ok(provider);
    }
    let refused = Error::new(Code::UnknownProvider, Subject::Provider);
    let is_known = |name: &str| providers().iter().any(|provider| provider.name.eq_ignore_ascii_case(name));
    let trimmed = name.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    Err(match (is_known(name), is_known(trimmed)) {
        (true, _) => refused.at(CAPITALS),
        (_, true) => refused.at(PADDED),
        _ => refused,
    })
}

const CAPITALS: Place =
    Place::Reason("is written with capital letters", "pass its exact name, in lower case: 'gosquared' or 'chameleon'");
const PADDED: Place = Place::Reason(
    "begins or ends with white space or a control character",
    "pass its exact name: 'gosquared' or 'chameleon'",
);
