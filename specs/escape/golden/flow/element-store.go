// A store through the element of a slice is a store in the heap: nobody knows whose array it is.
package p

func element(s []*int) {
	x := 1 // must: "moved to heap: x"
	s[0] = &x
}

func array() int {
	var a [1]*int
	x := 1 // want-none
	a[0] = &x
	return *a[0]
}
