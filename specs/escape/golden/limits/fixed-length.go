// A length that always has one value counts as that value.
package p

func once() int {
	k := 10
	a := make([]byte, k) // want: 11 "make([]byte, 10) does not escape"
	return len(a)
}

func changed() int {
	k := 10
	func() { // want: 2 "func literal does not escape"
		k++
	}()
	a := make([]byte, k) // want: 11 "make([]byte, k) does not escape"
	return len(a)
}

func pointed() int {
	k := 10
	p := &k
	*p = 11
	a := make([]byte, k) // want: 11 "make([]byte, k) does not escape"
	return len(a)
}
