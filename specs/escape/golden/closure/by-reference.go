// A variable that changes after a literal took hold of it is shared, and lives as long as the literal.
package p

func counter() func() int {
	n := 0 // must: "moved to heap: n"
	return func() int {
		n++
		return n
	}
}

func pointed() (func() int, *int) {
	n := 0 // must: "moved to heap: n"
	return func() int { return n }, &n
}
