// What callers are told of parameters: fewest loads, results apart, callees first.
package p

var global *int

type tree struct{ left, right *tree }

func six(p *int) (a, b, c, d, e, f *int) { // want 10: leaking param: p
	return nil, nil, nil, nil, nil, p
}

func five(p *int) (a, b, c, d, e *int) { // want 11: leaking param: p to result e level=0
	return nil, nil, nil, nil, p
}

func both(p **int) *int { // want 11: leaking param content: p
	global = *p
	return *p
}

func even(t *tree) bool { return t == nil || odd(t.left) } // want 11: t does not escape
func odd(t *tree) bool  { return t != nil && even(t.right) } // want 10: t does not escape

func pick(first bool, p, q *int) *int { // want 23: leaking param: p to result ~r0 level=0 | 26: q does not escape
	f := func(p *int) *int { return p } // want 7: func literal does not escape | 12: leaking param: p to result ~r0 level=0
	if first {
		f = func(p *int) *int { return nil } // want 7: func literal does not escape | 12: p does not escape
	}
	_ = f(q)
	return f(p)
}

func unnamed(*int) {}

func blank(_ *int, n int) {}

func bytes(s string) int { // want 12: s does not escape
	b := []byte(s) // want 14: ([]byte)(s) does not escape | 14: zero-copy string->[]byte conversion
	return len(b)
}

func changed(s string) byte { // want 14: s does not escape
	b := []byte(s) // want 14: ([]byte)(s) does not escape
	b[0] = 'x'
	return b[0]
}

//go:noinline
func index(b []byte) byte { return b[0] } // want 12: b does not escape

func kinds(x any) *int { // want 12: leaking param: x to result ~r0 level=0
	switch x := x.(type) {
	case *int:
		return x
	case tree:
		_ = x.left
	}
	return nil
}
