//! Finding and reading spec files, some of which may be anything but.

use crate::spec::fault::{Fault, FaultKind};
use crate::spec::yaml::{MAX_BYTES, too_long};
use rustix::fs::{Mode, OFlags};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The most files below a folder of specs, suites or not. Ten times what a rich one has.
const MAX_FILES: usize = 2000;

/// The deepest folder below a folder of specs.
const MAX_DEPTH: usize = 8;

/// The most bytes of all spec files together.
const MAX_TOTAL: usize = 16 << 20;

/// Texts of suites and golden traces by their paths below `dir`, and what could not be read.
pub(super) fn read_all(dir: &Path) -> (BTreeMap<String, String>, Vec<Fault>) {
    let mut walk = Walk { texts: BTreeMap::new(), faults: Vec::new(), files: 0, bytes: 0 };
    walk.folder(dir, "", 0);
    (walk.texts, walk.faults)
}

struct Walk {
    texts: BTreeMap<String, String>,
    faults: Vec<Fault>,
    files: usize,
    bytes: usize,
}

impl Walk {
    /// Visits `dir`, which is `below` the root (`""` or `alloc/`).
    fn folder(&mut self, dir: &Path, below: &str, depth: usize) {
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(dir, &error.to_string()),
        };
        for entry in entries {
            self.files += 1;
            if self.files > MAX_FILES {
                if self.files == MAX_FILES + 1 {
                    self.unreadable(dir, &format!("more than {MAX_FILES} files"));
                }
                return;
            }
            match entry {
                Ok(entry) => self.entry(&entry, below, depth),
                Err(error) => self.unreadable(dir, &error.to_string()),
            }
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, below: &str, depth: usize) {
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str() else {
            return self.unreadable(&path, "the file's name is not UTF-8");
        };
        let other = below.is_empty() && matches!(name, "claims.yaml" | "expected");
        if name.starts_with('.') || other {
            return;
        }
        // A link to a folder is no folder here, so that no circle of links has to be walked.
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if matches!(ending, "yaml" | "trace" | "go") {
            self.file(&path, format!("{below}{name}"));
        } else if ["yaml", "yml"].iter().any(|other| ending.eq_ignore_ascii_case(other)) {
            self.unreadable(&path, "a spec file ends in `.yaml`; this one would be passed over");
        } else if folder && depth == MAX_DEPTH {
            self.unreadable(&path, &format!("more than {MAX_DEPTH} folders deep"));
        } else if folder {
            self.folder(&path, &format!("{below}{name}/"), depth + 1);
        }
    }

    fn file(&mut self, path: &Path, below: String) {
        match read(path) {
            Ok(text) if self.bytes + text.len() <= MAX_TOTAL => {
                self.bytes += text.len();
                self.texts.insert(below, text);
            }
            Ok(_) => self.unreadable(path, &format!("more than {MAX_TOTAL} bytes of specs")),
            Err(fault) => self.faults.push(fault),
        }
    }

    fn unreadable(&mut self, path: &Path, why: &str) {
        self.faults.push(unreadable(path, why));
    }
}

fn unreadable(path: &Path, why: &str) -> Fault {
    Fault::in_file(FaultKind::Unreadable, &path.display().to_string(), why)
}

/// The text of one file, which is regular, not too long, and UTF-8.
fn read(path: &Path) -> Result<String, Fault> {
    let io = |error: io::Error| unreadable(path, &error.to_string());
    // Opened without waiting, and asked what it is only then: a FIFO must not block, and nobody
    // can swap the file between question and answer.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| io(error.into()))?;
    let file = File::from(file);
    let metadata = file.metadata().map_err(io)?;
    if !metadata.is_file() {
        return Err(unreadable(path, "not a regular file"));
    }
    if metadata.len() > MAX_BYTES as u64 {
        return Err(too_long(&path.display().to_string(), metadata.len()));
    }
    let mut bytes = Vec::new();
    // The file may have grown since; one byte too many is enough to know.
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        unreadable(path, &format!("not UTF-8 from byte {good} on"))
    })
}
