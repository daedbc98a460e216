//! One way of running loom for all models: what it did is counted, and what it found is returned.

use loom::model::Builder;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One script of a model for one part.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The model's name.
    pub model: &'static str,
    /// What the threads do, in a few words.
    pub scene: &'static str,
    /// Explores it.
    pub run: fn() -> Outcome,
}

/// A part that no order broke.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Explored {
    /// Orders tried.
    pub executions: usize,
    /// Most preemptions in one order; nothing if there was no bound.
    pub preemptions: Option<usize>,
    /// Whether all orders within the bound were tried.
    pub complete: bool,
}

/// An order that broke a part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// Orders tried, with this one.
    pub executions: usize,
    /// What went wrong.
    pub says: String,
}

/// What an exploration found.
pub type Outcome = Result<Explored, Breach>;

/// Steps of one order after which nobody is thought to get anywhere.
const MOST_STEPS: usize = 2_000;
/// Orders after which a model is given up as incomplete.
const MOST_EXECUTIONS: usize = 4_000_000;
/// How often loom looks at the limit above.
const LOOKS: usize = 1_000;

/// Runs `scene` in every order with at most `preemptions` preemptions.
///
/// # Errors
/// The first order that breaks the scene.
///
/// # Panics
/// If the exploration ends without a single order: then nothing was judged.
pub fn explore(preemptions: Option<usize>, scene: fn()) -> Outcome {
    let count = Arc::new(AtomicUsize::new(0));
    let mut builder = Builder::new();
    // Nothing of the environment: an outcome is compared with what other machines found.
    builder.preemption_bound = preemptions;
    builder.max_branches = MOST_STEPS;
    builder.max_permutations = Some(MOST_EXECUTIONS);
    builder.max_duration = None;
    builder.checkpoint_interval = LOOKS;
    let counted = {
        let count = Arc::clone(&count);
        move || {
            count.fetch_add(1, Ordering::Relaxed);
            scene();
        }
    };
    let end = catch_unwind(AssertUnwindSafe(|| builder.check(counted)));
    let executions = count.load(Ordering::Relaxed);
    match end {
        Ok(()) => {
            assert!(executions > 0, "nothing was explored");
            let complete = executions < MOST_EXECUTIONS;
            Ok(Explored { executions, preemptions, complete })
        }
        Err(panic) => Err(Breach { executions, says: says(&*panic) }),
    }
}

/// The first line of a panic's message, without the addresses and places that follow it.
fn says(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.starts_with("Model exceeded maximum number of branches") {
        return "a thread waits for what never comes".to_owned();
    }
    line.to_owned()
}

/// Runs `cases`, with a line for each, and fails where one is broken or was not explored to its end.
///
/// # Panics
/// If so: that is how a test says it.
pub fn must_hold(cases: &[Case]) {
    assert!(!cases.is_empty(), "no model was run");
    for Case { model, scene, run } in cases {
        let outcome = run();
        println!("model {model}: {scene}: {}", line(&outcome));
        match outcome {
            Ok(explored) => assert!(explored.complete, "{model}: {scene}: not explored to the end"),
            Err(breach) => panic!("{model}: {scene}: {}", breach.says),
        }
    }
}

/// An outcome on one line.
pub fn line(outcome: &Outcome) -> String {
    match outcome {
        Ok(Explored { executions, preemptions, complete }) => {
            let bound = preemptions.map_or("no bound".to_owned(), |n| format!("{n} preemptions"));
            let end = if *complete { "complete" } else { "INCOMPLETE" };
            format!("{executions} executions, {bound}, {end}")
        }
        Err(Breach { executions, says }) => format!("broken by execution {executions}: {says}"),
    }
}

/// Declares the models of a socket: `models`, which makes the cases for one part; or some of them, under
/// another name.
macro_rules! models {
    ($socket:ident: $($rest:tt)*) => {
        $crate::explore::models! { pub models of $socket: $($rest)* }
    };
    ($vis:vis $name:ident of $socket:ident: $($model:literal $scene:literal $body:ident $bound:expr;)*) => {
        /// The models of this socket for one part.
        $vis fn $name<P: $socket>() -> Vec<$crate::explore::Case> {
            vec![$(
                $crate::explore::Case {
                    model: $model,
                    scene: $scene,
                    run: || $crate::explore::explore($bound, $body::<P>),
                },
            )*]
        }
    };
}

pub(crate) use models;

/// A thread of a scene, and what it comes to.
pub(crate) type Thread<T> = loom::thread::JoinHandle<T>;

/// Starts a thread with `body` on the scene.
pub(crate) fn start<S: Send + Sync + 'static, T: Send + 'static>(
    scene: &Arc<S>,
    body: impl FnOnce(&S) -> T + Send + 'static,
) -> Thread<T> {
    let scene = Arc::clone(scene);
    loom::thread::spawn(move || body(&scene))
}

/// Waits for a thread.
pub(crate) fn end<T>(thread: Thread<T>) -> T {
    thread.join().unwrap_or_else(|_| panic!("a thread came to its end"))
}

/// Plays a scene: runs `threads` at once on it, and waits for all. What is left comes back.
pub(crate) fn play<S: Send + Sync + 'static, const N: usize>(
    scene: S,
    threads: [fn(&S); N],
) -> Arc<S> {
    let scene = Arc::new(scene);
    threads.map(|body| start(&scene, body)).into_iter().for_each(end);
    scene
}
