// An assignment within one object stores nothing there that was not there already.
package p

type buffer struct {
	s    []byte
	a, b *int
}

func shrink(b *buffer) { // want: 13 "b does not escape"
	b.s = b.s[1:] // want: 6 "shrink ignoring self-assignment in b.s = b.s[1:]"
}

func swap(b *buffer) { // want: 11 "b does not escape"
	b.a = b.b // want: 6 "swap ignoring self-assignment in b.a = b.b"
}
