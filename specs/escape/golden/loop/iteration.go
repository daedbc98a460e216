// What a loop declares is another variable in each round: a pointer from an earlier one must not find it gone.
package p

func last(n int) int {
	var p *int
	for n > 0 {
		x := n // must: "moved to heap: x"
		if p == nil {
			p = &x
		}
		n--
	}
	return *p
}

func forever(n int) int {
	var p *int
	for {
		x := n // must: "moved to heap: x"
		if p != nil {
			return *p
		}
		p = &x
	}
}
