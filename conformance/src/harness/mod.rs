//! The way in for Rust: one macro in the implementer's own repository, one test for each invariant.
//!
//! 1. [`allocator_tests!`](crate::allocator_tests) names heaps and becomes `fn main`.
//! 2. The same executable serves as a worker when a judge starts it as one, so that a heap that
//!    crashes takes a child process with it and not the tests.
//! 3. Every invariant becomes a test of every target, `<target>::alloc::block::contents-stable`, so
//!    that `cargo test -- bump::alloc::align` picks some. A target that none of the picked tests is
//!    about is never started.
//! 4. The first test of a target that runs has the target checked by all the invariants that were
//!    picked (`session`); the other tests wait for that report and say their part (`outcome`).
//!
//! All invariants are tests of all targets, whether they apply or not: whether they do depends on
//! what the target offers and chooses, and asking means running its code. One that does not apply
//! ends as *ignored*, with the reason.

mod outcome;
mod replay;
mod session;
mod settings;

use crate::target::child::serve_if_asked;
use crate::target::heap::Heap;
use libtest_mimic::{Arguments, Conclusion, Trial};
use session::Session;
use settings::Settings;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// What stands for "could not judge" in the exit status, as in [`crate::gate`].
const UNJUDGED: u8 = 2;

/// The exit status of a test binary in which a test failed: libtest's own.
const FAILED: u8 = 101;

/// The test target that judges: what its failures need to say how they are seen again.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The package, as `cargo test -p` takes it.
    pub package: &'static str,
    /// The test target, as `cargo test --test` takes it.
    pub test: &'static str,
    /// Where the package is; files that the macro names are relative to it.
    pub folder: &'static str,
    /// Cargo's folder for files of tests, where there is one.
    pub scratch: Option<&'static str>,
    /// A file of known deviations, or a folder of them, within the package.
    pub known_deviations: Option<&'static str>,
}

/// Judges heaps by the invariants, one test for each: expands to the `main` of a test target with
/// `harness = false`.
///
/// A target is a name and an expression of a type that implements
/// [`Heap`]; [`Global`](crate::target::heap::Global) makes one of any `GlobalAlloc`. The expression
/// is evaluated in a fresh process for every run. `#![known_deviations("tests/known")]` in front
/// names a file, or a folder of files, that lists what a target is known to break.
///
/// ```no_run
/// use conformance::target::heap::Global;
///
/// conformance::allocator_tests! {
///     system: Global(std::alloc::System),
/// }
/// ```
#[macro_export]
macro_rules! allocator_tests {
    (#![known_deviations($known:literal)] $($name:ident : $heap:expr),+ $(,)?) => {
        $crate::allocator_tests!(@main Some($known), $($name: $heap,)+);
    };
    (@main $known:expr, $($name:ident : $heap:expr,)+) => {
        fn main() -> ::std::process::ExitCode {
            // Two targets of one name would be judged as one: this does not compile then.
            #[allow(dead_code, non_camel_case_types)]
            enum EveryNameOnce { $($name,)+ }

            fn heap(name: &str) -> ::std::option::Option<::std::boxed::Box<dyn $crate::target::heap::Heap>> {
                match name {
                    $(::std::stringify!($name) => ::std::option::Option::Some(::std::boxed::Box::new($heap)),)+
                    _ => ::std::option::Option::None,
                }
            }

            let origin = $crate::harness::Origin {
                package: ::std::env!("CARGO_PKG_NAME"),
                test: ::std::env!("CARGO_CRATE_NAME"),
                folder: ::std::env!("CARGO_MANIFEST_DIR"),
                scratch: ::std::option_env!("CARGO_TARGET_TMPDIR"),
                known_deviations: $known,
            };
            $crate::harness::main(&[$(::std::stringify!($name)),+], heap, origin)
        }
    };
    ($($name:ident : $heap:expr),+ $(,)?) => {
        $crate::allocator_tests!(@main ::std::option::Option::None, $($name: $heap,)+);
    };
}

/// Finds the heap of a target by the target's name.
pub type Heaps = fn(&str) -> Option<Box<dyn Heap>>;

/// The `main` that [`allocator_tests!`](crate::allocator_tests) expands to: judges `targets`, or
/// serves as the worker of a judge.
///
/// The status is libtest's, 0 or 101; 2 where the environment is not understood, or a target had to
/// be judged and was not.
pub fn main(targets: &[&'static str], heaps: Heaps, origin: Origin) -> ExitCode {
    // Before anything else: a worker has other arguments in mind than a test harness.
    serve_if_asked(&heaps);
    let judged = Settings::from_env().and_then(|settings| judge(targets, origin, settings));
    judged.unwrap_or_else(|why| {
        eprintln!("heaplaw: {why}");
        ExitCode::from(UNJUDGED)
    })
}

fn judge(targets: &[&'static str], origin: Origin, settings: Settings) -> Result<ExitCode, String> {
    if let Some(trace) = settings.replay.clone() {
        let session = Session::new(targets, origin, settings)?;
        return replay::run(&session, &trace);
    }
    let arguments = Arguments::from_args();
    let every_target = settings.every_target;
    let mut session = Session::new(targets, origin, settings)?;
    let left_out = if arguments.ignored { session.left_out() } else { Vec::new() };
    for name in session.tests() {
        let trial =
            Trial::test(&name.test, || Ok(())).with_ignored_flag(left_out.contains(&name.test));
        if !arguments.is_filtered_out(&trial) {
            session.select(&name);
        }
    }
    let session = Arc::new(session);
    let conclusion = libtest_mimic::run(&arguments, trials(&session, &left_out));
    if arguments.list {
        return Ok(conclusion.exit_code());
    }
    Ok(status(&session, &conclusion, every_target))
}

/// The tests, in the order of the targets and of the suites.
fn trials(session: &Arc<Session>, left_out: &[String]) -> Vec<Trial> {
    let trial = |name: session::Name| {
        let session = Arc::clone(session);
        let ignored = left_out.contains(&name.test);
        let test = name.test.clone();
        Trial::ignorable_test(test, move || session.judge(&name)).with_ignored_flag(ignored)
    };
    session.tests().into_iter().map(trial).collect()
}

/// What the tests cannot say, each being about one invariant, and the exit status of it all.
fn status(session: &Session, conclusion: &Conclusion, every_target: bool) -> ExitCode {
    for target in session.unselected() {
        eprintln!("heaplaw: the filter selects no invariant of {target}");
    }
    let idle = session.unjudged();
    if every_target && !idle.is_empty() {
        let idle = idle.join(", ");
        eprintln!("heaplaw: could not judge: no selected invariant was judged on {idle}");
        return ExitCode::from(UNJUDGED);
    }
    let stale = session.stale();
    for line in &stale {
        eprintln!("heaplaw: {line}");
    }
    if stale.is_empty() { conclusion.exit_code() } else { ExitCode::from(FAILED) }
}

/// Where witnesses go if the environment does not say.
fn scratch(origin: &Origin) -> PathBuf {
    let folder = origin.scratch.map_or_else(std::env::temp_dir, PathBuf::from);
    folder.join("heaplaw-witnesses").join(origin.test)
}
