package main

import (
	"encoding/json"
	"fmt"
)

// The model's finalizers and cleanups. When a collection makes a finalizer due is exact only if no other
// collection comes between, so scripts have them where GOGC is off.

type modelCleanup struct {
	of       *modelObject
	over     bool // it ran, or was stopped
	doubtful bool // it was stopped when its object was unreachable: it may have been due
}

func (m *model) performWatch(o []any, f *modelFrame) string {
	switch o[0] {
	case "cleanup":
		l := f[o[2].(int)]
		if !l.leads() {
			return `"skip"`
		}
		m.cleanups = append(m.cleanups, &modelCleanup{of: l.to})
	case "uncleanup":
		back := o[2].(int)
		if back >= len(m.cleanups) {
			return `"skip"`
		}
		c := m.cleanups[len(m.cleanups)-1-back]
		c.doubtful = !m.reachable()[c.of]
		c.over = c.over || !c.doubtful
	case "finalizer", "reviver":
		l := f[o[2].(int)]
		if !l.starts() || l.to.finalizer {
			return `"skip"`
		}
		l.to.finalizer, l.to.reviver = true, -1
		if o[0] == "reviver" {
			l.to.reviver = o[3].(int)
		}
	case "unfinalizer":
		l := f[o[2].(int)]
		if !l.starts() || !l.to.finalizer {
			return `"skip"`
		}
		l.to.finalizer = false
	}
	return "null"
}

// news is what a collection answered.
type modelNews struct{ Dead, Finalized, Cleaned, Strong, Broken []json.RawMessage }

// collect compares who died since the last collection with who is not reachable now: both must be the
// same, but for objects that share a block.
func (m *model) collect(answer json.RawMessage) string {
	var news modelNews
	if err := json.Unmarshal(answer, &news); err != nil {
		return err.Error()
	}
	if news.Strong != nil || news.Broken != nil {
		return "what has nothing strong or broken"
	}
	live := m.reachable()
	for _, fault := range []string{m.finalize(news, live), m.bury(news, live), m.clean(news)} {
		if fault != "" {
			return fault
		}
	}
	return string(answer)
}

// finalize finds the finalizers that are due: those of unreachable objects that none with a finalizer leads
// to. An object that leads to itself in one step is due all the same; by way of others, it never is.
// What is due, and what it leads to, lives through this collection.
func (m *model) finalize(news modelNews, live map[*modelObject]bool) string {
	for _, o := range m.objects {
		if o.finalizer {
			reach(live, o.others())
		}
	}
	due := map[uint32]*modelObject{}
	for _, o := range m.objects {
		if o.finalizer && !live[o] {
			due[o.number] = o
		}
	}
	for _, n := range numbersOf(news.Finalized) {
		o := due[n]
		if o == nil {
			return fmt.Sprintf("what does not have finalized %d", n)
		}
		delete(due, n)
		o.finalizer = false
		m.lose(o)
		if o.reviver >= 0 {
			m.globals[o.reviver] = modelRef{to: o}
		}
		reach(live, []modelRef{{to: o}})
	}
	for n, o := range due {
		if !o.tiny() {
			return fmt.Sprintf("what has finalized %d", n)
		}
	}
	return ""
}

// lose has the weak handles to an object lead nowhere, even if it is revived.
func (m *model) lose(o *modelObject) {
	for i := range m.weak {
		if m.weak[i].to == o {
			m.weak[i].to = &modelObject{dead: true}
		}
	}
}

func (m *model) bury(news modelNews, live map[*modelObject]bool) string {
	for _, n := range numbersOf(news.Dead) {
		o := m.objects[n]
		if o == nil || live[o] {
			return fmt.Sprintf("what does not have %d, which was dead or is reachable", n)
		}
		o.dead = true
		delete(m.objects, n)
	}
	for n, o := range m.objects {
		if !live[o] && !o.tiny() {
			return fmt.Sprintf("what has %d, which is unreachable", n)
		}
	}
	return ""
}

// clean compares the cleanups that ran with those of objects that are dead.
func (m *model) clean(news modelNews) string {
	for _, n := range numbersOf(news.Cleaned) {
		c := m.cleanups[n-1]
		if c.over || !c.of.dead {
			return fmt.Sprintf("what does not have cleanup %d", n)
		}
		c.over = true
	}
	for i, c := range m.cleanups {
		if c.of.dead && !c.over && !c.doubtful {
			return fmt.Sprintf("what has cleanup %d", i+1)
		}
		c.over = c.over || c.of.dead
	}
	return ""
}

// others are the references of an object but those to itself.
func (o *modelObject) others() (refs []modelRef) {
	for _, r := range o.slots {
		if r.to != o {
			refs = append(refs, r)
		}
	}
	return refs
}

func (o *modelObject) tiny() bool {
	return o.shape.slots == mapNone && o.shape.words*wordBytes < tiny
}
