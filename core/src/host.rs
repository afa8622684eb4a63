//! What the bindings to host languages share: where a value stands, what a `TypeError` says about it, how traits and
//! limits are read, and which class of exception an error becomes.

use std::borrow::Cow;
use std::collections::TryReserveError;
use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Code, Error, Kind, Path};
use crate::signer::VerifyOptions;
use crate::traits::{Trait, Traits};

/// Where a value stands: what a `TypeError` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At<'a> {
    /// A parameter, as the host's programs spell it: `user_ids`.
    Argument(&'static str),
    /// One element of a list passed as that parameter, counting from 0: `user_ids[2]`.
    Element(&'static str, usize),
    /// A trait, by its position at every level, counting from 1: `trait 2.1`.
    Trait(&'a [usize]),
    /// The name of that trait.
    TraitName(&'a [usize]),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Argument(name) => f.write_str(name),
            At::Element(name, index) => write!(f, "{name}[{index}]"),
            At::Trait(path) => write!(f, "trait {}", Path(path.to_vec())),
            At::TraitName(path) => write!(f, "the name of trait {}", Path(path.to_vec())),
        }
    }
}

/// The message of a `TypeError`. `given` names the type of the value; the value itself is never repeated.
pub fn type_error(at: impl fmt::Display, expected: &str, given: &str, advice: &str) -> String {
    // A class may have a name of any length.
    let given = given.char_indices().nth(NAME_MAX).map_or(given, |(end, _)| given.get(..end).unwrap_or_default());
    format!("{at} must be {expected}, not {given}; {advice}")
}

/// The most characters of a type's name that a message gives.
const NAME_MAX: usize = 200;

/// Advice where the value stands for nobody: null, a boolean.
pub const LOGGED_IN: &str = "pass the id of a user who is logged in";

/// Advice for an object: converted to a string, every object of its class would get the same signature.
pub const ITS_ID: &str = "pass its id, such as user.id";

/// Advice for a promise, a coroutine, a future.
pub const AWAIT_IT: &str = "await it";

/// Advice for a function or a method.
pub const CALL_IT: &str = "call it, and pass what it returns";

/// Advice for a list where one value belongs: a row of a database, a field that was sent twice.
pub const ONE_ELEMENT: &str = "pass one of its elements, such as value[0]";

/// Advice for a float with a fraction, or beyond 2^53, where floats have lost digits: converted, it would be another id.
pub const NO_FLOAT: &str = "pass the id as an integer or a string, as it was before it became a float";

/// Whether converting a float to an integer gives the id that was meant.
pub fn is_whole(float: f64) -> bool {
    float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_991.0
}

/// The class of exception that an error becomes in a host language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The binding's own class for input errors, with code and index.
    Input,
    /// The binding's own class for verification errors, with code and index.
    Verification,
    /// The host's own class where memory is exhausted, or its plain runtime error.
    OutOfMemory,
    /// The host's plain runtime error: a defect of this library.
    Defect,
}

impl Class {
    /// That of this error.
    pub fn of(error: &Error) -> Self {
        match (error.kind(), error.code()) {
            (Kind::Input, _) => Class::Input,
            (Kind::Verification, _) => Class::Verification,
            (Kind::System, Code::OutOfMemory) => Class::OutOfMemory,
            (Kind::System, _) => Class::Defect,
        }
    }
}

/// The panic boundary: a panic, which would be a defect, is `internal`. Hosts make of it what ends a whole worker.
///
/// # Errors
/// Those of `core`.
#[inline]
pub fn catch_panic<T>(core: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(core)).unwrap_or_else(|_| Err(Code::Internal.into()))
}

/// A copy of bytes whose number the caller decides.
///
/// # Errors
/// Where there is no memory for it. Infallible allocations end the process instead.
pub fn copied(bytes: &[u8]) -> Result<Vec<u8>, TryReserveError> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// What a host's value is, as a trait.
#[derive(Clone)]
pub enum Shape<'v> {
    /// Nothing, explicitly.
    Null,
    /// True or false.
    Bool(bool),
    /// An integer, or the end of `i64` beyond which it lies. The core refuses far smaller ones.
    Integer(i64),
    /// A float, or where every number is one, a number.
    Float(f64),
    /// A string in UTF-8; a lone surrogate is three bytes (WTF-8), which the core refuses.
    Text(Cow<'v, [u8]>),
    /// What [`Host::elements`] reads.
    List,
    /// What [`Host::members`] reads.
    Map,
    /// Anything else: a `TypeError`.
    Other,
}

/// A host language's values. No method of a value is called, so that no code of the program runs meanwhile.
pub trait Host {
    /// A value of the host.
    type Value;
    /// What the host throws.
    type Error;

    /// What a value is. A subclass of a built-in type is what that type itself has in it.
    ///
    /// # Errors
    /// What the host throws when it is asked.
    fn shape<'v>(&self, value: &'v Self::Value) -> Result<Shape<'v>, Self::Error>;

    /// Visits the elements of a list, in order, until `visit` breaks.
    ///
    /// # Errors
    /// Those of `visit`, and what the host throws.
    fn elements(
        &self,
        list: &Self::Value,
        visit: &mut VisitElement<'_, Self::Value, Self::Error>,
    ) -> Result<(), Self::Error>;

    /// Visits the names and values of a map, in order, until `visit` breaks.
    ///
    /// # Errors
    /// Those of `visit`, and what the host throws.
    fn members(
        &self,
        map: &Self::Value,
        visit: &mut VisitMember<'_, Self::Value, Self::Error>,
    ) -> Result<(), Self::Error>;

    /// The name of a member in UTF-8, or none where its type is wrong.
    ///
    /// # Errors
    /// What the host throws when it is asked.
    fn name<'v>(&self, name: &'v Self::Value) -> Result<Option<Cow<'v, [u8]>>, Self::Error> {
        Ok(match self.shape(name)? {
            Shape::Text(text) => Some(text),
            _ => None,
        })
    }

    /// The value of an integer that is given where no other type is taken, as [`Shape::Integer`] has it.
    ///
    /// # Errors
    /// What the host throws when it is asked.
    fn integer(&self, value: &Self::Value) -> Result<Option<i64>, Self::Error> {
        Ok(match self.shape(value)? {
            Shape::Integer(integer) => Some(integer),
            _ => None,
        })
    }

    /// The `TypeError` for a trait, the name of a trait, the traits themselves or a number: [`type_error`].
    fn type_error(&self, at: At<'_>, value: &Self::Value) -> Self::Error;
}

/// What is done with each element of a list.
pub type VisitElement<'f, V, E> = dyn FnMut(&V) -> Result<ControlFlow<()>, E> + 'f;

/// What is done with the name and the value of each member of a map.
pub type VisitMember<'f, V, E> = dyn FnMut(&V, &V) -> Result<ControlFlow<()>, E> + 'f;

/// Reads the traits from a map of the host.
///
/// # Errors
/// A `TypeError` for the first value that is none of JSON's. What a trait may be beyond that is checked where traits
/// are used, and so is the lack of memory for them.
pub fn traits<H: Host>(host: &H, name: &'static str, value: &H::Value) -> Result<Traits, H::Error> {
    if !matches!(host.shape(value)?, Shape::Map) {
        return Err(host.type_error(At::Argument(name), value));
    }
    let mut walk = Walk { host, path: Vec::new(), end: None };
    let traits = walk.map(value)?;
    Ok(match walk.end {
        Some(End::OutOfMemory) => Traits(Err(Code::OutOfMemory.into())),
        _ => traits,
    })
}

/// Depth first. Everything is copied, so that the program cannot change it before it is checked.
struct Walk<'h, H> {
    host: &'h H,
    /// The position of the current value at every level, counting from 1.
    path: Vec<usize>,
    /// Why no more is read.
    end: Option<End>,
}

#[derive(Clone, Copy)]
enum End {
    /// A container deeper than [`Trait::DEPTH_MAX`], as one that holds itself has somewhere. The core refuses the
    /// traits, so the rest would be read for nothing, and for ever.
    TooDeep,
    OutOfMemory,
}

impl<H: Host> Walk<'_, H> {
    fn map(&mut self, map: &H::Value) -> Result<Traits, H::Error> {
        let (host, mut members, mut position) = (self.host, Vec::new(), 0_usize);
        host.members(map, &mut |name, value| {
            position = position.saturating_add(1);
            self.path.push(position);
            let name = host.name(name)?.ok_or_else(|| host.type_error(At::TraitName(&self.path), name))?;
            let name = self.owned(name);
            let value = self.value(value)?;
            self.path.pop();
            self.push(&mut members, (name, value));
            Ok(self.goes_on())
        })?;
        Ok(Traits(Ok(members)))
    }

    fn list(&mut self, list: &H::Value) -> Result<Trait, H::Error> {
        let (mut elements, mut position) = (Vec::new(), 0_usize);
        self.host.elements(list, &mut |value| {
            position = position.saturating_add(1);
            self.path.push(position);
            let value = self.value(value)?;
            self.path.pop();
            self.push(&mut elements, value);
            Ok(self.goes_on())
        })?;
        Ok(Trait::List(elements))
    }

    fn value(&mut self, value: &H::Value) -> Result<Trait, H::Error> {
        let shape = self.host.shape(value)?;
        // The traits themselves are the first level, and have no path.
        if matches!(shape, Shape::List | Shape::Map) && self.path.len() >= Trait::DEPTH_MAX {
            self.end = self.end.or(Some(End::TooDeep));
            return Ok(Trait::List(Vec::new()));
        }
        Ok(match shape {
            Shape::Null => Trait::Null,
            Shape::Bool(truth) => Trait::Bool(truth),
            Shape::Integer(integer) => Trait::Integer(integer.into()),
            Shape::Float(float) => Trait::Float(float),
            Shape::Text(text) => Trait::Text(self.owned(text)),
            Shape::List => self.list(value)?,
            Shape::Map => Trait::Map(self.map(value)?),
            Shape::Other => return Err(self.host.type_error(At::Trait(&self.path), value)),
        })
    }

    fn owned(&mut self, text: Cow<'_, [u8]>) -> Vec<u8> {
        match text {
            Cow::Owned(bytes) => bytes,
            Cow::Borrowed(bytes) => copied(bytes).unwrap_or_else(|_| {
                self.end = Some(End::OutOfMemory);
                Vec::new()
            }),
        }
    }

    fn push<T>(&mut self, list: &mut Vec<T>, value: T) {
        match list.try_reserve(1) {
            Ok(()) => list.push(value),
            Err(_) => self.end = Some(End::OutOfMemory),
        }
    }

    fn goes_on(&self) -> ControlFlow<()> {
        self.end.map_or(ControlFlow::Continue(()), |_| ControlFlow::Break(()))
    }
}

/// Reads a number of seconds: a time or a limit. None is one that was not given.
///
/// # Errors
/// A `TypeError` for anything but an integer.
#[inline]
pub fn seconds<H: Host>(host: &H, name: &'static str, value: Option<&H::Value>) -> Result<Option<i64>, H::Error> {
    let Some(value) = value else { return Ok(None) };
    match host.integer(value)? {
        Some(seconds) => Ok(Some(seconds)),
        None => Err(host.type_error(At::Argument(name), value)),
    }
}

/// Reads what `verify` accepts, in the order of its parameters: the names of the maximum age, the clock skew and now,
/// and what was given for each.
///
/// # Errors
/// As [`seconds`].
#[inline]
pub fn limits<H: Host>(
    host: &H,
    [max_age, clock_skew, now]: [(&'static str, Option<&H::Value>); 3],
) -> Result<VerifyOptions, H::Error> {
    Ok(VerifyOptions {
        max_age: seconds(host, max_age.0, max_age.1)?,
        clock_skew: seconds(host, clock_skew.0, clock_skew.1)?,
        now: seconds(host, now.0, now.1)?,
    })
}
