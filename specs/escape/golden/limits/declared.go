// A declared variable may have 128 KiB; parameters and results may have any size.
package p

func variables() int {
	var fits [128 << 10]byte // want-none
	var large [128<<10 + 1]byte // want: 6 "moved to heap: large"
	return int(fits[0]) + int(large[0])
}

func parameter(a [128<<10 + 1]byte) byte { // want-none
	return a[0]
}

func result() (a [128<<10 + 1]byte) { // want-none
	return
}
