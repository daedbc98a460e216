//! What stands behind the command's name.

use super::nearest::meant;
use super::summary::Wanted;
use crate::report::{Order, Query};
use std::path::{Path, PathBuf};

/// What is asked.
#[derive(Debug)]
pub(super) enum Asked {
    /// How it is used.
    Help,
    /// Something about a package.
    About(Box<Arguments>),
    /// The summary of a standard library.
    Summary(Wanted),
}

/// What is to be told of the package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Output {
    /// The lines.
    Lines,
    /// The lines and the compiler's explanations.
    Explained,
    /// Everything, as JSON.
    Json,
    /// The lines, as SARIF.
    Sarif,
    /// A table of functions.
    Sites(Order),
    /// Why what stands at a place is where it is; as a picture if there is a file for it.
    Why(Query, Option<PathBuf>),
}

impl Output {
    /// Whether reasons must be found for it.
    pub(super) fn needs_reasons(&self) -> bool {
        *self != Output::Lines
    }
}

/// Which package, and what of it.
#[derive(Clone, Debug)]
pub(super) struct Arguments {
    pub goroot: Option<PathBuf>,
    pub gopath: Option<PathBuf>,
    pub path: Option<String>,
    pub version: Option<String>,
    /// Where summaries are kept, if not where they usually are.
    pub cache: Option<PathBuf>,
    /// Whether none are kept.
    pub no_cache: bool,
    /// Whether the worst is told where an import is not found.
    pub assume_escapes: bool,
    pub named: Vec<PathBuf>,
    /// The file that is asked about, if no package is named.
    pub alone: Option<PathBuf>,
    pub output: Output,
}

/// The options, for those who misspell one.
const OPTIONS: &[&str] = &[
    "-m",
    "-m=2",
    "-l",
    "-h",
    "--help",
    "--format",
    "--sites",
    "--sort",
    "--svg",
    "--goroot",
    "--gopath",
    "--cache",
    "--no-cache",
    "--assume-escapes",
    "--pkgpath",
    "--lang",
];

/// What was said of the output, as far as it was.
#[derive(Debug, Default)]
struct Wishes {
    level: Option<u32>,
    no_inlining: bool,
    format: Option<Format>,
    sites: bool,
    sort: Option<Order>,
    why: Option<Query>,
    svg: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    Json,
    Sarif,
}

/// Reads the arguments.
pub(super) fn parse(list: &[String]) -> Result<Asked, String> {
    if let Some((first, rest)) = list.split_first()
        && first == "summary"
    {
        return Wanted::parse(rest).map(Asked::Summary);
    }
    let mut wishes = Wishes::default();
    let (mut goroot, mut gopath, mut path, mut version) = (None, None, None, None);
    let (mut cache, mut no_cache, mut assume_escapes) = (None, false, false);
    let mut named: Vec<PathBuf> = Vec::new();
    let mut list = list.iter().peekable();
    if list.next_if(|first| *first == "why").is_some() {
        let place =
            list.next().ok_or("why: expected a place, FILE.go:LINE or FILE.go:LINE:COLUMN")?;
        wishes.why = Some(query(place)?);
    }
    while let Some(argument) = list.next() {
        let (name, given) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with('-') => (name, Some(value)),
            _ => (argument.as_str(), None),
        };
        let mut value = |what: &str| match given.or_else(|| list.next().map(String::as_str)) {
            Some(value) => Ok(value.to_owned()),
            None => Err(format!("{name}: expected {what} behind it")),
        };
        match name {
            "-h" | "-help" | "--help" => return Ok(Asked::Help),
            "-m" => wishes.level = Some(level(given)?),
            "-l" => wishes.no_inlining = true,
            "--format" => wishes.format = Some(format(&value("a format")?)?),
            "--sites" => wishes.sites = true,
            "--sort" => wishes.sort = Some(order(&value("an order")?)?),
            "--svg" => wishes.svg = Some(value("a file")?.into()),
            "--goroot" | "-goroot" => goroot = Some(value("a folder")?.into()),
            "--gopath" | "-gopath" => gopath = Some(value("a folder")?.into()),
            "--cache" | "-cache" => cache = Some(value("a folder")?.into()),
            "--no-cache" | "-no-cache" => no_cache = true,
            "--assume-escapes" | "-assume-escapes" => assume_escapes = true,
            "--pkgpath" | "-p" => path = Some(value("an import path")?),
            "--lang" | "-lang" => version = Some(value("a version, as go1.27")?),
            flag if flag.starts_with('-') => {
                return Err(format!(
                    "{flag}: no such option{}",
                    meant(flag, OPTIONS.iter().copied())
                ));
            }
            _ => named.push(argument.into()),
        }
    }
    let alone =
        wishes.why.as_ref().filter(|_| named.is_empty()).map(|query| PathBuf::from(&query.file));
    if let Some(file) = &alone {
        // A file that is not there is missed by its own name.
        named.push(if file.exists() { folder_of(file) } else { file.clone() });
    }
    let output = output(wishes)?;
    if named.is_empty() {
        return Err("expected a folder or Go files, as `goescape .`".to_owned());
    }
    let arguments = Arguments {
        goroot,
        gopath,
        path,
        version,
        cache,
        no_cache,
        assume_escapes,
        named,
        alone,
        output,
    };
    Ok(Asked::About(Box::new(arguments)))
}

/// What is wanted, if all wishes can be had together.
fn output(wishes: Wishes) -> Result<Output, String> {
    let Wishes { level, no_inlining, format, sites, sort, why, svg } = wishes;
    if level.is_some() && !no_inlining {
        return Err("-m without -l: lines of inlined calls are not told yet, say -m -l".to_owned());
    }
    let several = [why.is_some(), sites, format.is_some(), level == Some(2)];
    if several.into_iter().filter(|wish| *wish).count() > 1 {
        return Err("expected only one of why, --sites, --format and -m=2".to_owned());
    }
    if svg.is_some() && why.is_none() {
        return Err(
            "--svg: expected a question, as `goescape why FILE.go:LINE --svg FILE`".to_owned()
        );
    }
    if sort.is_some() && !sites {
        return Err("--sort: expected --sites, as it is the table that is sorted".to_owned());
    }
    Ok(match (why, format) {
        (Some(query), _) => Output::Why(query, svg),
        (None, Some(Format::Json)) => Output::Json,
        (None, Some(Format::Sarif)) => Output::Sarif,
        (None, _) if sites => Output::Sites(sort.unwrap_or(Order::Name)),
        (None, _) if level == Some(2) => Output::Explained,
        (None, _) => Output::Lines,
    })
}

fn level(given: Option<&str>) -> Result<u32, String> {
    match given {
        None | Some("1") => Ok(1),
        Some("2") => Ok(2),
        Some(other) => Err(format!("-m={other}: expected -m, -m=1 or -m=2")),
    }
}

fn format(word: &str) -> Result<Format, String> {
    match word {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        "sarif" => Ok(Format::Sarif),
        _ => {
            let meant = meant(word, ["text", "json", "sarif"]);
            Err(format!("--format {word}: expected text, json or sarif{meant}"))
        }
    }
}

fn order(word: &str) -> Result<Order, String> {
    match word {
        "name" => Ok(Order::Name),
        "heap" => Ok(Order::Heap),
        _ => Err(format!("--sort {word}: expected name or heap{}", meant(word, ["name", "heap"]))),
    }
}

/// `FILE.go:LINE` or `FILE.go:LINE:COLUMN`. File names may have colons in them.
fn query(place: &str) -> Result<Query, String> {
    let wrong =
        || format!("why {place}: expected FILE.go:LINE or FILE.go:LINE:COLUMN, counted from 1");
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
    let (file, last) = place.rsplit_once(':').ok_or_else(wrong)?;
    let last = number(last).ok_or_else(wrong)?;
    let (file, line, column) = match file.rsplit_once(':') {
        Some((before, line)) if number(line).is_some() => {
            (before, number(line).unwrap_or(1), Some(last))
        }
        _ => (file, last, None),
    };
    if file.is_empty() {
        return Err(wrong());
    }
    Ok(Query { file: file.to_owned(), line, column })
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Output, String> {
        let list: Vec<String> = line.split(' ').map(str::to_owned).collect();
        match parse(&list)? {
            Asked::Help => Err("help".to_owned()),
            Asked::Summary(_) => Err("summary".to_owned()),
            Asked::About(arguments) => Ok(arguments.output),
        }
    }

    #[test]
    fn what_is_asked_is_understood() {
        let query = |line, column| Query { file: "a/x.go".to_owned(), line, column };
        assert_eq!(parsed("-m -l ."), Ok(Output::Lines));
        assert_eq!(parsed("-m=2 -l ."), Ok(Output::Explained));
        assert_eq!(parsed("--format text ."), Ok(Output::Lines));
        assert_eq!(parsed("--format=sarif ."), Ok(Output::Sarif));
        assert_eq!(parsed("--sites --sort heap ."), Ok(Output::Sites(Order::Heap)));
        assert_eq!(parsed("why a/x.go:3"), Ok(Output::Why(query(3, None), None)));
        assert_eq!(parsed("why a/x.go:3:14 ."), Ok(Output::Why(query(3, Some(14)), None)));
    }

    #[test]
    fn what_means_nothing_is_answered_with_what_was_expected() {
        let refused = |line: &str| parsed(line).expect_err(line);
        assert_eq!(refused("--formt json ."), "--formt: no such option; did you mean --format?");
        assert_eq!(
            refused("--format jsn ."),
            "--format jsn: expected text, json or sarif; did you mean json?"
        );
        assert_eq!(
            refused("--sites --sort heep ."),
            "--sort heep: expected name or heap; did you mean heap?"
        );
        assert_eq!(refused("-m=7 -l ."), "-m=7: expected -m, -m=1 or -m=2");
        assert_eq!(refused(". --format"), "--format: expected a format behind it");
        assert_eq!(
            refused("why x.go:0"),
            "why x.go:0: expected FILE.go:LINE or FILE.go:LINE:COLUMN, counted from 1"
        );
        assert!(refused("--sites --format json .").starts_with("expected only one of"));
        assert!(refused("-l").starts_with("expected a folder or Go files"));
    }
}
