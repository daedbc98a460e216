// Go's own allocator under the workloads of the benchmark: the same sizes, allocated and dropped.
//
// It speaks the protocol of reference-alloc/peers (`time ROW THREADS OPS`, one line of JSON), and its
// generator is that of peers/src/prng.rs. What a malloc pays in free, Go pays in its collector, so the
// CPU time of all threads counts. Blocks are byte slices, which the collector does not look into;
// GO_POINTERS=1 in the environment makes them slices of pointers.
//
// Rows that have no meaning here (other threads, frees by another thread) are answered by `"ops":0`.
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

type prng uint64

func newPrng() prng { return 0x9e3779b97f4a7c15 }

func (p *prng) below(limit uint64) uint64 {
	x := uint64(*p)
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	*p = prng(x)
	return (x * 0x2545f4914f6cdd1d >> 32) * limit >> 32
}

func (p *prng) within(low, high uint64) uint64 { return low + p.below(high-low+1) }

// A block is one of the two: bytes, or as many pointers as fit into them.
type block interface {
	[]byte | []*byte
}

var target byte

func bytes(size uint64) []byte {
	b := make([]byte, size)
	b[0], b[size-1] = byte(size), ^byte(size)
	return b
}

func pointers(size uint64) []*byte {
	b := make([]*byte, (size+7)/8)
	b[0], b[len(b)-1] = &target, &target
	return b
}

// pairs: see peers/src/workload/pairs.rs; so for all others. The result keeps the block on the heap.
func pairs[B block](take func(uint64) B, ops uint64) (kept B) {
	for range ops {
		kept = take(64)
	}
	return kept
}

func random[B block](take func(uint64) B, ops uint64) []B {
	const slots = 10_000
	p, live := newPrng(), make([]B, slots)
	for range ops {
		at := p.below(slots)
		live[at] = take(p.within(8, 1024))
	}
	return live
}

// The blocks of a batch are dropped at once: order is the collector's affair.
func batch[B block](take func(uint64) B, ops uint64) []B {
	const blocks = 100_000
	p, live := newPrng(), make([]B, blocks)
	for done := uint64(0); done < ops; done += blocks {
		for at := range live {
			live[at] = take(p.within(16, 512))
		}
		clear(live)
	}
	return live
}

func large(ops uint64) [][]byte {
	const slots = 32
	p, live := newPrng(), make([][]byte, slots)
	for range ops {
		at := p.below(slots)
		b := bytes(p.within(32<<10, 1<<20))
		fillPages(b, 0)
		live[at] = b
	}
	return live
}

func growth(ops uint64) [][]byte {
	const buffers, first, last = 4, 256, 2 << 20
	p, live := newPrng(), make([][]byte, buffers)
	for range ops {
		at := p.below(buffers)
		if len(live[at])*3/2 > last {
			live[at] = nil
		}
		before := len(live[at])
		live[at] = grow(live[at], max(before*3/2, first))
		fillPages(live[at], before)
	}
	return live
}

func appending(ops uint64) [][]byte {
	const buffers, first, last = 256, 8, 4096
	p, live := newPrng(), make([][]byte, buffers)
	for range ops {
		at := p.below(buffers)
		if len(live[at]) == last {
			live[at] = nil
		}
		live[at] = grow(live[at], max(2*len(live[at]), first))
	}
	return live
}

func grow(old []byte, size int) []byte {
	b := make([]byte, size)
	copy(b, old)
	b[0], b[size-1] = byte(size), ^byte(size)
	return b
}

func fillPages(b []byte, from int) {
	const page = 4096
	for at := max((from+page-1)/page*page, page); at < len(b)-1; at += page {
		b[at] = byte(at / page)
	}
}

// work does a row; false if there is none of that name.
func work(row string, ops uint64) bool {
	withPointers := os.Getenv("GO_POINTERS") != ""
	switch {
	case row == "pairs" && withPointers:
		sink = pairs(pointers, ops)
	case row == "pairs":
		sink = pairs(bytes, ops)
	case row == "random" && withPointers:
		sink = random(pointers, ops)
	case row == "random":
		sink = random(bytes, ops)
	case row == "batch" && withPointers:
		sink = batch(pointers, ops)
	case row == "batch":
		sink = batch(bytes, ops)
	case withPointers:
		return false
	case row == "large":
		sink = large(ops)
	case row == "growth":
		sink = growth(ops)
	case row == "append":
		sink = appending(ops)
	default:
		return false
	}
	return true
}

var sink any

// cpu is the time that all threads of this process have used, in nanoseconds.
func cpu() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

func main() {
	if len(os.Args) != 5 || os.Args[1] != "time" {
		fmt.Fprintln(os.Stderr, "usage: time ROW THREADS OPS")
		os.Exit(1)
	}
	row, threads := os.Args[2], os.Args[3]
	ops, err := strconv.ParseUint(os.Args[4], 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if row == "batch" {
		ops = (ops + 99_999) / 100_000 * 100_000
	}
	if threads != "1" || !work(row, ops/10+1) {
		fmt.Println(`{"ops":0,"cpu_ns":0}`)
		return
	}
	before := cpu()
	work(row, ops)
	fmt.Printf(`{"ops":%d,"cpu_ns":%d}`+"\n", ops, cpu()-before)
}
