//! What a hunt asks of a driver.

use crate::op::alloc::Script;

/// Scripts to try, and how to make the last one smaller.
pub trait Source {
    /// The next script; `None` when there are no more.
    fn next_script(&mut self) -> Option<Script>;

    /// Makes the last script smaller by the driver's own means. `breaks` is true for it.
    fn shrink_last(&mut self, breaks: &mut dyn FnMut(&Script) -> bool) -> Option<Script> {
        let _ = breaks;
        None
    }
}

/// A source that leaves shrinking to deletion.
pub struct Plain<I>(pub I);

impl<I: Iterator<Item = Script>> Source for Plain<I> {
    fn next_script(&mut self) -> Option<Script> {
        self.0.next()
    }
}
