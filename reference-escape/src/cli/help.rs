//! What the command says of itself.

/// How it is used, in short.
pub(super) const USAGE: &str = "\
usage: goescape [options] DIR... | FILES...
       goescape why FILE.go:LINE[:COLUMN] [options] [DIR | FILES...]
       goescape summary [--goroot DIR] -o FILE
Try `goescape --help`.";

/// What `--help` says.
pub(super) const HELP: &str = "\
goescape tells which variables of a Go package the compiler keeps on the stack and which on the heap:
the lines of `go build -gcflags='-m -l'`, found without the compiler.

usage: goescape [options] DIR... | FILES...
       goescape why FILE.go:LINE[:COLUMN] [options] [DIR | FILES...]
       goescape summary [--goroot DIR] -o FILE

What to tell:
  -m -l            what escapes; this is what it does if nothing is said
  -m=2 -l          and why, in the compiler's words
  why PLACE        why what is declared or allocated on a line escapes, leaks or stays: a tree with the
                   code under each step. The package is the folder of the file, unless it is named
  --svg FILE       with `why`: the same as a picture
  --format FORMAT  text, json (with reasons and the leaks of each parameter) or sarif (2.1.0)
  --sites          a table: for each function how many sites are on the heap and on the stack, and how many
                   parameters leak
  --sort ORDER     of the table: name, or heap for those with most on the heap first

Several packages, by their folders or by patterns as `./...`, are answered one after another.

How to look at the package:
  -l               no inlining. `-m` without `-l` is refused: there is no inliner yet
  --goroot DIR     the Go installation whose standard library is imported; else the one in GOROOT, else that
                   of the `go` on the PATH, else the one that the package belongs to, else the summary of one
                   that is part of this program
  --gopath DIR     where downloaded modules are kept, in pkg/mod
  --cache DIR      where summaries of packages are kept; else in the user's own cache
  --no-cache       keep none, and use none that are kept
  --assume-escapes where an imported package is not found, tell the worst: all is on the heap
  --pkgpath PATH   the import path of the package
  --lang go1.N     the version of the language

  summary -o FILE  no package: a summary of the standard library is made and written to the file

A line is `file:line:column: message`. The messages:

  moved to heap: x            the variable lives on the heap
  E escapes to heap           what the expression makes lives on the heap
  E does not escape           it may live on the stack
  leaking param: p            callers must have what p points to on the heap
  leaking param content: p    what is loaded from there
  leaking param: p to result r level=n
                              the result holds what n loads from p give
  p does not escape           callers may have what p points to on their stacks

With -m=2, `flow: p ← &x` says that the address of x gets to p (`*x` that what is loaded through x does),
and the lines under it by which expressions. A flow that ends in {heap}, or in anything that outlives
where it began, is why.

Examples:
  goescape .                                  what escapes in this folder
  goescape ./...                              and in all packages below it
  goescape why list.go:62                     why what line 62 makes is on the heap
  goescape why list.go:62:30 --svg why.svg    the same for one place, as a picture
  goescape --sites --sort heap .              where the heap is used most
  goescape --format json . > escapes.json     for programs

The status is 0, 1 where the source does not compile, 2 where the arguments mean nothing, 3 where the
answer cannot be written.
";
