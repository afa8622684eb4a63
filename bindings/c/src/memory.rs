//! Memory for calls whose Rust code cannot report that there is none.
//!
//! A `String` or `Vec` that cannot grow ends the process, and stable Rust has no way to prevent that
//! (`alloc_error_hook`, rust-lang/rust#51245). A function that uses them first reserves a block large enough for all of
//! its work, a step that can fail: [`with_reserve`]. While it runs, what the system refuses is taken from that block.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ffi::catch_panic;
use crate::status::personsig_status::{self, PERSONSIG_OUT_OF_MEMORY};

/// Runs a call that allocates `size` bytes at most, counting every allocation and every growth as new. Where the system
/// refused one of them, it was taken from the reserve, and so that nothing of that is kept, the result is dropped.
pub(crate) fn with_reserve<T>(
    size: usize,
    call: impl FnOnce() -> Result<T, personsig_status>,
) -> Result<T, personsig_status> {
    let mut block = Vec::<u8>::new();
    block.try_reserve_exact(size).map_err(|_| PERSONSIG_OUT_OF_MEMORY)?;
    RESERVE.set(Reserve { start: block.as_mut_ptr(), used: 0, size: block.capacity(), is_touched: false });
    // A panic ends here, since its payload may lie in the block.
    let result = catch_panic(call).and_then(|value| match RESERVE.get().is_touched {
        true => Err(PERSONSIG_OUT_OF_MEMORY),
        false => Ok(value),
    });
    if RESERVE.replace(Reserve::NONE).is_touched {
        TOUCHED.fetch_sub(1, Ordering::Relaxed);
    }
    result
}

thread_local! {
    static RESERVE: Cell<Reserve> = const { Cell::new(Reserve::NONE) };
}

/// How many threads' reserves are touched. While none is, freeing need not look at the thread's own, which takes longer
/// than all the rest (`__tls_get_addr`). Relaxed: a block of a reserve is freed by the thread that took it.
static TOUCHED: AtomicUsize = AtomicUsize::new(0);

/// A stack of blocks: only the last one can be given back or grow in place, and the rest waits for the end of the call.
#[derive(Clone, Copy)]
struct Reserve {
    start: *mut u8,
    used: usize,
    size: usize,
    /// Whether anything was taken.
    is_touched: bool,
}

impl Reserve {
    const NONE: Self = Reserve { start: ptr::null_mut(), used: 0, size: 0, is_touched: false };

    /// A block of this thread's reserve, or NULL.
    fn take(layout: Layout) -> *mut u8 {
        let reserve = RESERVE.get();
        let padding = reserve.start.wrapping_add(reserve.used).align_offset(layout.align());
        let start = reserve.used.saturating_add(padding);
        let used = start.saturating_add(layout.size());
        if used > reserve.size {
            return ptr::null_mut();
        }
        if !reserve.is_touched {
            TOUCHED.fetch_add(1, Ordering::Relaxed);
        }
        RESERVE.set(Reserve { used, is_touched: true, ..reserve });
        reserve.start.wrapping_add(start)
    }

    /// Whether the block came from this thread's reserve.
    fn has(block: *mut u8) -> bool {
        TOUCHED.load(Ordering::Relaxed) > 0 && Self::offset(block) < RESERVE.get().size
    }

    fn give_back(block: *mut u8, layout: Layout) {
        let (reserve, offset) = (RESERVE.get(), Self::offset(block));
        if offset.saturating_add(layout.size()) == reserve.used {
            RESERVE.set(Reserve { used: offset, ..reserve });
        }
    }

    /// The same block, or a copy at another place, or NULL where there is no room: the block stays then.
    fn resize(block: *mut u8, layout: Layout, wanted: Layout) -> *mut u8 {
        let before = RESERVE.get();
        Self::give_back(block, layout);
        let moved = Self::take(wanted);
        if moved.is_null() {
            RESERVE.set(before);
        } else if moved != block {
            // SAFETY: both lie in the reserve, are at least so long, and do not overlap.
            unsafe { ptr::copy_nonoverlapping(block, moved, layout.size().min(wanted.size())) };
        }
        moved
    }

    fn offset(block: *mut u8) -> usize {
        block.addr().wrapping_sub(RESERVE.get().start.addr())
    }
}

struct Memory;

#[global_allocator]
static MEMORY: Memory = Memory;

// SAFETY: a block is the system's, or a part of the reserve that no other block has. It is aligned and large enough,
// and it goes back to where it came from. A call that has a reserve frees what it allocated in the same thread, before
// the reserve ends.
//
// Not inlined: there are thousands of calls, in `explain` above all, and they made the library 7 % larger.
unsafe impl GlobalAlloc for Memory {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let block = unsafe { System.alloc(layout) };
        if block.is_null() { Reserve::take(layout) } else { block }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match Reserve::has(block) {
            true => Reserve::give_back(block, layout),
            // SAFETY: the caller's promise, and it is the system's.
            false => unsafe { System.dealloc(block, layout) },
        }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the size is valid for the alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if Reserve::has(block) {
            return Reserve::resize(block, layout, wanted);
        }
        // SAFETY: the caller's promise, and the block is the system's.
        let moved = unsafe { System.realloc(block, layout, size) };
        if !moved.is_null() {
            return moved;
        }
        let moved = Reserve::take(wanted);
        if !moved.is_null() {
            // SAFETY: both are at least so long and do not overlap; the old one is the system's.
            unsafe {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                System.dealloc(block, layout);
            }
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIXTEEN: Layout = Layout::new::<u128>();
    const TWO: Layout = Layout::new::<u16>();
    const THIRTY_TWO: Layout = Layout::new::<[u128; 2]>();

    fn within(size: usize, call: impl FnOnce()) {
        let result = with_reserve(size, || {
            call();
            Ok(())
        });
        assert_eq!(result, Err(PERSONSIG_OUT_OF_MEMORY), "it was used");
        assert!(Reserve::take(TWO).is_null(), "the reserve has ended");
    }

    #[test]
    fn blocks_are_aligned_and_apart_and_end_with_the_reserve() {
        within(100, || {
            let (a, b, c) = (Reserve::take(TWO), Reserve::take(SIXTEEN), Reserve::take(SIXTEEN));
            assert!(b.addr() % 16 == 0 && b.addr() - a.addr() >= 2 && c.addr() - b.addr() == 16);
            assert!([a, b, c].into_iter().all(Reserve::has));
            assert!(Reserve::take(Layout::new::<[u8; 100]>()).is_null());
            assert!(!Reserve::has((&raw const a).cast_mut().cast()), "not a block of the stack");
        });
    }

    #[test]
    fn the_last_block_can_be_given_back() {
        within(64, || {
            let (first, last) = (Reserve::take(SIXTEEN), Reserve::take(SIXTEEN));
            Reserve::give_back(first, SIXTEEN);
            assert_ne!(Reserve::take(SIXTEEN), first);
            Reserve::give_back(last, SIXTEEN);
        });
        within(16 + 16, || {
            let only = Reserve::take(SIXTEEN);
            for _ in 0..100 {
                Reserve::give_back(only, SIXTEEN);
                assert_eq!(Reserve::take(SIXTEEN), only);
            }
        });
    }

    #[test]
    fn a_block_grows_in_place_or_moves_or_stays() {
        within(80, || {
            let first = Reserve::take(SIXTEEN);
            assert_eq!(Reserve::resize(first, SIXTEEN, THIRTY_TWO), first);
            // SAFETY: the block has 32 bytes.
            unsafe { first.write_bytes(7, 32) };
            let second = Reserve::take(TWO);
            let huge = Layout::new::<[u128; 5]>();
            assert!(Reserve::resize(first, THIRTY_TWO, huge).is_null());
            assert!(Reserve::resize(second, TWO, huge).is_null());
            let moved = Reserve::resize(first, THIRTY_TWO, SIXTEEN);
            assert!(moved.addr() > second.addr());
            // SAFETY: the block has 16 bytes.
            assert_eq!(unsafe { moved.cast::<[u8; 16]>().read() }, [7; 16]);
        });
    }

    #[test]
    fn a_panic_ends_the_reserve() {
        assert_eq!(with_reserve::<()>(64, || panic!("on purpose")), Err(personsig_status::PERSONSIG_INTERNAL));
        assert!(Reserve::take(TWO).is_null());
    }

    #[test]
    fn a_reserve_that_the_system_refuses_is_a_status() {
        assert_eq!(with_reserve(usize::MAX, || Ok(())), Err(PERSONSIG_OUT_OF_MEMORY));
        assert_eq!(with_reserve(isize::MAX as usize, || Ok(())), Err(PERSONSIG_OUT_OF_MEMORY));
    }
}
