package main

import "fmt"

type code uint8

const (
	opWrong   code = iota // not to be performed: the op says why
	opUnknown             // a word of a later protocol

	// These set a local.
	opNew
	opLoad
	opSwap
	opMove
	opDrop
	opInside
	opPast
	opChain
	opGet
	opUnstash
	opStrong

	// These do not.
	opStore
	opClear
	opCAS
	opCopy
	opWipe
	opHide
	opCheck
	opWalk
	opSet
	opUnset
	opPush
	opPop
	opGrow
	opStart
	opEnd
	opHand
	opStash
	opCollect
	opBegin
	opFinish
	opPoll
	opWeak
	opSame
	opForget
	opFinalizer
	opReviver
	opUnfinalizer
	opCleanup
	opUncleanup
	opSelfCleanup
	opPercent
	opLimit
	opStats
	opRest
	opCapacity
	opStorm

	opReset // no mutator's own: it ends the one that performs it

	// What mutators are told beside the script: orders of the conductor and of each other.
	opTake
	opLeave
	opHome
)

func (c code) setsLocal() bool { return opNew <= c && c <= opStrong }

// scripted says whether a mutator performs such an op as a part of the script.
func (c code) scripted() bool { return opNew <= c && c < opReset }

// An op has no pointers into the heap of the script, and neither has a batch of them.
type op struct {
	code code
	by   uint8 // the mutator that performs it
	into uint8 // the local that it sets, if it does
	arg  [5]uint64
	why  string // for opWrong
}

// A form is what an op's list looks like after its word and mutator: a letter for each operand.
type form struct {
	code     code
	operands string
}

var forms = map[string]form{
	"new":          {opNew, "LOP"},
	"load":         {opLoad, "LLS"},
	"store":        {opStore, "LSL"},
	"clear":        {opClear, "LS"},
	"swap":         {opSwap, "LSL"},
	"cas":          {opCAS, "LSLL"},
	"copy":         {opCopy, "LSLSN"},
	"wipe":         {opWipe, "LSN"},
	"move":         {opMove, "LL"},
	"drop":         {opDrop, "L"},
	"inside":       {opInside, "LLS"},
	"past":         {opPast, "LL"},
	"hide":         {opHide, "LSL"},
	"check":        {opCheck, "L"},
	"chain":        {opChain, "LN"},
	"walk":         {opWalk, "LN"},
	"set":          {opSet, "GL"},
	"get":          {opGet, "LG"},
	"unset":        {opUnset, "G"},
	"push":         {opPush, ""},
	"pop":          {opPop, ""},
	"grow":         {opGrow, "N"},
	"start":        {opStart, "ML"},
	"end":          {opEnd, "M"},
	"hand":         {opHand, "HLL"},
	"stash":        {opStash, "KL"},
	"unstash":      {opUnstash, "LK"},
	"reset":        {opReset, ""},
	"collect":      {opCollect, ""},
	"begin":        {opBegin, ""},
	"finish":       {opFinish, ""},
	"poll":         {opPoll, ""},
	"weak":         {opWeak, "GL"},
	"strong":       {opStrong, "LG"},
	"same":         {opSame, "GG"},
	"forget":       {opForget, "G"},
	"finalizer":    {opFinalizer, "L"},
	"reviver":      {opReviver, "LG"},
	"unfinalizer":  {opUnfinalizer, "L"},
	"cleanup":      {opCleanup, "L"},
	"uncleanup":    {opUncleanup, "N"},
	"self-cleanup": {opSelfCleanup, "L"},
	"percent":      {opPercent, "N"},
	"limit":        {opLimit, "N"},
	"stats":        {opStats, ""},
	"rest":         {opRest, ""},
	"capacity":     {opCapacity, "OPNN"},
	"storm":        {opStorm, "NNN"},
}

const (
	maxLocals   = 16
	maxGlobals  = 64
	maxMutators = 8
	maxWords    = 1 << 27
)

// ranges has the least and the greatest number that a letter stands for.
var ranges = [...]struct{ low, high uint64 }{
	'L': {0, maxLocals - 1},
	'G': {0, maxGlobals - 1}, // weak handles, too
	'M': {1, maxMutators - 1},
	'H': {0, maxMutators - 1},
	'S': {0, maxNumber}, // a slot or a word of an object: there need not be one
	'O': {1, maxWords},
	'B': {0, gcOff},
	'N': {0, maxNumber},
}

// An operand is a number or a word. Neither is what it is if it is none of both.
type operand struct {
	number  uint64
	word    []byte
	numeric bool
}

func (s *scanner) operand() (operand, error) {
	if n, ok := s.number(); ok {
		return operand{number: n, numeric: true}, nil
	}
	if w, ok := s.word(); ok {
		return operand{word: w}, nil
	}
	if s.peek() == '"' {
		var w string // one with escapes, or with letters that no word has
		err := s.value(&w)
		return operand{word: []byte(w)}, err
	}
	return operand{}, s.skip()
}

// op reads one op. What is JSON but no op is an op that answers with an error, so that the answers
// after it keep their places.
func (s *scanner) op() (op, error) {
	if s.peek() != '[' {
		return wrong("an op is a list"), s.skip()
	}
	var list [8]operand // more than any op has
	n := 0
	err := s.list(func() error {
		next, err := s.operand()
		if n < len(list) {
			list[n] = next
			n++
		}
		return err
	})
	if err != nil {
		return op{}, err
	}
	return decode(list[:n]), nil
}

func wrong(format string, a ...any) op {
	return op{code: opWrong, why: fmt.Sprintf(format, a...)}
}

func decode(list []operand) op {
	if len(list) == 0 || list[0].word == nil {
		return wrong("an op begins with a word")
	}
	form, known := forms[string(list[0].word)]
	switch {
	case !known:
		return op{code: opUnknown}
	case len(list) != len(form.operands)+2:
		return wrong("%s has %d operands after its mutator", list[0].word, len(form.operands))
	case !list[1].numeric || list[1].number >= maxMutators:
		return wrong("mutators are numbered 0 to %d", maxMutators-1)
	}
	o := op{code: form.code, by: uint8(list[1].number)}
	for i := range form.operands {
		if !o.decodeOperand(i, form.operands[i], list[2+i]) {
			return wrong("%s: operand %d is out of its range", list[0].word, i+1)
		}
	}
	switch {
	case o.code == opSwap:
		o.into = uint8(o.arg[2])
	case o.code.setsLocal():
		o.into = uint8(o.arg[0])
	}
	return o
}

func (o *op) decodeOperand(i int, letter byte, v operand) bool {
	switch letter {
	case 'P':
		p, ok := patterns[string(v.word)]
		o.arg[i] = uint64(p)
		return ok
	case 'K':
		// A kind of place that Go does not have is skipped, as the protocol has it.
		k, ok := placeNames[string(v.word)]
		if !ok {
			k = noPlace
		}
		o.arg[i] = uint64(k)
		return v.word != nil
	default:
		o.arg[i] = v.number
		r := ranges[letter]
		return v.numeric && r.low <= v.number && v.number <= r.high
	}
}
