package main

import (
	"runtime"
	"runtime/metrics"
	"slices"
	"time"
)

// A cycle is the collection that a begin asked for, until it is waited for.
type cycle struct {
	ended chan struct{} // nil if none goes on
}

func (w *world) collecting(c code) answer {
	switch c {
	case opCollect:
		w.due.settle() // finalizers that still run would hold their objects through this collection
		runtime.GC()
		w.cycle.join()
	case opBegin:
		if w.cycle.ended != nil {
			return skip
		}
		w.cycle.begin()
		return done
	case opFinish:
		if w.cycle.ended == nil {
			return skip
		}
		w.cycle.join()
	}
	w.due.settle()
	w.watch.giveBack()
	return text(w.watch.tell(nil))
}

// begin starts a collection and comes back when it marks: the pause in which a cycle's marking begins is
// counted as it ends. If another collection was under way, its last pause may be the one we see.
func (c *cycle) begin() {
	ended := make(chan struct{})
	before := pauses()
	go func() {
		runtime.GC()
		close(ended)
	}()
	for pauses() == before {
		runtime.Gosched()
	}
	c.ended = ended
}

func (c *cycle) join() {
	if c.ended != nil {
		<-c.ended
		c.ended = nil
	}
}

const pausesMetric = "/sched/pauses/total/gc:seconds"

var pausesCounter = newMetric(pausesMetric)

// pauses counts the stops of the world that the collector made: two in each cycle.
func pauses() uint64 { return countOf(pausesCounter.read().Float64Histogram()) }

func countOf(h *metrics.Float64Histogram) (n uint64) {
	for _, c := range h.Counts {
		n += c
	}
	return n
}

const (
	quickLooks = 200  // by yielding, before it is worth while to sleep
	idleLooks  = 5000 // by sleeping, while nothing moves
)

// settle waits until every finalizer and cleanup that is due has run. One that never runs is a fault of the
// runtime, for the judge to see, so we wait no longer than something moves.
func (d due) settle() {
	before := uint64(0)
	for idle := 0; idle < quickLooks+idleLooks; idle++ {
		queued, executed := d.look()
		if queued == executed {
			return
		}
		if executed != before {
			before, idle = executed, 0
		}
		if idle < quickLooks {
			runtime.Gosched()
		} else {
			time.Sleep(time.Millisecond)
		}
	}
}

// due is how many finalizers and cleanups were queued, and how many have run, since the program began. The
// first counts an object as soon as it is swept, so after a whole collection it is complete.
type due []metrics.Sample

func newDue() due {
	return due{
		{Name: "/gc/finalizers/queued:finalizers"},
		{Name: "/gc/cleanups/queued:cleanups"},
		{Name: "/gc/finalizers/executed:finalizers"},
		{Name: "/gc/cleanups/executed:cleanups"},
	}
}

func (d due) look() (queued, executed uint64) {
	metrics.Read(d)
	at := func(i int) uint64 { return d[i].Value.Uint64() }
	return at(0) + at(1), at(2) + at(3)
}

// tell appends the news as JSON, and forgets them.
func (w *watch) tell(out []byte) []byte {
	w.lock.Lock()
	defer w.lock.Unlock()
	slices.Sort(w.news.dead)
	slices.Sort(w.news.cleaned)
	out = append(out, '{')
	for _, l := range []struct {
		key     string
		numbers *[]uint32
	}{
		{"dead", &w.news.dead},
		{"finalized", &w.news.finalized},
		{"cleaned", &w.news.cleaned},
		{"strong", &w.news.strong},
		{"broken", &w.news.broken},
	} {
		if len(*l.numbers) == 0 {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), l.key...), `":`...)
		out = appendRuns(out, *l.numbers)
		*l.numbers = (*l.numbers)[:0]
	}
	return append(out, '}')
}

// shortestRun is the number of consecutive numbers from which on a pair is written for them.
const shortestRun = 3

func appendRuns(out []byte, numbers []uint32) []byte {
	out = append(out, '[')
	for len(numbers) > 0 {
		run := 1
		for run < len(numbers) && numbers[run] == numbers[run-1]+1 {
			run++
		}
		if run < shortestRun {
			run = 1
		}
		if first, last := numbers[0], numbers[run-1]; run == 1 {
			out = appendNumber(out, uint64(first))
		} else {
			out = pair(uint64(first), uint64(last)).append(out)
		}
		if numbers = numbers[run:]; len(numbers) > 0 {
			out = append(out, ',')
		}
	}
	return append(out, ']')
}
