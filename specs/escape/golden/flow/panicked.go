// Whoever recovers gets the value that was panicked with.
package p

func fail() {
	x := 1 // must: "moved to heap: x"
	panic(&x)
}
