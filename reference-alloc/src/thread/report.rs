//! The last words of a process that misused its heap.

use crate::error::Misuse;
use std::fmt::{self, Write};

/// A line on the stack: nothing may be allocated here.
struct Line {
    text: [u8; 160],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = &mut self.text[self.len..];
        let n = more.len().min(room.len());
        room[..n].copy_from_slice(&more.as_bytes()[..n]);
        self.len += n;
        Ok(())
    }
}

/// Says what was wrong, on standard error, and ends the process with SIGABRT.
#[cold]
pub fn stop(misuse: Misuse) -> ! {
    let mut line = Line { text: [0; 160], len: 0 };
    let _ = writeln!(line, "reference-alloc: {misuse}");
    // SAFETY: the bytes are valid. Nobody is left to tell if the write fails.
    unsafe {
        libc::write(2, line.text.as_ptr().cast(), line.len);
        libc::abort()
    }
}
