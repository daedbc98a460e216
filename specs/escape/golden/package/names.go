// Variables of one name are as many as there are declarations.
package p

var sink *int

func inner() int {
	x := 1 // want-none
	{
		x := 2 // want: 3 "moved to heap: x"
		sink = &x
	}
	return x
}

func outer() int {
	x := 1 // want: 2 "moved to heap: x"
	sink = &x
	{
		x := 2 // want-none
		p := &x
		return *p
	}
}

func parameter(x *int) int { // want: 16 "x does not escape"
	if x := x; x != nil { // want-none
		return *x
	}
	{
		x := new(int) // want: 11 "new(int) escapes to heap"
		sink = x
	}
	return 0
}
