// A goroutine may run longer than the function that started it.
package p

func literal() {
	x := 1 // must: "moved to heap: x"
	go func() { // must: "func literal escapes to heap"
		x++
	}()
}

func argument() {
	x := 1 // must: "moved to heap: x"
	go use(&x)
}

func use(p *int) {
	*p = 2
}
