//! personsig for the shell.
fn main() {}
