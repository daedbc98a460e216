//! Laws of the parts that touch no memory: traces, capabilities, drafts.
//!
//! quickcheck draws the cases, from a fixed seed; `QUICKCHECK_TESTS` asks for more of them.
#![expect(clippy::needless_pass_by_value, reason = "quickcheck hands its cases over by value")]

use conformance::capability::{Capabilities, Capability};
use conformance::choice::{Choices, Realloc0, Zero};
use conformance::driver::draft::{Draft, Kind, Shape, resolve};
use conformance::op::alloc::{Foreign, Op, SLOTS, Scan, Script, Slot, Step, THREADS, Thread};
use conformance::trace::expected::{Clause, Errno};
use conformance::trace::{Expected, Trace, Traced};
use quickcheck::{Arbitrary, Gen, QuickCheck, Testable};
use std::collections::BTreeSet;

fn check(law: impl Testable) {
    QuickCheck::new().rng(Gen::from_size_and_seed(100, 1)).quickcheck(law);
}

/// A number below `n`.
fn below(g: &mut Gen, n: usize) -> usize {
    u64::arbitrary(g) as usize % n
}

fn any_op(g: &mut Gen) -> Op {
    let slot = Slot(below(g, SLOTS) as u16);
    let thread = Thread(1 + below(g, THREADS - 1) as u8);
    let (count, size) = (u64::arbitrary(g), u64::arbitrary(g));
    let align = count;
    match below(g, 46) {
        0 => Op::Malloc { slot, size },
        1 => Op::Calloc { slot, count, size },
        2 => Op::AlignedAlloc { slot, align, size },
        3 => Op::PosixMemalign { slot, align, size },
        4 => Op::Memalign { slot, align, size },
        5 => Op::Realloc { slot, size },
        6 => Op::Reallocarray { slot, count, size },
        7 => Op::GrowZeroed { slot, size },
        8 => Op::Free { slot },
        9 => Op::FreeNull,
        10 => Op::FreeSized { slot },
        11 => Op::FreeAlignedSized { slot },
        12 => Op::FreeWithin { slot, excess: size },
        13 => Op::UsableSize { slot },
        14 => Op::FillUsable { slot },
        15 => Op::Write { slot },
        16 => Op::Verify { slot },
        17 => Op::Checkpoint,
        18 => Op::StartThread { thread },
        19 => Op::EndThread { thread },
        20 => Op::Fork { blocks: count },
        21 => Op::DoubleFree { slot },
        22 => Op::FreeInterior { slot, offset: size.max(1) },
        23 => Op::FreeForeign {
            what: [Foreign::Stack, Foreign::Static, Foreign::Mapping][below(g, 3)],
        },
        24 => Op::CorruptFreed { slot, tries: count },
        25 => Op::New { slot, size, scan: Scan::Noscan },
        26 => Op::New { slot, size, scan: Scan::Pointers },
        27 => Op::Stack { slot, size },
        28 => Op::TakeRun { slot, pages: count },
        29 => Op::TakeCached { slot, pages: count },
        30 => Op::Squat { slot, pages: count },
        31 => Op::LookUp { size, scan: Scan::Pointers },
        32 => Op::ReadClass { class: count },
        33 => Op::Refill { size, scan: Scan::Noscan },
        34 => Op::Flush,
        35 => Op::StartCycle,
        36 => Op::Sweep { spans: count },
        37 => Op::Scavenge { size },
        38 => Op::ScavengePaced,
        39 => Op::ReleaseAll,
        40 => Op::MemoryLimit { size },
        41 => Op::Survey,
        42 => Op::Overrun { slot },
        43 => Op::FreeWrong { slot, size },
        44 => Op::Together,
        45 => Op::End,
        _ => Op::Repeat { times: count },
    }
}

fn any_expected(g: &mut Gen, op: &Op) -> Option<Expected> {
    let clauses = [
        Clause::Block,
        Clause::Refused(None),
        Clause::Refused(Some(Errno::Enomem)),
        Clause::Refused(Some(Errno::Einval)),
        Clause::Returns(i32::arbitrary(g)),
        Clause::Aligned(1 << below(g, 64)),
        Clause::ErrnoKept,
    ];
    let mut chosen = clauses.into_iter().filter(|clause| clause.fits(op) && bool::arbitrary(g));
    let first = Expected::of(chosen.next()?);
    Some(chosen.fold(first, Expected::and))
}

/// Any step that a trace may have, with any answer that may be expected of it.
#[derive(Clone, Debug)]
struct AnyTraced(Traced);

impl Arbitrary for AnyTraced {
    fn arbitrary(g: &mut Gen) -> AnyTraced {
        let op = any_op(g);
        let thread = Thread(below(g, THREADS) as u8);
        let step = Step { thread, late: bool::arbitrary(g), op };
        AnyTraced(Traced { step, expected: any_expected(g, &op) })
    }
}

/// Any 16 bytes: a draft as a fuzzer makes it.
#[derive(Clone, Copy, Debug)]
struct RawDraft(Draft);

impl Arbitrary for RawDraft {
    fn arbitrary(g: &mut Gen) -> RawDraft {
        RawDraft(Draft {
            kind: u8::arbitrary(g),
            how: u8::arbitrary(g),
            pick: u16::arbitrary(g),
            count: u32::arbitrary(g),
            size: u64::arbitrary(g),
        })
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = RawDraft>> {
        Box::new(self.0.shrink().map(RawDraft))
    }
}

/// Any shape, absurd bounds included.
#[derive(Clone, Copy, Debug)]
struct AnyShape(Shape);

impl Arbitrary for AnyShape {
    fn arbitrary(g: &mut Gen) -> AnyShape {
        let offers = AnySet::arbitrary(g).0;
        let mut choices = Choices::declared(offers);
        choices.zero = Zero::ALL[below(g, Zero::ALL.len())];
        choices.realloc0 = Realloc0::ALL[below(g, Realloc0::ALL.len())];
        AnyShape(Shape {
            live: usize::arbitrary(g),
            threads: usize::arbitrary(g),
            size_max: u64::arbitrary(g),
            bytes_max: u64::arbitrary(g),
            align_max: 1 << below(g, 64),
            ..Shape::of(offers, choices)
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct AnySet(Capabilities);

impl Arbitrary for AnySet {
    fn arbitrary(g: &mut Gen) -> AnySet {
        AnySet(Capability::ALL.iter().copied().filter(|_| bool::arbitrary(g)).collect())
    }
}

fn trace_of(steps: Vec<AnyTraced>) -> Trace {
    Trace { steps: steps.into_iter().map(|any| any.0).collect(), ..Trace::default() }
}

fn parse(text: &str) -> Trace {
    <Trace>::parse(text.as_bytes(), usize::MAX).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

fn script_of(drafts: &[RawDraft], shape: &Shape) -> Script {
    let drafts: Vec<_> = drafts.iter().map(|raw| raw.0).collect();
    resolve(&drafts, shape)
}

#[test]
fn every_trace_parses_back_from_its_text() {
    fn law(steps: Vec<AnyTraced>) {
        let trace = trace_of(steps);
        assert_eq!(parse(&trace.to_string()), trace);
    }
    check(law as fn(Vec<AnyTraced>));
}

#[test]
fn every_step_parses_back_from_its_line() {
    fn law(step: AnyTraced) {
        assert_eq!(step.0.to_string().parse(), Ok(step.0));
    }
    check(law as fn(AnyTraced));
}

#[test]
fn any_subset_of_a_script_is_a_script() {
    fn law(steps: Vec<(AnyTraced, bool)>) {
        let kept = steps.into_iter().filter_map(|(step, keep)| keep.then_some(step));
        let trace = trace_of(kept.collect());
        assert_eq!(parse(&trace.to_string()).script(), trace.script());
    }
    check(law as fn(Vec<(AnyTraced, bool)>));
}

#[test]
fn damaged_text_is_a_trace_or_a_fault_within_the_text() {
    fn law(steps: Vec<AnyTraced>, damage: Vec<(u16, u8)>) {
        let mut text = trace_of(steps).to_string().into_bytes();
        for (at, byte) in damage {
            let at = usize::from(at) % text.len();
            text[at] = byte;
        }
        match <Trace>::parse(&text, usize::MAX) {
            Ok(trace) => assert_eq!(parse(&trace.to_string()), trace),
            Err(fault) => {
                let lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
                let line = lines[fault.line as usize - 1];
                assert!((1..=line.len() + 1).contains(&fault.column), "{fault}");
                assert!(!fault.message.is_empty());
            }
        }
    }
    check(law as fn(Vec<AnyTraced>, Vec<(u16, u8)>));
}

#[test]
fn any_bytes_after_a_header_are_a_trace_or_a_fault() {
    fn law(bytes: Vec<u8>) {
        let text = [b"heaplaw-trace 1 alloc\n", bytes.as_slice()].concat();
        let steps = <Trace>::parse(&text, usize::MAX).map_or(0, |trace| trace.steps.len());
        assert!(steps <= bytes.len());
    }
    check(law as fn(Vec<u8>));
}

#[test]
fn capabilities_are_a_set() {
    fn law(a: AnySet, b: AnySet, c: AnySet) {
        let words = |set: Capabilities| set.iter().collect::<BTreeSet<_>>();
        let (a, b, c) = (a.0, b.0, c.0);
        assert_eq!(a.iter().collect::<Capabilities>(), a, "collecting the members gives the set");
        // Only an allocator's cross a process border as bits.
        let of_allocators = |c: &Capability| *c < Capability::Exact;
        let crossed: Capabilities = a.iter().filter(of_allocators).collect();
        assert_eq!(Capabilities::from_bits(a.bits()), crossed, "the bits give the set");
        assert_eq!(a.covers(b), words(b).is_subset(&words(a)));
        assert_eq!(a.covers(b) && b.covers(a), a == b);
        assert!(!(a.covers(b) && b.covers(c)) || a.covers(c), "covering is transitive");
        let missing: Vec<_> = words(b).difference(&words(a)).copied().collect();
        assert_eq!(a.missing(b), missing);
        assert_eq!(a.missing(b).is_empty(), a.covers(b));
        assert!(a.missing(b).into_iter().fold(a, Capabilities::with).covers(b));
    }
    check(law as fn(AnySet, AnySet, AnySet));
}

#[test]
fn a_capability_is_in_a_set_after_it_was_added_and_not_after_it_was_removed() {
    fn law(set: AnySet, index: usize) {
        let one = Capability::ALL[index % Capability::ALL.len()];
        let (with, without) = (set.0.with(one), set.0.without(one));
        assert!(with.has(one) && !without.has(one));
        assert!(with.covers(set.0) && set.0.covers(without));
        assert_eq!(without.with(one), with);
        assert_eq!(with.without(one), without);
        assert_eq!(Capability::from_word(one.word()), Some(one));
        assert_eq!(with.iter().count(), without.iter().count() + 1);
    }
    check(law as fn(AnySet, usize));
}

#[test]
fn bits_that_name_nothing_are_dropped() {
    fn law(bits: u64) {
        let set = Capabilities::from_bits(bits);
        assert_eq!(set.bits() & !bits, 0, "no bit is added");
        assert_eq!(set.iter().collect::<Capabilities>(), set);
    }
    check(law as fn(u64));
}

#[test]
fn any_drafts_under_any_shape_are_a_script() {
    fn law(drafts: Vec<RawDraft>, shape: AnyShape) {
        let script = script_of(&drafts, &shape.0);
        assert_eq!(parse(&Trace::from(&script).to_string()).script(), script);
        assert!(script.steps.len() <= 16 * drafts.len());
    }
    check(law as fn(Vec<RawDraft>, AnyShape));
}

#[test]
fn the_drafts_that_come_first_are_the_steps_that_come_first() {
    fn law(drafts: Vec<RawDraft>, cut: usize, shape: AnyShape) {
        let all = script_of(&drafts, &shape.0);
        let first = script_of(&drafts[..cut % (drafts.len() + 1)], &shape.0);
        assert!(all.steps.starts_with(&first.steps));
    }
    check(law as fn(Vec<RawDraft>, usize, AnyShape));
}

#[test]
fn drafts_survive_their_records() {
    fn law(drafts: Vec<RawDraft>, bytes: Vec<u8>) {
        let drafts: Vec<_> = drafts.into_iter().map(|raw| raw.0).collect();
        assert_eq!(Draft::decode(&Draft::encode(&drafts)).collect::<Vec<_>>(), drafts);
        let decoded: Vec<_> = Draft::decode(&bytes).collect();
        assert!(Draft::encode(&decoded).starts_with(&bytes));
    }
    check(law as fn(Vec<RawDraft>, Vec<u8>));
}

#[test]
fn quickcheck_shrinks_drafts_to_the_few_that_matter() {
    /// Fails once a block of 100 bytes or more was resized.
    fn law(drafts: Vec<Draft>) -> bool {
        let offers = Capabilities::of(&[Capability::Realloc]);
        let script = resolve(&drafts, &Shape::of(offers, Choices::declared(offers)));
        let mut large = BTreeSet::new();
        script.steps.iter().all(|step| match step.op {
            Op::Malloc { slot, size } if size >= 100 => {
                large.insert(slot);
                true
            }
            Op::Realloc { slot, .. } => !large.contains(&slot),
            Op::Free { slot } => {
                large.remove(&slot);
                true
            }
            _ => true,
        })
    }
    let mut engine = QuickCheck::new().rng(Gen::from_size_and_seed(100, 1));
    let result = engine.quicktest(law as fn(Vec<Draft>) -> bool);
    let message = format!("{:?}", result.expect_err("a failing case"));
    let malloc = Draft { size: 100, ..Draft::default() };
    let realloc = Draft { kind: Kind::Realloc as u8, ..Draft::default() };
    assert!(
        message.contains(&format!("{:?}", vec![malloc, realloc]).replace('"', "")),
        "{message}"
    );
}
