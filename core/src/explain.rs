//! Which known mistake made this signature.

use crate::error::{Code, Error, Subject};
use crate::{Signer, UserId};

/// One thing that went wrong, or that did not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Its name in every language: `padded-key`.
    pub code: &'static str,
    /// What happened, in a sentence for a person.
    pub message: String,
    /// What to do about it.
    pub fix: &'static str,
    /// Which fallback secret or which element of `also`, counting from 0.
    pub index: Option<usize>,
}

impl Signer {
    /// Says which known mistake made a signature that does not verify.
    pub fn explain<'a>(
        &self,
        user_id: impl Into<UserId<'a>>,
        signature: impl AsRef<[u8]>,
        also: &[UserId<'_>],
        now: impl Into<Option<i64>>,
    ) -> Result<Vec<Finding>, Error> {
        let _ = (user_id.into(), signature.as_ref(), also, now.into());
        Err(Error::new(Code::Internal, Subject::Call))
    }
}
