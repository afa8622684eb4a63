//! `sign_many`, which releases the GVL for large batches.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{ptr, thread};

use magnus::{Error, RArray, Ruby, Value};
use personsig::{Code, Signature};

use crate::arguments::{Ids, seconds};
use crate::errors::run;
use crate::native::list_of;

/// Signatures per release of the GVL. Smaller batches keep it: to re-acquire it may take another thread's whole time
/// slice, 100 ms.
const CHUNK: usize = 1 << 16;

pub(crate) fn sign_many(
    ruby: &Ruby,
    signer: &personsig::Signer,
    user_ids: Value,
    now: Option<Value>,
) -> Result<RArray, Error> {
    let ids = Ids::of(ruby, "user_ids", Some(user_ids))?;
    let now = seconds(ruby, "now", now)?;
    let ids = ids.borrow(ruby)?;
    let mut signatures = run(ruby, || signer.sign_many(&ids, now))?;
    let text = |signature: Signature| ruby.str_new(&signature);
    if ids.len() <= CHUNK {
        return Ok(ruby.ary_from_iter(signatures.map(text)));
    }
    let texts = ruby.ary_new_capa(ids.len());
    let mut chunk = list_of(ruby, CHUNK)?;
    while signatures.len() > 0 {
        // Ctrl-C, Timeout and Thread#kill arrive here.
        ruby.thread_check_ints()?;
        run(ruby, || without_gvl(&mut || chunk.extend(signatures.by_ref().take(CHUNK))))?;
        texts.concat(ruby.ary_from_iter(chunk.drain(..).map(text)))?;
    }
    Ok(texts)
}

/// Runs without the GVL what touches no Ruby value.
fn without_gvl(work: &mut dyn FnMut()) -> Result<(), personsig::Error> {
    struct Task<'w>(&'w mut dyn FnMut(), Option<thread::Result<()>>);
    unsafe extern "C" fn run(task: *mut c_void) -> *mut c_void {
        // SAFETY: it is the task below, and nobody else has it.
        let Task(work, done) = unsafe { &mut *task.cast::<Task<'_>>() };
        // A panic must not cross Ruby's frames.
        *done = Some(catch_unwind(AssertUnwindSafe(work)));
        ptr::null_mut()
    }
    let mut task = Task(work, None);
    // SAFETY: `run` gets its task, which lives until the call is over. Unlike the function without a 2 this one raises
    // nothing: where an interrupt waits it returns at once, and the work is done under the lock.
    unsafe { rb_sys::rb_thread_call_without_gvl2(Some(run), (&raw mut task).cast(), None, ptr::null_mut()) };
    let Task(work, done) = task;
    match done {
        Some(done) => done.map_err(|_| Code::Internal.into()),
        None => {
            work();
            Ok(())
        }
    }
}
