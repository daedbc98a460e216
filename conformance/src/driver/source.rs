//! What a hunt asks of a driver.

use crate::op::{Script, alloc};

/// Scripts to try, and how to make the last one smaller.
pub trait Source<O = alloc::Op> {
    /// The next script; `None` when there are no more.
    fn next_script(&mut self) -> Option<Script<O>>;

    /// Makes the last script smaller by the driver's own means. `breaks` is true for it.
    fn shrink_last(&mut self, breaks: &mut dyn FnMut(&Script<O>) -> bool) -> Option<Script<O>> {
        let _ = breaks;
        None
    }
}

/// A source that leaves shrinking to deletion.
pub struct Plain<I>(pub I);

impl<O, I: Iterator<Item = Script<O>>> Source<O> for Plain<I> {
    fn next_script(&mut self) -> Option<Script<O>> {
        self.0.next()
    }
}
