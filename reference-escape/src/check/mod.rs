//! Types, constant values and objects for a tree.

mod info;

pub use info::{ExprInfo, FuncVars, Info, Initializer, Mode, Selection, SelectionKind};
