//! A heap with a toy collector: any order of allocations, deaths, cycles and sweeps leaves it whole.
#![cfg(not(loom))]

mod toy;

use proptest::prelude::*;
use reference_alloc::collected::Shape;
use reference_alloc::size_class::Reserve;
use reference_alloc::stack::Stack;
use reference_alloc::units::Addr;
use toy::{Heap, PLAIN, World, heap, starve};

#[derive(Clone, Debug)]
enum Op {
    Alloc {
        who: usize,
        bytes: usize,
        shape: Shape,
    },
    Many {
        who: usize,
        bytes: usize,
        shape: Shape,
        count: usize,
    },
    Die {
        which: usize,
        count: usize,
    },
    DieBut {
        every: usize,
    },
    Cycle,
    Finish,
    Sweep {
        spans: usize,
    },
    Prepare {
        who: usize,
    },
    Detach {
        who: usize,
    },
    Stack {
        who: usize,
        log2: u32,
    },
    FreeStack {
        who: usize,
        which: usize,
    },
    Marking {
        on: bool,
    },
    Scavenge,
    /// From now on the system gives only so much more.
    Limit {
        more: usize,
    },
    /// It gives nothing more, not even what was asked for in advance.
    Starve,
    Unlimited,
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        any::<bool>().prop_map(|zeroed| Shape::Plain { zeroed }),
        (any::<u64>(), any::<usize>()).prop_map(|(map, word)| Shape::Pointers { map, word }),
    ]
}

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0_usize..24, 5 => 0_usize..700, 3 => 500_usize..33_000, 1 => 32_000_usize..200_000]
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (any::<usize>(), sizes(), shapes())
            .prop_map(|(who, bytes, shape)| Op::Alloc { who, bytes, shape }),
        4 => (any::<usize>(), 0_usize..2000, shapes(), 1_usize..300)
            .prop_map(|(who, bytes, shape, count)| Op::Many { who, bytes, shape, count }),
        2 => (any::<usize>(), 1_usize..200).prop_map(|(which, count)| Op::Die { which, count }),
        2 => (1_usize..9).prop_map(|every| Op::DieBut { every }),
        3 => Just(Op::Cycle),
        1 => Just(Op::Finish),
        3 => (1_usize..20).prop_map(|spans| Op::Sweep { spans }),
        1 => any::<usize>().prop_map(|who| Op::Prepare { who }),
        1 => any::<usize>().prop_map(|who| Op::Detach { who }),
        1 => (any::<usize>(), 11_u32..18).prop_map(|(who, log2)| Op::Stack { who, log2 }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(who, which)| Op::FreeStack { who, which }),
        1 => any::<bool>().prop_map(|on| Op::Marking { on }),
        1 => Just(Op::Scavenge),
    ]
}

fn ops_without_memory() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => ops(),
        1 => (0_usize..2_000_000).prop_map(|more| Op::Limit { more }),
        1 => Just(Op::Starve),
        1 => Just(Op::Unlimited),
    ]
}

fn perform(world: &mut World<'_>, stacks: &mut Vec<Stack>, op: &Op) {
    match *op {
        Op::Alloc { who, bytes, shape } => drop(world.alloc(who, bytes, shape)),
        Op::Many { who, bytes, shape, count } => drop(world.many(who, bytes, shape, count)),
        Op::Die { which, count } => {
            let skipped = which.checked_rem(world.live.len()).unwrap_or(0);
            let dead: Vec<Addr> = world.live.keys().skip(skipped).take(count).copied().collect();
            world.forget(&dead);
        }
        Op::DieBut { every } => {
            let dead = world.live.keys().enumerate().filter(|(nth, _)| nth % 9 != every);
            let dead: Vec<Addr> = dead.map(|(_, &at)| at).collect();
            world.forget(&dead);
        }
        Op::Cycle => world.cycle(),
        Op::Finish => world.finish(),
        Op::Sweep { spans } => {
            for _ in 0..spans {
                world.heap.sweep_one();
            }
        }
        Op::Prepare { who } => {
            if let Some(mutator) = world.mutator(who) {
                mutator.prepare_for_sweep();
            }
        }
        Op::Detach { who } => {
            let who = who % world.mutators.len();
            world.mutators[who] = None;
        }
        Op::Stack { who, log2 } => {
            let stack = world.mutator(who).and_then(|by| by.alloc_stack(1 << log2).ok());
            stacks.extend(stack);
        }
        Op::FreeStack { who, which } => {
            if stacks.is_empty() {
                return;
            }
            let stack = stacks.swap_remove(which % stacks.len());
            match world.mutator(who) {
                // SAFETY: of this heap, and forgotten.
                Some(mutator) => unsafe { mutator.free_stack(stack) },
                None => stacks.push(stack),
            }
        }
        Op::Marking { on } => world.heap.set_marking(on),
        Op::Scavenge => {
            world.heap.heap.pages.scavenge(reference_alloc::units::Pages(200), true);
        }
        Op::Limit { more } => {
            let os = &world.heap.heap.pages.os;
            os.limit(os.committed() + more);
        }
        Op::Starve => starve(world.heap),
        Op::Unlimited => world.heap.heap.pages.os.limit(usize::MAX),
    }
}

fn run(heap: &Heap, ops: &[Op]) {
    let (mut world, mut stacks) = (World::new(heap, 3), Vec::new());
    for op in ops {
        perform(&mut world, &mut stacks, op);
        world.check();
    }
    world.verify_all();
    heap.heap.pages.os.limit(usize::MAX);
    // What is counted as live after a full sweep is what lives.
    world.cycle();
    let slots = world.live_slots().len() as u64;
    world.finish();
    assert_eq!(heap.stats().heap_objects(), slots);
    if let Some(mutator) = world.mutator(0) {
        for stack in stacks {
            // SAFETY: of this heap, and forgotten.
            unsafe { mutator.free_stack(stack) };
        }
    }
    heap.set_marking(false);
    world.end();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 2 } else { 48 }, ..ProptestConfig::default() })]

    #[test]
    fn any_cycles_and_sweeps_keep_what_lives_and_lose_nothing(
        ops in proptest::collection::vec(ops(), 1..if cfg!(miri) { 12 } else { 60 }),
        green_tea in any::<bool>(),
    ) {
        run(&heap(if green_tea { Reserve::GreenTea } else { Reserve::Classic }), &ops);
    }

    #[test]
    fn refusals_of_the_system_lose_no_span_and_no_object(
        ops in proptest::collection::vec(ops_without_memory(), 1..if cfg!(miri) { 12 } else { 60 }),
    ) {
        run(&heap(Reserve::GreenTea), &ops);
    }
}

#[test]
fn an_address_inside_an_object_leads_to_its_slot_and_one_behind_the_last_slot_nowhere() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    for (bytes, shape) in
        [(48, PLAIN), (600, Shape::Pointers { map: 0, word: 7 }), (100_000, PLAIN)]
    {
        let known = world.alloc(0, bytes, shape).unwrap();
        let found = heap.find(known.at + (bytes - 1)).unwrap();
        assert_eq!((found.object(), found.usable()), (known.at, known.bytes));
        assert!(heap.find(found.span.limit()).is_none_or(|next| next.base >= found.span.limit()));
    }
    let small = world.alloc(0, 48, PLAIN).unwrap();
    let span = heap.find(small.at).unwrap().span;
    assert!(heap.find(Addr(span.base().0 + 8191)).is_none(), "the reserve is no object");
    assert!(heap.find(Addr(4096)).is_none() && heap.find(Addr(usize::MAX)).is_none());
    let stack = world.mutator(0).unwrap().alloc_stack(4096).unwrap();
    assert!(heap.find(stack.lo).is_none(), "a stack is no object");
    // SAFETY: of this heap, and forgotten.
    unsafe { world.mutator(0).unwrap().free_stack(stack) };
    world.end();
}

#[test]
fn a_large_object_goes_back_page_by_page_when_it_dies() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let known = world.alloc(0, 100_001, Shape::Pointers { map: 0, word: 99 }).unwrap();
    assert_eq!(known.bytes, 13 * 8192);
    world.cycle();
    world.finish();
    world.verify_all();
    world.forget(&[known.at]);
    assert_eq!(heap.stats().heap_alloc, 13 * 8192, "dead, but nobody knows");
    world.cycle();
    world.finish();
    assert_eq!(heap.stats().heap_inuse, 0);
    world.end();
}

#[test]
fn requests_that_no_memory_can_hold_are_refused() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    for bytes in [isize::MAX as usize, isize::MAX as usize + 1, usize::MAX - 8192, usize::MAX] {
        assert!(world.alloc(0, bytes, PLAIN).is_none(), "{bytes}");
        assert!(world.alloc(0, bytes, Shape::Pointers { map: 0, word: 0 }).is_none(), "{bytes}");
    }
    world.end();
}

#[test]
#[should_panic(expected = "a cycle begins before the sweep of the last one is over")]
fn a_cycle_cannot_begin_before_the_last_ones_sweep_is_over() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    world.many(0, 64, PLAIN, 1000);
    world.cycle();
    // SAFETY: one thread.
    unsafe { heap.begin_cycle() };
}

#[test]
fn tiny_objects_are_counted_on_both_sides() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    world.many(0, 1, PLAIN, 16);
    let stats = heap.stats();
    assert_eq!((stats.mallocs, stats.frees, stats.tiny, stats.heap_alloc), (16, 15, 15, 16));
    assert_eq!(stats.heap_objects(), 1);
    world.end();
    let stats = heap.stats();
    assert_eq!((stats.mallocs, stats.frees), (16, 16));
}

/// A collector stops real threads, marks what they say, and lets them sweep while they go on.
#[test]
fn threads_that_allocate_sweep_and_collect_at_once_lose_nothing() {
    use std::collections::BTreeSet;
    use std::sync::{Barrier, Mutex};
    const THREADS: usize = 3;
    let (rounds, objects) = if cfg!(miri) { (2, 20) } else { (12, 4000) };
    let heap = heap(Reserve::GreenTea);
    let (stop, go) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    let live = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for who in 0..THREADS {
            let (heap, stop, go, live) = (&heap, &stop, &go, &live);
            scope.spawn(move || {
                let mut world = World::new(heap, 1);
                for round in 0..rounds {
                    for nth in 0..objects {
                        let bytes = (nth * 37 + who * 11 + round) % 900;
                        let pointers = Shape::Pointers { map: nth as u64, word: nth };
                        let shape = if nth % 2 == 0 { PLAIN } else { pointers };
                        world.alloc(0, bytes + usize::from(nth % 500 == 0) * 40_000, shape);
                        if nth % 64 == who {
                            heap.sweep_one();
                        }
                    }
                    let dead = world.live.keys().enumerate().filter(|(nth, _)| nth % 7 != 0);
                    let dead: Vec<Addr> = dead.map(|(_, &at)| at).collect();
                    world.forget(&dead);
                    live.lock().unwrap().extend(world.live.values().map(|known| known.base));
                    stop.wait();
                    go.wait();
                }
                world.verify_all();
            });
        }
        for _ in 0..rounds {
            stop.wait();
            let mut world = World::new(&heap, 1);
            // SAFETY: the threads wait at `go`.
            unsafe { heap.finish_sweep() };
            let mut slots = std::mem::take(&mut *live.lock().unwrap());
            slots.extend(world.live_slots());
            heap.reclaim.mark(slots);
            // SAFETY: the same.
            unsafe { heap.begin_cycle() };
            world.check();
            world.mutators.clear();
            go.wait();
            while heap.sweep_one().is_some() {
                // What was freed was allocated before: no difference is below zero.
                assert!(heap.stats().heap_alloc <= heap.stats().total_alloc);
            }
        }
    });
    World::new(&heap, 1).end();
}
