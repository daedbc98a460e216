//! The summary of the standard library that is part of this program, for runs that find no Go installation.

use crate::import::Summaries;
use crate::package::{Found, Goroot, Home, Loader, Platform};
use crate::summary::{Archive, Corrupt, Edition, PackageSummary, STANDARD};

/// The embedded summary.
#[derive(Debug)]
pub struct Embedded {
    archive: Archive<'static>,
}

impl Embedded {
    /// What is part of this program, if it fits `platform`.
    ///
    /// # Errors
    /// [`Corrupt`] if it was built in damaged.
    pub fn for_platform(platform: &Platform) -> Result<Option<Embedded>, Corrupt> {
        let archive = Archive::decode(STANDARD)?;
        let Edition { goos, goarch, experiments, .. } = &archive.edition;
        let fits = *goos == platform.goos
            && *goarch == platform.goarch
            && *experiments == platform.experiments;
        Ok(fits.then_some(Embedded { archive }))
    }

    /// The installation that it stands for.
    pub fn goroot(&self) -> Goroot {
        Goroot::listed(
            &self.archive.edition.release,
            self.archive.paths().map(str::to_owned).collect(),
        )
    }
}

impl Summaries for Embedded {
    fn summary(
        &mut self,
        loader: &Loader,
        found: &Found,
    ) -> Result<Option<PackageSummary>, String> {
        if found.home != Home::Std || !loader.goroot.is_listed() {
            return Ok(None);
        }
        self.archive.package(&found.path).map_err(|error| format!("{}: {error}", found.path))
    }
}
