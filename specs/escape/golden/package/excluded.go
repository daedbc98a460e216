// What a constant condition excludes is not there, and a block makes no difference.
package p

const debug = false

var sink *int

func never() int {
	x := 1 // want-none
	if debug {
		sink = &x
		sink = new(int) // want-none
	}
	return x
}

func always() int {
	x := 1 // want-none
	if !debug {
		return x
	}
	sink = &x
	return 0
}

func block() int {
	{
		x := 1 // want-none
		p := &x
		{
			return *p
		}
	}
}
