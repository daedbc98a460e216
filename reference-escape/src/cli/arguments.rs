//! What stands behind the command's name.

use std::path::PathBuf;

/// How it is used, in one line.
pub(super) const USAGE: &str = "usage: goescape [-m] [-l] [--goroot DIR] [--gopath DIR] [--pkgpath PATH] [--lang go1.N] DIR | FILES...\n\
    Try `goescape --help`.";

/// What `--help` says.
pub(super) const HELP: &str = "\
goescape tells which variables of a Go package the compiler keeps on the stack and which on the heap:
the lines of `go build -gcflags='-m -l'`, found without the compiler.

usage: goescape [-m] [-l] [options] DIR
       goescape [-m] [-l] [options] FILES...

  -m               tell what escapes; this is what it always does
  -l               no inlining; this, too. `-m` without `-l` is refused: there is no inliner yet
  --goroot DIR     the Go installation whose standard library is imported
  --gopath DIR     where downloaded modules are kept, in pkg/mod
  --pkgpath PATH   the import path of the package
  --lang go1.N     the version of the language

A line is `file:line:column: message`. The messages:

  moved to heap: x            the variable lives on the heap
  E escapes to heap           what the expression makes lives on the heap
  E does not escape           it may live on the stack
  leaking param: p            callers must have what p points to on the heap
  leaking param content: p    what is loaded from there
  leaking param: p to result r level=n
                              the result holds what n loads from p give

The status is 0, 1 where the source does not compile, 2 where the arguments mean nothing.
";

/// What is asked.
#[derive(Debug)]
pub(super) enum Asked {
    /// How it is used.
    Help,
    /// The lines of a package.
    Lines(Arguments),
}

/// Which package, and how.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub goroot: Option<PathBuf>,
    pub gopath: Option<PathBuf>,
    pub path: Option<String>,
    pub version: Option<String>,
    pub named: Vec<PathBuf>,
}

/// Reads the arguments.
pub(super) fn parse(list: &[String]) -> Result<Asked, String> {
    let mut arguments = Arguments::default();
    let (mut lines, mut no_inlining) = (false, false);
    let mut list = list.iter();
    while let Some(argument) = list.next() {
        let mut value = || list.next().cloned().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "-h" | "-help" | "--help" => return Ok(Asked::Help),
            "-m" => lines = true,
            "-l" => no_inlining = true,
            "--goroot" | "-goroot" => arguments.goroot = Some(value()?.into()),
            "--gopath" | "-gopath" => arguments.gopath = Some(value()?.into()),
            "--pkgpath" | "-p" => arguments.path = Some(value()?),
            "--lang" | "-lang" => arguments.version = Some(value()?),
            flag if flag.starts_with('-') => return Err(format!("{flag}: no such option")),
            path => arguments.named.push(path.into()),
        }
    }
    if lines && !no_inlining {
        return Err("-m without -l: lines of inlined calls are not told yet, say -m -l".to_owned());
    }
    if arguments.named.is_empty() {
        return Err("no package is named".to_owned());
    }
    Ok(Asked::Lines(arguments))
}
