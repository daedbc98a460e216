// A generic function is analysed once for each shape that it is used with.
package p

type list[T any] struct {
	head *node[T]
}

type node[T any] struct {
	value T
	next  *node[T]
}

func (l *list[T]) push(v T) {
	l.head = &node[T]{v, l.head} // want 11: &node[go.shape.int]{...} escapes to heap
}

func pointer[T any](v T) *T { // want 21: moved to heap: v | 21: moved to heap: v
	return &v
}

func unused[T any](v T) *T {
	return &v
}

type named int

func use() int {
	var l list[int]
	l.push(1)
	p, q := pointer(1), pointer(named(2))
	s := pointer("text")
	return *p + int(*q) + len(*s)
}

type stringer interface{ String() string }

func shown[T stringer](v T) string {
	return v.String()
}

func (n *named) String() string { return "n" } // want 7: n does not escape

func show(n *named) string { // want 11: leaking param: n
	return shown(n)
}
