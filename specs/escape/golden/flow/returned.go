// The address of a variable that a function returns is used after it.
package p

func address() *int {
	x := 1 // must: "moved to heap: x"
	return &x
}

func inside() struct{ p *int } {
	x := 1 // must: "moved to heap: x"
	return struct{ p *int }{&x}
}

func named() (p *int) {
	x := 1 // must: "moved to heap: x"
	p = &x
	return
}

func made() *int {
	return new(int) // must: "new(int) escapes to heap"
}
