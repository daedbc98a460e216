// Where an interface can hold one type only, the method is known, and so is what that keeps. Inlining has nothing to do with it.
package p

type reader interface{ read(*int) int }

type plain struct{}

func (plain) read(p *int) int { return *p }

func known() int {
	var r reader = plain{} // want: 22 "plain{} does not escape"
	x := 1 // want-none
	return r.read(&x) // want: 15 "devirtualizing r.read to plain"
}

func either(r reader, b bool) int {
	if b {
		r = plain{} // want: 12 "plain{} escapes to heap"
	}
	x := 1 // want: 2 "moved to heap: x"
	return r.read(&x) // want-none
}
