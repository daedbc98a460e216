//! What drafts become: how often each op and each boundary comes up, and how few steps are skipped.
//!
//! The scripts are replayed on a model of a target that does as the standards say. It knows nothing
//! of the resolver's own bookkeeping.

use conformance::capability::{Capabilities, Capability};
use conformance::choice::{Choices, Oom, Realloc0, Zero};
use conformance::driver::Dice;
use conformance::driver::draft::{Sampler, Shape, resolve};
use conformance::op::alloc::{Op, SLOTS, Script, Slot, THREADS};
use conformance::trace::form::alloc::FORMS;
use std::collections::BTreeMap;

const SCRIPTS: usize = 200;
const DRAFTS: usize = 500;

/// What C offers: everything that needs no `Layout`.
fn c_shape() -> Shape {
    let offers = Capabilities::of(Capability::ALL).without(Capability::Layout);
    Shape::of(offers, Choices::declared(offers)).with_threads(4)
}

fn scripts(shape: &Shape) -> Vec<Script> {
    let mut dice = Dice::new(1);
    let sampler = Sampler::new(shape);
    let script = |_| resolve(&sampler.drafts(DRAFTS, || dice.roll()), shape);
    (0..SCRIPTS).map(script).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Plain,
    Aligned,
    Other,
}

#[derive(Clone, Copy)]
struct Block {
    size: u64,
    origin: Origin,
    thread: u8,
}

/// A target that grants what can be granted, and counts what it was asked.
struct Model<'s> {
    shape: &'s Shape,
    blocks: Vec<Option<Block>>,
    running: [bool; THREADS],
    /// Bytes of the block that the step before freed.
    just_freed: Option<u64>,
    counts: BTreeMap<&'static str, u32>,
    sizes: Vec<u64>,
}

impl Model<'_> {
    fn new(shape: &Shape) -> Model<'_> {
        let mut running = [false; THREADS];
        running[0] = true;
        Model {
            shape,
            blocks: vec![None; SLOTS],
            running,
            just_freed: None,
            counts: BTreeMap::new(),
            sizes: Vec::new(),
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn block(&self, slot: Slot) -> Option<Block> {
        self.blocks[usize::from(slot.0)]
    }

    /// Performs a script from an empty heap.
    fn run(&mut self, script: &Script) {
        self.blocks.fill(None);
        self.running = Model::new(self.shape).running;
        for step in &script.steps {
            self.count("steps");
            self.count(step.op.word());
            let freed_before = self.just_freed.take();
            let runs = self.running[usize::from(step.thread.0)];
            if !runs || !self.perform(step.thread.0, &step.op) {
                self.count("skipped");
            }
            if matches!(step.op, Op::Calloc { .. }) && step.op.requested() == freed_before {
                self.count("calloc of what was just freed");
            }
            if step.late {
                self.count("late");
            }
        }
    }

    /// False if the step is skipped.
    fn perform(&mut self, thread: u8, op: &Op) -> bool {
        match *op {
            Op::StartThread { thread } => {
                !std::mem::replace(&mut self.running[usize::from(thread.0)], true)
            }
            Op::EndThread { thread } => {
                std::mem::replace(&mut self.running[usize::from(thread.0)], false)
            }
            Op::FreeNull | Op::Checkpoint => true,
            Op::Free { slot } | Op::FreeWithin { slot, .. } => self.free(thread, slot, None),
            Op::FreeSized { slot } => self.free(thread, slot, Some(Origin::Plain)),
            Op::FreeAlignedSized { slot } => self.free(thread, slot, Some(Origin::Aligned)),
            Op::Write { slot }
            | Op::Verify { slot }
            | Op::UsableSize { slot }
            | Op::FillUsable { slot } => self.block(slot).is_some(),
            Op::GrowZeroed { slot, size } => {
                self.block(slot).is_some_and(|block| size > block.size)
                    && self.resize(thread, op, slot)
            }
            Op::Realloc { slot, .. } | Op::Reallocarray { slot, .. } => {
                self.resize(thread, op, slot)
            }
            _ => op.slot().is_some_and(|slot| self.allocate(thread, op, slot)),
        }
    }

    fn free(&mut self, thread: u8, slot: Slot, only: Option<Origin>) -> bool {
        let layout = self.shape.offers.has(Capability::Layout);
        let Some(block) = self.block(slot) else { return false };
        if !layout && only.is_some_and(|origin| origin != block.origin) {
            return false;
        }
        self.blocks[usize::from(slot.0)] = None;
        self.just_freed = Some(block.size);
        if block.thread != thread {
            self.count("free by another thread");
        }
        true
    }

    /// Whether the request can be granted; counts it.
    fn grants(&mut self, op: &Op) -> bool {
        let (align, size) = match *op {
            Op::Calloc { count, size, .. } | Op::Reallocarray { count, size, .. } => {
                let product = u128::from(count) * u128::from(size);
                if product > u128::from(u64::MAX) {
                    self.count("product that wraps round");
                }
                (16, product)
            }
            Op::AlignedAlloc { align, size, .. }
            | Op::PosixMemalign { align, size, .. }
            | Op::Memalign { align, size, .. } => (align, size.into()),
            _ => (16, op.requested().unwrap_or(0).into()),
        };
        let granted = align.is_power_of_two() && size < 1 << 47;
        self.count(if granted { "granted" } else { "refused" });
        if !align.is_power_of_two() {
            self.count("bad alignment");
        }
        if size == 0 {
            self.count("zero size");
        }
        if granted {
            self.sizes.push(size as u64);
        }
        granted
    }

    fn allocate(&mut self, thread: u8, op: &Op, slot: Slot) -> bool {
        if self.block(slot).is_some() {
            return false;
        }
        let origin = match op {
            Op::AlignedAlloc { .. } => Origin::Aligned,
            Op::PosixMemalign { .. } | Op::Memalign { .. } => Origin::Other,
            _ => Origin::Plain,
        };
        let size = op.requested().unwrap_or(0);
        if self.grants(op) && (size > 0 || self.shape.choices.zero == Zero::Unique) {
            self.blocks[usize::from(slot.0)] = Some(Block { size, origin, thread });
        }
        true
    }

    fn resize(&mut self, thread: u8, op: &Op, slot: Slot) -> bool {
        let Some(old) = self.block(slot) else {
            self.count("resize of null");
            return self.allocate(thread, op, slot);
        };
        let size = op.requested().unwrap_or(0);
        if !self.grants(op) {
            self.count("refused resize");
            return true;
        }
        match size.abs_diff(old.size) {
            1 => self.count("resize by one byte"),
            _ if size < old.size => self.count("shrinking resize"),
            _ => {}
        }
        if size == 0 && self.shape.choices.realloc0 == Realloc0::FreeNull {
            self.blocks[usize::from(slot.0)] = None;
            return true;
        }
        let kept = self.shape.offers.has(Capability::Layout) || old.origin == Origin::Plain;
        let origin = if kept { old.origin } else { Origin::Other };
        self.blocks[usize::from(slot.0)] = Some(Block { size, origin, thread });
        true
    }

    /// Per mille of the steps that were counted as `what`.
    fn per_mille(&self, what: &str) -> u32 {
        let count = |what| self.counts.get(what).copied().unwrap_or(0);
        count(what) * 1000 / count("steps")
    }
}

/// The model after all scripts of this shape.
fn replayed(shape: &Shape) -> Model<'_> {
    let mut model = Model::new(shape);
    for script in scripts(shape) {
        model.run(&script);
    }
    model
}

#[test]
fn every_op_but_misuse_sections_and_the_inside_comes_up_often() {
    let shape = c_shape();
    let model = replayed(&shape);
    let never = [
        "fork",
        "churn",
        "double_free",
        "free_interior",
        "free_foreign",
        "corrupt_freed",
        "together",
        "end",
        "repeat",
    ];
    let often = BTreeMap::from([
        ("malloc", 150),
        ("free", 200),
        ("calloc", 60),
        ("realloc", 60),
        ("start_thread", 3),
        ("end_thread", 3),
        ("checkpoint", 1),
    ]);
    // The inside of a target is for scripts that somebody wrote.
    let scripted = FORMS.iter().skip_while(|f| f.word != "new").map(|f| f.word);
    let scripted: Vec<_> = scripted.take_while(|word| *word != "together").collect();
    for form in FORMS {
        let seen = model.per_mille(form.word);
        if never.contains(&form.word) || scripted.contains(&form.word) {
            assert_eq!(model.counts.get(form.word), None, "{} is never generated", form.word);
        } else {
            let least = often.get(form.word).copied().unwrap_or(5);
            assert!(seen >= least, "{} of 1000 steps are {}, expected {least}", seen, form.word);
        }
    }
}

#[test]
fn requests_that_test_the_edges_come_up_often() {
    let shape = c_shape();
    let model = replayed(&shape);
    for (what, least) in [
        ("refused", 10),
        ("refused resize", 2),
        ("product that wraps round", 2),
        ("bad alignment", 1),
        ("zero size", 5),
        ("resize of null", 2),
        ("resize by one byte", 8),
        ("shrinking resize", 20),
        ("free by another thread", 50),
        ("calloc of what was just freed", 20),
        ("late", 3),
    ] {
        let seen = model.per_mille(what);
        assert!(seen >= least, "{seen} of 1000 steps are: {what}; expected {least}");
    }
    assert!(model.per_mille("refused") <= 60, "most requests are granted");
}

/// A family of sizes: its name, how many of 10000 sizes are in it at least, and which.
type Family = (&'static str, usize, &'static dyn Fn(u64) -> bool);

#[test]
fn sizes_are_small_and_crowd_around_the_boundaries() {
    let shape = c_shape();
    let mut sizes = replayed(&shape).sizes;
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!((24..256).contains(&median), "the median is {median}");
    let per_myriad = |is: &dyn Fn(u64) -> bool| {
        sizes.iter().filter(|&&size| is(size)).count() * 10_000 / sizes.len()
    };
    let families: [Family; 9] = [
        ("0", 50, &|size| size == 0),
        ("1", 100, &|size| size == 1),
        ("multiples of 8, up to 256", 2500, &|size| size <= 257 && (size + 1) % 8 <= 2),
        ("powers of two", 1000, &|size| (0..21).any(|k| size.abs_diff(1 << k) <= 1)),
        ("eleven of Go's edges above 1 KiB", 200, &|size| {
            [1152, 1408, 2688, 3456, 6784, 9472, 13_568, 19_072, 27_264, 28_672, 32_768]
                .iter()
                .any(|edge| size.abs_diff(*edge) <= 1)
        }),
        ("pages", 150, &|size| size > 4000 && (size + 1) % 4096 <= 2),
        ("glibc's mmap threshold", 3, &|size| size.abs_diff(128 << 10) <= 1),
        ("a mebibyte", 3, &|size| size.abs_diff(1 << 20) <= 1),
        ("4 to 64 MiB", 1, &|size| size >= 4 << 20),
    ];
    for (name, least, is) in families {
        let seen = per_myriad(is);
        assert!(seen >= least, "{seen} of 10000 sizes are around {name}, expected {least}");
    }
    assert!(per_myriad(&|size| size >= 4 << 20) <= 20, "huge ones are rare");
}

/// Shapes that differ in every way that decides which steps apply.
fn shapes() -> Vec<Shape> {
    let rust = Capabilities::of(&[
        Capability::Calloc,
        Capability::Realloc,
        Capability::AlignedAlloc,
        Capability::FreeSized,
        Capability::FreeAlignedSized,
        Capability::Layout,
        Capability::Threads,
    ]);
    let c = c_shape();
    vec![
        c,
        Shape {
            choices: Choices { zero: Zero::Null, realloc0: Realloc0::Block, ..c.choices },
            ..c
        },
        Shape { choices: Choices { oom: Oom::Abort, ..c.choices }, ..c },
        Shape { live: 3, size_max: 100, align_max: 16, ..c },
        Shape { live: usize::MAX, bytes_max: 10_000, threads: usize::MAX, ..c },
        Shape::of(rust, Choices::declared(rust)).with_threads(2),
        Shape::of(Capabilities::NONE, Choices::declared(Capabilities::NONE)),
    ]
}

#[test]
fn hardly_any_step_is_skipped_by_a_target_that_does_as_expected() {
    for shape in shapes() {
        let model = replayed(&shape);
        let skipped = model.counts.get("skipped").copied().unwrap_or(0);
        let steps = model.counts["steps"];
        assert!(skipped * 100 < steps, "{skipped} of {steps} steps are skipped, under {shape:?}");
    }
}

#[test]
fn nothing_is_asked_that_the_target_does_not_offer() {
    for shape in shapes() {
        let model = replayed(&shape);
        let offers = |capability| shape.offers.has(capability);
        for (word, capability) in [
            ("calloc", Capability::Calloc),
            ("realloc", Capability::Realloc),
            ("reallocarray", Capability::Reallocarray),
            ("aligned_alloc", Capability::AlignedAlloc),
            ("posix_memalign", Capability::PosixMemalign),
            ("memalign", Capability::Memalign),
            ("grow_zeroed", Capability::GrowZeroed),
            ("free_null", Capability::FreeNull),
            ("free_sized", Capability::FreeSized),
            ("free_aligned_sized", Capability::FreeAlignedSized),
            ("free_within", Capability::FreeWithin),
            ("usable", Capability::UsableSize),
            ("fill", Capability::UsableSize),
            ("start_thread", Capability::Threads),
            ("zero size", Capability::ZeroSize),
        ] {
            let asked = model.counts.contains_key(word);
            assert_eq!(asked, offers(capability), "{word}, under {shape:?}");
        }
        // A layout may be too large for any allocator without being impossible.
        let refused = model.counts.contains_key("refused");
        let may_be = offers(Capability::Oversize) || offers(Capability::Layout);
        assert_eq!(refused, may_be, "refused, under {shape:?}");
    }
}

#[test]
fn the_live_blocks_and_bytes_of_the_shape_are_kept() {
    for shape in shapes() {
        for script in scripts(&shape).iter().take(20) {
            let mut model = Model::new(&shape);
            for step in &script.steps {
                model.perform(step.thread.0, &step.op);
                let live = model.blocks.iter().flatten();
                let bytes: u64 = live.clone().map(|block| block.size).sum();
                assert!(live.count() <= shape.live, "after {step}");
                // Where no byte is left, requests below 256 bytes still come.
                let slack = 256 * shape.live.min(Shape::LIVE_MAX) as u64;
                assert!(bytes <= shape.bytes_max + slack, "{bytes} bytes after {step}");
            }
        }
    }
}
