// What a literal uses is copied into it if it never changes, and shared with it otherwise.
package p

func counter() func() int {
	n := 0 // want 2: moved to heap: n
	return func() int { // want 9: func literal escapes to heap
		n++
		return n
	}
}

func constant(n int) func() int {
	return func() int { return n } // want 9: func literal escapes to heap
}

func called() int {
	n := 0
	f := func() { n++ } // want 7: func literal does not escape
	f()
	return n
}

func pointer(p *int) func() int { // want 14: leaking param: p
	return func() int { return *p } // want 9: func literal escapes to heap
}

func nested() func() func() *int {
	x := 1 // want 2: moved to heap: x
	return func() func() *int { // want 9: func literal escapes to heap
		return func() *int { return &x } // want 10: func literal escapes to heap
	}
}
