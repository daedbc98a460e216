// Values of package variables that are known when the program is built make nothing.
package p

type table struct {
	names []string
	next  *table
	f     func() int
}

var static = table{names: []string{"a", "b"}, next: &table{}, f: func() int { return 1 }}
var dynamic = []any{1, "two", compute(), &table{f: compute}}
var byName = map[string]int{"a": 1} // want 28: map[string]int{...} escapes to heap
var copied = static
var _ = &table{}

func compute() int { return 3 }

const debug = false

func dead(p *int) *int { // want 11: p does not escape
	if debug {
		return p
	}
	if !debug || p == nil {
		return nil
	}
	return p
}

// An instance is made though only a value that is known names it.
func pointer[T any](x T) *T { return &x } // want 21: moved to heap: x | 21: moved to heap: x | 21: moved to heap: x

var made = pointer[int]
var inside = struct{ f func(bool) *bool }{pointer[bool]}
var _ = pointer[string]
