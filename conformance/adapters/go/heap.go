package main

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// The ops of objects. Every reference is followed as it is held, and what is answered is read there.

func (m *mutator) new(s shape) (unsafe.Pointer, answer) {
	w := m.world
	n := w.ledger.add(s)
	p := w.plant.allocate(n, s)
	o, dirty := makeObject(n, s, p)
	runtime.AddCleanup(o.word(0), w.watch.died, n)
	return p, pair(dirty, uint64(uintptr(p)))
}

func (m *mutator) load(f *frame, o *op) (unsafe.Pointer, answer) {
	slot, ok := m.slotOf(f, o.arg[1], o.arg[2])
	if !ok {
		return nil, skip
	}
	p := *slot
	return p, number(stampAt(p))
}

func (m *mutator) store(f *frame, o *op) answer {
	slot, ok := m.slotOf(f, o.arg[0], o.arg[1])
	p := f.reference(o.arg[2])
	if !ok || p == nil {
		return skip
	}
	*slot = p
	return done
}

func (m *mutator) clear(f *frame, o *op) answer {
	slot, ok := m.slotOf(f, o.arg[0], o.arg[1])
	if !ok {
		return skip
	}
	*slot = nil
	return done
}

func (m *mutator) swap(f *frame, o *op) (unsafe.Pointer, answer) {
	slot, ok := m.slotOf(f, o.arg[0], o.arg[1])
	l := f.local[o.arg[2]]
	if !ok || l.past {
		return nil, skip
	}
	p := atomic.SwapPointer(slot, l.to)
	return p, number(stampAt(p))
}

func (m *mutator) cas(f *frame, o *op) answer {
	slot, ok := m.slotOf(f, o.arg[0], o.arg[1])
	l, n := f.local[o.arg[2]], f.local[o.arg[3]]
	if !ok || l.past || n.past {
		return skip
	}
	return truth(atomic.CompareAndSwapPointer(slot, l.to, n.to))
}

func (m *mutator) copy(f *frame, o *op) answer {
	k, kOK := m.object(f, o.arg[0])
	l, lOK := m.object(f, o.arg[2])
	if !kOK || !lOK {
		return skip
	}
	to, toOK := k.slotRange(o.arg[1], o.arg[4])
	from, fromOK := l.slotRange(o.arg[3], o.arg[4])
	if !toOK || !fromOK {
		return skip
	}
	copy(to, from)
	return done
}

func (m *mutator) wipe(f *frame, o *op) answer {
	k, ok := m.object(f, o.arg[0])
	if !ok {
		return skip
	}
	slots, ok := k.slotRange(o.arg[1], o.arg[2])
	if !ok {
		return skip
	}
	clear(slots)
	return done
}

func move(f *frame, o *op) (ref, answer) {
	r := f.local[o.arg[1]]
	if r.to == nil {
		return r, skip
	}
	return r, done
}

func (m *mutator) inside(f *frame, o *op) (unsafe.Pointer, answer) {
	k, ok := m.object(f, o.arg[1])
	word := o.arg[2]
	if !ok || word == 0 || word >= maxStampedWord || !k.shape.hasStamp(word) {
		return nil, skip
	}
	p := unsafe.Pointer(k.word(int(word)))
	return p, number(stampAt(p))
}

// past slices all words of the object away. What Go has a slice without capacity point to is its own
// affair: it must not be the next object.
func (m *mutator) past(f *frame, o *op) (ref, answer) {
	k, ok := m.object(f, o.arg[1])
	if !ok {
		return ref{}, skip
	}
	words := unsafe.Slice(k.word(0), k.shape.words)
	return ref{unsafe.Pointer(unsafe.SliceData(words[len(words):])), true}, done
}

func (m *mutator) hide(f *frame, o *op) answer {
	k, kOK := m.object(f, o.arg[0])
	l, lOK := m.object(f, o.arg[2])
	if !kOK || !lOK || o.arg[1] == 0 || !k.shape.hasStamp(o.arg[1]) {
		return skip
	}
	*k.word(int(o.arg[1])) = uint64(uintptr(l.at))
	m.world.ledger.entry(k.number).Or(hasHidden)
	return done
}

func (m *mutator) check(p unsafe.Pointer) answer {
	if p == nil {
		return skip
	}
	o, ok := m.world.ledger.open(p)
	if !ok {
		return pair(stampAt(p), 0)
	}
	return triple(uint64(o.number), o.wrongStamps(1), uint64(uintptr(p)))
}

// chain makes objects as new does, but nobody watches them: what they cost is theirs alone.
func (m *mutator) chain(count uint64) (unsafe.Pointer, answer) {
	if count == 0 {
		return nil, skip
	}
	if count > maxWords {
		return nil, refused
	}
	var head unsafe.Pointer
	s := shape{2, mapLast}
	for range count {
		n := m.world.ledger.add(s)
		o, _ := makeObject(n, s, m.world.plant.allocate(n, s))
		*o.slot(0) = head
		head = o.at
	}
	return head, done
}

func (m *mutator) walk(p unsafe.Pointer, count uint64) answer {
	o, ok := m.world.ledger.open(p)
	if !ok {
		return skip
	}
	seen, unordered := uint64(0), uint64(0)
	for ok && seen < count {
		seen++
		before, slots := o.number, o.shape.count()
		if slots == 0 {
			break
		}
		o, ok = m.world.ledger.open(*o.slot(slots - 1))
		if ok && seen < count && o.number != before-1 {
			unordered++
		}
	}
	return pair(seen, unordered)
}
