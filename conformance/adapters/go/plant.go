package main

import (
	"fmt"
	"unsafe"
)

// A plant is a fault that is put into the adapter, so that a judge can be seen to find it. The collector
// itself is not to be had for that, so each breaks what the collector relies on, or what it is for.
type plant string

const (
	plantVariable = "HEAPLAW_PLANT"

	plantNone plant = ""

	// plantLeak keeps every 7th object alive, in a table of the adapter.
	plantLeak plant = "leak"

	// plantHiddenStore makes every 5th object of a type that has the same words but no pointers: what is
	// stored into its slots the collector cannot see.
	plantHiddenStore plant = "hidden-store"
)

const (
	leakedEach = 7
	hiddenEach = 5
)

var leaked []unsafe.Pointer

func plantOf(word string) (plant, error) {
	switch p := plant(word); p {
	case plantNone, plantLeak, plantHiddenStore:
		return p, nil
	default:
		return p, fmt.Errorf("%s=%q is no fault that can be planted", plantVariable, word)
	}
}

// allocate allocates object n, rightly or wrongly.
func (p plant) allocate(n uint32, s shape) unsafe.Pointer {
	switch {
	case p == plantHiddenStore && n%hiddenEach == 0 && s.count() > 0:
		return shape{s.words, mapNone}.allocate() // two words at least, so never a tiny one
	case p == plantLeak && n%leakedEach == 0:
		object := s.allocate()
		leaked = append(leaked, object)
		return object
	default:
		return s.allocate()
	}
}
