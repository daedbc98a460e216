//! The command: what it is asked, and what it answers.

mod arguments;
mod lines;
mod summary;

use arguments::Asked;
use std::io::Write;

/// The status of a run that did what it was asked.
pub const DONE: u8 = 0;
/// The status where the source does not compile.
pub const NOT_GO: u8 = 1;
/// The status where the question is none.
pub const USAGE: u8 = 2;
/// The status where the program itself failed.
pub const BROKEN: u8 = 3;

/// Does what the arguments say; returns the status.
pub fn run(arguments: &[String]) -> u8 {
    let asked = match arguments::parse(arguments) {
        Ok(asked) => asked,
        Err(message) => {
            return refuse(&format!("goescape: {message}\n\n{}", arguments::USAGE), USAGE);
        }
    };
    match asked {
        Asked::Help => {
            // A closed pipe is no failure of ours.
            let _ = std::io::stdout().write_all(arguments::HELP.as_bytes());
            DONE
        }
        Asked::Summary(wanted) => match wanted.write() {
            Ok(()) => DONE,
            Err(message) => refuse(&message, NOT_GO),
        },
        Asked::Lines(arguments) => match lines::tell(&arguments) {
            Ok(()) => DONE,
            Err(message) => refuse(&message, NOT_GO),
        },
    }
}

fn refuse(message: &str, status: u8) -> u8 {
    let _ = writeln!(std::io::stderr(), "{}", message.trim_end());
    status
}
