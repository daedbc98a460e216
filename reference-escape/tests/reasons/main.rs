//! Why things are as they are: the compiler's explanations, the answers of `why`, and the formats.

#![expect(clippy::print_stdout, reason = "a test that needs Go says so where there is none")]

mod command;
mod formats;
mod oracle;
mod program;
mod ways;
