//! The escape analysis of the Go compiler: which variables of a package may live on the stack, which must
//! live on the heap, and what each function leaks of its parameters.
//!
//! The life of one package:
//!
//! 1. Its directory becomes files that this platform builds, and a path ([`package`]).
//! 2. Each file becomes tokens, then a tree plus all its errors ([`scan`], [`parse`], [`ast`]).
//!    Positions are those that the compiler reports: a call's is its `(`, a selector's its dot.
//! 3. What it imports is loaded likewise, declarations first and bodies on demand, and then all of it is
//!    given types, constant values and objects ([`constant`], [`types`], [`check`], [`import`]). Where a summary is at
//!    hand, of this program or of an earlier run, a stub is read instead, and tags come with it ([`stub`], [`summary`],
//!    [`known`], [`standard`], [`cache`]).
//! 4. Each function becomes a lowered form, as the compiler's after type checking: conversions explicit, methods functions
//!    of their receiver, what is packed packed ([`ir`], [`lower`]); a generic one once for each shape that it is used
//!    with ([`functions`], [`shape`]). Then it is changed as the compiler changes it: calls of a known type's method, a
//!    loop's variables for each round, values that are known before the program runs ([`rewrite`]).
//! 5. Functions are taken in batches, callees first ([`scc`]). The expressions of a batch become a graph of who may hold
//!    whose address ([`graph`], [`build`]); callees that are done are known by their tags ([`leaks`], [`tags`]).
//! 6. What is too large for a stack is in the heap anyway ([`limits`]); what something that outlives it may hold follows,
//!    until nothing changes ([`solve`]). What becomes of each parameter is kept for the callers ([`conclude`]).
//! 7. The lines are written, expressions printed as the compiler prints them ([`diagnostics`],
//!    [`mod@print`], [`bounds`]).
//! 8. Who asks why gets more: expressions note why values flow ([`note`]), the solver is watched for the ways by which
//!    things get out ([`trace`]), and these are put in words ([`explain`]). All of it is one value with many printers
//!    ([`report`]).
//!
//! The shortest way to an answer:
//!
//! ```
//! use reference_escape::{alone, analyze::Analysis};
//!
//! let text = b"package p\n\nfunc f() *int {\n\tx := 1\n\treturn &x\n}\n";
//! let mut file = alone::read("f.go", text)?;
//! let verdicts = Analysis::default().package(&mut file.program, file.package);
//! let line = &verdicts.lines[0];
//! assert_eq!(file.sources.line_and_column(line.pos), Some((4, 2)));
//! assert_eq!(line.text, "moved to heap: x");
//! # Ok::<(), alone::Refused>(())
//! ```
//!
//! Two laws must hold of what is told. No pointer to something on a stack is stored in the heap. And none is used after
//! the function, or the round of the loop, that the something belongs to has ended. So what is not known counts as the
//! worst: an unknown callee keeps what it is given.

#![forbid(unsafe_code)]

pub mod hash;
pub mod sha256;
pub mod names;
pub mod source;
pub mod ast;
pub mod fault;
pub mod letters;
pub mod token;
pub mod scan;
pub mod build_constraint;
pub mod parse;
pub mod package;
pub mod constant;
pub mod types;
pub mod check;
pub mod alone;
pub mod leaks;
pub mod stub;
pub mod summary;
pub mod known;
pub mod import;
pub mod functions;
pub mod shape;
pub mod ir;
pub mod print;
pub mod lower;
pub mod note;
pub mod graph;
pub mod rules;
pub mod rewrite;
pub mod limits;
pub mod static_value;
pub mod tags;
pub mod build;
pub mod solve;
pub mod trace;
pub mod conclude;
pub mod kind;
pub mod diagnostics;
pub mod explain;
pub mod bounds;
pub mod reach;
pub mod scc;
pub mod analyze;
pub mod worst;
pub mod make;
pub mod standard;
pub mod cache;
pub mod report;
pub mod cli;
