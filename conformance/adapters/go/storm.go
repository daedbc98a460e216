package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"
	"weak"
)

// Objects of storms have numbers of their own, from 2^31 on, that say their shapes: so whoever reads one
// knows what it must find. They are none of the judge's: not counted among the objects made, not watched.

var stormShapes = [...]shape{
	{1, mapNone}, {2, mapLast}, {3, mapFirst}, {5, mapAll}, {8, mapEven}, {33, mapOdd}, {129, mapAll}, {4500, mapLast},
}

const (
	stormTable = 64
	stormRoots = 8
	stormStack = 1 << 14 // bytes, at most, by which stacks grow

	maxStormers = 1 << 12
	maxSteps    = 1 << 28 // of all together
)

// A squall is what the mutators of one storm share.
type squall struct {
	shared      [stormTable]unsafe.Pointer // by atomic operations only, as all slots that others can see
	made, wrong atomic.Uint64
}

// storm lets count mutators of its own loose on the heap, which is collected all the while.
func storm(count, times, seed uint64) answer {
	if count > maxStormers || times > maxSteps/max(count, 1) {
		return refused
	}
	for _, s := range stormShapes {
		s.layout() // the mutators below have no baton, and only read what is there
	}
	q, before := new(squall), cycles()
	var storming sync.WaitGroup
	for i := range count {
		storming.Go(func() { q.mutate(times, seed, i) })
	}
	over := make(chan struct{})
	go func() {
		storming.Wait()
		close(over)
	}()
	collectUntil(over)
	return text(fmt.Appendf(nil, "[%d,%d,%d]", q.made.Load(), q.wrong.Load(), cycles()-before))
}

func collectUntil(over <-chan struct{}) {
	for {
		runtime.GC()
		select {
		case <-over:
			return
		default:
		}
	}
}

// A stormer is one mutator. Its roots are on the stack of mutate.
type stormer struct {
	*squall
	random *rand.Rand
	weak   weak.Pointer[uint64]
}

func (q *squall) mutate(times, seed, self uint64) {
	debug.SetPanicOnFault(true)
	defer func() {
		if recover() != nil {
			q.wrong.Add(1)
		}
	}()
	s := stormer{squall: q, random: rand.New(rand.NewPCG(seed, self))}
	var roots [stormRoots]unsafe.Pointer
	for range times {
		// Whatever a step does comes back as a value: see mutator.frame.
		i, j := s.random.IntN(stormRoots), s.random.IntN(stormRoots)
		roots[i] = s.step(roots[i], roots[j])
	}
}

// step does something at random with two references, and returns what the first is to be.
//
//go:noinline
func (s *stormer) step(p, other unsafe.Pointer) unsafe.Pointer {
	shared := &s.shared[s.random.IntN(stormTable)]
	switch s.random.IntN(10) {
	case 0, 1:
		return s.make(other)
	case 2:
		return nil
	case 3:
		s.link(p, other)
	case 4:
		s.link(p, nil)
	case 5:
		return s.follow(p)
	case 6:
		return s.read(atomic.SwapPointer(shared, p))
	case 7:
		return s.read(atomic.LoadPointer(shared))
	case 8:
		return s.inside(p)
	default:
		s.remember(p)
		grow(s.random.Uint64N(stormStack))
		return s.read(unsafe.Pointer(s.weak.Value()))
	}
	return s.read(p)
}

// make makes an object that holds another. Nobody else can see it yet, so the store is a plain one.
func (s *stormer) make(held unsafe.Pointer) unsafe.Pointer {
	kind := s.random.IntN(len(stormShapes))
	n := uint32(s.squall.made.Add(1))*uint32(len(stormShapes)) + uint32(kind)
	o, dirty := makeObject(n|stormNumber, stormShapes[kind], stormShapes[kind].allocate())
	s.wrong.Add(dirty)
	if slots := o.shape.count(); slots > 0 {
		*o.slot(s.random.IntN(slots)) = held
	}
	return o.at
}

// open looks at an object at its start.
func (s *stormer) open(p unsafe.Pointer) (object, bool) {
	stamp := stampAt(p)
	if p == nil || isInside(stamp) {
		return object{}, false
	}
	n := uint32(stamp)
	return object{p, n, stormShapes[n%uint32(len(stormShapes))]}, n >= stormNumber
}

// read verifies all stamps that p leads to, and returns it, or nil if nobody should follow it.
func (s *stormer) read(p unsafe.Pointer) unsafe.Pointer {
	if p == nil {
		return nil
	}
	o, ok := s.open(p)
	stamp := stampAt(p)
	wrong := uint64(1)
	switch n := uint32(stamp); {
	case ok:
		wrong = o.wrongStamps(1)
	case n >= stormNumber && stormShapes[n%uint32(len(stormShapes))].hasStamp(stamp>>32):
		return p
	}
	s.wrong.Add(wrong)
	if wrong > 0 {
		return nil
	}
	return p
}

// anySlot returns a slot of the object at p, nil if there is none.
func (s *stormer) anySlot(p unsafe.Pointer) *unsafe.Pointer {
	o, ok := s.open(p)
	if !ok || o.shape.count() == 0 {
		return nil
	}
	return o.slot(s.random.IntN(o.shape.count()))
}

func (s *stormer) link(p, to unsafe.Pointer) {
	if slot := s.anySlot(p); slot != nil {
		atomic.StorePointer(slot, to)
	}
}

func (s *stormer) follow(p unsafe.Pointer) unsafe.Pointer {
	if slot := s.anySlot(p); slot != nil {
		return s.read(atomic.LoadPointer(slot))
	}
	return s.read(p)
}

func (s *stormer) inside(p unsafe.Pointer) unsafe.Pointer {
	o, ok := s.open(p)
	if !ok {
		return s.read(p)
	}
	if i := s.random.Uint64N(uint64(o.shape.words)); o.shape.hasStamp(i) {
		p = unsafe.Pointer(o.word(int(i)))
	}
	return s.read(p)
}

// remember makes a weak handle of p now and then, and else keeps the one it has.
func (s *stormer) remember(p unsafe.Pointer) {
	if p != nil && s.random.IntN(2) == 0 {
		s.weak = weak.Make((*uint64)(p))
	}
}
