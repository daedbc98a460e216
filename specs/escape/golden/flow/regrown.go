// When append moves to another array it takes the old elements along.
package p

func regrow(old []*int) []*int { // must: "leaking param content: old"
	return append(old, nil)
}

func local() int {
	x := 1 // must: "moved to heap: x"
	s := []*int{&x}
	s = append(s, nil)
	return len(s)
}
