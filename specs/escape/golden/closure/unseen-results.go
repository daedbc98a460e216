// What a literal returns gets to whoever calls it; where nobody knows who that is, it may be anybody.
package p

type task struct{ run func() *int }

var sink *int

func listed() {
	x := 1 // must: "moved to heap: x"
	tasks := []task{{func() *int { return &x }}}
	for _, t := range tasks {
		sink = t.run()
	}
}
