//go:build go1.21

// In a file of an older version a loop has its variables for all rounds.
package p

func shared(s []int) (ps []*int) { // want 13: leaking param content: s
	for _, v := range s { // want 9: moved to heap: v
		ps = append(ps, &v) // want 14: append escapes to heap
	}
	return ps
}
