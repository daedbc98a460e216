// Nothing else is told.
// exact
package p

func small(p *int) int { // want: 12 "p does not escape"
	return *p
}

func caller() int {
	x := 1
	return small(&x)
}

func nothing() {}
