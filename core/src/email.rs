//! Identifiers that are e-mail addresses.

use crate::error::{Code, Error, Subject};
use crate::provider::{Identifier, Provider};

/// Whether there is an `@` with something on both sides. No more: what a vendor takes as an e-mail is not known.
pub(crate) fn is_email(text: &str) -> bool {
    text.bytes().enumerate().any(|(at, byte)| byte == b'@' && at > 0 && at.saturating_add(1) < text.len())
}

/// [`Signer::identifier`](crate::signer::Signer) for a provider that calls users by e-mail.
#[cold]
pub(crate) fn identifier<'t>(
    provider: &Provider,
    text: &'t str,
    subject: Subject,
    lower_case: &'t mut LowerCase,
) -> Result<&'t str, Error> {
    match (provider.identifier, is_email(text)) {
        (Identifier::Email, false) => Err(Error::new(Code::EmailExpected, subject)),
        (Identifier::Email | Identifier::IdOrEmail, true) if provider.lowercase_email => lower_case.of(text),
        _ => Ok(text),
    }
}

/// Room for an e-mail in lower case: on the stack, so that signing allocates nothing, but for one that is longer than mail
/// servers take (RFC 5321, 4.5.3.1.3: 256 bytes).
#[allow(clippy::large_enum_variant, reason = "it lives on the stack, and boxing would allocate")]
pub(crate) enum LowerCase {
    Unused,
    Stack([u8; 256]),
    Heap(Vec<u8>),
}

impl LowerCase {
    pub(crate) fn new() -> Self {
        LowerCase::Unused
    }

    /// `A` to `Z` become `a` to `z`, and nothing else changes.
    fn of<'t>(&'t mut self, text: &'t str) -> Result<&'t str, Error> {
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Ok(text);
        }
        *self = LowerCase::Stack([0; 256]);
        if text.len() > 256 {
            let mut heap = Vec::new();
            heap.try_reserve_exact(text.len()).map_err(|_| Error::from(Code::OutOfMemory))?;
            heap.resize(text.len(), 0);
            *self = LowerCase::Heap(heap);
        }
        let room = match self {
            LowerCase::Unused => &mut [],
            LowerCase::Stack(stack) => stack.get_mut(..text.len()).unwrap_or_default(),
            LowerCase::Heap(heap) => heap,
        };
        room.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from.to_ascii_lowercase());
        str::from_utf8(room).map_err(|_| Error::from(Code::Internal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_has_an_at_with_something_on_both_sides() {
        for email in ["a@b", "Ada@example.com", "a@b@", "@a@b", "\u{e9}@\u{e9}"] {
            assert!(is_email(email), "{email}");
        }
        for other in ["", "@", "a@", "@b", "ada", "@@"] {
            assert!(!is_email(other), "{other}");
        }
    }

    #[test]
    fn lower_case_is_of_ascii_alone_and_of_any_length() {
        for length in [1, 255, 256, 257, 100_000] {
            let text = "Z".repeat(length - 1) + "a@X.\u{c4}";
            let expected = "z".repeat(length - 1) + "a@x.\u{c4}";
            assert_eq!(LowerCase::new().of(&text).expect("memory"), expected);
        }
    }
}
