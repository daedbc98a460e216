//! A C library's malloc family as a [`Heap`]: resolved at run time, each symbol checked to come
//! from the file under test.

use super::heap::{Heap, Held};
use super::identity::{Identity, Loaded, object_of};
use crate::capability::{Capabilities, Capability};
use libloading::os::unix::Library;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::{fmt, ptr};

type Malloc = unsafe extern "C" fn(usize) -> *mut u8;
type Free = unsafe extern "C" fn(*mut u8);
type Calloc = unsafe extern "C" fn(usize, usize) -> *mut u8;
type Realloc = unsafe extern "C" fn(*mut u8, usize) -> *mut u8;
type Reallocarray = unsafe extern "C" fn(*mut u8, usize, usize) -> *mut u8;
type Aligned = unsafe extern "C" fn(usize, usize) -> *mut u8;
type PosixMemalign = unsafe extern "C" fn(*mut *mut u8, usize, usize) -> c_int;
type FreeSized = unsafe extern "C" fn(*mut u8, usize);
type FreeAlignedSized = unsafe extern "C" fn(*mut u8, usize, usize);
type UsableSize = unsafe extern "C" fn(*mut u8) -> usize;

/// The malloc family of one library. Entry points that the library does not define itself are
/// absent, even where the C library would answer for them.
pub struct CHeap {
    malloc: Malloc,
    free: Free,
    calloc: Option<Calloc>,
    realloc: Option<Realloc>,
    reallocarray: Option<Reallocarray>,
    aligned_alloc: Option<Aligned>,
    memalign: Option<Aligned>,
    posix_memalign: Option<PosixMemalign>,
    free_sized: Option<FreeSized>,
    free_aligned_sized: Option<FreeAlignedSized>,
    usable_size: Option<UsableSize>,
}

/// Why a library cannot be judged.
#[derive(Debug)]
pub struct LoadFault {
    /// What sort of fault.
    pub kind: LoadFaultKind,
    /// What the loader said.
    pub says: String,
}

/// What sort of [`LoadFault`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoadFaultKind {
    /// The file cannot be opened at run time because it wants static thread-local storage; it may
    /// still be preloaded.
    StaticTls,
    /// The file cannot be opened.
    Open,
    /// It defines no `malloc`, or no `free`.
    NoMalloc,
    /// `malloc` resolves to another file than the one named.
    OtherFile,
}

impl fmt::Display for LoadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

/// Where symbols are looked up.
enum Scope {
    /// In one opened library.
    Library(Library),
    /// In the whole process, in the loader's order.
    Process(Library),
}

impl Scope {
    fn library(&self) -> &Library {
        match self {
            Scope::Library(library) | Scope::Process(library) => library,
        }
    }

    fn find(&self, name: &CStr) -> *const c_void {
        // SAFETY: the symbol is only looked up here, as an address.
        let symbol = unsafe { self.library().get::<*const c_void>(name.to_bytes_with_nul()) };
        symbol.map_or(ptr::null(), |s| s.into_raw().cast_const())
    }
}

/// Opens `file` (a path, or a name that the loader searches) and takes its malloc family.
///
/// The library sees its own symbols before those of the process (`RTLD_DEEPBIND`), so that its
/// `calloc` calls its own `malloc`; and the process does not see them at all (`RTLD_LOCAL`).
///
/// # Errors
/// [`LoadFault`], with the loader's own words.
pub fn open(file: &str) -> Result<(CHeap, Identity), LoadFault> {
    let flags = libc::RTLD_NOW | libc::RTLD_LOCAL | libc::RTLD_DEEPBIND;
    // SAFETY: runs the library's constructors, which is why this process is a child made for it.
    let library = unsafe { Library::open(Some(file), flags) }.map_err(|e| {
        let says = cause(&e);
        let tls = says.contains("static TLS");
        LoadFault { kind: if tls { LoadFaultKind::StaticTls } else { LoadFaultKind::Open }, says }
    })?;
    take(Scope::Library(library), Loaded::Dlopen)
}

/// The innermost cause of a loader's error: what `dlerror` said.
fn cause(error: &libloading::Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(next) = deepest.source() {
        deepest = next;
    }
    deepest.to_string()
}

/// Takes the malloc family that this process itself calls: the system's, or the preloaded one.
///
/// # Errors
/// [`LoadFault`] of kind `NoMalloc`.
pub fn of_process(loaded: Loaded) -> Result<(CHeap, Identity), LoadFault> {
    take(Scope::Process(Library::this()), loaded)
}

fn take(scope: Scope, loaded: Loaded) -> Result<(CHeap, Identity), LoadFault> {
    let missing = |name: &str| LoadFault {
        kind: LoadFaultKind::NoMalloc,
        says: format!("it defines no `{name}`: not an allocator of the malloc family"),
    };
    let malloc = scope.find(c"malloc");
    let home = object_of(malloc).ok_or_else(|| missing("malloc"))?;
    if let Scope::Library(library) = &scope
        && !defines(library, home.dli_fbase)
    {
        return Err(missing("malloc"));
    }
    let own = |name: &CStr| {
        let at = scope.find(name);
        let same = object_of(at).is_some_and(|o| o.dli_fbase == home.dli_fbase);
        (!at.is_null() && same).then_some(at)
    };
    let free = own(c"free").ok_or_else(|| missing("free"))?;
    // SAFETY: each symbol is a function of the C type that its name has in every malloc family.
    let heap = unsafe {
        CHeap {
            malloc: std::mem::transmute::<*const c_void, Malloc>(malloc),
            free: std::mem::transmute::<*const c_void, Free>(free),
            calloc: own(c"calloc").map(|p| std::mem::transmute(p)),
            realloc: own(c"realloc").map(|p| std::mem::transmute(p)),
            reallocarray: own(c"reallocarray").map(|p| std::mem::transmute(p)),
            aligned_alloc: own(c"aligned_alloc").map(|p| std::mem::transmute(p)),
            memalign: own(c"memalign").map(|p| std::mem::transmute(p)),
            posix_memalign: own(c"posix_memalign").map(|p| std::mem::transmute(p)),
            free_sized: own(c"free_sized").map(|p| std::mem::transmute(p)),
            free_aligned_sized: own(c"free_aligned_sized").map(|p| std::mem::transmute(p)),
            usable_size: own(c"malloc_usable_size").map(|p| std::mem::transmute(p)),
        }
    };
    let mut identity = Identity::of_function(malloc, loaded).ok_or_else(|| missing("malloc"))?;
    identity.version = version(&own);
    // The library stays open for the life of the process.
    std::mem::forget(scope);
    Ok((heap, identity))
}

/// Whether the object at `base` is the opened library itself, and not one that it depends on: a
/// search in a handle goes on in the dependencies, where the C library has a `malloc`, too.
fn defines(library: &Library, base: *mut c_void) -> bool {
    // A library's link map starts with the load address; `RTLD_DI_LINKMAP` gives it.
    #[repr(C)]
    struct LinkMap {
        address: usize,
    }
    const RTLD_DI_LINKMAP: c_int = 2;
    unsafe extern "C" {
        fn dlinfo(handle: *mut c_void, request: c_int, info: *mut c_void) -> c_int;
    }
    let mut map: *const LinkMap = ptr::null();
    // SAFETY: the handle is open; `dlinfo` stores a pointer to the loader's own record.
    unsafe {
        let handle = library_handle(library);
        dlinfo(handle, RTLD_DI_LINKMAP, (&raw mut map).cast()) == 0
            && (*map).address == base as usize
    }
}

/// The raw handle of an open library.
fn library_handle(library: &Library) -> *mut c_void {
    // SAFETY: the copy is turned into its raw handle and not closed.
    unsafe { ptr::read(library) }.into_raw()
}

/// The version that a library reports of itself; empty where it does not.
fn version(own: &dyn Fn(&CStr) -> Option<*const c_void>) -> String {
    // SAFETY: each function has the type that its library documents, and only reports.
    unsafe {
        if let Some(f) = own(c"gnu_get_libc_version") {
            let f: unsafe extern "C" fn() -> *const c_char = std::mem::transmute(f);
            return CStr::from_ptr(f()).to_string_lossy().into_owned();
        }
        if let Some(f) = own(c"mi_version") {
            let f: unsafe extern "C" fn() -> c_int = std::mem::transmute(f);
            let n = f();
            return format!("{}.{}.{}", n / 100, n / 10 % 10, n % 10);
        }
        if let Some(f) = own(c"tc_version") {
            type TcVersion =
                unsafe extern "C" fn(*mut c_int, *mut c_int, *mut *const c_char) -> *const c_char;
            let f: TcVersion = std::mem::transmute(f);
            let (mut major, mut minor, mut patch) = (0, 0, ptr::null());
            f(&raw mut major, &raw mut minor, &raw mut patch);
            return format!("{major}.{minor}");
        }
        if let Some(f) = own(c"mallctl") {
            type Mallctl = unsafe extern "C" fn(
                *const c_char,
                *mut c_void,
                *mut usize,
                *mut c_void,
                usize,
            ) -> c_int;
            let f: Mallctl = std::mem::transmute(f);
            let (mut text, mut len) = (ptr::null::<c_char>(), size_of::<*const c_char>());
            let place = (&raw mut text).cast();
            if f(c"version".as_ptr(), place, &raw mut len, ptr::null_mut(), 0) == 0 {
                let text = CStr::from_ptr(text).to_string_lossy();
                return text.split('-').next().unwrap_or("").to_owned();
            }
        }
    }
    String::new()
}

// SAFETY: 1. the functions are called with their C types; 2. the set is fixed when it is taken;
// 3. C17 7.22.3p2 demands thread safety of the malloc family.
unsafe impl Heap for CHeap {
    fn offers(&self) -> Capabilities {
        let optional = [
            (self.calloc.is_some(), Capability::Calloc),
            (self.realloc.is_some(), Capability::Realloc),
            (self.reallocarray.is_some(), Capability::Reallocarray),
            (self.aligned_alloc.is_some(), Capability::AlignedAlloc),
            (self.memalign.is_some(), Capability::Memalign),
            (self.posix_memalign.is_some(), Capability::PosixMemalign),
            (self.free_sized.is_some(), Capability::FreeSized),
            (self.free_aligned_sized.is_some(), Capability::FreeAlignedSized),
            (self.usable_size.is_some(), Capability::UsableSize),
        ];
        let always = Capabilities::of(&[
            Capability::Errno,
            Capability::FreeNull,
            Capability::ZeroSize,
            Capability::Oversize,
            Capability::Threads,
            Capability::Fork,
            Capability::Reuse,
            Capability::Footprint,
        ]);
        optional.into_iter().filter(|(there, _)| *there).fold(always, |set, (_, c)| set.with(c))
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        // SAFETY: C allows every size.
        unsafe { (self.malloc)(size) }
    }

    unsafe fn free(&self, block: Held) {
        // SAFETY: the caller's promise.
        unsafe { (self.free)(block.address) }
    }

    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        // SAFETY: C allows every product.
        self.calloc.map_or(ptr::null_mut(), |f| unsafe { f(count, size) })
    }

    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        self.realloc.map_or(ptr::null_mut(), |f| unsafe { f(block.address, size) })
    }

    unsafe fn reallocarray(&self, block: Held, count: usize, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        self.reallocarray.map_or(ptr::null_mut(), |f| unsafe { f(block.address, count, size) })
    }

    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: C17 (DR 460) has it fail for alignments that it does not support.
        self.aligned_alloc.map_or(ptr::null_mut(), |f| unsafe { f(align, size) })
    }

    unsafe fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: the alignment is a power of two.
        self.memalign.map_or(ptr::null_mut(), |f| unsafe { f(align, size) })
    }

    unsafe fn posix_memalign(&self, place: &mut *mut u8, align: usize, size: usize) -> i32 {
        // SAFETY: `place` is valid for a write.
        self.posix_memalign.map_or(libc::ENOMEM, |f| unsafe { f(place, align, size) })
    }

    unsafe fn free_sized(&self, block: Held) {
        if let Some(f) = self.free_sized {
            // SAFETY: the caller's promise.
            unsafe { f(block.address, block.size) }
        }
    }

    unsafe fn free_aligned_sized(&self, block: Held) {
        if let Some(f) = self.free_aligned_sized {
            // SAFETY: the caller's promise.
            unsafe { f(block.address, block.align, block.size) }
        }
    }

    unsafe fn usable_size(&self, block: Held) -> usize {
        // SAFETY: the caller's promise.
        self.usable_size.map_or(block.size, |f| unsafe { f(block.address) })
    }
}
