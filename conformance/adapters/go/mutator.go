package main

import (
	"runtime/debug"
	"unsafe"
)

const (
	maxFrames = 10_000

	// maxGrow keeps the stack, which is doubled as it grows, below Go's limit of 1 GB.
	maxGrow = 1 << 26
)

// A ref is a reference of the script.
type ref struct {
	to   unsafe.Pointer
	past bool // an empty view at the end of an object, which is good for nothing but to be held
}

// A frame is what one frame of the script has. It lies in a frame of Go's own stack.
type frame struct {
	local [maxLocals]ref
}

// reference returns what a local holds, nil if that leads to nothing.
func (f *frame) reference(local uint64) unsafe.Pointer {
	if r := f.local[local]; !r.past {
		return r.to
	}
	return nil
}

// A mutator is a goroutine. It waits in next for an op, and whoever gives it one waits until it waits again.
type mutator struct {
	world    *world
	number   uint8
	runs     bool
	owes     bool // somebody waits at back
	scripted bool // what it was given last is an op of the batch
	depth    int  // frames
	leaving  bool // all frames are to end
	homing   bool // all frames but the first are to end
	order    op   // what it is told beside the script

	baton chan *op
	back  chan struct{}
	gift  chan unsafe.Pointer // what `hand` gives, at a rendezvous
}

func (m *mutator) start(l0 unsafe.Pointer) {
	m.runs, m.depth, m.leaving, m.owes, m.scripted = true, 1, false, false, false
	go m.run(l0)
}

func (m *mutator) run(l0 unsafe.Pointer) {
	debug.SetPanicOnFault(true) // spoilt memory is an answer
	m.frame(l0)
	m.giveBack()
}

// do has the mutator perform an op and, if it is one of the batch, those of the same mutator after it.
func (m *mutator) do(o *op) {
	m.baton <- o
	<-m.back
}

// tell gives an order beside the script.
func (m *mutator) tell(c code, into uint64) {
	m.order = op{code: c, into: uint8(into)}
	m.baton <- &m.order
}

// frame is one frame of a mutator: its locals are in this function's frame, push calls it, and pop
// returns from it.
//
// What keeps objects alive here must be f and nothing else, so ops are performed in functions of
// their own, and never inlined: a goroutine that was stopped between two instructions has its
// innermost frame and its registers scanned for whatever looks like a pointer. Locals are set here
// and not through a pointer to f, because only the compiler's own view of the stack leaves the write
// barrier away; the hybrid barrier is there to make that safe.
//
// What `go build -gcflags=-m` must not print: "moved to heap: f" here, and, of any function that is given
// a frame, "leaking param: f" but "to result". (The content of f leaks, of course: it is on the heap.)
//
//go:noinline
func (m *mutator) frame(l0 unsafe.Pointer) {
	var f frame
	f.local[0].to = l0
	for {
		o := m.next()
		switch {
		case o.code.setsLocal():
			if r, ok := m.bring(&f, o); ok {
				f.local[o.into&(maxLocals-1)] = r
			}
		case o.code == opTake:
			f.local[o.into&(maxLocals-1)] = ref{to: <-m.gift}
		case o.code == opPush:
			if !m.push() {
				continue
			}
			m.frame(nil)
			if m.depth--; m.leaving || m.homing && m.depth > 1 {
				return
			}
			if m.homing {
				f, m.homing = frame{}, false
			}
		case o.code == opPop:
			if m.pop() {
				return
			}
		case o.code == opLeave:
			m.leaving = true
			return
		case o.code == opHome:
			if m.depth > 1 {
				m.homing = true
				return
			}
			f = frame{}
		default:
			m.perform(&f, o)
		}
	}
}

// next returns the next op. While the batch goes on with ops of this mutator nobody else is asked.
//
//go:noinline
func (m *mutator) next() *op {
	if m.scripted {
		if o := m.world.advance(); o != nil && o.by == m.number && o.code.scripted() {
			return o
		}
	}
	return m.wait()
}

// wait gives the baton back, if it has been given one before, and waits for the next.
//
//go:noinline
func (m *mutator) wait() *op {
	if m.owes {
		m.giveBack()
	}
	o := <-m.baton
	m.owes, m.scripted = true, o.code.scripted()
	return o
}

// giveBack lets the next one go on. Until this goroutine waits, which may be some instructions later, it could
// be stopped with what it last had in its registers.
//
//go:noinline
func (m *mutator) giveBack() {
	scrub(1, 0)
	m.back <- struct{}{}
}

func (m *mutator) push() bool {
	if m.depth == maxFrames {
		m.world.reply(skip)
		return false
	}
	m.depth++
	m.world.reply(done)
	return true
}

func (m *mutator) pop() bool {
	if m.depth == 1 {
		m.world.reply(skip)
		return false
	}
	m.world.reply(done)
	return true
}

// grow uses bytes of stack. The stack is copied to a larger place where it needs more than it has, and
// every frame of the script moves.
func grow(bytes uint64) answer {
	if bytes > maxGrow {
		return refused
	}
	descend(bytes)
	return done
}

//go:noinline
func descend(bytes uint64) byte {
	var room [256]byte
	for i := range room {
		room[i] = byte(bytes)
	}
	if bytes > uint64(len(room)) {
		room[0] += descend(bytes - uint64(len(room)))
	}
	return room[0] + room[bytes%uint64(len(room))]
}
