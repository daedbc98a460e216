//! References: the address of a word, and how the program sees it.
//!
//! The low three bits of an address are free, as words have eight bytes. They say what the static type of
//! a variable says in a compiled program: a pointer to an object, one to a word inside, or an empty view.
//! The collector masks them: to it a reference is an address, and where its object begins only the span
//! knows.

/// The address of word 0 of the memory, in bytes.
pub(crate) const BASE: u64 = 0xc0_0000_0000;

const INSIDE: u64 = 1;
const PAST: u64 = 2;
const VIEW: u64 = 7;

/// A reference, or nil.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Ref(u64);

impl Ref {
    /// The reference that leads nowhere.
    pub(crate) const NIL: Ref = Ref(0);

    /// A reference to the object that begins at `word`.
    pub(crate) fn start(word: u32) -> Ref {
        Ref(address(word))
    }

    /// A reference to `word` inside an object.
    pub(crate) fn inside(word: u32) -> Ref {
        Ref(address(word) | INSIDE)
    }

    /// An empty view that keeps what lies at `word`.
    pub(crate) fn past(word: u32) -> Ref {
        Ref(address(word) | PAST)
    }

    /// What a word of memory holds, read as a reference.
    pub(crate) fn from_bits(bits: u64) -> Ref {
        Ref(bits)
    }

    /// The word of memory that holds this reference.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// The word that is pointed to; out of all memory for what is no address.
    pub(crate) fn word(self) -> u32 {
        let word = (self.0 & !VIEW).checked_sub(BASE).map(|bytes| bytes / 8);
        word.and_then(|word| u32::try_from(word).ok()).unwrap_or(u32::MAX)
    }

    /// Whether it leads nowhere.
    pub(crate) fn is_nil(self) -> bool {
        self.0 == 0
    }

    /// Whether it points to the start of an object.
    pub(crate) fn is_start(self) -> bool {
        self.0 != 0 && self.0 & VIEW == 0
    }

    /// Whether it points to a word inside an object.
    pub(crate) fn is_inside(self) -> bool {
        self.0 & VIEW == INSIDE
    }

    /// Whether it points to a word that may be read.
    pub(crate) fn is_readable(self) -> bool {
        self.is_start() || self.is_inside()
    }

    /// The same view, of what lies at `word`.
    pub(crate) fn moved_to(self, word: u32) -> Ref {
        Ref(address(word) | self.0 & VIEW)
    }
}

/// The address of `word`, in bytes.
pub(crate) fn address(word: u32) -> u64 {
    BASE + u64::from(word) * 8
}
