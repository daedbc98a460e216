//! A line that shows a waiting person how far a check has got; nothing in a pipe.

use crate::check::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The line, on standard error.
pub(super) struct Line {
    bar: ProgressBar,
}

impl Line {
    /// A line for the target named `target`.
    pub(super) fn new(target: &str) -> Line {
        // indicatif hides the line by itself where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(target.to_owned());
        Line { bar }
    }

    /// Shows `progress`.
    pub(super) fn show(&self, progress: &Progress<'_>) {
        if self.bar.is_hidden() {
            return;
        }
        let what = progress.scenario.map_or_else(|| progress.judge.to_string(), str::to_owned);
        let of = match progress.of {
            u64::MAX => String::new(),
            of => format!(" of {of}"),
        };
        let broken = match progress.broken {
            0 => String::new(),
            n => format!(", {n} broken"),
        };
        self.bar.set_message(format!("{what}, {}{of} scripts{broken}", progress.cases));
        self.bar.tick();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
