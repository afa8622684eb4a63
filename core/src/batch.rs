//! Many users at one timestamp.

use std::fmt;

use crate::email::LowerCase;
use crate::encoding::Encoding;
use crate::error::{Code, Error, Subject};
use crate::hmac::Key;
use crate::provider::Identifier;
use crate::signature::Signature;
use crate::signer::Signer;
use crate::suffix::Suffix;
use crate::user_id::{Digits, UserId};

impl Signer {
    /// The signatures of many users, all with one timestamp: one for each id, in their order, duplicates included.
    ///
    /// All ids are checked before it returns. The iterator signs lazily and cannot fail.
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
        let mut emails = Vec::new();
        for (index, user_id) in user_ids.iter().enumerate() {
            match self.provider.identifier {
                Identifier::Id => user_id.check(Subject::UserIds(index))?,
                _ => self.check_email(user_id, index, user_ids.len(), &mut emails)?,
            }
        }
        let suffix = self.provider.scheme.suffix(self.time(now)?);
        let key = self.secrets.keys().next().ok_or(Code::Internal)?;
        let encoding = self.provider.encoding;
        let (emails, macs) = (emails.into_iter(), [[0; 32]; GROUP]);
        Ok(Signatures { key, suffix, encoding, user_ids, emails, macs, used: GROUP })
    }

    /// Checks one of `count` ids, and where the vendor wants e-mails in lower case, pushes it if it changes, or nothing.
    fn check_email(
        &self,
        user_id: &UserId<'_>,
        index: usize,
        count: usize,
        emails: &mut Vec<Vec<u8>>,
    ) -> Result<(), Error> {
        let (mut digits, mut lower_case) = (Digits::new(), LowerCase::new());
        let text = user_id.text(&mut digits, Subject::UserIds(index))?;
        let signed = self.identifier(text, Subject::UserIds(index), &mut lower_case)?;
        if self.provider.lowercase_email {
            let mut email = Vec::new();
            if signed != text {
                email.try_reserve_exact(signed.len()).map_err(|_| Error::from(Code::OutOfMemory))?;
                email.extend_from_slice(signed.as_bytes());
            }
            emails.try_reserve_exact(count.saturating_sub(index)).map_err(|_| Error::from(Code::OutOfMemory))?;
            emails.push(email);
        }
        Ok(())
    }
}

/// How many are signed side by side: on Intel and AMD, more lanes gain nothing (72 ns each with 4 and with 8, 85 with 2).
const GROUP: usize = 4;

/// The signatures of a batch, in the order of its ids; see [`Signer::sign_many`].
pub struct Signatures<'a> {
    key: Key<'a>,
    suffix: Suffix,
    encoding: Encoding,
    /// Not signed yet.
    user_ids: &'a [UserId<'a>],
    /// In lower case, or empty where nothing changes; none where the vendor does not want it.
    emails: std::vec::IntoIter<Vec<u8>>,
    /// Those of the last group. Signed in place: an iterator over them would be moved there, 5 % of a batch.
    macs: [[u8; 32]; GROUP],
    /// How many of them are signatures already.
    used: usize,
}

impl Signatures<'_> {
    /// The MACs of the next `N` ids, if there are as many.
    fn sign<const N: usize>(&mut self) -> Option<[[u8; 32]; N]> {
        let (user_ids, rest) = self.user_ids.split_first_chunk::<N>()?;
        self.user_ids = rest;
        let (mut digits, mut texts) = ([Digits::new(); N], [[].as_slice(); N]);
        for ((text, user_id), digits) in texts.iter_mut().zip(user_ids).zip(&mut digits) {
            *text = user_id.bytes(digits);
        }
        if self.emails.as_slice().is_empty() {
            return Some(self.key.hmac(texts, &self.suffix));
        }
        let emails: [_; N] = std::array::from_fn(|_| self.emails.next().unwrap_or_default());
        let changed = texts.iter_mut().zip(&emails).filter(|(_, email)| !email.is_empty());
        changed.for_each(|(text, email)| *text = email);
        Some(self.key.hmac(texts, &self.suffix))
    }
}

impl Iterator for Signatures<'_> {
    type Item = Signature;

    #[inline]
    fn next(&mut self) -> Option<Signature> {
        if self.used == GROUP
            && let Some(macs) = self.sign()
        {
            (self.macs, self.used) = (macs, 0);
        }
        let single;
        let mac = match self.macs.get(self.used) {
            Some(mac) => {
                self.used = self.used.saturating_add(1);
                mac
            }
            None => {
                [single] = self.sign()?;
                &single
            }
        };
        Some(Signature::new(self.encoding, mac, &self.suffix))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.user_ids.len().saturating_add(GROUP.saturating_sub(self.used));
        (left, Some(left))
    }
}

impl std::iter::FusedIterator for Signatures<'_> {}

impl ExactSizeIterator for Signatures<'_> {}

impl fmt::Debug for Signatures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signatures(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_of_any_length_is_what_sign_says_one_by_one() {
        let long = "x".repeat(100);
        let ids: [UserId<'_>; 11] = [
            42.into(),
            "a".into(),
            UserId::Bytes(b"b"),
            i128::MIN.into(),
            "a".into(),
            "c".into(),
            "d".into(),
            "e".into(),
            "f".into(),
            (&long).into(),
            "\u{e9}".into(),
        ];
        for provider in ["gosquared", "chameleon", "magicbell", "suprsend"] {
            let signer = Signer::new(provider, "personsig-test-secret").expect("a signer");
            for start in 0..ids.len() {
                for ids in (start..=ids.len()).map(|end| &ids[start..end]) {
                    let mut signatures = signer.sign_many(ids, 1596165824).expect("signatures");
                    for (done, id) in ids.iter().enumerate() {
                        assert_eq!(signatures.len(), ids.len() - done);
                        let one = signer.sign_at(*id, 1596165824).expect("a signature");
                        assert_eq!(signatures.next().expect("one more").as_str(), one.as_str());
                    }
                    assert!(signatures.len() == 0 && signatures.next().is_none());
                }
            }
        }
    }
}
