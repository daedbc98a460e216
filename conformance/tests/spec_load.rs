//! What good specs become once they are loaded.

use conformance::capability::Capability;
use conformance::spec::glossary::{FieldType, Parameter};
use conformance::spec::{Body, Judge, Kind, Level, Pattern, Profile, RuleText, Source, Specs};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const GLOSSARY: &str = include_str!("../testdata/specs/glossary.yaml");
const BLOCK: &str = include_str!("../testdata/specs/alloc/block.yaml");

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/specs")
}

fn loaded() -> Specs {
    Specs::load(&testdata()).unwrap_or_else(|faults| panic!("{faults}"))
}

fn read(block: &str) -> Result<Specs, conformance::spec::SpecFaults> {
    Specs::from_texts("specs", &[("glossary.yaml", GLOSSARY), ("alloc/block.yaml", block)])
}

#[test]
fn an_invariant_with_every_key_is_read_whole() {
    let specs = loaded();
    let disjoint = specs.invariant("alloc/block/disjoint").unwrap();
    assert_eq!(disjoint.id.as_str(), "alloc/block/disjoint");
    assert_eq!(disjoint.says, "No two live blocks share a byte.");
    assert_eq!(disjoint.why, "Two owners would overwrite each other.");
    assert_eq!((disjoint.level, disjoint.kind), (Level::Must, Kind::Safety));
    assert_eq!(disjoint.profile, Profile::Any);
    assert_eq!(disjoint.judges, [Judge::Property, Judge::Exhaustive, Judge::Stress]);
    assert!(disjoint.taints);
    assert_eq!(disjoint.fires, 10);
    let sources =
        [Source::Text("C17 7.22.3p1".into()), Source::Go("runtime/malloc.go mallocgc".into())];
    assert_eq!(disjoint.source, sources);
    assert_eq!(disjoint.broken_by, ["alloc/hands-out-live-block"]);
    assert!(disjoint.file.ends_with("specs/alloc/block.yaml"), "{}", disjoint.file);
    assert_eq!(disjoint.line, 5);
    let Body::Rule { on, when: Some(when), rule } = &disjoint.body else {
        panic!("{:?}", disjoint.body)
    };
    assert_eq!(on, &["allocated"]);
    assert_eq!(when.text, "request.size > 0");
    assert_eq!(rule.text, "live.overlapping(block) == 0");
    assert_eq!((rule.line, rule.column), (13, 11));
}

#[test]
fn keys_that_are_left_out_get_their_defaults() {
    let specs = loaded();
    let aligned = specs.invariant("alloc/block/aligned").unwrap();
    assert!(!aligned.taints);
    assert_eq!(aligned.fires, 1);
    assert_eq!(aligned.needs, [Capability::UsableSize, Capability::AlignedAlloc]);
    let given = [("harden", vec!["detect", "off"]), ("zero-size", vec!["unique"])];
    let given = given.map(|(k, v)| (k.to_owned(), v.into_iter().map(str::to_owned).collect()));
    assert_eq!(aligned.given, given);
    let disjoint = specs.invariant("alloc/block/disjoint").unwrap();
    assert!(disjoint.given.is_empty() && disjoint.needs.is_empty() && disjoint.scenario.is_empty());
}

#[test]
fn each_form_of_body_is_read() {
    let specs = loaded();
    let body = |id: &str| specs.invariant(id).unwrap().body.clone();
    let compare = Body::Compare {
        swap: vec!["free_sized".into()],
        with: "free".into(),
        blames: vec!["alloc/block/contents-stable".into()],
    };
    assert_eq!(body("alloc/block/free-sized-is-free"), compare);
    let golden = Body::Golden { files: vec!["golden/cycle.trace".into()] };
    assert_eq!(body("gc/mark/golden-cycle"), golden);
    let model = Body::Model { name: "mark-termination".into() };
    assert_eq!(body("gc/mark/buffers-empty-at-the-end"), model);
}

#[test]
fn the_glossary_keeps_the_order_of_fields() {
    let specs = loaded();
    let alloc = &specs.glossary.subjects["alloc"];
    let names: Vec<_> =
        alloc.records["block"].fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["size", "address", "pages"]);
    let pages = &alloc.records["block"].fields[2].1;
    assert_eq!(pages.kind, FieldType::Ints { max: 4096 });
    assert_eq!(pages.unit.as_deref(), Some("count"));
    assert_eq!(
        alloc.records["op"].fields[0].1.kind,
        FieldType::Word(vec!["malloc".into(), "free".into()])
    );
    assert!(alloc.records["live"].fields.is_empty());
    assert_eq!(alloc.events["allocated"].binds, ["op", "request", "block", "live"]);
    let overlapping = &alloc.functions["live.overlapping"];
    assert_eq!(overlapping.takes, [Parameter::Record("block".into())]);
    assert_eq!((&overlapping.gives, overlapping.cost.as_str()), (&FieldType::Int, "O(log n)"));
    assert_eq!(alloc.functions["floor_pow2"].takes, [Parameter::Value(FieldType::Int)]);
}

#[test]
fn suites_and_invariants_are_found_by_name_and_by_pattern() {
    let specs = loaded();
    assert_eq!(specs.suite("gc/mark").unwrap().about, "Marking, for the tests of the loader.");
    assert!(specs.suite("gc").is_none());
    assert!(specs.invariant("alloc/block").is_none());
    let matching = |pattern: &str| -> Vec<String> {
        specs.matching(&Pattern::new(pattern)).map(|i| i.id.to_string()).collect()
    };
    assert_eq!(matching("**/*-at-the-*"), ["gc/mark/buffers-empty-at-the-end"]);
    assert_eq!(matching("alloc/*/*").len(), 3);
    assert_eq!(matching("alloc/*"), [""; 0]);
    let nearest = specs.nearest_ids("alloc/block/disjont");
    assert_eq!(nearest.first(), Some(&"alloc/block/disjoint"));
}

#[test]
fn the_embedded_specs_are_the_files_on_disk() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let on_disk = Specs::load(&root).unwrap_or_else(|faults| panic!("{faults}"));
    let embedded = Specs::embedded().unwrap_or_else(|faults| panic!("{faults}"));
    let names =
        |specs: &Specs| specs.suites.iter().map(|s| s.name.clone()).collect::<BTreeSet<_>>();
    assert_eq!(names(&embedded), names(&on_disk), "list every suite in spec/embedded.rs");
    assert_eq!(embedded.hash, on_disk.hash);
    assert_eq!(embedded.glossary, on_disk.glossary);
}

#[test]
fn the_hash_changes_with_any_text_and_any_name() {
    let hash = |block: &str, name: &str| {
        let block = block.replace("suite: alloc/block", &format!("suite: {name}"));
        let path = format!("{name}.yaml");
        Specs::from_texts("s", &[(path.as_str(), &block), ("glossary.yaml", GLOSSARY)])
            .unwrap()
            .hash
    };
    let base = hash(BLOCK, "alloc/block");
    assert_eq!(base.len(), 64);
    assert_eq!(base, read(BLOCK).unwrap().hash, "neither the root nor the order counts");
    assert_ne!(base, hash(&format!("{BLOCK}# a comment\n"), "alloc/block"));
    assert_ne!(base, hash(BLOCK, "alloc/blocks"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing_but_the_hash() {
    let windows = format!("\u{feff}{}", BLOCK.replace('\n', "\r\n"));
    assert_eq!(read(&windows).unwrap().suites, read(BLOCK).unwrap().suites);
}

#[test]
fn without_a_glossary_nothing_is_judged() {
    let faults = Specs::from_texts("specs", &[("alloc/block.yaml", BLOCK)]).unwrap_err();
    let expected = "specs/glossary.yaml: there is no glossary, so no rule has a meaning\n\n1 fault";
    assert_eq!(faults.to_string(), expected);
}

fn rules(specs: &Specs) -> impl Iterator<Item = &RuleText> {
    specs.invariants().flat_map(|invariant| match &invariant.body {
        Body::Rule { when, rule, .. } => when.iter().chain(Some(rule)),
        _ => None.iter().chain(None),
    })
}

/// Panics unless every character of every rule stands in `text` at its place.
fn assert_places_are_exact(specs: &Specs, text: &str) {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    for rule in rules(specs) {
        for (offset, c) in rule.text.char_indices().filter(|&(_, c)| c != '\n') {
            let (line, column) = rule.place(offset);
            let there = lines[line as usize - 1].chars().nth(column as usize - 1);
            assert_eq!(there, Some(c), "offset {offset} of {:?} at {line}:{column}", rule.text);
        }
    }
}

#[test]
fn every_character_of_a_rule_is_where_its_place_says() {
    let specs = read(BLOCK).unwrap();
    assert_eq!(rules(&specs).count(), 3);
    assert_places_are_exact(&specs, BLOCK);
}

#[test]
fn every_style_of_rule_that_is_accepted_has_exact_places() {
    let styles = [
        "rule: block.size > 0 # why",
        "rule: 'block.size > 0'",
        "rule: \"block.size > 0\"",
        "rule:\n      block.size > 0",
        "rule: |\n      block.size\n        > 0\n\n      && true\n",
        "rule: |\n\n\n      block.size > 0\n",
        "rule: |2-\n        block.size\n      > 0",
        "rule: >-\n      block.size > 0",
        "rule: |\n      'é' != 'ö' &&\n      block.size > 0",
    ];
    for style in styles {
        let text = BLOCK.replace("rule: live.overlapping(block) == 0", style);
        let specs = read(&text).unwrap_or_else(|faults| panic!("{style}: {faults}"));
        assert_places_are_exact(&specs, &text);
    }
}

/// Cuts a piece out of the text and puts `insert` there, at any characters.
fn edit(text: &str, at: prop::sample::Index, cut: usize, insert: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = at.index(chars.len() + 1);
    let end = (at + cut).min(chars.len());
    chars[..at].iter().copied().chain(insert.chars()).chain(chars[end..].iter().copied()).collect()
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, String)>> {
    let tokens = vec![
        "", "|", ">", "'", "\"", "- ", ": ", "\n", "\r", "\t", "[", "]", "{", "}", "&a ", "*a",
        "!!str ", "<<", "# ", "---\n", "\u{feff}", "\0", "\u{85}", "é", "    ", "rule: ", "on: ",
        "? ", "%", "0x", "~",
    ];
    let insert = prop::sample::select(tokens).prop_map(str::to_owned);
    prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, insert), 1..6)
}

proptest! {
    // A failing text is printed whole; seeds would go stale with the next change of the strategy.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_is_refused_without_a_panic(text in any::<String>()) {
        // A text that happens to be a suite would be a find; it is told, not assumed away.
        let faults = read(&text).expect_err("random text is no suite");
        assert!(faults.to_string().contains("specs/alloc/block.yaml"));
    }

    #[test]
    fn a_damaged_suite_is_refused_or_read_with_exact_places(edits in edits()) {
        let text = edits.iter().fold(BLOCK.to_owned(), |text, (at, cut, insert)| {
            edit(&text, *at, *cut, insert)
        });
        match read(&text) {
            Ok(specs) => assert_places_are_exact(&specs, &text),
            Err(faults) => assert!(!faults.faults.is_empty() && !faults.to_string().is_empty()),
        }
    }

    #[test]
    fn a_damaged_rule_is_refused_or_read_with_exact_places(edits in edits()) {
        let rule = "rule: |\n      block.size >= 0 &&\n        'é' != \"\"\n".to_owned();
        let rule = edits.iter().fold(rule, |text, (at, cut, insert)| edit(&text, *at, *cut, insert));
        let text = BLOCK.replace("rule: live.overlapping(block) == 0", &rule);
        if let Ok(specs) = read(&text) {
            assert_places_are_exact(&specs, &text);
        }
    }

    #[test]
    fn a_damaged_glossary_is_refused_or_read(edits in edits()) {
        let text = edits.iter().fold(GLOSSARY.to_owned(), |text, (at, cut, insert)| {
            edit(&text, *at, *cut, insert)
        });
        if let Err(faults) = Specs::from_texts("s", &[("glossary.yaml", &text)]) {
            assert!(!faults.faults.is_empty() && !faults.to_string().is_empty());
        }
    }
}

const README: &str = include_str!("../../specs/README.md");

/// The fenced YAML blocks of the format's description.
fn readme_examples() -> Vec<&'static str> {
    let blocks = README.split("```yaml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap()).collect()
}

#[test]
fn the_examples_in_the_format_description_are_read() {
    let examples = readme_examples();
    let suite = examples.iter().find(|text| text.contains("suite: alloc/example")).unwrap();
    let glossary = examples.iter().find(|text| text.starts_with("subjects:")).unwrap();
    let rules: Vec<_> = examples.iter().filter(|text| text.trim().starts_with("rule:")).collect();
    assert_eq!(examples.len(), 2 + rules.len(), "an example that this test passes over");
    assert!(rules.len() >= 3);
    for rule in rules {
        let text = suite.replace("    rule: live.overlapping(block) == 0\n", rule);
        let texts = [("glossary.yaml", *glossary), ("alloc/example.yaml", &text)];
        let specs = Specs::from_texts("specs", &texts).unwrap_or_else(|faults| panic!("{faults}"));
        assert_places_are_exact(&specs, &text);
    }
}

#[test]
fn the_format_description_names_every_key_and_every_word() {
    let schema: serde_json::Value =
        serde_json::from_str(&conformance::spec::suite_schema()).unwrap();
    let keys = schema["definitions"]["InvariantEntry"]["properties"].as_object().unwrap().keys();
    let words = Level::ALL.iter().map(|w| w.word()).chain(Kind::ALL.iter().map(|w| w.word()));
    let words = words.chain(Profile::ALL.iter().map(|w| w.word()));
    let words = words.chain(Judge::ALL.iter().map(|w| w.word()));
    for word in keys.map(String::as_str).chain(words) {
        assert!(README.contains(&format!("`{word}`")), "specs/README.md does not explain `{word}`");
    }
}

#[test]
fn the_committed_schema_is_the_one_that_the_types_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/schema.json");
    let schema = conformance::spec::suite_schema();
    if std::env::var_os("HEAPLAW_BLESS").is_some() {
        fs::write(&path, &schema).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == schema,
        "specs/schema.json is out of date; HEAPLAW_BLESS=1 cargo test rewrites it"
    );
}
