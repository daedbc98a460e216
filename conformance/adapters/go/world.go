package main

import (
	"errors"
	"fmt"
	"unsafe"
)

// A world is what one conversation is about. Who holds the baton owns all of it but what has a lock.
type world struct {
	ops      []op // of the batch
	at       int  // the op that is being performed
	out      []byte
	mutators [maxMutators]mutator

	ledger ledger
	plant  plant
	places places
	watch  watch
	cycle  cycle
	due    due
}

func newWorld(planted plant) *world {
	w := &world{plant: planted, due: newDue()}
	for i := range w.mutators {
		w.mutators[i] = mutator{
			world:  w,
			number: uint8(i),
			baton:  make(chan *op),
			back:   make(chan struct{}),
			gift:   make(chan unsafe.Pointer),
		}
	}
	w.watch.init()
	w.mutators[0].start(nil)
	return w
}

// batch reads a batch and performs it. The reply is in w.out.
func (w *world) batch(line []byte) error {
	n, err := w.read(line)
	if err != nil {
		return err
	}
	w.out = fmt.Appendf(w.out[:0], `{"batch":%d,"answers":[`, n)
	w.conduct()
	if last := len(w.out) - 1; w.out[last] == ',' {
		w.out = w.out[:last]
	}
	w.out = append(w.out, "]}\n"...)
	return nil
}

func (w *world) read(line []byte) (uint64, error) {
	s := scanner{text: line}
	number, numbered, listed := uint64(0), false, false
	err := s.object(func(key string) error {
		switch key {
		case "batch":
			if number, numbered = s.number(); !numbered {
				return errors.New("a batch has a whole number")
			}
			return nil
		case "ops":
			listed = true
			return w.readOps(&s)
		default:
			return s.skip()
		}
	})
	switch {
	case err != nil:
		return 0, err
	case !s.end():
		return 0, errNoJSON
	case !numbered || !listed:
		return 0, errors.New("a batch has a number and ops")
	}
	return number, nil
}

func (w *world) readOps(s *scanner) error {
	w.ops = w.ops[:0]
	return s.list(func() error {
		o, err := s.op()
		w.ops = append(w.ops, o)
		return err
	})
}

// conduct gives the baton around until the batch is performed.
func (w *world) conduct() {
	for w.at = 0; w.at < len(w.ops); {
		o := &w.ops[w.at]
		m := &w.mutators[o.by]
		if m.runs && o.code.scripted() {
			m.do(o) // and it advances
			continue
		}
		switch {
		case o.code == opWrong:
			w.reply(failed(o.why))
		case o.code == opUnknown:
			w.out = append(w.out, `"unsupported",`...)
		case !m.runs:
			w.reply(skip)
		default:
			w.reset()
			w.reply(done)
		}
		w.at++
	}
}

// advance moves on to the next op of the batch.
func (w *world) advance() *op {
	if w.at++; w.at == len(w.ops) {
		return nil
	}
	return &w.ops[w.at]
}

func (w *world) reply(a answer) {
	w.out = append(a.append(w.out), ',')
}

// reset leaves mutator 0 with its first frame, and nothing that it or others held.
func (w *world) reset() {
	for i := range w.mutators[1:] {
		if m := &w.mutators[i+1]; m.runs {
			m.end()
		}
	}
	w.mutators[0].tell(opHome, 0)
	<-w.mutators[0].back
	clearRoots()
	w.places.clear()
	w.watch.forgetAll()
}
