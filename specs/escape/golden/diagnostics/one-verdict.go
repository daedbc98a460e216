// Each expression that makes something gets one verdict.
package p

var sink any

func verdicts(n int, s, t string) int { // want: 22 "s does not escape" 25 "t does not escape"
	a := new(int) // want: 10 "new(int) does not escape"
	b := []int{1, 2} // want: 12 "[]int{...} does not escape"
	c := map[int]int{} // want: 18 "map[int]int{} does not escape"
	d := s + t // want: 9 "s + t does not escape"
	sink = &[]int{n} // want: 9 "&[]int{...} escapes to heap" 15 "[]int{...} escapes to heap"
	f := func() {} // want: 7 "func literal does not escape"
	f()
	return *a + len(b) + len(c) + len(d)
}
