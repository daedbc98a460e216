//! Wrong about threads and forks.

use crate::mutant::small::cache::Cache;
use crate::mutant::small::fork::Registry;
use crate::mutant::small::parts::{ForkMoment, Parts, Right};
use crate::mutant::small::root::Root;
use crate::mutant::small::span::SpanRef;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::{Duration, Instant};
use std::{hint, ptr, thread};

mutants! { heap:
    DropsRemoteFrees(c_heap) "alloc/drops-remote-frees"
        breaks "alloc/concurrency/remote-free-accepted"
        also ["alloc/concurrency/remote-free-exactly-once",
            "alloc/space/producer-consumer-bounded", "alloc/space/steady-state-footprint",
            "alloc/space/no-leak-after-free-all", "alloc/concurrency/thread-exit-returns-cache"]
        "Returns early where another thread owns the span: the block never comes back.";
    ScrubsAfterSending(c_heap) "alloc/scrubs-after-sending"
        breaks "alloc/concurrency/remote-free-synchronises"
        also ["alloc/block/contents-stable", "alloc/zero/calloc-zeroed",
            "alloc/realloc/realloc-prefix-preserved"]
        "Scrubs a block after it was sent to its owner, who may have handed it out again.";
    LosesBatch(c_heap) "alloc/loses-batch-of-remote-frees"
        breaks "alloc/concurrency/remote-free-exactly-once"
        also ["alloc/concurrency/remote-free-accepted", "alloc/space/producer-consumer-bounded",
            "alloc/concurrency/thread-exit-returns-cache", "alloc/space/steady-state-footprint",
            "alloc/space/no-leak-after-free-all"]
        "Reads the length of a batch of blocks that other threads sent as 0, and loses them.";
    CountsRemoteTwice(c_heap) "alloc/counts-remote-free-twice"
        breaks "alloc/concurrency/remote-free-exactly-once"
        also ["alloc/space/no-leak-after-free-all"]
        "Counts a block that is sent to its owner at the sender and once more.";
    FollowsClearedPointer(c_heap) "alloc/follows-cleared-cache-pointer"
        breaks "alloc/concurrency/late-tls-free"
        also ["alloc/block/call-returns"]
        "Follows the pointer to a thread's cache after the thread's teardown has cleared it.";
    DropsLateFrees(c_heap) "alloc/drops-late-frees"
        breaks "alloc/concurrency/late-tls-free"
        also ["alloc/space/steady-state-footprint", "alloc/space/no-leak-after-free-all"]
        "Drops what a thread frees after its cache is gone.";
    AbandonsCache(c_heap) "alloc/abandons-cache-of-ended-thread"
        breaks "alloc/concurrency/thread-exit-returns-cache"
        also ["alloc/space/steady-state-footprint", "alloc/space/producer-consumer-bounded"]
        "Forgets the cache of an ended thread, with all its spans.";
    PublishesEarly(c_heap) "alloc/publishes-heap-before-it-is-ready"
        breaks "alloc/concurrency/bootstrap-reentrant"
        also ["alloc/**"]
        "Lets other threads see the heap a moment before its table of classes is filled.";
    LeavesChildLocked(c_heap) "alloc/leaves-child-locked"
        breaks "alloc/concurrency/fork-child-can-allocate"
        also ["alloc/block/call-returns"]
        "Takes all locks before a fork, and does not release them in the child.";
}

impl Parts for DropsRemoteFrees {
    fn send(_: &Root, span: SpanRef, _: *mut u8) -> bool {
        span.is_open()
    }
}

/// How long a scrub is late. A yield gives the owner a processor; the time is for machines where it
/// has one already.
const LATE: Duration = Duration::from_micros(20);

impl Parts for ScrubsAfterSending {
    fn send(root: &Root, span: SpanRef, slot: *mut u8) -> bool {
        // The first two words hold the link by now.
        let scrubbed = 16..span.slot_size().min(64);
        if !Right::send(root, span, slot) {
            return false;
        }
        thread::yield_now();
        let sent = Instant::now();
        while sent.elapsed() < LATE {
            hint::spin_loop();
        }
        // SAFETY: none. The block is somebody else's by now, who is the victim.
        unsafe { ptr::write_bytes(slot.add(16), 0, scrubbed.len()) };
        true
    }
}

impl Parts for LosesBatch {
    fn absorb(_: SpanRef, _: *mut u8) {}
}

impl Parts for CountsRemoteTwice {
    fn send(root: &Root, span: SpanRef, slot: *mut u8) -> bool {
        let bytes = span.slot_size();
        let sent = Right::send(root, span, slot);
        if sent {
            root.late.count_free(bytes);
        }
        sent
    }
}

impl Parts for FollowsClearedPointer {
    fn after_teardown(_: &Root) -> Option<&Cache> {
        // SAFETY: none. The read hits page 0, which no system maps.
        unsafe { ptr::null::<*const Cache>().read_volatile().as_ref() }
    }
}

impl Parts for DropsLateFrees {
    fn late_free(_: &Root, _: SpanRef, _: *mut u8) {}
}

impl Parts for AbandonsCache {
    fn thread_ends(_: &Root, _: &Cache) {}
}

impl Parts for PublishesEarly {
    fn publish(place: &AtomicPtr<Root>, root: &Root, registry: Registry) {
        place.store(ptr::from_ref(root).cast_mut(), Ordering::Release);
        drop(registry);
        thread::sleep(Duration::from_millis(2));
        root.classes.fill();
    }
}

impl Parts for LeavesChildLocked {
    fn at_fork(root: &Root, moment: ForkMoment) {
        if moment != ForkMoment::InChild {
            Right::at_fork(root, moment);
        }
    }
}
