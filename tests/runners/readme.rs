//! The code in Rust of the repository's README, which the packed crate does not have, runs as doctests here.
#![doc = include_str!("../../README.md")]
