//! What a build is for: operating system, architecture, language version, and the tags that follow.

/// What a build is for. cgo is never used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Platform {
    /// `GOOS`
    pub goos: String,
    /// `GOARCH`
    pub goarch: String,
    /// The Go release, as `1.27`'s minor number: 27. It is also the newest language version.
    pub minor: u32,
    /// Tags that are set besides: `-tags`.
    pub tags: Vec<String>,
    /// `GOEXPERIMENT`: names, each perhaps with `no` before it, and commas between them.
    pub experiments: String,
}

impl Default for Platform {
    fn default() -> Platform {
        Platform {
            goos: "linux".to_owned(),
            goarch: "amd64".to_owned(),
            minor: 27,
            tags: Vec::new(),
            experiments: String::new(),
        }
    }
}

/// Operating systems that file names may end with, past and future ones too.
const SYSTEMS: [&str; 18] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// Those that are no Unix.
const NOT_UNIX: [&str; 6] = ["js", "nacl", "plan9", "wasip1", "windows", "zos"];

/// Architectures that file names may end with, past and future ones too.
const ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Systems that are also another one.
const ALSO: [(&str, &str); 3] = [("android", "linux"), ("illumos", "solaris"), ("ios", "darwin")];

/// Experiments that are on in Go 1.27, whatever the platform.
const EXPERIMENTS: [&str; 4] =
    ["greenteagc", "jsonv2", "randomizedheapbase64", "sizespecializedmalloc"];

/// Architectures whose calls pass arguments in registers.
const REGISTER_ABI: [&str; 7] =
    ["amd64", "arm64", "loong64", "ppc64", "ppc64le", "riscv64", "s390x"];

impl Platform {
    /// Whether `tag` is set.
    pub fn is_set(&self, tag: &str) -> bool {
        tag == self.goos
            || tag == self.goarch
            || tag == "gc"
            || ALSO.contains(&(self.goos.as_str(), tag))
            || (tag == "unix" && !NOT_UNIX.contains(&self.goos.as_str()))
            || self.tags.iter().any(|set| set == tag)
            || self.is_release(tag)
            || self.is_experiment(tag)
            || self.is_level(tag)
    }

    /// Whether the name of a file allows it: `_GOOS`, `_GOARCH` and `_GOOS_GOARCH` at its end are tags.
    pub fn allows_name(&self, file: &str) -> bool {
        let stem = file.split('.').next().unwrap_or_default();
        let mut words: Vec<&str> = stem.split('_').skip(1).collect();
        if words.last() == Some(&"test") {
            words.pop();
        }
        let known = |word: &str| SYSTEMS.contains(&word) || ARCHITECTURES.contains(&word);
        match words[..] {
            [.., system, arch] if SYSTEMS.contains(&system) && ARCHITECTURES.contains(&arch) => {
                self.is_set(system) && self.is_set(arch)
            }
            [.., last] if known(last) => self.is_set(last),
            _ => true,
        }
    }

    fn is_release(&self, tag: &str) -> bool {
        let minor = tag.strip_prefix("go1.").filter(|minor| !minor.starts_with(['0', '+']));
        minor.and_then(|minor| minor.parse().ok()).is_some_and(|minor: u32| minor <= self.minor)
    }

    fn is_experiment(&self, tag: &str) -> bool {
        let name = match tag {
            "boringcrypto" => tag,
            _ => match tag.strip_prefix("goexperiment.") {
                Some(name) => name,
                None => return false,
            },
        };
        let mut on = match name {
            "regabiargs" | "regabiwrappers" => REGISTER_ABI.contains(&self.goarch.as_str()),
            "dwarf5" => !["darwin", "ios", "aix"].contains(&self.goos.as_str()),
            _ => EXPERIMENTS.contains(&name),
        };
        for word in self.experiments.split(',') {
            match word {
                "none" => on = false,
                _ if word == name => on = true,
                _ if word.strip_prefix("no") == Some(name) => on = false,
                _ => {}
            }
        }
        on
    }

    /// Levels of an architecture, the least of each.
    fn is_level(&self, tag: &str) -> bool {
        let levels: &[&str] = match self.goarch.as_str() {
            "386" => &["sse2"],
            "amd64" => &["v1"],
            "arm" => &["5", "6", "7"],
            "arm64" => &["v8.0"],
            "mips" | "mipsle" | "mips64" | "mips64le" => &["hardfloat"],
            "ppc64" | "ppc64le" => &["power8"],
            "riscv64" => &["rva20u64"],
            _ => &[],
        };
        tag.strip_prefix(&self.goarch)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|level| levels.contains(&level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_sets_its_names_its_kin_and_all_older_releases() {
        let linux = Platform::default();
        let set = ["linux", "amd64", "gc", "unix", "go1.1", "go1.27", "goexperiment.jsonv2"];
        assert!(set.iter().all(|tag| linux.is_set(tag)));
        let unset = ["cgo", "windows", "go1.28", "go1.027", "purego", "goexperiment.synctest"];
        assert!(!unset.iter().any(|tag| linux.is_set(tag)));
        let android = Platform { goos: "android".to_owned(), ..Platform::default() };
        assert!(android.is_set("linux") && android.is_set("unix") && !linux.is_set("android"));
    }

    #[test]
    fn experiments_are_switched_by_name() {
        let experiments = "nojsonv2,boringcrypto".to_owned();
        let platform = Platform { experiments, ..Platform::default() };
        assert!(!platform.is_set("goexperiment.jsonv2"));
        assert!(platform.is_set("boringcrypto") && platform.is_set("goexperiment.boringcrypto"));
    }

    #[test]
    fn a_file_name_may_end_with_what_it_is_for() {
        let linux = Platform::default();
        let yes = ["a.go", "linux.go", "a_linux.go", "a_linux_amd64_test.go", "windows.go"];
        assert!(yes.iter().all(|name| linux.allows_name(name)));
        let no = ["a_windows.go", "a_arm64.go", "a_linux_arm64.go", "_x_plan9_test.go"];
        assert!(!no.iter().any(|name| linux.allows_name(name)));
        assert!(linux.allows_name("a_linux_foo.go"), "only the end counts");
    }
}
