package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"
)

// gcOff is how the protocol writes a GOGC that is off.
const gcOff = 1 << 31

func (w *world) tuning(o *op) answer {
	switch o.code {
	case opPercent:
		setPercent(o.arg[0])
		return done
	case opLimit:
		setLimit(o.arg[0])
		return done
	default:
		return text(readStatistics().append(nil))
	}
}

// gcInitial stands for the GOGC that the process began with.
const gcInitial = 1 << 32

// initialPercent is that setting. Asking for it means setting it, and setting it back.
var initialPercent = func() int {
	percent := debug.SetGCPercent(100)
	debug.SetGCPercent(percent)
	return percent
}()

func setPercent(percent uint64) {
	switch percent {
	case gcOff:
		debug.SetGCPercent(-1)
	case gcInitial:
		debug.SetGCPercent(initialPercent)
	default:
		debug.SetGCPercent(int(percent))
	}
}

func setLimit(bytes uint64) {
	if bytes == 0 {
		debug.SetMemoryLimit(math.MaxInt64)
		return
	}
	debug.SetMemoryLimit(int64(bytes))
}

// pacing names what comes from runtime/metrics.
var pacing = []struct{ name, metric string }{
	{"goal", "/gc/heap/goal:bytes"},
	{"live", "/gc/heap/live:bytes"},
	{"stack-scan", "/gc/scan/stack:bytes"},
	{"globals-scan", "/gc/scan/globals:bytes"},
	{"heap-scan", "/gc/scan/heap:bytes"},
	{"total-scan", "/gc/scan/total:bytes"},
	{"percent", "/gc/gogc:percent"},
	{"limit", "/gc/gomemlimit:bytes"},
	{"cycles", cyclesMetric},
	{"cycles-forced", "/gc/cycles/forced:gc-cycles"},
	{"cycles-automatic", "/gc/cycles/automatic:gc-cycles"},
	{"pauses", pausesMetric},
	{"memory-total", totalMetric},
}

const totalMetric = "/memory/classes/total:bytes"

// classes are those of memory: all metrics of that name but the total.
var classes = func() (names []string) {
	for _, m := range metrics.All() {
		if strings.HasPrefix(m.Name, "/memory/classes/") && m.Name != totalMetric {
			names = append(names, m.Name)
		}
	}
	return names
}()

// A metric is one of runtime/metrics, for who holds the baton. It is made once, since to make it takes memory of
// the heap that is looked at.
type metric []metrics.Sample

func newMetric(name string) metric { return metric{{Name: name}} }

func (m metric) read() metrics.Value {
	metrics.Read(m)
	return m[0].Value
}

const cyclesMetric = "/gc/cycles/total:gc-cycles"

var cyclesCounter = newMetric(cyclesMetric)

func cycles() uint64 { return cyclesCounter.read().Uint64() }

type statistics struct {
	mem     runtime.MemStats
	pacing  []metrics.Sample
	started time.Time
}

// stats is made once: it is large, and reading statistics is to change them as little as can be.
var stats = newStatistics()

func newStatistics() *statistics {
	s := &statistics{started: time.Now()}
	for _, p := range pacing {
		s.pacing = append(s.pacing, metrics.Sample{Name: p.metric})
	}
	for _, class := range classes {
		s.pacing = append(s.pacing, metrics.Sample{Name: class})
	}
	return s
}

// together is how often we try to read both sources without a collection between them.
const together = 20

func readStatistics() *statistics {
	for range together {
		before := cycles()
		metrics.Read(stats.pacing)
		runtime.ReadMemStats(&stats.mem)
		if cycles() == before && uint64(stats.mem.NumGC) == before {
			break
		}
	}
	return stats
}

// since returns a time as nanoseconds since the program began: since 1970 there are more of them than
// the protocol has numbers. 0 stays what it is, never.
func (s *statistics) since(ns uint64) uint64 {
	if ns == 0 {
		return 0
	}
	return uint64(max(1, int64(ns)-s.started.UnixNano()))
}

func (s *statistics) append(out []byte) []byte {
	m := &s.mem
	last := (m.NumGC + uint32(len(m.PauseNs)) - 1) % uint32(len(m.PauseNs))
	out = append(out, '{')
	for _, v := range []struct {
		name  string
		value uint64
	}{
		{"Alloc", m.Alloc},
		{"TotalAlloc", m.TotalAlloc},
		{"Sys", m.Sys},
		{"Lookups", m.Lookups},
		{"Mallocs", m.Mallocs},
		{"Frees", m.Frees},
		{"HeapAlloc", m.HeapAlloc},
		{"HeapSys", m.HeapSys},
		{"HeapIdle", m.HeapIdle},
		{"HeapInuse", m.HeapInuse},
		{"HeapReleased", m.HeapReleased},
		{"HeapObjects", m.HeapObjects},
		{"StackInuse", m.StackInuse},
		{"StackSys", m.StackSys},
		{"MSpanInuse", m.MSpanInuse},
		{"MSpanSys", m.MSpanSys},
		{"MCacheInuse", m.MCacheInuse},
		{"MCacheSys", m.MCacheSys},
		{"BuckHashSys", m.BuckHashSys},
		{"GCSys", m.GCSys},
		{"OtherSys", m.OtherSys},
		{"NextGC", m.NextGC},
		{"LastGC", s.since(m.LastGC)},
		{"PauseTotalNs", m.PauseTotalNs},
		{"NumGC", uint64(m.NumGC)},
		{"NumForcedGC", uint64(m.NumForcedGC)},
		{"LastPauseNs", m.PauseNs[last]},
		{"LastPauseEnd", s.since(m.PauseEnd[last])},
	} {
		out = appendNamed(out, v.name, v.value)
	}
	for i, p := range pacing {
		out = appendNamed(out, p.name, pacingValue(p.name, s.pacing[i].Value))
	}
	var sum uint64
	for _, class := range s.pacing[len(pacing):] {
		sum += class.Value.Uint64()
	}
	out = appendNamed(out, "memory-classes", sum)
	out[len(out)-1] = '}'
	return out
}

func appendNamed(out []byte, name string, value uint64) []byte {
	out = append(append(append(out, '"'), name...), `":`...)
	return append(appendNumber(out, value), ',')
}

func pacingValue(name string, v metrics.Value) uint64 {
	switch {
	case v.Kind() == metrics.KindFloat64Histogram:
		return countOf(v.Float64Histogram())
	case name == "percent" && v.Uint64() == math.MaxUint64:
		return gcOff
	case name == "limit" && v.Uint64() == math.MaxInt64:
		return 0 // as the op that takes it away
	default:
		return v.Uint64()
	}
}
