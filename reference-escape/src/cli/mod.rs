//! The command: what it is asked, and what it answers.

mod arguments;
mod help;
mod load;
mod nearest;
mod several;
mod summary;

use crate::analyze::{Analysis, Verdicts};
use crate::report::{self, Excerpts, Query, Report, Sarif};
use crate::worst::worst;
use arguments::{Arguments, Asked, Output};
use load::{Loaded, load};
use nearest::meant;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::rc::Rc;

/// The status of a run that did what it was asked.
pub const DONE: u8 = 0;
/// The status where the source does not compile.
pub const NOT_GO: u8 = 1;
/// The status where the question is none.
pub const USAGE: u8 = 2;
/// The status where the program itself failed.
pub const BROKEN: u8 = 3;

/// Why there is no answer: the status, and what is said.
type Refusal = (u8, String);

/// Does what the arguments say; returns the status.
pub fn run(arguments: &[String]) -> u8 {
    let asked = match arguments::parse(arguments) {
        Ok(asked) => asked,
        Err(message) => return refuse(&message, USAGE),
    };
    let done = match asked {
        Asked::Help => print(help::HELP),
        Asked::Summary(wanted) => wanted.write().map_err(|message| (NOT_GO, message)),
        Asked::About(arguments) => answer(&arguments),
    };
    match done {
        Ok(()) => DONE,
        Err((status, message)) => refuse(&message, status),
    }
}

/// Prints on standard output. Who closes a pipe has read enough; any other failure loses what was to be told.
fn print(text: &str) -> Result<(), Refusal> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err((BROKEN, format!("goescape: standard output: {error}")))
        }
        _ => Ok(()),
    }
}

fn refuse(message: &str, status: u8) -> u8 {
    let message = match status {
        USAGE => format!("goescape: {message}\n\n{}", help::USAGE),
        _ => message.trim_end().to_owned(),
    };
    let _ = writeln!(std::io::stderr(), "{message}");
    status
}

/// Answers for each package that is named. What is wrong with one hides no other.
fn answer(arguments: &Arguments) -> Result<(), Refusal> {
    let mut log = Sarif::default();
    let Some(each) = several::each(arguments)? else {
        answer_one(arguments, &mut log)?;
        return print_log(arguments, &log);
    };
    let mut unanswered = 0;
    for arguments in &each {
        match answer_one(arguments, &mut log) {
            Err(broken @ (BROKEN, _)) => return Err(broken),
            Err((_, message)) => {
                refuse(&message, NOT_GO);
                unanswered += 1;
            }
            Ok(()) => {}
        }
    }
    if unanswered < each.len() {
        print_log(arguments, &log)?;
    }
    match unanswered {
        0 => Ok(()),
        _ => Err((
            NOT_GO,
            format!("goescape: {unanswered} of {} packages do not compile", each.len()),
        )),
    }
}

/// Prints the log, where one is asked for: it is one for all packages.
fn print_log(arguments: &Arguments, log: &Sarif) -> Result<(), Refusal> {
    if matches!(arguments.output, Output::Sarif) { print(&log.text()) } else { Ok(()) }
}

/// Prints what is asked for of one package, or adds it to the log; then what had to be read for it is kept for later
/// runs.
fn answer_one(arguments: &Arguments, log: &mut Sarif) -> Result<(), Refusal> {
    for path in &arguments.named {
        if !path.exists() {
            return Err((USAGE, missing(path)));
        }
    }
    let mut loaded = load_any(arguments).map_err(|message| (NOT_GO, message))?;
    if let Some(unknown) = &loaded.unknown {
        // Who does not read it gets the same answer.
        let _ = write!(std::io::stderr(), "{unknown}");
        let ast = loaded.program.ast(loaded.package);
        let verdicts = worst(&ast, &loaded.program.names);
        return print(&printed(arguments, &loaded, &verdicts, log)?);
    }
    let analysis = if arguments.output.needs_reasons() {
        Analysis::default().with_reasons()
    } else {
        Analysis::default()
    };
    let mut analysis = analysis.knowing(Rc::clone(&loaded.known));
    let verdicts = analysis.package(&mut loaded.program, loaded.package);
    // Bodies of imports are looked at on the way. What was found wrong there may have made a claim a guess.
    let faults = loaded.program.faults();
    if !faults.is_empty() {
        return Err((NOT_GO, load::told(&loaded.folder, &loaded.sources.borrow(), faults)));
    }
    print(&printed(arguments, &loaded, &verdicts, log)?)?;
    let Loaded { program, sources, loader, remembered, .. } = &mut loaded;
    remembered.keep(loader, program, &mut analysis, sources);
    Ok(())
}

/// What was found out as it is to be printed at once.
fn printed(
    arguments: &Arguments,
    loaded: &Loaded,
    verdicts: &Verdicts,
    log: &mut Sarif,
) -> Result<String, Refusal> {
    let Loaded { path, sources, folder, .. } = loaded;
    let sources = sources.borrow();
    let report = Report { package: path, verdicts, sources: &sources, folder };
    match &arguments.output {
        Output::Lines => Ok(report::lines(&report)),
        Output::Explained => Ok(report::explained(&report)),
        Output::Json => Ok(report::machine(&report)),
        Output::Sarif => {
            log.add(&report);
            Ok(String::new())
        }
        Output::Sites(order) => Ok(report::sites(&report, *order)),
        Output::Why(query, svg) => why(&report, query, svg.as_deref()),
    }
}

/// Loads what is named. A file that is asked about need not be in a package: it may be one on its own.
fn load_any(arguments: &Arguments) -> Result<Loaded, String> {
    let loaded = load(arguments, &arguments.named);
    match &arguments.alone {
        Some(file) if loaded.is_err() => load(arguments, std::slice::from_ref(file)).or(loaded),
        _ => loaded,
    }
}

fn why(report: &Report<'_>, query: &Query, svg: Option<&Path>) -> Result<String, Refusal> {
    let answers = report::why(report, query);
    if answers.is_empty() {
        return nothing(report, query);
    }
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let excerpts = Excerpts::new(&read);
    let Some(file) = svg else { return Ok(report::tree(report, &excerpts, &answers)) };
    let picture = report::svg(report, &excerpts, &answers);
    std::fs::write(file, picture)
        .map_err(|error| (USAGE, format!("{}: {error}", file.display())))?;
    Ok(String::new())
}

/// What is said where nothing stands at the place that is asked about.
fn nothing(report: &Report<'_>, query: &Query) -> Result<String, Refusal> {
    let Some(lines) = report::lines_with_sites(report, query) else {
        let message = format!(
            "{}: the package has no such file, or nothing is declared or allocated in it",
            query.file
        );
        return Err((USAGE, message));
    };
    let mut text = format!("{}:{}", query.file, query.line);
    if let Some(column) = query.column {
        let _ = write!(text, ":{column}");
    }
    text.push_str(": nothing is declared or allocated here that could escape");
    let above = lines.range(..=query.line).next_back();
    let below = lines.range(query.line + 1..).next();
    let near: Vec<String> = above.into_iter().chain(below).map(u32::to_string).collect();
    let what = if near.len() == 1 { "the nearest is on line" } else { "the nearest are on lines" };
    let _ = writeln!(text, "; {what} {}", near.join(" and "));
    Ok(text)
}

/// What is said of a path that leads nowhere.
fn missing(path: &Path) -> String {
    let shown = path.display().to_string();
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let entries =
        std::fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let words = ["why", "summary"].into_iter().chain(names.iter().map(String::as_str));
    format!("{shown}: expected a folder or a Go file, and there is none{}", meant(&name, words))
}
