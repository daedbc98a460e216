//! What is said to people: the last words of a process that misused its heap, above all.

use crate::error::Misuse;
use std::fmt::{self, Write};

/// Bytes of the longest line; what is more is cut.
const LINE: usize = 240;

/// A line on the stack: nothing may be allocated here. One byte of room is left for its end.
struct Line {
    text: [u8; LINE + 1],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = &mut self.text[self.len..LINE];
        let n = more.len().min(room.len());
        room[..n].copy_from_slice(&more.as_bytes()[..n]);
        self.len += n;
        Ok(())
    }
}

/// Writes one line on standard error.
#[cold]
pub fn say(what: fmt::Arguments<'_>) {
    let mut line = Line { text: [0; LINE + 1], len: 0 };
    let _ = write!(line, "reference-alloc: {what}");
    line.text[line.len] = b'\n';
    // SAFETY: the bytes are valid. Nobody is left to tell if the write fails.
    unsafe { libc::write(2, line.text.as_ptr().cast(), line.len + 1) };
}

/// Says what was wrong, on standard error, and ends the process with SIGABRT.
#[cold]
pub fn stop(misuse: Misuse) -> ! {
    say(format_args!("{misuse}"));
    // SAFETY: it does not come back, whatever state the process is in.
    unsafe { libc::abort() }
}
