//! Entries in a folder.

use crate::sha256::{Sum, hex};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// How many bytes all entries may have; beyond that, the oldest go.
const LARGEST: u64 = 256 << 20;
/// How many bytes are left when some had to go.
const LEFT: u64 = 192 << 20;
/// The largest entry that is read.
const LARGEST_ENTRY: u64 = 1 << 26;
/// An entry that is used counts as new; but that is noted only once a day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of entries, each called by the sum that it is kept for.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// Tells writes of one process apart.
static WRITES: AtomicU32 = AtomicU32::new(0);

impl Store {
    /// The entries in `folder`, which need not exist.
    pub fn at(folder: &Path) -> Store {
        Store { folder: folder.to_owned() }
    }

    /// Where entries are kept if nobody says: `goescape` in `XDG_CACHE_HOME`, else in `~/.cache`.
    pub fn usual() -> Option<Store> {
        let folder =
            |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let caches = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
        Some(Store { folder: caches.join("goescape") })
    }

    /// What is kept for `key`.
    pub fn get(&self, key: &Sum) -> Option<Vec<u8>> {
        let path = self.path(key);
        let about = fs::metadata(&path).ok()?;
        if about.len() > LARGEST_ENTRY {
            return None;
        }
        let bytes = fs::read(&path).ok()?;
        let age = about.modified().ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > DAY) {
            // It is no harm if it cannot be noted: the entry goes earlier, and is made again.
            let _ = File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.set_modified(SystemTime::now()));
        }
        Some(bytes)
    }

    /// Keeps `bytes` for `key`.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn put(&self, key: &Sum, bytes: &[u8]) -> std::io::Result<()> {
        let path = self.path(key);
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        let write = WRITES.fetch_add(1, Ordering::Relaxed);
        let aside = self.folder.join(format!("writing-{}-{write}", std::process::id()));
        let written = File::create(&aside).and_then(|mut file| file.write_all(bytes));
        let moved = written.and_then(|()| fs::rename(&aside, &path));
        if moved.is_err() {
            let _ = fs::remove_file(&aside);
        }
        moved
    }

    /// Drops the oldest entries if there are too many, and what interrupted runs have left.
    pub fn trim(&self) {
        self.trim_to(LARGEST, LEFT);
    }

    fn trim_to(&self, largest: u64, left: u64) {
        let mut entries = self.entries();
        let mut size: u64 = entries.iter().map(|entry| entry.1).sum();
        if size <= largest {
            return;
        }
        entries.sort();
        for (_, len, path) in entries {
            if size <= left {
                return;
            }
            if fs::remove_file(path).is_ok() {
                size -= len;
            }
        }
    }

    /// Time, length and path of all files.
    fn entries(&self) -> Vec<(SystemTime, u64, PathBuf)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let Ok(about) = entry.metadata() else { continue };
                if about.is_dir() {
                    folders.push(entry.path());
                } else {
                    let time = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    found.push((time, about.len(), entry.path()));
                }
            }
        }
        found
    }

    /// A folder for each first byte: file systems do not love large ones.
    fn path(&self, key: &Sum) -> PathBuf {
        let name = hex(key);
        self.folder.join(&name[..2]).join(&name[2..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_go_first() {
        let folder = std::env::temp_dir().join(format!("goescape-store-{}", std::process::id()));
        let store = Store::at(&folder);
        let now = SystemTime::now();
        for at in 0..4_u8 {
            store.put(&[at; 32], &[at; 100]).expect("a folder for tests");
            let file = File::options().append(true).open(store.path(&[at; 32])).expect("an entry");
            let time = now - Duration::from_secs(1000 - u64::from(at));
            file.set_modified(time).expect("a time");
        }
        store.trim_to(400, 200);
        assert!((0..4).all(|at| store.get(&[at; 32]).is_some()), "there is room for all");
        store.trim_to(399, 200);
        let left: Vec<bool> = (0..4).map(|at| store.get(&[at; 32]).is_some()).collect();
        assert_eq!(left, [false, false, true, true]);
        fs::remove_dir_all(&folder).expect("it can go");
    }
}
