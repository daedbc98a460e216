// A slice of an array points into it.
package p

func whole() []int {
	var a [4]int // must: "moved to heap: a"
	return a[:]
}

func part() []int {
	var b struct{ a [4]int } // must: "moved to heap: b"
	return b.a[1:2]
}
