//! Entries for a run that imports, and entries of what it had to read.

use super::Store;
use super::identity::{Identities, Key, sum_of};
use crate::analyze::Analysis;
use crate::check::Program;
use crate::import::Summaries;
use crate::make::Maker;
use crate::package::{Found, Loader};
use crate::sha256::{Sum, hex};
use crate::source::Sources;
use crate::standard::Embedded;
use crate::summary::{Archive, Edition, PackageSummary};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Packages of a run that no entry was found for.
type Missing = Rc<RefCell<Vec<(Found, Key)>>>;

/// Summaries of a run: the standard library's where there is no source, and all that a cache has.
#[derive(Debug, Default)]
pub struct Cached {
    embedded: Option<Embedded>,
    store: Option<Store>,
    identities: Option<Identities>,
    missing: Missing,
}

impl Cached {
    /// Summaries from `embedded` and `store`, as far as there are any.
    pub fn new(embedded: Option<Embedded>, store: Option<Store>) -> Cached {
        Cached { embedded, store, ..Cached::default() }
    }

    /// What this run does not find. It stays at hand when the importer has the rest.
    pub fn remembered(&self) -> Remembered {
        Remembered { store: self.store.clone(), missing: Rc::clone(&self.missing) }
    }

    fn entry(&mut self, loader: &Loader, found: &Found) -> Option<PackageSummary> {
        let store = self.store.as_ref()?;
        let identities =
            self.identities.get_or_insert_with(|| Identities::new(store.clone(), loader));
        let key = identities.key(loader, found)?;
        let entry = store.get(&key.name).and_then(|bytes| decode(&bytes, &key.name));
        if entry.is_none() {
            self.missing.borrow_mut().push((found.clone(), key));
        }
        entry
    }
}

impl Summaries for Cached {
    fn summary(
        &mut self,
        loader: &Loader,
        found: &Found,
    ) -> Result<Option<PackageSummary>, String> {
        if let Some(embedded) = &mut self.embedded
            && let Some(summary) = embedded.summary(loader, found)?
        {
            return Ok(Some(summary));
        }
        Ok(self.entry(loader, found))
    }
}

/// Packages that a run has read because no entry was found for them.
#[derive(Debug)]
pub struct Remembered {
    store: Option<Store>,
    missing: Missing,
}

impl Remembered {
    /// Makes entries for what was missing. That looks at more than the run had to, and so may read more packages: these get
    /// entries, too. What does not compile, or has been changed meanwhile, gets none.
    pub fn keep(
        &self,
        loader: &Loader,
        program: &mut Program,
        analysis: &mut Analysis,
        sources: &RefCell<Sources>,
    ) {
        let Some(store) = &self.store else { return };
        let mut maker = Maker { program, analysis, sources };
        let mut written = false;
        loop {
            let Some((found, key)) = self.missing.borrow_mut().pop() else { break };
            let Ok(package) = loader.load(&found) else { continue };
            if sum_of(&package) != key.text {
                continue;
            }
            if let Ok((summary, _)) = maker.summary(&package) {
                // A cache that cannot be written to is none.
                written |= store.put(&key.name, &encode(summary, &key.name)).is_ok();
            }
        }
        if written {
            store.trim();
        }
    }
}

/// An archive of one package, which is called by its key.
fn encode(summary: PackageSummary, key: &Sum) -> Vec<u8> {
    Archive::encode(&Edition::default(), &BTreeMap::from([(hex(key), summary)]))
}

fn decode(bytes: &[u8], key: &Sum) -> Option<PackageSummary> {
    Archive::decode(bytes).ok()?.package(&hex(key)).ok()?
}
