//! Drafts to a script whose steps apply.

mod request;

use super::predicted::{Origin, Predicted};
use super::{Draft, Kind, Shape, sizes};
use crate::capability::Capability;
use crate::op::alloc::{Op, Script, Step, THREADS, Thread};

/// The script that `drafts` stand for.
///
/// Steps apply as long as the target grants requests of at most [`Shape::size_max`] bytes and
/// refuses those that nobody can grant; where it does otherwise some steps will be skipped. A draft
/// gives no step where there is nothing to do it to, and at most one for each eighth live block.
pub fn resolve(drafts: &[Draft], shape: &Shape) -> Script {
    let mut resolver = Resolver::new(shape, drafts.len());
    for draft in drafts {
        resolver.draft(draft);
    }
    Script { steps: resolver.steps }
}

/// What the target is expected to hold after the steps so far.
struct Resolver<'s> {
    shape: &'s Shape,
    steps: Vec<Step>,
    heap: Predicted,
    /// Bytes asked for last.
    asked: u64,
    /// Bytes of the block freed last.
    freed: u64,
    /// Refused requests so far; each names the next of the slots that hold no blocks.
    refused: usize,
    /// Who performs the next step.
    current: Thread,
    running: [bool; THREADS],
}

impl<'s> Resolver<'s> {
    fn new(shape: &'s Shape, drafts: usize) -> Resolver<'s> {
        Resolver {
            shape,
            steps: Vec::with_capacity(drafts + drafts / 2),
            heap: Predicted::new(shape.live_count()),
            asked: 0,
            freed: 0,
            refused: 0,
            current: Thread(0),
            running: [false; THREADS],
        }
    }

    /// The steps of one draft.
    fn draft(&mut self, draft: &Draft) {
        let mut kind = Some(Kind::of(draft.kind));
        while let Some(k) = kind.filter(|k| !k.is_offered(self.shape)) {
            kind = k.plainer();
        }
        let Some(kind) = kind else { return };
        match kind {
            Kind::Malloc
            | Kind::Calloc
            | Kind::AlignedAlloc
            | Kind::PosixMemalign
            | Kind::Memalign => self.allocate(kind, draft),
            Kind::Realloc | Kind::Reallocarray => self.resize(kind, draft),
            Kind::GrowZeroed => self.grow_zeroed(draft),
            Kind::Free | Kind::FreeSized | Kind::FreeAlignedSized | Kind::FreeWithin => {
                self.free(kind, draft);
            }
            Kind::Write | Kind::Verify | Kind::UsableSize | Kind::FillUsable => {
                self.touch(kind, draft);
            }
            Kind::Checkpoint => self.push(Op::Checkpoint),
            Kind::FreeNull => self.push(Op::FreeNull),
            Kind::HandOver => self.hand_over(draft),
            Kind::EndThread => self.end_thread(draft),
            Kind::MallocRun => self.malloc_run(draft),
            Kind::FreeRun => self.free_run(draft),
            Kind::Reuse => self.reuse(draft),
            Kind::Swing => self.swing(draft),
        }
    }

    fn push(&mut self, op: Op) {
        self.steps.push(Step::on(self.current, op));
    }

    /// One free, by whichever call.
    fn free(&mut self, kind: Kind, draft: &Draft) {
        if let Some(at) = self.pick_in_order(draft, kind) {
            self.end(at, kind, draft.count);
        }
    }

    /// Several frees.
    fn free_run(&mut self, draft: &Draft) {
        for i in 0..=(draft.count % self.shape.run_max()) {
            // Scatters the blocks of a run in no order, from the same pick every time.
            let pick = draft.pick.wrapping_add((i * 40_503) as u16);
            self.free(Kind::Free, &Draft { pick, ..*draft });
        }
    }

    /// Frees a block and asks for zeroed memory of its size: it is likely to get the same bytes,
    /// which were written.
    fn reuse(&mut self, draft: &Draft) {
        let Some(at) = self.pick_in_order(draft, Kind::Reuse) else { return };
        self.end(at, Kind::Free, 0);
        if self.freed > 0 {
            self.obtain(Kind::Calloc, draft.count, self.freed);
        }
    }

    /// Frees the `at`-th block, in the way of `kind` if it suits the block.
    fn end(&mut self, at: usize, kind: Kind, excess: u32) {
        let slot = self.heap.slot(at);
        let block = self.heap.block(at);
        let fits = |origin| self.shape.offers.has(Capability::Layout) || block.origin == origin;
        self.push(match kind {
            Kind::FreeSized if fits(Origin::Plain) => Op::FreeSized { slot },
            Kind::FreeAlignedSized if fits(Origin::Aligned) => Op::FreeAlignedSized { slot },
            Kind::FreeWithin => Op::FreeWithin { slot, excess: u64::from(excess) },
            _ => Op::Free { slot },
        });
        self.freed = self.heap.remove(at).size;
    }

    /// Looks at a block, or writes it.
    fn touch(&mut self, kind: Kind, draft: &Draft) {
        let Some(at) = self.pick(draft.pick) else { return };
        let slot = self.heap.slot(at);
        self.push(match kind {
            Kind::Write => Op::Write { slot },
            Kind::UsableSize => Op::UsableSize { slot },
            Kind::FillUsable => Op::FillUsable { slot },
            _ => Op::Verify { slot },
        });
    }

    /// Lets the picked thread go on, and starts it if it does not run.
    fn hand_over(&mut self, draft: &Draft) {
        let thread = Thread((usize::from(draft.pick) % self.shape.thread_count()) as u8);
        if thread.0 != 0 && !self.running[usize::from(thread.0)] {
            self.steps.push(Step::main(Op::StartThread { thread }));
            self.running[usize::from(thread.0)] = true;
        }
        self.current = thread;
    }

    /// Ends the picked thread if it runs, with a few late steps; the main thread goes on.
    fn end_thread(&mut self, draft: &Draft) {
        let others = self.shape.thread_count() - 1;
        let number = 1 + usize::from(draft.pick) % others;
        if !self.running[number] {
            return;
        }
        let thread = Thread(number as u8);
        let begin = self.steps.len();
        self.current = thread;
        for i in 0..draft.count % 4 {
            if (u32::from(draft.how) >> i) & 1 == 0 {
                self.free(Kind::Free, &Draft { how: 0, ..*draft });
            } else {
                self.allocate(Kind::Malloc, &Draft { how: 0, ..*draft });
            }
        }
        for step in &mut self.steps[begin..] {
            step.late = true;
        }
        self.current = Thread(0);
        self.push(Op::EndThread { thread });
        self.running[number] = false;
    }

    /// An index into the live blocks; `None` if there are none.
    fn pick(&self, pick: u16) -> Option<usize> {
        usize::from(pick).checked_rem(self.heap.len())
    }

    /// The block that a freeing draft means: the newest, the oldest, or the one picked. A sized
    /// free looks a little further for a block that it suits.
    fn pick_in_order(&self, draft: &Draft, kind: Kind) -> Option<usize> {
        const FURTHER: usize = 16;
        let picked = self.pick(draft.pick)?;
        let wanted = match kind {
            Kind::FreeSized => Origin::Plain,
            Kind::FreeAlignedSized => Origin::Aligned,
            _ => {
                return Some(match draft.how % 4 {
                    1 => self.heap.len() - 1,
                    2 => 0,
                    _ => picked,
                });
            }
        };
        let suits = |at: &usize| self.heap.block(*at).origin == wanted;
        let mut near = (0..FURTHER.min(self.heap.len())).map(|i| (picked + i) % self.heap.len());
        Some(near.find(suits).unwrap_or(picked))
    }
}
