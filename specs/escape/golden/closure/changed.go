// Only a variable that keeps its value may be copied into a literal.
package p

func outside() func() int {
	n := 0 // must: "moved to heap: n"
	f := func() int { return n }
	n = 1
	return f
}

func inside() func() {
	n := 0 // must: "moved to heap: n"
	return func() { n = n + 1 }
}

func ranged(s []int) func() int {
	var n int // must: "moved to heap: n"
	for n = range s {
	}
	f := func() int { return n }
	for n = range s {
	}
	return f
}
