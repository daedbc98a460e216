// What is appended is in an array that may be anybody's.
package p

func add(s []*int) []*int {
	x := 1 // must: "moved to heap: x"
	return append(s, &x)
}
