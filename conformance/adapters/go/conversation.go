package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"unicode/utf8"
)

const (
	version = 1
	maxLine = 1 << 20 // bytes of a line of the judge
)

var offers = []string{
	"exact", "addresses", "atomics", "bulk", "interior", "past-end", "hide", "chain",
	"globals", "frames", "mutators", "stash", "background",
	"weak", "weak-equal", "finalizers", "cleanups", "ordered",
	"percent", "limit", "automatic", "timed", "append", "storm", "stats", "memstats", "goal",
}

// tiny is the number of bytes below which Go puts several objects without pointers into one block.
const tiny = 16

// errNoText is said of what encoding/json would mend in silence.
var errNoText = errors.New("a line that is not UTF-8")

// converse speaks with a judge until it has no more to say. What it returns has been said to the judge.
func converse(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, maxLine+2), maxLine+2) // with its line feed
	err := talk(lines, out)
	if err != nil {
		fmt.Fprintf(out, "%s\n", errorText(err.Error()))
	}
	return err
}

func talk(lines *bufio.Scanner, out io.Writer) error {
	if !lines.Scan() {
		return lines.Err()
	}
	planted, err := plantOf(os.Getenv(plantVariable))
	if err != nil {
		return err
	}
	if !utf8.Valid(lines.Bytes()) {
		return errNoText
	}
	if err := hello(lines.Bytes(), planted, out); err != nil {
		return err
	}
	w := newWorld(planted)
	for lines.Scan() {
		if !utf8.Valid(lines.Bytes()) {
			return errNoText
		}
		if err := w.batch(lines.Bytes()); err != nil {
			return err
		}
		if _, err := out.Write(w.out); err != nil {
			return err
		}
	}
	return lines.Err()
}

func hello(line []byte, planted plant, out io.Writer) error {
	var judge struct {
		Versions []int  `json:"heaplaw"`
		Subject  string `json:"subject"`
	}
	if err := json.Unmarshal(line, &judge); err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	if !slices.Contains(judge.Versions, version) {
		return fmt.Errorf("this adapter speaks version %d", version)
	}
	if judge.Subject != "" && judge.Subject != "gc" {
		return errors.New("this adapter is one of a collector")
	}
	return json.NewEncoder(out).Encode(map[string]any{
		"version": version,
		"name":    "go",
		"release": runtime.Version(),
		"offers":  offers,
		"choices": map[string]int{"tiny": tiny},
		"detail":  detail(planted),
	})
}

// detail is what the report says about this build.
func detail(planted plant) map[string]any {
	d := map[string]any{
		"GODEBUG":    os.Getenv("GODEBUG"),
		"GOGC":       os.Getenv("GOGC"),
		"GOMEMLIMIT": os.Getenv("GOMEMLIMIT"),
		"GOMAXPROCS": runtime.GOMAXPROCS(0),
		"platform":   runtime.GOOS + "/" + runtime.GOARCH,
	}
	if planted != plantNone {
		d["plant"] = string(planted)
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		settings := map[string]string{}
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		d["build"] = settings
	}
	return d
}
