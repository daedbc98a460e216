//! Detection on pretended memory: what is wrong is told, and what is right is let be.
#![cfg(not(loom))]

mod misuse;
mod right;
mod world;
