//! The walk over a host language's values, with the values of a language that exists only here.
#![cfg(feature = "host")]

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::ControlFlow;

use personsig::host::{self, At, Class, Host, Shape, VisitElement, VisitMember, catch_panic, type_error};
use personsig::{Code, Error, Signer, SnippetOptions, Trait, Traits, VerifyOptions};

enum Toy {
    Null,
    Integer(i64),
    Float(f64),
    Text(&'static str),
    List(Vec<Toy>),
    Map(Vec<(Toy, Toy)>),
    /// A list whose only element is itself.
    Circle,
    Object,
    Throws,
}

/// How many containers were read.
#[derive(Default)]
struct Toys {
    read: Cell<usize>,
}

impl Host for Toys {
    type Value = Toy;
    type Error = String;

    fn shape<'v>(&self, value: &'v Toy) -> Result<Shape<'v>, String> {
        Ok(match value {
            Toy::Null => Shape::Null,
            Toy::Integer(integer) => Shape::Integer(*integer),
            Toy::Float(float) => Shape::Float(*float),
            Toy::Text(text) => Shape::Text(Cow::Borrowed(text.as_bytes())),
            Toy::List(_) | Toy::Circle => Shape::List,
            Toy::Map(_) => Shape::Map,
            Toy::Object => Shape::Other,
            Toy::Throws => return Err("thrown".into()),
        })
    }

    fn elements(&self, list: &Toy, visit: &mut VisitElement<'_, Toy, String>) -> Result<(), String> {
        self.read.set(self.read.get() + 1);
        match list {
            Toy::List(list) => {
                for element in list {
                    if visit(element)?.is_break() {
                        break;
                    }
                }
            }
            // Ends by itself alone.
            _ => while visit(list)?.is_continue() {},
        }
        Ok(())
    }

    fn members(&self, map: &Toy, visit: &mut VisitMember<'_, Toy, String>) -> Result<(), String> {
        self.read.set(self.read.get() + 1);
        let Toy::Map(map) = map else { return Ok(()) };
        for (name, value) in map {
            if let ControlFlow::Break(()) = visit(name, value)? {
                break;
            }
        }
        Ok(())
    }

    fn type_error(&self, at: At<'_>, _: &Toy) -> String {
        type_error(at, "a toy", "object", "play")
    }
}

fn map(members: impl IntoIterator<Item = (&'static str, Toy)>) -> Toy {
    Toy::Map(members.into_iter().map(|(name, value)| (Toy::Text(name), value)).collect())
}

fn read(value: &Toy) -> Result<Traits, String> {
    host::traits(&Toys::default(), "traits", value)
}

fn snippet(traits: Traits) -> Result<String, Error> {
    let signer = Signer::new("gosquared", "personsig-test-secret").expect("a signer");
    signer.snippet(Some("42"), &SnippetOptions { traits, ..SnippetOptions::default() })
}

#[test]
fn every_shape_is_read() {
    let list = Toy::List(vec![Toy::Null, Toy::Float(1.5), Toy::List(vec![])]);
    let read = read(&map([("a", Toy::Integer(1)), ("b", list), ("c", map([("d", Toy::Text("e"))]))])).expect("traits");
    let traits = Traits::from([
        ("a", Trait::from(1)),
        ("b", Trait::List(vec![Trait::Null, 1.5.into(), Trait::List(vec![])])),
        ("c", Trait::Map(Traits::from([("d", "e")]))),
    ]);
    assert_eq!(snippet(read).expect("a snippet"), snippet(traits).expect("a snippet"));
}

#[test]
fn a_type_error_is_named_by_its_path() {
    let refused = |value| read(&value).expect_err("a TypeError");
    let sentence = |at: &str| format!("{at} must be a toy, not object; play");
    assert_eq!(refused(Toy::Object), sentence("traits"));
    assert_eq!(refused(Toy::List(vec![])), sentence("traits"));
    assert_eq!(refused(map([("a", Toy::Null), ("b", Toy::Object)])), sentence("trait 2"));
    let list = Toy::List(vec![Toy::Null, map([("c", Toy::Null), ("d", Toy::Null), ("e", Toy::Object)])]);
    assert_eq!(refused(map([("a", list)])), sentence("trait 1.2.3"));
    let name = Toy::Map(vec![(Toy::Text("a"), Toy::Null), (Toy::Integer(1), Toy::Object)]);
    assert_eq!(refused(map([("a", name)])), sentence("the name of trait 1.2"));
    assert_eq!(refused(map([("a", Toy::Throws)])), "thrown");
}

#[test]
fn what_lies_too_deep_ends_the_walk() {
    let deep = |levels| (1..levels).fold(Toy::Null, |value, _| Toy::List(vec![value]));
    let at_most = read(&map([("a", deep(Trait::DEPTH_MAX))])).expect("traits");
    assert!(snippet(at_most).is_ok());
    for hostile in [deep(Trait::DEPTH_MAX + 1), Toy::Circle] {
        let toys = Toys::default();
        // Nothing behind it is looked at.
        let traits = host::traits(&toys, "traits", &map([("a", hostile), ("b", Toy::Object)])).expect("traits");
        assert_eq!(toys.read.get(), Trait::DEPTH_MAX);
        let error = snippet(traits).expect_err("too deep");
        assert_eq!(error.code(), Code::InvalidOption);
        assert!(error.problem().starts_with(&format!("trait 1{} lies deeper", ".1".repeat(Trait::DEPTH_MAX - 1))));
    }
}

#[test]
fn limits_are_read_in_their_order() {
    let limits = |a: Option<&Toy>, b: Option<&Toy>, c: Option<&Toy>| {
        host::limits(&Toys::default(), [("max_age", a), ("clock_skew", b), ("now", c)])
    };
    let options = VerifyOptions { max_age: Some(1), clock_skew: None, now: Some(-3) };
    assert_eq!(limits(Some(&Toy::Integer(1)), None, Some(&Toy::Integer(-3))), Ok(options));
    let refused = limits(None, Some(&Toy::Float(1.0)), Some(&Toy::Text("1")));
    assert_eq!(refused, Err("clock_skew must be a toy, not object; play".into()));
}

#[test]
fn a_type_error_gives_no_name_of_any_length() {
    let message = type_error(At::Element("user_ids", 2), "a str", &"\u{e9}".repeat(1000), "pass one");
    assert_eq!(message, format!("user_ids[2] must be a str, not {}; pass one", "\u{e9}".repeat(200)));
}

#[test]
fn every_error_has_a_class() {
    let class = |code: Code| Class::of(&code.into());
    assert_eq!(class(Code::EmptyUserId), Class::Input);
    assert_eq!(class(Code::Expired), Class::Verification);
    assert_eq!(class(Code::OutOfMemory), Class::OutOfMemory);
    assert_eq!(class(Code::Internal), Class::Defect);
}

#[test]
fn a_panic_is_an_error() {
    std::panic::set_hook(Box::new(|_| ()));
    assert_eq!(
        catch_panic(|| -> Result<(), Error> { panic!("a defect") }).map_err(|error| error.code()),
        Err(Code::Internal)
    );
    assert_eq!(catch_panic(|| Ok(1)).ok(), Some(1));
}
