//! The current thread's cache: one word of thread-local memory, and how to get at it.
//!
//! On x86-64 Linux the word is reached through the thread pointer and an offset that the loader
//! fills in (the *initial-exec* model), two instructions, in a shared library too. The compiler
//! would call a function there, and cannot be told otherwise on stable; so the word is defined and
//! read in assembly. It takes 16 bytes of the space that the loader sets aside for such words, so a
//! library that has it can be preloaded and, on glibc, opened later as well. Elsewhere it is a plain
//! thread-local constant.
//!
//! The initial value is a constant's address: no code runs before the first use.
//!
//! A second word says how the thread stands, and keeps its cache where no fast path looks if misuse is
//! to be detected ([`crate::harden`]).
//!
//! Source: Drepper, *ELF Handling For Thread-Local Storage*, 4.1.6.

use crate::mcache::Mcache;

/// What a thread has that has no cache: every pop and every push fails.
pub static NO_CACHE: Mcache = Mcache::none();

/// How a thread stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// It had no cache yet, or has one that fast paths see.
    Early,
    /// It had one, and is ending.
    Late,
    /// It has one that fast paths do not see.
    Hidden(&'static Mcache),
}

pub(super) use self::word::{cache, set_cache, set_stage, stage};

#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
mod word {
    use super::{Mcache, NO_CACHE, Stage};
    use std::arch::{asm, global_asm};
    use std::ptr;

    impl Stage {
        /// As a word: 0 and 1 are no cache's address.
        fn pack(self) -> usize {
            match self {
                Stage::Early => 0,
                Stage::Late => 1,
                Stage::Hidden(cache) => ptr::from_ref(cache).expose_provenance(),
            }
        }

        fn unpack(word: usize) -> Stage {
            match word {
                0 => Stage::Early,
                1 => Stage::Late,
                // SAFETY: `pack` exposed it; caches are never unmapped.
                address => Stage::Hidden(unsafe { &*ptr::with_exposed_provenance(address) }),
            }
        }
    }

    global_asm!(
        ".pushsection .tdata,\"awT\",@progbits",
        ".hidden __reference_alloc_local",
        ".globl __reference_alloc_local",
        ".type __reference_alloc_local,@object",
        ".size __reference_alloc_local,16",
        ".p2align 4",
        "__reference_alloc_local:",
        ".quad {none}",
        ".quad 0",
        ".popsection",
        none = sym NO_CACHE,
    );

    /// The current thread's cache.
    #[inline]
    pub(crate) fn cache() -> &'static Mcache {
        let cache: *const Mcache;
        // SAFETY: reads a word of this thread's own, which always holds the address of a cache.
        unsafe {
            asm!(
                "mov {0}, qword ptr [rip + __reference_alloc_local@GOTTPOFF]",
                "mov {0}, qword ptr fs:[{0}]",
                out(reg) cache,
                options(pure, readonly, nostack, preserves_flags),
            );
            &*cache
        }
    }

    /// Sets the current thread's cache.
    pub(crate) fn set_cache(cache: &'static Mcache) {
        // SAFETY: writes a word of this thread's own.
        unsafe {
            asm!(
                "mov {0}, qword ptr [rip + __reference_alloc_local@GOTTPOFF]",
                "mov qword ptr fs:[{0}], {1}",
                out(reg) _,
                in(reg) cache,
                options(nostack, preserves_flags),
            );
        }
    }

    /// How the current thread stands.
    pub(crate) fn stage() -> Stage {
        let stage: usize;
        // SAFETY: reads a word of this thread's own.
        unsafe {
            asm!(
                "mov {0}, qword ptr [rip + __reference_alloc_local@GOTTPOFF]",
                "mov {0}, qword ptr fs:[{0} + 8]",
                out(reg) stage,
                options(pure, readonly, nostack, preserves_flags),
            );
        }
        Stage::unpack(stage)
    }

    /// Sets how the current thread stands.
    pub(crate) fn set_stage(stage: Stage) {
        // SAFETY: writes a word of this thread's own.
        unsafe {
            asm!(
                "mov {0}, qword ptr [rip + __reference_alloc_local@GOTTPOFF]",
                "mov qword ptr fs:[{0} + 8], {1}",
                out(reg) _,
                in(reg) stage.pack(),
                options(nostack, preserves_flags),
            );
        }
    }
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux", not(miri))))]
mod word {
    use super::{Mcache, NO_CACHE, Stage};
    use std::cell::Cell;

    thread_local! {
        // Constants without destructors: no registration, no allocation, and valid to the end.
        static CACHE: Cell<&'static Mcache> = const { Cell::new(&NO_CACHE) };
        static STAGE: Cell<Stage> = const { Cell::new(Stage::Early) };
    }

    /// The current thread's cache.
    #[inline]
    pub(crate) fn cache() -> &'static Mcache {
        CACHE.get()
    }

    /// Sets the current thread's cache.
    pub(crate) fn set_cache(cache: &'static Mcache) {
        CACHE.set(cache);
    }

    /// How the current thread stands.
    pub(crate) fn stage() -> Stage {
        STAGE.get()
    }

    /// Sets how the current thread stands.
    pub(crate) fn set_stage(stage: Stage) {
        STAGE.set(stage);
    }
}
