//! The library opened and closed by a program that has another malloc: this file's own binary again.
#![cfg(all(target_os = "linux", not(miri)))]

mod library;

use libc::{c_int, c_void};
use library::library;
use std::ffi::{CStr, CString};
use std::process::Command;
use std::sync::mpsc;

/// Says which library a child is to open.
const OPENED: &str = "UNLOAD_OPENED";

type Malloc = unsafe extern "C" fn(usize) -> *mut c_void;
type Free = unsafe extern "C" fn(*mut c_void);

/// The library's function of that name.
///
/// # Safety
/// `F` is its type.
unsafe fn function<F: Copy>(opened: *mut c_void, name: &CStr) -> F {
    // SAFETY: the handle is open; an address is as large as a pointer to a function.
    unsafe {
        let found = libc::dlsym(opened, name.as_ptr());
        assert!(!found.is_null(), "{name:?}");
        std::mem::transmute_copy(&found)
    }
}

/// A test of its own for the child, and none otherwise.
#[test]
fn child() {
    let Ok(path) = std::env::var(OPENED) else { return };
    let path = CString::new(path).unwrap();
    for _ in 0..5 {
        // SAFETY: blocks go back before the library does, and nobody calls it any more.
        unsafe {
            let opened = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
            assert!(!opened.is_null());
            let malloc: Malloc = function(opened, c"malloc");
            let free: Free = function(opened, c"free");
            free(malloc(1000));
            let ((used, wait), (close, closed)) = (mpsc::channel(), mpsc::channel());
            let thread = std::thread::spawn(move || {
                free(malloc(100));
                used.send(()).unwrap();
                closed.recv().unwrap();
            });
            wait.recv().unwrap();
            assert_eq!(libc::dlclose(opened), 0);
            let still = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD);
            assert!(still.is_null(), "it is unloaded, or this asks nothing");
            close.send(()).unwrap();
            thread.join().unwrap();
            let child = libc::fork();
            if child == 0 {
                libc::_exit(0);
            }
            let mut status: c_int = 0;
            libc::waitpid(child, &raw mut status, 0);
            assert_eq!(status, 0);
        }
    }
}

#[test]
fn threads_end_and_processes_fork_after_the_library_was_closed() {
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(OPENED, library())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{:?}: {said}", ended.status);
}
