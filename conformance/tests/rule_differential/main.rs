//! Our engine against the `cel` crate's own interpreter, on random expressions and facts.
//!
//! The relation that must hold for each pair of expression and facts:
//!
//! 1. Where the interpreter gives a value, ours gives the same, or a fault that the interpreter
//!    absorbed: one that exact evaluation from left to right meets as well.
//! 2. Where the interpreter gives an error (its 64 bits overflow, or its signed and unsigned numbers
//!    do not mix), ours gives what exact evaluation gives.
//!
//! "Exact evaluation" is a few lines over the generator's own tree, in `expression.rs`; it shares
//! nothing with the engine.

mod expression;
mod facts;
#[path = "../rule_words/mod.rs"]
mod rule_words;

use cel::{Env, Value};
use conformance::rule::{EvalFaultKind, FunctionId, Rule, RuleFaultKind};
use expression::{Bool, Choices, Int, Spelling};
use facts::{Facts, RECORD_BYTES};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any};
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::thread;

type Ours = Result<bool, EvalFaultKind>;

/// What a pair showed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// Both gave a value, and the same.
    Same,
    /// The interpreter gave a value by absorbing what is a fault to us.
    Absorbed,
    /// The interpreter gave none; ours is as exact evaluation has it.
    Alone,
    /// The relation does not hold.
    Different,
}

/// Compares the two engines; `library` is none where the interpreter gave an error.
fn compare(ours: Ours, library: Option<bool>, exact: Ours) -> Outcome {
    match (library, ours) {
        _ if ours != exact => Outcome::Different,
        (Some(theirs), Ok(value)) if theirs == value => Outcome::Same,
        (Some(_), Ok(_)) => Outcome::Different,
        (Some(_), Err(_)) => Outcome::Absorbed,
        (None, _) => Outcome::Alone,
    }
}

/// What a whole run showed.
#[derive(Default)]
struct Tally {
    expressions: HashSet<String>,
    same: usize,
    absorbed: usize,
    alone: usize,
}

impl Tally {
    fn pairs(&self) -> usize {
        self.same + self.absorbed + self.alone
    }
}

/// Bytes of an expression, and of the records of facts that it is evaluated on.
type Case = (Vec<u8>, Vec<Vec<u8>>);

fn cases(records: usize) -> impl Strategy<Value = Case> {
    (vec(any::<u8>(), 24..140), vec(vec(any::<u8>(), RECORD_BYTES), records))
}

/// What is done to an expression on its way to an engine.
type Change = fn(&Bool) -> Bool;

/// Runs `count` cases of `records` records each. The interpreter is given each expression as it is,
/// our engine what `ours` makes of it, exact evaluation what `exact` makes of it.
fn differ(
    count: u32,
    records: usize,
    ours: Change,
    exact: Change,
) -> Result<Tally, TestError<Case>> {
    let mut env = Env::stdlib();
    env.add_extension(cel::extensions::math).expect("the library's own extension");
    let env = Arc::new(env);
    let tally = RefCell::new(Tally::default());
    let config = ProptestConfig {
        cases: count,
        failure_persistence: None,
        max_shrink_iters: 500,
        max_global_rejects: count,
        ..ProptestConfig::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, rng).run(&cases(records), |(bytes, records)| {
        let expression = Choices::new(&bytes).expression();
        let records: Vec<Facts> = records.iter().map(|record| Facts::new(record)).collect();
        case(&env, [&expression, &ours(&expression), &exact(&expression)], &records, &tally)
    })?;
    Ok(tally.into_inner())
}

/// One expression, as the interpreter, our engine and exact evaluation get it, on all its facts.
fn case(
    env: &Arc<Env>,
    [expression, ours, exact]: [&Bool; 3],
    records: &[Facts],
    tally: &RefCell<Tally>,
) -> Result<(), TestCaseError> {
    let (vocabulary, event) = rule_words::vocabulary();
    let text = Spelling::Rule.bool(ours);
    let rule = match Rule::load_guard(&text, &[event], &vocabulary) {
        Ok(rule) => rule,
        // The generator does not mind these; all else that it makes must load.
        Err(fault) if [RuleFaultKind::Vacuous, RuleFaultKind::Depth].contains(&fault.kind) => {
            return Err(TestCaseError::reject(fault.message));
        }
        Err(fault) => return Err(TestCaseError::fail(format!("{text}: {fault}"))),
    };
    let spelled = |spelling: Spelling| {
        let text = spelling.bool(expression);
        env.compile(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))
    };
    let (signed, unsigned) = (spelled(Spelling::Rule)?, spelled(Spelling::Unsigned)?);
    let mut tally = tally.borrow_mut();
    for facts in records {
        let no_natives = |_: FunctionId, _: &[u64]| 0;
        let ours = rule.holds(&facts.frame(&vocabulary), &no_natives).map_err(|fault| fault.kind);
        let program = if facts.is_signed() { &signed } else { &unsigned };
        let library = match program.execute(&facts.context(env)) {
            Ok(Value::Bool(value)) => Some(value),
            Ok(other) => return Err(TestCaseError::fail(format!("{text}: {other:?}"))),
            Err(_) => None,
        };
        let exact = exact.exact(facts);
        match compare(ours, library, exact) {
            Outcome::Same => tally.same += 1,
            Outcome::Absorbed => tally.absorbed += 1,
            Outcome::Alone => tally.alone += 1,
            Outcome::Different => {
                let all = format!("ours {ours:?}, library {library:?}, exact {exact:?}");
                return Err(TestCaseError::fail(format!("{text}\n{all}\n{facts:?}")));
            }
        }
    }
    tally.expressions.insert(text);
    Ok(())
}

/// The interpreter's parser needs more stack than a test's thread has.
fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(256 << 20);
        let thread = builder.spawn_scoped(scope, work).expect("a thread");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[test]
fn ours_gives_what_the_interpreter_gives_on_100_000_pairs() {
    let tally = on_large_stack(|| differ(6_500, 16, Bool::clone, Bool::clone))
        .unwrap_or_else(|e| panic!("{e}"));
    let percent = |part: usize| part * 100 / tally.pairs();
    println!(
        "{} expressions, {} pairs: {} % same, {} % absorbed, {} % ours alone",
        tally.expressions.len(),
        tally.pairs(),
        percent(tally.same),
        percent(tally.absorbed),
        percent(tally.alone),
    );
    assert!(tally.pairs() >= 100_000, "{} pairs", tally.pairs());
    assert!(tally.expressions.len() >= 5_000, "{} expressions", tally.expressions.len());
    assert!(percent(tally.same) >= 60, "only {} % were compared", percent(tally.same));
    assert!(tally.absorbed > 0 && tally.alone > 0, "every arm of the relation was exercised");
}

/// Changes every node that `change` changes, from the root down to the first on each path.
fn rewrite(bool: &Bool, change: fn(&Bool) -> Option<Bool>) -> Bool {
    if let Some(changed) = change(bool) {
        return changed;
    }
    let again = |bool: &Bool| Box::new(rewrite(bool, change));
    match bool {
        Bool::Not(a) => Bool::Not(again(a)),
        Bool::And(a, b) => Bool::And(again(a), again(b)),
        Bool::Or(a, b) => Bool::Or(again(a), again(b)),
        Bool::Same(a, b) => Bool::Same(again(a), again(b)),
        Bool::Quantifier(every, over, body) => Bool::Quantifier(*every, over.clone(), again(body)),
        Bool::Choice(c, a, b) => Bool::Choice(again(c), again(a), again(b)),
        leaf => leaf.clone(),
    }
}

/// Mistakes that an engine might make, each as the expression that it would evaluate instead.
const MISTAKES: [(&str, Change); 3] = [
    ("`<=` is `<`", |bool| {
        rewrite(bool, |bool| match bool {
            Bool::Comparison("<=", a, b) => Some(Bool::Comparison("<", a.clone(), b.clone())),
            _ => None,
        })
    }),
    ("`%` is `/`", |bool| {
        rewrite(bool, |bool| match bool {
            Bool::Comparison(operator, a, b) => match &**a {
                Int::Binary("%", c, d) => {
                    let a = Int::Binary("/", c.clone(), d.clone());
                    Some(Bool::Comparison(operator, a.into(), b.clone()))
                }
                _ => None,
            },
            _ => None,
        })
    }),
    ("`all` is `exists`", |bool| {
        rewrite(bool, |bool| match bool {
            Bool::Quantifier(true, over, body) => {
                Some(Bool::Quantifier(false, over.clone(), body.clone()))
            }
            _ => None,
        })
    }),
];

#[test]
fn the_interpreter_notices_a_mistake_that_exact_evaluation_shares() {
    for (name, mistake) in MISTAKES {
        let noticed = on_large_stack(|| differ(1_000, 8, mistake, mistake).err());
        assert!(matches!(noticed, Some(TestError::Fail(..))), "{name} was not noticed");
    }
}

/// The interpreter absorbs faults on either side, so it cannot tell the order.
#[test]
fn exact_evaluation_notices_operands_evaluated_in_the_wrong_order() {
    let swapped: Change = |bool| {
        rewrite(bool, |bool| match bool {
            Bool::And(a, b) => Some(Bool::And(b.clone(), a.clone())),
            _ => None,
        })
    };
    let noticed = on_large_stack(|| differ(1_000, 8, swapped, Bool::clone).err());
    assert!(matches!(noticed, Some(TestError::Fail(..))), "the order was not noticed");
}

#[test]
fn the_relation_itself_tells_right_from_wrong() {
    let fault = Err(EvalFaultKind::DivisionByZero);
    assert_eq!(compare(Ok(true), Some(true), Ok(true)), Outcome::Same);
    assert_eq!(compare(fault, Some(true), fault), Outcome::Absorbed);
    assert_eq!(compare(Ok(true), None, Ok(true)), Outcome::Alone);
    assert_eq!(compare(fault, None, fault), Outcome::Alone);
    for (ours, library, exact) in [
        (Ok(true), Some(false), Ok(true)),
        (Ok(true), Some(true), Ok(false)),
        (Ok(true), None, Ok(false)),
        (fault, Some(true), Ok(true)),
        (fault, None, Err(EvalFaultKind::Overflow)),
        (Ok(true), Some(true), fault),
    ] {
        assert_eq!(compare(ours, library, exact), Outcome::Different, "{ours:?} {library:?}");
    }
}
