// What is in a box goes where the interface goes.
package p

type pair struct{ a, b *int }

func box() any {
	x := 1 // must: "moved to heap: x"
	return pair{&x, nil} // must: "pair{...} escapes to heap"
}

func word() any {
	x := 1 // must: "moved to heap: x"
	return &x
}

func text(s string) any {
	return s // must: "s escapes to heap"
}
