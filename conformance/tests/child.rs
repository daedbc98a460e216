//! Children: real libraries in processes of their own, and every way of ending.

use conformance::observe::Answer;
use conformance::observe::Progress::{Done, Skipped};
use conformance::op::alloc::{Op, Slot, Step, Thread};
use conformance::target::child::{Launch, Way};
use conformance::target::{How, Target};

fn launch(way: Way) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_heaplaw").into(), way)
}

fn steps(ops: &[Op]) -> Vec<Step> {
    ops.iter().map(|&op| Step::main(op)).collect()
}

#[test]
fn the_systems_malloc_answers_and_names_itself() {
    let mut child = launch(Way::System).start().expect("starts");
    // Whoever preloads a malloc has made it the system's.
    let preloaded = std::env::var("LD_PRELOAD").ok().filter(|path| !path.is_empty());
    let expected = preloaded.as_deref().unwrap_or("libc.so.6").rsplit('/').next();
    assert_eq!(Some(child.identity().soname.as_str()), expected);
    let s = Slot(0);
    child.submit(&steps(&[Op::Malloc { slot: s, size: 24 }, Op::Free { slot: s }, Op::Checkpoint]));
    let batch = child.collect();
    assert_eq!(batch.death, None);
    assert_eq!(batch.answers[0].progress(), Done);
    assert_ne!(batch.answers[0].address, 0);
    assert_eq!(batch.answers[1].given, batch.answers[0].address);
    assert!(batch.answers[2].mapped > 0);
    assert_eq!(batch.answers[2].flags, 0);
}

#[test]
fn threads_perform_their_own_steps_and_late_ones_at_their_end() {
    let mut child = launch(Way::System).start().expect("starts");
    let (s, t) = (Slot(0), Thread(1));
    let mut script = vec![
        Step::main(Op::StartThread { thread: t }),
        Step::on(t, Op::Malloc { slot: s, size: 24 }),
        Step::main(Op::Verify { slot: s }),
        Step { thread: t, late: true, op: Op::Free { slot: s } },
        Step::main(Op::EndThread { thread: t }),
        Step::on(t, Op::Malloc { slot: s, size: 24 }),
        Step::main(Op::StartThread { thread: t }),
        Step::main(Op::Together),
    ];
    for i in 0..50u16 {
        script.push(Step::on(t, Op::Malloc { slot: Slot(i), size: 24 }));
        script.push(Step::main(Op::Free { slot: Slot(i) }));
    }
    script.push(Step::main(Op::End));
    script.push(Step::main(Op::EndThread { thread: t }));
    child.submit(&script);
    let batch = child.collect();
    assert_eq!(batch.death, None);
    let progress: Vec<_> = batch.answers.iter().map(Answer::progress).collect();
    assert_eq!(progress[..7], [Done, Done, Done, Done, Done, Skipped, Done]);
    assert!(progress[8..108].iter().step_by(2).all(|&p| p == Done));
    assert_eq!(progress[109], Done);
}

#[test]
fn a_child_that_crashes_says_where() {
    let mut child = launch(Way::Dlopen("libc.so.6".into())).start().expect("starts");
    let s = Slot(0);
    child.submit(&steps(&[
        Op::Malloc { slot: s, size: 24 },
        Op::DoubleFree { slot: s },
        Op::Checkpoint,
    ]));
    let death = child.collect().death.expect("glibc aborts");
    assert_eq!(death.at, 1);
    assert!(matches!(death.how, How::Signal { number: libc::SIGABRT, .. }), "{death:?}");
    assert!(death.stderr.contains("double free"), "{}", death.stderr);
}

#[test]
fn what_cannot_be_opened_is_a_launch_error_in_the_loaders_words() {
    let error = launch(Way::Dlopen("libnothing.so.9".into())).start().err().expect("fails");
    assert!(error.says.contains("libnothing.so.9: cannot open"), "{error}");
    let error = launch(Way::Dlopen("libm.so.6".into())).start().err().expect("fails");
    assert!(error.says.contains("defines no `malloc`"), "{error}");
}
