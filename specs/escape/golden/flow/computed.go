// A pointer that went through a uintptr is still a pointer to the same variable.
package p

import "unsafe"

func shifted() unsafe.Pointer {
	var a [4]int32 // must: "moved to heap: a"
	return unsafe.Pointer(uintptr(unsafe.Pointer(&a)) + 4)
}

func rounded() *int {
	x := 1 // must: "moved to heap: x"
	return (*int)(unsafe.Pointer(uintptr(unsafe.Pointer(&x)) &^ 7))
}
