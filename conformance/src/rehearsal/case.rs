//! One case: what it asks, and what came of it.

use super::Adapter;
use crate::capability::Capability;

/// One thing that the protocol asks of an adapter.
pub struct Case {
    /// Two words or more, as `batch/empty`.
    pub name: String,
    /// What must hold, in a sentence.
    pub says: String,
    /// What the adapter must offer for it.
    pub(super) needs: Option<Capability>,
    pub(super) holds: Box<Holds>,
}

/// Tries it.
pub(super) type Holds = dyn Fn(&Adapter) -> Result<(), Fault>;

/// What came of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It holds.
    Ok,
    /// It does not.
    Failed(Fault),
    /// The adapter does not offer what it is about.
    NotApplicable(Capability),
}

/// What was expected, and what was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What the protocol asks for.
    pub expected: String,
    /// What came instead. It may hold foreign text.
    pub seen: String,
}

impl Fault {
    pub(super) fn new(expected: impl Into<String>, seen: impl Into<String>) -> Fault {
        Fault { expected: expected.into(), seen: seen.into() }
    }
}

impl Case {
    pub(super) fn new(
        name: impl Into<String>,
        says: impl Into<String>,
        holds: impl Fn(&Adapter) -> Result<(), Fault> + 'static,
    ) -> Case {
        Case { name: name.into(), says: says.into(), needs: None, holds: Box::new(holds) }
    }

    pub(super) fn needing(self, capability: Capability) -> Case {
        Case { needs: Some(capability), ..self }
    }

    /// Tries it on `adapter`.
    pub fn try_on(&self, adapter: &Adapter) -> Outcome {
        if let Some(lacks) = self.needs.filter(|need| !adapter.met().offers.has(*need)) {
            return Outcome::NotApplicable(lacks);
        }
        match (self.holds)(adapter) {
            Ok(()) => Outcome::Ok,
            Err(fault) => Outcome::Failed(fault),
        }
    }
}
