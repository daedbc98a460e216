// The Go adapter of heaplaw: a Go program that speaks the protocol for collectors, so that the judge
// holds the runtime that this program is linked with to the collector's invariants.
//
// The life of one op:
//
//  1. A line of the judge becomes a batch of ops without pointers (scan.go, op.go).
//  2. The conductor hands the baton to the mutator that the next op names (world.go). Only who
//     holds the baton touches the world; the collector runs beside everyone.
//  3. The mutator, a goroutine, performs all ops up to the next one that is not its own, in a frame
//     on its own stack (mutator.go, perform.go).
//  4. Objects are blocks of Go types made for their shapes (shape.go, object.go). What is answered is read
//     through the reference that the script holds; nothing here remembers an object.
//  5. Cleanups and finalizers report numbers, which collections bring back (watch.go, collect.go).
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := converse(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "heaplaw-go:", err)
		os.Exit(1)
	}
}
