// What the shapes are called for which a generic function has a body, and when two arguments have the same.
package p

type boxed struct{ p *int }

func put[T any](v T) []T {
	return []T{v} // want 12: []go.shape.*uint8{...} escapes to heap | 12: []go.shape.8067d75c3b3839633c3b09f3798bc74f40e60fd7dcb27d675732d45ba3d78db9{...} escapes to heap | 12: []go.shape.[]p.number{...} escapes to heap | 12: []go.shape.struct { p.a int; p.b int }{...} escapes to heap
}

type list[T interface{ *boxed | string }] struct{ items []T }

func (l *list[T]) first(v T) []T {
	return put(v)
}

func pointers(b *boxed) ([]*boxed, []*int) { // want 15: leaking param: b
	var l list[*boxed]
	return l.first(b), put(b.p)
}

func local() int {
	type number struct{ a, b int }
	return len(put([]number{{1, 2}})) + len(put(number{3, 4})) // want 25: []number{...} escapes to heap
}

type long struct {
	aFieldWithARatherLongName00, aFieldWithARatherLongName01, aFieldWithARatherLongName02, aFieldWithARatherLongName03 int
	aFieldWithARatherLongName04, aFieldWithARatherLongName05, aFieldWithARatherLongName06, aFieldWithARatherLongName07 int
	aFieldWithARatherLongName08, aFieldWithARatherLongName09, aFieldWithARatherLongName10, aFieldWithARatherLongName11 int
	aFieldWithARatherLongName12, aFieldWithARatherLongName13, aFieldWithARatherLongName14, aFieldWithARatherLongName15 int
}

func named(l long) []long {
	return put(l)
}
