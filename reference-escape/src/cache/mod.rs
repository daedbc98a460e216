//! Summaries that earlier runs have made, on the disk.
//!
//! 1. A package's **key** is a sum of its texts, of the keys of all that it imports, and of this program and the platform
//!    (`identity`). Equal keys mean equal summaries; nothing that is kept is ever out of date.
//! 2. To know a key means to read the texts. Where these do not change, in a Go installation and in the cache of modules, the
//!    times of folders and the sizes and times of files stand for them (`stamps`), and their sum is kept, too.
//! 3. An **entry** is written beside its place and then moved there (`store`), so whoever reads sees all of it or nothing. One
//!    that is damaged counts as missing. The oldest go when there are too many.
//! 4. A run asks for entries while it imports (`summaries`), and after its answer adds those that were missing.

mod stamps;
mod identity;
mod store;
mod summaries;

pub use store::Store;
pub use summaries::{Cached, Remembered};
