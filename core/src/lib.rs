//! Signatures for *identity verification*: your server signs a user's id with the secret that it shares with an
//! analytics, chat or onboarding vendor, the page sends the signature along, and the vendor drops what does not
//! verify.
//!
//! | provider | scheme | signature |
//! |---|---|---|
//! | `gosquared` | [plain](Scheme::Plain) | `hex(HMAC-SHA256(secret, id))` |
//! | `chameleon` | [timestamped](Scheme::Timestamped) | `hex(HMAC-SHA256(secret, id + "-" + T)) + "-" + T` |
//! | all others of [`providers`] | plain | the MAC in the provider's [`Encoding`] |
//!
//! ```
//! use personsig::Signer;
//!
//! let secret = "personsig-test-secret"; // in production: Signer::from_env("gosquared", None)
//! let signer = Signer::new("gosquared", secret)?;
//! let signature = signer.sign(123456)?;
//! assert_eq!(&*signature, "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64");
//! # Ok::<(), personsig::Error>(())
//! ```
//!
//! Sign only the id of the user whom *your session* authenticated: never an id from a query, a body or a cookie,
//! never text that users choose or have not confirmed. Whoever holds a signature is that user.

// Allowed in sha256.rs alone, and in constant_time_test.rs, whose inline assembly talks to valgrind.
#![cfg_attr(not(test), deny(unsafe_code))]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]
#![cfg_attr(
    not(all(feature = "explain", feature = "snippet")),
    allow(dead_code, reason = "used by explain and snippet")
)]

mod batch;
#[cfg(all(test, not(debug_assertions), target_arch = "x86_64"))]
mod constant_time_test;
mod email;
mod encoding;
mod error;
#[cfg(feature = "explain")]
mod explain;
mod hmac;
#[cfg(feature = "host")]
pub mod host;
#[cfg(feature = "snippet")]
mod json;
#[cfg(any(feature = "explain", feature = "json"))]
mod memory;
mod provider;
mod scheme;
mod secret;
#[allow(unsafe_code, reason = "SHA-NI intrinsics")]
mod sha256;
mod signature;
mod signer;
#[cfg(feature = "snippet")]
mod snippet;
mod suffix;
#[cfg(feature = "snippet")]
mod traits;
mod user_id;

pub use crate::hmac::hmac_sha256;
pub use batch::Signatures;
pub use encoding::Encoding;
pub use error::{Code, Error, Kind};
#[cfg(feature = "explain")]
pub use explain::Finding;
pub use provider::{Identifier, KeyForm, Provider, providers};
pub use scheme::Scheme;
pub use secret::Secret;
pub use signature::{SIGNATURE_MAX, Signature};
pub use signer::{DEFAULT_CLOCK_SKEW, DEFAULT_MAX_AGE, Signer, TIMESTAMP_MAX, Verified, VerifyOptions, environment};
#[cfg(feature = "snippet")]
pub use snippet::{Identity, SnippetOptions};
#[cfg(feature = "snippet")]
pub use traits::{Trait, Traits};
pub use user_id::UserId;

/// This library's version, the same for every language.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The Rust of the crate's README runs as tests; tests/runners/readme.rs sees to the repository's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
