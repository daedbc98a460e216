// A store through a pointer is a store in the heap.
package p

type node struct{ next *int }

func through(p **int) {
	x := 1 // must: "moved to heap: x"
	*p = &x
}

func field(n *node) {
	x := 1 // must: "moved to heap: x"
	n.next = &x
}
