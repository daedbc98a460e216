//! The life of a child: map the shared memory, load the target, perform batches until killed.

use super::shared::{Shared, state};
use super::{ENV_PLANT, ENV_SEED, ENV_WAY, Way};
use crate::target::crew::Crew;
use crate::target::disturb;
use crate::target::hands::{Hands, ProcessState};
use crate::target::heap::Heap;
use crate::target::identity::{Identity, Loaded};
use crate::target::malloc::{self, LoadFaultKind};
use crate::target::plant::{Plant, Planted};
use rustix::thread::futex;
use std::cell::UnsafeCell;
use std::env;
use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicPtr, Ordering};

/// Finds heaps built into this executable by their names.
pub type Named<'n> = &'n dyn Fn(&str) -> Option<Box<dyn Heap>>;

/// Makes this process a worker, if a judge started it as one: then it never returns.
///
/// Call it first in `main` of every executable that judges through children.
pub fn serve_if_asked(named: Named<'_>) {
    let Some(way) = env::var_os(ENV_WAY) else { return };
    let Some(way) = way.to_str().and_then(Way::from_word) else {
        eprintln!("{ENV_WAY} is set by a judge for its children, to a word that this build knows");
        std::process::exit(2);
    };
    // SAFETY: standard input is open, or mapping it fails.
    let file = unsafe { OwnedFd::from_raw_fd(0) };
    match Shared::open(&file) {
        Ok(shared) => {
            std::mem::forget(file);
            serve(&shared, &way, named)
        }
        Err(e) => {
            eprintln!("a worker's standard input is the judge's memory: {e}");
            std::process::exit(2);
        }
    }
}

fn serve(shared: &Shared, way: &Way, named: Named<'_>) -> ! {
    die_with_parent();
    let canaries = open_canaries();
    catch_faults(shared);
    disturb::install();
    let state = ProcessState::record(canaries.0, canaries.1);
    let (heap, identity) = match load(way, named) {
        Ok(loaded) => loaded,
        Err((kind, says)) => give_up(shared, kind, &says),
    };
    let heap = match env::var(ENV_PLANT).ok().as_deref().and_then(Plant::from_word) {
        Some(plant) => Box::new(Planted::new(heap, plant)),
        None => heap,
    };
    let seed = env::var(ENV_SEED).ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    let hands = Hands::new(&*heap).watching(state);
    shared.say(&identity.to_lines());
    let header = shared.header();
    header.offers.store(heap.offers().bits(), Ordering::Release);
    let crew = Crew::new(hands, seed, alternate_stack);
    announce(shared, state::READY);
    work(shared, crew)
}

/// Performs batches for ever; the judge kills this process when it has no more.
fn work(shared: &Shared, mut crew: Crew<'_>) -> ! {
    let header = shared.header();
    loop {
        let done = header.done.load(Ordering::Relaxed);
        let mut submitted = header.submitted.load(Ordering::Acquire);
        while submitted == done {
            let _ = futex::wait(&header.submitted, futex::Flags::empty(), submitted, None);
            submitted = header.submitted.load(Ordering::Acquire);
        }
        let (steps, answers, readings) = shared.batch(done);
        // SAFETY: the slot is this batch's, and ours until `done` says otherwise.
        unsafe { crew.perform(steps, answers, readings, &header.at) };
        header.at.store(0, Ordering::Relaxed);
        header.done.store(done.wrapping_add(1), Ordering::Release);
        let _ = futex::wake(&header.done, futex::Flags::empty(), 1);
    }
}

fn announce(shared: &Shared, what: u32) {
    let header = shared.header();
    header.state.store(what, Ordering::Release);
    let _ = futex::wake(&header.state, futex::Flags::empty(), 1);
}

fn give_up(shared: &Shared, kind: LoadFaultKind, says: &str) -> ! {
    shared.say(says);
    let tls = kind == LoadFaultKind::StaticTls;
    announce(shared, if tls { state::WANTS_PRELOAD } else { state::FAILED });
    // SAFETY: ends the process without running the target's exit handlers.
    unsafe { libc::_exit(2) }
}

type Loading = Result<(Box<dyn Heap>, Identity), (LoadFaultKind, String)>;

fn load(way: &Way, named: Named<'_>) -> Loading {
    let c_heap = |loaded: Result<(malloc::CHeap, Identity), malloc::LoadFault>| match loaded {
        Ok((heap, identity)) => Ok((Box::new(heap) as Box<dyn Heap>, identity)),
        Err(fault) => Err((fault.kind, fault.says)),
    };
    match way {
        Way::System => c_heap(malloc::of_process(Loaded::System)),
        Way::Dlopen(file) => c_heap(malloc::open(file)),
        Way::Preload(file) => {
            let (heap, identity) = c_heap(malloc::of_process(Loaded::Preload))?;
            if is_file(&identity, file) {
                return Ok((heap, identity));
            }
            let says = format!("preloaded {file}, but `malloc` is that of {}", identity.path);
            Err((LoadFaultKind::OtherFile, says))
        }
        Way::Named(name) => named(name)
            .map(|heap| (heap, Identity::default()))
            .ok_or_else(|| (LoadFaultKind::Open, format!("no heap is named {name}"))),
    }
}

/// Whether `identity` is that of `file`: the same file, or the same name where `file` is one that
/// the loader searched.
fn is_file(identity: &Identity, file: &str) -> bool {
    let real = std::fs::canonicalize(file).map(|p| p.to_string_lossy() == identity.path);
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    real.unwrap_or(false) || name(file) == identity.soname || name(file) == name(&identity.path)
}

/// The child must not outlive its judge.
fn die_with_parent() {
    use rustix::process::{Signal, set_parent_process_death_signal};
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: only forbids this process to dump core.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

/// Opens a few descriptors for a careless target to close; also gives standard input a harmless
/// file. Returns the first and how many.
fn open_canaries() -> (i32, i32) {
    const COUNT: i32 = 3;
    let Ok(null) = File::open("/dev/null") else { return (0, 0) };
    let first = null.as_raw_fd();
    std::mem::forget(null);
    // SAFETY: descriptor 0 is the judge's memory, which is mapped by now.
    unsafe { libc::dup2(first, 0) };
    let opened = (1..COUNT).all(|i| {
        // SAFETY: a duplicate of an open descriptor.
        unsafe { libc::fcntl(first, libc::F_DUPFD, first + i) == first + i }
    });
    if opened { (first, COUNT) } else { (first, 1) }
}

/// Where a fatal signal is noted. Set once, before the handler is installed.
static NOTES: AtomicPtr<Shared> = AtomicPtr::new(std::ptr::null_mut());

/// Notes fatal signals and where they came from, then lets them kill.
fn catch_faults(shared: &Shared) {
    NOTES.store(std::ptr::from_ref(shared).cast_mut(), Ordering::Release);
    alternate_stack(0);
    for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE] {
        // SAFETY: the handler has the type that SA_SIGINFO asks for, and is async-signal-safe: it
        // stores numbers and returns to the faulting instruction with the default action set.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = note_fault as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

extern "C" fn note_fault(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let shared = NOTES.load(Ordering::Acquire);
    // SAFETY: the shared memory lives as long as the process; the kernel passes valid records.
    unsafe {
        let header = (*shared).header();
        header.fault.store((*info).si_addr() as u64, Ordering::Release);
        header.stack.store(stack_pointer(context), Ordering::Release);
        header.signal.store(signal, Ordering::Release);
        // A fault repeats by itself when the handler returns; a signal that was sent does not.
        if (*info).si_code <= 0 {
            libc::raise(signal);
        }
    }
}

/// # Safety
/// `context` is what the kernel passed to a handler.
unsafe fn stack_pointer(context: *mut libc::c_void) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        let context = &*context.cast::<libc::ucontext_t>();
        #[cfg(target_arch = "x86_64")]
        return context.uc_mcontext.gregs[libc::REG_RSP as usize] as u64;
        #[cfg(target_arch = "aarch64")]
        return context.uc_mcontext.sp;
    }
}

const STACK: usize = 16 << 10;

/// A stack for the fault handler of each thread of the crew: a thread whose own stack overflowed
/// has none to handle the fault on.
#[repr(align(16))]
struct Stacks(UnsafeCell<[[u8; STACK]; crate::op::alloc::THREADS]>);

// SAFETY: each thread uses the stack of its own number.
unsafe impl Sync for Stacks {}

static STACKS: Stacks = Stacks(UnsafeCell::new([[0; STACK]; crate::op::alloc::THREADS]));

fn alternate_stack(number: usize) {
    // SAFETY: the stack is static, and no other running thread has this number.
    unsafe {
        let place = STACKS.0.get().cast::<[u8; STACK]>().add(number % crate::op::alloc::THREADS);
        let stack = libc::stack_t { ss_sp: place.cast(), ss_flags: 0, ss_size: STACK };
        libc::sigaltstack(&raw const stack, std::ptr::null_mut());
    }
}
