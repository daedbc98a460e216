//! How much memory this process has, asked of the system without allocating any.

/// Resident and mapped memory of a process, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Footprint {
    /// Private pages that are present: anonymous memory touched and not given back.
    pub resident: u64,
    /// Address space in use.
    pub mapped: u64,
}

/// The footprint of this process now; zeros where `/proc` cannot be read.
///
/// `smaps_rollup` is exact, where `statm` lags by up to 64 pages a thread (Linux batches its
/// counters), and a leak of a few pages a round is what we look for.
pub fn own() -> Footprint {
    let mut buffer = [0u8; 2048];
    let rollup = read_file(c"/proc/self/smaps_rollup", &mut buffer);
    let resident = field_kib(rollup, b"Anonymous:").unwrap_or(0) << 10;
    let mut buffer = [0u8; 256];
    let statm = read_file(c"/proc/self/statm", &mut buffer);
    let mapped = number(statm).unwrap_or(0) * page_size();
    Footprint { resident, mapped }
}

fn page_size() -> u64 {
    rustix::param::page_size() as u64
}

/// Reads the start of a file into `buffer`; empty on any error.
fn read_file<'b>(path: &std::ffi::CStr, buffer: &'b mut [u8]) -> &'b [u8] {
    use rustix::fs::{CWD, Mode, OFlags};
    let Ok(file) = rustix::fs::openat(CWD, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
    else {
        return &[];
    };
    let mut len = 0;
    while len < buffer.len() {
        match rustix::io::read(&file, &mut buffer[len..]) {
            Ok(0) | Err(_) => break,
            Ok(n) => len += n,
        }
    }
    &buffer[..len]
}

/// The number after `name` in a file of `name: number kB` lines.
fn field_kib(text: &[u8], name: &[u8]) -> Option<u64> {
    text.split(|&b| b == b'\n').find_map(|line| line.strip_prefix(name)).and_then(number)
}

/// The first decimal number in `text`, blanks before it skipped.
fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().skip_while(|b| b.is_ascii_whitespace());
    let mut value = None;
    for d in digits.take_while(|b| b.is_ascii_digit()) {
        value = Some(value.unwrap_or(0u64).checked_mul(10)?.checked_add(u64::from(d - b'0'))?);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_memory_adds_to_the_footprint() {
        // From the system: an allocator may have as much at hand that is resident already. Other tests of this
        // process give memory back meanwhile, but not as much.
        const LENGTH: usize = 64 << 20;
        let (access, sort) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, wherever there is room.
        let place = unsafe { libc::mmap(std::ptr::null_mut(), LENGTH, access, sort, -1, 0) };
        assert_ne!(place, libc::MAP_FAILED);
        let before = own();
        // SAFETY: so long is the mapping.
        unsafe { place.cast::<u8>().write_bytes(1, LENGTH) };
        let after = own();
        assert!(after.resident >= before.resident + (32 << 20), "{before:?} then {after:?}");
        assert!(after.mapped >= after.resident);
        // SAFETY: nothing refers to the mapping any more.
        unsafe { libc::munmap(place, LENGTH) };
    }

    #[test]
    fn a_field_is_read_by_its_name_and_its_number() {
        let text = b"Rss:   12 kB\nAnonymous:     34 kB\n";
        assert_eq!(field_kib(text, b"Anonymous:"), Some(34));
        assert_eq!(field_kib(text, b"Missing:"), None);
        assert_eq!(number(b"99999999999999999999999"), None, "no number that does not fit");
    }
}
