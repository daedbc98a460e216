//! Which code is under test: proof that the functions called are those of the file named.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt;

/// What is known of the code that answers for a target.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Identity {
    /// How it got into the process.
    pub loaded: Loaded,
    /// The file that `malloc` resolved to, symbolic links followed; empty for Rust code.
    pub path: String,
    /// The library's own name for itself (`DT_SONAME`), or the file's name where it has none.
    pub soname: String,
    /// The linker's build id, as hexadecimal digits.
    pub build_id: String,
    /// The version that the code reports of itself.
    pub version: String,
}

/// How a target gets into the process that runs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Loaded {
    /// It is Rust code of this executable.
    #[default]
    BuiltIn,
    /// It is what the process calls anyway.
    System,
    /// Opened at run time, its symbols kept to itself.
    Dlopen,
    /// Put before the C library by the loader.
    Preload,
}

impl Loaded {
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Loaded::BuiltIn => "built-in",
            Loaded::System => "system",
            Loaded::Dlopen => "dlopen",
            Loaded::Preload => "preload",
        }
    }

    pub(super) fn from_word(word: &str) -> Loaded {
        let all = [Loaded::System, Loaded::Dlopen, Loaded::Preload];
        all.into_iter().find(|l| l.word() == word).unwrap_or_default()
    }
}

impl Identity {
    /// The identity of the object that holds the code at `function`; `None` where that code is in
    /// no loaded file.
    pub(super) fn of_function(function: *const c_void, loaded: Loaded) -> Option<Identity> {
        let info = object_of(function)?;
        let (soname, build_id) = notes_of(info.dli_fbase as usize);
        // SAFETY: `dladdr` succeeded, so the name is a C string of the loader's.
        let name = unsafe { CStr::from_ptr(info.dli_fname) }.to_string_lossy().into_owned();
        let path = std::fs::canonicalize(&name)
            .map_or_else(|_| name.clone(), |p| p.to_string_lossy().into_owned());
        let file = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let soname = if soname.is_empty() { file } else { soname };
        Some(Identity { loaded, path, soname, build_id, version: String::new() })
    }

    /// One `key=value` line a field, to cross a process border.
    pub(super) fn to_lines(&self) -> String {
        format!(
            "loaded={}\npath={}\nsoname={}\nbuild-id={}\nversion={}\n",
            self.loaded.word(),
            self.path.escape_default(),
            self.soname.escape_default(),
            self.build_id,
            self.version.escape_default(),
        )
    }

    /// The reverse of [`Identity::to_lines`]; unknown lines are left out.
    pub(super) fn from_lines(text: &str) -> Identity {
        let mut identity = Identity::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match key {
                "loaded" => identity.loaded = Loaded::from_word(value),
                "path" => value.clone_into(&mut identity.path),
                "soname" => value.clone_into(&mut identity.soname),
                "build-id" => value.clone_into(&mut identity.build_id),
                "version" => value.clone_into(&mut identity.version),
                _ => {}
            }
        }
        identity
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.loaded == Loaded::BuiltIn {
            return f.write_str("Rust code of this executable");
        }
        f.write_str(&self.soname)?;
        if !self.version.is_empty() {
            write!(f, " {}", self.version)?;
        }
        write!(f, " ({}, {}", self.path, self.loaded.word())?;
        if !self.build_id.is_empty() {
            write!(f, ", build id {}", &self.build_id[..self.build_id.len().min(12)])?;
        }
        f.write_str(")")
    }
}

/// What the loader knows of the object that holds `function`.
pub(super) fn object_of(function: *const c_void) -> Option<libc::Dl_info> {
    // SAFETY: all-zero is a valid `Dl_info`; `dladdr` looks the address up and follows nothing.
    unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        let found = libc::dladdr(function, &raw mut info) != 0;
        (found && !info.dli_fname.is_null()).then_some(info)
    }
}

/// `DT_SONAME` and build id of the object loaded at `base`.
fn notes_of(base: usize) -> (String, String) {
    struct Search {
        base: usize,
        soname: String,
        build_id: String,
    }
    unsafe extern "C" fn look(
        info: *mut libc::dl_phdr_info,
        _size: usize,
        data: *mut c_void,
    ) -> c_int {
        // SAFETY: the loader passes a valid object, and `data` is the search below.
        let (info, search) = unsafe { (&*info, &mut *data.cast::<Search>()) };
        if info.dlpi_addr as usize != search.base {
            return 0;
        }
        // SAFETY: the loader keeps the headers of every object that it lists.
        let headers =
            unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
        for header in headers {
            let at = search.base + header.p_vaddr as usize;
            // SAFETY: the segment is mapped, and of the length that its header says.
            unsafe {
                match header.p_type {
                    libc::PT_NOTE => {
                        if let Some(id) = build_id_in(at as *const u8, header.p_memsz as usize) {
                            search.build_id = id;
                        }
                    }
                    libc::PT_DYNAMIC => search.soname = soname_in(at as *const [u64; 2]),
                    _ => {}
                }
            }
        }
        1
    }
    let mut search = Search { base, soname: String::new(), build_id: String::new() };
    // SAFETY: the callback has the type that it must have, and only sees the search.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut search).cast()) };
    (search.soname, search.build_id)
}

/// Source: ELF gABI, notes: name size, description size and type as 32-bit words, then both padded
/// to 4 bytes. Build ids have type 3 and the name `GNU`.
///
/// # Safety
/// `at .. at + len` can be read.
unsafe fn build_id_in(at: *const u8, len: usize) -> Option<String> {
    // SAFETY: the caller's promise.
    let mut notes = unsafe { std::slice::from_raw_parts(at, len) };
    while notes.len() >= 12 {
        let word = |i: usize| u32::from_ne_bytes(notes[i..i + 4].try_into().unwrap_or_default());
        let (names, descs, kind) = (word(0) as usize, word(4) as usize, word(8));
        let desc = 12 + names.next_multiple_of(4);
        let end = desc.checked_add(descs)?;
        if kind == 3 && notes.get(12..12 + names) == Some(b"GNU\0") {
            let hex = |text: String, byte: &u8| text + &format!("{byte:02x}");
            return Some(notes.get(desc..end)?.iter().fold(String::new(), hex));
        }
        notes = notes.get(end.next_multiple_of(4)..)?;
    }
    None
}

/// Source: ELF gABI, dynamic section: pairs of tag and value, ended by tag 0. The loader has
/// already turned the string table's offset into an address (glibc does).
///
/// # Safety
/// `entry` points to a dynamic section in memory.
unsafe fn soname_in(mut entry: *const [u64; 2]) -> String {
    const DT_STRTAB: u64 = 5;
    const DT_SONAME: u64 = 14;
    let (mut strings, mut soname) = (0, None);
    // SAFETY: the section ends with tag 0.
    unsafe {
        loop {
            let [tag, value] = entry.read_unaligned();
            match tag {
                0 => break,
                DT_STRTAB => strings = value,
                DT_SONAME => soname = Some(value),
                _ => {}
            }
            entry = entry.add(1);
        }
        match soname {
            Some(offset) if strings != 0 => {
                let name = (strings + offset) as *const c_char;
                CStr::from_ptr(name).to_string_lossy().into_owned()
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_c_library_knows_its_name_and_build_id() {
        let identity = Identity::of_function(libc::qsort as *const c_void, Loaded::System);
        let identity = identity.expect("a function lies in a loaded file");
        assert_eq!(identity.soname, "libc.so.6");
        assert!(identity.path.contains("libc"), "{}", identity.path);
        assert!(identity.build_id.len() >= 16, "{}", identity.build_id);
    }

    #[test]
    fn an_identity_crosses_a_border_unchanged() {
        let identity = Identity {
            loaded: Loaded::Preload,
            path: "/a/b=c.so".into(),
            soname: "b.so".into(),
            build_id: "00ff".into(),
            version: "1.2".into(),
        };
        assert_eq!(Identity::from_lines(&identity.to_lines()), identity);
    }
}
