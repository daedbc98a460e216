//! Files and places in them.
//!
//! A [`Pos`] is one number of 32 bits: all files of a run lie behind each other in one long text, and a place is
//! an offset in it. Lines and columns are looked up only where a person is told of them.

use std::fmt;

/// A place in some file, or none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Pos(u32);

impl Pos {
    /// No place: what the compiler made up has none.
    pub const NONE: Pos = Pos(0);

    /// Whether it is a place.
    pub fn is_known(self) -> bool {
        self != Pos::NONE
    }

    /// The place `bytes` further on, in the same file.
    #[must_use]
    pub fn plus(self, bytes: u32) -> Pos {
        Pos(self.0 + bytes)
    }

    /// How many bytes it lies behind `base`, the first byte of its file.
    pub fn offset_from(self, base: Pos) -> u32 {
        self.0.saturating_sub(base.0)
    }
}

/// A file of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(u32);

/// A place as a person is told it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The file, as it was given, or as a `//line` directive says.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// In bytes, from 1; 0 where a `//line` directive gave no column.
    pub column: u32,
}

/// `file:line:column`, or `file:line` where the column is not known.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

/// A `//line` or `/*line*/` directive: what is said of the text from `from` on.
#[derive(Clone, Debug)]
struct Directive {
    from: u32,
    file: String,
    line: u32,
    /// 0 where none was given.
    column: u32,
}

#[derive(Debug)]
struct File {
    path: String,
    /// The position of its first byte.
    base: u32,
    len: u32,
    /// Offsets of the first bytes of its lines; filled by the scanner, ascending.
    lines: Vec<u32>,
    directives: Vec<Directive>,
}

/// All files of a run.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<File>,
}

/// The file is too large: the texts of a run are at most 4 GiB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the source files of a run are at most 4 GiB")
    }
}

impl std::error::Error for TooLarge {}

impl Sources {
    /// Adds a file of `len` bytes.
    ///
    /// # Errors
    /// [`TooLarge`] where positions do not reach that far.
    pub fn add(&mut self, path: &str, len: usize) -> Result<FileId, TooLarge> {
        let base = self.files.last().map_or(1, |file| file.base + file.len + 1);
        let end = u64::from(base) + len as u64 + 1;
        if end > u64::from(u32::MAX) {
            return Err(TooLarge);
        }
        let id = FileId(self.files.len() as u32);
        let (path, len) = (path.to_owned(), len as u32);
        self.files.push(File { path, base, len, lines: vec![0], directives: Vec::new() });
        Ok(id)
    }

    /// The position of byte `offset` of `file`.
    pub fn pos(&self, file: FileId, offset: u32) -> Pos {
        Pos(self.files[file.0 as usize].base + offset)
    }

    /// Notes that a line begins at `offset`, which is beyond all lines noted before.
    pub fn add_line(&mut self, file: FileId, offset: u32) {
        self.files[file.0 as usize].lines.push(offset);
    }

    /// Notes that the text from `offset` on is said to be line `line` of `said`, from column `column` on;
    /// 0 stands for no column.
    pub fn add_directive(&mut self, file: FileId, offset: u32, said: &str, line: u32, column: u32) {
        let file = &mut self.files[file.0 as usize];
        file.directives.push(Directive { from: offset, file: said.to_owned(), line, column });
    }

    /// The file that `pos` is in.
    pub fn file(&self, pos: Pos) -> Option<FileId> {
        let behind = self.files.partition_point(|file| file.base <= pos.0);
        let at = behind.checked_sub(1)?;
        pos.is_known().then_some(FileId(at as u32))
    }

    /// The path that `file` was added with.
    pub fn path(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].path
    }

    /// Line and column of `pos` in its file, whatever directives say; both from 1, columns in bytes.
    pub fn line_and_column(&self, pos: Pos) -> Option<(u32, u32)> {
        let file = &self.files[self.file(pos)?.0 as usize];
        Some(file.line_and_column(pos.0 - file.base))
    }

    /// The place of `pos` as a person is told it.
    pub fn place(&self, pos: Pos) -> Option<Place> {
        let file = &self.files[self.file(pos)?.0 as usize];
        Some(file.place(pos.0 - file.base))
    }
}

impl File {
    fn line_and_column(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|start| *start <= offset);
        (line as u32, offset - self.lines[line - 1] + 1)
    }

    fn place(&self, offset: u32) -> Place {
        let (line, column) = self.line_and_column(offset);
        let before = self.directives.partition_point(|directive| directive.from <= offset);
        let Some(said) = before.checked_sub(1).map(|at| &self.directives[at]) else {
            return Place { file: self.path.clone(), line, column };
        };
        let (first, start) = self.line_and_column(said.from);
        let column = match (said.column, line == first) {
            (0, _) => 0,
            (from, true) => from + (column - start),
            (_, false) => column,
        };
        Place { file: said.file.clone(), line: said.line + (line - first), column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_files() -> (Sources, FileId, FileId) {
        let mut sources = Sources::default();
        let a = sources.add("a.go", 10).expect("small");
        let b = sources.add("b.go", 20).expect("small");
        sources.add_line(b, 5);
        sources.add_line(b, 9);
        (sources, a, b)
    }

    #[test]
    fn an_offset_becomes_file_line_and_column() {
        let (sources, a, b) = two_files();
        let told = |file, offset| sources.place(sources.pos(file, offset)).map(|p| p.to_string());
        assert_eq!(told(a, 0).as_deref(), Some("a.go:1:1"));
        assert_eq!(told(a, 10).as_deref(), Some("a.go:1:11"), "the end of a file is in it");
        assert_eq!(told(b, 0).as_deref(), Some("b.go:1:1"));
        assert_eq!(told(b, 8).as_deref(), Some("b.go:2:4"));
        assert_eq!(told(b, 9).as_deref(), Some("b.go:3:1"));
        assert_eq!(sources.place(Pos::NONE), None);
    }

    #[test]
    fn a_line_directive_renames_what_follows() {
        let (mut sources, _, b) = two_files();
        sources.add_directive(b, 5, "gen.y", 70, 0);
        sources.add_directive(b, 12, "c.y", 3, 8);
        let told = |offset| sources.place(sources.pos(b, offset)).map(|p| p.to_string());
        assert_eq!(told(4).as_deref(), Some("b.go:1:5"));
        assert_eq!(told(9).as_deref(), Some("gen.y:71"));
        assert_eq!(told(14).as_deref(), Some("c.y:3:10"));
    }

    #[test]
    fn more_than_four_gigabytes_are_refused() {
        let (mut sources, _, _) = two_files();
        assert_eq!(sources.add("big.go", u32::MAX as usize), Err(TooLarge));
        assert!(sources.add("c.go", 1).is_ok(), "what was refused left nothing behind");
    }
}
