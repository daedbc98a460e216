// Each parameter and receiver that has a name and holds pointers is told; others are not.
package p

type object struct{ p *int }

func (o *object) method(p *int, s string, f func()) int { // want: 7 "o does not escape" 25 "p does not escape" 33 "s does not escape" 43 "f does not escape"
	return *o.p + *p + len(s)
}

func free(n int, a [3]bool) int { // want-none
	return n
}

func blank(_ *int, n uintptr) {} // want-none

func unnamed(*int, string) {} // want-none

func spread(p ...*int) {} // want: 13 "p does not escape"
