//! What becomes of a parameter: the fewest loads after which it gets to the heap, to a store, to a call, to each result.
//!
//! Callers are told of it by a tag. A tag holds one byte for each of these goals, one more than the number of loads, 0
//! where nothing gets there. A text that is no tag stands for the worst case.

/// How many results a tag has room for. Flows to later ones count as flows to the heap.
pub const MAX_RESULTS: usize = 5;

const HEAP: usize = 0;
const MUTATOR: usize = 1;
const CALLEE: usize = 2;
const FIRST_RESULT: usize = 3;
const PREFIX: &[u8] = b"esc:";

/// The leaks of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug)]
pub struct Leaks {
    /// One more than the number of loads; 0 for no flow. More than 254 loads count as 254: that errs on the side of
    /// fewer loads, and fewer loads leak more.
    bytes: [u8; FIRST_RESULT + MAX_RESULTS],
}

impl Leaks {
    /// The parameter itself gets to the heap.
    pub fn worst() -> Leaks {
        let mut leaks = Leaks::default();
        leaks.add_heap(0);
        leaks
    }

    /// Loads before the heap.
    pub fn heap(self) -> Option<u32> {
        self.get(HEAP)
    }

    /// Loads before something is stored through the pointer.
    pub fn mutator(self) -> Option<u32> {
        self.get(MUTATOR)
    }

    /// Loads before an unknown call.
    pub fn callee(self) -> Option<u32> {
        self.get(CALLEE)
    }

    /// Loads before the result `at`; `None` for results that a tag has no room for.
    pub fn result(self, at: usize) -> Option<u32> {
        if at < MAX_RESULTS { self.get(FIRST_RESULT + at) } else { None }
    }

    /// Notes a flow to the heap.
    pub fn add_heap(&mut self, loads: u32) {
        self.add(HEAP, loads);
    }

    /// Notes a flow to a store.
    pub fn add_mutator(&mut self, loads: u32) {
        self.add(MUTATOR, loads);
    }

    /// Notes a flow to an unknown call.
    pub fn add_callee(&mut self, loads: u32) {
        self.add(CALLEE, loads);
    }

    /// Notes a flow to a result; one that a tag has no room for counts as the heap.
    pub fn add_result(&mut self, at: usize, loads: u32) {
        let place = if at < MAX_RESULTS { FIRST_RESULT + at } else { HEAP };
        self.add(place, loads);
    }

    fn get(self, at: usize) -> Option<u32> {
        self.bytes[at].checked_sub(1).map(u32::from)
    }

    fn add(&mut self, at: usize, loads: u32) {
        let byte = u8::try_from(loads + 1).unwrap_or(u8::MAX);
        if self.bytes[at] == 0 || byte < self.bytes[at] {
            self.bytes[at] = byte;
        }
    }

    /// Drops flows that say no more than the flow to the heap.
    #[must_use]
    pub fn optimized(mut self) -> Leaks {
        let heap = self.bytes[HEAP];
        if heap > 0 {
            for byte in &mut self.bytes[1..] {
                if *byte >= heap {
                    *byte = 0;
                }
            }
        }
        self
    }

    /// The tag; empty for the worst case.
    pub fn encode(self) -> Vec<u8> {
        if self.heap() == Some(0) {
            return Vec::new();
        }
        let used = self.bytes.iter().rposition(|byte| *byte > 0).map_or(0, |last| last + 1);
        [PREFIX, &self.bytes[..used]].concat()
    }

    /// What a tag tells.
    pub fn decode(tag: &[u8]) -> Leaks {
        let Some(bytes) = tag.strip_prefix(PREFIX) else { return Leaks::worst() };
        let mut leaks = Leaks::default();
        for (to, from) in leaks.bytes.iter_mut().zip(bytes) {
            *to = *from;
        }
        leaks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_flow_is_kept_and_hides_longer_ones() {
        let mut leaks = Leaks::default();
        leaks.add_result(0, 3);
        leaks.add_result(0, 1);
        leaks.add_result(1, 0);
        leaks.add_heap(1);
        assert_eq!(leaks.result(0), Some(1));
        let optimized = leaks.optimized();
        assert_eq!(
            (optimized.heap(), optimized.result(0), optimized.result(1)),
            (Some(1), None, Some(0))
        );
    }

    #[test]
    fn a_tag_tells_what_it_was_made_of() {
        let mut leaks = Leaks::default();
        leaks.add_mutator(0);
        leaks.add_result(4, 2);
        assert_eq!(Leaks::decode(&leaks.encode()), leaks);
        assert_eq!(leaks.encode(), b"esc:\x00\x01\x00\x00\x00\x00\x00\x03");
        assert_eq!(Leaks::default().encode(), b"esc:");
        assert_eq!(Leaks::decode(b""), Leaks::worst());
        assert_eq!(Leaks::worst().encode(), b"");
    }

    #[test]
    fn the_sixth_result_is_the_heap_and_loads_have_an_end() {
        let mut leaks = Leaks::default();
        leaks.add_result(5, 2);
        assert_eq!((leaks.heap(), leaks.result(5)), (Some(2), None));
        leaks.add_callee(1000);
        assert_eq!(leaks.callee(), Some(254));
    }
}
