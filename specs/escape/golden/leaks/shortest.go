// What counts is the way to a result with the fewest loads, in whatever order the ways are found.
package p

type list struct{ next *list }

func longFirst(l *list, b bool) *list { // want: 16 "leaking param: l to result ~r0 level=0"
	m := l
	if b {
		return l.next
	}
	return m
}

func shortFirst(l *list, b bool) *list { // want: 17 "leaking param: l to result ~r0 level=0"
	m := l.next
	if b {
		return l
	}
	return m
}

func loads(l *list) *list { // want: 12 "leaking param: l to result ~r0 level=2"
	return l.next.next
}
