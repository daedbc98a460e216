//! A tree of files that lives as long as a test.

use reference_escape::package::{Loader, Options, Package, PackageError, Resolved};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Files in a folder of their own, below it an installation in `go/`.
pub(super) struct Tree {
    root: PathBuf,
}

static TREES: AtomicU32 = AtomicU32::new(0);

impl Tree {
    /// A tree of files, each a path and a text.
    pub(super) fn of(files: &[(&str, &str)]) -> Tree {
        let name = format!(
            "reference-escape-{}-{}",
            std::process::id(),
            TREES.fetch_add(1, Ordering::Relaxed)
        );
        let root = std::env::temp_dir().join(name);
        let tree = Tree { root };
        tree.write("go/VERSION", "go1.27.3\ntime 2026\n");
        tree.write("go/src/runtime/runtime.go", "package runtime\n");
        tree.write("go/src/internal/abi/abi.go", "package abi\n");
        tree.write("go/src/fmt/print.go", "package fmt\n\nimport \"internal/abi\"\n");
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(path, text).expect("a writable file");
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.canonicalize().expect("it is there").join(path)
    }

    pub(super) fn options(&self) -> Options {
        Options {
            goroot: Some(self.path("go")),
            mod_cache: Some(self.path("cache")),
            ..Options::default()
        }
    }

    pub(super) fn loader(&self, start: &str) -> Result<Loader, PackageError> {
        Loader::new(&self.path(start), &self.options())
    }

    /// The package in `folder`, for work there.
    pub(super) fn package(&self, folder: &str) -> Result<Package, PackageError> {
        self.loader(folder)?.folder(&self.path(folder))
    }

    /// What the imports of the package in `folder` mean: paths and folders, or what is wrong.
    pub(super) fn imports(&self, start: &str, folder: &str) -> Vec<String> {
        let loader = self.loader(start).expect("a loader");
        let package = loader.folder(&self.path(folder)).expect("a package");
        let imports = package
            .files
            .iter()
            .flat_map(|file| file.header.imports.iter().map(move |import| (file, import)));
        let told = imports.map(|(file, import)| match loader.resolve(&package, file, import) {
            Ok(Resolved::Unsafe) => "unsafe".to_owned(),
            Ok(Resolved::Package(found)) => {
                format!("{} 1.{} {}", found.path, found.minor, self.short(&found.folder))
            }
            Err(error) => self.told(&error),
        });
        told.collect()
    }

    /// A path from the root of the tree on.
    pub(super) fn short(&self, path: &Path) -> String {
        let root = self.path("");
        path.strip_prefix(&root).unwrap_or(path).display().to_string()
    }

    /// What is wrong, with paths from the root of the tree on.
    pub(super) fn told(&self, error: &PackageError) -> String {
        error.to_string().replace(&self.path("").display().to_string(), "")
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}
