//! What a ledger says, and the 64 bits that say it.

/// Where a span is; see the head of [`crate::ledger`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// One thread has it.
    Owned,
    /// Nobody has it, and it had no free slot when it was left.
    Full,
    /// Nobody has it, and it is on the stack of its class.
    Listed,
    /// It is no span.
    Dead,
}

/// The word, taken apart. `returned` is at the top, so that it may fall below zero and come back
/// without borrowing from its neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Word {
    /// Frees that are counted and not folded, less those that are folded and not counted yet.
    pub(super) returned: i16,
    /// Free slots when the owner left it; 0 while owned and when full.
    pub(super) free: u16,
    /// All slots.
    pub(super) slots: u16,
    /// Where it is.
    pub(super) place: Place,
    /// On the stack of its class.
    pub(super) linked: bool,
}

const RETURNED: u32 = 48;
const FREE: u32 = 32;
const SLOTS: u32 = 16;
const LINKED: u32 = 8;

impl Word {
    /// No span.
    pub(super) const fn dead(linked: bool) -> Word {
        Word { returned: 0, free: 0, slots: 0, place: Place::Dead, linked }
    }

    /// As 64 bits.
    #[inline]
    pub(super) const fn pack(self) -> u64 {
        (self.returned as u16 as u64) << RETURNED
            | (self.free as u64) << FREE
            | (self.slots as u64) << SLOTS
            | (self.linked as u64) << LINKED
            | self.place as u64
    }

    /// From 64 bits.
    #[inline]
    pub(super) const fn unpack(bits: u64) -> Word {
        Word {
            returned: (bits >> RETURNED) as i16,
            free: (bits >> FREE) as u16,
            slots: (bits >> SLOTS) as u16,
            place: match bits as u8 {
                0 => Place::Owned,
                1 => Place::Full,
                2 => Place::Listed,
                _ => Place::Dead,
            },
            linked: bits >> LINKED & 1 != 0,
        }
    }

    /// Whether every slot is free, once all frees are counted.
    #[inline]
    pub(super) const fn is_empty(self) -> bool {
        self.free as i32 + self.returned as i32 == self.slots as i32
    }

    /// What is added to the 64 bits where `n` more frees are counted, and taken away where they are
    /// folded.
    #[inline]
    pub(super) const fn frees(n: u16) -> u64 {
        (n as u64) << RETURNED
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_back_from_its_bits() {
        for place in [Place::Owned, Place::Full, Place::Listed, Place::Dead] {
            let word = Word { returned: -3, free: 1024, slots: 1023, place, linked: true };
            assert_eq!(Word::unpack(word.pack()), word);
        }
        assert_eq!(Word::unpack(Word::dead(false).pack()), Word::dead(false));
    }

    #[test]
    fn a_count_below_zero_borrows_from_no_neighbour() {
        let word = Word { returned: 0, free: 0, slots: 0, place: Place::Owned, linked: false };
        let below = word.pack().wrapping_sub(Word::frees(1));
        assert_eq!(Word::unpack(below), Word { returned: -1, ..word });
        assert_eq!(below.wrapping_add(Word::frees(1)), word.pack());
    }
}
