package main

import (
	"bytes"
	"encoding/json"
	"errors"
)

// A scanner reads what judges write: objects of known keys, lists, whole numbers, short words.
// encoding/json takes several times as long for an op as performing it does, so it reads only what is
// rare here: keys we do not know, and operands that are no operands.
type scanner struct {
	text []byte
	at   int
}

var errNoJSON = errors.New("not a line of JSON")

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// number reads a whole number that the protocol allows. If there is none it reads nothing.
func (s *scanner) number() (uint64, bool) {
	s.peek()
	n, i := uint64(0), s.at
	for ; i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9'; i++ {
		if n = n*10 + uint64(s.text[i]-'0'); n > maxNumber {
			return 0, false
		}
	}
	switch {
	case i == s.at, s.text[s.at] == '0' && i > s.at+1:
		return 0, false
	case i < len(s.text) && bytes.IndexByte([]byte(".eE"), s.text[i]) >= 0:
		return 0, false
	}
	s.at = i
	return n, true
}

// word reads a string that needs no decoding. If there is none it reads nothing.
func (s *scanner) word() ([]byte, bool) {
	if s.peek() != '"' {
		return nil, false
	}
	for i := s.at + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			w := s.text[s.at+1 : i]
			s.at = i + 1
			return w, true
		case c == '\\' || c < ' ' || c > '~':
			return nil, false
		}
	}
	return nil, false
}

// value reads any value into v.
func (s *scanner) value(v any) error {
	s.peek()
	d := json.NewDecoder(bytes.NewReader(s.text[s.at:]))
	if d.Decode(v) != nil {
		return errNoJSON
	}
	s.at += int(d.InputOffset())
	return nil
}

func (s *scanner) key() (string, error) {
	if w, ok := s.word(); ok {
		return string(w), nil
	}
	var k string
	err := s.value(&k)
	return k, err
}

func (s *scanner) skip() error {
	var any json.RawMessage
	return s.value(&any)
}

// object reads an object and calls member at the value of each key.
func (s *scanner) object(member func(key string) error) error {
	if !s.take('{') {
		return errNoJSON
	}
	if s.take('}') {
		return nil
	}
	for {
		key, err := s.key()
		if err != nil {
			return err
		}
		if !s.take(':') {
			return errNoJSON
		}
		if err := member(key); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return errNoJSON
		}
	}
}

// list reads a list and calls element at each of its values.
func (s *scanner) list(element func() error) error {
	if !s.take('[') {
		return errNoJSON
	}
	if s.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return errNoJSON
		}
	}
}

// end says whether nothing but white space is left.
func (s *scanner) end() bool { return s.peek() == 0 && s.at == len(s.text) }
