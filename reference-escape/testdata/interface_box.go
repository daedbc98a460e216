// A value in an interface is boxed unless it is one pointer.
package p

type wrapped struct{ p *int }
type pair struct{ a, b int }

var sink any

func boxed(n int) {
	sink = n // want 9: n escapes to heap
}

func stays(v pair) bool {
	var i any = v // want 14: v does not escape
	_, ok := i.(pair)
	return ok
}

func shaped(p *int) { // want 13: leaking param: p
	sink = p
	sink = wrapped{p}
	sink = [1]*int{p}
}

func printed(n int, s string) { // want 21: s does not escape
	print2(n, s, "literal") // want 8: ... argument does not escape | 9: n does not escape | 12: s does not escape | 15: "literal" does not escape
}

func print2(args ...any) { // want 13: args does not escape
	for _, arg := range args {
		println(arg)
	}
}

func constant() any {
	v := 20
	return v // want 9: 20 escapes to heap
}

func compared(i any, n int) bool { // want 15: i does not escape
	return i == n // want 14: n does not escape
}
