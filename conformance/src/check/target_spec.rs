//! Targets by their words on the command line.

use super::gc::launch::Way as CollectorWay;
use crate::mutant::{self, Mutant};
use crate::report::target::{Identity, Loaded, TargetKind};
use crate::target::analyser::Analyser;
use crate::target::analyser::command::{self, Command, FILES};
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
    /// `reference-alloc` and its kin: a reference crate.
    Reference(&'static str),
    /// `mutant:ID`: one of its wrong variants.
    Mutant(String),
    /// A heap of the calling executable, by the name that its macro gave it.
    Named(String),
    /// `stdio:COMMAND`: a program that speaks for a collector.
    Stdio(String),
    /// `cmd:COMMAND`: an escape analyser that prints lines about files.
    Command(String),
    /// `small-gc`: the small correct collector that mutants are made of.
    SmallGc,
    /// `small-paced`: the same collector when it decides itself when to collect.
    SmallPaced,
}

/// What a target is one of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// It is an allocator.
    Allocators,
    /// It is a collector.
    Collectors,
    /// It is an escape analyser.
    Analysers,
}

impl Of {
    /// The subject, as suites name it.
    pub fn word(self) -> &'static str {
        match self {
            Of::Allocators => "alloc",
            Of::Collectors => "gc",
            Of::Analysers => "escape",
        }
    }
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
            None if word == "small-gc" => Ok(TargetSpec::SmallGc),
            None if word == "small-paced" => Ok(TargetSpec::SmallPaced),
            Some(("stdio", command)) if command.trim().is_empty() => {
                unknown("`stdio:` needs a command".into())
            }
            Some(("stdio", command)) if command.contains(['\0', '\n']) => {
                unknown("a command is one line of text".into())
            }
            Some(("stdio", command)) => Ok(TargetSpec::Stdio(command.to_owned())),
            Some(("cmd", command)) if command.contains(['\0', '\n']) => {
                unknown("a command is one line of text".into())
            }
            Some(("cmd", command)) if !command.contains(FILES) => {
                unknown(format!("`cmd:` needs a command with `{FILES}` in it"))
            }
            Some(("cmd", command)) => Ok(TargetSpec::Command(command.to_owned())),
            Some(("so", "")) => {
                unknown("`so:` needs a path, or a name that the loader finds".into())
            }
            Some(("so", path)) if path.contains('\0') => unknown("a path has no NUL".into()),
            Some(("so", path)) => Ok(TargetSpec::Library(path.to_owned())),
            Some(("mutant", id)) if mutant::find(id).is_some() => {
                Ok(TargetSpec::Mutant(id.to_owned()))
            }
            Some(("mutant", id)) => {
                let near = mutant::all().iter().chain(mutant::analysers()).map(|m| m.id);
                let near = near.max_by_key(|m| (strsim::jaro_winkler(m, id) * 1000.0) as u32);
                unknown(format!(
                    "there is no mutant `{id}`; did you mean `mutant:{}`?",
                    near.unwrap_or_default()
                ))
            }
            _ => match reference_words().find(|reference| *reference == word) {
                Some(reference) => Ok(TargetSpec::Reference(reference)),
                None => unknown(format!(
                    "`{word}` is no target: use `system`, `so:PATH`, `stdio:COMMAND`, `cmd:COMMAND`, {}, `small`, \
                     `small-layout`, `small-go`, `small-gc`, `small-paced` or `mutant:ID`",
                    reference_words()
                        .map(|word| format!("`{word}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                )),
            },
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
            TargetSpec::SmallGc => f.write_str("small-gc"),
            TargetSpec::SmallPaced => f.write_str("small-paced"),
            TargetSpec::Stdio(command) => write!(f, "stdio:{command}"),
            TargetSpec::Command(command) => write!(f, "cmd:{command}"),
            TargetSpec::Reference(word) => f.write_str(word),
            TargetSpec::Mutant(id) => write!(f, "mutant:{id}"),
            TargetSpec::Named(name) => f.write_str(name),
        }
    }
}

impl TargetSpec {
    /// What it is one of.
    pub fn subject(&self) -> Of {
        match self {
            TargetSpec::Stdio(_) | TargetSpec::SmallGc | TargetSpec::SmallPaced => Of::Collectors,
            TargetSpec::Mutant(id) if mutant::collector(id).is_some() => Of::Collectors,
            TargetSpec::Command(_) => Of::Analysers,
            TargetSpec::Mutant(id) if mutant::analysers().iter().any(|one| one.id == id) => {
                Of::Analysers
            }
            TargetSpec::Reference(word) if is_analyser(word) => Of::Analysers,
            _ => Of::Allocators,
        }
    }

    /// How the collector is reached that it names.
    ///
    /// # Panics
    /// Where it names an allocator.
    pub(super) fn collector(&self) -> CollectorWay {
        match self {
            TargetSpec::Stdio(command) => CollectorWay::Stdio(command.clone()),
            TargetSpec::SmallGc => CollectorWay::Housed(mutant::correct_collector),
            TargetSpec::SmallPaced => CollectorWay::Housed(mutant::correct_paced),
            TargetSpec::Mutant(id) => {
                let make = mutant::collector(id).expect("a collector");
                CollectorWay::Housed(make)
            }
            _ => panic!("{self} is no collector"),
        }
    }

    /// The analyser that it names.
    ///
    /// # Panics
    /// Where it names none.
    pub(super) fn analyser(&self) -> Box<dyn Analyser> {
        let found = match self {
            TargetSpec::Command(line) => {
                Some(Box::new(Command::new(line, command::PATIENCE)) as Box<dyn Analyser>)
            }
            TargetSpec::Mutant(id) => mutant::find(id).and_then(Mutant::analyser),
            _ => reference_analyser(),
        };
        found.unwrap_or_else(|| panic!("{self} is no analyser"))
    }

    /// The first way to try, where it is an allocator.
    pub fn way(&self) -> Way {
        match self {
            TargetSpec::System => Way::System,
            TargetSpec::Library(path) => Way::Dlopen(path.clone()),
            TargetSpec::Small
            | TargetSpec::SmallLayout
            | TargetSpec::SmallGo
            | TargetSpec::SmallGc
            | TargetSpec::SmallPaced
            | TargetSpec::Command(_)
            | TargetSpec::Stdio(_) => Way::Named(self.to_string()),
            TargetSpec::Reference(word) => Way::Named((*word).to_owned()),
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
            TargetSpec::Reference(word) => Some((*word).to_owned()),
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
            | TargetSpec::SmallGc
            | TargetSpec::SmallPaced
            | TargetSpec::Mutant(_) => TargetKind::Mutant,
            TargetSpec::Stdio(_) => TargetKind::Stdio,
            TargetSpec::Command(_) => TargetKind::Command,
            TargetSpec::Reference(_) | TargetSpec::Named(_) => TargetKind::InProcess,
        };
        let loaded = match found.loaded {
            identity::Loaded::BuiltIn
                if matches!(kind, TargetKind::Stdio | TargetKind::Command) =>
            {
                Loaded::Program
            }
            identity::Loaded::BuiltIn => Loaded::InProcess,
            identity::Loaded::Dlopen => Loaded::Dlopen,
            identity::Loaded::Preload => Loaded::Preload,
            identity::Loaded::System => Loaded::Program,
        };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let path = some(&found.path);
        let has_symbols = !matches!(kind, TargetKind::Stdio | TargetKind::Command);
        let symbols = path.iter().filter(|_| has_symbols);
        let symbols = symbols.map(|path| ("malloc".to_owned(), path.clone())).collect();
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
        _ => reference(name).or_else(|| mutant::find(name).and_then(Mutant::heap)),
    }
}

/// The words of the reference crates that this executable has.
fn reference_words() -> impl Iterator<Item = &'static str> {
    #[cfg(feature = "reference")]
    return crate::adapter::words();
    #[cfg(not(feature = "reference"))]
    std::iter::empty()
}

/// Whether `word` names the reference analyser.
#[cfg_attr(not(feature = "reference"), expect(unused_variables, reason = "there is none"))]
fn is_analyser(word: &str) -> bool {
    #[cfg(feature = "reference")]
    return word == crate::adapter::ANALYSER;
    #[cfg(not(feature = "reference"))]
    false
}

/// The reference analyser.
#[cfg_attr(
    feature = "reference",
    expect(clippy::unnecessary_wraps, reason = "a build may lack it")
)]
fn reference_analyser() -> Option<Box<dyn Analyser>> {
    #[cfg(feature = "reference")]
    return Some(Box::new(crate::adapter::escape::RIGHT));
    #[cfg(not(feature = "reference"))]
    None
}

/// The reference crate that `name` names.
#[cfg_attr(not(feature = "reference"), expect(unused_variables, reason = "there is none"))]
fn reference(name: &str) -> Option<Box<dyn crate::target::heap::Heap>> {
    #[cfg(feature = "reference")]
    return crate::adapter::find(name);
    #[cfg(not(feature = "reference"))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_prints_as_it_was_read() {
        for word in [
            "system",
            "small",
            "small-layout",
            "so:libjemalloc.so.2",
            "so:/a b/c:d.so",
            "cmd:go vet {files}",
        ] {
            assert_eq!(word.parse::<TargetSpec>().map(|t| t.to_string()).as_deref(), Ok(word));
        }
    }

    #[test]
    fn what_is_no_target_is_told_what_is() {
        let says = |word: &str| word.parse::<TargetSpec>().unwrap_err().says;
        assert!(says("sytem").contains("use `system`"));
        assert!(says("so:").contains("needs a path"));
        assert!(says("cmd:go build").contains("{files}"));
        assert!(says("mutant:alloc/hands-out-life-block").contains("alloc/hands-out-live-block"));
    }
}
