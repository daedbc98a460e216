//! Which declarations a stub keeps.

use super::entry::{Entry, FileEntries};
use crate::names::{Name, Names, is_exported};
use std::collections::BTreeSet;

/// What what is kept asks for.
struct Wanted<'n> {
    names: &'n Names,
    /// Names of package-level declarations.
    declared: BTreeSet<Name>,
    /// Names of methods that are not exported: whoever has them may be asked for them through an interface.
    methods: BTreeSet<Name>,
}

/// Whether each declaration of each file is kept.
pub(super) fn keep(files: &[FileEntries], names: &Names) -> Vec<Vec<bool>> {
    let mut wanted = Wanted { names, declared: BTreeSet::new(), methods: BTreeSet::new() };
    let mut kept: Vec<Vec<bool>> =
        files.iter().map(|file| vec![false; file.entries.len()]).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for (file, kept) in files.iter().zip(&mut kept) {
            for (at, entry) in file.entries.iter().enumerate() {
                if !kept[at] && wanted.wants(entry) {
                    kept[at] = true;
                    wanted.follow(entry);
                    changed = true;
                    keep_group(file, kept, at, &mut wanted);
                }
            }
        }
    }
    for (file, kept) in files.iter().zip(&mut kept) {
        keep_imports(file, kept, names);
    }
    kept
}

/// Constants of a group count each other: one keeps all.
fn keep_group(file: &FileEntries, kept: &mut [bool], of: usize, wanted: &mut Wanted<'_>) {
    let first = &file.entries[of];
    if !first.is_const || first.group.is_none() {
        return;
    }
    for (at, entry) in file.entries.iter().enumerate() {
        if entry.group == first.group && !kept[at] {
            kept[at] = true;
            wanted.follow(entry);
        }
    }
}

/// Imports stay if what is kept mentions the name that they most likely have, or if that is no name.
fn keep_imports(file: &FileEntries, kept: &mut [bool], names: &Names) {
    let kept_entries = file.entries.iter().zip(kept.iter()).filter(|(_, kept)| **kept);
    let mentions: BTreeSet<Name> =
        kept_entries.flat_map(|(entry, _)| entry.mentions.iter().copied()).collect();
    for (entry, kept) in file.entries.iter().zip(kept) {
        if entry.is_import {
            let mentioned = |name: &Name| names.text(*name) == "." || mentions.contains(name);
            *kept = entry.names.iter().any(mentioned);
        }
    }
}

impl Wanted<'_> {
    fn wants(&self, entry: &Entry) -> bool {
        if entry.is_import {
            return false;
        }
        let is_wanted = |name: &Name| {
            !name.is_blank()
                && (is_exported(self.names.text(*name)) || self.declared.contains(name))
        };
        match entry.base {
            None => entry.names.iter().any(is_wanted),
            Some(base) => {
                let by_name = |name: &Name| {
                    is_exported(self.names.text(*name)) || self.methods.contains(name)
                };
                // Who meets an instance makes all of its methods.
                is_wanted(&base) && (entry.is_of_instances || entry.names.iter().any(by_name))
            }
        }
    }

    fn follow(&mut self, entry: &Entry) {
        self.declared.extend(entry.mentions.iter().copied());
        self.methods.extend(entry.said.iter().copied());
    }
}
