package main

import (
	"sync/atomic"
	"unsafe"
)

// A keeper is a goroutine that holds a reference somewhere on its stack while it waits, or spins.
type keeper struct {
	hold func(*keeper)
	in   chan unsafe.Pointer
	wake chan struct{}
	stop atomic.Bool // wake, for a keeper that spins
	out  chan unsafe.Pointer
	idle chan struct{}
}

func newKeeper(k placeKind) *keeper {
	hold := map[placeKind]func(*keeper){
		inClosure: (*keeper).inClosure, inDeferred: (*keeper).inDeferred,
		inArgument: (*keeper).inArgument, inRegisters: (*keeper).inRegisters,
	}[k]
	keep := &keeper{
		hold: hold,
		in:   make(chan unsafe.Pointer),
		wake: make(chan struct{}, 1),
		out:  make(chan unsafe.Pointer),
		idle: make(chan struct{}),
	}
	go keep.run()
	return keep
}

// run's own frame never has the reference: see mutator.frame.
func (k *keeper) run() {
	for {
		k.hold(k)
		k.idle <- struct{}{}
	}
}

func (k *keeper) put(p unsafe.Pointer) {
	k.stop.Store(false)
	k.in <- p
}

func (k *keeper) take() unsafe.Pointer {
	k.stop.Store(true)
	k.wake <- struct{}{}
	p := <-k.out
	<-k.idle
	return p
}

func (k *keeper) inClosure() {
	give := k.giver(<-k.in)
	<-k.wake
	give()
}

// giver returns a closure that is alone in having p.
//
//go:noinline
func (k *keeper) giver(p unsafe.Pointer) func() {
	return func() { k.out <- p }
}

func (k *keeper) inDeferred() {
	k.deferring(<-k.in)
}

//go:noinline
func (k *keeper) deferring(p unsafe.Pointer) {
	defer k.give(p)
	<-k.wake
}

func (k *keeper) give(p unsafe.Pointer) { k.out <- p }

func (k *keeper) inArgument() {
	k.executing(<-k.in)
}

//go:noinline
func (k *keeper) executing(p unsafe.Pointer) {
	<-k.wake
	k.out <- p
}

func (k *keeper) inRegisters() {
	p := <-k.in
	scrub(2, 0)
	p = k.spin(p)
	<-k.wake
	k.out <- p
}

// scrub leaves small numbers in all registers, those of floats too, and where the stack has room for spin's
// arguments. When a signal stops a goroutine that calls nothing, all that is taken for references, and
// what other code left there would keep objects alive that the script let go.
//
//go:noinline
func scrub(times, more int) int {
	a, b, c, d, e, f, g := times, times+1, times+2, times+3, times+4, times+5, times+6
	h, i, j, k, l, m, n := more+7, more+8, more+9, more+10, more+11, more+12, more+13
	for range times {
		a, b, c, d, e, f, g = a+n, b+a, c+b, d+c, e+d, f+e, g+f
		h, i, j, k, l, m, n = h+g, i+h, j+i, k+j, l+k, m+l, n+m
	}
	// Over a call, arguments go where the caller has room for them.
	floats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return times ^ more ^ a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l ^ m ^ n
}

// floats is passed as many as there are registers for. Blocks of two words are copied through those.
//
//go:noinline
func floats(_, _, _, _, _, _, _, _, _, _, _, _, _, _, _ float64) {}

// spin calls nothing, so p stays in the register in which it came. The goroutine can only be stopped by a
// signal, and then the collector must look into its registers.
//
//go:noinline
func (k *keeper) spin(p unsafe.Pointer) unsafe.Pointer {
	for !k.stop.Load() {
	}
	return p
}
