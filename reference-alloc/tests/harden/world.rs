//! A heap that is looked after, and hands on its memory.

use reference_alloc::alloc::Heap;
use reference_alloc::error::MisuseKind;
use reference_alloc::harden::{Asked, Detect};
use reference_alloc::mcache::Mcache;
use reference_alloc::os;
use reference_alloc::os::sim::Sim;
use reference_alloc::registry::Entry;
use reference_alloc::size_class::{MAX_SLOT, MAX_SMALL, Reserve};
use reference_alloc::units::Addr;

/// All who look after a heap know the same number.
pub(crate) const SECRET: u64 = 0x0123_4567_89ab_cdef;

/// A heap that is looked after, with a cache.
pub(crate) struct World {
    pub(crate) heap: Box<Heap<Sim>>,
    pub(crate) cache: &'static Entry<Mcache>,
}

/// Sizes where something changes: nothing, words, classes, the last small one, pages.
pub(crate) const SIZES: &[usize] = &[
    0,
    1,
    7,
    8,
    9,
    15,
    16,
    17,
    24,
    25,
    40,
    56,
    57,
    64,
    100,
    504,
    505,
    1000,
    1016,
    1017,
    4096,
    8184,
    8185,
    8192,
    24_568,
    MAX_SMALL - 9,
    MAX_SMALL - 8,
    MAX_SMALL - 7,
    MAX_SMALL - 1,
    MAX_SMALL,
    MAX_SMALL + 1,
    MAX_SLOT - 1,
    MAX_SLOT,
    MAX_SLOT + 1,
    40_951,
    40_952,
    40_953,
    40_960,
    1 << 20,
];
pub(crate) const ALIGNS: &[usize] = &[1, 8, 16, 32, 64, 4096, 8192, 16384, 1 << 20];

pub(crate) fn asked(bytes: usize, align: usize) -> Asked {
    Asked { bytes, align }
}

/// Every size with every alignment; fewer under Miri.
pub(crate) fn all_asked() -> impl Iterator<Item = Asked> {
    let (sizes, aligns) = if cfg!(miri) { (&SIZES[..8], &ALIGNS[..4]) } else { (SIZES, ALIGNS) };
    sizes.iter().flat_map(|&bytes| aligns.iter().map(move |&align| asked(bytes, align)))
}

impl World {
    pub(crate) fn new() -> World {
        let heap = Box::new(Heap::new(Sim::new(), Reserve::Classic));
        let cache = heap.attach().unwrap();
        World { heap, cache }
    }

    pub(crate) fn detect(&self) -> Detect<'_, Sim> {
        Detect::new(&self.heap, SECRET)
    }

    pub(crate) fn try_alloc(&self, asked: Asked, zeroed: bool) -> Result<Addr, MisuseKind> {
        // SAFETY: the cache is this world's.
        let block = unsafe { self.detect().alloc(self.cache, asked, zeroed) };
        block.map(|block| Addr(block.expect("memory").addr().get())).map_err(|wrong| wrong.kind)
    }

    pub(crate) fn alloc(&self, bytes: usize, align: usize) -> Addr {
        self.try_alloc(asked(bytes, align), false).unwrap()
    }

    pub(crate) fn free_as(&self, at: Addr, told: Option<Asked>) -> Result<(), MisuseKind> {
        // SAFETY: the cache is this world's.
        unsafe { self.detect().free(Some(self.cache), at, told) }.map_err(|wrong| {
            assert_eq!(wrong.address, at);
            wrong.kind
        })
    }

    pub(crate) fn free(&self, at: Addr) -> Result<(), MisuseKind> {
        self.free_as(at, None)
    }

    /// The heap is whole, and has so many blocks.
    pub(crate) fn check(&self, live: u64) {
        let mut wrong = Vec::new();
        // SAFETY: one thread.
        unsafe { self.heap.check(&mut |violation| wrong.push(violation)) };
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(self.heap.stats().heap_objects(), live);
    }

    pub(crate) fn end(self) {
        // SAFETY: this world's, and forgotten.
        unsafe { self.heap.detach(self.cache) }.unwrap();
        self.check(0);
        let stats = self.heap.stats();
        assert_eq!((stats.heap_inuse, stats.mspan_inuse), (0, 0), "{stats}");
    }
}

pub(crate) fn read(at: Addr, bytes: usize) -> Vec<u8> {
    // SAFETY: memory of the heap of the calling test.
    unsafe { std::slice::from_raw_parts(os::pointer::<u8>(at), bytes) }.to_vec()
}

pub(crate) fn write(at: Addr, byte: u8) {
    // SAFETY: as above.
    unsafe { os::pointer::<u8>(at).write(byte) };
}

pub(crate) fn write_all(at: Addr, bytes: usize, byte: u8) {
    // SAFETY: as above.
    unsafe { os::pointer::<u8>(at).write_bytes(byte, bytes) };
}
