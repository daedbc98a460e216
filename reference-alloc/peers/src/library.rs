//! Any shared library with C's names, called by pointer: the column `so:PATH`.
//!
//! The pointers are looked up once. A call costs an indirect jump more than a crate that is linked,
//! the same for each library.

use crate::allocator::Peer;
use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{CStr, CString, c_void};
use std::mem::transmute;
use std::sync::OnceLock;

/// The alignment that malloc gives without being asked.
const MALLOC_ALIGN: usize = 16;

type Malloc = unsafe extern "C" fn(usize) -> *mut c_void;
type Free = unsafe extern "C" fn(*mut c_void);
type Realloc = unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void;
type AlignedAlloc = unsafe extern "C" fn(usize, usize) -> *mut c_void;

struct Names {
    malloc: Malloc,
    free: Free,
    realloc: Realloc,
    aligned_alloc: AlignedAlloc,
}

static NAMES: OnceLock<Names> = OnceLock::new();

/// Opens the library that all calls go to. To be called once, before the first block.
///
/// # Errors
/// What `dlopen` or `dlsym` says.
pub fn open(path: &str) -> Result<(), String> {
    let file = CString::new(path).map_err(|_| format!("{path:?} is no path"))?;
    // SAFETY: the file's initialisers run, as they would if it were linked: that is what is measured.
    let handle = unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if handle.is_null() {
        return Err(complaint());
    }
    let find = |name: &CStr| {
        // SAFETY: the handle is open and never closed; the name ends with a zero.
        let found = unsafe { libc::dlsym(handle, name.as_ptr()) };
        if found.is_null() { Err(complaint()) } else { Ok(found) }
    };
    // SAFETY: the C standard gives functions of these names these types.
    let names = unsafe {
        Names {
            malloc: transmute::<*mut c_void, Malloc>(find(c"malloc")?),
            free: transmute::<*mut c_void, Free>(find(c"free")?),
            realloc: transmute::<*mut c_void, Realloc>(find(c"realloc")?),
            aligned_alloc: transmute::<*mut c_void, AlignedAlloc>(find(c"aligned_alloc")?),
        }
    };
    NAMES.set(names).map_err(|_| "a library is open already".to_owned())
}

/// What the dynamic linker says about its last failure.
fn complaint() -> String {
    // SAFETY: called after a failure, so the text is there until the next call of the linker.
    unsafe { CStr::from_ptr(libc::dlerror()) }.to_string_lossy().into_owned()
}

/// The functions of the library that [`open`] opened.
pub struct Library;

/// The names; a process that measures a library has opened it, so the check is a predicted branch.
#[inline]
fn names() -> &'static Names {
    NAMES.get().expect("a library is opened before it is measured")
}

// SAFETY: C's functions have the duties of `GlobalAlloc`'s; a realloc keeps malloc's alignment, and
// no workload asks for more than that.
unsafe impl GlobalAlloc for Library {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let names = names();
        // SAFETY: the caller asks for at least one byte, and aligned_alloc gets a power of two.
        unsafe {
            if layout.align() <= MALLOC_ALIGN {
                (names.malloc)(layout.size()).cast()
            } else {
                (names.aligned_alloc)(layout.align(), layout.size()).cast()
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller's duty: a live block of this library.
        unsafe { (names().free)(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, _layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's duty: a live block of this library, and a new size that is not zero.
        unsafe { (names().realloc)(block.cast(), new_size).cast() }
    }
}

impl Peer for Library {
    type Alloc = Library;
    const ALLOC: Library = Library;
}
