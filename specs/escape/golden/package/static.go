// A package variable whose value is known before the program runs needs no code, and nothing is told of it.
package p

var number = 1

var pointer = &number // want-none

var list = []int{1, 2, 3} // want-none

var made = new(int) // want: 15 "new(int) escapes to heap"

var table = map[string]int{"a": 1} // want: 27 "map[string]int{...} escapes to heap"

var literal = func() int { return 1 } // want-none
