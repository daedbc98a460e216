// A small variable that keeps its value is copied into a literal, and stays on the stack itself.
package p

func fixed() func() int {
	n := 7     // want-none
	return func() int { return n } // want: 9 "func literal escapes to heap"
}

func large() func() int {
	var a [17]int64 // want: 6 "moved to heap: a"
	return func() int { return int(a[0]) } // want: 9 "func literal escapes to heap"
}

func fits() func() int {
	var a [16]int64 // want-none
	return func() int { return int(a[0]) } // want: 9 "func literal escapes to heap"
}
