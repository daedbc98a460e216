//! Packages out of small trees of files, with an installation of Go that has only what a test needs.

mod imports;
mod modules;
mod patterns;
mod selection;
mod tree;
