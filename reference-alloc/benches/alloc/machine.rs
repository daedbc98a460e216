//! Facts without which figures mean nothing.

use crate::column::Column;
use std::fs::read_to_string;
use std::path::Path;
use std::thread::available_parallelism;

/// A line each.
pub(crate) fn describe() -> Vec<String> {
    let file = |path: &str| read_to_string(path).unwrap_or_default().trim().to_owned();
    let info = file("/proc/cpuinfo");
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, model)| model);
    let cores = available_parallelism().map_or(0, usize::from);
    let load = file("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    vec![
        format!("{model}, {cores} cores, load {load} at the start"),
        format!(
            "Linux {}, transparent huge pages {}",
            file("/proc/sys/kernel/osrelease"),
            file("/sys/kernel/mm/transparent_hugepage/enabled")
        ),
    ]
}

/// The versions of the crates that build the columns, from the workspace's lock; one line, or none.
pub(crate) fn versions(columns: &[Column]) -> Option<String> {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock = read_to_string(lock).ok()?;
    let version = |package: &str| {
        let entry = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?.1;
        entry.split(['"', '+']).next() // what follows a plus is a commit
    };
    let mut packages: Vec<&str> = columns.iter().map(|column| column.package).collect();
    packages.dedup();
    let named = packages.into_iter().filter(|package| !package.is_empty());
    let known: Vec<String> =
        named.filter_map(|package| Some(format!("{package} {}", version(package)?))).collect();
    (!known.is_empty()).then(|| known.join(", "))
}
