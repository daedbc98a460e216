// Arguments of a variadic function are packed into a slice.
package p

var all [][]int

func sum(ns ...int) (total int) { // want 10: ns does not escape
	for _, n := range ns {
		total += n
	}
	return total
}

func keep(ns ...int) { // want 11: leaking param: ns
	all = append(all, ns) // want 14: append escapes to heap
}

func use(ns []int) int { // want 10: leaking param: ns
	keep(1, 2) // want 6: ... argument escapes to heap
	keep(ns...)
	return sum() + sum(1, 2, 3) + sum(ns...) // want 20: ... argument does not escape
}

func join(parts ...string) string { // want 11: parts does not escape
	s := ""
	for _, part := range parts {
		s = s + part + "," // want 16: s + part + "," escapes to heap
	}
	return s
}
