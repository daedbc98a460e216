// Each function shows one way out.
package p

var sink any
var global *int

type node struct {
	next *node
	data *int
}

func returned() *int {
	x := 1
	p := &x
	return p
}

func stored(n *node) {
	y := 2
	n.data = &y
}

func boxed() {
	v := 20
	sink = v
}

func captured(c chan func()) {
	count := 0
	c <- func() { count++ }
}

func second(n *node) *node { return n.next.next }

func appended(list []*int, p *int) []*int { return append(list, p) }

func looped() {
	var last *int
	for i := 0; i < 3; i++ {
		n := new(int)
		last = n
	}
	_ = last
}

func switched(x any) *int {
	switch v := x.(type) {
	case *int:
		if v != nil {
			return v
		}
	case string, nil:
		println("no")
	}
	return nil
}

func large() int {
	var block [200000]byte
	return len(block)
}

func pairs(m map[*int]*int, c chan *int) (p *int) {
	p, ok := m[p]
	q, _ := <-c
	if ok {
		global = q
	}
	return
}

func sent(c chan<- *int) {
	w := 0
	c <- &w
}

func stays() int {
	z := 1
	p := &z
	return *p
}
