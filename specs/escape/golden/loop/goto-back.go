// A label that is jumped back to is the head of a loop.
package p

func back(n int) int {
	var p *int
again:
	x := n // must: "moved to heap: x"
	if p == nil {
		p = &x
	}
	if n--; n > 0 {
		goto again
	}
	return *p
}
