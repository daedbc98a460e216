// A function whose body is elsewhere may keep what it is given, unless it promises that it does not.
package p

import _ "unsafe"

//go:linkname keeps heaplaw.test/elsewhere.keeps
func keeps(p *int) // want: 12 "leaking param: p"

//go:linkname looks heaplaw.test/elsewhere.looks
//go:noescape
func looks(p *int) // want: 12 "p does not escape"

func given() {
	x := 1 // want: 2 "moved to heap: x"
	keeps(&x)
}

func shown() {
	x := 1 // want-none
	looks(&x)
}
