//! How much of an arena was ever handed out.
//!
//! Judges `alloc/arena/zeroed-watermark-monotone`.

use super::explore::{models, play};

/// The socket.
pub trait Watermark: Send + Sync + 'static {
    /// Nothing was handed out.
    fn new() -> Self;

    /// `start..end` is handed out. True if some of it was handed out before.
    fn raise(&self, start: usize, end: usize) -> bool;
}

models! { Watermark:
    "watermark" "three threads hand out three ranges" three_ranges None;
    "watermark" "two threads hand out twice" twice None;
}

fn three_ranges<P: Watermark>() {
    let mark = play(
        P::new(),
        [
            |mark: &P| {
                mark.raise(0, 2);
            },
            |mark: &P| {
                mark.raise(4, 6);
            },
            |mark: &P| {
                mark.raise(2, 4);
            },
        ],
    );
    for start in 0..6 {
        assert!(mark.raise(start, start + 1), "what was handed out passes for untouched memory");
    }
    assert!(!mark.raise(6, 7), "untouched memory passes for used");
}

fn twice<P: Watermark>() {
    let mark = play(
        P::new(),
        [
            |mark: &P| {
                mark.raise(0, 1);
                assert!(mark.raise(0, 1), "a thread's own range");
            },
            |mark: &P| {
                mark.raise(1, 3);
                assert!(mark.raise(0, 3), "a thread's own range and more");
            },
        ],
    );
    assert!(mark.raise(2, 3), "the mark fell");
}
