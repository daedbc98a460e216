// Loops over functions that are never reached are counted all the same, and give names to the results that they return.
package p

type pair struct{ p *int }

func dead(c *pair, seq func(func(*int) bool)) (*int, bool) { // want 11: leaking param: c to result #rv1 level=1 | 20: seq does not escape
	if false {
		for p := range seq {
			if p == c.p {
				return p, true
			}
		}
	}
	return c.p, false
}

func counted(seq func(func(*int) bool)) *int { // want 14: seq does not escape | 41: moved to heap: #rv1
	const on = true
	switch on {
	case false:
		for range seq {
		}
	case true:
		for p := range seq { // want 3: func literal escapes to heap | 3: moved to heap: #state2 | 7: leaking param: p
			if *p > 0 {
				return p
			}
		}
	}
	for false {
		for range seq {
			for range seq {
			}
		}
	}
	if on {
		for p := range seq { // want 3: func literal escapes to heap | 3: moved to heap: #state5 | 7: leaking param: p
			if *p > 1 {
				return p
			}
		}
	} else {
		for range seq {
		}
	}
	for p := range seq { // want 2: func literal escapes to heap | 2: moved to heap: #state7 | 6: leaking param: p
		if *p > 2 {
			return p
		}
	}
	return nil
}

func inside(seq func(func(*int) bool), q *int) *int { // want 13: seq does not escape | 40: leaking param: q to result #rv1 level=0
	for p := range seq { // want 2: func literal escapes to heap | 2: moved to heap: #state1 | 6: p does not escape
		if false {
			return p
		}
		*p = 0
	}
	return q
}

func behind(seq func(func(*int) bool), q *int) *int { // want 13: seq does not escape | 40: leaking param: q to result #rv1 level=0
	return q
	for p := range seq {
		return p
	}
	return nil
}

func literal(seq func(func(*int) bool), q *int) *int { // want 14: seq does not escape | 41: leaking param: q to result ~r0 level=0
	if false {
		_ = func() *int {
			for p := range seq {
				return p
			}
			return nil
		}
	}
	return q
}

// nowhere: moved to heap: #next
// nowhere: moved to heap: #next
// nowhere: moved to heap: #next
