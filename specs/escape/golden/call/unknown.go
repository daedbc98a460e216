// A function that nobody knows may keep all that it is given.
package p

type keeper interface{ keep(*int) }

func dynamic(k keeper) {
	x := 1 // must: "moved to heap: x"
	k.keep(&x)
}

func variable(f func(*int)) {
	x := 1 // must: "moved to heap: x"
	f(&x)
}

var global = func(*int) {}

func exchangeable() {
	x := 1 // must: "moved to heap: x"
	global(&x)
}
