// Ways through calls: known ones, unknown ones, methods as values, several results.
package p

type shape interface{ area(*int) *int }
type box struct{ p *int }

func (b *box) area(p *int) *int { b.p = p; return b.p }

func both(p, q *int) (*int, *int) { return q, p }

func known(p *int) *int {
	_, r := both(nil, p)
	return r
}

func unknown(s shape, f func(*int) *int) {
	x, y := 1, 2
	s.area(&x)
	f(&y)
}

func value(b *box) func(*int) *int { return b.area }

func spread(parts ...*int) []*int { return parts }

func calls() []*int {
	a, b := 1, 2
	return spread(&a, &b)
}

func later(p *int) {
	for i := 0; i < 2; i++ {
		defer println(p)
	}
	go println(p, "x")
}

func text(b []byte, s string) (string, []byte) { return string(b), []byte(s) }

func literal() any {
	return map[string]*int{"a": new(int)}
}
