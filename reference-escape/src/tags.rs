//! What is known of functions that have been analysed.

use crate::functions::FuncId;
use crate::hash::Map;
use crate::ir::FuncIndex;
use crate::leaks::Leaks;
use std::rc::Rc;

/// A function of a body: a declared one, or a literal that uses nothing of what is around it and so is one of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Unit {
    /// Whose body it is in.
    pub id: FuncId,
    /// Which function of the body.
    pub func: FuncIndex,
}

impl Unit {
    /// A declared function.
    pub fn declared(id: FuncId) -> Unit {
        Unit { id, func: FuncIndex::ROOT }
    }
}

/// What becomes of a function's receiver and parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tags {
    /// For each of them.
    pub params: Box<[Leaks]>,
}

/// The tags of all functions that have been analysed.
#[derive(Debug, Default)]
pub struct TagTable {
    tags: Map<Unit, Rc<Tags>>,
}

impl TagTable {
    /// What is known of `unit`.
    pub fn get(&self, unit: Unit) -> Option<&Rc<Tags>> {
        self.tags.get(&unit)
    }

    /// Notes what has been found out.
    pub fn insert(&mut self, unit: Unit, tags: Tags) {
        self.tags.insert(unit, Rc::new(tags));
    }

    /// What becomes of argument `at`; the worst where nothing is known.
    pub fn param(&self, unit: Unit, at: usize) -> Leaks {
        let known = self.tags.get(&unit).and_then(|tags| tags.params.get(at));
        known.copied().unwrap_or_else(Leaks::worst)
    }
}
