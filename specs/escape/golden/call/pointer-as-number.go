// A pointer that is passed as a number escapes where the function says that its numbers are pointers, alone or as one of many.
package p

import "unsafe"

//go:uintptrescapes
func one(n uintptr) {} // want: 10 "marking n as escaping uintptr"

//go:uintptrescapes
func many(list ...uintptr) {} // want: 11 "marking list as escaping ...uintptr"

func number(n uintptr) {} // want-none

func alone() {
	var x int // want: 6 "moved to heap: x"
	one(uintptr(unsafe.Pointer(&x)))
}

func among() {
	var x, y int // want: 6 "moved to heap: x" 9 "moved to heap: y"
	many(1, uintptr(unsafe.Pointer(&x)), uintptr(unsafe.Pointer(&y)))
}

func plain() {
	var x int // want-none
	number(uintptr(unsafe.Pointer(&x)))
}
