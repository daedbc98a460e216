// What an expression makes may have 64 KiB.
package p

type exact [64 << 10]byte
type above [64<<10 + 1]byte

func made() int {
	a := new(exact) // want: 10 "new(exact) does not escape"
	b := new(above) // want: 10 "new(above) escapes to heap"
	c := &exact{} // want: 7 "&exact{} does not escape"
	d := &above{} // want: 7 "&above{} escapes to heap"
	return len(a) + len(b) + len(c) + len(d)
}

func slices() int {
	a := make([]byte, 64<<10) // want: 11 "make([]byte, 65536) does not escape"
	b := make([]byte, 64<<10+1) // want: 11 "make([]byte, 65537) escapes to heap"
	c := make([][3]byte, 21845) // want: 11 "make([][3]byte, 21845) does not escape"
	d := make([][3]byte, 21846) // want: 11 "make([][3]byte, 21846) escapes to heap"
	return len(a) + len(b) + len(c) + len(d)
}
