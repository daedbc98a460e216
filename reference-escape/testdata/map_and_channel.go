// What is put into maps and channels lives on the heap; what is looked up need not.
package p

func put(m map[*int]*int, k, v *int) { // want 10: m does not escape | 27: leaking param: k | 30: leaking param: v
	m[k] = v
}

func get(m map[*int]*int, k *int) *int { // want 10: m does not escape | 27: k does not escape
	return m[k]
}

func remove(m map[*int]int, k *int) { // want 13: m does not escape | 29: k does not escape
	delete(m, k)
}

func send(c chan *int) { // want 11: c does not escape
	n := 1 // want 2: moved to heap: n
	c <- &n
}

func local() int {
	m := make(map[string]int) // want 11: make(map[string]int) does not escape
	m["a"]++
	literal := map[string]*int{"b": new(int)} // want 28: map[string]*int{...} does not escape | 37: new(int) escapes to heap
	return len(m) + len(literal)
}

func receive(c chan *int, d chan any) (i any) { // want 14: c does not escape | 27: d does not escape
	select {
	case i = <-c:
	case p, ok := <-d:
		if ok {
			return p
		}
	}
	return i
}

func raise(err error) { // want 12: leaking param: err
	panic(err)
}
