//! Scripts of collectors from any bytes: records of 8 bytes, each an op of the alphabet's table.
//!
//! An op that does not apply is skipped by targets, so every input is a script. The collectors are safe code of
//! this process, fresh for each script.

use crate::bench::Laws;
use conformance::capability::{Capabilities, Capability};
use conformance::check::witness::key;
use conformance::court::Tally;
use conformance::facts::Clerk as _;
use conformance::facts::gc::Clerk;
use conformance::laws::SUBJECTS;
use conformance::model::gc::Setting;
use conformance::mutant::{Mutant, correct_collector, correct_paced, find};
use conformance::op::Thread;
use conformance::op::gc::{INITIAL, Kind, LOCALS, Map, OFF, Op, PLACES, Script, Step};
use conformance::run::Session;
use conformance::spec::{Judge, Profile};
use conformance::target::collector::{Collector, Housed, needs};
use conformance::trace::Trace;
use conformance::trace::form::gc::FORMS;
use conformance::trace::form::{Operand, Values};
use std::sync::LazyLock;

static LAWS: LazyLock<Laws> = LazyLock::new(|| Laws::of(SUBJECTS[1]));

/// The collectors that a script is performed on, by their words on the command line.
const COLLECTORS: [&str; 2] = ["small-gc", "small-paced"];

/// Bytes of a record: the op, its mutator, and six for its operands.
const RECORD: usize = 8;

/// Records of an input, at most: what libFuzzer's longest inputs have.
const RECORDS: usize = 512;

/// Performs `data` as a script on collectors that are right.
///
/// # Panics
/// If a law breaks; the message ends with the script as a trace, which [`gc_judge`] takes.
pub fn gc_ops(data: &[u8]) {
    for word in COLLECTORS {
        gc_judge(&gc_trace(data, word));
    }
}

/// The bytes as a trace for the collector that `word` names: one of ours, or `mutant:ID`.
///
/// # Panics
/// If there is none.
pub fn gc_trace(data: &[u8], word: &str) -> Trace<Op> {
    let mut trace = Trace::from(&script(data, collector(word).offers()));
    trace.metadata.push(key::TARGET, word);
    trace
}

/// Performs `trace` on the collector that it names, and judges it by every law that random scripts are
/// judged by. Returns the id of each law with how often it came up.
///
/// # Panics
/// If a law breaks; the message ends with the trace.
pub fn gc_judge(trace: &Trace<Op>) -> Vec<(&'static str, Tally)> {
    let collector = collector(trace.metadata.get(key::TARGET).unwrap_or(COLLECTORS[0]));
    let offers = collector.offers();
    let mut court = LAWS.court(|invariant| {
        invariant.judges.contains(&Judge::Property)
            && invariant.profile == Profile::Any
            && offers.covers(invariant.needs.iter().copied().collect())
    });
    let setting = Setting {
        ordered: offers.has(Capability::Ordered),
        exact: offers.has(Capability::Exact),
        steps: offers.has(Capability::Step),
        tiny: collector.tiny(),
    };
    let clerk = Clerk::new(&LAWS.book.vocabulary, setting).expect("the glossary has all words");
    let mut target = Housed::new(collector);
    let mut session = Session::new(&mut target, clerk);
    let ran = session.perform(&trace.script(), &mut court, u64::MAX);
    LAWS.refuse(&ran.expect("every rule has a value").breaches, 0, trace);
    let end = session.finish(true, 0, &mut court).expect("every rule has a value");
    LAWS.refuse(&end, 0, trace);
    LAWS.tallies(&court)
}

/// The ops that are offered, whether they apply or not: targets skip what does not, and what a collection gives
/// back nobody foresees.
fn script(data: &[u8], offers: Capabilities) -> Script {
    let mut steps = Vec::new();
    for record in data.chunks_exact(RECORD).take(RECORDS) {
        let form = &FORMS[usize::from(record[0]) % FORMS.len()];
        let mut values = Values::default();
        for (&operand, &byte) in form.operands.iter().zip(&record[2..]) {
            values[operand as usize] = Some(value(operand, u64::from(byte)));
        }
        let op = (form.build)(&values);
        // Sections would make scripts long; storms are made of other ops than these.
        let left_out = matches!(op, Op::Repeat { .. } | Op::EndRepeat | Op::Storm { .. });
        if !left_out && needs(&op).is_none_or(|need| offers.has(need)) {
            steps.push(Step::on(Thread(record[1] % 4), op));
        }
    }
    let end = [Op::Finish, Op::Collect, Op::Reset, Op::Collect, Op::Collect];
    steps.extend(end.map(Step::main));
    Script { steps }
}

/// What a byte means as an operand: mostly what is small.
fn value(operand: Operand, byte: u64) -> u64 {
    match operand {
        Operand::To | Operand::Of | Operand::From => byte % LOCALS as u64,
        Operand::Global | Operand::Weak | Operand::OtherWeak => byte % PLACES as u64,
        // The main mutator neither starts nor ends, and a trace cannot say that it does.
        Operand::Thread => [3, 1, 2][byte as usize % 3],
        Operand::Mutator => byte % 4,
        Operand::Map => byte % Map::ALL.len() as u64,
        Operand::Kind => byte % Kind::ALL.len() as u64,
        Operand::Words => [1 + byte % 16, 1 + byte * 40][usize::from(byte >= 240)],
        Operand::Size => byte << 8,
        Operand::Percent => [OFF, INITIAL, byte * 10][byte.min(2) as usize],
        _ => byte % 64,
    }
}

/// A collector by its word. Panics where a trace names one that is not there.
fn collector(word: &str) -> Box<dyn Collector> {
    match word {
        "small-gc" => correct_collector(),
        "small-paced" => correct_paced(),
        _ => {
            let wrong = word.strip_prefix("mutant:").and_then(find);
            let made = wrong.and_then(Mutant::collector);
            made.unwrap_or_else(|| panic!("`{word}` is no collector of this process"))
        }
    }
}
