package main

import (
	"fmt"
	"strings"
	"testing"
)

const opsInBatch = 4096

// BenchmarkOps speaks through real pipes. An iteration is one op, the judge's share of the work included.
func BenchmarkOps(b *testing.B) {
	for _, c := range []struct {
		name string
		ops  []string
	}{
		{"move", []string{`["move",0,1,0]`}},
		{"store and load", []string{`["store",0,0,0,0]`, `["load",0,1,0,0]`}},
		{"new of 2 words", []string{`["new",0,1,2,"last"]`}},
		{"new of 16 words", []string{`["new",0,1,16,"odd"]`}},
		{"new without slots", []string{`["new",0,1,4,"none"]`}},
		{"push and pop", []string{`["push",0]`, `["pop",0]`}},
		{"two mutators in turn", []string{`["drop",0,1]`, `["drop",1,1]`}},
		{"hand", []string{`["hand",0,1,2,0]`}},
		{"collect", []string{`["collect",0]`}},
	} {
		b.Run(c.name, func(b *testing.B) {
			j := converseWith(b)
			defer j.end()
			j.batch([]string{`["new",0,0,4,"all"]`, `["start",0,1,0]`})
			b.ResetTimer()
			for left := b.N; left > 0; left -= opsInBatch {
				j.echo(c.ops, min(left, opsInBatch))
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}

// echo performs ops again and again, and does not look at the answers.
func (j *judge) echo(ops []string, count int) {
	j.batches++
	line := strings.Repeat(strings.Join(ops, ",")+",", (count+len(ops)-1)/len(ops))
	if err := j.say(fmt.Sprintf(`{"batch":%d,"ops":[%s]}`, j.batches, strings.TrimSuffix(line, ","))); err != nil {
		j.t.Fatal(err)
	}
	if _, err := j.out.ReadSlice('\n'); err != nil {
		j.t.Fatal(err)
	}
}

// BenchmarkMillionObjects builds a million objects that all live, as a list.
func BenchmarkMillionObjects(b *testing.B) {
	for range b.N {
		j := converseWith(b)
		ops := []string{`["new",0,0,2,"last"]`, `["store",0,0,0,1]`, `["move",0,1,0]`}
		for made := 0; made < 1_000_000; made += opsInBatch / 3 {
			j.echo(ops, opsInBatch-1)
		}
		j.end()
	}
}
