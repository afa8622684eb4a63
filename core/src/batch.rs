//! Many users at one time.

use std::fmt;

use crate::error::{Error, Subject};
use crate::scheme::Signature;
use crate::signer::Signer;
use crate::user_id::{Digits, UserId};

impl Signer {
    /// The signatures of many users, all at one time: in their order, one each, duplicates too.
    ///
    /// Everything is checked before it returns; the iterator then signs as it is asked, and cannot fail.
    ///
    /// # Errors
    /// As [`Signer::sign_at`]; [`Error::index`] is the first id that cannot be signed.
    ///
    /// ```
    /// use personsig::{Signer, UserId};
    ///
    /// let signer = Signer::new("gosquared", "personsig-test-secret")?;
    /// let users: Vec<UserId> = ["123456", "42"].map(UserId::from).into();
    /// let signatures: Vec<_> = signer.sign_many(&users, None)?.collect();
    /// assert_eq!(signatures[1].as_str(), signer.sign("42")?.as_str());
    /// # Ok::<(), personsig::Error>(())
    /// ```
    pub fn sign_many<'a>(
        &'a self,
        user_ids: &'a [UserId<'a>],
        now: impl Into<Option<i64>>,
    ) -> Result<Signatures<'a>, Error> {
        for (index, user_id) in user_ids.iter().enumerate() {
            user_id.text(&mut Digits::new(), Subject::UserIds(index))?;
        }
        let now = self.time(now)?;
        Ok(Signatures { signer: self, user_ids: user_ids.iter(), now })
    }
}

/// The signatures of a batch, in the order of its ids; see [`Signer::sign_many`].
pub struct Signatures<'a> {
    signer: &'a Signer,
    user_ids: std::slice::Iter<'a, UserId<'a>>,
    now: i64,
}

impl Iterator for Signatures<'_> {
    type Item = Signature;

    fn next(&mut self) -> Option<Signature> {
        let user_id = *self.user_ids.next()?;
        self.signer.sign_at(user_id, self.now).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.user_ids.size_hint()
    }
}

impl ExactSizeIterator for Signatures<'_> {}

impl fmt::Debug for Signatures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signatures(..)")
    }
}
