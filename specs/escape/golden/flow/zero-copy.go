// The bytes of a string may be shared where nobody writes to them, and nowhere else.
package p

func read(s string) int { // want: 11 "s does not escape"
	b := []byte(s) // want: 14 "([]byte)(s) does not escape" 14 "zero-copy string->[]byte conversion"
	return len(b)
}

func write(s string) byte { // want: 12 "s does not escape"
	b := []byte(s) // want: 14 "([]byte)(s) does not escape"
	b[0] = 'x'
	return b[0]
}

func overwrite(s string, from []byte) int { // want: 16 "s does not escape" 26 "from does not escape"
	b := []byte(s) // want: 14 "([]byte)(s) does not escape"
	return copy(b, from)
}

func wipe(s string) { // want: 11 "s does not escape"
	clear([]byte(s)) // want: 15 "([]byte)(s) does not escape"
}
