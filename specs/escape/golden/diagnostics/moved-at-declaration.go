// A variable that is moved is told where it is declared, by its name.
package p

var sink *int

func declared() {
	var a, b int // want: 6 "moved to heap: a" 9 "moved to heap: b"
	sink = &a
	func() { // want: 2 "func literal does not escape"
		sink = &b
	}()
}

func parameter(before bool, x int) { // want: 29 "moved to heap: x"
	sink = &x
}
