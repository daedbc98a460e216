//! The threads of a run: who performs which step, one at a time or all at once.
//!
//! Outside of a `together` section exactly one thread is active: the main thread performs its own
//! steps, and hands each step of another thread over and waits for it. Inside a section every
//! thread performs its own steps in order, all starting at the same moment, with pauses at seeded
//! points so that different runs meet different schedules.
//!
//! Threads are made by `pthread_create` rather than by `std::thread`, because the latter allocates,
//! and in a preloaded process every allocation is the target's.

mod member;

use crate::observe::reading::Reading;
use crate::observe::{Answer, Progress};
use crate::op::alloc::{Op, Step, THREADS, Thread};
use crate::target::hands::{Company, Hands};
use member::{Job, Member};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

/// Performs batches of steps on `hands`, on as many threads as the steps ask for.
pub struct Crew<'h> {
    hands: Box<Hands<'h>>,
    members: Box<[Member; THREADS]>,
    /// Counts sections; with the seed it decides where threads pause.
    sections: u64,
    seed: u64,
    /// Runs first on every new thread, with its number.
    on_start: fn(usize),
}

/// A batch as the members see it: raw, because several threads write answers at the same time,
/// each its own.
#[derive(Clone, Copy)]
struct Batch {
    steps: *const Step,
    answers: *mut Answer,
    readings: *mut Reading,
    len: usize,
}

impl Batch {
    fn step(&self, i: usize) -> &Step {
        debug_assert!(i < self.len);
        // SAFETY: `i` is below the length of the batch, whose steps nobody writes.
        unsafe { &*self.steps.add(i) }
    }

    /// Where answer `i` goes.
    fn answer(&self, i: usize) -> *mut Answer {
        debug_assert!(i < self.len);
        // SAFETY: `i` is below the length of the batch.
        unsafe { self.answers.add(i) }
    }

    /// Where the reading of step `i` goes, if it is taken.
    fn reading(&self, i: usize) -> *mut Reading {
        debug_assert!(i < self.len);
        self.readings.wrapping_add(i)
    }

    /// Performs step `i` by `hands`.
    ///
    /// # Safety
    /// Nobody else performs it.
    unsafe fn perform(&self, i: usize, hands: &Hands<'_>, company: Company) {
        // SAFETY: the caller's promise.
        unsafe { hands.perform(self.step(i), self.answer(i), self.reading(i), company) };
    }

    fn mark(&self, i: usize, progress: Progress) {
        let shown = Answer { stage: progress as u32, ..Answer::default() };
        // SAFETY: only the main thread marks, and only steps that no member performs.
        unsafe { self.answer(i).write_volatile(shown) };
    }
}

impl<'h> Crew<'h> {
    /// A crew of one, the main thread, whose sections pause at points drawn from `seed`.
    pub fn new(hands: Hands<'h>, seed: u64, on_start: fn(usize)) -> Crew<'h> {
        let members = Box::new(std::array::from_fn(Member::new));
        Crew { hands: Box::new(hands), members, sections: 0, seed, on_start }
    }

    /// The hands that all members use.
    pub fn hands(&self) -> &Hands<'h> {
        &self.hands
    }

    /// Performs `steps`; step `i` shows in `answers[i]`. `at` always holds the index of the step
    /// that the main thread is at.
    ///
    /// Sections and late steps must not be cut in two by the end of the batch: what is cut is
    /// skipped.
    ///
    /// # Safety
    /// `answers` and `readings` are valid for as many as there are steps, and nobody else writes to
    /// them meanwhile.
    pub unsafe fn perform(
        &mut self,
        steps: &[Step],
        answers: *mut Answer,
        readings: *mut Reading,
        at: &AtomicU32,
    ) {
        let batch = Batch { steps: steps.as_ptr(), answers, readings, len: steps.len() };
        let mut i = 0;
        while i < steps.len() {
            at.store(i as u32, Ordering::Release);
            i = self.one(batch, i);
        }
        at.store(steps.len() as u32, Ordering::Release);
    }

    /// Performs what begins at step `i`; returns where the next begins.
    fn one(&mut self, batch: Batch, i: usize) -> usize {
        let step = *batch.step(i);
        match step.op {
            Op::Together => {
                let end = section_end(batch, i);
                self.section(batch, i, end);
                return (end + 1).min(batch.len);
            }
            Op::StartThread { thread } => {
                let started = self.start(thread);
                batch.mark(i, if started { Progress::Done } else { Progress::Skipped });
            }
            Op::EndThread { thread } => {
                let late = Self::late_before(batch, i, thread);
                let ended = self.end(thread, batch, late);
                batch.mark(i, if ended { Progress::Done } else { Progress::Skipped });
            }
            // Performed by `EndThread`, if one follows; skipped until then.
            _ if step.late => batch.mark(i, Progress::Skipped),
            _ if step.thread.0 == 0 => {
                // SAFETY: the answer is ours while the step runs.
                unsafe { batch.perform(i, &self.hands, Company::Alone) };
            }
            _ => return self.hand_over(batch, i, step.thread),
        }
        i + 1
    }

    /// Hands the steps of `thread` from step `i` on over, all that follow each other at once: every
    /// change of threads takes as long as a hundred steps. Returns where the next begins.
    fn hand_over(&mut self, batch: Batch, i: usize, thread: Thread) -> usize {
        let its = |j: &usize| {
            let step = batch.step(*j);
            step.thread == thread && !step.late && performs(&step.op)
        };
        let end = (i + 1..batch.len).take_while(its).last().map_or(i + 1, |last| last + 1);
        if let Some(member) = self.running(thread) {
            member.give(Job::new(&self.hands, batch, i..end, thread, None));
            member.wait();
        } else {
            (i..end).for_each(|j| batch.mark(j, Progress::Skipped));
        }
        end
    }

    fn running(&self, thread: Thread) -> Option<&Member> {
        self.members.get(usize::from(thread.0)).filter(|m| thread.0 != 0 && m.is_running())
    }

    fn start(&mut self, thread: Thread) -> bool {
        let n = usize::from(thread.0);
        match self.members.get_mut(n) {
            Some(member) if n != 0 && !member.is_running() => member.start(self.on_start),
            _ => false,
        }
    }

    /// Ends a running thread, which performs the late steps in `late` on its way out.
    fn end(&mut self, thread: Thread, batch: Batch, late: Range<usize>) -> bool {
        if self.running(thread).is_none() {
            return false;
        }
        let job = Job::new(&self.hands, batch, late, thread, None);
        let member = &mut self.members[usize::from(thread.0)];
        member.give(job.leaving());
        member.join();
        true
    }

    /// The late steps of `thread` just before step `i`.
    fn late_before(batch: Batch, i: usize, thread: Thread) -> Range<usize> {
        let late = |j: &usize| batch.step(*j).late && batch.step(*j).thread == thread;
        let first = (0..i).rev().take_while(late).last().unwrap_or(i);
        first..i
    }

    /// Performs the steps between `begin` and `end` on all their threads at once.
    fn section(&mut self, batch: Batch, begin: usize, end: usize) {
        self.sections += 1;
        let pauses = self.seed.wrapping_add(self.sections.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let gate = AtomicU32::new(0);
        for i in begin..(end + 1).min(batch.len) {
            batch.mark(i, Progress::Skipped);
        }
        // Where threads fork, all others are better stopped wherever they are.
        let forks = (begin..end).any(|i| matches!(batch.step(i).op, Op::Fork { .. }));
        let pauses = if forks { pauses | DISTURBED } else { pauses };
        let mut leaving = [false; THREADS];
        let mut taking_part = [false; THREADS];
        for i in begin + 1..end {
            let step = batch.step(i);
            taking_part[usize::from(step.thread.0) % THREADS] |= performs(&step.op) && !step.late;
            if let Op::EndThread { thread } = step.op {
                leaving[usize::from(thread.0) % THREADS] = true;
            }
        }
        let parts: [bool; THREADS] = std::array::from_fn(|n| {
            n == 0 || (taking_part[n] || leaving[n]) && self.members[n].is_running()
        });
        let count = parts.iter().filter(|&&p| p).count() as u32;
        let steps = begin + 1..end;
        for n in (0..THREADS).rev().filter(|&n| parts[n]) {
            let thread = Thread(n as u8);
            let job = Job::new(&self.hands, batch, steps.clone(), thread, Some((&gate, count)))
                .pausing(pauses);
            match n {
                // SAFETY: the section's gate, hands and batch outlive the section.
                0 => unsafe { job.run() },
                _ => self.members[n].give(if leaving[n] { job.leaving() } else { job }),
            }
        }
        for n in (1..THREADS).filter(|&n| parts[n]) {
            if leaving[n] {
                self.members[n].join();
            } else {
                self.members[n].wait();
            }
        }
    }
}

impl Drop for Crew<'_> {
    /// Ends the threads that the script left running.
    fn drop(&mut self) {
        let nothing = Batch {
            steps: std::ptr::null(),
            answers: std::ptr::null_mut(),
            readings: std::ptr::null_mut(),
            len: 0,
        };
        for n in 1..THREADS {
            self.end(Thread(n as u8), nothing, 0..0);
        }
    }
}

/// The bit of a section's seed that says whether its threads are interrupted from outside.
const DISTURBED: u64 = 1 << 32;

/// Whether a member performs this op itself, inside a section.
fn performs(op: &Op) -> bool {
    !matches!(
        op,
        Op::StartThread { .. } | Op::EndThread { .. } | Op::Together | Op::End | Op::Repeat { .. }
    )
}

/// The index of the `end` that closes the section begun at `begin`; the length of the batch where
/// there is none.
fn section_end(batch: Batch, begin: usize) -> usize {
    let mut depth = 0;
    for i in begin..batch.len {
        match batch.step(i).op {
            Op::Together | Op::Repeat { .. } => depth += 1,
            Op::End => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    batch.len
}
