//! What the heap says of itself.
