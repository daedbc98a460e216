package main

import (
	"sync"
	"unsafe"
)

// globals are the script's, in the data segment. The lock is there for revivers, which store beside the
// mutators; the stores are plain ones, with the write barrier that compiled code has.
var (
	globals     [maxGlobals]unsafe.Pointer
	globalsLock sync.Mutex
)

const noGlobal = -1

func (m *mutator) set(global uint64, p unsafe.Pointer) answer {
	if p == nil {
		return skip
	}
	setGlobal(global, p)
	return done
}

func (m *mutator) unset(global uint64) answer {
	setGlobal(global, nil)
	return done
}

func setGlobal(global uint64, p unsafe.Pointer) {
	globalsLock.Lock()
	globals[global] = p
	globalsLock.Unlock()
}

func (m *mutator) get(global uint64) (unsafe.Pointer, answer) {
	globalsLock.Lock()
	p := globals[global]
	globalsLock.Unlock()
	return p, number(stampAt(p))
}

func clearRoots() {
	globalsLock.Lock()
	clear(globals[:])
	globalsLock.Unlock()
}

func (m *mutator) startOther(f *frame, o *op) answer {
	other := &m.world.mutators[o.arg[0]]
	l := f.local[o.arg[1]]
	if other.runs || l.past {
		return skip
	}
	other.start(l.to)
	return done
}

// endOther ends another mutator. None can wait for its own end.
func (m *mutator) endOther(o *op) answer {
	other := &m.world.mutators[o.arg[0]]
	if other == m || !other.runs {
		return skip
	}
	other.end()
	return done
}

func (m *mutator) end() {
	m.tell(opLeave, 0)
	<-m.back
	m.runs = false
}

// hand gives a reference from stack to stack: the receiver waits at the channel, or the sender does,
// and whoever comes second copies the reference straight to where the other wants it.
func (m *mutator) hand(f *frame, o *op) answer {
	other := &m.world.mutators[o.arg[0]]
	p := f.reference(o.arg[2])
	if other == m || !other.runs || p == nil {
		return skip
	}
	other.tell(opTake, o.arg[1])
	other.gift <- p
	<-other.back
	return done
}
