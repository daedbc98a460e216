//! Summaries of many packages.
//!
//! First a word that tells what it is, then the list of packages with the lengths of their blocks, then the blocks. The list
//! and each block have a checksum of their own: a run reads the list and a few blocks.

use super::bytes::{Corrupt, Reader, Writer, checksum};
use super::package::PackageSummary;
use super::squeeze::{LARGEST, squeeze, unsqueeze};
use std::collections::BTreeMap;

/// The standard library of the Go release that this crate follows, for its default platform. Made by
/// `goescape summary -o reference-escape/data/std.summary`; parts of Go's source are in it, see `data/LICENSE-go`.
pub const STANDARD: &[u8] = include_bytes!("../../data/std.summary");

/// Changes whenever bytes of an older form would mean something else.
const MAGIC: &[u8] = b"goescape summary 1\n";

/// What packages have been summarised for. Another release or platform has other ones.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Edition {
    /// The Go release, as its installation tells it: `go1.27.3`.
    pub release: String,
    /// `GOOS`
    pub goos: String,
    /// `GOARCH`
    pub goarch: String,
    /// `GOEXPERIMENT`
    pub experiments: String,
}

/// Where a package's block is, and how long it is.
#[derive(Clone, Copy, Debug)]
struct Block {
    start: usize,
    len: usize,
    /// The length of what was squeezed.
    full: usize,
    sum: u64,
}

/// Summaries of packages, unpacked when they are asked for.
#[derive(Clone, Debug)]
pub struct Archive<'b> {
    /// What they are for.
    pub edition: Edition,
    blocks: BTreeMap<String, Block>,
    bytes: &'b [u8],
}

impl<'b> Archive<'b> {
    /// The bytes of an archive.
    pub fn encode(edition: &Edition, packages: &BTreeMap<String, PackageSummary>) -> Vec<u8> {
        let mut list = Writer::default();
        let Edition { release, goos, goarch, experiments } = edition;
        for text in [release, goos, goarch, experiments] {
            list.block(text.as_bytes());
        }
        list.number(packages.len());
        let mut blocks = Vec::new();
        for (path, package) in packages {
            let full = package.encode();
            let block = squeeze(&full);
            list.block(path.as_bytes());
            list.number(full.len());
            list.number(block.len());
            list.bytes.extend(checksum(&block).to_le_bytes());
            blocks.extend(block);
        }
        let mut out = Writer { bytes: MAGIC.to_vec() };
        out.block(&list.bytes);
        out.bytes.extend(checksum(&list.bytes).to_le_bytes());
        out.bytes.extend(blocks);
        out.bytes
    }

    /// The archive that `bytes` are of.
    ///
    /// # Errors
    /// [`Corrupt`] if they are of none, or the list of packages is damaged.
    pub fn decode(bytes: &'b [u8]) -> Result<Archive<'b>, Corrupt> {
        let mut reader = Reader { rest: bytes.strip_prefix(MAGIC).ok_or(Corrupt)? };
        let list = reader.block()?;
        if checksum(list) != sum(&mut reader)? {
            return Err(Corrupt);
        }
        let bytes = reader.rest;
        let mut reader = Reader { rest: list };
        let mut text = || reader.text();
        let edition =
            Edition { release: text()?, goos: text()?, goarch: text()?, experiments: text()? };
        let mut blocks = BTreeMap::new();
        let mut start = 0_usize;
        for _ in 0..reader.count()? {
            let path = reader.text()?;
            let (full, len) = (reader.number()?, reader.number()?);
            let sum = sum(&mut reader)?;
            blocks.insert(path, Block { start, len, full, sum });
            start = start.checked_add(len).filter(|end| *end <= bytes.len()).ok_or(Corrupt)?;
            if full > LARGEST {
                return Err(Corrupt);
            }
        }
        Ok(Archive { edition, blocks, bytes })
    }

    /// The packages' paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.blocks.keys().map(String::as_str)
    }

    /// The summary of the package `path`, if it is here.
    ///
    /// # Errors
    /// [`Corrupt`] if it is damaged.
    pub fn package(&self, path: &str) -> Result<Option<PackageSummary>, Corrupt> {
        let Some(block) = self.blocks.get(path) else { return Ok(None) };
        let bytes = &self.bytes[block.start..block.start + block.len];
        if checksum(bytes) != block.sum {
            return Err(Corrupt);
        }
        PackageSummary::decode(&unsqueeze(bytes, block.full)?).map(Some)
    }
}

fn sum(reader: &mut Reader<'_>) -> Result<u64, Corrupt> {
    let bytes = reader.take(8)?;
    bytes.try_into().map(u64::from_le_bytes).map_err(|_| Corrupt)
}
