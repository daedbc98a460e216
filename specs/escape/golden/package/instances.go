// A generic function is told once for each shape that it is used with, and not at all where it is not used.
package p

func box[T any](x T) *T { // want: 17 "moved to heap: x"
	return &x
}

func unused[T any](x T) *T { // want-none
	return &x
}

type id int

func uses() int {
	a := box(1)
	b := box(id(2))
	return *a + int(*b)
}

func made[T any](n int) int {
	return len(make([]T, n)) // want: 17 "make([]go.shape.int, n) does not escape" 17 "make([]go.shape.string, n) does not escape"
}

func shapes() int {
	return made[int](1) + made[string](2)
}
