//! `goescape summary`: writes the summary of a standard library.

use crate::make::summarise;
use crate::package::{Goroot, Options};
use std::path::PathBuf;

/// Whose summary, and where it goes.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    goroot: Option<PathBuf>,
    out: Option<PathBuf>,
}

impl Wanted {
    /// Reads the arguments behind `summary`.
    pub(super) fn parse(list: &[String]) -> Result<Wanted, String> {
        let mut wanted = Wanted::default();
        let mut list = list.iter();
        while let Some(argument) = list.next() {
            let place = match argument.as_str() {
                "--goroot" | "-goroot" => &mut wanted.goroot,
                "-o" => &mut wanted.out,
                other => return Err(format!("summary: {other}: expected --goroot DIR or -o FILE")),
            };
            *place = Some(
                list.next().ok_or_else(|| format!("{argument}: expected a path behind it"))?.into(),
            );
        }
        if wanted.out.is_none() {
            return Err("summary: expected a file, as `goescape summary -o FILE`".to_owned());
        }
        Ok(wanted)
    }

    /// Makes the summary and writes it.
    pub(super) fn write(&self) -> Result<(), String> {
        let goroot = Goroot::find(self.goroot.as_deref()).map_err(|error| error.to_string())?;
        let bytes = summarise(goroot, &Options::from_env().platform)?;
        let Some(out) = &self.out else { return Ok(()) };
        std::fs::write(out, bytes).map_err(|error| format!("{}: {error}", out.display()))
    }
}
