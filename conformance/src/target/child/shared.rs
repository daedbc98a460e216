//! The memory that the judge and its child share: two batches on their way, and what the child
//! says of itself.
//!
//! The judge never trusts what it reads here: a target may have scribbled over it. Every number is
//! bounded before use, and steps are never read back.

use super::super::BATCH;
use crate::observe::reading::Reading;
use crate::observe::{Answer, Progress, flag};
use crate::op::alloc::Step;
use rustix::fd::{AsFd, OwnedFd};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use std::io;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};

/// Bytes that a child can say about itself.
const MESSAGE: usize = 4096;

/// Written by the judge; a child that finds something else was not started by one.
const MAGIC: u64 = u64::from_le_bytes(*b"heaplaw1");

/// Batches on their way at a time.
pub(super) const IN_FLIGHT: u32 = 2;

/// What a child says of itself before it takes steps.
pub(super) mod state {
    /// Still loading the target.
    pub(crate) const STARTING: u32 = 0;
    /// Waiting for batches; the message is the identity.
    pub(crate) const READY: u32 = 1;
    /// Could not load the target; the message says why.
    pub(crate) const FAILED: u32 = 2;
    /// As failed, but the target could be preloaded instead.
    pub(crate) const WANTS_PRELOAD: u32 = 3;
}

/// Counters and words.
#[repr(C)]
pub(super) struct Header {
    magic: AtomicU64,
    /// See [`state`].
    pub(super) state: AtomicU32,
    /// Batches ever submitted. Written by the judge.
    pub(super) submitted: AtomicU32,
    /// Batches ever done. Written by the child.
    pub(super) done: AtomicU32,
    /// The step that the main thread of the child is at, within its batch.
    pub(super) at: AtomicU32,
    /// What the target offers, as bits.
    pub(super) offers: AtomicU64,
    /// A fatal signal: its number, the address touched, the stack pointer then.
    pub(super) signal: AtomicI32,
    pub(super) fault: AtomicU64,
    pub(super) stack: AtomicU64,
    message_len: AtomicU32,
    message: [u8; MESSAGE],
}

/// One batch on its way.
#[repr(C)]
struct Slot {
    len: AtomicU32,
    steps: [Step; BATCH],
    answers: [Answer; BATCH],
    /// Touched for heaps with an inside only: pages that nobody touches cost nothing.
    readings: [Reading; BATCH],
}

#[repr(C)]
struct Layout {
    header: Header,
    slots: [Slot; IN_FLIGHT as usize],
}

/// The mapping, on either side.
pub(super) struct Shared {
    layout: *mut Layout,
}

// SAFETY: the mapping belongs to the whole process; what both sides write is atomic, or handed over
// by `submitted` and `done`.
unsafe impl Send for Shared {}

impl Shared {
    /// Creates a fresh one, and the file that a child maps.
    ///
    /// # Errors
    /// Whatever the system says.
    pub(super) fn create() -> io::Result<(Shared, OwnedFd)> {
        let file = rustix::fs::memfd_create("heaplaw", rustix::fs::MemfdFlags::CLOEXEC)?;
        rustix::fs::ftruncate(&file, size_of::<Layout>() as u64)?;
        let shared = Shared::map(file.as_fd())?;
        shared.header().magic.store(MAGIC, Ordering::Release);
        Ok((shared, file))
    }

    /// Maps the file that a judge created.
    ///
    /// # Errors
    /// Whatever the system says, or that the file is no judge's.
    pub(super) fn open(file: impl AsFd) -> io::Result<Shared> {
        let size = rustix::fs::fstat(&file)?.st_size;
        if size != size_of::<Layout>() as i64 {
            return Err(io::Error::other("not the memory of a judge of this version"));
        }
        let shared = Shared::map(file.as_fd())?;
        if shared.header().magic.load(Ordering::Acquire) != MAGIC {
            return Err(io::Error::other("not the memory of a judge"));
        }
        Ok(shared)
    }

    fn map(file: rustix::fd::BorrowedFd<'_>) -> io::Result<Shared> {
        let prot = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping, of a file as long as the layout; all-zero bytes are valid counters.
        let at = unsafe {
            mmap(std::ptr::null_mut(), size_of::<Layout>(), prot, MapFlags::SHARED, file, 0)?
        };
        Ok(Shared { layout: at.cast() })
    }

    pub(super) fn header(&self) -> &Header {
        // SAFETY: the mapping lives as long as `self`; all fields but the message are atomic.
        unsafe { &(*self.layout).header }
    }

    fn slot(&self, batch: u32) -> *mut Slot {
        // SAFETY: the index is below the number of slots.
        unsafe { &raw mut (*self.layout).slots[(batch % IN_FLIGHT) as usize] }
    }

    /// Judge: puts `steps` into the place of batch `batch`, its answers pending.
    pub(super) fn put(&self, batch: u32, steps: &[Step]) {
        let slot = self.slot(batch);
        // SAFETY: the child is done with this slot, or has never seen it.
        unsafe {
            (&raw mut (*slot).steps).cast::<Step>().copy_from(steps.as_ptr(), steps.len());
            for i in 0..steps.len() {
                (&raw mut (*slot).answers[i].stage).write_volatile(Progress::Pending as u32);
            }
            (*slot).len.store(steps.len() as u32, Ordering::Release);
        }
    }

    /// Judge: copies the answers of batch `batch` out.
    pub(super) fn take(&self, batch: u32, len: usize, into: &mut Vec<Answer>) {
        into.clear();
        into.reserve(len);
        // SAFETY: `len` is at most BATCH; the child is done with this slot or dead. Any bytes are
        // a valid `Answer`.
        unsafe {
            let from = (&raw const (*self.slot(batch)).answers).cast::<Answer>();
            from.copy_to_nonoverlapping(into.as_mut_ptr(), len.min(BATCH));
            into.set_len(len.min(BATCH));
        }
    }

    /// Judge: copies the readings of batch `batch` out, where `answers` say that there are any.
    pub(super) fn take_readings(
        &self,
        batch: u32,
        answers: &[Answer],
        into: &mut Vec<(usize, Reading)>,
    ) {
        into.clear();
        let read = answers.iter().enumerate().filter(|(_, a)| a.has(flag::HAS_READING));
        into.extend(read.map(|(i, _)| {
            // SAFETY: as for `take`; there are no more answers than readings.
            (i, unsafe { (&raw const (*self.slot(batch)).readings[i]).read_volatile() })
        }));
    }

    /// Child: the steps of batch `batch`, and where their answers and readings go.
    pub(super) fn batch(&self, batch: u32) -> (&[Step], *mut Answer, *mut Reading) {
        let slot = self.slot(batch);
        // SAFETY: the judge handed this slot over, and does not write to it until it is done.
        unsafe {
            let len = (*slot).len.load(Ordering::Acquire) as usize;
            let steps = (&raw const (*slot).steps).cast::<Step>();
            let answers = (&raw mut (*slot).answers).cast::<Answer>();
            let readings = (&raw mut (*slot).readings).cast::<Reading>();
            (std::slice::from_raw_parts(steps, len.min(BATCH)), answers, readings)
        }
    }

    /// Child: leaves a message, cut to what fits.
    pub(super) fn say(&self, text: &str) {
        let len = text.len().min(MESSAGE);
        // SAFETY: the judge reads the message only after the state changes.
        unsafe {
            let place = (&raw mut (*self.layout).header.message).cast::<u8>();
            place.copy_from(text.as_ptr(), len);
        }
        self.header().message_len.store(len as u32, Ordering::Release);
    }

    /// Judge: the message left.
    pub(super) fn said(&self) -> String {
        let len = self.header().message_len.load(Ordering::Acquire) as usize;
        // SAFETY: any bytes are valid; the child does not write once its state is known.
        let message = unsafe { &raw const (*self.layout).header.message };
        // SAFETY: as above.
        let bytes = unsafe { message.read_volatile() };
        String::from_utf8_lossy(&bytes[..len.min(MESSAGE)]).into_owned()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: mapped by `map`, and nothing borrowed from it outlives `self`.
        let _ = unsafe { munmap(self.layout.cast(), size_of::<Layout>()) };
    }
}
