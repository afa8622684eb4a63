//! The providers, as data: a new one is a new row.

use crate::encoding::Encoding;
use crate::scheme::Scheme;

/// A vendor that verifies identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// The name that [`Signer::new`](crate::Signer::new) takes: exact, lower case.
    pub name: &'static str,
    /// The name that the vendor writes itself.
    pub title: &'static str,
    /// What its signature signs.
    pub scheme: Scheme,
    /// How its signature writes the MAC.
    pub encoding: Encoding,
    /// The environment variable that [`Signer::from_env`](crate::Signer::from_env) reads.
    pub secret_variable: &'static str,
    /// The vendor's own page about it.
    pub documentation: &'static str,
    /// The vendor's name for the settings that show the secret.
    pub(crate) settings: &'static str,
    /// What the page says.
    pub(crate) page: Page,
}

/// How a page passes the identity to the vendor's script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// The vendor's names of the id and the signature.
    pub(crate) fields: [&'static str; 2],
    /// Names that no trait may have: the snippet writes them.
    pub(crate) reserved: &'static [&'static str],
    /// Loads the vendor's script, if a site token is all that it takes.
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
        encoding: Encoding::Hex,
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
        encoding: Encoding::Hex,
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
