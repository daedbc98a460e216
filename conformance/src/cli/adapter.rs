//! `heaplaw adapter`: an adapter tried by itself, and one to look at.

use super::{Ended, Failure, screen};
use crate::capability::Capability;
use crate::mutant;
use crate::rehearsal::{Adapter, Case, Met, NoAdapter, Outcome, PATIENCE, Said, cases, speed};
use crate::report::text::line;
use crate::spec::Pattern;
use crate::target::collector::Collector;
use crate::target::stdio;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Arguments of `adapter`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Hold a program to the protocol, apart from what it speaks for: docs/protocol.md.
    Check(CheckArgs),
    /// Speak the protocol for a collector of heaplaw's own, as an adapter does.
    Serve(ServeArgs),
}

/// Arguments of `adapter check`.
#[derive(clap::Args, Debug)]
struct CheckArgs {
    /// How the program is started, by the shell: `'./my-gc --heaplaw'`.
    #[arg(value_name = "CMD", required_unless_present = "list")]
    command: Option<String>,
    /// Only cases whose name matches; `*` stands for a part, `**` for several. May repeat.
    #[arg(long, value_name = "GLOB")]
    case: Vec<String>,
    /// Print the cases, and try nothing.
    #[arg(long)]
    list: bool,
    /// Write down all that was said: `judge`, `target`, or `wrong` before each line.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// Arguments of `adapter serve`.
#[derive(clap::Args, Debug)]
struct ServeArgs {
    /// `small-gc` or `small-paced`, small right collectors, or `mutant:gc/ID`, a wrong one.
    #[arg(value_name = "COLLECTOR", default_value = "small-gc")]
    collector: String,
}

/// Runs the command.
///
/// # Errors
/// What keeps it from trying: no such program, no such case.
pub fn run(args: &Args) -> Ended {
    match &args.command {
        Command::Check(args) => check(args),
        Command::Serve(args) => serve(args),
    }
}

fn check(args: &CheckArgs) -> Ended {
    let chosen = chosen(&args.case)?;
    let command = match &args.command {
        Some(command) if !args.list => command,
        _ => {
            let row = |case: &Case| format!("{:24}  {}\n", case.name, case.says);
            screen::print(&chosen.iter().map(row).collect::<String>())?;
            return Ok(0);
        }
    };
    // The spelling that `heaplaw check` has for it is as good.
    let command = command.strip_prefix("stdio:").unwrap_or(command);
    let adapter = match Adapter::meet(command, PATIENCE, args.record.is_some()) {
        Ok(adapter) => adapter,
        Err(NoAdapter::NotFound(says)) => return Err(Failure(line(&says))),
        Err(NoAdapter::NoHello(fault)) => {
            screen::print(&failed(
                "hello/version",
                "The hello has a version that is listed.",
                &fault,
            ))?;
            screen::print("1 case: 1 failed; the others need a hello\n")?;
            return Ok(1);
        }
    };
    screen::print(&introduced(adapter.met()))?;
    let mut count = [0; 3];
    for case in &chosen {
        let outcome = case.try_on(&adapter);
        count[match outcome {
            Outcome::Ok => 0,
            Outcome::Failed(_) => 1,
            Outcome::NotApplicable(_) => 2,
        }] += 1;
        screen::print(&told(case, &outcome))?;
    }
    let [ok, failed, not_applicable] = count;
    if args.case.is_empty() && failed == 0 {
        screen::print(&measured(&adapter))?;
    }
    let cases = chosen.len();
    screen::print(&format!(
        "{cases} cases: {ok} ok, {failed} failed, {not_applicable} not applicable\n"
    ))?;
    if let Some(file) = &args.record {
        write_record(file, &adapter.said())?;
    }
    Ok(u8::from(failed > 0))
}

/// The cases that match one of `globs`, all of them if there is none.
fn chosen(globs: &[String]) -> Result<Vec<Case>, Failure> {
    let mut cases = cases();
    for glob in globs {
        let pattern = Pattern::new(glob);
        if !cases.iter().any(|case| pattern.matches_text(&case.name)) {
            let known = cases.iter().map(|case| case.name.as_str());
            let near = crate::hint::did_you_mean(glob, known, Some("--list prints all".into()));
            return Err(Failure(format!("no case matches `{glob}`; {}", near.unwrap_or_default())));
        }
    }
    let patterns: Vec<Pattern> = globs.iter().map(|glob| Pattern::new(glob)).collect();
    cases.retain(|case| {
        patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches_text(&case.name))
    });
    Ok(cases)
}

fn introduced(met: &Met) -> String {
    let offers: Vec<&str> = met.offers.iter().map(Capability::word).collect();
    let release = if met.release.is_empty() { "" } else { " " };
    let mut text = format!(
        "adapter {}{release}{}, version {}, offers {}\n",
        line(&met.name),
        line(&met.release),
        met.version,
        if offers.is_empty() { "nothing".to_owned() } else { offers.join(" ") }
    );
    for word in &met.unknown {
        let _ =
            writeln!(text, "note    `{}` is offered, and is no word of the protocol", line(word));
    }
    text
}

fn told(case: &Case, outcome: &Outcome) -> String {
    let Case { name, says, .. } = case;
    match outcome {
        Outcome::Ok => format!("ok      {name:24}  {says}\n"),
        Outcome::Failed(fault) => failed(name, says, fault),
        Outcome::NotApplicable(lacks) => {
            format!("n/a     {name:24}  {says} It does not offer `{lacks}`.\n")
        }
    }
}

fn failed(name: &str, says: &str, fault: &crate::rehearsal::Fault) -> String {
    let (expected, seen) = (line(&fault.expected), line(&fault.seen));
    format!(
        "FAILED  {name:24}  {says}\n          expected  {expected}\n          seen      {seen}\n"
    )
}

/// How fast it is beside what this executable speaks itself. No verdict hangs on it, so a failure is
/// said in its place.
fn measured(adapter: &Adapter) -> String {
    let own = std::env::current_exe().map_err(|e| e.to_string()).and_then(|path| {
        let command = format!("'{}' adapter serve", path.display());
        Adapter::meet(&command, PATIENCE, false).map_err(|e| e.to_string())
    });
    match own.and_then(|own| speed(adapter, &own).map_err(|fault| fault.seen)) {
        Ok(speed) => format!(
            "speed   {:.0} ops a second; {:.2} of what `heaplaw adapter serve` does beside it: {:.0}\n",
            speed.its,
            speed.ratio(),
            speed.others
        ),
        Err(says) => format!("speed   not measured: {}\n", line(&says)),
    }
}

fn write_record(file: &Path, said: &[Said]) -> Result<(), Failure> {
    let mut text = Vec::new();
    for said in said {
        let (who, lines) = match said {
            Said::Judge(lines) => ("judge   ", lines.as_bytes()),
            Said::Wrong(lines) => ("wrong   ", lines.as_slice()),
            Said::Adapter(lines) => ("target  ", lines.as_slice()),
        };
        for line in lines.strip_suffix(b"\n").unwrap_or(lines).split(|&byte| byte == b'\n') {
            text.extend([who.as_bytes(), line, b"\n"].concat());
        }
    }
    std::fs::write(file, text).map_err(|e| Failure(format!("cannot write {}: {e}", file.display())))
}

fn serve(args: &ServeArgs) -> Ended {
    let make = match args.collector.as_str() {
        "small-gc" => Some(mutant::correct_collector as fn() -> _),
        "small-paced" => Some(mutant::correct_paced as fn() -> _),
        word => word.strip_prefix("mutant:").and_then(mutant::collector),
    };
    let Some(make) = make else {
        let says = format!(
            "`{}` is neither `small-gc`, `small-paced` nor a wrong collector",
            args.collector
        );
        return Err(Failure(says));
    };
    let mut collector: Box<dyn Collector> = make();
    let out = io::BufWriter::new(io::stdout().lock());
    stdio::serve(&mut *collector, io::stdin().lock(), out)
        .map_err(|e| Failure(format!("the conversation ended: {e}")))?;
    let _ = io::stdout().flush();
    Ok(0)
}
