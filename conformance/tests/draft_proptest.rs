//! proptest as a driver of drafts: it finds a fault, and leaves the smallest script that shows it.

use conformance::capability::{Capabilities, Capability};
use conformance::choice::Choices;
use conformance::driver::draft::{Draft, Shape, resolve, strategy};
use conformance::op::alloc::{Op, Script};
use conformance::trace::Trace;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

fn shape() -> Shape {
    let offers = Capabilities::of(Capability::ALL).without(Capability::Layout);
    Shape::of(offers, Choices::declared(offers)).with_threads(4)
}

/// The smallest script that `breaks`, as proptest finds it from a fixed seed.
fn smallest(breaks: impl Fn(&Script) -> bool) -> String {
    let config =
        Config { failure_persistence: None, max_shrink_iters: 50_000, ..Config::default() };
    let seeded = TestRunner::deterministic().rng().clone();
    let mut runner = TestRunner::new_with_rng(config, seeded);
    let shape = shape();
    let result = runner.run(&strategy(&shape, 1..=300), |drafts| {
        let broken = breaks(&resolve(&drafts, &shape));
        if broken { Err(TestCaseError::fail("broken")) } else { Ok(()) }
    });
    match result {
        Err(TestError::Fail(_, drafts)) => {
            let text = Trace::from(&resolve(&drafts, &shape)).to_string();
            text.lines().skip(1).collect::<Vec<_>>().join("; ")
        }
        other => panic!("nothing was found: {other:?}"),
    }
}

fn has(script: &Script, is: impl Fn(&Op) -> bool) -> bool {
    script.steps.iter().any(|step| is(&step.op))
}

#[test]
fn a_size_shrinks_to_the_smallest_that_breaks() {
    let breaks = |s: &Script| has(s, |op| matches!(op, Op::Malloc { size: 1025..=9999, .. }));
    assert_eq!(smallest(breaks), "s0 = malloc 1025");
}

#[test]
fn what_stands_between_a_free_and_a_calloc_of_its_size_goes() {
    let breaks = |script: &Script| {
        script.steps.windows(2).any(|pair| {
            let freed = matches!(pair[0].op, Op::Free { .. });
            freed && matches!(pair[1].op, Op::Calloc { count, size, .. } if count * size > 40)
        })
    };
    let found = smallest(breaks);
    assert_eq!(found, "s0 = malloc 41; free s0; s0 = calloc 1 41");
}

#[test]
fn a_free_on_another_thread_keeps_one_thread_and_one_block() {
    let breaks = |script: &Script| {
        script.steps.iter().any(|step| matches!(step.op, Op::Free { .. }) && step.thread.0 != 0)
    };
    assert_eq!(smallest(breaks), "start t1; @t1 s0 = malloc 0; @t1 free s0");
}

#[test]
fn a_refused_product_stays_a_refused_product() {
    let breaks = |script: &Script| {
        has(
            script,
            |op| matches!(op, Op::Reallocarray { count, size, .. } if count.checked_mul(*size).is_none()),
        )
    };
    assert_eq!(smallest(breaks), "s0 = malloc 0; s0 = reallocarray s0 4294967296 4294967296");
}

#[test]
fn lists_have_the_lengths_asked_for() {
    let mut runner = TestRunner::deterministic();
    let drawn = |len| strategy(&shape(), len).new_tree(&mut runner).map(|tree| tree.current());
    let lens: Vec<_> =
        [0..=0, 7..=7, 2..=5].map(drawn).into_iter().map(|d| d.expect("a list").len()).collect();
    assert_eq!((lens[0], lens[1]), (0, 7));
    assert!((2..=5).contains(&lens[2]), "{lens:?}");
}

#[test]
fn the_same_seed_draws_the_same_drafts() {
    let draw = || -> Vec<Draft> {
        let tree = strategy(&shape(), 50..=50).new_tree(&mut TestRunner::deterministic());
        tree.expect("a list").current()
    };
    assert_eq!(draw(), draw());
}
