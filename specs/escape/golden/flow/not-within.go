// These look like assignments within one object, and are not.
package p

type buffer struct {
	arr  [8]byte
	s    []byte
	next *buffer
}

func ownArray(b *buffer) { // must: "leaking param: b"
	b.s = b.arr[:]
}

func other(p, q *buffer) { // must: "leaking param content: q"
	p.s = q.s
}
