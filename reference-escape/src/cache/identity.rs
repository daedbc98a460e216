//! Which summary a package has, told without making it.

use super::Store;
use super::stamps::Stamps;
use crate::hash::Map;
use crate::package::{Found, Home, Loader, Package};
use crate::sha256::{Sum, sum_of_parts};
use crate::summary::{Reader, STANDARD, Writer};
use std::fs;

/// Finds the keys of packages.
#[derive(Debug)]
pub(super) struct Identities {
    store: Store,
    /// This program and the platform.
    tool: Sum,
    /// By folders; none where there is no key, and while it is being found.
    keys: Map<String, Option<Key>>,
}

/// Under which name a package's summary is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub name: Sum,
    /// The sum of the texts that the summary is of.
    pub text: Sum,
}

/// What a package's own text says.
#[derive(Clone, Debug)]
struct Own {
    sum: Sum,
    imports: Vec<String>,
}

impl Identities {
    pub(super) fn new(store: Store, loader: &Loader) -> Identities {
        Identities { store, tool: tool(loader), keys: Map::default() }
    }

    /// The key of a package; none where something that it imports is not found.
    pub(super) fn key(&mut self, loader: &Loader, found: &Found) -> Option<Key> {
        if let Some(known) = self.keys.get(&found.path) {
            return *known;
        }
        // Who imports in a circle has none.
        self.keys.insert(found.path.clone(), None);
        let key = self.find_key(loader, found);
        self.keys.insert(found.path.clone(), key);
        key
    }

    fn find_key(&mut self, loader: &Loader, found: &Found) -> Option<Key> {
        let minor = found.minor.to_le_bytes();
        let head = [&self.tool[..], found.path.as_bytes(), &minor];
        if loader.goroot.is_listed() && found.home == Home::Std {
            let name = sum_of_parts(head);
            return Some(Key { name, text: name });
        }
        let Own { sum, imports } = self.own(loader, found)?;
        let mut parts: Vec<Vec<u8>> = head.iter().map(|part| part.to_vec()).collect();
        parts.push(sum.to_vec());
        for import in imports.iter().filter(|import| *import != "unsafe") {
            let import = loader.find(found.home, import).ok()?;
            parts.push(self.key(loader, &import)?.name.to_vec());
        }
        let name = sum_of_parts(parts.iter().map(Vec::as_slice));
        Some(Key { name, text: sum })
    }

    /// What a package's text says, from what is kept if its files do not change.
    fn own(&self, loader: &Loader, found: &Found) -> Option<Own> {
        let key = self.folder_key(found).filter(|_| is_fixed(loader, found));
        if let Some(key) = &key
            && let Some(bytes) = self.store.get(key)
            && let Some((stamps, own)) = Own::decode(&bytes, key)
            && stamps.still_hold(&found.folder)
        {
            return Some(own);
        }
        let stamps = key.and_then(|_| Stamps::of(&found.folder, &loader.platform));
        let own = Own::of(&loader.load(found).ok()?);
        if let (Some(key), Some(stamps)) = (key, stamps) {
            // A cache that cannot be written to is none.
            let _ = self.store.put(&key, &own.encode(&key, &stamps));
        }
        Some(own)
    }

    /// Under which name it is kept what a folder's text says.
    fn folder_key(&self, found: &Found) -> Option<Sum> {
        Some(sum_of_parts([&self.tool[..], b"folder", found.folder.to_str()?.as_bytes()]))
    }
}

/// Whether a package's files change only when a Go installation or a module is replaced.
fn is_fixed(loader: &Loader, found: &Found) -> bool {
    found.home == Home::Std
        || loader.mod_cache.as_ref().is_some_and(|cache| found.folder.starts_with(cache))
}

/// This program, and what the build is for. Two builds of this program may find different tags: a file's length and time tell
/// them apart, and where these cannot be had, at least the tags of the standard library.
fn tool(loader: &Loader) -> Sum {
    let platform = format!("{:?}", loader.platform);
    let program = std::env::current_exe().and_then(fs::metadata);
    let build = program.and_then(|about| Ok(format!("{} {:?}", about.len(), about.modified()?)));
    let build = build.map_or(STANDARD.to_vec(), String::into_bytes);
    let version = env!("CARGO_PKG_VERSION");
    sum_of_parts([version.as_bytes(), platform.as_bytes(), &build])
}

/// The sum of a package's texts.
pub(super) fn sum_of(package: &Package) -> Sum {
    let files = package.files.iter().flat_map(|file| [file.name.as_bytes(), &file.text]);
    sum_of_parts(files.chain([&[u8::from(package.has_assembly)][..]]))
}

impl Own {
    fn of(package: &Package) -> Own {
        let imports = package.files.iter().flat_map(|file| &file.header.imports);
        let mut imports: Vec<String> = imports.map(|import| import.path.clone()).collect();
        imports.sort();
        imports.dedup();
        Own { sum: sum_of(package), imports }
    }

    /// What is kept for `key`. It has the key in it, and a sum over all of it at its end.
    fn encode(&self, key: &Sum, stamps: &Stamps) -> Vec<u8> {
        let mut out = Writer::default();
        out.block(key);
        stamps.encode(&mut out);
        out.block(&self.sum);
        out.number(self.imports.len());
        self.imports.iter().for_each(|import| out.block(import.as_bytes()));
        let check = crate::sha256::sum(&out.bytes);
        out.bytes.extend(check);
        out.bytes
    }

    /// What was kept for `key`; none if it is damaged.
    fn decode(bytes: &[u8], key: &Sum) -> Option<(Stamps, Own)> {
        let (bytes, check) = bytes.split_last_chunk::<32>()?;
        if crate::sha256::sum(bytes) != *check {
            return None;
        }
        let mut reader = Reader { rest: bytes };
        if reader.block().ok()? != key {
            return None;
        }
        let stamps = Stamps::decode(&mut reader)?;
        let sum = reader.block().ok()?.try_into().ok()?;
        let imports =
            (0..reader.count().ok()?).map(|_| reader.text().ok()).collect::<Option<_>>()?;
        Some((stamps, Own { sum, imports }))
    }
}
