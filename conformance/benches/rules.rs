//! One evaluation of a rule: ours against the `cel` crate's own interpreter, on the same facts.
//!
//! `cargo bench --bench rules` ends with a table. Its goals: a scalar rule in 20 ns or less in the
//! median, 25 times as fast as the interpreter; a comprehension over 100 values in 2 us or less.

use cel::{Context, Env, Value};
use conformance::rule::{EventId, Frame, FunctionId, Rule, Vocabulary};
use conformance::spec::glossary::{Event, Field, FieldType, Function, Parameter, Record, Terms};
use criterion::{Criterion, criterion_group, criterion_main};
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Nanoseconds for one evaluation that a rule may take.
const SCALAR_GOAL: f64 = 20.0;
const LIST_GOAL: f64 = 2000.0;

/// Facts that make every rule below true, by record.
const FACTS: &[(&str, &[(&str, u64)])] = &[
    ("op", &[("errno_before", 0), ("errno_after", 0)]),
    ("request", &[("size", 100), ("align", 16), ("need", 112)]),
    ("block", &[("address", 0x7f12_3456_7000), ("size", 100), ("usable", 104), ("gap", 128)]),
    ("old", &[("size", 64), ("address", 0x7f12_3456_6000)]),
    ("content", &[("zero_prefix", 104), ("same_prefix", 64)]),
    ("span", &[("base", 0x7f12_3456_6000), ("limit", 0x7f12_3456_8000), ("elem", 128), ("n", 64)]),
    ("stats", &[("sys", 700), ("heap", 400), ("stack", 200), ("other", 100), ("idle", 150)]),
];

/// A bool and a word, which the interpreter takes as a bool and a string.
const OK: &str = "ok";
const KIND: (&str, &[&str], usize) = ("kind", &["malloc", "calloc", "free"], 1);

/// The rules, and what one evaluation may cost.
const RULES: &[(&str, f64)] = &[
    ("block.address % request.align == 0", SCALAR_GOAL),
    ("block.address % 16 == 0", SCALAR_GOAL),
    ("block.usable >= request.size && block.usable <= block.gap", SCALAR_GOAL),
    ("content.same_prefix >= math.least(old.size, request.size)", SCALAR_GOAL),
    ("op.ok && op.errno_after == op.errno_before", SCALAR_GOAL),
    ("op.kind in ['calloc', 'free'] && content.zero_prefix >= request.size", SCALAR_GOAL),
    ("block.address / 8192 == (block.address + request.size - 1) / 8192", SCALAR_GOAL),
    (
        "span.base <= block.address && block.address + span.elem <= span.limit \
         && (block.address - span.base) % span.elem == 0",
        SCALAR_GOAL,
    ),
    (
        "stats.sys == stats.heap + stats.stack + stats.other && stats.idle <= stats.heap",
        SCALAR_GOAL,
    ),
    ("live.overlapping(block) == 0", SCALAR_GOAL),
    ("run.serials.all(x, x % 16 == 0)", LIST_GOAL),
    ("run.serials.all(x, x > old.size && x % request.align == 0)", LIST_GOAL),
];

/// Values of `run.serials`.
fn serials() -> Vec<u64> {
    (1..=100).map(|i| i * 4096).collect()
}

fn terms() -> Terms {
    let field = |kind| Field { says: String::new(), kind, unit: None };
    let mut records = HashMap::from([
        ("live", vec![]),
        ("run", vec![("serials".to_owned(), field(FieldType::Ints { max: 100 }))]),
    ]);
    for (record, facts) in FACTS {
        let ints = facts.iter().map(|(name, _)| ((*name).to_owned(), field(FieldType::Int)));
        records.insert(record, ints.collect());
    }
    let words = KIND.1.iter().map(|&word| word.to_owned()).collect();
    let op = records.get_mut("op").expect("it is in the table");
    op.push((OK.to_owned(), field(FieldType::Bool)));
    op.push((KIND.0.to_owned(), field(FieldType::Word(words))));
    let binds = records.keys().map(|&name| name.to_owned()).collect();
    let overlapping = Function {
        says: String::new(),
        takes: vec![Parameter::Record("block".to_owned())],
        gives: FieldType::Int,
        cost: "O(log n)".to_owned(),
    };
    Terms {
        events: [("event".to_owned(), Event { says: String::new(), binds })].into(),
        records: records
            .into_iter()
            .map(|(name, fields)| (name.to_owned(), Record { says: String::new(), fields }))
            .collect(),
        functions: [("live.overlapping".to_owned(), overlapping)].into(),
    }
}

fn frame(vocabulary: &Vocabulary) -> Frame {
    let mut frame = Frame::new(vocabulary);
    let mut set = |name: &str, value| {
        frame.set(vocabulary.fact(name).expect("a fact of the table"), value);
    };
    for (record, facts) in FACTS {
        for (field, value) in *facts {
            set(&format!("{record}.{field}"), *value);
        }
    }
    set("op.ok", 1);
    set("op.kind", KIND.2 as u64);
    let list = vocabulary.list("run.serials").expect("a list of the table");
    *frame.list_mut(list) = serials();
    frame
}

/// The same facts for the interpreter, all numbers as its signed ones.
fn context(env: Arc<Env>) -> Context<'static, 'static> {
    let int = |value: u64| Value::Int(i64::try_from(value).expect("a small fact"));
    let mut context = Context::with_env(env);
    for (record, facts) in FACTS {
        let mut map: HashMap<String, Value> =
            facts.iter().map(|&(field, value)| (field.to_owned(), int(value))).collect();
        if *record == "op" {
            map.insert(OK.to_owned(), Value::Bool(true));
            map.insert(KIND.0.to_owned(), Value::from(KIND.1[KIND.2]));
        }
        context.add_variable_from_value(*record, map);
    }
    let list: Vec<Value> = serials().into_iter().map(int).collect();
    context.add_variable_from_value("run", HashMap::from([("serials".to_owned(), list)]));
    context.add_function("live.overlapping", |_block: Value| 0_i64).expect("the name is not taken");
    context
}

/// Has criterion measure `work`, and returns the median of its samples, in ns.
fn median(criterion: &mut Criterion, name: &str, mut work: impl FnMut()) -> f64 {
    let mut samples = Vec::new();
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let start = Instant::now();
            for _ in 0..iterations {
                work();
            }
            let spent = start.elapsed();
            samples.push(spent.as_secs_f64() * 1e9 / iterations as f64);
            spent
        });
    });
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}

fn rules(criterion: &mut Criterion) {
    let vocabulary = Vocabulary::new(&terms()).expect("a sound glossary");
    let event: EventId = vocabulary.event("event").expect("it is declared");
    let mut env = Env::stdlib();
    env.add_extension(cel::extensions::math).expect("the library's own extension");
    let env = Arc::new(env);
    let (frame, context) = (frame(&vocabulary), context(env.clone()));
    let natives = |_: FunctionId, block: &[u64]| u64::from(block[0] == 0);
    let mut table =
        vec![format!("{:>9} {:>12} {:>7} {:>7}  rule", "ours", "interpreter", "ratio", "goal")];
    for (text, goal) in RULES {
        let rule = Rule::load(text, &[event], &vocabulary).expect("a sound rule");
        let program = env.compile(text).expect("CEL");
        let (mine, theirs) = (rule.holds(&frame, &natives), program.execute(&context));
        if (&mine, &theirs) != (&Ok(true), &Ok(Value::Bool(true))) {
            table.push(format!("not timed, ours {mine:?}, interpreter {theirs:?}: {text}"));
            continue;
        }
        let ours = median(criterion, &format!("ours: {text}"), || {
            black_box(rule.holds(black_box(&frame), &natives)).ok();
        });
        let theirs = median(criterion, &format!("interpreter: {text}"), || {
            black_box(program.execute(black_box(&context))).ok();
        });
        table.push(format!(
            "{ours:>6.1} ns {theirs:>9.0} ns {:>6.0}x {goal:>4.0} ns  {text}",
            theirs / ours
        ));
    }
    println!("\n{}", table.join("\n"));
}

fn short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(30)
}

criterion_group! {
    name = benches;
    config = short();
    targets = rules
}
criterion_main!(benches);
