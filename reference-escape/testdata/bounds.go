// An index whose type or arithmetic is too narrow to leave the array is told of.
package p

const digits = "0123456789abcdef"

func narrow(t *[256]int, b byte) int { // want 13: t does not escape
	return t[b] // want 10: index bounds check elided
}

func masked(t [8]int, n int, u uint) int {
	return t[n&7] + t[u%8] + t[u>>61] + t[n%8] + t[n&^-8] // want 10: index bounds check elided | 19: index bounds check elided | 28: index bounds check elided | 48: index bounds check elided
}

func divided(t [16]int, b byte) int {
	return t[b/16] + t[b/8] // want 10: index bounds check elided
}

func constant(b byte) []byte {
	s := []byte{digits[b>>4], digits[b&15], digits[b]} // want 13: []byte{...} escapes to heap | 20: index bounds check elided | 34: index bounds check elided
	return append(s, digits[b>>4]) // want 15: append escapes to heap
}
