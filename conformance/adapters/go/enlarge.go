package main

import (
	"reflect"
	"unsafe"
)

const (
	// made is the size of the largest slice that we have made to see how it grows.
	made = 1 << 30

	// addressable is what addresses reach: what needs more the runtime refuses before it allocates anything.
	addressable = 1 << 48
)

// capacity has a slice grow as append has it: reflect asks the same function of the runtime that compiled
// code does, and a test compares the two. It answers with the new capacity, how many words of the old elements are
// no longer what they were, and how many words behind them are not zero.
func capacity(s shape, count, more uint64) answer {
	bytes := uint64(s.words * wordBytes)
	if possible := more < addressable/bytes; count > made/bytes || possible && more > made/bytes {
		return refused
	}
	slice := reflect.New(reflect.SliceOf(s.layout())).Elem()
	slice.Set(reflect.MakeSlice(slice.Type(), int(count), int(count)))
	old := int(count) * s.words
	for i := range words(slice, old) {
		s.mark(words(slice, old), i)
	}
	if !enlarge(slice, int(more)) {
		return refused
	}
	var wrong, dirty uint64
	for i, word := range words(slice, slice.Cap()*s.words) {
		switch {
		case i >= old && word != 0:
			dirty++
		case i < old && word != s.marked(i):
			wrong++
		}
	}
	return triple(uint64(slice.Cap()), wrong, dirty)
}

// marker is what slots of elements point to. It lies in no heap.
var marker uint64

// mark gives word i of a slice's elements what it is to keep.
func (s shape) mark(words []uint64, i int) {
	if s.isSlot(i % s.words) {
		*(*unsafe.Pointer)(unsafe.Pointer(&words[i])) = unsafe.Pointer(&marker)
	} else {
		words[i] = s.marked(i)
	}
}

// marked is what mark gave word i.
func (s shape) marked(i int) uint64 {
	if s.isSlot(i % s.words) {
		return uint64(uintptr(unsafe.Pointer(&marker)))
	}
	return uint64(i) + 1
}

// words are the first n words of a slice's memory.
func words(slice reflect.Value, n int) []uint64 {
	return unsafe.Slice((*uint64)(slice.UnsafePointer()), n)
}

// enlarge has a slice grow. Not ok if the runtime refuses, which it says by a panic.
func enlarge(slice reflect.Value, more int) (ok bool) {
	defer func() { ok = recover() == nil }()
	slice.Grow(more)
	return
}
