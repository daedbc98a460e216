//! A golden Go file as a witness: the file as it stands, and behind it, in comments, what broke it. So it is still a
//! program, its lines are where they were, and it can be held against any analyser again.

use super::super::again::{Again, AgainError, Replayed};
use super::super::target_spec::TargetSpec;
use super::super::witness::key;
use super::{facts, parse};
use crate::picture::Picture;
use crate::spec::{InvariantId, Specs};
use crate::trace::Metadata;
use std::fmt;
use std::path::Path;

/// What a comment with metadata begins with.
const MARK: &str = "// heaplaw: ";

/// A longer file is no golden one.
const MAX_BYTES: u64 = 1 << 20;

/// A golden Go file with its metadata.
#[derive(Clone, Debug)]
pub struct Program {
    /// The name of the file.
    pub name: String,
    /// The text, comments with metadata among it.
    pub text: String,
    /// What the comments say.
    pub metadata: Metadata,
}

impl Program {
    /// The file `name` with `text`, in which comments may say what it was saved for.
    pub fn new(name: &str, text: &str) -> Program {
        let mut metadata = Metadata::default();
        let pairs = text.lines().filter_map(|line| line.strip_prefix(MARK)?.split_once('='));
        let keys = [key::INVARIANT, key::TARGET];
        for (key, value) in pairs.filter(|(key, _)| keys.contains(key)).take(keys.len()) {
            metadata.push(key, value);
        }
        Program { name: name.to_owned(), text: text.to_owned(), metadata }
    }

    /// The golden file `text` with comments behind it: `target` breaks `invariant` with it.
    pub(super) fn saved(text: &str, invariant: &InvariantId, target: &str) -> String {
        let mut metadata = Metadata::default();
        metadata.push(key::INVARIANT, invariant.as_str());
        metadata.push(key::TARGET, target);
        let lines = metadata.iter().map(|(key, value)| format!("{MARK}{key}={value}\n"));
        format!("{}\n\n{}", text.trim_end(), lines.collect::<String>())
    }

    /// Reads the file at `path`.
    pub(in super::super) fn read(path: &Path) -> Result<Program, AgainError> {
        let shown = path.display();
        let fault = |says: String| AgainError::File(format!("cannot read {shown}: {says}"));
        let meta = std::fs::metadata(path).map_err(|e| fault(e.to_string()))?;
        if meta.len() > MAX_BYTES {
            return Err(fault(format!("it has more than {MAX_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|e| fault(e.to_string()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Program::new(&name, &text))
    }

    /// Asks the analyser that `spec` names once more.
    pub(in super::super) fn replay(
        &self,
        spec: &TargetSpec,
        specs: &Specs,
    ) -> Result<Replayed, AgainError> {
        let golden = parse(&self.name, &self.text).map_err(AgainError::File)?;
        let named = self.metadata.get(key::INVARIANT);
        let Some(invariant) = named.and_then(|id| specs.invariant(id)) else {
            let says = format!(
                "expected a last line `{MARK}{}=ID`, with an ID that there is",
                key::INVARIANT
            );
            return Err(AgainError::File(format!("{}: {says}", self.name)));
        };
        let answer = spec.analyser().analyse(&self.name, &self.text).map_err(AgainError::Whole)?;
        if let Some(says) = answer.refusal().filter(|_| !golden.is_faulty()) {
            return Err(AgainError::Whole(format!("{}: {says}", self.name)));
        }
        let broken = golden.mismatch(&answer).map(|mismatch| Again {
            id: invariant.id.clone(),
            at: Some(mismatch.line as usize - 1),
            message: format!("{}: {mismatch}", self.name),
            facts: facts(&self.name, &mismatch, &answer),
            picture: Picture::Nothing,
            stderr: String::new(),
        });
        let broke = u32::from(broken.is_some());
        Ok(Replayed { broken: broken.into_iter().collect(), broke, tried: 1 })
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
