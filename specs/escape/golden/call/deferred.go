// A defer in a loop has a record for each round, and all of them live until the function returns.
package p

func once() {
	defer func() {}() // want: 8 "func literal does not escape"
}

func often(n int) {
	for ; n > 0; n-- {
		x := n // must: "moved to heap: x"
		defer func() { // must: "func literal escapes to heap"
			x++
		}()
	}
}
