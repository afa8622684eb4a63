//! The words that both vendors' rules use.

use serde::{Deserialize, Serialize};

/// What a call's signature is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Signed, and the signature verifies.
    Valid,
    /// Signed, and the signature does not verify.
    Wrong,
    /// An id without a signature.
    Unsigned,
    /// No id.
    Anonymous,
}

/// What the vendor does with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    /// GoSquared counts it.
    Tracked,
    /// GoSquared drops it without a word.
    Ignored,
    /// Chameleon takes it.
    Accepted,
    /// Chameleon refuses it.
    Rejected,
}

macro_rules! names {
    ($type:ty { $($variant:ident $name:literal)* }) => {
        impl $type {
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            pub(crate) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
names!(Verdict { Valid "valid" Wrong "wrong" Unsigned "unsigned" Anonymous "anonymous" });
names!(Effect { Tracked "tracked" Ignored "ignored" Accepted "accepted" Rejected "rejected" });

/// One of the two vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Vendor {
    GoSquared,
    Chameleon,
}
names!(Vendor { GoSquared "gosquared" Chameleon "chameleon" });

impl Vendor {
    pub(crate) const ALL: [Vendor; 2] = [Vendor::GoSquared, Vendor::Chameleon];

    /// As the vendor writes its own name.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Vendor::GoSquared => "GoSquared",
            Vendor::Chameleon => "Chameleon",
        }
    }

    /// The variable that programs read the secret from.
    pub(crate) fn variable(self) -> &'static str {
        let row = personsig::providers().iter().find(|row| row.name == self.name());
        row.map_or("", |row| row.secret_variable)
    }
}
