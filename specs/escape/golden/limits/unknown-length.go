// A slice whose length nobody knows may still be on the stack, where it is small; one without bytes never is.
package p

func sized(n int) int {
	a := make([]byte, n) // want: 11 "make([]byte, n) does not escape"
	b := make([]byte, 0, n) // want: 11 "make([]byte, 0, n) does not escape"
	return len(a) + cap(b)
}

func empty(n int) int {
	a := make([]struct{}, n) // want: 11 "make([]struct {}, n) escapes to heap"
	return len(a)
}
