//! Tags that a run has been given, so that it need not find them out.

use crate::ast::DeclId;
use crate::hash::Map;
use crate::leaks::Leaks;
use crate::names::Name;
use std::rc::Rc;

/// What is known of a function whose package is a stub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recalled {
    /// Its package is no stub: look at its text.
    Text,
    /// What becomes of its receiver and its parameters.
    Tags(Rc<[Leaks]>),
    /// Nothing, though its package is a stub: the worst is to be expected.
    Missing,
}

/// The functions of one stub.
type Functions = Map<DeclId, Rc<[Leaks]>>;

/// The tags of the functions of stubs.
#[derive(Debug, Default)]
pub struct Known {
    packages: Map<Name, Functions>,
}

impl Known {
    /// Notes that the package with this path is a stub, and what is known of its functions.
    pub fn add(&mut self, path: Name, functions: impl Iterator<Item = (DeclId, Box<[Leaks]>)>) {
        let functions = functions.map(|(decl, params)| (decl, params.into()));
        self.packages.insert(path, functions.collect());
    }

    /// What is known of the function that `decl` declares in the package with this path.
    pub fn recall(&self, path: Name, decl: DeclId) -> Recalled {
        match self.packages.get(&path).map(|functions| functions.get(&decl)) {
            None => Recalled::Text,
            Some(Some(tags)) => Recalled::Tags(Rc::clone(tags)),
            Some(None) => Recalled::Missing,
        }
    }
}
