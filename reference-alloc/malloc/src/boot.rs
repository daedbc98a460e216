//! The first call: how the heap treats misuse is read from the environment.
//!
//! `REFERENCE_MALLOC=harden:detect` asks for [`Mode::Detect`]; words are separated by commas, and one
//! that is not known is said so and left out. The choice holds from the first block to the end of the
//! process, whatever becomes of the environment.
//!
//! The first call comes from the loader, before the C library has an environment, so the kernel's copy
//! is read, in pieces, into the stack: nothing may be allocated here. Where there is none, as in a
//! container without `/proc`, nothing is asked for. Programs that run with more rights than their
//! caller do not listen to the caller's environment.
//!
//! System calls are made as such: their names in the C library may be taken by somebody else's
//! library, which allocates, and they are places where a thread may be cancelled.
//!
//! Source: `proc(5)`, `getauxval(3)` on `AT_SECURE`.

use libc::c_int;
use reference_alloc::thread::{self, Mode, say};

/// The variable, with the sign behind it.
const VARIABLE: &[u8] = b"REFERENCE_MALLOC=";
/// Bytes of its value that are read; what is more is left out.
const VALUE_BYTES: usize = 256;
/// Bytes read at once.
const PIECE: usize = 512;

/// Chooses, if that is still to be done. Before every allocation that is no fast path's.
#[inline]
pub(crate) fn choose() {
    if thread::chosen().is_none() {
        choose_first();
    }
}

#[cold]
fn choose_first() {
    // SAFETY: the location of errno is valid for the life of the thread.
    let (place, errno) = unsafe {
        let place = libc::__errno_location();
        (place, *place)
    };
    let mut search = Search::new();
    if !is_secure() {
        read_environment(&mut search);
    }
    let wanted = mode_of(search.value());
    // Whoever chooses says what is wrong; others of the same moment keep quiet.
    if thread::choose(wanted) {
        for word in words(search.value()).filter(|word| mode_word(word).is_none()) {
            let word = word.escape_ascii();
            say(format_args!("REFERENCE_MALLOC: no such word: `{word}`; known: harden:detect"));
        }
    }
    // SAFETY: as above.
    unsafe { *place = errno };
}

/// The words of a value.
fn words(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|word| !word.is_empty())
}

/// What a word asks for, if it is one.
fn mode_word(word: &[u8]) -> Option<Mode> {
    (word == b"harden:detect").then_some(Mode::Detect)
}

/// What the words together ask for.
fn mode_of(value: &[u8]) -> Mode {
    words(value).find_map(mode_word).unwrap_or(Mode::Plain)
}

/// Whether the program has rights that its caller has not.
fn is_secure() -> bool {
    // SAFETY: a question.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Looks for the variable in what the kernel has of the environment.
fn read_environment(search: &mut Search) {
    let path = c"/proc/self/environ".as_ptr();
    let flags = libc::O_RDONLY | libc::O_CLOEXEC;
    // SAFETY: the path is a string.
    let file = unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, flags, 0) };
    let Ok(file @ 0..) = c_int::try_from(file) else { return };
    let mut piece = [0; PIECE];
    loop {
        // SAFETY: so many bytes may be written there.
        let n = unsafe { libc::syscall(libc::SYS_read, file, piece.as_mut_ptr(), PIECE) };
        match usize::try_from(n) {
            Ok(0) => break,
            Ok(n) => {
                if search.feed(&piece[..n]) {
                    break;
                }
            }
            Err(_) if interrupted() => {}
            Err(_) => break,
        }
    }
    // SAFETY: opened above.
    unsafe { libc::syscall(libc::SYS_close, file) };
}

fn interrupted() -> bool {
    // SAFETY: the location of errno is valid for the life of the thread.
    unsafe { *libc::__errno_location() == libc::EINTR }
}

/// A look for the variable in text that comes in pieces: strings with a zero behind each. As for
/// `getenv`, the first one counts.
struct Search {
    state: State,
    value: [u8; VALUE_BYTES],
    len: usize,
}

/// Where in the text the next byte lies.
enum State {
    /// Behind so many bytes of a string that are the variable's so far.
    Name(usize),
    /// In another string.
    Other,
    /// In the value.
    Value,
    /// Behind it.
    Done,
}

impl Search {
    const fn new() -> Search {
        Search { state: State::Name(0), value: [0; VALUE_BYTES], len: 0 }
    }

    /// Goes on with `piece`. True if nothing can follow that matters.
    fn feed(&mut self, piece: &[u8]) -> bool {
        for &byte in piece {
            self.state = match self.state {
                State::Name(n) if byte == VARIABLE[n] => {
                    if n + 1 == VARIABLE.len() {
                        State::Value
                    } else {
                        State::Name(n + 1)
                    }
                }
                State::Name(_) | State::Other if byte == 0 => State::Name(0),
                State::Name(_) | State::Other => State::Other,
                State::Value if byte == 0 => State::Done,
                State::Value => {
                    if self.len < VALUE_BYTES {
                        self.value[self.len] = byte;
                        self.len += 1;
                    }
                    State::Value
                }
                State::Done => return true,
            };
        }
        matches!(self.state, State::Done)
    }

    /// The value, or nothing.
    fn value(&self) -> &[u8] {
        &self.value[..self.len]
    }
}
