//go:build go1.21

// In a file of language version 1.21 all rounds of a loop share its variables, whatever the module says.
package p

func shared() int {
	var p *int
	for i := 0; i < 3; i++ { // want-none
		if p == nil {
			p = &i
		}
	}
	return *p
}

func ranged(s []int) int { // want: 13 "s does not escape"
	var p *int
	for _, v := range s { // want-none
		if p == nil {
			p = &v
		}
	}
	return *p
}
