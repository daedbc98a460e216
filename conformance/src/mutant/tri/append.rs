//! How slices grow: Go's rule.
//!
//! 1. *Enough at once.* Twice the capacity is not enough: exactly what is needed.
//! 2. *Double while small*, below 256 elements.
//! 3. *By a quarter when large*, and 192 more, so that the passage is smooth; again and again until it is
//!    enough.
//! 4. *The rest of the size class is not wasted*: bytes are rounded up to what the allocator hands out. Above
//!    512 bytes objects with references have a header of 8.
//! 5. *The elements go along, and what is behind them is zero*, before anybody can see it.

use super::accounts::Accounts;
use crate::op::gc::Shape;

/// Below so many elements a slice doubles.
pub(crate) const THRESHOLD: u64 = 256;

/// Bytes of Go's size classes.
const CLASSES: [u64; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352,
    384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048,
    2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728,
    10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672,
    32768,
];

const HEADER: u64 = 8;
const MIN_FOR_HEADER: u64 = 512;
const LARGEST: u64 = 32768 - HEADER;
const PAGE: u64 = 8192;

/// What addresses reach: no slice is larger.
const REACH: u64 = 1 << 48;

/// Slices are really made up to so many bytes; what is larger, and possible, is refused.
const MADE: u64 = 1 << 30;

/// What came of an append.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Grown {
    /// Elements that there is room for.
    pub(crate) capacity: u64,
    /// Words of the old elements that are not what they were.
    pub(crate) wrong: u64,
    /// Words behind them that are not zero.
    pub(crate) dirty: u64,
}

/// A slice of `count` full elements, after `more` were appended. `None` if it is too large.
pub(crate) fn append(
    accounts: &dyn Accounts,
    element: Shape,
    count: u64,
    more: u64,
) -> Option<Grown> {
    if count.checked_mul(element.bytes())? > MADE {
        return None;
    }
    let capacity = capacity(accounts, element, count, more)?;
    if capacity.checked_mul(element.bytes())? > MADE {
        return None;
    }
    let words = |elements: u64| (elements * element.words) as usize;
    let old: Vec<u64> = (1..=words(count) as u64).collect();
    let noscan = element.slots() == 0;
    let mut new = old.clone();
    if more > 0 {
        // Memory is as whoever had it before left it.
        new = vec![u64::MAX; words(capacity).max(old.len())];
        accounts.copy_elements(&old, &mut new);
        accounts.clear_behind(&mut new[old.len()..], noscan);
    }
    let (kept, behind) = new.split_at(old.len());
    let wrong = old.iter().zip(kept).filter(|(old, new)| old != new).count() as u64;
    let dirty = behind.iter().filter(|word| **word != 0).count() as u64;
    Some(Grown { capacity, wrong, dirty })
}

/// The capacity after an append. `None` if that is more than addresses reach.
fn capacity(accounts: &dyn Accounts, element: Shape, count: u64, more: u64) -> Option<u64> {
    let needed = count.checked_add(more)?;
    let bytes = accounts.bytes_of(needed, element).filter(|&bytes| bytes <= REACH)?;
    if more == 0 || bytes == 0 {
        return Some(count);
    }
    let wanted = accounts.bytes_of(grown(accounts, needed, count), element)?;
    Some(accounts.round_up(wanted, element.slots() == 0) / element.bytes())
}

fn grown(accounts: &dyn Accounts, needed: u64, old: u64) -> u64 {
    let threshold = accounts.threshold();
    if needed > 2 * old {
        return needed;
    }
    if old < threshold {
        return 2 * old;
    }
    let mut capacity = old;
    loop {
        capacity += (capacity + 3 * threshold) / 4;
        if accounts.has_grown(capacity, needed) {
            return capacity;
        }
    }
}

/// The bytes that the allocator provides for so many.
pub(crate) fn round_up(bytes: u64, noscan: bool) -> u64 {
    if bytes > LARGEST {
        return bytes.next_multiple_of(PAGE);
    }
    let header = if !noscan && bytes > MIN_FOR_HEADER { HEADER } else { 0 };
    let class = CLASSES.partition_point(|&class| class < bytes + header);
    CLASSES[class] - header
}
