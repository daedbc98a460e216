//! The escape analysis of the Go compiler: which variables of a package may live on the stack, which must
//! live on the heap, and what each function leaks of its parameters.
//!
//! The life of one package:
//!
//! 1. Its directory becomes files that this platform builds, and a path ([`package`]).
//! 2. Each file becomes tokens, then a tree plus all its errors ([`scan`], [`parse`], [`ast`]).
//!    Positions are those that the compiler reports: a call's is its `(`, a selector's its dot.
//! 3. What it imports is loaded likewise, declarations first and bodies on demand, and then all of it is
//!    given types, constant values and objects ([`constant`], [`types`], [`check`], [`import`]).

#![forbid(unsafe_code)]

pub mod hash;
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
pub mod import;
pub mod functions;
pub mod shape;
pub mod ir;
pub mod lower;
pub mod rewrite;
pub mod leaks;
pub mod graph;
pub mod rules;
pub mod limits;
pub mod static_value;
pub mod tags;
pub mod build;
pub mod reach;
pub mod scc;
pub mod solve;
pub mod diagnostics;
pub mod analyze;
pub mod cli;
