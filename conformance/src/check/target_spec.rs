//! Targets by their words on the command line.

use crate::mutant;
use crate::report::target::{Identity, Loaded, TargetKind};
use crate::target::child::Way;
use crate::target::identity;
use std::fmt;
use std::str::FromStr;

/// A target as it is named.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TargetSpec {
    /// `system`: this machine's malloc.
    System,
    /// `so:PATH`: a shared library with the C names.
    Library(String),
    /// `small`: the small correct allocator that mutants are made of.
    Small,
    /// `small-layout`: the same allocator behind Rust's `Layout` calls.
    SmallLayout,
    /// `small-go`: the small correct allocator that is built as Go's, with an inside.
    SmallGo,
    /// `mutant:ID`: one of its wrong variants.
    Mutant(String),
    /// A heap of the calling executable, by the name that its macro gave it.
    Named(String),
}

/// A word that names no target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownTarget {
    /// In a sentence, with what would have been understood.
    pub says: String,
}

impl fmt::Display for UnknownTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

impl std::error::Error for UnknownTarget {}

impl FromStr for TargetSpec {
    type Err = UnknownTarget;

    fn from_str(word: &str) -> Result<TargetSpec, UnknownTarget> {
        let unknown = |says: String| Err(UnknownTarget { says });
        match word.split_once(':') {
            None if word == "system" => Ok(TargetSpec::System),
            None if word == "small" => Ok(TargetSpec::Small),
            None if word == "small-layout" => Ok(TargetSpec::SmallLayout),
            None if word == "small-go" => Ok(TargetSpec::SmallGo),
            Some(("so", "")) => {
                unknown("`so:` needs a path, or a name that the loader finds".into())
            }
            Some(("so", path)) if path.contains('\0') => unknown("a path has no NUL".into()),
            Some(("so", path)) => Ok(TargetSpec::Library(path.to_owned())),
            Some(("mutant", id)) if mutant::find(id).is_some() => {
                Ok(TargetSpec::Mutant(id.to_owned()))
            }
            Some(("mutant", id)) => {
                let near = mutant::all().iter().map(|m| m.id);
                let near = near.max_by_key(|m| (strsim::jaro_winkler(m, id) * 1000.0) as u32);
                unknown(format!(
                    "there is no mutant `{id}`; did you mean `mutant:{}`?",
                    near.unwrap_or_default()
                ))
            }
            _ => unknown(format!(
                "`{word}` is no target: use `system`, `so:PATH`, `small`, `small-layout`, \
                 `small-go` or `mutant:ID`"
            )),
        }
    }
}

impl fmt::Display for TargetSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetSpec::System => f.write_str("system"),
            TargetSpec::Library(path) => write!(f, "so:{path}"),
            TargetSpec::Small => f.write_str("small"),
            TargetSpec::SmallLayout => f.write_str("small-layout"),
            TargetSpec::SmallGo => f.write_str("small-go"),
            TargetSpec::Mutant(id) => write!(f, "mutant:{id}"),
            TargetSpec::Named(name) => f.write_str(name),
        }
    }
}

impl TargetSpec {
    /// The first way to try.
    pub fn way(&self) -> Way {
        match self {
            TargetSpec::System => Way::System,
            TargetSpec::Library(path) => Way::Dlopen(path.clone()),
            TargetSpec::Small | TargetSpec::SmallLayout | TargetSpec::SmallGo => {
                Way::Named(self.to_string())
            }
            TargetSpec::Mutant(id) | TargetSpec::Named(id) => Way::Named(id.clone()),
        }
    }

    /// The way to try where the first does not get in.
    pub fn other_way(&self) -> Option<Way> {
        match self {
            TargetSpec::Library(path) => Some(Way::Preload(path.clone())),
            _ => None,
        }
    }

    /// The name that the code goes by on its own word: known deviations recognise it by that.
    fn own_name(&self) -> Option<String> {
        match self {
            TargetSpec::Named(name) => Some(name.clone()),
            _ => None,
        }
    }

    /// What reports say of the code that answered.
    pub(super) fn identity(&self, found: &identity::Identity) -> Identity {
        let kind = match self {
            TargetSpec::System => TargetKind::System,
            TargetSpec::Library(_) => TargetKind::SharedObject,
            TargetSpec::Small
            | TargetSpec::SmallLayout
            | TargetSpec::SmallGo
            | TargetSpec::Mutant(_) => TargetKind::Mutant,
            TargetSpec::Named(_) => TargetKind::InProcess,
        };
        let loaded = match found.loaded {
            identity::Loaded::BuiltIn => Loaded::InProcess,
            identity::Loaded::Dlopen => Loaded::Dlopen,
            identity::Loaded::Preload => Loaded::Preload,
            identity::Loaded::System => Loaded::Program,
        };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let path = some(&found.path);
        let symbols = path.iter().map(|path| ("malloc".to_owned(), path.clone())).collect();
        Identity {
            kind,
            name: self.own_name(),
            path,
            soname: some(&found.soname),
            build_id: some(&found.build_id),
            version: some(&found.version),
            loaded,
            symbols,
        }
    }
}

/// The heap built into this executable under `name`: what a worker serves for `small` and mutants.
pub fn built_in(name: &str) -> Option<Box<dyn crate::target::heap::Heap>> {
    match name {
        "small" => Some(mutant::correct()),
        "small-layout" => Some(mutant::correct_layout()),
        "small-go" => Some(mutant::correct_go()),
        _ => mutant::find(name).map(|mutant| (mutant.make)()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_prints_as_it_was_read() {
        for word in ["system", "small", "small-layout", "so:libjemalloc.so.2", "so:/a b/c:d.so"] {
            assert_eq!(word.parse::<TargetSpec>().map(|t| t.to_string()).as_deref(), Ok(word));
        }
    }

    #[test]
    fn what_is_no_target_is_told_what_is() {
        let says = |word: &str| word.parse::<TargetSpec>().unwrap_err().says;
        assert!(says("sytem").contains("use `system`"));
        assert!(says("so:").contains("needs a path"));
        assert!(says("mutant:alloc/hands-out-life-block").contains("alloc/hands-out-live-block"));
    }
}
