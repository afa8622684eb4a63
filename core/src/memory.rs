//! Memory for work that cannot report that there is none. An allocation that fails inside it ends the process, so it begins
//! only where there is room for all of it.

use std::hint::black_box;

use crate::error::{Code, Error};

/// A block of this many bytes, which nobody else can take meanwhile.
///
/// # Errors
/// `out-of-memory`.
pub(crate) fn reserve(bytes: usize) -> Result<Vec<u8>, Error> {
    let mut block = Vec::<u8>::new();
    block.try_reserve_exact(bytes).map_err(|_| Error::from(Code::OutOfMemory))?;
    // Nobody writes to the block, so the compiler would not allocate it.
    black_box(block.as_mut_ptr());
    Ok(block)
}

/// Whether this many bytes can be allocated. In a program with several threads another one may take them afterwards.
///
/// # Errors
/// `out-of-memory`.
pub(crate) fn room(bytes: usize) -> Result<(), Error> {
    reserve(bytes).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_not_room_for_everything() {
        assert!(room(0).is_ok());
        assert!(room(1 << 20).is_ok());
        // More than the address space of any machine of today.
        assert_eq!(room(1 << 60).expect_err("room for an exbibyte").code(), Code::OutOfMemory);
        assert_eq!(room(usize::MAX).expect_err("room for everything").code(), Code::OutOfMemory);
    }
}
