//! The one door to atomics, locks and spinning, with two bodies: the standard library's and loom's.
//!
//! Nothing else in this crate names `std::sync` or `loom`, so a protocol that is written against
//! this module can be explored by loom as it stands.

#[cfg(loom)]
pub use loom::sync::{
    Mutex as Inner, MutexGuard as Guard,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
};
#[cfg(not(loom))]
pub use std::sync::{
    Mutex as Inner, MutexGuard as Guard,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
};

/// A function that is `const` except under loom, whose atomics cannot be made in constants.
macro_rules! const_unless_loom {
    ($(#[$meta:meta])* $vis:vis fn $($rest:tt)*) => {
        #[cfg(not(loom))] $(#[$meta])* $vis const fn $($rest)*
        #[cfg(loom)] $(#[$meta])* $vis fn $($rest)*
    };
}
pub(crate) use const_unless_loom;

/// Declares a cell that one thread writes and any other may look at: what is read is a value that
/// was written, and nothing follows from it about other cells. On common processors it costs what a
/// plain field costs.
macro_rules! seen_by_all {
    ($($(#[$meta:meta])* $name:ident: $atomic:ident of $value:ty;)*) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name($atomic);

        impl $name {
            const_unless_loom! {
                /// A cell with `value`.
                #[inline]
                pub fn new(value: $value) -> $name {
                    $name($atomic::new(value))
                }
            }

            /// The value.
            #[inline]
            pub fn get(&self) -> $value {
                self.0.load(Ordering::Relaxed)
            }

            /// Sets the value. Only one thread at a time may.
            #[inline]
            pub fn set(&self, value: $value) {
                self.0.store(value, Ordering::Relaxed);
            }

            /// Sets the value, for those who [hear](Self::hear). Only one thread at a time may.
            #[inline]
            pub fn publish(&self, value: $value) {
                self.0.store(value, Ordering::Release);
            }

            /// The value, and with it all that came before it was [told](Self::tell) or
            /// [published](Self::publish).
            #[inline]
            pub fn hear(&self) -> $value {
                self.0.load(Ordering::Acquire)
            }

            /// Adds to the value, wrapping, for those who [hear](Self::hear). Only one thread at a
            /// time may: this is no atomic addition.
            #[inline]
            pub fn tell(&self, more: $value) {
                self.0.store(self.get().wrapping_add(more), Ordering::Release);
            }

            /// Adds to the value, wrapping. Only one thread at a time may: this is no atomic addition.
            #[inline]
            pub fn add(&self, more: $value) {
                self.set(self.get().wrapping_add(more));
            }
        }
    )*};
}

seen_by_all! {
    /// 32 bits that one thread writes at a time.
    Seen32: AtomicU32 of u32;
    /// 64 bits that one thread writes at a time.
    Seen64: AtomicU64 of u64;
    /// A size or an address that one thread writes at a time.
    SeenSize: AtomicUsize of usize;
}

/// Lets another thread run, in a loop that waits for one. Loom needs to be told, or it explores the
/// waiting for ever.
#[inline]
pub fn spin() {
    #[cfg(loom)]
    loom::thread::yield_now();
    #[cfg(not(loom))]
    std::hint::spin_loop();
}

/// A lock around what it guards. It cannot be poisoned: nothing that runs under it may panic, and
/// a process whose allocator panicked has better reports than a second panic.
#[derive(Debug)]
pub struct Lock<T>(Inner<T>);

impl<T: Default> Default for Lock<T> {
    fn default() -> Lock<T> {
        Lock::new(T::default())
    }
}

impl<T> Lock<T> {
    const_unless_loom! {
        /// An open lock around `value`.
        pub fn new(value: T) -> Lock<T> {
            Lock(Inner::new(value))
        }
    }

    /// Waits until nobody has the lock, and takes it.
    #[inline]
    pub fn hold(&self) -> Guard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
