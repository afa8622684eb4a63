//! Static strings as C reads them.

/// A string of the core, padded with NUL to its full length.
pub(crate) type CText = [u8; 256];

/// Evaluated by the compiler, which refuses a string that is too long.
pub(crate) const fn c_text(text: &str) -> CText {
    let mut bytes = [0; size_of::<CText>()];
    assert!(text.len() < bytes.len());
    let (start, _) = bytes.split_at_mut(text.len());
    start.copy_from_slice(text.as_bytes());
    bytes
}
