//! One thread of the crew: waits for a job, runs it, says so.

use super::{Batch, DISTURBED, performs};
use crate::op::alloc::Thread;
use crate::target::disturb::Disturbed;
use crate::target::hands::{Company, Hands};
use rustix::thread::futex;
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a member is asked to do: some steps of a batch, and then perhaps to leave.
///
/// All references are raw: a job is handed from thread to thread, and is over before what it
/// points to goes away (the crew waits for every job that it gives).
#[derive(Clone, Copy)]
pub(super) struct Job {
    hands: *const c_void,
    batch: Batch,
    first: usize,
    end: usize,
    thread: Thread,
    /// For a section: the gate at which all meet first, and how many they are.
    gate: *const AtomicU32,
    count: u32,
    pauses: u64,
    leave: bool,
}

impl Job {
    pub(super) fn new(
        hands: &Hands<'_>,
        batch: Batch,
        steps: Range<usize>,
        thread: Thread,
        gate: Option<(&AtomicU32, u32)>,
    ) -> Job {
        Job {
            hands: std::ptr::from_ref(hands).cast(),
            batch,
            first: steps.start,
            end: steps.end,
            thread,
            gate: gate.map_or(std::ptr::null(), |(gate, _)| std::ptr::from_ref(gate)),
            count: gate.map_or(0, |(_, count)| count),
            pauses: 0,
            leave: false,
        }
    }

    /// The same job, after which the thread ends; late steps are left to its destructors.
    pub(super) fn leaving(self) -> Job {
        Job { leave: true, ..self }
    }

    /// The same job, pausing at points drawn from `pauses`.
    pub(super) fn pausing(self, pauses: u64) -> Job {
        Job { pauses, ..self }
    }

    /// Performs the job's steps that belong to its thread and are not late.
    ///
    /// # Safety
    /// What the job points to is alive.
    pub(super) unsafe fn run(&self) {
        // SAFETY: the caller's promise.
        unsafe {
            self.meet();
            let disturbed = self.disturbed();
            self.perform(false, disturbed.is_some());
        }
    }

    /// In about half of the sections threads are interrupted; in the rest they run as fast as they can.
    fn disturbed(&self) -> Option<Disturbed> {
        let is_disturbed = !self.gate.is_null() && self.pauses & DISTURBED != 0;
        is_disturbed.then(|| Disturbed::begin(self.pauses ^ u64::from(self.thread.0))).flatten()
    }

    /// # Safety
    /// What the job points to is alive.
    unsafe fn perform(&self, late: bool, disturbed: bool) {
        // SAFETY: the caller's promise; the lifetime is that of the job.
        let hands = unsafe { &*self.hands.cast::<Hands<'_>>() };
        let company = if self.gate.is_null() { Company::Alone } else { Company::Shared };
        for i in self.first..self.end {
            let step = self.batch.step(i);
            if step.thread != self.thread || step.late != late || !performs(&step.op) {
                continue;
            }
            // One that is stopped from outside needs no stops of its own, and must not have any: a
            // short sleep that is interrupted over and over never ends on Linux, which adds its slack
            // to what remains.
            if company == Company::Shared && !disturbed {
                pause(self.pauses, i as u64);
            }
            // SAFETY: each step has one performer, so the answer is ours.
            unsafe { self.batch.perform(i, hands, company) };
        }
    }

    /// Waits until all who take part in the section are here.
    ///
    /// # Safety
    /// The gate, if there is one, is alive.
    unsafe fn meet(&self) {
        if self.gate.is_null() {
            return;
        }
        // SAFETY: the caller's promise.
        let gate = unsafe { &*self.gate };
        gate.fetch_add(1, Ordering::AcqRel);
        let mut looks = 0u32;
        while gate.load(Ordering::Acquire) < self.count {
            looks += 1;
            if looks.is_multiple_of(256) {
                std::thread::yield_now();
            } else {
                std::hint::spin_loop();
            }
        }
    }
}

/// A seeded schedule point: mostly nothing, at times a short spin, a yield, or a sleep.
fn pause(seed: u64, step: u64) {
    let mut z = (seed ^ step).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^= z >> 29;
    match z % 64 {
        0..8 => (0..z >> 8 & 255).for_each(|_| std::hint::spin_loop()),
        8..12 => std::thread::yield_now(),
        12 => std::thread::sleep(std::time::Duration::from_micros(z >> 8 & 63)),
        _ => {}
    }
}

const ABSENT: u32 = 0;
const IDLE: u32 = 1;
const WORKING: u32 = 2;

/// A thread that can be given jobs.
pub(super) struct Member {
    /// [`ABSENT`], [`IDLE`] or [`WORKING`]; a futex for both sides.
    state: AtomicU32,
    job: UnsafeCell<Option<Job>>,
    handle: libc::pthread_t,
    number: usize,
    on_start: fn(usize),
}

// SAFETY: `job` is written by the crew while the state is IDLE, and read by the member while it is
// WORKING.
unsafe impl Sync for Member {}

impl Member {
    pub(super) fn new(number: usize) -> Member {
        Member {
            state: AtomicU32::new(ABSENT),
            job: UnsafeCell::new(None),
            handle: 0,
            number,
            on_start: |_| {},
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.state.load(Ordering::Acquire) != ABSENT
    }

    /// Starts the thread; false where the system refuses one.
    pub(super) fn start(&mut self, on_start: fn(usize)) -> bool {
        late_key();
        self.on_start = on_start;
        self.state.store(IDLE, Ordering::Release);
        let this = std::ptr::from_ref::<Member>(self).cast_mut().cast();
        // SAFETY: the member lives in the crew's box until it is joined.
        let failed = unsafe {
            libc::pthread_create(&raw mut self.handle, std::ptr::null(), live, this) != 0
        };
        if failed {
            self.state.store(ABSENT, Ordering::Release);
        }
        !failed
    }

    /// Gives a job to the idle member.
    pub(super) fn give(&self, job: Job) {
        // SAFETY: the member is idle, so it does not look at the job.
        unsafe { *self.job.get() = Some(job) };
        self.set(WORKING);
    }

    /// Waits until the member is idle again.
    pub(super) fn wait(&self) {
        self.wait_while(WORKING);
    }

    /// Waits until the member's thread is gone, its destructors included.
    pub(super) fn join(&mut self) {
        // SAFETY: the handle is that of a thread not yet joined.
        unsafe { libc::pthread_join(self.handle, std::ptr::null_mut()) };
        self.state.store(ABSENT, Ordering::Release);
    }

    fn set(&self, state: u32) {
        self.state.store(state, Ordering::Release);
        let _ = futex::wake(&self.state, futex::Flags::PRIVATE, 1);
    }

    fn wait_while(&self, state: u32) {
        // A hand-over is over in a microsecond or two; sleeping costs ten.
        for _ in 0..200 {
            if self.state.load(Ordering::Acquire) != state {
                return;
            }
            std::hint::spin_loop();
        }
        while self.state.load(Ordering::Acquire) == state {
            let _ = futex::wait(&self.state, futex::Flags::PRIVATE, state, None);
        }
    }

    fn current_job(&self) -> Option<Job> {
        // SAFETY: the state is WORKING, so the crew does not touch the job.
        unsafe { *self.job.get() }
    }
}

/// The life of a member's thread.
extern "C" fn live(this: *mut c_void) -> *mut c_void {
    // SAFETY: the crew keeps the member until this thread is joined.
    let member = unsafe { &*this.cast::<Member>() };
    (member.on_start)(member.number);
    loop {
        member.wait_while(IDLE);
        let Some(job) = member.current_job() else { return std::ptr::null_mut() };
        // SAFETY: the crew waits for the job before it drops what it points to.
        unsafe { job.run() };
        if job.leave {
            arm_late_steps(member);
            return std::ptr::null_mut();
        }
        member.set(IDLE);
    }
}

/// The key whose destructor performs late steps; made before any thread, so that its destructor
/// comes before those of keys that the target makes on first use.
fn late_key() -> libc::pthread_key_t {
    static KEY: OnceLock<libc::pthread_key_t> = OnceLock::new();
    *KEY.get_or_init(|| {
        let mut key = 0;
        // SAFETY: writes the key to a local.
        let failed = unsafe { libc::pthread_key_create(&raw mut key, Some(late_steps)) };
        assert_eq!(failed, 0, "the process has no thread-local key left");
        key
    })
}

/// The value of the late key: the member, and in its low bit whether its destructor ran before.
fn arm_late_steps(member: &Member) {
    let this = std::ptr::from_ref(member).cast::<c_void>();
    // SAFETY: the key is valid; the value is looked at by this thread only.
    unsafe { libc::pthread_setspecific(late_key(), this) };
}

/// Performs the late steps in the *second* round of destructors: in the first, the target's own
/// thread state is torn down, and what comes after that is what must still work.
extern "C" fn late_steps(value: *mut c_void) {
    let address = value as usize;
    if address & 1 == 0 {
        let again = std::ptr::without_provenance_mut::<c_void>(address | 1);
        // SAFETY: setting a key in its own destructor asks for another round (POSIX).
        unsafe { libc::pthread_setspecific(late_key(), again) };
        return;
    }
    let member: *const Member = std::ptr::with_exposed_provenance(address & !1);
    // SAFETY: the crew keeps the member, and what its job points to, until this thread is joined.
    unsafe {
        if let Some(job) = (*member).current_job() {
            let disturbed = job.disturbed();
            job.perform(true, disturbed.is_some());
        }
    }
}
