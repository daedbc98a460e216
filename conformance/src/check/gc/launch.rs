//! Fresh collectors: programs that are started, or ours that are made.

use crate::capability::Capabilities;
use crate::hunt::Opens;
use crate::op::gc::Op;
use crate::target::Target;
use crate::target::child::LaunchError;
use crate::target::collector::{Collector, Housed, implied};
use crate::target::false_answers::{FalseDeath, PlantDeath};
use crate::target::identity::Identity;
use crate::target::stdio::{PATIENCE, Stdio};

/// How a collector is reached.
#[derive(Clone)]
pub enum Way {
    /// A command whose program speaks the protocol.
    Stdio(String),
    /// Code of this executable.
    Housed(fn() -> Box<dyn Collector>),
}

/// Starts collectors.
#[derive(Clone)]
pub struct Launch {
    /// How.
    pub way: Way,
    /// For whatever the target does at random.
    pub seed: u64,
    /// A fault to plant.
    pub plant: Option<PlantDeath>,
}

/// Who a collector says that it is.
pub(super) struct Met {
    pub(super) identity: Identity,
    pub(super) name: String,
    pub(super) offers: Capabilities,
    pub(super) tiny: u64,
    pub(super) unknown: Vec<String>,
}

impl Launch {
    /// Starts the collector once. What collects in steps can begin a collection, too.
    pub(super) fn meet(&self) -> Result<Met, LaunchError> {
        match &self.way {
            Way::Stdio(command) => {
                let stdio = Stdio::start(command, self.seed, PATIENCE)?;
                Ok(Met {
                    identity: stdio.identity().clone(),
                    name: stdio.hello().name.clone(),
                    offers: implied(stdio.offers()),
                    tiny: stdio.hello().tiny(),
                    unknown: stdio.unknown().to_vec(),
                })
            }
            Way::Housed(make) => {
                let collector = make();
                let (name, tiny) = (collector.name().to_owned(), collector.tiny());
                let housed = Housed::new(collector);
                let (identity, offers) = (housed.identity().clone(), housed.offers());
                let offers = implied(offers);
                Ok(Met { identity, name, offers, tiny, unknown: Vec::new() })
            }
        }
    }
}

impl Opens<Op> for Launch {
    fn open(&self, hasty: bool) -> Result<Box<dyn Target<Op> + '_>, LaunchError> {
        let patience = if hasty { PATIENCE.short() } else { PATIENCE };
        let target: Box<dyn Target<Op>> = match &self.way {
            Way::Stdio(command) => Box::new(Stdio::start(command, self.seed, patience)?),
            Way::Housed(make) => Box::new(Housed::new(make())),
        };
        Ok(match self.plant {
            Some(plant) => Box::new(FalseDeath::new(target, plant)),
            None => target,
        })
    }
}
