//! Where output goes: a terminal with colours and a width, or a pipe.

use crate::report::Report;
use crate::report::terminal::{Screen, Style, lines, table};
use std::io::{IsTerminal, Write};

/// Columns where the terminal does not say.
const WIDTH: usize = 100;

/// Whether a person watches standard output.
pub(super) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Columns of the terminal, or a usual number.
pub(super) fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    let measured = size.ok().map(|s| usize::from(s.ws_col)).filter(|&c| c > 0);
    told.or(measured).unwrap_or(WIDTH).clamp(60, 200)
}

/// The report as a person reads it: a table on a terminal, lines in a pipe.
pub(super) fn show(report: &Report, verbose: bool) -> String {
    let coloured = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    let style = if is_terminal() && coloured { Style::COLOURED } else { Style::PLAIN };
    let screen = Screen { style, width: width(), verbose };
    if is_terminal() { table(report, &screen) } else { lines(report, &screen) }
}

/// Prints to standard output. A reader that went away is no fault.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
