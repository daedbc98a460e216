//! Memory of the harness: mappings of its own, so that no measured allocator holds what is not measured.

use std::ops::{Deref, DerefMut};
use std::ptr::{NonNull, null_mut};
use std::slice;

/// Maps `bytes` zeroed bytes that stay for the life of the process.
///
/// # Panics
/// If the system has no memory: then there is nothing to measure.
pub fn map(bytes: usize) -> NonNull<u8> {
    // SAFETY: a new private mapping, at an address that the kernel chooses, touches nothing else.
    let address = unsafe {
        libc::mmap(
            null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    assert!(address != libc::MAP_FAILED, "no memory for {bytes} bytes of tables");
    NonNull::new(address.cast()).expect("the kernel maps nothing at zero")
}

/// A slice of fixed length in a mapping of its own, resident from the start. It is never unmapped:
/// the process ends with its measurement.
pub struct Table<T: 'static>(&'static mut [T]);

impl<T> Table<T> {
    /// A table of `length` values that `value` makes.
    pub fn new(length: usize, mut value: impl FnMut(usize) -> T) -> Table<T> {
        let start = map((length * size_of::<T>()).max(1)).cast::<T>();
        for at in 0..length {
            // SAFETY: the mapping has room for `length` values, and its pages are aligned for any T
            // that is not larger aligned than a page.
            unsafe { start.add(at).write(value(at)) };
        }
        // SAFETY: all values were written, nobody else knows the mapping, and it stays.
        Table(unsafe { slice::from_raw_parts_mut(start.as_ptr(), length) })
    }
}

impl<T> Deref for Table<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0
    }
}

impl<T> DerefMut for Table<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0
    }
}
