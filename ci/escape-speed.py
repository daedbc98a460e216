"""How fast goescape is beside the compiler whose lines it prints, and how much memory it takes.

    ci/escape-speed.py GOESCAPE GOROOT PACKAGE...

Both print the lines of `-m -l` of each package, with what it imports at hand: compiled packages here, summaries in a cache
there. The compiler goes on and makes code; no flag makes it stop before. Then both begin with nothing, at a package that
imports net/http. Processor time is of the user and of the system, of all processes that were started; of several runs
the least counts, as whatever disturbs a run only makes it longer. Of memory no less is seen than this script itself has when it
starts a process, about 14 MiB.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 5
GOALS = {"steady": 10.0, "cold": 4.0, "memory": 1.0}


class Cost:
    """Processor seconds, and the largest process in mebibytes."""

    def __init__(self, seconds, mebibytes):
        self.seconds, self.mebibytes = seconds, mebibytes


def run(command, env, runs=1):
    """The cost of a command, which must not fail."""
    costs = []
    for _ in range(runs):
        # `posix_spawn` starts no copy of this process first, whose memory would count.
        quiet = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (1, 2)]
        child = os.posix_spawn(command[0], command, env, file_actions=quiet)
        _, status, usage = os.wait4(child, 0)
        if status != 0:
            sys.exit(f"escape-speed: status {status}: {' '.join(command)}")
        costs.append(Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    return min(costs, key=lambda cost: cost.seconds)


class Bench:
    def __init__(self, ours, goroot, work):
        self.ours, self.goroot, self.work = ours, Path(goroot), Path(work)
        self.go = str(self.goroot / "bin/go")
        self.env = dict(os.environ, GOTOOLCHAIN="local", CGO_ENABLED="0", GOFLAGS="")
        self.compiler = self.ask("tool", "-n", "compile").strip()

    def ask(self, *arguments):
        return subprocess.run([self.go, *arguments], env=self.env, check=True, capture_output=True, text=True).stdout

    def imports(self):
        """Where compiled packages are, for the compiler; what the library vendors is known by two names."""
        lines = []
        for line in self.ask("list", "-export", "-f", "{{.ImportPath}}={{.Export}}", "std").splitlines():
            path, export = line.split("=", 1)
            if path.startswith("vendor/"):
                lines.append(f"importmap {path.removeprefix('vendor/')}={path}")
            if export:
                lines.append(f"packagefile {line}")
        file = self.work / "imports"
        file.write_text("\n".join(lines) + "\n")
        return str(file)

    def compile(self, package, files, imports):
        # Told of assembly, the compiler takes functions without a body for what is written there. None of it is read.
        symbols, header = self.work / "symabis", self.work / "asm.h"
        symbols.touch()
        assembly = ["-symabis", str(symbols), "-asmhdr", str(header)]
        place = ["-importcfg", imports, "-o", str(self.work / "object")]
        return run([self.compiler, "-m", "-l", "-std", "-p", package, *place, *assembly, *files], self.env, RUNS)

    def escape(self, package, folder, cache, runs=1):
        place = ["--goroot", str(self.goroot), "--cache", str(cache), "--pkgpath", package]
        return run([self.ours, "-m", "-l", *place, folder], self.env, runs)

    def steady(self, package, imports, cache):
        """Lines of source, the compiler's cost and ours."""
        folder, *names = self.ask("list", "-f", "{{.Dir}}{{range .GoFiles}}\n{{.}}{{end}}", package).split("\n")
        files = [f"{folder}/{name}" for name in names if name]
        lines = sum(Path(file).read_bytes().count(b"\n") for file in files)
        theirs = self.compile(package, files, imports)
        self.escape(package, folder, cache)
        return lines, theirs, self.escape(package, folder, cache, RUNS)

    def cold(self):
        """The costs of a first answer, with nothing cached on either side."""
        module = self.work / "module"
        module.mkdir()
        (module / "go.mod").write_text("module example.test/web\n\ngo 1.27\n")
        (module / "web.go").write_text(
            'package web\n\nimport "net/http"\n\nfunc Get(url string) (*http.Response, error) { return http.Get(url) }\n'
        )
        env = dict(self.env, GOCACHE=str(self.work / "gocache"))
        theirs = run([self.go, "build", "-C", str(module), "-gcflags=-m -l", "."], env)
        place = ["--goroot", str(self.goroot), "--cache", str(self.work / "cold")]
        return theirs, run([self.ours, "-m", "-l", *place, str(module)], self.env)


def verdict(name, ratio):
    goal = GOALS[name]
    return f"{ratio:.1f} times, goal {goal:g}: {'met' if ratio >= goal else 'MISSED'}"


def main():
    ours, goroot, *packages = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(ours, goroot, work)
        imports, cache = bench.imports(), Path(work) / "cache"
        print(f"{'package':<20} {'lines':>6} {'compiler':>19} {'goescape':>19} {'ratio':>6}")
        lines, time, memory = 0, [0.0, 0.0], []
        for package in packages:
            count, theirs, mine = bench.steady(package, imports, cache)
            lines, time = lines + count, [time[0] + theirs.seconds, time[1] + mine.seconds]
            memory.append(theirs.mebibytes / mine.mebibytes)
            costs = [f"{cost.seconds * 1000:8.1f} ms {cost.mebibytes:4.0f} MiB" for cost in (theirs, mine)]
            print(f"{package:<20} {count:>6} {costs[0]} {costs[1]} {theirs.seconds / mine.seconds:>6.1f}", flush=True)
        print(f"{'lines a second':<20} {lines:>6} {lines / time[0]:>19.0f} {lines / time[1]:>19.0f}")
        print(f"imports at hand: {verdict('steady', time[0] / time[1])}")
        print(f"memory, the least ratio of all: {verdict('memory', min(memory))}")
        theirs, mine = bench.cold()
        costs = [f"{cost.seconds:.1f} s and {cost.mebibytes:.0f} MiB" for cost in (theirs, mine)]
        print(f"from nothing, net/http imported: {costs[0]} for go build, {costs[1]} for goescape")
        print(f"from nothing: {verdict('cold', theirs.seconds / mine.seconds)}")


main()
