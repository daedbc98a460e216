// Whoever goes on where something is not known has to assume the worst of it.
package p

func guess() int {
	x := 1 // must: "moved to heap: x"
	return missing(&x) + x // error
}
