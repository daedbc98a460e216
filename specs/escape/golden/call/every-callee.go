// Where a variable may hold one of several functions, an argument goes wherever any of them sends it.
package p

var sink *int

func either(b bool) {
	f := func(p *int) { sink = p }
	if b {
		f = func(p *int) {}
	}
	x := 1 // must: "moved to heap: x"
	f(&x)
}
