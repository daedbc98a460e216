package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// conversations are ops and their answers, one of each a line. @ stands for an address.
var conversations = map[string]string{
	"an object is dead when nothing leads to it": `
		["new",0,0,2,"last"]       [0,@]
		["new",0,1,2,"none"]       [0,@]
		["store",0,0,0,1]          null
		["drop",0,1]               null
		["collect",0]              {}
		["clear",0,0,0]            null
		["collect",0]              {"dead":[2]}
		["drop",0,0]               null
		["collect",0]              {"dead":[1]}`,
	"answers are the stamps that are read": `
		["new",0,0,4,"odd"]        [0,@]
		["new",0,1,3,"none"]       [0,@]
		["inside",0,2,1,2]         8589934594
		["store",0,0,1,2]          null
		["load",0,3,0,1]           8589934594
		["load",0,3,0,0]           0
		["load",0,3,0,2]           "skip"
		["load",0,3,2,0]           "skip"
		["check",0,2]              [8589934594,0]
		["check",0,1]              [2,0,@]
		["hide",0,1,1,0]           null
		["check",0,1]              [2,1,@]`,
	"an inner reference keeps the whole object": `
		["new",0,0,100,"last"]     [0,@]
		["new",0,1,9,"none"]       [0,@]
		["store",0,0,0,1]          null
		["inside",0,2,0,98]        420906795009
		["drop",0,0]               null
		["drop",0,1]               null
		["collect",0]              {}
		["drop",0,2]               null
		["collect",0]              {"dead":[1,2]}`,
	"a hidden address keeps nothing": `
		["new",0,0,4,"none"]       [0,@]
		["new",0,1,4,"none"]       [0,@]
		["hide",0,0,3,1]           null
		["drop",0,1]               null
		["collect",0]              {"dead":[2]}`,
	"slots are exchanged and copied": `
		["new",0,0,5,"all"]        [0,@]
		["new",0,1,5,"all"]        [0,@]
		["swap",0,0,3,1]           0
		["check",0,1]              "skip"
		["swap",0,0,3,1]           2
		["cas",0,0,0,5,1]          1
		["cas",0,0,0,5,1]          0
		["copy",0,1,2,0,0,2]       null
		["load",0,6,1,2]           2
		["copy",0,1,3,0,0,2]       "skip"
		["wipe",0,1,0,4]           null
		["load",0,6,1,2]           0`,
	"frames end with what they hold": `
		["new",0,0,2,"none"]       [0,@]
		["push",0]                 null
		["check",0,0]              "skip"
		["new",0,0,2,"none"]       [0,@]
		["grow",0,1000000]         null
		["check",0,0]              [2,0,@]
		["collect",0]              {}
		["pop",0]                  null
		["collect",0]              {"dead":[2]}
		["check",0,0]              [1,0,@]
		["pop",0]                  "skip"`,
	"mutators hold what they are given": `
		["new",0,0,2,"none"]       [0,@]
		["new",0,1,2,"none"]       [0,@]
		["start",0,3,0]            null
		["start",0,3,0]            "skip"
		["hand",0,3,5,1]           null
		["drop",0,0]               null
		["drop",0,1]               null
		["collect",3]              {}
		["check",3,0]              [1,0,@]
		["check",3,5]              [2,0,@]
		["push",3]                 null
		["drop",4,0]               "skip"
		["end",0,3]                null
		["collect",0]              {"dead":[1,2]}`,
	"a reset leaves nothing but what was made": `
		["new",0,0,2,"none"]       [0,@]
		["set",0,1,0]              null
		["weak",0,1,0]             null
		["start",0,1,0]            null
		["push",1]                 null
		["push",0]                 null
		["new",0,3,2,"none"]       [0,@]
		["stash",0,"closure",3]    null
		["reset",1]                null
		["collect",0]              {"dead":[1,2]}
		["get",0,0,1]              0
		["strong",0,0,1]           "skip"
		["drop",1,0]               "skip"
		["pop",0]                  "skip"`,
	"a list is made and walked": `
		["chain",0,0,1000]         null
		["walk",0,0,10]            [10,0]
		["walk",0,0,2000]          [1000,0]
		["check",0,0]              [1000,0,@]
		["load",0,1,0,0]           999
		["drop",0,0]               null
		["drop",0,1]               null
		["collect",0]              {}`,
	"finalizers run one link at a time, and revive": `
		["new",0,0,2,"last"]       [0,@]
		["new",0,1,2,"last"]       [0,@]
		["store",0,0,0,1]          null
		["finalizer",0,0]          null
		["finalizer",0,0]          "skip"
		["reviver",0,1,7]          null
		["weak",0,3,0]             null
		["drop",0,0]               null
		["drop",0,1]               null
		["collect",0]              {"finalized":[1]}
		["strong",0,5,3]           0
		["collect",0]              {"dead":[1],"finalized":[2]}
		["get",0,1,7]              2
		["finalizer",0,1]          null
		["unfinalizer",0,1]        null
		["unfinalizer",0,1]        "skip"`,
	"cleanups report, are stopped, and refuse their own object": `
		["new",0,0,4,"none"]       [0,@]
		["inside",0,1,0,2]         8589934593
		["cleanup",0,0]            null
		["cleanup",0,1]            null
		["cleanup",0,1]            null
		["uncleanup",0,1]          null
		["uncleanup",0,3]          "skip"
		["self-cleanup",0,0]       0
		["drop",0,0]               null
		["drop",0,1]               null
		["collect",0]              {"dead":[1],"cleaned":[1,3]}`,
	"weak handles are equal where they were made of the same": `
		["new",0,0,4,"none"]       [0,@]
		["inside",0,1,0,2]         8589934593
		["weak",0,0,0]             null
		["weak",0,1,0]             null
		["weak",0,2,1]             null
		["same",0,0,1]             1
		["same",0,0,2]             0
		["same",0,0,3]             "skip"
		["drop",0,0]               null
		["strong",0,4,2]           8589934593
		["forget",0,2]             null
		["collect",0]              {}`,
	"a background collection is waited for": `
		["new",0,0,2,"none"]       [0,@]
		["drop",0,0]               null
		["finish",0]               "skip"
		["begin",0]                null
		["begin",0]                "skip"
		["finish",0]               {"dead":[1]}
		["poll",0]                 {}`,
	"runs of numbers are pairs": `
		["new",0,0,2,"none"]       [0,@]
		["new",0,0,2,"none"]       [0,@]
		["new",0,0,2,"none"]       [0,@]
		["new",0,0,2,"none"]       [0,@]
		["new",0,1,2,"none"]       [0,@]
		["new",0,1,2,"none"]       [0,@]
		["collect",0]              {"dead":[[1,3],5]}`,
	"large objects are like small ones": `
		["new",0,0,2000001,"all"]  [0,@]
		["new",0,1,1048579,"even"] [0,@]
		["new",0,2,1048577,"last"] [0,@]
		["store",0,0,1999999,1]    null
		["store",0,1,524288,2]     null
		["drop",0,1]               null
		["drop",0,2]               null
		["collect",0]              {}
		["load",0,3,0,1999999]     2
		["load",0,3,3,524288]      3
		["check",0,3]              [3,0,@]`,
	"what is no op of ours is an error in its place": `
		["new",0,16,2,"none"]      {"error":"new: operand 1 is out of its range"}
		["new",0,0,0,"none"]       {"error":"new: operand 2 is out of its range"}
		["new",0,0,2,"some"]       {"error":"new: operand 3 is out of its range"}
		["new",0,0,2]              {"error":"new has 3 operands after its mutator"}
		["drop",0,-1]              {"error":"drop: operand 1 is out of its range"}
		["drop",0,1.5]             {"error":"drop: operand 1 is out of its range"}
		["drop",0,[[{"a":1}]]]     {"error":"drop: operand 1 is out of its range"}
		["drop",8,1]               {"error":"mutators are numbered 0 to 7"}
		["end",0,0]                {"error":"end: operand 1 is out of its range"}
		["step",0,5]               "unsupported"
		["\u0064rop",0,0]          null
		["n\u00e9w",0,0]           "unsupported"
		["inside",0,0,1,0]         "skip"
		["walk",0,1,9007199254740992] "skip"
		[]                         {"error":"an op begins with a word"}
		7                          {"error":"an op is a list"}
		["stash",0,"drawer",0]     "skip"
		["grow",0,9007199254740992] "refused"
		["drop",0,0]               null`,
}

// Numbers are small where they are not addresses. The heap begins anywhere: its base is random.
var address = regexp.MustCompile(`,[0-9]{7,}\]$`)

// split cuts a conversation into ops and answers. Two spaces are between them.
func split(script string) (ops, answers []string) {
	for line := range strings.Lines(strings.TrimSpace(script)) {
		op, answer, _ := strings.Cut(strings.TrimSpace(line), "] ")
		if op == "7" || strings.HasPrefix(op, "7 ") {
			op, answer, _ = strings.Cut(op, " ")
		} else {
			op += "]"
		}
		ops, answers = append(ops, op), append(answers, strings.TrimSpace(answer))
	}
	return ops, answers
}

func TestConversations(t *testing.T) {
	for name, script := range conversations {
		t.Run(name, func(t *testing.T) {
			j := converseWith(t)
			defer j.end()
			ops, answers := split(script)
			for i, answer := range j.batch(ops) {
				got := address.ReplaceAllString(string(answer), ",@]")
				if got != answers[i] {
					t.Errorf("%s: %s, not %s", ops[i], got, answers[i])
				}
			}
		})
	}
}

func TestStashedObjectsLiveInEveryPlaceUntilTheyAreTakenOut(t *testing.T) {
	j := converseWith(t)
	defer j.end()
	for kind := range placeNames {
		for range 3 {
			n := j.batch([]string{`["new",0,0,3,"none"]`, `["stash",0,"` + kind + `",0]`, `["drop",0,0]`,
				`["collect",0]`, `["stash",0,"` + kind + `",0]`, `["unstash",0,1,"` + kind + `"]`,
				`["unstash",0,2,"` + kind + `"]`, `["check",0,1]`, `["drop",0,1]`, `["collect",0]`})
			number, place := string(n[5]), strings.TrimPrefix(string(n[0]), "[0,")
			for i, want := range []string{1: "null", 2: "null", 3: "{}", 4: `"skip"`, 5: number, 6: `"skip"`,
				7: "[" + number + ",0," + place, 8: "null", 9: `{"dead":[` + number + `]}`} {
				if i > 0 && string(n[i]) != want {
					t.Errorf("%s, answer %d: %s, not %s", kind, i, n[i], want)
				}
			}
		}
	}
}

func TestConversationsEndWithTheStatusThatTheyDeserve(t *testing.T) {
	const hello = `{"heaplaw":[3,1],"new":[{}]}` + "\n"
	for name, c := range map[string]struct {
		in, last string
		fails    bool
	}{
		"nothing is said":          {"", "", false},
		"the judge has no more":    {hello + `{"ops":[],"later":{"a":[]},"batch":1}` + "\n", `{"batch":1,"answers":[]}`, false},
		"another version":          {`{"heaplaw":[2]}` + "\n", `{"error":"this adapter speaks version 1"}`, true},
		"another subject":          {`{"heaplaw":[1],"subject":"alloc"}` + "\n", `{"error":"this adapter is one of a collector"}`, true},
		"no JSON":                  {hello + `{"batch":1,"ops":[["drop",0,0]}` + "\n", `{"error":"not a line of JSON"}`, true},
		"nothing but an open list": {hello + strings.Repeat("[", 100000) + "\n", `{"error":"not a line of JSON"}`, true},
		"an operand without end":   {hello + `{"batch":1,"ops":[["drop",` + strings.Repeat("[", 100000) + "\n", `{"error":"not a line of JSON"}`, true},
		"no ops":                   {hello + `{"batch":1}` + "\n", `{"error":"a batch has a number and ops"}`, true},
		"a line that is too long":  {hello + strings.Repeat(" ", maxLine+5) + "\n", `{"error":"bufio.Scanner: token too long"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			child := adapter(t)
			child.Stdin, child.Stderr = strings.NewReader(c.in), nil
			out, err := child.Output()
			lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
			if last := string(lines[len(lines)-1]); last != c.last {
				t.Errorf("last line: %s", last)
			}
			if (err != nil) != c.fails {
				t.Errorf("status: %v", err)
			}
		})
	}
}

func TestStatisticsHaveAllNamesAndNumbersOfTheProtocol(t *testing.T) {
	j := converseWith(t)
	defer j.end()
	answers := j.batch([]string{`["percent",0,2147483648]`, `["limit",0,1000000000]`, `["collect",0]`, `["stats",0]`,
		`["limit",0,0]`, `["percent",0,50]`, `["stats",0]`})
	var off, on map[string]uint64
	if json.Unmarshal(answers[3], &off) != nil || json.Unmarshal(answers[6], &on) != nil {
		t.Fatal(answers)
	}
	if off["percent"] != gcOff || off["limit"] != 1000000000 || on["percent"] != 50 || on["limit"] != 0 {
		t.Errorf("settings: %v, %v", off, on)
	}
	if len(on) != 42 {
		t.Errorf("%d names", len(on))
	}
	for name, value := range off {
		if value > maxNumber {
			t.Errorf("%s is %d", name, value)
		}
	}
}

func TestOnlyARestBringsACollectionByTimeAndNoneWhereGOGCIsOff(t *testing.T) {
	j := converseWith(t)
	defer j.end()
	automatic := func(ops ...string) uint64 {
		t.Helper()
		answers := j.batch(append(ops, `["stats",0]`))
		var named map[string]uint64
		if err := json.Unmarshal(answers[len(answers)-1], &named); err != nil {
			t.Fatal(answers)
		}
		return named["cycles-automatic"]
	}
	before := automatic(`["percent",0,100]`, `["collect",0]`)
	if got := automatic(`["rest",0]`); got == before {
		t.Error("no collection while it rested")
	}
	off := automatic(`["percent",0,2147483648]`, `["collect",0]`)
	if got := automatic(`["rest",0]`); got != off {
		t.Errorf("%d collections though GOGC is off", got-off)
	}
}

func TestAStormSeesNothingWrong(t *testing.T) {
	j := converseWith(t)
	defer j.end()
	var counts [3]uint64
	if err := json.Unmarshal(j.batch([]string{`["storm",0,6,30000,42]`})[0], &counts); err != nil {
		t.Fatal(err)
	}
	if counts[0] == 0 || counts[1] != 0 || counts[2] == 0 {
		t.Error(counts)
	}
}
