//! Where output goes: a terminal with colours and a width, or a pipe.

use super::Failure;
use crate::gate::Gate;
use crate::report::Report;
use crate::report::terminal::{Screen, Style, lines, table};
use std::io::{ErrorKind, IsTerminal, Write};

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

/// Colours where a person watches who has not declined them.
pub(super) fn style() -> Style {
    let coloured = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    if is_terminal() && coloured { Style::COLOURED } else { Style::PLAIN }
}

/// Prints the report as a person reads it, a table on a terminal, lines in a pipe; and what the
/// gate says of it.
///
/// # Errors
/// As [`print`].
pub(super) fn show(report: &Report, gate: &Gate, verbose: bool) -> Result<(), Failure> {
    let screen = Screen { style: style(), width: width(), verbose };
    let mut text = if is_terminal() { table(report, &screen) } else { lines(report, &screen) };
    for line in &gate.lines {
        text.push_str(line);
        text.push('\n');
    }
    print(&text)
}

/// Prints to standard output. A reader that went away is no fault.
///
/// # Errors
/// Where it cannot be written for another reason: a verdict that nobody can read is none.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Failure(format!("cannot write standard output: {e}")))
        }
        _ => Ok(()),
    }
}
