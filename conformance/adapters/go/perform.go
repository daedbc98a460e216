package main

import (
	"fmt"
	"unsafe"
)

// rescue turns a panic into the answer of the op: a fault, or memory that cannot be touched.
func rescue(a *answer) {
	if r := recover(); r != nil {
		*a = failed(fmt.Sprint(r))
	}
}

// bring performs an op that sets a local, and returns what it is to hold. Nothing is to change if ok is false.
//
//go:noinline
func (m *mutator) bring(f *frame, o *op) (r ref, ok bool) {
	r, a := m.fetch(f, o)
	m.world.reply(a)
	return r, a.performed()
}

func (m *mutator) fetch(f *frame, o *op) (r ref, a answer) {
	defer rescue(&a)
	switch o.code {
	case opNew:
		r.to, a = m.new(shape{int(o.arg[1]), pattern(o.arg[2])})
	case opLoad:
		r.to, a = m.load(f, o)
	case opSwap:
		r.to, a = m.swap(f, o)
	case opMove:
		r, a = move(f, o)
	case opDrop:
		a = done
	case opInside:
		r.to, a = m.inside(f, o)
	case opPast:
		r, a = m.past(f, o)
	case opChain:
		r.to, a = m.chain(o.arg[1])
	case opGet:
		r.to, a = m.get(o.arg[1])
	case opUnstash:
		r.to, a = m.world.places.unstash(placeKind(o.arg[1]))
	case opStrong:
		r.to, a = m.world.watch.strongly(o.arg[1])
	}
	return r, a
}

// perform performs an op that sets no local.
//
//go:noinline
func (m *mutator) perform(f *frame, o *op) {
	m.world.reply(m.act(f, o))
}

func (m *mutator) act(f *frame, o *op) (a answer) {
	defer rescue(&a)
	switch w := m.world; o.code {
	case opStore:
		return m.store(f, o)
	case opClear:
		return m.clear(f, o)
	case opCAS:
		return m.cas(f, o)
	case opCopy:
		return m.copy(f, o)
	case opWipe:
		return m.wipe(f, o)
	case opHide:
		return m.hide(f, o)
	case opCheck:
		return m.check(f.reference(o.arg[0]))
	case opWalk:
		return m.walk(f.reference(o.arg[0]), o.arg[1])
	case opSet:
		return m.set(o.arg[0], f.reference(o.arg[1]))
	case opUnset:
		return m.unset(o.arg[0])
	case opGrow:
		return grow(o.arg[0])
	case opStart:
		return m.startOther(f, o)
	case opEnd:
		return m.endOther(o)
	case opHand:
		return m.hand(f, o)
	case opStash:
		return w.places.stash(placeKind(o.arg[0]), f.reference(o.arg[1]))
	case opCollect, opBegin, opFinish, opPoll:
		return w.collecting(o.code)
	case opRest:
		return rest()
	case opPercent, opLimit, opStats:
		return w.tuning(o)
	case opCapacity:
		return capacity(shape{int(o.arg[0]), pattern(o.arg[1])}, o.arg[2], o.arg[3])
	case opStorm:
		return storm(o.arg[0], o.arg[1], o.arg[2])
	default:
		return m.watching(f, o)
	}
}

// watching performs the ops of weak handles, finalizers and cleanups.
func (m *mutator) watching(f *frame, o *op) answer {
	switch w := m.world; o.code {
	case opWeak:
		return w.watch.weaken(o.arg[0], f.reference(o.arg[1]))
	case opSame:
		return w.watch.same(o.arg[0], o.arg[1])
	case opForget:
		return w.watch.forget(o.arg[0])
	case opFinalizer:
		return w.finalizer(f.reference(o.arg[0]), noGlobal)
	case opReviver:
		return w.finalizer(f.reference(o.arg[0]), int(o.arg[1]))
	case opUnfinalizer:
		return w.unfinalizer(f.reference(o.arg[0]))
	case opCleanup:
		return w.watch.cleanup(f.reference(o.arg[0]))
	case opUncleanup:
		return w.watch.uncleanup(o.arg[0])
	default:
		return w.selfCleanup(f.reference(o.arg[0]))
	}
}

// object looks at what a local leads to.
func (m *mutator) object(f *frame, local uint64) (object, bool) {
	return m.world.ledger.open(f.reference(local))
}

// slotOf returns a slot of the object that a local leads to.
func (m *mutator) slotOf(f *frame, local, slot uint64) (*unsafe.Pointer, bool) {
	k, ok := m.object(f, local)
	if !ok || !k.hasSlot(slot) {
		return nil, false
	}
	return k.slot(int(slot)), true
}
