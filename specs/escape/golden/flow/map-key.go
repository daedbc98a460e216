// A key that is put into a map stays there.
package p

func put(m map[*int]bool) {
	x := 1 // must: "moved to heap: x"
	m[&x] = true
}

func count(m map[*int]int) {
	x := 1 // must: "moved to heap: x"
	m[&x]++
}

func look(m map[*int]bool) bool {
	x := 1
	return m[&x]
}
