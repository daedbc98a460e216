// Keys and values of a map literal are in the map.
package p

func key() int {
	x := 1 // must: "moved to heap: x"
	return len(map[*int]bool{&x: true})
}

func value() int {
	x := 1 // must: "moved to heap: x"
	return len(map[int]*int{1: &x})
}
