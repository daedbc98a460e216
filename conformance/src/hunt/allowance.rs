//! How long the witnesses of a target may take to be made small.
//!
//! What is broken is decided by counts alone; how small a witness gets may depend on the time that
//! there is, because a script costs a millisecond on one target and seconds on another, and a
//! person waits for all of them.

use std::time::{Duration, Instant};

/// Time for repeating what counts as broken already, and for making it small. From one fault follow
/// many breaches: each gets a third of what is left, as the first ones say it best.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    left: Duration,
}

/// One witness gets so much at least.
const LEAST: Duration = Duration::from_millis(300);

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance { left: Duration::from_secs(15) }
    }
}

impl Allowance {
    /// Does `shrinking`, which is told when to stop, and takes what it used off.
    pub fn spend<T>(&mut self, shrinking: impl FnOnce(Instant) -> T) -> T {
        let started = Instant::now();
        let done = shrinking(started + (self.left / 3).max(LEAST));
        self.left = self.left.saturating_sub(started.elapsed());
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_get_smaller_and_never_vanish() {
        let mut allowance = Allowance { left: Duration::from_millis(3) };
        let share = |until: Instant| until - Instant::now();
        let first = allowance.spend(|until| {
            std::thread::sleep(Duration::from_millis(4));
            share(until)
        });
        assert!(first <= LEAST);
        assert_eq!(allowance.left, Duration::ZERO);
        assert!(allowance.spend(share) > LEAST / 2);
    }
}
