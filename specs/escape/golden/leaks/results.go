// A tag has room for five results; ways to others count as ways to the heap.
package p

func five(p *int) (a, b, c, d, e *int) { // want: 11 "leaking param: p to result e level=0"
	return nil, nil, nil, nil, p
}

func six(p *int) (a, b, c, d, e, f *int) { // want: 10 "leaking param: p"
	return nil, nil, nil, nil, nil, p
}

func seven(p, q *int) (a, b, c, d, e, f, g *int) { // want: 12 "leaking param: p" 15 "leaking param: q to result a level=0"
	return q, nil, nil, nil, nil, nil, p
}
