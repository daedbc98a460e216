//! Pictures of object graphs: what witnesses of real mutants show, and what no graph can do to who
//! looks at it.

mod report_samples;

use conformance::check::Bench;
use conformance::check::again::{self, Tries};
use conformance::check::target_spec::TargetSpec;
use conformance::expect::Expectations;
use conformance::laws::Books;
use conformance::mutant;
use conformance::picture::graph::{Graph, State};
use conformance::report::graph::{svg, text};
use conformance::spec::Specs;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

/// The graph of what breaks `invariant` when the mutant performs `script`.
fn graph_of(mutant: &str, invariant: &str, script: &str) -> Graph {
    static RULES: LazyLock<(Specs, Books)> = LazyLock::new(|| {
        let specs = Specs::embedded().expect("the specs of this build load");
        let books = Books::compile(&specs).expect("the rules of this build compile");
        (specs, books)
    });
    let trace = again::parse(script, mutant).expect("it is a trace");
    let bench = Bench {
        specs: &RULES.0,
        books: &RULES.1,
        expectations: &Expectations::default(),
        options: &again::options(&trace),
        worker: env!("CARGO_BIN_EXE_heaplaw").into(),
        proven: None,
    };
    let target = TargetSpec::Mutant(mutant.to_owned());
    let replayed = again::replay(&target, &bench, &trace, Tries::UntilBroken).expect("it starts");
    let found = replayed.broken.into_iter().find(|one| one.id.as_str() == invariant);
    let found = found.unwrap_or_else(|| panic!("{mutant} does not break {invariant}"));
    found.picture.graph().expect("collectors have graphs").clone()
}

/// The graph of the witness that is kept of the mutant.
fn kept(mutant: &str) -> Graph {
    let script = mutant::witness(mutant).expect("a witness is kept");
    graph_of(mutant, mutant::find(mutant).expect("it is there").breaks, script)
}

/// `preamble`, and then an object of which only what an inside pointer holds is lost.
fn lost_below_inside(preamble: &str) -> Graph {
    let breaks = "gc/reach/interior-keeps-children";
    let script = format!(
        "heaplaw-trace 1 gc\n# invariant: {breaks}\n{preamble}\
         l3 = new 5 first\nl0 = new 1 first\nl1 = inside l3 4\nswap l3 0 l0\ncollect\n"
    );
    graph_of("gc/marks-interiors-only", breaks, &script)
}

/// Checks the text of a kept witness, line by line.
fn shows(mutant: &str, lines: &[&str]) {
    let shown = text::plain(&kept(mutant));
    assert_eq!(shown.lines().collect::<Vec<_>>(), lines, "{mutant} shows:\n{shown}");
}

#[test]
fn a_lost_object_is_shown_with_its_way_from_a_root_and_what_was_done_to_it() {
    shows(
        "gc/elides-nil-stores",
        &[
            "#2 was cleared while the collection went on, and was reported dead",
            "2 objects; at the end of a collection that began with 2",
            "! l1 -> #2  1w all    LIVE, BUT REPORTED DEAD; meanwhile cleared",
            "  l0 -> #1  2w all    live",
        ],
    );
}

#[test]
fn a_leaked_cycle_hangs_from_no_root_and_leads_to_itself() {
    shows(
        "gc/counts-references",
        &[
            "#1 was unreachable when the collection began, and was not reported",
            "dead",
            "2 objects",
            "  held by no root:",
            "! #1           2w all    garbage",
            "    [0] -> #2  2w all    garbage",
            "      [0] -> #1, above",
        ],
    );
}

#[test]
fn what_a_finalizer_keeps_hangs_from_the_finalizer() {
    shows(
        "gc/loses-what-a-finalizer-reaches",
        &[
            "the finalizer of #2 ran, and what it holds could not be read",
            "2 objects",
            "! finalizer ~> #2  2w odd    garbage; finalizer waits",
            "    [0] -> #1      1w odd    LIVE, BUT REPORTED DEAD",
        ],
    );
}

#[test]
fn an_inside_pointer_says_which_word_it_leads_to() {
    shows(
        "gc/marks-interiors-only",
        &[
            "a local holds from inside what holds #2, which was reported dead",
            "2 objects",
            "* l1 -> word 4 of #1  5w first  live",
            "!   [0] -> #2         1w first  LIVE, BUT REPORTED DEAD",
            "  l3 -> #1, above",
        ],
    );
}

#[test]
fn explain_ends_with_a_mutant_that_breaks_it_as_the_readme_shows() {
    let mut heaplaw = std::process::Command::new(env!("CARGO_BIN_EXE_heaplaw"));
    let run = heaplaw.args(["explain", "gc/barrier/nil-store-shades"]).output().expect("it runs");
    let said = String::from_utf8(run.stdout).expect("it is text");
    let (_, broken) = said.rsplit_once("\n\n").expect("there is an empty line before the mutant");
    for line in text::plain(&kept("gc/elides-nil-stores")).lines() {
        assert!(broken.contains(&format!("| {line}\n")), "{line} is not in\n{broken}");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(file).expect("there is a README");
    assert!(readme.contains(broken), "the README lacks\n{broken}");
}

#[test]
fn a_weak_handle_keeps_nothing_and_is_dotted() {
    let graph = kept("gc/clears-after-finalizers");
    let shown = text::plain(&graph);
    assert!(shown.ends_with("\n  w1 ~> #1, above\n"), "{shown}");
    let weak = svg::print(&graph, "").matches("class=\"edge weak\"").count();
    assert_eq!(weak, 2, "the handle, and the finalizer that waits");
}

/// Seen to catch: an order of columns or roots that depends on the hashes of a set.
#[test]
fn the_same_run_gives_the_same_picture() {
    let pictures: Vec<(Graph, String)> = (0..3)
        .map(|_| {
            lost_below_inside("repeat 30\n  l2 = new 3 all\n  store l2 0 l4\n  l4 = move l2\nend\n")
        })
        .map(|graph| (graph.clone(), svg::print(&graph, "title")))
        .collect();
    assert!(pictures.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn every_mutant_of_a_collector_has_a_picture_that_is_whole_narrow_and_well_formed() {
    for mutant in mutant::all().iter().filter(|mutant| mutant.heap().is_none()) {
        let graph = kept(mutant.id);
        let shown = text::plain(&graph);
        check_bounds(&graph);
        // A script may break its law before it made anything.
        assert!(graph.objects.is_empty() || shown.lines().count() > 1, "{}", mutant.id);
        let lost = graph.objects.iter().filter(|object| object.state() == State::LostAlive);
        for object in lost.filter(|object| object.guilty) {
            let way = shown.lines().find(|line| line.starts_with('!'));
            assert!(way.is_some(), "{}: #{} is guilty:\n{shown}", mutant.id, object.number);
        }
        let names = objects_in(&svg::print(&graph, mutant.says));
        let numbers: Vec<u64> = graph.objects.iter().map(|object| object.number).collect();
        assert_eq!(names, numbers, "{}: each object is drawn once", mutant.id);
    }
}

#[test]
fn a_picture_of_ten_thousand_objects_shows_the_guilty_and_says_what_it_leaves_out() {
    let wide =
        "repeat 10000\n  l2 = new 3 all\n  store l2 0 l4\n  l4 = move l2\n  set g5 l2\nend\n";
    for preamble in [wide, "l9 = chain 10000\nset g1 l9\n"] {
        let graph = lost_below_inside(preamble);
        check_bounds(&graph);
        let shown = text::plain(&graph);
        assert!(
            shown.contains("!   [0] -> #10002") || shown.contains("!  [0] -> #10002"),
            "{shown}"
        );
        let left_out = format!("left out: {} objects", 10_002 - graph.objects.len());
        assert_eq!(shown.lines().last(), Some(&*left_out));
    }
}

#[test]
fn a_way_whose_middle_is_left_out_says_how_long_that_is() {
    let mut graph = lost_below_inside("");
    graph.edges.iter_mut().filter(|edge| edge.on_path).for_each(|edge| edge.skips = 287);
    let shown = text::plain(&graph);
    assert!(shown.contains("[0] -> (287 objects) -> #2"), "{shown}");
    assert!(svg::print(&graph, "").contains("[0] +287 objects"));
}

#[test]
fn what_a_hostile_graph_says_is_text_and_nothing_else() {
    let graph = report_samples::hostile_graph(&report_samples::hostile());
    let drawn = svg::print(&graph, &report_samples::hostile());
    assert_eq!(objects_in(&drawn), [1, 2, u64::MAX]);
    assert!(!drawn.contains("<script") && !drawn.contains("<a "), "{drawn}");
    assert!(drawn.len() < 40_000, "{} bytes", drawn.len());
    for line in text::lines(&graph) {
        assert!(!line.text.contains(char::is_control), "{}", line.text);
    }
}

#[test]
fn a_graph_of_a_hundred_thousand_objects_from_a_file_ends_soon() {
    let one = report_samples::hostile_graph("x");
    let mut graph = Graph { objects: Vec::new(), edges: Vec::new(), ..one.clone() };
    for number in 1..100_000 {
        graph
            .objects
            .push(conformance::picture::graph::Object { number, ..one.objects[0].clone() });
        let edge = &one.edges[0];
        let edge =
            conformance::picture::graph::Edge { from: number, to: number + 1, ..edge.clone() };
        graph.edges.push(edge);
    }
    assert_eq!(text::lines(&graph).len(), text::LINES);
    assert_eq!(objects_in(&svg::print(&graph, "")).len(), graph.objects.len());
}

/// No picture of the judge's own has more than a reader takes in.
fn check_bounds(graph: &Graph) {
    assert!(graph.objects.len() <= 40 && graph.roots.len() <= 24, "{graph:?}");
    let lines = text::lines(graph);
    assert!(lines.len() <= text::LINES);
    for line in &lines {
        assert!(line.text.chars().count() <= text::WIDTH, "{}", line.text);
    }
}

/// The numbers of the objects that are drawn, in order; fails where the drawing is no XML.
fn objects_in(drawn: &str) -> Vec<u64> {
    let mut reader = Reader::from_str(drawn);
    let (mut numbers, mut open) = (Vec::new(), 0);
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{e} in {drawn}")) {
            Event::Start(_) => open += 1,
            Event::End(_) => open -= 1,
            Event::Empty(element) => {
                // Reads each attribute, so that one that is no XML is noticed.
                for attribute in element.attributes() {
                    let attribute = attribute.unwrap_or_else(|e| panic!("{e} in {drawn}"));
                    if attribute.key.as_ref() == b"data-object" {
                        let number = String::from_utf8_lossy(&attribute.value).into_owned();
                        numbers.push(number.parse().expect("it is a number"));
                    }
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0, "every element ends");
    let set: BTreeSet<u64> = numbers.iter().copied().collect();
    assert_eq!(set.len(), numbers.len(), "each object is drawn once");
    numbers
}
