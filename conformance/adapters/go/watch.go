package main

import (
	"runtime"
	"runtime/debug"
	"sync"
	"unsafe"
	"weak"
)

// A handle is a weak handle of the script. The number is that of its object, as it was read when the
// handle was made, so that a finalizer asks the handles of its own object only: to ask one is to
// keep what it leads to for this collection.
type handle struct {
	to     weak.Pointer[uint64]
	number uint32
}

func (h handle) empty() bool { return h.to == weak.Pointer[uint64]{} }

// A watch knows objects by numbers only. Cleanups and the finalizers' goroutine write to it beside the mutators.
type watch struct {
	lock     sync.Mutex
	news     news
	revived  []revival
	handles  [maxGlobals]handle
	cleanups []runtime.Cleanup // by number, from 1; they have no pointers

	// Functions that every object is given, made once.
	died    func(number uint32)
	cleaned func(number uint32)
}

// news is what became known since it was told last.
type news struct {
	dead, finalized, cleaned, strong, broken []uint32
}

func (w *watch) init() {
	w.died = func(n uint32) { w.note(&w.news.dead, n) }
	w.cleaned = func(n uint32) { w.note(&w.news.cleaned, n) }
	w.cleanups = make([]runtime.Cleanup, 1)
}

func (w *watch) note(list *[]uint32, n uint32) {
	w.lock.Lock()
	*list = append(*list, n)
	w.lock.Unlock()
}

// Weak handles

func (w *watch) weaken(at uint64, p unsafe.Pointer) answer {
	if p == nil {
		return skip
	}
	w.hold(at, handle{weak.Make((*uint64)(p)), uint32(stampAt(p))})
	return done
}

func (w *watch) hold(at uint64, h handle) {
	w.lock.Lock()
	w.handles[at] = h
	w.lock.Unlock()
}

func (w *watch) strongly(at uint64) (unsafe.Pointer, answer) {
	h := w.handles[at]
	if h.empty() {
		return nil, skip
	}
	p := unsafe.Pointer(h.to.Value())
	return p, number(stampAt(p))
}

func (w *watch) same(a, b uint64) answer {
	if w.handles[a].empty() || w.handles[b].empty() {
		return skip
	}
	return truth(w.handles[a].to == w.handles[b].to)
}

func (w *watch) forget(at uint64) answer {
	w.hold(at, handle{})
	return done
}

func (w *watch) forgetAll() {
	for i := range w.handles {
		w.hold(uint64(i), handle{})
	}
}

// stillLed says whether a weak handle leads to an object yet.
func (w *watch) stillLed(number uint32) bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	for _, h := range w.handles {
		if h.number == number && h.to.Value() != nil {
			return true
		}
	}
	return false
}

// Finalizers

// finalizer sets one that reports, and stores the object into a global if one is named. A pointer to
// an object's first word is one to the beginning of its block, which is what the runtime asks for.
func (w *world) finalizer(p unsafe.Pointer, global int) answer {
	o, ok := w.ledger.open(p)
	if !ok {
		return skip
	}
	if w.ledger.entry(o.number).Or(hasFinalizer)&hasFinalizer != 0 {
		return skip
	}
	n := o.number
	runtime.SetFinalizer((*uint64)(p), func(first *uint64) {
		w.finalize(n, unsafe.Pointer(first), global)
	})
	return done
}

func (w *world) unfinalizer(p unsafe.Pointer) answer {
	o, ok := w.ledger.open(p)
	if !ok {
		return skip
	}
	if w.ledger.entry(o.number).And(^uint64(hasFinalizer))&hasFinalizer == 0 {
		return skip
	}
	runtime.SetFinalizer((*uint64)(p), nil)
	return done
}

// finalize is what the finalizer of object n does.
func (w *world) finalize(n uint32, p unsafe.Pointer, global int) {
	w.watch.note(&w.watch.news.finalized, n)
	if w.watch.stillLed(n) {
		w.watch.note(&w.watch.news.strong, n)
	}
	if w.broken(n, p) {
		w.watch.note(&w.watch.news.broken, n)
	}
	// Nobody but us holds the object, so nobody can give it another finalizer before this.
	w.ledger.entry(n).And(^uint64(hasFinalizer))
	if global != noGlobal {
		w.watch.lock.Lock()
		w.watch.revived = append(w.watch.revived, revival{uint64(global), p})
		w.watch.lock.Unlock()
	}
}

// revival is an object that a finalizer gives back. It goes into its global when the script is told, so
// that a script knows what it holds.
type revival struct {
	global uint64
	object unsafe.Pointer
}

func (w *watch) giveBack() {
	w.lock.Lock()
	defer w.lock.Unlock()
	for _, r := range w.revived {
		setGlobal(r.global, r.object)
	}
	clear(w.revived)
	w.revived = w.revived[:0]
}

// broken says whether an object, or one that its slots hold, cannot be read whole.
func (w *world) broken(n uint32, p unsafe.Pointer) (broken bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			broken = true
		}
	}()
	o, ok := w.ledger.open(p)
	if !ok || o.number != n || !w.ledger.whole(o) {
		return true
	}
	for i := range o.shape.count() {
		if held := *o.slot(i); held != nil && !w.ledger.wholeAt(held) {
			return true
		}
	}
	return false
}

// whole says whether an object has its stamps. Where an op wrote a plain number over one, the first alone
// has to do.
func (l *ledger) whole(o object) bool {
	return l.entry(o.number).Load()&hasHidden != 0 || o.wrongStamps(1) == 0
}

// wholeAt looks at what p leads to: an object, or one word of one.
func (l *ledger) wholeAt(p unsafe.Pointer) bool {
	if o, ok := l.open(p); ok {
		return l.whole(o)
	}
	stamp := stampAt(p)
	e := l.entry(uint32(stamp))
	if e == nil || e.Load() == 0 {
		return false
	}
	return shapeOf(e.Load()).hasStamp(stamp >> 32)
}

// Cleanups

func (w *watch) cleanup(p unsafe.Pointer) answer {
	if p == nil {
		return skip
	}
	n := uint32(len(w.cleanups))
	w.cleanups = append(w.cleanups, runtime.AddCleanup((*uint64)(p), w.cleaned, n))
	return done
}

// uncleanup stops the cleanup that was attached so many before the last. The first entry is no cleanup.
func (w *watch) uncleanup(back uint64) answer {
	last := uint64(len(w.cleanups)) - 1
	if back >= last {
		return skip
	}
	w.cleanups[last-back].Stop()
	return done
}

// selfCleanup asks for a cleanup that would keep its object alive for ever. Go panics.
func (w *world) selfCleanup(p unsafe.Pointer) (a answer) {
	if _, ok := w.ledger.open(p); !ok {
		return skip
	}
	defer func() {
		if recover() != nil {
			a = number(0)
		}
	}()
	runtime.AddCleanup((*uint64)(p), func(*uint64) {}, (*uint64)(p)).Stop()
	return number(1)
}
