//! When a heap without a collector gives memory back by itself.
//!
//! Go asks after each collection how large the heap will become. Here nobody knows; but what was
//! needed at the most in the last second or two is a fair guess for the next. So time is cut into
//! generations of a second, the goal is the highest use in this one and the last, and 10 % more.
//! What is retained above goes back, in bursts on the way of a thread that frees: after a burst that
//! took `t`, none for 99 `t`. That is the 1 % of a processor's time that Go allows itself, without a
//! thread of its own.
//!
//! A heap that nobody calls gives nothing back. Who wants that has `malloc_trim`, or a thread that
//! calls [`crate::alloc::Heap::scavenge_due`].
//!
//! Arithmetic only: the clock is the caller's, in ns.

use super::pace::{RETAIN_PERCENT, SHARE};
use crate::units::Pages;

/// Length of a generation, in ns.
pub const GENERATION: u64 = 1_000_000_000;
/// Most bytes released in one burst, before the clock is looked at again.
pub const BURST: Pages = Pages(256);
/// Pages freed between two looks at the clock.
pub const TICK: Pages = Pages(64);

/// What is known between two bursts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Duty {
    /// Pages freed since the clock was looked at.
    freed: Pages,
    /// When this generation ends, in ns; 0 before the first.
    ends: u64,
    /// The most pages in use in this generation, and in the last.
    peaks: [Pages; 2],
    /// No burst before that time.
    rests_until: u64,
}

impl Duty {
    /// Nothing known.
    pub const fn new() -> Duty {
        Duty { freed: Pages(0), ends: 0, peaks: [Pages(0); 2], rests_until: 0 }
    }

    /// So many pages came free, after `in_use` were in use. True if the clock is to be looked at.
    #[inline]
    pub fn freed(&mut self, pages: Pages, in_use: Pages) -> bool {
        self.peaks[0] = self.peaks[0].max(in_use);
        self.freed += pages;
        if self.freed < TICK {
            return false;
        }
        self.freed = Pages(0);
        true
    }

    /// Pages to release at `now`, with so many in use and retained (in use, or free with memory).
    /// Also says whether a generation began.
    pub fn due(&mut self, now: u64, in_use: Pages, retained: Pages) -> (Pages, bool) {
        let began = now >= self.ends;
        if began {
            self.peaks = [in_use, self.peaks[0].max(in_use)];
            self.ends = now.saturating_add(GENERATION);
        }
        if now < self.rests_until {
            return (Pages(0), began);
        }
        let surplus = retained.0.saturating_sub(self.goal().0);
        (Pages(surplus.min(BURST.0)), began)
    }

    /// Pages to retain. Upholds `alloc/scavenge/scavenge-stops-at-goal`.
    pub fn goal(&self) -> Pages {
        let peak = self.peaks[0].max(self.peaks[1]).0;
        Pages(peak.saturating_add(peak / 100 * RETAIN_PERCENT as usize))
    }

    /// A burst took from `began` to `now`.
    pub fn worked(&mut self, began: u64, now: u64) {
        let took = now.saturating_sub(began).max(1_000);
        self.rests_until = now.saturating_add((took as f64 * (1.0 - SHARE) / SHARE) as u64);
    }
}

impl Default for Duty {
    fn default() -> Duty {
        Duty::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_in_use_a_moment_ago_is_retained() {
        let mut duty = Duty::new();
        duty.due(0, Pages(1000), Pages(1000));
        let (due, _) = duty.due(GENERATION / 2, Pages(0), Pages(1000));
        assert_eq!(due, Pages(0), "in this generation");
        let (due, began) = duty.due(GENERATION, Pages(0), Pages(1000));
        assert_eq!((due, began), (Pages(0), true), "nor in the next");
        let (due, _) = duty.due(2 * GENERATION, Pages(0), Pages(1000));
        assert_eq!(due, BURST, "but in the one after that");
    }

    #[test]
    fn bursts_are_one_per_cent_of_the_time() {
        let mut duty = Duty::new();
        duty.due(0, Pages(0), Pages(0));
        let now = 3 * GENERATION;
        assert!(duty.due(now, Pages(0), Pages(1000)).0 > Pages(0));
        duty.worked(now, now + 1_000_000);
        let again = now + 100_000_000;
        assert_eq!(duty.due(again - 1_000_000, Pages(0), Pages(1000)).0, Pages(0), "it rests");
        assert!(duty.due(again, Pages(0), Pages(1000)).0 > Pages(0));
    }

    #[test]
    fn ten_per_cent_more_than_the_peak_stay() {
        let mut duty = Duty::new();
        duty.freed(Pages(1), Pages(5000));
        duty.due(1, Pages(5000), Pages(5000));
        assert_eq!(duty.goal(), Pages(5500));
    }

    #[test]
    fn the_clock_is_looked_at_once_in_a_while() {
        let mut duty = Duty::new();
        let looks = (0..1000).filter(|_| duty.freed(Pages(1), Pages(1))).count();
        assert_eq!(looks, 1000 / TICK.0);
    }
}
