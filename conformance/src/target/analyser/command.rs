//! An analyser behind a command line, as `go build -gcflags='-m -l' {files}`.
//!
//! Each file is written into a module of its own, in a folder that is gone afterwards; the shell runs
//! the command there. What it writes to either output counts. A command that stands still, runs
//! for ever or writes for ever is given up.

use super::{Analyser, MAX_BYTES, MAX_LINES, read};
use crate::observe::escape::Answer;
use crate::target::How;
use crate::target::identity::{Identity, Loaded};
use crate::target::patience::Patience;
use crate::target::stdio::Process;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, io};

/// What stands for the files in a command.
pub const FILES: &str = "{files}";

/// A compiler that has to build what it needs first takes its time, most of it in other processes.
pub const PATIENCE: Patience = Patience { still_ms: 60_000, busy_ms: 120_000, memory: 12 << 30 };

/// A process needs fewer folders than this.
const FOLDERS: u64 = 1 << 20;

/// The version of the language that the files are written in.
const MODULE: &str = "module heaplaw.test/golden\n\ngo 1.27\n";

/// A command.
#[derive(Clone, Debug)]
pub struct Command {
    line: String,
    patience: Patience,
}

impl Command {
    /// The command `line`, in which [`FILES`] stands for the files that it is asked about.
    pub fn new(line: &str, patience: Patience) -> Command {
        Command { line: line.to_owned(), patience }
    }

    /// Runs `line` in `folder`, and hands over every line that it writes until `heard` has enough.
    fn run(
        &self,
        line: &str,
        folder: &Path,
        heard: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<How, String> {
        let script = format!("cd {} && {{ {line}\n}} 2>&1", quoted(&folder.to_string_lossy()));
        let started = Process::start(&format!("/bin/sh -c {}", quoted(&script)), self.patience);
        let mut process = started.map_err(|error| format!("cannot start a process: {error}"))?;
        process.close();
        loop {
            match process.line() {
                Ok(bytes) if heard(&bytes) => {}
                Ok(_) => return Ok(How::Protocol),
                Err(how) => return Ok(how),
            }
        }
    }

    /// The version that a Go command says it has; nothing of other commands.
    fn version(&self) -> Option<String> {
        let first = self.line.split_whitespace().find(|word| !word.contains('='))?;
        if first.rsplit('/').next() != Some("go") {
            return None;
        }
        let mut said = String::new();
        let folder = std::env::temp_dir();
        let mut heard = |bytes: &[u8]| {
            said.push_str(&String::from_utf8_lossy(bytes));
            false
        };
        self.run(&format!("{first} version"), &folder, &mut heard).ok()?;
        let word = said.split_whitespace().nth(2)?.strip_prefix("go")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-+_".contains(c);
        (word.len() < 40 && word.chars().all(plain)).then(|| word.to_owned())
    }
}

impl Analyser for Command {
    fn identity(&self) -> Identity {
        Identity {
            loaded: Loaded::BuiltIn,
            path: self.line.clone(),
            version: self.version().unwrap_or_default(),
            ..Identity::default()
        }
    }

    fn analyse(&self, name: &str, text: &str) -> Result<Answer, String> {
        let folder = Scratch::with(name, text).map_err(|e| format!("cannot write {name}: {e}"))?;
        let mut answer = Answer::default();
        let (mut bytes, mut lines) = (0, 0);
        let line = self.line.replace(FILES, &quoted(name));
        let how = self.run(&line, &folder.0, &mut |line| {
            (bytes, lines) = (bytes + line.len(), lines + 1);
            let enough = bytes > MAX_BYTES || lines > MAX_LINES;
            if !enough {
                read(&mut answer, name, line);
            }
            !enough
        })?;
        answer.ended = match how {
            How::Exit(0) => None,
            _ if bytes > MAX_BYTES || lines > MAX_LINES => {
                Some("it wrote more than any analyser has to say, and was stopped".into())
            }
            // One that hangs once may hang each time, and a run would take hours.
            how if how.is_hang() => return Err(format!("`{line}`: {how}")),
            how => Some(how.to_string()),
        };
        Ok(answer)
    }
}

/// A folder with a module in it, removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn with(name: &str, text: &str) -> io::Result<Scratch> {
        let scratch = Scratch(fresh_folder()?);
        fs::write(scratch.0.join("go.mod"), MODULE)?;
        fs::write(scratch.0.join(name), text)?;
        Ok(scratch)
    }
}

/// A folder that was not there. One that is was left behind by a process of the same number, or is somebody else's.
fn fresh_folder() -> io::Result<PathBuf> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = format!("heaplaw-golden-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && number < FOLDERS => {}
            Err(e) => return Err(e),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `text` as one word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasty(line: &str) -> Command {
        Command::new(line, Patience { still_ms: 500, busy_ms: 3000, memory: 6 << 30 })
    }

    #[test]
    fn both_outputs_are_read_and_the_file_is_there() {
        let command = hasty(
            "cat {files} go.mod >/dev/null && echo a.go:1:2: out && echo ./a.go:2:3: err >&2",
        );
        let answer = command.analyse("a.go", "package p\n").expect("an answer");
        assert_eq!(answer.told.len(), 2);
        assert_eq!(answer.ended, None);
    }

    #[test]
    fn a_command_that_is_not_there_says_so() {
        let answer = hasty("no-such-analyser {files}").analyse("a.go", "package p\n");
        let says = answer.expect("an answer").refusal().expect("a refusal");
        assert!(says.contains("nothing was told: exited with status 127"), "{says}");
        assert!(says.contains("not found"), "{says}");
    }

    #[test]
    fn one_that_fails_after_it_told_something_is_judged_by_that() {
        let answer = hasty("echo {files}:1:1: x; exit 3").analyse("a.go", "").expect("an answer");
        assert_eq!((answer.told.len(), answer.refusal()), (1, None));
        assert!(answer.ended.is_some_and(|ended| ended.contains('3')));
    }

    #[test]
    fn hostile_output_is_bounded() {
        for line in ["yes a.go:1:1: x", "cat /dev/urandom", "head -c 70000000 /dev/zero"] {
            let answer = hasty(line).analyse("a.go", "");
            let told = answer.as_ref().map_or(0, |answer| answer.told.len());
            assert!(told <= MAX_LINES, "{line}");
            let ended = answer.map_or_else(Some, |answer| answer.ended);
            assert!(ended.is_some() || line.starts_with("head"), "{line}");
        }
    }

    #[test]
    fn one_that_hangs_is_given_up() {
        for line in ["sleep 1000; echo {files}", "echo {files}:1:1: x; sleep 1000"] {
            let says = hasty(line).analyse("a.go", "").unwrap_err();
            assert!(
                says.contains("sleep 1000") && says.contains(&How::Blocked.to_string()),
                "{says}"
            );
        }
    }

    #[test]
    fn a_folder_of_somebody_else_stays_as_it_is() {
        let taken = Scratch::with("a.go", "package p\n").expect("a folder");
        let name = taken.0.file_name().expect("a name").to_string_lossy().into_owned();
        let (process, number) = name.rsplit_once('-').expect("a number");
        let next: u64 = number.parse().expect("a number");
        let others = (1..4).map(|i| taken.0.with_file_name(format!("{process}-{}", next + i)));
        // What other tests have by now is not ours to remove.
        let others: Vec<PathBuf> = others.filter(|folder| fs::create_dir(folder).is_ok()).collect();
        let scratch = Scratch::with("b.go", "package p\n").expect("a folder");
        assert!(!others.contains(&scratch.0) && scratch.0 != taken.0);
        for folder in &others {
            fs::remove_dir(folder).expect("it is empty");
        }
    }

    #[test]
    fn nothing_is_left_behind() {
        let scratch = Scratch::with("a.go", "package p\n").expect("a folder");
        let folder = scratch.0.clone();
        assert!(folder.join("a.go").exists());
        drop(scratch);
        assert!(!folder.exists());
    }
}
