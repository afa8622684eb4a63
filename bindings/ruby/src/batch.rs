//! Many ids at once, without keeping Ruby's other threads waiting.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{ptr, thread};

use magnus::{Error, RArray, Ruby, Value};
use personsig::{Code, Signature};

use crate::arguments::{Ids, seconds};
use crate::call;

/// How many are signed without Ruby's lock, before the next Strings are made under it. A batch of no more keeps the
/// lock: to get it back takes as long as another thread likes to run, up to a tenth of a second.
const CHUNK: usize = 1 << 16;

pub(crate) fn sign_many(
    ruby: &Ruby,
    signer: &personsig::Signer,
    user_ids: Value,
    now: Option<Value>,
) -> Result<RArray, Error> {
    let ids = Ids::of(ruby, "user_ids", Some(user_ids))?;
    let now = seconds(ruby, "now", now)?;
    let ids = ids.borrow();
    let mut signatures = call(ruby, || signer.sign_many(&ids, now))?;
    let text = |signature: Signature| ruby.str_new(&signature);
    if ids.len() <= CHUNK {
        return Ok(ruby.ary_from_iter(signatures.map(text)));
    }
    let texts = ruby.ary_new_capa(ids.len());
    let mut chunk = Vec::with_capacity(CHUNK);
    while signatures.len() > 0 {
        // Ctrl-C, Timeout and Thread#kill arrive here.
        ruby.thread_check_ints()?;
        call(ruby, || unlocked(&mut || chunk.extend(signatures.by_ref().take(CHUNK))))?;
        texts.concat(ruby.ary_from_iter(chunk.drain(..).map(text)))?;
    }
    Ok(texts)
}

/// Runs what touches nothing of Ruby's while Ruby's other threads run.
fn unlocked(work: &mut dyn FnMut()) -> Result<(), personsig::Error> {
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
