package main

import (
	"reflect"
	"testing"
	"unsafe"
)

var sink any // what is stored here escapes: slices that do not may begin on the stack, with other capacities

func grown[T any](count, more uint64) uint64 {
	s := append(make([]T, count), make([]T, more)...)
	sink = s
	return uint64(cap(s))
}

func TestCapacitiesAreThoseOfCompiledAppends(t *testing.T) {
	for s, compiled := range map[shape]func(count, more uint64) uint64{
		{1, mapNone}:  grown[[1]uint64],
		{3, mapNone}:  grown[[3]uint64],
		{17, mapNone}: grown[[17]uint64],
		{2, mapLast}: grown[struct {
			stamp uint64
			slot  unsafe.Pointer
		}],
		{5, mapAll}: grown[struct {
			stamp uint64
			slots [4]unsafe.Pointer
		}],
		{200, mapFirst}: grown[struct {
			stamp uint64
			slot  unsafe.Pointer
			rest  [198]uint64
		}],
	} {
		for _, count := range []uint64{0, 1, 2, 5, 31, 255, 256, 257, 1000, 4096} {
			for _, more := range []uint64{0, 1, 2, 3, 100, 5000} {
				got, want := capacity(s, count, more).values, compiled(count, more)
				if got != [3]uint64{want, 0, 0} {
					t.Errorf("%v, %d and %d more: %d, not %d", s, count, more, got, want)
				}
			}
		}
	}
}

func TestSlicesThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct{ words, count, more uint64 }{
		{1, 0, maxNumber}, {1, 3, maxNumber}, {maxWords, 0, 1 << 34}, {maxWords, 0, 1<<34 + 1},
		{1, made, 1}, {1, 1, made},
	} {
		s := shape{int(c.words), mapNone}
		if got := capacity(s, c.count, c.more); got.kind != isRefused {
			t.Errorf("%v: %v", c, got)
		}
	}
}

func TestTypesHaveTheSizeOfTheirShapesAndPointersInTheirSlots(t *testing.T) {
	for p := mapNone; p <= mapEven; p++ {
		for words := 1; words < 20; words++ {
			s := shape{words, p}
			if got := s.layout().Size(); got != uintptr(words*wordBytes) {
				t.Errorf("%v has %d bytes", s, got)
			}
			slots := 0
			for i := range words {
				if s.isSlot(i) {
					if s.slot(slots) != i {
						t.Errorf("%v: slot %d is word %d", s, slots, s.slot(slots))
					}
					slots++
				}
				if got := isPointerAt(s.layout(), uintptr(i*wordBytes)); got != s.isSlot(i) {
					t.Errorf("%v: word %d is a pointer: %t", s, i, got)
				}
			}
			if slots != s.count() {
				t.Errorf("%v has %d slots, not %d", s, slots, s.count())
			}
		}
	}
}

// isPointerAt says whether a type has a pointer at an offset.
func isPointerAt(t reflect.Type, at uintptr) bool {
	switch t.Kind() {
	case reflect.Array:
		return isPointerAt(t.Elem(), at%t.Elem().Size())
	case reflect.Struct:
		i := t.NumField() - 1
		for t.Field(i).Offset > at {
			i--
		}
		return isPointerAt(t.Field(i).Type, at-t.Field(i).Offset)
	default:
		return t.Kind() == reflect.UnsafePointer
	}
}
