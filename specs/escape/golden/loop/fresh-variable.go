// Each round has the variables of its loop for itself.
package p

func first() int {
	var p *int
	for i := 0; i < 3; i++ { // must: "moved to heap: i"
		if p == nil {
			p = &i
		}
	}
	return *p
}
