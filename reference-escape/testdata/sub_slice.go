// A slice of an array points into the array.
package p

type buffer struct {
	data  []byte
	small [8]byte
}

func whole() []int {
	var a [4]int // want 6: moved to heap: a
	return a[:]
}

func inside() int {
	var a [4]int
	s := a[1:3]
	return s[0]
}

func (b *buffer) shrink(n int) { // want 7: b does not escape
	b.data = b.data[:n] // want 9: (*buffer).shrink ignoring self-assignment in b.data = b.data[:n]
}

func (b *buffer) embed() { // want 7: leaking param: b
	b.data = b.small[:]
}

func head(s []*int) *int { // want 11: leaking param: s to result ~r0 level=1
	return s[:1][0]
}

func swap(s []*int) { // want 11: s does not escape
	s[0], s[1] = s[1], s[0] // want 13: swap ignoring self-assignment in s[0], s[1] = s[1], s[0] | 13: swap ignoring self-assignment in s[0], s[1] = s[1], s[0]
}
