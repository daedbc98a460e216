// A way to the heap says all that a way with as many loads, or more, could say.
package p

var sink *int

func both(p *int) *int { // want: 11 "leaking param: p"
	sink = p
	return p
}

func content(p **int) *int { // want: 14 "leaking param content: p"
	sink = *p
	return *p
}

func apart(p **int) **int { // want: 12 "leaking param content: p" 12 "leaking param: p to result ~r0 level=0"
	sink = *p
	return p
}
