// A goroutine may outlive who started it.
package p

func spawn(f func()) { // want 12: leaking param: f
	go f()
}

func literal() {
	n := 0 // want 2: moved to heap: n
	go func() { n++ }() // want 5: func literal escapes to heap
}

func argument(p *int) { // want 15: leaking param: p
	go show(p, "text")
}

func show(p *int, s string) { println(*p, s) } // want 11: p does not escape | 19: s does not escape
