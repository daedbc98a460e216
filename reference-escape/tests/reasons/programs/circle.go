// Values that run in circles, and functions that call each other.
package p

type list struct{ next *list }

func turn(a, b *list) *list {
	for i := 0; i < 3; i++ {
		a, b = b, a
	}
	return a
}

func knot() *list {
	var l *list
	l = &list{l}
	l.next = l
	return l
}

func even(l *list) *list {
	if l == nil {
		return nil
	}
	return odd(l.next)
}

func odd(l *list) *list { return even(l) }

func init() {
	k := list{}
	defer func() { k.next = nil }()
	go func() { println(k.next == nil) }()
}
