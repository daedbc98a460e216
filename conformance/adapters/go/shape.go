package main

import (
	"reflect"
	"unsafe"
)

const wordBytes = 8

// A pattern says which words of an object are slots.
type pattern uint8

const (
	mapNone pattern = iota
	mapAll
	mapFirst
	mapLast
	mapOdd
	mapEven
)

var patterns = map[string]pattern{
	"none": mapNone, "all": mapAll, "first": mapFirst, "last": mapLast, "odd": mapOdd, "even": mapEven,
}

// A shape is what an op asks of an object. The words of a shape are at least 1.
type shape struct {
	words int
	slots pattern
}

func (s shape) count() int {
	switch {
	case s.slots == mapAll:
		return s.words - 1
	case s.slots == mapOdd:
		return s.words / 2
	case s.slots == mapEven:
		return (s.words - 1) / 2
	case s.slots == mapNone || s.words == 1:
		return 0
	default:
		return 1
	}
}

// slot returns the word that is slot i.
func (s shape) slot(i int) int {
	switch s.slots {
	case mapLast:
		return s.words - 1
	case mapOdd:
		return 2*i + 1
	case mapEven:
		return 2*i + 2
	default:
		return i + 1
	}
}

func (s shape) isSlot(word int) bool {
	switch {
	case word == 0:
		return false
	case s.slots == mapAll:
		return true
	case s.slots == mapFirst:
		return word == 1
	case s.slots == mapLast:
		return word == s.words-1
	case s.slots == mapOdd:
		return word%2 == 1
	case s.slots == mapEven:
		return word%2 == 0
	default:
		return false
	}
}

// allocate makes an object of the shape, of a type that has pointers exactly where the shape has slots.
func (s shape) allocate() unsafe.Pointer {
	if s.count() > 0 {
		return reflect.New(s.layout()).UnsafePointer()
	}
	words := s.words
	if s.slots != mapNone {
		// One word without a slot would share its block with other tiny objects, which only those of
		// the map none may: it gets a block that is too large for that.
		words = max(words, 2)
	}
	return unsafe.Pointer(unsafe.SliceData(make([]uint64, words)))
}

var (
	stampType     = reflect.TypeFor[uint64]()
	referenceType = reflect.TypeFor[unsafe.Pointer]()
	stampThenSlot = reflect.TypeFor[struct {
		Stamp uint64
		Slot  unsafe.Pointer
	}]()
)

// layouts keeps the types that were made. Who holds the baton uses it.
var layouts = map[shape]reflect.Type{}

// layout returns the Go type of the shape, which has exactly its size. The parts are arrays, so that
// the type of 2^27 words is made as fast as that of two; the runtime makes the pointer mask of a large
// one when it first needs it.
func (s shape) layout() reflect.Type {
	if t, ok := layouts[s]; ok {
		return t
	}
	rest := s.words - 1
	var t reflect.Type
	switch {
	case s.count() == 0:
		t = reflect.ArrayOf(s.words, stampType)
	case s.slots == mapAll:
		t = sequence(part{1, stampType}, part{rest, referenceType})
	case s.slots == mapFirst:
		t = sequence(part{1, stampType}, part{1, referenceType}, part{rest - 1, stampType})
	case s.slots == mapLast:
		t = sequence(part{rest, stampType}, part{1, referenceType})
	case s.slots == mapOdd:
		t = sequence(part{s.words / 2, stampThenSlot}, part{s.words % 2, stampType})
	case s.slots == mapEven:
		t = sequence(part{1, stampType}, part{rest / 2, stampThenSlot}, part{rest % 2, stampType})
	}
	layouts[s] = t
	return t
}

type part struct {
	count int
	of    reflect.Type
}

func sequence(parts ...part) reflect.Type {
	var fields []reflect.StructField
	for _, p := range parts {
		if p.count == 0 {
			continue // as a last field it would be padded
		}
		name := string(rune('A' + len(fields)))
		fields = append(fields, reflect.StructField{Name: name, Type: reflect.ArrayOf(p.count, p.of)})
	}
	return reflect.StructOf(fields)
}
