// The dictionary that a call of a generic function passes has the arguments as they were before they became shapes.
package p

type table[K comparable, V any] struct{ m map[K]V }

func (t *table[K, V]) get(k K) V { return t.m[k] }

func (t *table[K, V]) twice(k K) V { return t.get(k) }

func (t *table[K, V]) as[W any](k K, w W) []W { return []W{w} } // want 59: []go.shape.*uint8{...} escapes to heap | 59: []go.shape.string{...} escapes to heap

func cond[T any](b bool, x, y T) T {
	if b {
		return x
	}
	return y
}

type local struct{ p *string }

var kept any

func use(b bool, t *table[local, string]) string { // want 18: t does not escape
	type inner string
	x := "a" + cond(b, "b", "c") + t.get(local{}) // want 31: "a" + cond[go.shape.string](&.dict.cond[string], b, "b", "c") + (*table[go.shape.struct { p.p *string },go.shape.string]).get(t, &.dict.table[p.local,string], local{}) does not escape
	y := "b" + *cond(b, &x, &x) + t.twice(local{}) // want 2: moved to heap: y | 30: "b" + *cond[go.shape.*uint8](&.dict.cond[*string], b, &x, &x) + (*table[go.shape.struct { p.p *string },go.shape.string]).twice(t, &.dict.table[p.local,string], local{}) escapes to heap
	z := "c" + t.as(local{}, "x")[0] + *t.as(local{}, &y)[0] + string(cond[inner](b, "1", "2")) // want 59: "c" + (*table[go.shape.struct { p.p *string },go.shape.string]).as[go.shape.string](t, &.dict.(*table[p.local,string]).as[string], local{}, "x")[0] + *(*table[go.shape.struct { p.p *string },go.shape.string]).as[go.shape.*uint8](t, &.dict.(*table[p.local,string]).as[*string], local{}, &y)[0] + string(cond[go.shape.string](&.dict.cond[p.inner·1], b, inner("1"), inner("2"))) does not escape
	kept = x + z // want 11: x + z escapes to heap | 11: x + z escapes to heap
	return y
}
