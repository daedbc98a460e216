// The loads between a parameter and what gets away are counted, from field to field and from call to call.
package p

var sink *int

type node struct {
	value int
	data  *int
	next  *node
}

func itself(n *node) { // want: 13 "leaking param: n"
	sink = &n.value
}

func content(n *node) { // want: 14 "leaking param content: n"
	sink = n.data
}

func copied(n node) { // want: 13 "leaking param: n"
	sink = n.data
}

func passed(n *node) { // want: 13 "leaking param content: n"
	content(n.next)
}

func given(n *node) *int { // want: 12 "leaking param: n to result ~r0 level=2"
	return n.next.data
}

func again(n *node) *int { // want: 12 "leaking param: n to result ~r0 level=3"
	return given(n.next)
}
