//! How much memory to keep, and how long to pause.
//!
//! The idea: two goals, and a share of the processor. Without a limit the heap keeps what it is
//! expected to need, and 10 % more. With one, the process stays 5 % below it. The background works
//! while one goal is missed, in bursts of a millisecond or so, and then sleeps long enough that the
//! work is 1 % of the processors' time.
//!
//! How long that is, a controller learns. It sets the ratio of work to sleep, and is told the share
//! that came of it. Its output is proportional to the error and to the sum of errors so far. Should
//! the sum overflow, its assumptions do not hold: it starts anew, and a cautious ratio is used for
//! five seconds.
//!
//! Everything here is arithmetic. Times are nanoseconds, from a clock that the caller reads. Memory
//! is in bytes.
//!
//! Source: Go `runtime/mgcscavenge.go` (`gcPaceScavenger`, `scavengerState`, `piController`),
//! `runtime/mheap.go` (`allocSpan`).

/// Kept above the expected need, in percent. Source: Go `retainExtraPercent`.
pub const RETAIN_PERCENT: u64 = 10;
/// Kept clear below the limit, in percent. Source: Go `reduceExtraPercent`.
pub const CLEAR_PERCENT: u64 = 5;
/// The share of the processors' time that the background may take: 1 %. Source: Go
/// `scavengePercent`.
pub const SHARE: f64 = 0.01;
/// Bytes that the background releases at a time: 64 KiB. Source: Go `scavengeQuantum`.
pub const QUANTUM: u64 = 64 << 10;
/// The least work before a sleep, in ns: less cannot be measured well. Source: Go
/// `minScavWorkTime`.
pub const MIN_WORK: u64 = 1_000_000;
/// What releasing a physical page is taken to cost, in ns, when the clock did not move.
pub const PAGE_COST: u64 = 10_000;
/// Work for each ns of sleep when nothing is known: a thousandth. Source: Go
/// `startingScavSleepRatio`.
pub const CAUTIOUS: f64 = 0.001;
/// How long the controller is not asked after it failed, in ns.
pub const COOLDOWN: u64 = 5_000_000_000;

/// What the goals are computed from, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// The most memory that the process should have.
    pub limit: Option<u64>,
    /// Memory that the allocator has from the system, without what was released.
    pub mapped: u64,
    /// Memory of the heap: its pages in use and its free pages with memory.
    pub retained: u64,
    /// Pages in use at the end of the last generation.
    pub last_in_use: u64,
    /// How large the heap is expected to become in this generation...
    pub goal: u64,
    /// ... and was, in the last. 0 before there was one. Only the ratio of the two counts.
    pub last_goal: u64,
    /// A physical page.
    pub physical: u64,
}

/// Up to where the background releases memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Goals {
    /// Memory of the heap, in bytes; `u64::MAX` if it is at its goal already.
    pub retained: u64,
    /// Memory of the process, in bytes; `u64::MAX` if it is at its goal already.
    pub mapped: u64,
}

impl Goals {
    /// Nothing is to be released.
    pub const OFF: Goals = Goals { retained: u64::MAX, mapped: u64::MAX };

    /// The goals for the generation that begins. Each is off if it is met, the first also before
    /// there was a generation to learn from, and if less than a physical page is missing.
    ///
    /// Source: Go `gcPaceScavenger`.
    pub fn new(usage: &Usage) -> Goals {
        let mut goals = Goals::OFF;
        if let Some(limit) = usage.limit {
            let goal = limit_goal(limit);
            if usage.mapped > goal {
                goals.mapped = goal;
            }
        }
        if let Some(goal) = retain_goal(usage)
            && usage.retained.saturating_sub(goal) >= usage.physical.max(1)
        {
            goals.retained = goal;
        }
        goals
    }

    /// Whether the background can stop: both goals are met.
    ///
    /// Upholds `alloc/scavenge/scavenge-stops-at-goal`.
    pub fn are_met(&self, retained: u64, mapped: u64) -> bool {
        retained <= self.retained && mapped <= self.mapped
    }

    /// How much a thread that grew the heap by `growth` has to release at once, so that the heap
    /// does not leave its goal: no more than it grew by. Source: Go `mheap.allocSpan`.
    pub fn owed_for_growth(&self, retained: u64, growth: u64) -> u64 {
        retained.saturating_add(growth).saturating_sub(self.retained).min(growth)
    }
}

/// How much a thread that takes `scavenged` bytes without memory has to release first, by force,
/// so that the process stays within `limit`. Source: Go `mheap.allocSpan`.
pub fn owed_for_limit(limit: Option<u64>, mapped: u64, scavenged: u64) -> u64 {
    limit.map_or(0, |limit| mapped.saturating_add(scavenged).saturating_sub(limit))
}

/// 95 % of the limit.
pub fn limit_goal(limit: u64) -> u64 {
    limit - (u128::from(limit) * u128::from(CLEAR_PERCENT)).div_ceil(100) as u64
}

/// 110 % of what the heap is expected to use, in whole physical pages. `None` before there was
/// anything to expect it from.
pub fn retain_goal(usage: &Usage) -> Option<u64> {
    let wide = |bytes: u64| u128::from(bytes);
    let expected =
        (wide(usage.last_in_use) * wide(usage.goal)).checked_div(wide(usage.last_goal))?;
    let goal = expected.min(wide(u64::MAX)) * wide(100 + RETAIN_PERCENT) / 100;
    let physical = wide(usage.physical.max(1));
    Some(goal.div_ceil(physical).saturating_mul(physical).try_into().unwrap_or(u64::MAX))
}

/// Work of the background between two sleeps.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Burst {
    /// Bytes released.
    pub released: u64,
    /// Time it took, in ns.
    pub worked: u64,
}

impl Burst {
    /// Adds what one attempt to release [`QUANTUM`] bytes did. Returns whether to go on: not after
    /// a millisecond, and not if there was less to release. Source: Go `scavengerState.run`.
    pub fn add(&mut self, released: u64, took: u64, physical: u64) -> bool {
        let guess = PAGE_COST * (released / physical.max(1));
        self.worked += if took == 0 { guess } else { took };
        self.released += released;
        released >= QUANTUM && self.worked < MIN_WORK
    }
}

/// Sets a value so that another comes near to a set point: proportional to the error, and to the
/// sum of errors.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Controller {
    /// Sum of the errors over time, as it goes into the output.
    sum: f64,
}

impl Controller {
    const PROPORTIONAL: f64 = 0.3375;
    /// In ns.
    const INTEGRAL: f64 = 3.2e6;
    /// How fast the sum forgets what the bounds cut off, in ns.
    const RESET: f64 = 1e9;
    const LEAST: f64 = 0.001;
    const MOST: f64 = 1000.0;

    /// The output after `period` ns in which `input` was seen. `None` if a number overflowed: then
    /// the sum is 0 again. Source: Go `piController.next`.
    fn next(&mut self, input: f64, setpoint: f64, period: f64) -> Option<f64> {
        let error = Controller::PROPORTIONAL * (setpoint - input);
        let raw = error + self.sum;
        let output = raw.clamp(Controller::LEAST, Controller::MOST);
        let sum = self.sum
            + error * period / Controller::INTEGRAL
            + (output - raw) * period / Controller::RESET;
        let fine = raw.is_finite() && sum.is_finite();
        self.sum = if fine { sum } else { 0.0 };
        fine.then_some(output)
    }
}

/// How long the background sleeps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pace {
    /// Work for each ns of sleep, in ns. More is more eager.
    ratio: f64,
    controller: Controller,
    /// Time during which the controller is not asked, in ns.
    cooldown: u64,
}

/// The pace before anything is known.
impl Default for Pace {
    fn default() -> Pace {
        Pace::new()
    }
}

impl Pace {
    /// The pace before anything is known.
    pub const fn new() -> Pace {
        Pace { ratio: CAUTIOUS, controller: Controller { sum: 0.0 }, cooldown: 0 }
    }

    /// How long to sleep after `worked` ns of work, in ns. Less than a millisecond counts as one.
    pub fn sleep(&self, worked: u64) -> u64 {
        (worked.max(MIN_WORK) as f64 / self.ratio) as u64
    }

    /// Learns that after `worked` ns of work it slept `slept` ns, on a machine of which the process
    /// may use `processors`. Source: Go `scavengerState.sleep`.
    pub fn slept(&mut self, worked: u64, slept: u64, processors: u32) {
        let worked = worked.max(MIN_WORK);
        let period = worked.saturating_add(slept);
        if self.cooldown > 0 {
            self.cooldown = self.cooldown.saturating_sub(period);
            return;
        }
        let share = worked as f64 / (period as f64 * f64::from(processors.max(1)));
        if let Some(ratio) = self.controller.next(share, SHARE, period as f64) {
            self.ratio = ratio;
        } else {
            *self = Pace { cooldown: COOLDOWN, ..Pace::new() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USAGE: Usage = Usage {
        limit: None,
        mapped: 0,
        retained: 1 << 30,
        last_in_use: 100 << 20,
        goal: 2,
        last_goal: 1,
        physical: 4096,
    };

    #[test]
    fn a_tenth_more_than_expected_is_kept() {
        assert_eq!(retain_goal(&USAGE), Some(220 << 20));
        let goals = Goals::new(&USAGE);
        assert_eq!(goals, Goals { retained: 220 << 20, mapped: u64::MAX });
        assert!(!goals.are_met((220 << 20) + 1, 0));
        assert!(goals.are_met(220 << 20, u64::MAX));
        assert_eq!(retain_goal(&Usage { last_in_use: 4096, goal: 1, ..USAGE }), Some(8192));
        let huge = Usage { last_in_use: u64::MAX, goal: u64::MAX, ..USAGE };
        assert_eq!(retain_goal(&huge), Some(u64::MAX));
    }

    #[test]
    fn without_a_generation_to_learn_from_nothing_is_released() {
        assert_eq!(Goals::new(&Usage { last_goal: 0, ..USAGE }), Goals::OFF);
    }

    #[test]
    fn a_part_of_a_physical_page_is_not_worth_it() {
        let goal = 220 << 20;
        assert_eq!(Goals::new(&Usage { retained: goal + 4095, ..USAGE }), Goals::OFF);
        assert_eq!(Goals::new(&Usage { retained: goal + 4096, ..USAGE }).retained, goal);
    }

    #[test]
    fn both_goals_must_be_met() {
        let usage = Usage { limit: Some(1000), mapped: 951, ..USAGE };
        let goals = Goals::new(&usage);
        assert_eq!(goals.mapped, 950);
        assert!(!goals.are_met(0, 951));
        assert!(!goals.are_met(u64::MAX, 950));
        assert!(goals.are_met(0, 950));
        assert_eq!(Goals::new(&Usage { mapped: 950, ..usage }).mapped, u64::MAX);
        assert_eq!(limit_goal(u64::MAX), u64::MAX - u64::MAX.div_ceil(20));
    }

    #[test]
    fn a_thread_owes_no_more_than_it_took() {
        let goals = Goals { retained: 100, mapped: u64::MAX };
        assert_eq!(goals.owed_for_growth(50, 40), 0);
        assert_eq!(goals.owed_for_growth(90, 40), 30);
        assert_eq!(goals.owed_for_growth(500, 40), 40);
        assert_eq!(Goals::OFF.owed_for_growth(500, 40), 0);
        assert_eq!(owed_for_limit(None, 500, 40), 0);
        assert_eq!(owed_for_limit(Some(510), 500, 40), 30);
    }

    #[test]
    fn a_burst_ends_after_a_millisecond_or_when_there_is_no_more() {
        let mut burst = Burst::default();
        assert!(burst.add(QUANTUM, 400_000, 4096));
        assert!(burst.add(QUANTUM, 400_000, 4096));
        assert!(!burst.add(QUANTUM, 400_000, 4096));
        assert_eq!(burst, Burst { released: 3 * QUANTUM, worked: 1_200_000 });
        assert!(!Burst::default().add(QUANTUM - 1, 1, 4096));
        let mut frozen = Burst::default();
        assert!(frozen.add(QUANTUM, 0, 4096));
        assert_eq!(frozen.worked, 16 * PAGE_COST);
    }

    #[test]
    fn the_background_comes_to_take_its_share() {
        for processors in [1, 4] {
            let mut pace = Pace::new();
            let (mut worked, mut time) = (0u64, 0u64);
            for round in 0..20_000 {
                let slept = pace.sleep(1_000_000);
                pace.slept(1_000_000, slept, processors);
                if round >= 10_000 {
                    (worked, time) = (worked + 1_000_000, time + slept + 1_000_000);
                }
            }
            let share = worked as f64 / (time as f64 * f64::from(processors));
            assert!((0.009..0.011).contains(&share), "{share} of {processors} processors");
        }
    }

    #[test]
    fn a_controller_that_overflows_is_not_asked_for_five_seconds() {
        let mut pace = Pace { controller: Controller { sum: f64::INFINITY }, ..Pace::new() };
        pace.slept(1_000_000, 1_000_000, 1);
        assert_eq!((pace.ratio, pace.controller.sum, pace.cooldown), (CAUTIOUS, 0.0, COOLDOWN));
        assert_eq!(pace.sleep(0), 1_000_000_000);
        pace.slept(1_000_000, 2_999_000_000, 1);
        assert_eq!(pace.cooldown, 2_000_000_000);
        pace.slept(1_000_000, 2_999_000_000, 1);
        assert_eq!((pace.cooldown, pace.controller.sum), (0, 0.0));
        pace.slept(1_000_000, 1_000_000_000, 1);
        assert!(pace.controller.sum > 0.0, "{pace:?}");
    }
}
