//! Several packages in one run: folders, and patterns with `...`, one package after another.

use super::arguments::{Arguments, Output};
use super::load::options;
use super::{NOT_GO, Refusal, USAGE};
use crate::package::{Loader, Options, PackageErrorKind};
use std::path::{Path, PathBuf};

/// What stands for anything in a pattern.
const DOTS: &str = "...";

/// What each of the packages that are named is to be asked; nothing where one is, or its files are.
///
/// # Errors
/// Where a pattern means nothing, or what is wanted can be had of one package only.
pub(super) fn each(arguments: &Arguments) -> Result<Option<Vec<Arguments>>, Refusal> {
    let named = &arguments.named;
    let pattern = named.iter().any(|name| has_dots(name));
    let folders = named.len() > 1 && named.iter().all(|name| name.is_dir());
    if !pattern && !folders {
        return Ok(None);
    }
    let single = match &arguments.output {
        Output::Why(..) => Some("why"),
        _ if arguments.path.is_some() => Some("--pkgpath"),
        _ => None,
    };
    if let Some(wish) = single {
        return Err((USAGE, format!("{wish}: expected one package, found several")));
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    for name in named {
        let meant = if has_dots(name) { matching(name, arguments)? } else { vec![name.clone()] };
        for folder in meant {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }
    let about = |folder| Arguments { named: vec![folder], ..arguments.clone() };
    Ok(Some(folders.into_iter().map(about).collect()))
}

fn has_dots(name: &Path) -> bool {
    name.to_string_lossy().contains(DOTS)
}

/// The folders of packages that `pattern` means, named as it is; those in which nothing is built here are left out.
fn matching(pattern: &Path, arguments: &Arguments) -> Result<Vec<PathBuf>, Refusal> {
    let text = pattern.to_string_lossy();
    let dots = text.find(DOTS).unwrap_or(text.len());
    let (base, open) = match text[..dots].rfind('/') {
        Some(0) => ("/", &text[1..]),
        Some(slash) => (&text[..slash], &text[slash + 1..]),
        None => (".", &text[..]),
    };
    let (options, _) = options(arguments);
    let found = if Path::new(base).is_dir() {
        found(Path::new(base), &format!("./{open}"), &options)
    } else {
        found(Path::new("."), &text, &options)
    };
    let found = found.map_err(|message| (NOT_GO, message))?;
    if found.is_empty() {
        return Err((USAGE, format!("{text}: there is no such package")));
    }
    Ok(found)
}

fn found(base: &Path, pattern: &str, options: &Options) -> Result<Vec<PathBuf>, String> {
    let loader = Loader::new(base, options).map_err(|error| error.to_string())?;
    let real = base.canonicalize().map_err(|error| format!("{}: {error}", base.display()))?;
    let mut folders = Vec::new();
    for package in loader.matching(pattern).map_err(|error| error.to_string())? {
        // What is wrong with a package is told when its turn comes.
        let is_empty = |kind| kind == PackageErrorKind::NoGoFiles;
        if loader.folder(&package.folder).is_err_and(|error| is_empty(error.kind)) {
            continue;
        }
        folders.push(match package.folder.strip_prefix(&real) {
            Ok(below) if below.as_os_str().is_empty() => base.to_owned(),
            Ok(below) if base == Path::new(".") => below.to_owned(),
            Ok(below) => base.join(below),
            Err(_) => package.folder,
        });
    }
    Ok(folders)
}
