//! The version guard without a Ruby: an extension library cannot be linked into a test program.

#[path = "../src/abi_check.rs"]
mod abi_check;

use abi_check::refusal;

#[test]
fn loads_only_into_the_ruby_that_it_was_built_for() {
    for (built_for, loaded_in, loads) in [
        ([3, 1], [3, 1], true),
        ([3, 3], [3, 3], true),
        ([3, 1], [3, 3], false),
        ([3, 3], [3, 1], false),
        ([3, 1], [3, 10], false),
        ([3, 1], [4, 1], false),
        ([3, 1], [1, 3], false),
        ([3, 1], [0, 0], false),
    ] {
        assert_eq!(refusal(built_for, loaded_in).is_none(), loads, "{built_for:?} in {loaded_in:?}");
    }
}

#[test]
fn the_refusal_names_both_versions() {
    let message = refusal([3, 1], [3, 3]).unwrap_or_default();
    assert!(message.contains("built for Ruby 3.1, loaded in 3.3"), "{message}");
}
