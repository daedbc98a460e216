// What is made with new may stay on the stack, and what is declared with var may not.
package p

func stays() int {
	p := new(int) // want 10: new(int) does not escape
	*p = 1
	return *p
}

func value() *int {
	return new(40 + 2) // want 12: moved to heap: .autotmp_1
}

func leaves() *int {
	p := new(int) // want 10: new(int) escapes to heap
	return p
}

func again(n int) (last *int) {
	for i := 0; i < n; i++ {
		last = new(int) // want 13: new(int) escapes to heap
	}
	return nil
}

func backwards(n int) int {
	var p *int
again:
	p = new(int) // want 9: new(int) escapes to heap
	n--
	if n > 0 {
		goto again
	}
	return *p
}

func forwards(n int) int {
	var p *int
	if n > 0 {
		goto end
	}
end:
	p = new(int) // want 9: new(int) does not escape
	return *p
}
