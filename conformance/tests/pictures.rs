//! Pictures of object graphs: what witnesses of real mutants show, and what hostile graphs cannot do.

use conformance::check::Bench;
use conformance::check::again::{self, Again, Saved, Tries};
use conformance::check::target_spec::TargetSpec;
use conformance::check::witness::key;
use conformance::expect::Expectations;
use conformance::laws::Books;
use conformance::mutant;
use conformance::picture::graph::{Edge, Graph, Object, Root, RootKind, Word};
use conformance::report::graph::{svg, text};
use conformance::spec::Specs;

/// What breaks the named invariant when `script` is performed on the mutant.
fn broken_by(mutant: &str, invariant: &str, script: &str) -> Again {
    let specs = Specs::embedded().expect("the specs of this build load");
    let books = Books::compile(&specs).expect("the rules of this build compile");
    let trace: Saved = again::parse(script, mutant).expect("it is a trace");
    let bench = Bench {
        specs: &specs,
        books: &books,
        expectations: &Expectations::default(),
        options: &again::options(&trace),
        worker: env!("CARGO_BIN_EXE_heaplaw").into(),
        proven: None,
    };
    let target = TargetSpec::Mutant(mutant.to_owned());
    let replayed = again::replay(&target, &bench, &trace, Tries::UntilBroken).expect("it starts");
    let found = replayed.broken.into_iter().find(|one| one.id.as_str() == invariant);
    found.unwrap_or_else(|| panic!("{mutant} does not break {invariant}"))
}

/// The graph of the witness that is kept of the mutant.
fn kept(mutant: &str) -> Graph {
    let script = mutant::witness(mutant).expect("a witness is kept");
    let breaks = mutant::find(mutant).expect("it is there").breaks;
    broken_by(mutant, breaks, script).picture.graph().expect("collectors have graphs").clone()
}

#[test]
fn dump() {
    for m in [
        "gc/drops-the-buffer-of-an-ended-mutator",
        "gc/marks-interiors-only",
        "gc/counts-references",
        "gc/clears-after-finalizers",
        "gc/frees-the-revived",
    ] {
        let g = kept(m);
        println!("{m}\n{}", text::plain(&g));
        std::fs::write(format!("/tmp/{}.svg", m.replace('/', "-")), svg::print(&g, m)).unwrap();
    }
    for (name, preamble) in [
        ("many", many(10_000)),
        ("tree", tree()),
        ("list", "l9 = chain 10000\nset g1 l9\n".to_owned()),
    ] {
        let tail = "l3 = new 5 first\nl0 = new 1 first\nl1 = inside l3 4\nswap l3 0 l0\ncollect\n";
        let script = format!(
            "heaplaw-trace 1 gc\n# invariant: gc/reach/interior-keeps-children\n{preamble}{tail}"
        );
        let g = broken_by("gc/marks-interiors-only", "gc/reach/interior-keeps-children", &script)
            .picture
            .graph()
            .unwrap()
            .clone();
        println!("{name}\n{}", text::plain(&g));
        std::fs::write(format!("/tmp/{name}.svg"), svg::print(&g, name)).unwrap();
    }
}
fn many(n: u32) -> String {
    format!("repeat {n}\n  l2 = new 3 all\n  store l2 0 l3\n  l3 = move l2\n  set g5 l2\nend\n")
}
fn tree() -> String {
    let mut s = String::new();
    s += "l2 = new 6 all\n";
    for i in 0..5 {
        s += &format!("l3 = new 4 all\nstore l2 {i} l3\n");
        for j in 0..3 {
            s += &format!("l4 = new 2 odd\nstore l3 {j} l4\n");
            if j == 1 {
                s += "store l4 0 l2\n";
            }
        }
    }
    s += "w3 = weak l4\nl5 = inside l4 1\nl6 = past l4\nset g9 l3\nfinalizer l4\ncleanup l4\ndrop l3\ndrop l4\n";
    s
}
