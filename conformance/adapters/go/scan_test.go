package main

import (
	"encoding/json"
	"testing"
)

// FuzzBatch holds the scanner to encoding/json: what is no JSON is no batch.
func FuzzBatch(f *testing.F) {
	for _, line := range []string{
		`{"batch":1,"ops":[["new",0,1,2,"none"],["drop",0,01]]}`,
		`{"ops":[[],7,null,["a\n",-1,1e3,1.5,{"b":[true]}]],"batch":2,"later":{}}`,
		`{"batch":1.0,"ops":[]}`,
		`{"batch":9007199254740993,"ops":[]} x`,
		` { "batch" : 0 , "ops" : [ [ "stash" , 0 , "é" , 1 ] ] } `,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var w world
		if _, err := w.read(line); err != nil {
			return
		}
		var batch struct{ Ops []json.RawMessage }
		if err := json.Unmarshal(line, &batch); err != nil {
			t.Fatalf("%q is taken for JSON", line)
		}
	})
}
