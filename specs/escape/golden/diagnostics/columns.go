// Columns are bytes, from 1.
package p

func narrow() *int { x := 1; return &x } // want: 22 "moved to heap: x"

func wide() (string, *int) { s := "äöü€"; x := 1; return s, &x } // want: 48 "moved to heap: x"

func tabs() *int {
		x := 1 // want: 3 "moved to heap: x"
	return &x
}
