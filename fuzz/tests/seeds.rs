//! Every committed input of every fuzz target, on stable and without libFuzzer.

use heaplaw_fuzz::TARGETS;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The entries of a folder, by path; none if it is not there.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn names(paths: &[PathBuf]) -> BTreeSet<String> {
    paths.iter().filter_map(|p| Some(p.file_stem()?.to_str()?.to_owned())).collect()
}

#[test]
fn every_seed_and_every_regression_passes() {
    for target in TARGETS {
        let seeds = entries(&folder("seeds").join(target.name));
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for path in seeds.into_iter().chain(entries(&folder("regressions").join(target.name))) {
            println!("{} on {}", target.name, path.display());
            target.replay(&path, &fs::read(&path).expect("a readable input"));
        }
    }
}

#[test]
fn programs_functions_and_folders_have_the_same_names() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&entries(&folder("fuzz_targets"))), targets, "fuzz_targets/");
    assert_eq!(names(&entries(&folder("seeds"))), targets, "seeds/");
    let regressions = names(&entries(&folder("regressions")));
    assert!(regressions.is_subset(&targets), "regressions/ of unknown targets: {regressions:?}");
    let manifest = fs::read_to_string(folder("Cargo.toml")).expect("the manifest");
    for name in targets {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
