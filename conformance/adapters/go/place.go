package main

import (
	"os"
	"regexp"
	"runtime"
	"unsafe"
	"weak"
)

type placeKind uint8

const (
	noPlace placeKind = iota
	inClosure
	inDeferred
	inArgument
	inChannel
	inMapKey
	inMapValue
	inInterface
	inCleanup
	inFinalizer
	inRegisters
	placeKinds
)

var placeNames = map[string]placeKind{
	"closure":   inClosure,
	"deferred":  inDeferred,
	"argument":  inArgument,
	"channel":   inChannel,
	"map-key":   inMapKey,
	"map-value": inMapValue,
	"interface": inInterface,
	"cleanup":   inCleanup,
	"finalizer": inFinalizer,
	"registers": inRegisters,
}

// canStopLoops says whether the runtime stops goroutines that call nothing. Where it checks its marking it does
// not, and would wait for the loop for ever.
var canStopLoops = !regexp.MustCompile(`\b(asyncpreemptoff|gccheckmark)=[^0]`).MatchString(os.Getenv("GODEBUG"))

// A place holds one reference where the runtime must find it. It stays when it is empty.
type place interface {
	put(p unsafe.Pointer)
	take() unsafe.Pointer
}

// places are made when they are first used.
type places struct {
	all  [placeKinds]place
	full [placeKinds]bool
}

func (ps *places) stash(k placeKind, p unsafe.Pointer) answer {
	if k == noPlace || p == nil || ps.full[k] || k == inRegisters && !canStopLoops {
		return skip
	}
	if ps.all[k] == nil {
		ps.all[k] = newPlace(k)
	}
	ps.all[k].put(p)
	ps.full[k] = true
	return done
}

func (ps *places) unstash(k placeKind) (unsafe.Pointer, answer) {
	if !ps.full[k] {
		return nil, skip
	}
	ps.full[k] = false
	p := ps.all[k].take()
	if p == nil {
		panic(fault("the place does not hold it any more"))
	}
	return p, number(stampAt(p))
}

func (ps *places) clear() {
	for k := range ps.all {
		if ps.full[k] {
			ps.full[k] = false
			ps.all[k].take()
		}
	}
}

func newPlace(k placeKind) place {
	switch k {
	case inChannel:
		return make(channelPlace, 1)
	case inMapKey:
		return make(keyPlace)
	case inMapValue:
		return make(valuePlace)
	case inInterface:
		return new(interfacePlace)
	case inCleanup:
		return &cleanupPlace{anchor: new(anchor)}
	case inFinalizer:
		return &finalizerPlace{anchor: new(anchor)}
	default:
		return newKeeper(k)
	}
}

type channelPlace chan unsafe.Pointer

func (c channelPlace) put(p unsafe.Pointer) { c <- p }
func (c channelPlace) take() unsafe.Pointer { return <-c }

type keyPlace map[unsafe.Pointer]bool

func (m keyPlace) put(p unsafe.Pointer) { m[p] = true }

func (m keyPlace) take() unsafe.Pointer {
	for p := range m {
		delete(m, p)
		return p
	}
	return nil
}

type valuePlace map[int]unsafe.Pointer

func (m valuePlace) put(p unsafe.Pointer) { m[0] = p }

func (m valuePlace) take() unsafe.Pointer {
	p := m[0]
	delete(m, 0)
	return p
}

type interfacePlace struct{ held any }

func (i *interfacePlace) put(p unsafe.Pointer) { i.held = (*uint64)(p) }

func (i *interfacePlace) take() unsafe.Pointer {
	p, _ := i.held.(*uint64)
	i.held = nil
	return unsafe.Pointer(p)
}

// An anchor is an object that stays alive, with a cleanup or a finalizer. The runtime does not give
// back what those hold, so a weak handle leads to it, which holds nothing.
type anchor [4]uint64

type cleanupPlace struct {
	anchor  *anchor
	handle  weak.Pointer[uint64]
	cleanup runtime.Cleanup
}

func (c *cleanupPlace) put(p unsafe.Pointer) {
	c.handle = weak.Make((*uint64)(p))
	c.cleanup = runtime.AddCleanup(c.anchor, func(unsafe.Pointer) {}, p)
}

func (c *cleanupPlace) take() unsafe.Pointer {
	p := c.handle.Value()
	c.cleanup.Stop()
	c.handle = weak.Pointer[uint64]{}
	return unsafe.Pointer(p)
}

type finalizerPlace struct {
	anchor *anchor
	handle weak.Pointer[uint64]
}

func (f *finalizerPlace) put(p unsafe.Pointer) {
	f.handle = weak.Make((*uint64)(p))
	runtime.SetFinalizer(f.anchor, func(*anchor) { runtime.KeepAlive(p) })
}

func (f *finalizerPlace) take() unsafe.Pointer {
	p := f.handle.Value()
	runtime.SetFinalizer(f.anchor, nil)
	f.handle = weak.Pointer[uint64]{}
	return unsafe.Pointer(p)
}
