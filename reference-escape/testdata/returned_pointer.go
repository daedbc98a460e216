// A variable whose address is returned lives on the heap.
package p

type point struct{ x, y int }

func newPoint(x, y int) *point {
	p := point{x, y} // want 2: moved to heap: p
	return &p
}

func literal() *point {
	return &point{1, 2} // want 9: &point{...} escapes to heap
}

func local() int {
	p := &point{1, 2} // want 7: &point{...} does not escape
	return p.x
}

func through(p *point) *point { // want 14: leaking param: p to result ~r0 level=0
	return p
}

func field(p **point) *point { // want 12: leaking param: p to result ~r0 level=1
	return *p
}

func use() int {
	var p point
	return through(&p).y
}
