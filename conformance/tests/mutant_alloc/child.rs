//! Running a test's body in a forked child, where it may crash, hang or abort.

use std::io::Read;
use std::os::fd::FromRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a child ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// The body returned this.
    Returned(bool),
    /// The body did not return within its time.
    Hung,
    /// A signal ended it.
    Signal(i32),
    /// It exited with this status before the body returned.
    Exited(i32),
}

const YES: i32 = 10;
const NO: i32 = 11;

/// Runs `body` in a child that is stopped after `seconds`. Returns its end, and what it wrote to
/// standard error.
pub(crate) fn run(seconds: u32, body: impl FnOnce() -> bool) -> (End, String) {
    let mut pipe = [0; 2];
    // SAFETY: the array takes two descriptors.
    assert_eq!(unsafe { libc::pipe2(pipe.as_mut_ptr(), libc::O_CLOEXEC) }, 0);
    // SAFETY: the child has one thread and does nothing but call `body`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: the descriptors are open; `_exit` runs no code of the parent.
        unsafe {
            libc::dup2(pipe[1], libc::STDERR_FILENO);
            libc::alarm(seconds);
            // One arena of C's own malloc: a second would count as 64 MiB of growth.
            libc::mallopt(libc::M_ARENA_MAX, 1);
            libc::_exit(match catch_unwind(AssertUnwindSafe(body)) {
                Ok(true) => YES,
                Ok(false) => NO,
                Err(_) => 101,
            })
        }
    }
    // SAFETY: the parent owns both ends, and closes its copy of the writing one.
    let mut reader = unsafe {
        libc::close(pipe[1]);
        std::fs::File::from_raw_fd(pipe[0])
    };
    let mut words = Vec::new();
    reader.read_to_end(&mut words).expect("a pipe can be read");
    (wait(child), String::from_utf8_lossy(&words).into_owned())
}

fn wait(child: i32) -> End {
    let mut status = 0;
    // SAFETY: the child is ours; the status is valid for writes.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    if libc::WIFSIGNALED(status) {
        match libc::WTERMSIG(status) {
            libc::SIGALRM => End::Hung,
            signal => End::Signal(signal),
        }
    } else {
        match libc::WEXITSTATUS(status) {
            YES => End::Returned(true),
            NO => End::Returned(false),
            code => End::Exited(code),
        }
    }
}
