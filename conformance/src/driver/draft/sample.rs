//! Drawing drafts.

use super::{Draft, Kind, Shape, sizes};
use crate::capability::{Capabilities, Capability};
use crate::choice::Choices;
use crate::op::alloc::THREADS;
use quickcheck::{Arbitrary, Gen};
use std::sync::LazyLock;

/// Draws drafts for targets of one shape.
///
/// Drafts are independent of each other: what follows what is up to [`super::resolve`], which knows
/// the sizes asked for and freed before. So any part of a list is as good as the list.
pub struct Sampler {
    /// Kinds to draw from uniformly: each has as many entries as it has weight.
    kinds: Vec<Kind>,
}

/// How allocations choose their size, drawn uniformly: as the draft says (0), as last (2), as freed
/// (3), a byte more (4), a byte less (5), impossible (6), of null (7). The numbers are those of
/// `resolve`.
const HOW_TO_ALLOCATE: [u8; 32] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6, 6, 7,
];

impl Sampler {
    /// A sampler of the kinds that `shape` offers, by its weights.
    pub fn new(shape: &Shape) -> Sampler {
        let offered = Kind::ALL.into_iter().filter(|kind| kind.is_offered(shape));
        let weighted =
            offered.flat_map(|kind| std::iter::repeat_n(kind, usize::from(shape.weights.of(kind))));
        let mut kinds: Vec<_> = weighted.collect();
        if kinds.is_empty() {
            kinds.push(Kind::Malloc);
        }
        Sampler { kinds }
    }

    /// Draws one draft. `random` gives 64 random bits a call; two calls are made.
    pub fn draft(&self, mut random: impl FnMut() -> u64) -> Draft {
        let bits = random();
        let gene = random();
        let kind = self.kinds[((bits & 0xFFFF) as usize * self.kinds.len()) >> 16];
        let byte = (gene >> 56) as u8;
        let how = if kind.frees() || matches!(kind, Kind::EndThread) {
            byte
        } else {
            HOW_TO_ALLOCATE[usize::from(byte) % HOW_TO_ALLOCATE.len()]
        };
        // An impossible request is chosen by the number itself, others by its place in a table.
        let size = if how == 6 { gene & 0xFFFF } else { sizes::size(gene & (u64::MAX >> 8)) };
        Draft { kind: kind as u8, how, pick: (bits >> 16) as u16, count: (bits >> 32) as u32, size }
    }

    /// Draws `len` drafts.
    pub fn drafts(&self, len: usize, mut random: impl FnMut() -> u64) -> Vec<Draft> {
        (0..len).map(|_| self.draft(&mut random)).collect()
    }
}

/// Drafts for a target that offers everything; for others they are resolved to plainer ops.
impl Arbitrary for Draft {
    fn arbitrary(g: &mut Gen) -> Draft {
        Draft::of_everything(|| {
            // `u64::arbitrary` favours 0 and the largest numbers, which are no random bits.
            u64::from_le_bytes(std::array::from_fn(|_| *g.choose(&BYTES).unwrap_or(&0)))
        })
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Draft>> {
        Box::new(self.simpler().into_iter())
    }
}

/// Every byte, for a uniform choice.
static BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut i = 0;
    while i < 256 {
        bytes[i] = i as u8;
        i += 1;
    }
    bytes
};

impl Draft {
    /// A draft for a target that offers everything.
    fn of_everything(random: impl FnMut() -> u64) -> Draft {
        static SAMPLER: LazyLock<Sampler> = LazyLock::new(|| {
            let offers = Capabilities::of(Capability::ALL);
            let shape = Shape::of(offers, Choices::declared(offers));
            Sampler::new(&shape.with_threads(THREADS))
        });
        SAMPLER.draft(random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Dice;
    use crate::driver::draft::Weights;

    /// A shape for a target that can only hand out and take back blocks.
    fn bare(weights: Weights) -> Shape {
        let offers = Capabilities::NONE;
        Shape { weights, ..Shape::of(offers, Choices::declared(offers)) }
    }

    #[test]
    fn only_offered_kinds_with_a_weight_are_drawn() {
        let shape = bare(Weights::default().with(Kind::Verify, 0));
        let mut dice = Dice::new(1);
        for draft in Sampler::new(&shape).drafts(1000, || dice.roll()) {
            let kind = Kind::of(draft.kind);
            assert!(kind.is_offered(&shape) && kind != Kind::Verify, "{kind:?}");
        }
    }

    #[test]
    fn a_shape_without_weights_still_allocates() {
        let none = Kind::ALL.into_iter().fold(Weights::default(), |w, kind| w.with(kind, 0));
        assert_eq!(Kind::of(Sampler::new(&bare(none)).draft(|| 0).kind), Kind::Malloc);
    }

    #[test]
    fn quickcheck_draws_the_same_drafts_from_the_same_seed() {
        let draw = |seed| {
            let mut g = Gen::from_size_and_seed(10, seed);
            (0..100).map(|_| Draft::arbitrary(&mut g)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
