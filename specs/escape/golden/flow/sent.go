// Whoever receives a value that was sent may keep it.
package p

func send(c chan *int) {
	x := 1 // must: "moved to heap: x"
	c <- &x
}

func choose(c chan *int) {
	x := 1 // must: "moved to heap: x"
	select {
	case c <- &x:
	default:
	}
}
