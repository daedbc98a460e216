// What a deferred call needs stays in the frame, unless the statement stands in a loop.
package p

func run(f func()) { f() } // want 10: f does not escape

func once(n *int) { // want 11: n does not escape
	defer func() { *n++ }() // want 8: func literal does not escape
	defer run(func() { *n-- }) // want 12: func literal does not escape
}

func often(ns []int) { // want 12: leaking param: ns
	for i := range ns {
		defer func() { ns[i]++ }() // want 9: func literal escapes to heap
	}
}

func arguments(p *int, s []int) { // want 16: p does not escape | 24: s does not escape
	defer println(p, len(s))
	for range s {
		defer println(*p)
	}
}

func recovered() (err any) {
	defer func() { err = recover() }() // want 8: func literal does not escape
	return nil
}
