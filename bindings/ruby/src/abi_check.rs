//! Whether this library was built for the Ruby that loads it.

/// Why it does not, or nothing. Versions are `[major, minor]` of Ruby's API, within which its layouts in memory stay.
///
/// Ruby itself loads an extension that was built for another version without a word; where a String is laid out
/// differently there, every id reads as empty and all users get one and the same signature.
pub fn refusal(built_for: [i64; 2], loaded_in: [i64; 2]) -> Option<String> {
    let ([major, minor], [other_major, other_minor]) = (built_for, loaded_in);
    (built_for != loaded_in).then(|| {
        format!(
            "personsig was built for Ruby {major}.{minor}, loaded in {other_major}.{other_minor}; \
             install the gem that was built for this Ruby"
        )
    })
}
