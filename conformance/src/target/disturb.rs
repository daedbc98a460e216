//! Threads that are stopped at any instruction.
//!
//! On a machine with few processors two threads rarely meet between two instructions of an
//! allocator. Here a timer interrupts each thread of a section many times, wherever it is, and the
//! handler lets others go first: a lock is held for long, a fork comes upon it, a half-made change
//! lies open. Nothing that is right without signals is wrong with them: the handler allocates
//! nothing, keeps `errno`, and calls that it interrupts go on by themselves. Go's runtime does the
//! same to its own threads, by the same signal (`runtime/signal_unix.go`, `sighandler`).

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Ignored where nobody asks for it, so that one that comes late does no harm.
const SIGNAL: i32 = libc::SIGURG;

/// Shortest time between two interruptions of a thread, in ns, and how much longer it may be.
const SHORTEST: u64 = 40_000;
const SPREAD: u64 = 200_000;

/// Longest stop, in ns.
const LONGEST: u64 = 120_000;

static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Counts interruptions: what each does is drawn from its number.
static DRAWN: AtomicU64 = AtomicU64::new(0);

/// Lets sections of this process be disturbed from now on.
pub(super) fn install() {
    // SAFETY: the handler is async-signal-safe: it makes system calls and changes an atomic. How late
    // the system may end a sleep is this thread's own setting, handed on to threads that it starts.
    let failed = unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 1 as libc::c_ulong);
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = stop as *const () as usize;
        action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        libc::sigaction(SIGNAL, &raw const action, ptr::null_mut())
    };
    INSTALLED.store(failed == 0, Ordering::Release);
}

/// While it lives, the thread that made it is interrupted now and then.
pub(super) struct Disturbed {
    timer: libc::c_int,
}

impl Disturbed {
    /// Begins, at intervals drawn from `seed`; `None` where nothing is installed or the system has
    /// no timer left.
    pub(super) fn begin(seed: u64) -> Option<Disturbed> {
        if !INSTALLED.load(Ordering::Acquire) {
            return None;
        }
        let mut timer: libc::c_int = 0;
        // SAFETY: all-zero is a valid `sigevent`; the calls write to the locals that they are given.
        // They are made by number, because the C library's functions may allocate.
        unsafe {
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = SIGNAL;
            event.sigev_notify_thread_id = libc::gettid();
            let clock = libc::c_long::from(libc::CLOCK_MONOTONIC);
            if libc::syscall(libc::SYS_timer_create, clock, &raw mut event, &raw mut timer) != 0 {
                return None;
            }
            let every = Duration::from_nanos(SHORTEST + mix(seed) % SPREAD);
            let spec = libc::itimerspec { it_interval: time(every), it_value: time(every) };
            let old: *mut libc::itimerspec = ptr::null_mut();
            libc::syscall(libc::SYS_timer_settime, timer, 0, &raw const spec, old);
        }
        Some(Disturbed { timer })
    }
}

impl Drop for Disturbed {
    fn drop(&mut self) {
        // SAFETY: the timer is ours.
        unsafe { libc::syscall(libc::SYS_timer_delete, self.timer) };
    }
}

/// Runs `calm` without interruptions: a fork takes longer than the time between two of them, and
/// would begin again for ever.
pub(super) fn undisturbed<T>(calm: impl FnOnce() -> T) -> T {
    let mut signals = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the set is made before it is used; the thread's mask is put back as it was changed.
    unsafe {
        libc::sigemptyset(signals.as_mut_ptr());
        libc::sigaddset(signals.as_mut_ptr(), SIGNAL);
        libc::pthread_sigmask(libc::SIG_BLOCK, signals.as_ptr(), ptr::null_mut());
        let done = calm();
        libc::pthread_sigmask(libc::SIG_UNBLOCK, signals.as_ptr(), ptr::null_mut());
        done
    }
}

extern "C" fn stop(_signal: libc::c_int) {
    let z = mix(DRAWN.fetch_add(1, Ordering::Relaxed));
    // SAFETY: `errno` is this thread's; both calls are async-signal-safe.
    unsafe {
        let errno = libc::__errno_location();
        let kept = *errno;
        match z % 4 {
            0 => {}
            1 => drop(libc::sched_yield()),
            _ => {
                let rest = time(Duration::from_nanos((z >> 8) % LONGEST));
                libc::nanosleep(&raw const rest, ptr::null_mut());
            }
        }
        *errno = kept;
    }
}

fn time(span: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: span.as_secs() as libc::time_t,
        tv_nsec: i64::from(span.subsec_nanos()),
    }
}

/// Stafford's mix of a counter (variant 13 of `SplitMix64`'s finaliser).
fn mix(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// How often this process was interrupted while `work` ran.
    fn stops_during(work: impl FnOnce()) -> u64 {
        let before = DRAWN.load(Ordering::Relaxed);
        work();
        DRAWN.load(Ordering::Relaxed) - before
    }

    /// Uses the processor until `over` says so, for ten seconds at most.
    fn spin_until(over: impl Fn() -> bool) {
        let started = Instant::now();
        while !over() && started.elapsed() < Duration::from_secs(10) {
            std::hint::spin_loop();
        }
    }

    // One test, because the counter is the process's.
    #[test]
    fn a_thread_is_stopped_while_it_is_disturbed_and_at_no_other_time() {
        let short = || spin(Duration::from_millis(5));
        assert!(Disturbed::begin(1).is_none(), "nothing is installed yet");
        install();
        assert_eq!(stops_during(short), 0, "not begun");
        let begun = DRAWN.load(Ordering::Relaxed);
        let disturbed = Disturbed::begin(7).expect("the system has a timer");
        spin_until(|| DRAWN.load(Ordering::Relaxed) >= begun + 20);
        assert!(DRAWN.load(Ordering::Relaxed) >= begun + 20, "stopped many times");
        let calm = undisturbed(|| stops_during(short));
        assert_eq!(calm, 0, "the signal is held back");
        drop(disturbed);
        // What was on its way when the timer went has arrived by now.
        short();
        assert_eq!(stops_during(short), 0, "ended");
    }

    fn spin(time: Duration) {
        let started = Instant::now();
        spin_until(|| started.elapsed() >= time);
    }
}
