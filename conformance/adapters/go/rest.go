package main

import (
	"time"
	_ "unsafe" // for go:linkname
)

// forcedPeriod is how long the runtime waits, in ns, before it collects because there was no collection for
// long: two minutes. The runtime's own tests shorten it as we do.
//
//go:linkname forcedPeriod runtime.forcegcperiod
var forcedPeriod int64

const (
	// restPeriod is what we shorten it to.
	restPeriod = 10 * time.Millisecond

	// restPeriods is how many of these a collection may be late before we say that there was none.
	restPeriods = 100
)

// rest does nothing for longer than a collection that is due by time may wait: until there was one, or
// many periods have passed.
func rest() answer {
	usual := forcedPeriod
	forcedPeriod = int64(restPeriod)
	defer func() { forcedPeriod = usual }()
	before := cycles()
	for range restPeriods {
		time.Sleep(restPeriod)
		if cycles() != before {
			break
		}
	}
	return done
}
