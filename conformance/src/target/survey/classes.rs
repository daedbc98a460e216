//! The table of size classes, row by row, and single look-ups.

use crate::observe::reading::{Fact, Reading};
use crate::op::alloc::Scan;
use crate::target::inside::{Inside, PAGE};

/// Reads row `class`; `None` where there is no such row.
pub(in crate::target) fn read_class(inside: &dyn Inside, class: usize) -> Option<Reading> {
    let table = inside.table();
    let row = *table.classes.get(class)?;
    let previous = class.checked_sub(1).map_or(0, |before| table.classes[before].size);
    let mut reading = Reading::default();
    let counted = |entries: &[u8]| entries.iter().filter(|&&e| usize::from(e) == class).count();
    let numbers = [
        (Fact::ClassIndex, class),
        (Fact::ClassSize, row.size),
        (Fact::ClassPages, row.pages),
        (Fact::ClassMagic, row.magic as usize),
        (Fact::ClassPrevious, previous),
        (Fact::ClassGreentea, usize::from(table.greentea)),
        (Fact::ClassNoscan, row.nelems_noscan),
        (Fact::ClassScan, row.nelems_scan),
        (Fact::ClassT8, counted(&table.t8)),
        (Fact::ClassT128, counted(&table.t128)),
        (Fact::ClassMagicWrong, magic_wrong(row.size, row.pages, row.magic)),
        (Fact::ClassWaste, waste(previous, row.size, row.pages)),
        (Fact::ClassMean, mean(inside, previous, row.size)),
    ];
    for (fact, value) in numbers {
        reading.set(fact, value as u64);
    }
    Some(reading)
}

/// Offsets within a span at which multiplying and shifting is not dividing.
fn magic_wrong(size: usize, pages: usize, magic: u32) -> usize {
    if size == 0 {
        return 0;
    }
    let quotient = |offset: usize| ((offset as u64 * u64::from(magic)) >> 32) as usize;
    (0..=pages * PAGE).filter(|&offset| quotient(offset) != offset / size).count()
}

/// The most that can be wasted of a span, by rounding the smallest request up and at its tail, in
/// ten-thousandths. Source: Go `runtime/_mkmalloc/mksizeclasses.go printComment`.
fn waste(previous: usize, size: usize, pages: usize) -> usize {
    let bytes = pages * PAGE;
    if size == 0 || bytes == 0 {
        return 0;
    }
    let lost = (size.saturating_sub(previous + 1)) * (bytes / size) + bytes % size;
    (lost * 10_000).div_ceil(bytes)
}

/// Usable bytes of all sizes of a class together, in thousandths of the bytes asked for.
fn mean(inside: &dyn Inside, previous: usize, size: usize) -> usize {
    let (mut usable, mut asked) = (0, 0);
    for n in previous + 1..=size.min(32760) {
        usable += inside.look_up(n, Scan::Noscan).roundup;
        asked += n;
    }
    if asked == 0 { 0 } else { (usable * 1000).div_ceil(asked) }
}

/// How a request of `size` is rounded.
pub(in crate::target) fn read_lookup(inside: &dyn Inside, size: usize, scan: Scan) -> Reading {
    let found = inside.look_up(size, scan);
    let table = inside.table();
    let size_of = |class: usize| table.classes.get(class).map_or(0, |row| row.size);
    let header = if scan == Scan::Pointers && size > 512 { 8 } else { 0 };
    let need = size.saturating_add(header);
    let mut reading = Reading::default();
    let numbers = [
        (Fact::LookupSize, size),
        (Fact::LookupScan, usize::from(scan == Scan::Pointers)),
        (Fact::LookupNeed, need),
        (Fact::LookupClass, found.class),
        (Fact::LookupClassSize, size_of(found.class)),
        (Fact::LookupPrevious, found.class.checked_sub(1).map_or(0, size_of)),
        (Fact::LookupRoundup, found.roundup),
        (Fact::LookupTwice, inside.look_up(found.roundup, scan).roundup),
        (Fact::LookupBefore, inside.look_up(size.saturating_sub(1).max(1), scan).roundup),
        (Fact::LookupSpecialised, found.specialised),
    ];
    for (fact, value) in numbers {
        reading.set(fact, value as u64);
    }
    reading
}
