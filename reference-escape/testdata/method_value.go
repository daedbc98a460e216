// A method that is not called holds its receiver.
package p

type counter struct{ n int }

func (c *counter) add()         { c.n++ } // want 7: c does not escape
func (c counter) get() int      { return c.n }
func (c *counter) me() *counter { return c } // want 7: leaking param: c to result ~r0 level=0

func bound() func() {
	var c counter // want 6: moved to heap: c
	return c.add // want 10: c.add escapes to heap
}

func stays() int {
	var c counter
	f := c.add // want 8: c.add does not escape
	f()
	return counter.get(c)
}

func copied(c counter) func() int {
	return c.get // want 10: c.get escapes to heap
}

func expression(c *counter) { // want 17: c does not escape
	(*counter).add(c)
}

type adder interface{ add() }

func dynamic(a adder) { // want 14: leaking param: a
	a.add()
}

func known() {
	var a adder = &counter{} // want 16: &counter{} does not escape
	a.add() // want 7: devirtualizing a.add to *counter
}
