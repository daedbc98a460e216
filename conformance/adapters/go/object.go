package main

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

// maxStampedWord is the word from which on stamps do not tell words apart any more.
const maxStampedWord = 1 << 20

// stormNumber is set in the numbers of the objects of storms, which the judge does not count.
const stormNumber = 1 << 31

func stampOf(number uint32, word int) uint64 {
	return uint64(number) | uint64(min(word, maxStampedWord))<<32
}

// A fault is what a correct collector never shows: memory that does not hold what was written there.
// It is panicked with, and becomes the error that the op answers with.
type fault string

func nonsense(stamp uint64) fault {
	return fault(fmt.Sprintf("stamp %#x names no object", stamp))
}

// A ledger has the shape of every object by its number, and no pointers: what an object is, is
// known from the number that is read in it. Finalizers read it beside the mutator that adds to it,
// so it grows by chunks that stay where they are.
type ledger struct {
	made   uint32 // written by who holds the baton
	chunks [stormNumber >> chunkBits]atomic.Pointer[chunk]
}

const chunkBits = 16

type chunk [1 << chunkBits]atomic.Uint64

// An entry is a shape, its words in the lower half, and what ops did to the object. 0 is no object.
const (
	patternShift = 32
	hasFinalizer = 1 << 40
	hasHidden    = 1 << 41 // an op wrote a plain number where a stamp was
)

func (l *ledger) add(s shape) uint32 {
	n := l.made + 1
	if n >= stormNumber {
		panic(fault("there are no numbers left for objects"))
	}
	c := &l.chunks[n>>chunkBits]
	if c.Load() == nil {
		c.Store(new(chunk))
	}
	l.entry(n).Store(uint64(s.words) | uint64(s.slots)<<patternShift)
	l.made = n
	return n
}

// entry returns nil where there can be no object.
func (l *ledger) entry(n uint32) *atomic.Uint64 {
	if n >= stormNumber {
		return nil
	}
	c := l.chunks[n>>chunkBits].Load()
	if c == nil {
		return nil
	}
	return &c[n%(1<<chunkBits)]
}

func shapeOf(entry uint64) shape {
	return shape{words: int(uint32(entry)), slots: pattern(entry >> patternShift & 7)}
}

// An object is one as it was found: where it is, and what its first word says that it is. Its words are in
// its block as long as that word is the one that was written there. If it is another object's, what
// is touched beyond the block is a wrong stamp, or a fault that the mutator survives.
type object struct {
	at     unsafe.Pointer
	number uint32
	shape  shape
}

// stampAt reads what a reference leads to, 0 for nil.
func stampAt(p unsafe.Pointer) uint64 {
	if p == nil {
		return 0
	}
	return *(*uint64)(p)
}

func isInside(stamp uint64) bool { return stamp>>32 != 0 }

// open looks at the object that p leads to. It finds none if p is nil or points inside one.
func (l *ledger) open(p unsafe.Pointer) (object, bool) {
	if p == nil {
		return object{}, false
	}
	stamp := *(*uint64)(p)
	if isInside(stamp) {
		return object{}, false
	}
	n := uint32(stamp)
	e := l.entry(n)
	if e == nil || e.Load() == 0 {
		panic(nonsense(stamp))
	}
	return object{p, n, shapeOf(e.Load())}, true
}

func (o object) word(i int) *uint64 { return (*uint64)(unsafe.Add(o.at, i*wordBytes)) }

// slot returns a slot as what it is in the object's type, so that stores to it have the write barrier.
func (o object) slot(i int) *unsafe.Pointer {
	return (*unsafe.Pointer)(unsafe.Add(o.at, o.shape.slot(i)*wordBytes))
}

func (o object) hasSlot(i uint64) bool { return i < uint64(o.shape.count()) }

func (s shape) hasStamp(word uint64) bool {
	return word < uint64(s.words) && !s.isSlot(int(word))
}

// slotRange returns count slots from slot from on. The map is all.
func (o object) slotRange(from, count uint64) ([]unsafe.Pointer, bool) {
	have := uint64(o.shape.count())
	if o.shape.slots != mapAll || from > have || count > have-from {
		return nil, false
	}
	if count == 0 {
		return nil, true // slot from may be the end of the object
	}
	return unsafe.Slice(o.slot(int(from)), count), true
}

// makeObject makes an object of a fresh block, and returns how many of its bytes were not zero.
func makeObject(n uint32, s shape, p unsafe.Pointer) (object, uint64) {
	o := object{p, n, s}
	dirty := o.dirtyBytes()
	o.stamp()
	return o, dirty
}

func (o object) dirtyBytes() (dirty uint64) {
	for i := range o.shape.words {
		for w := *o.word(i); w != 0; w >>= 8 {
			if w&0xff != 0 {
				dirty++
			}
		}
	}
	return dirty
}

func (o object) stamp() {
	for i := range o.shape.words {
		if !o.shape.isSlot(i) {
			*o.word(i) = stampOf(o.number, i)
		}
	}
}

// wrongStamps counts the stamps from word from on that are not what they must be.
func (o object) wrongStamps(from int) (wrong uint64) {
	for i := from; i < o.shape.words; i++ {
		if !o.shape.isSlot(i) && *o.word(i) != stampOf(o.number, i) {
			wrong++
		}
	}
	return wrong
}
