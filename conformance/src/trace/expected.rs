//! Expected answers: what golden traces say after `->`.

use crate::observe::{Answer, Progress};
use crate::op::alloc::{Op, Step};
use std::fmt;

/// An error number by its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Errno {
    /// Not enough memory.
    Enomem,
    /// An argument is not valid.
    Einval,
}

impl Errno {
    /// Every name that a trace may use.
    pub const ALL: [Errno; 2] = [Errno::Enomem, Errno::Einval];

    /// Its name in C.
    pub fn word(self) -> &'static str {
        match self {
            Errno::Enomem => "ENOMEM",
            Errno::Einval => "EINVAL",
        }
    }

    /// Its number on this system.
    pub fn number(self) -> i32 {
        match self {
            Errno::Enomem => libc::ENOMEM,
            Errno::Einval => libc::EINVAL,
        }
    }
}

/// One thing that an answer must show.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Clause {
    /// The call gave a block: its address is not null.
    Block,
    /// The call gave none, and reported this error if one is named: through `errno`, or as the
    /// value returned by `posix_memalign`.
    Refused(Option<Errno>),
    /// `posix_memalign` returned this number; a forked child ended with this status.
    Returns(i32),
    /// The call gave a block at a multiple of so many bytes, a power of two.
    Aligned(u64),
    /// `errno` is what it was before the call.
    ErrnoKept,
}

impl Clause {
    /// The first words of all clauses.
    pub const WORDS: [&'static str; 5] = ["block", "refused", "returns", "aligned", "errno-kept"];

    /// The word that the clause begins with.
    pub fn word(&self) -> &'static str {
        match self {
            Clause::Block => "block",
            Clause::Refused(_) => "refused",
            Clause::Returns(_) => "returns",
            Clause::Aligned(_) => "aligned",
            Clause::ErrnoKept => "errno-kept",
        }
    }

    /// Whether an answer to `op` can show it: a free gives no block, a `malloc` returns no number.
    pub fn fits(&self, op: &Op) -> bool {
        match self {
            Clause::Block | Clause::Refused(_) | Clause::Aligned(_) => op.requested().is_some(),
            Clause::Returns(_) => matches!(op, Op::PosixMemalign { .. } | Op::Fork { .. }),
            Clause::ErrnoKept => op.slot().is_some() || matches!(op, Op::FreeNull),
        }
    }

    /// What the answer shows instead; `None` where it shows what the clause asks for.
    fn instead(&self, op: &Op, answer: &Answer) -> Option<String> {
        let refused = answer.address == 0;
        match *self {
            Clause::Block => refused.then(|| refusal(op, answer)),
            Clause::Refused(None) => (!refused).then(|| "a block".to_owned()),
            Clause::Refused(Some(_)) if !refused => Some("a block".to_owned()),
            Clause::Refused(Some(errno)) => {
                (error_of(op, answer) != errno.number()).then(|| refusal(op, answer))
            }
            Clause::Returns(n) => {
                (answer.result != n).then(|| format!("returns {}", answer.result))
            }
            Clause::Aligned(_) if refused => Some(refusal(op, answer)),
            Clause::Aligned(align) => (!answer.address.is_multiple_of(align))
                .then(|| format!("aligned {}", 1u64 << answer.address.trailing_zeros())),
            Clause::ErrnoKept => (answer.errno_before != answer.errno_after)
                .then(|| format!("errno {}", name_of(answer.errno_after))),
        }
    }
}

/// The error that a refusing call reported.
fn error_of(op: &Op, answer: &Answer) -> i32 {
    if matches!(op, Op::PosixMemalign { .. }) { answer.result } else { answer.errno_after }
}

fn refusal(op: &Op, answer: &Answer) -> String {
    format!("refused {}", name_of(error_of(op, answer)))
}

fn name_of(errno: i32) -> String {
    let known = Errno::ALL.into_iter().find(|e| e.number() == errno);
    known.map_or_else(|| errno.to_string(), |e| e.word().to_owned())
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Clause::Refused(Some(errno)) => write!(f, " {}", errno.word()),
            Clause::Returns(n) => write!(f, " {n}"),
            Clause::Aligned(align) => write!(f, " {align}"),
            Clause::Block | Clause::Refused(None) | Clause::ErrnoKept => Ok(()),
        }
    }
}

/// What a step must show: one clause or several, all of which must hold.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Expected {
    /// Never empty.
    clauses: Vec<Clause>,
}

impl Expected {
    /// Expects `clause`.
    pub fn of(clause: Clause) -> Expected {
        Expected { clauses: vec![clause] }
    }

    /// Expects `clause` too.
    #[must_use]
    pub fn and(mut self, clause: Clause) -> Expected {
        self.clauses.push(clause);
        self
    }

    /// The clauses, in order; at least one.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// Holds `answer`, which `step` was given, to every clause.
    ///
    /// # Errors
    /// The first clause that does not hold and what the answer shows instead, as one line without
    /// addresses. A step that was skipped or never finished shows nothing, which is an error too.
    pub fn check(&self, step: &Step, answer: &Answer) -> Result<(), String> {
        match answer.progress() {
            Progress::Done => {}
            Progress::Skipped => return Err(format!("expected {self}, but the step was skipped")),
            Progress::Pending | Progress::Calling | Progress::Looking | Progress::Touching => {
                return Err(format!("expected {self}, but the step did not end"));
            }
        }
        for clause in &self.clauses {
            if !clause.fits(&step.op) {
                return Err(format!("expected {clause}, which {} cannot show", step.op.word()));
            }
            if let Some(shown) = clause.instead(&step.op, answer) {
                return Err(format!("expected {clause}, got {shown}"));
            }
        }
        Ok(())
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, clause) in self.clauses.iter().enumerate() {
            let gap = if i == 0 { "" } else { ", " };
            write!(f, "{gap}{clause}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::alloc::Slot;

    const MALLOC: Op = Op::Malloc { slot: Slot(0), size: 8 };
    const POSIX: Op = Op::PosixMemalign { slot: Slot(0), align: 3, size: 8 };

    fn done(address: u64) -> Answer {
        Answer { stage: Progress::Done as u32, address, ..Answer::default() }
    }

    fn check(clause: Clause, op: Op, answer: &Answer) -> Result<(), String> {
        Expected::of(clause).check(&Step::main(op), answer)
    }

    fn says(words: &str) -> Result<(), String> {
        Err(words.to_owned())
    }

    #[test]
    fn a_block_is_an_address_that_is_not_null() {
        assert_eq!(check(Clause::Block, MALLOC, &done(16)), Ok(()));
        let refused = Answer { errno_after: libc::ENOMEM, ..done(0) };
        let message = says("expected block, got refused ENOMEM");
        assert_eq!(check(Clause::Block, MALLOC, &refused), message);
    }

    #[test]
    fn a_refusal_is_null_with_the_error_that_is_named() {
        let refused = Answer { errno_after: libc::EINVAL, ..done(0) };
        let enomem = Clause::Refused(Some(Errno::Enomem));
        assert_eq!(check(Clause::Refused(None), MALLOC, &refused), Ok(()));
        assert_eq!(check(Clause::Refused(Some(Errno::Einval)), MALLOC, &refused), Ok(()));
        assert_eq!(
            check(enomem, MALLOC, &refused),
            says("expected refused ENOMEM, got refused EINVAL")
        );
        assert_eq!(check(enomem, MALLOC, &done(16)), says("expected refused ENOMEM, got a block"));
    }

    #[test]
    fn posix_memalign_reports_through_its_result_and_not_through_errno() {
        let answer = Answer { result: libc::EINVAL, errno_after: libc::ENOMEM, ..done(0) };
        assert_eq!(check(Clause::Refused(Some(Errno::Einval)), POSIX, &answer), Ok(()));
        assert_eq!(check(Clause::Returns(22), POSIX, &answer), Ok(()));
        assert_eq!(
            check(Clause::Returns(0), POSIX, &answer),
            says("expected returns 0, got returns 22")
        );
    }

    #[test]
    fn alignment_is_told_by_the_largest_power_of_two_and_not_by_the_address() {
        assert_eq!(check(Clause::Aligned(64), MALLOC, &done(0x1_0040)), Ok(()));
        assert_eq!(
            check(Clause::Aligned(64), MALLOC, &done(0x1_0030)),
            says("expected aligned 64, got aligned 16")
        );
        assert!(check(Clause::Aligned(1), MALLOC, &done(0)).is_err(), "null is no block");
    }

    #[test]
    fn errno_is_kept_where_it_reads_the_same_on_both_sides() {
        let kept = Answer { errno_before: 7, errno_after: 7, ..done(16) };
        let lost = Answer { errno_before: 7, errno_after: libc::EINVAL, ..done(16) };
        let free = Op::Free { slot: Slot(0) };
        assert_eq!(check(Clause::ErrnoKept, free, &kept), Ok(()));
        assert_eq!(
            check(Clause::ErrnoKept, free, &lost),
            says("expected errno-kept, got errno EINVAL")
        );
    }

    #[test]
    fn every_clause_must_hold() {
        let both = Expected::of(Clause::Block).and(Clause::Aligned(64));
        assert_eq!(both.check(&Step::main(MALLOC), &done(64)), Ok(()));
        assert!(both.check(&Step::main(MALLOC), &done(32)).is_err());
    }

    #[test]
    fn a_step_that_was_not_performed_shows_nothing() {
        let skipped = Answer { stage: Progress::Skipped as u32, ..done(16) };
        let hung = Answer { stage: Progress::Calling as u32, ..done(16) };
        let expected = "expected block, but the step was skipped";
        assert_eq!(check(Clause::Block, MALLOC, &skipped), says(expected));
        let expected = "expected block, but the step did not end";
        assert_eq!(check(Clause::Block, MALLOC, &hung), says(expected));
    }

    #[test]
    fn a_clause_that_the_op_cannot_show_never_holds() {
        let free = Op::Free { slot: Slot(0) };
        assert_eq!(
            check(Clause::Block, free, &done(16)),
            says("expected block, which free cannot show")
        );
    }
}
