//! The size classes of Go, generated. Source: Go `runtime/_mkmalloc/mksizeclasses.go`.

use crate::target::inside::PAGE;

/// The greatest size of a class.
pub(crate) const MAX_CLASS: usize = 32768;
/// The greatest request that is served from one: a header must fit.
pub(crate) const MAX_SMALL: usize = MAX_CLASS - 8;
/// Requests with pointers above this have a header.
pub(crate) const NO_HEADER: usize = 512;

/// One class.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Class {
    pub(crate) size: usize,
    pub(crate) pages: usize,
    pub(crate) magic: u32,
}

/// All classes, and the ways to them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Table {
    /// By number; 0 is no size.
    pub(crate) classes: Vec<Class>,
    /// By `ceil(size / 8)`.
    pub(crate) t8: Vec<u8>,
    /// By `ceil((size - 1024) / 128)`.
    pub(crate) t128: Vec<u8>,
}

/// Bytes between the candidates above `size`, where that is a power of two.
pub(crate) fn step_above(size: usize, step: usize) -> usize {
    match size {
        _ if !size.is_power_of_two() => step,
        2048.. => 256,
        128.. => size / 8,
        32.. => 16,
        _ => step,
    }
}

/// Pages of a span for `size`: as many as keep the tail below an eighth.
pub(crate) fn pages_for(size: usize) -> usize {
    let fits = |pages: &usize| pages * PAGE % size <= pages * PAGE / 8;
    (1..=16).find(fits).unwrap_or(1)
}

/// What multiplying and shifting by 32 divides by `size`.
pub(crate) fn magic_of(size: usize) -> u32 {
    u32::MAX / size as u32 + 1
}

/// Widens each class as far as its span has room.
pub(crate) fn stretched(class: Class) -> usize {
    let bytes = class.pages * PAGE;
    (bytes / (bytes / class.size) / 128 * 128).max(class.size)
}

/// The table by these rules.
pub(crate) fn generate(
    step_above: fn(usize, usize) -> usize,
    pages_for: fn(usize) -> usize,
    magic_of: fn(usize) -> u32,
) -> Table {
    let mut classes = vec![Class::default()];
    let (mut size, mut step) = (8, 8);
    while size <= MAX_CLASS {
        step = step_above(size, step);
        let pages = pages_for(size);
        let objects = |size: usize| pages * PAGE / size;
        match classes.last_mut() {
            Some(last) if last.pages == pages && objects(last.size) == objects(size) => {
                last.size = size;
            }
            _ => classes.push(Class { size, pages, magic: 0 }),
        }
        size += step;
    }
    for class in &mut classes[1..] {
        class.size = stretched(*class);
        class.magic = magic_of(class.size);
    }
    with_lookups(classes)
}

/// The look-up tables of `classes`.
pub(crate) fn with_lookups(classes: Vec<Class>) -> Table {
    let class_of = |size: usize| classes.iter().position(|c| c.size >= size).unwrap_or(0) as u8;
    let t8 = (0..129).map(|i| class_of(i * 8)).collect();
    let t128 = (0..249).map(|i| class_of(1024 + i * 128)).collect();
    Table { classes, t8, t128 }
}

/// Slots of a span: its mark bits and pointer bits lie at its end. Source: Go `runtime/mheap.go
/// initSpan`, with `GreenTeaGC`.
pub(crate) fn nelems(class: Class, scan: bool) -> usize {
    let marks = if (16..=NO_HEADER).contains(&class.size) { 128 } else { 0 };
    let pointers = if scan && class.size <= NO_HEADER { 128 } else { 0 };
    (class.pages * PAGE - marks - pointers) / class.size
}

impl Table {
    /// The class of a request of `need` bytes, header included.
    pub(crate) fn class_of(&self, need: usize) -> usize {
        let by = |table: &[u8], i: usize| table.get(i).map_or(0, |&class| usize::from(class));
        if need <= 1016 {
            by(&self.t8, need.div_ceil(8))
        } else {
            by(&self.t128, (need - 897) / 128)
        }
    }

    /// The size of a class.
    pub(crate) fn size(&self, class: usize) -> usize {
        self.classes.get(class).map_or(0, |class| class.size)
    }
}
