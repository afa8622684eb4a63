//! Tests of the built command, as a script or a person at a terminal calls it.
#![cfg(unix)]

mod call;
mod explain;
mod help;
mod memory;
mod output;
mod page;
mod secrets;
mod sign;
mod table;
mod verify;
