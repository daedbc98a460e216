//! The summary of one package.

use super::bytes::{Corrupt, Reader, Writer};
use crate::leaks::Leaks;

/// What importers need of a package.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PackageSummary {
    /// The language version of its files, where they ask for no other: a minor number.
    pub minor: u32,
    /// Names and texts of its stub's files.
    pub files: Vec<(String, Vec<u8>)>,
    /// For each function of the stub, in the order of the text: what becomes of its receiver and its parameters. None for
    /// generic ones, and for those that nobody has asked about.
    pub tags: Vec<Option<Box<[Leaks]>>>,
}

impl PackageSummary {
    /// Its bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.number(self.minor as usize);
        out.number(self.tags.len());
        for tags in &self.tags {
            out.number(tags.as_ref().map_or(0, |params| params.len() + 1));
            for leaks in tags.iter().flatten() {
                out.block(&leaks.encode());
            }
        }
        out.number(self.files.len());
        for (name, text) in &self.files {
            out.block(name.as_bytes());
            out.block(text);
        }
        out.bytes
    }

    /// The summary that `bytes` are of.
    pub(super) fn decode(bytes: &[u8]) -> Result<PackageSummary, Corrupt> {
        let mut reader = Reader { rest: bytes };
        let minor = u32::try_from(reader.number()?).map_err(|_| Corrupt)?;
        let mut tags = Vec::new();
        for _ in 0..reader.count()? {
            tags.push(params(&mut reader)?);
        }
        let mut files = Vec::new();
        for _ in 0..reader.count()? {
            files.push((reader.text()?, reader.block()?.to_vec()));
        }
        if !reader.rest.is_empty() {
            return Err(Corrupt);
        }
        Ok(PackageSummary { minor, files, tags })
    }
}

fn params(reader: &mut Reader<'_>) -> Result<Option<Box<[Leaks]>>, Corrupt> {
    let Some(count) = reader.count()?.checked_sub(1) else { return Ok(None) };
    (0..count).map(|_| Ok(Leaks::decode(reader.block()?))).collect::<Result<_, _>>().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_comes_back() {
        let mut leaks = Leaks::default();
        leaks.add_result(1, 2);
        let tags =
            vec![None, Some([Leaks::worst(), leaks, Leaks::default()].into()), Some([].into())];
        let files = vec![("a.go".to_owned(), b"package a".to_vec())];
        let summary = PackageSummary { minor: 27, files, tags };
        let bytes = summary.encode();
        assert_eq!(PackageSummary::decode(&bytes), Ok(summary));
        for len in 0..bytes.len() {
            assert_eq!(PackageSummary::decode(&bytes[..len]), Err(Corrupt), "{len} bytes");
        }
        // Checksums are not asked here: any byte may be any other, and memory stays small.
        for at in 0..bytes.len() {
            for byte in 0..=u8::MAX {
                let mut bytes = bytes.clone();
                bytes[at] = byte;
                let _ = PackageSummary::decode(&bytes);
            }
        }
    }
}
