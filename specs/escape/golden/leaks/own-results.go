// A result is told by its name, or by its place among the results where it has none.
package p

type object struct{ p *int }

func (o *object) first() (a, b *int) { // want: 7 "leaking param: o to result a level=1"
	return o.p, nil
}

func (o *object) second(q *int) (a, b *int) { // want: 7 "o does not escape" 25 "leaking param: q to result b level=0"
	return nil, q
}

func unnamed(p, q *int) (*int, *int) { // want: 14 "leaking param: p to result ~r1 level=0" 17 "leaking param: q to result ~r0 level=0"
	return q, p
}

func blank(p *int) (_ int, _ *int) { // want: 12 "leaking param: p to result ~r1 level=0"
	return 0, p
}
