// Prints src/letters/table.rs: the letters and digits of this release of Go, beyond ASCII.
package main

import (
	"fmt"
	"unicode"
)

const width = 98

func main() {
	fmt.Printf("//! Letters and digits beyond ASCII, first and last of each run, as of Unicode %s.\n", unicode.Version)
	fmt.Println("//!")
	fmt.Println("//! Made by `tests/oracle/letters.go`; where Go is at hand, a test makes them again and compares.")
	table("General categories Lu, Ll, Lt, Lm and Lo.", "LETTERS", unicode.Letter)
	table("General category Nd.", "DIGITS", unicode.Nd)
}

func table(doc, name string, set *unicode.RangeTable) {
	runs := runsOf(set)
	fmt.Printf("\n/// %s\n#[rustfmt::skip]\n", doc)
	fmt.Printf("pub(super) const %s: [(u32, u32); %d] = [\n", name, len(runs))
	line := "   "
	for _, run := range runs {
		entry := fmt.Sprintf(" (0x%x, 0x%x),", run[0], run[1])
		if len(line)+len(entry) > width {
			fmt.Println(line)
			line = "   "
		}
		line += entry
	}
	fmt.Println(line)
	fmt.Println("];")
}

func runsOf(set *unicode.RangeTable) [][2]rune {
	var runs [][2]rune
	for c := rune(0x80); c <= unicode.MaxRune; c++ {
		if !unicode.Is(set, c) {
			continue
		}
		if last := len(runs) - 1; last >= 0 && runs[last][1] == c-1 {
			runs[last][1] = c
		} else {
			runs = append(runs, [2]rune{c, c})
		}
	}
	return runs
}
