//! The reference crates as targets: what they offer, and what their insides say when somebody looks.

use conformance::capability::{Capabilities, Capability};
use conformance::check::target_spec::built_in;
use conformance::op::alloc::Scan;
use conformance::target::heap::{Heap, Held};
use conformance::target::inside::{Inside, SpanState};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::process::Command;

fn target(word: &str) -> Box<dyn Heap> {
    built_in(word).expect("a target of this build")
}

fn collected() -> Box<dyn Heap> {
    target("reference-alloc-collected")
}

fn inside(heap: &dyn Heap) -> &dyn Inside {
    heap.inside().expect("it shows its inside")
}

fn object(heap: &dyn Heap, size: usize, scan: Scan) -> Held {
    // SAFETY: a size that is not 0.
    let address = unsafe { inside(heap).new_object(size, scan) };
    assert!(!address.is_null());
    Held { address, size, align: 0 }
}

fn block(heap: &dyn Heap, size: usize) -> Held {
    // SAFETY: a size that is not 0.
    let address = unsafe { heap.malloc(size) };
    assert!(!address.is_null());
    Held { address, size, align: 8 }
}

#[test]
fn what_small_go_shows_the_collected_heap_shows_but_for_what_a_hardened_one_does_or_none_has() {
    let of = |word: &str| -> Capabilities {
        target(word).offers().iter().filter(|one| one.is_inside()).collect()
    };
    let small = of("small-go");
    let (collected, hardened) = (of("reference-alloc-collected"), of("reference-alloc-hardened"));
    let both: Capabilities = collected.iter().chain(hardened.iter()).collect();
    assert_eq!(both.missing(small), [Capability::SpecialisedPaths]);
    let of_detection =
        [Capability::Poisons, Capability::DetectsOverrun, Capability::DetectsWrongSize];
    assert_eq!(collected.missing(hardened), of_detection);
    assert!(target("reference-alloc").inside().is_none());
}

/// What is judged by looks inside, judged as the command line does it.
#[test]
fn the_inside_of_the_collected_heap_holds_what_it_is_judged_by() {
    let suites = ["arena", "bitmap", "large", "mcache", "mcentral", "mheap", "pages", "scavenge"];
    let suites = suites.iter().chain(&["size-class", "span", "stack", "tiny"]);
    let stats = ["sys-is-sum", "heap-split", "objects", "bytes", "mapped-ready", "by-size"];
    let mut globs: Vec<String> = suites.map(|suite| format!("alloc/{suite}/**")).collect();
    globs.extend(stats.iter().map(|of| format!("alloc/stats/stats-{of}")));
    let mut args = vec!["check", "--no-baseline", "--profile", "go", "--judge", "trace"];
    args.extend(globs.iter().flat_map(|glob| ["--invariant", glob]));
    args.push("reference-alloc-collected");
    let ran = Command::new(env!("CARGO_BIN_EXE_heaplaw"))
        .args(&args)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the binary starts");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    let holding = said.lines().filter(|line| line.starts_with("holds")).count();
    assert!(holding >= 60, "only {holding} are judged:\n{said}");
}

#[test]
fn a_slot_that_was_let_go_of_is_free_only_after_a_cycle_and_a_sweep() {
    let heap = collected();
    let (kept, dead) = (object(&*heap, 100, Scan::Noscan), object(&*heap, 100, Scan::Noscan));
    let span = || inside(&*heap).span_of(dead.address.addr()).expect("its span");
    let slot = |held: Held| (held.address.addr() - span().base) / span().elemsize;
    // SAFETY: live, and not used any more.
    unsafe { inside(&*heap).free_object(dead) };
    assert!(span().is_taken(slot(dead)) && span().live[0] >> slot(dead) & 1 == 0);
    inside(&*heap).flush();
    inside(&*heap).start_cycle();
    assert!(span().is_taken(slot(dead)), "it waits to be swept");
    assert_eq!(inside(&*heap).sweep(usize::MAX), 1, "one span has waited");
    assert!(!span().is_taken(slot(dead)) && span().is_taken(slot(kept)));
    assert_eq!(span().taken(), span().alloc_count);
}

#[test]
fn a_span_that_is_shown_is_the_one_that_the_span_map_leads_to() {
    let heap = collected();
    let all =
        [(8, Scan::Pointers), (600, Scan::Pointers), (5000, Scan::Noscan), (100_000, Scan::Noscan)];
    let objects = all.map(|(size, scan)| (object(&*heap, size, scan), scan));
    // SAFETY: a power of two.
    let stack = unsafe { inside(&*heap).stack(4096) };
    let spans = inside(&*heap).spans();
    for (held, scan) in objects {
        let found = inside(&*heap).span_of(held.address.addr()).expect("its span");
        assert!(spans.contains(&found), "{found:?}");
        assert_eq!((found.state, found.scan), (SpanState::InUse, scan == Scan::Pointers));
        assert!(found.elemsize >= held.size && found.limit <= found.base + found.pages * 8192);
    }
    let manual: Vec<_> = spans.iter().filter(|span| span.state == SpanState::Manual).collect();
    assert!(manual.len() == 1 && (manual[0].base..).contains(&stack.addr()));
    assert_eq!(spans.len(), all.len() + 1);
    assert!(inside(&*heap).span_of(0).is_none() && !inside(&*heap).is_registered(1 << 20));
}

#[test]
fn what_is_given_back_is_what_the_system_was_told() {
    let heap = collected();
    let dead = object(&*heap, 8 << 20, Scan::Noscan);
    let (start, end) = (dead.address.addr(), dead.address.addr() + (8 << 20));
    // SAFETY: live, and not used any more.
    unsafe { inside(&*heap).free_object(dead) };
    assert_eq!(inside(&*heap).release_all(), [], "nobody knows that it is dead");
    inside(&*heap).start_cycle();
    inside(&*heap).sweep(usize::MAX);
    let given = inside(&*heap).scavenge(1 << 20);
    assert_eq!(given.first().map(|&(at, len)| at + len), Some(end), "the highest first");
    let rest: usize = inside(&*heap).release_all().iter().map(|(_, len)| len).sum();
    assert_eq!(rest + given.iter().map(|(_, len)| len).sum::<usize>(), end - start);
}

#[test]
fn blocks_are_collected_without_being_asked_and_threads_leave_nothing_behind() {
    let heap = collected();
    let churn = &|thread: usize| {
        for round in 0..400 {
            let size = |i: usize| 16 + (round * 37 + i * thread) % 3000;
            let held: Vec<Held> = (0..8).map(|i| block(&*heap, size(i))).collect();
            // SAFETY: live, and not used any more.
            held.into_iter().for_each(|held| unsafe { heap.free(held) });
        }
    };
    for _ in 0..20 {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|thread| scope.spawn(move || churn(thread))).collect();
            // Joined one by one: the scope alone does not wait until they are taken down.
            for thread in threads {
                thread.join().expect("it ends");
            }
        });
    }
    let central = inside(&*heap).central();
    assert!(central.sweepgen >= 8, "only {} cycles", central.sweepgen / 2);
    assert_eq!((central.cached, central.tiny), (vec![], vec![]), "nobody is there");
    let pages = inside(&*heap).pages();
    assert!(pages.chunks.len() <= 2, "{} chunks for what fits into one", pages.chunks.len());
    let stats = heap.stats();
    assert_eq!((stats.in_use, stats.mallocs), (0, stats.frees));
    assert_eq!(stats.mallocs, 20 * 3 * 400 * 8);
}

#[test]
fn mutators_that_live_at_a_time_have_numbers_of_their_own() {
    let heap = collected();
    let own = inside(&*heap).current_p();
    let barrier = std::sync::Barrier::new(3);
    let mut numbers = BTreeSet::from([own]);
    std::thread::scope(|scope| {
        let ask = || {
            let number = inside(&*heap).current_p();
            barrier.wait();
            number
        };
        let asked: Vec<_> = (0..3).map(|_| scope.spawn(ask)).collect();
        numbers.extend(asked.into_iter().map(|thread| thread.join().expect("it asked")));
    });
    assert_eq!(numbers, BTreeSet::from([0, 1, 2, 3]));
    assert_eq!(inside(&*heap).current_p(), own);
}

/// Makes a block and frees it when its thread is taken down.
struct Late(Box<dyn Heap>);

impl Drop for Late {
    fn drop(&mut self) {
        let held = block(&*self.0, 500);
        // SAFETY: live, and not used any more.
        unsafe { self.0.free(held) };
        assert_eq!(self.0.stats().in_use, 0);
    }
}

thread_local! {
    static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
}

#[test]
fn a_thread_that_is_being_taken_down_is_served() {
    let ended = std::thread::spawn(|| {
        let heap = collected();
        // Before the thread has a mutator: what is made later is taken down first.
        LATE.with(|late| *late.borrow_mut() = Some(Late(collected())));
        block(&*heap, 100);
    });
    assert!(ended.join().is_ok());
}

#[test]
fn a_free_slot_of_the_hardened_heap_is_poison_and_its_slack_is_behind_the_object() {
    let heap = target("reference-alloc-hardened");
    let held = object(&*heap, 100, Scan::Noscan);
    let slack = inside(&*heap).slack(held);
    assert_eq!(slack, 12, "of a slot of 112");
    // SAFETY: live; its memory stays mapped.
    let after = unsafe {
        held.address.write_bytes(1, 100);
        inside(&*heap).free_object(held);
        std::slice::from_raw_parts(held.address, 100 + slack)
    };
    assert!(after.iter().all(|&byte| byte == inside(&*heap).poison()));
}
