package main

import (
	"encoding/json"
	"strconv"
)

// maxNumber is the greatest number of the protocol. Memory that the collector spoilt may hold greater
// ones; they are answered as this one, which no stamp is.
const maxNumber = 1 << 53

type answerKind uint8

const (
	isNull answerKind = iota
	isNumber
	isPair
	isTriple
	isText
	isSkip
	isRefused
	isFailed
)

// An answer is what an op came to. It is a value, so that the usual ones need no memory: the heap
// belongs to the script.
type answer struct {
	kind   answerKind
	values [3]uint64
	text   []byte // JSON, for isText and isFailed
}

var (
	done    = answer{kind: isNull}
	skip    = answer{kind: isSkip}
	refused = answer{kind: isRefused}
)

func number(n uint64) answer  { return answer{kind: isNumber, values: [3]uint64{n}} }
func pair(a, b uint64) answer { return answer{kind: isPair, values: [3]uint64{a, b}} }
func triple(a, b, c uint64) answer {
	return answer{kind: isTriple, values: [3]uint64{a, b, c}}
}

func text(t []byte) answer { return answer{kind: isText, text: t} }

func truth(b bool) answer {
	if b {
		return number(1)
	}
	return number(0)
}

func failed(why string) answer { return answer{kind: isFailed, text: errorText(why)} }

func errorText(why string) []byte {
	quoted, _ := json.Marshal(map[string]string{"error": why}) // a map of strings always has a text
	return quoted
}

// performed says whether the op took place.
func (a answer) performed() bool { return a.kind < isSkip }

func (a answer) append(out []byte) []byte {
	switch a.kind {
	case isNumber:
		return appendNumber(out, a.values[0])
	case isPair:
		out = appendNumber(append(out, '['), a.values[0])
		return append(appendNumber(append(out, ','), a.values[1]), ']')
	case isTriple:
		out = appendNumber(append(out, '['), a.values[0])
		out = appendNumber(append(out, ','), a.values[1])
		return append(appendNumber(append(out, ','), a.values[2]), ']')
	case isText, isFailed:
		return append(out, a.text...)
	case isSkip:
		return append(out, `"skip"`...)
	case isRefused:
		return append(out, `"refused"`...)
	default:
		return append(out, "null"...)
	}
}

func appendNumber(out []byte, n uint64) []byte {
	return strconv.AppendUint(out, min(n, maxNumber), 10)
}
