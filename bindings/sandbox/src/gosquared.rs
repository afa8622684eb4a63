//! GoSquared's rules, as its page on Secure Mode tells them: what a project does with a call.
//!
//! Pure functions: the project's setting and a call go in, a decision comes out. Each row of the table in the tests is
//! named by the sentence that it comes from.

use crate::rule::{Effect, Verdict};

/// The toggle in Project Settings. It can be switched off again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecureMode {
    Off,
    On,
}

/// Who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Nobody has been identified. The vendor looks after this visitor with a token of its own.
    Visitor(Token),
    /// A person, and what the signature is worth: `Valid`, `Wrong` or `Unsigned`.
    Person(Verdict),
}

/// The vendor's own token of an anonymous visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// The vendor made it. A visitor who has none yet is given one.
    Genuine,
    /// It did not.
    Forged,
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// A pageview, an event, a chat message, or the person's properties.
    Activity,
    /// Asks for the person's chat history.
    ReadChat,
}

/// What the project does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) effect: Effect,
    /// It is tracked now, and would be ignored with Secure Mode on.
    pub(crate) would_be_ignored: bool,
}

pub(crate) fn decide(mode: SecureMode, who: Who, act: Act) -> Decision {
    let genuine = matches!(who, Who::Visitor(Token::Genuine) | Who::Person(Verdict::Valid));
    let shown = match (act, who) {
        // Whatever the toggle says.
        (Act::ReadChat, who) => who == Who::Person(Verdict::Valid),
        (Act::Activity, _) => genuine || mode == SecureMode::Off,
    };
    match shown {
        true => Decision { effect: Effect::Tracked, would_be_ignored: !genuine },
        false => Decision { effect: Effect::Ignored, would_be_ignored: false },
    }
}

#[cfg(test)]
mod tests {
    use super::Act::{Activity, ReadChat};
    use super::SecureMode::{Off, On};
    use super::Who::{Person, Visitor};
    use super::{Act, Decision, SecureMode, Token, Who, decide};
    use crate::rule::Effect::{Ignored, Tracked};
    use crate::rule::Verdict::{Unsigned, Valid, Wrong};

    fn row(mode: SecureMode, who: Who, act: Act) -> (crate::rule::Effect, bool) {
        let Decision { effect, would_be_ignored } = decide(mode, who, act);
        (effect, would_be_ignored)
    }

    #[test]
    fn gosquared_will_automatically_handle_secure_mode_for_anonymous_visitors() {
        assert_eq!(row(Off, Visitor(Token::Genuine), Activity), (Tracked, false));
        assert_eq!(row(On, Visitor(Token::Genuine), Activity), (Tracked, false));
    }

    #[test]
    fn a_visitor_whose_token_gosquared_did_not_make_is_no_visitor_of_its() {
        assert_eq!(row(Off, Visitor(Token::Forged), Activity), (Tracked, true));
        assert_eq!(row(On, Visitor(Token::Forged), Activity), (Ignored, false));
    }

    #[test]
    fn if_the_person_signatures_match_their_activity_is_tracked() {
        assert_eq!(row(Off, Person(Valid), Activity), (Tracked, false));
        assert_eq!(row(On, Person(Valid), Activity), (Tracked, false));
    }

    #[test]
    fn if_the_person_signatures_dont_match_we_ignore_their_activity() {
        assert_eq!(row(On, Person(Wrong), Activity), (Ignored, false));
    }

    #[test]
    fn any_pageviews_or_events_without_a_person_signature_will_be_ignored() {
        assert_eq!(row(On, Person(Unsigned), Activity), (Ignored, false));
    }

    #[test]
    fn secure_mode_is_an_optional_setting() {
        assert_eq!(row(Off, Person(Unsigned), Activity), (Tracked, true));
        assert_eq!(row(Off, Person(Wrong), Activity), (Tracked, true));
    }

    #[test]
    fn chat_history_is_shown_to_the_right_signature_alone() {
        for mode in [Off, On] {
            assert_eq!(row(mode, Person(Valid), ReadChat), (Tracked, false));
            for who in [Person(Wrong), Person(Unsigned), Visitor(Token::Genuine), Visitor(Token::Forged)] {
                assert_eq!(row(mode, who, ReadChat), (Ignored, false));
            }
        }
    }
}
