package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The model is the protocol in small: a graph of objects, and what is reachable found out from scratch at
// each collection.

type modelObject struct {
	number uint32
	shape  shape
	slots  []modelRef
	dead   bool

	finalizer bool
	reviver   int // the global that it stores into, or -1
}

type modelRef struct {
	to   *modelObject
	word int
	past bool
}

func (r modelRef) stamp() uint64 {
	if r.to == nil {
		return 0
	}
	return stampOf(r.to.number, r.word)
}

func (r modelRef) leads() bool  { return r.to != nil && !r.past }
func (r modelRef) starts() bool { return r.leads() && r.word == 0 }

type modelFrame [maxLocals]modelRef

type model struct {
	made    uint32
	objects map[uint32]*modelObject // that are not dead
	globals [maxGlobals]modelRef
	weak    [maxGlobals]modelRef
	stacks  [maxMutators][]*modelFrame // none of a mutator that does not run
	places  map[string]modelRef

	cleanups []*modelCleanup
	lacking  string // a kind of place that there is not
}

func newModel() *model {
	m := &model{objects: map[uint32]*modelObject{}}
	m.reset()
	return m
}

func (m *model) reset() {
	m.globals, m.weak = [maxGlobals]modelRef{}, [maxGlobals]modelRef{}
	m.stacks = [maxMutators][]*modelFrame{{new(modelFrame)}}
	m.places = map[string]modelRef{}
}

// step performs an op and says whether the answer is right.
func (m *model) step(o []any, answer json.RawMessage) error {
	want := m.perform(o, answer)
	if want != string(answer) {
		return fmt.Errorf("%v: %s, not %s", o, answer, want)
	}
	return nil
}

func (m *model) perform(o []any, answer json.RawMessage) string {
	by := o[1].(int)
	if len(m.stacks[by]) == 0 {
		return `"skip"`
	}
	f := m.stacks[by][len(m.stacks[by])-1]
	var into *modelRef
	if code := forms[o[0].(string)].code; code.setsLocal() && code != opSwap {
		into = &f[o[2].(int)]
	}
	at := func(i int) *modelRef { return &f[o[i].(int)] }
	switch o[0] {
	case "new":
		m.made++
		s := shape{o[3].(int), patterns[o[4].(string)]}
		into.set(&modelObject{number: m.made, shape: s, slots: make([]modelRef, s.count())})
		m.objects[m.made] = into.to
		return string(answer) // its address is the collector's own affair
	case "drop":
		*into = modelRef{}
	case "move":
		if at(3).to == nil {
			return `"skip"`
		}
		*into = *at(3)
	case "load":
		slot := at(3).slot(o[4].(int))
		if slot == nil {
			return `"skip"`
		}
		*into = *slot
		return stampText(*into)
	case "inside":
		k, word := *at(3), o[4].(int)
		if !k.starts() || !k.to.shape.hasStamp(uint64(word)) {
			return `"skip"`
		}
		*into = modelRef{to: k.to, word: word}
		return stampText(*into)
	case "past":
		if !at(3).starts() {
			return `"skip"`
		}
		*into = modelRef{to: at(3).to, past: true}
	case "swap":
		slot, l := at(2).slot(o[3].(int)), at(4)
		if slot == nil || l.past {
			return `"skip"`
		}
		*slot, *l = *l, *slot
		return stampText(*l)
	case "store":
		slot, l := at(2).slot(o[3].(int)), *at(4)
		if slot == nil || !l.leads() {
			return `"skip"`
		}
		*slot = l
	case "clear":
		slot := at(2).slot(o[3].(int))
		if slot == nil {
			return `"skip"`
		}
		*slot = modelRef{}
	case "check":
		if !at(2).leads() {
			return `"skip"`
		}
		if at(2).starts() {
			// Where the object is only the runtime knows.
			if strings.HasPrefix(string(answer), fmt.Sprintf("[%d,0,", at(2).stamp())) {
				return string(answer)
			}
		}
		return fmt.Sprintf("[%d,0]", at(2).stamp())
	case "collect":
		return m.collect(answer)
	case "reset":
		m.reset()
	default:
		return m.performRoots(o, by, f, answer)
	}
	return "null"
}

func (m *model) performRoots(o []any, by int, f *modelFrame, answer json.RawMessage) string {
	switch o[0] {
	case "set":
		l := f[o[3].(int)]
		if !l.leads() {
			return `"skip"`
		}
		m.globals[o[2].(int)] = l
	case "get":
		f[o[2].(int)] = m.globals[o[3].(int)]
		return stampText(f[o[2].(int)])
	case "unset":
		m.globals[o[2].(int)] = modelRef{}
	case "push":
		m.stacks[by] = append(m.stacks[by], new(modelFrame))
	case "pop":
		top := len(m.stacks[by]) - 1
		if top == 0 {
			return `"skip"`
		}
		m.stacks[by] = m.stacks[by][:top]
	case "start":
		other, l := &m.stacks[o[2].(int)], f[o[3].(int)]
		if len(*other) > 0 || l.past {
			return `"skip"`
		}
		*other = []*modelFrame{{l}}
	case "end":
		other := &m.stacks[o[2].(int)]
		if len(*other) == 0 || o[2] == by {
			return `"skip"`
		}
		*other = nil
	case "hand":
		other, l := m.stacks[o[2].(int)], f[o[4].(int)]
		if len(other) == 0 || o[2] == by || !l.leads() {
			return `"skip"`
		}
		other[len(other)-1][o[3].(int)] = l
	case "stash":
		kind, l := o[2].(string), f[o[3].(int)]
		if m.places[kind].to != nil || !l.leads() || kind == m.lacking {
			return `"skip"`
		}
		m.places[kind] = l
	case "unstash":
		kind := o[3].(string)
		if m.places[kind].to == nil {
			return `"skip"`
		}
		f[o[2].(int)] = m.places[kind]
		delete(m.places, kind)
		return stampText(f[o[2].(int)])
	case "weak":
		l := f[o[3].(int)]
		if !l.leads() {
			return `"skip"`
		}
		m.weak[o[2].(int)] = l
	case "strong":
		return m.strong(&f[o[2].(int)], m.weak[o[3].(int)], answer)
	default:
		return m.performWatch(o, f)
	}
	return "null"
}

// strong may find what is unreachable as long as it is not collected, and then it is reachable again.
func (m *model) strong(into *modelRef, handle modelRef, answer json.RawMessage) string {
	switch {
	case handle.to == nil:
		return `"skip"`
	case handle.to.dead, string(answer) == "0" && !m.reachable()[handle.to]:
		*into = modelRef{}
	default:
		*into = handle
	}
	return stampText(*into)
}

func (m *model) reachable() map[*modelObject]bool {
	live := map[*modelObject]bool{}
	reach(live, m.globals[:])
	for _, stack := range m.stacks {
		for _, f := range stack {
			reach(live, f[:])
		}
	}
	for _, r := range m.places {
		reach(live, []modelRef{r})
	}
	return live
}

// reach adds to live what references lead to.
func reach(live map[*modelObject]bool, from []modelRef) {
	grey := slices.Clone(from)
	for len(grey) > 0 {
		o := grey[len(grey)-1].to
		grey = grey[:len(grey)-1]
		if o != nil && !live[o] {
			live[o] = true
			grey = append(grey, o.slots...)
		}
	}
}

func (r *modelRef) set(o *modelObject) { *r = modelRef{to: o} }

func (r *modelRef) slot(i int) *modelRef {
	if !r.starts() || i >= len(r.to.slots) {
		return nil
	}
	return &r.to.slots[i]
}

func stampText(r modelRef) string { return strconv.FormatUint(r.stamp(), 10) }

// numbersOf writes out the pairs in a list.
func numbersOf(list []json.RawMessage) (numbers []uint32) {
	for _, raw := range list {
		var run [2]uint32
		if json.Unmarshal(raw, &run) != nil {
			json.Unmarshal(raw, &run[0])
			run[1] = run[0]
		}
		for n := run[0]; n <= run[1]; n++ {
			numbers = append(numbers, n)
		}
	}
	return numbers
}
