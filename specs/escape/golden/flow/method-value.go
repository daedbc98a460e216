// A method value holds its receiver.
package p

type counter struct{ n *int }

func (c counter) value() int { return *c.n }

func (c *counter) more() { *c.n++ }

func byValue() func() int {
	x := 1 // must: "moved to heap: x"
	c := counter{&x}
	return c.value
}

func byPointer(n *int) func() {
	c := counter{n} // must: "moved to heap: c"
	return c.more
}
