package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var (
	scripts = flag.Int("scripts", 2000, "random scripts in each environment")
	seed    = flag.Uint64("seed", 1, "of the first script")
)

const opsInScript = 80

// environments change when the runtime collects, and what it does to memory that it freed.
var environments = map[string][]string{
	"as it comes":          nil,
	"GOGC=10":              {"GOGC=10"},
	"one processor":        {"GOMAXPROCS=1"},
	"freed memory is bad":  {"GODEBUG=clobberfree=1,gccheckmark=1", "GOGC=10"},
	"stacks do not shrink": {"GODEBUG=gcshrinkstackoff=1"},
	"finalizers":           {"GOGC=off", "GODEBUG=clobberfree=1"},
}

func TestRandomScriptsAgreeWithTheModel(t *testing.T) {
	for name, env := range environments {
		t.Run(name, func(t *testing.T) {
			j := converseWith(t, env...)
			defer j.end()
			m := newModel()
			if !canStopLoops || strings.Contains(strings.Join(env, ","), "gccheckmark") {
				m.lacking = "registers"
			}
			for i := range uint64(*scripts) {
				if err := agree(j, m, *seed+i, name == "finalizers"); err != nil {
					t.Fatalf("script %d: %v", *seed+i, err)
				}
			}
		})
	}
}

func TestPlantedFaultsAreFound(t *testing.T) {
	for _, p := range []plant{plantLeak, plantHiddenStore} {
		t.Run(string(p), func(t *testing.T) {
			j := converseWith(t, plantVariable+"="+string(p), "GODEBUG=clobberfree=1")
			defer j.in.Close()
			m := newModel()
			for i := range uint64(*scripts) {
				if err := agree(j, m, i, false); err != nil {
					t.Logf("script %d: %v", i, strings.SplitN(err.Error(), "\n", 2)[0])
					return
				}
			}
			t.Error("nothing was found")
		})
	}
}

// agree performs one script, at whose end nothing is reachable.
func agree(j *judge, m *model, seed uint64, finalizers bool) error {
	script := randomScript(rand.New(rand.NewPCG(seed, 0)), finalizers)
	ops := make([]string, len(script))
	for i, o := range script {
		text, _ := json.Marshal(o)
		ops[i] = string(text)
	}
	answers, err := j.try(ops)
	if err != nil {
		return err
	}
	for i, answer := range answers {
		if err := m.step(script[i], answer); err != nil {
			return fmt.Errorf("%w\n%s", err, conversation(ops[:i+1], answers))
		}
	}
	return nil
}

type list = []any

func randomScript(r *rand.Rand, finalizers bool) (script []list) {
	for range opsInScript {
		if r.IntN(8) == 0 {
			script = append(script, randomWatch(r, finalizers))
		}
		script = append(script, randomOp(r))
	}
	return append(script, list{"collect", 0}, list{"reset", 0}, list{"collect", 0})
}

// few locals, slots and mutators make ops meet.
func randomOp(r *rand.Rand) list {
	by, l, k := max(0, r.IntN(6)-3), r.IntN(4), r.IntN(4)
	slot, many, other := r.IntN(3), r.IntN(8), 1+r.IntN(2)
	kinds := []string{"closure", "deferred", "argument", "channel", "map-key", "map-value", "interface",
		"cleanup", "finalizer", "registers"}
	kind := kinds[r.IntN(len(kinds))]
	if kind == "registers" && r.IntN(10) > 0 {
		kind = "channel" // a loop that spins makes all else slow
	}
	switch r.IntN(32) {
	case 0, 1, 2, 3, 4:
		shapes := []string{"none", "all", "first", "last", "odd", "even"}
		return list{"new", by, l, 1 + r.IntN(1<<r.IntN(8)), shapes[r.IntN(len(shapes))]}
	case 5, 6, 7, 8:
		return list{"store", by, k, slot, l}
	case 9, 10:
		return list{"load", by, l, k, slot}
	case 11:
		return list{"clear", by, k, slot}
	case 12:
		return list{"swap", by, k, slot, l}
	case 13:
		return list{"move", by, l, k}
	case 14, 15:
		return list{"drop", by, l}
	case 16:
		return list{"inside", by, l, k, 1 + r.IntN(4)}
	case 17:
		return list{"past", by, l, k}
	case 18:
		return list{"check", by, l}
	case 19:
		return list{"set", by, many, l}
	case 20:
		return list{"get", by, l, many}
	case 21:
		return list{"unset", by, many}
	case 22:
		return list{"push", by}
	case 23:
		return list{"pop", by}
	case 24:
		return list{"start", by, other, l}
	case 25:
		return list{"end", by, other}
	case 26:
		return list{"hand", by, other, k, l}
	case 27:
		return list{"stash", by, kind, l}
	case 28:
		return list{"unstash", by, l, kind}
	case 29:
		return list{"weak", by, many, l}
	case 30:
		return list{"strong", by, l, many}
	default:
		return list{"collect", by}
	}
}

func randomWatch(r *rand.Rand, finalizers bool) list {
	by, l := max(0, r.IntN(6)-3), r.IntN(4)
	kind := r.IntN(4)
	if finalizers {
		kind = r.IntN(10)
	}
	switch kind {
	case 0:
		return list{"uncleanup", by, r.IntN(100)}
	case 1, 2, 3:
		return list{"cleanup", by, l}
	case 4:
		return list{"unfinalizer", by, l}
	case 5, 6:
		return list{"reviver", by, l, r.IntN(8)}
	default:
		return list{"finalizer", by, l}
	}
}

func conversation(ops []string, answers []json.RawMessage) string {
	var lines strings.Builder
	for i, o := range ops {
		fmt.Fprintf(&lines, "%-32s %s\n", o, answers[i])
	}
	return lines.String()
}
