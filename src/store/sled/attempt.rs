//! Runs an opening of the database that may panic, and that may hang while the panic unwinds.
//!
//! After a panic late in its opening the database waits for a thread that it has not started yet. So it is opened on
//! a thread of its own, whose panic is noticed by the panic hook, before anything unwinds. Such a thread is left
//! behind; it holds a damaged database that is not opened again.

use std::any::Any;
use std::cell::Cell;
use std::io;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError, mpsc};

thread_local! {
    static ATTEMPTING: Cell<bool> = const { Cell::new(false) };
}

/// The panic hook belongs to the process, so one attempt at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// What came of it, or what the panic said.
pub(super) fn attempt<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<Result<T, String>> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (sender, outcome) = mpsc::channel();
    let previous = std::sync::Arc::new(panic::take_hook());
    let (panicked, passed_on) = (Mutex::new(sender.clone()), previous.clone());
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        if ATTEMPTING.get() {
            let panicked = panicked.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody listens once there is an outcome.
            let _ = panicked.send(Ok(Err(said(info.payload()))));
        }
        passed_on(info);
    }));
    let thread = std::thread::Builder::new().name("store-open".into()).spawn(move || {
        ATTEMPTING.set(true);
        let done = panic::catch_unwind(AssertUnwindSafe(work));
        let _ = sender.send(match done {
            Ok(result) => result.map(Ok),
            Err(payload) => Ok(Err(said(payload.as_ref()))),
        });
    });
    // The senders are the thread's and the hook's; the hook's is there as long as this waits.
    let outcome = thread.and_then(|_| outcome.recv().map_err(io::Error::other).flatten());
    panic::set_hook(Box::new(move |info| previous(info)));
    outcome
}

fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("it could not be opened")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for ever when it is dropped.
    struct Stuck(mpsc::Receiver<()>);

    impl Drop for Stuck {
        fn drop(&mut self) {
            let _ = self.0.recv();
        }
    }

    #[test]
    fn a_panic_that_never_finishes_unwinding_is_an_outcome() {
        let outcome = attempt(|| -> io::Result<()> {
            let (sender, receiver) = mpsc::channel();
            std::mem::forget(sender);
            let _stuck = Stuck(receiver);
            panic!("broken {}", 7);
        });
        assert_eq!(outcome.unwrap(), Err("broken 7".to_owned()));
    }

    #[test]
    fn what_goes_well_and_what_fails_comes_back() {
        assert_eq!(attempt(|| Ok(7)).unwrap(), Ok(7));
        let failed = attempt(|| -> io::Result<()> { Err(io::ErrorKind::NotFound.into()) });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
