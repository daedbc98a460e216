// Each round of a loop has variables of its own; bodies of loops over functions are literals.
package p

func each(s []int) (ps []*int) { // want 11: s does not escape
	for i, v := range s { // want 9: moved to heap: v
		ps = append(ps, &v) // want 14: append escapes to heap
		_ = i
	}
	for i := 0; i < 3; i++ { // want 6: moved to heap: i
		ps = append(ps, &i) // want 14: append escapes to heap
	}
	return ps
}

func numbers(yield func(int) bool) { // want 14: yield does not escape
	for i := range 10 {
		if !yield(i) {
			return
		}
	}
}

func find(seq func(func(*int) bool), want int) (*int, bool) { // want 11: seq does not escape | 49: moved to heap: #rv1 | 55: moved to heap: #rv2
	for p := range seq { // want 2: func literal escapes to heap | 2: moved to heap: #state1 | 6: leaking param: p
		if *p == want {
			return p, true
		}
	}
	return nil, false
}

func total() (n int) {
outer:
	for a := range numbers { // want 2: func literal does not escape
		for b := range numbers { // want 3: func literal does not escape
			if a == b {
				continue outer
			}
			n += b
		}
	}
	return n
}
// nowhere: moved to heap: #next
