// What is too large for a stack lives on the heap, whatever becomes of it.
package p

func variables() (n int) {
	var fits [128 << 10]byte
	var large [128<<10 + 1]byte // want 6: moved to heap: large
	return len(fits[:]) + len(large[:])
}

func implicit() int {
	a := new([64 << 10]byte) // want 10: new([65536]byte) does not escape
	b := new([64<<10 + 1]byte) // want 10: new([65537]byte) escapes to heap
	return len(a) + len(b)
}

func slices(n int) int {
	a := make([]byte, 64<<10) // want 11: make([]byte, 65536) does not escape
	b := make([]byte, 64<<10+1) // want 11: make([]byte, 65537) escapes to heap
	c := make([]byte, n) // want 11: make([]byte, n) does not escape
	d := make([]int64, 8192) // want 11: make([]int64, 8192) does not escape
	e := make([]int64, 8193) // want 11: make([]int64, 8193) escapes to heap
	f := make([]struct{}, 1) // want 11: make([]struct {}, 1) escapes to heap
	k := 10
	g := make([]byte, k) // want 11: make([]byte, 10) does not escape
	return len(a) + len(b) + len(c) + len(d) + len(e) + len(f) + len(g)
}

func parameter(a [128<<10 + 1]byte) byte {
	return a[0]
}
