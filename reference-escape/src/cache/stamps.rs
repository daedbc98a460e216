//! Whether the files of a folder are as they were, without reading them or the folder.

use crate::package::{Platform, may_be_built};
use crate::summary::{Reader, Writer};
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// What was changed just now may change again without its time telling.
const SETTLED: Duration = Duration::from_secs(2);

/// The time of a folder, which changes with the names in it; and lengths and times of those files in it that may be built.
#[derive(Debug)]
pub(super) struct Stamps {
    folder: u64,
    files: Vec<FileStamp>,
}

#[derive(Debug)]
struct FileStamp {
    name: String,
    len: u64,
    /// Nanoseconds since 1970.
    time: u64,
}

impl Stamps {
    /// Those of `folder`; none if something of it has just been changed.
    pub(super) fn of(folder: &Path, platform: &Platform) -> Option<Stamps> {
        let time = settled(&fs::metadata(folder).ok()?)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).ok()? {
            let name = entry.ok()?.file_name().into_string().ok()?;
            if may_be_built(&name, platform) {
                let about = fs::metadata(folder.join(&name)).ok()?;
                files.push(FileStamp { name, len: about.len(), time: settled(&about)? });
            }
        }
        Some(Stamps { folder: time, files })
    }

    /// Whether `folder` still has them.
    pub(super) fn still_hold(&self, folder: &Path) -> bool {
        let holds = |file: &FileStamp| {
            let about = fs::metadata(folder.join(&file.name));
            about.is_ok_and(|about| about.len() == file.len && time_of(&about) == Some(file.time))
        };
        fs::metadata(folder).is_ok_and(|about| time_of(&about) == Some(self.folder))
            && self.files.iter().all(holds)
    }

    pub(super) fn encode(&self, out: &mut Writer) {
        out.block(&self.folder.to_le_bytes());
        out.number(self.files.len());
        for file in &self.files {
            out.block(file.name.as_bytes());
            out.block(&file.len.to_le_bytes());
            out.block(&file.time.to_le_bytes());
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Stamps> {
        let folder = number(reader)?;
        let mut files = Vec::new();
        for _ in 0..reader.count().ok()? {
            let name = reader.text().ok()?;
            files.push(FileStamp { name, len: number(reader)?, time: number(reader)? });
        }
        Some(Stamps { folder, files })
    }
}

fn number(reader: &mut Reader<'_>) -> Option<u64> {
    Some(u64::from_le_bytes(reader.block().ok()?.try_into().ok()?))
}

/// The time of what has not been changed just now.
fn settled(about: &Metadata) -> Option<u64> {
    let age = about.modified().ok()?.elapsed().ok()?;
    (age >= SETTLED).then(|| time_of(about)).flatten()
}

/// What is older than 1970, or younger than 2554, has none.
fn time_of(about: &Metadata) -> Option<u64> {
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::SystemTime;

    fn age(path: &Path, seconds: u64) {
        let time = SystemTime::now() - Duration::from_secs(seconds);
        File::open(path).and_then(|file| file.set_modified(time)).expect("a time");
    }

    #[test]
    fn stamps_hold_until_a_name_a_length_or_a_time_changes() {
        let folder = std::env::temp_dir().join(format!("goescape-stamps-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for tests");
        let (built, test) = (folder.join("a.go"), folder.join("a_test.go"));
        fs::write(&built, "package a").expect("a file");
        fs::write(&test, "package a").expect("a file");
        let stamps = || Stamps::of(&folder, &Platform::default());
        assert!(stamps().is_none(), "too young to tell");
        age(&built, 100);
        age(&folder, 100);
        let before = stamps().expect("stamps");
        let mut written = Writer::default();
        before.encode(&mut written);
        let before = Stamps::decode(&mut Reader { rest: &written.bytes }).expect("the same");
        fs::write(&test, "package b").expect("a file");
        assert!(before.still_hold(&folder), "a test is no part of it");
        age(&built, 50);
        assert!(!before.still_hold(&folder));
        age(&built, 100);
        let before = stamps().expect("stamps");
        fs::write(folder.join("b.go"), "package a").expect("a file");
        assert!(!before.still_hold(&folder));
        fs::remove_dir_all(&folder).expect("it can go");
    }
}
