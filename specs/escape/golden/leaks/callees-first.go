// Functions are looked at after those that they mention, and together with those that mention them back.
package p

type tree struct{ left, right *tree }

func caller() int {
	x := 1 // want-none
	return later(&x)
}

func later(p *int) int { // want: 12 "p does not escape"
	return *p
}

func even(t *tree) bool { // want: 11 "t does not escape"
	return t == nil || odd(t.left)
}

func odd(t *tree) bool { // want: 10 "t does not escape"
	return t != nil && even(t.right)
}

func value() int {
	f := last
	x := 1 // want-none
	return f(&x)
}

func last(p *int) int { // want: 11 "p does not escape"
	return *p
}
