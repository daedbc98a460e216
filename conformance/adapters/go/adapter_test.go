package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// childVariable makes the test's own program be the adapter, so that tests speak with it through real pipes.
const childVariable = "HEAPLAW_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A judge is the test's side of a conversation.
type judge struct {
	t       testing.TB
	child   *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	batches int
}

func adapter(t testing.TB, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(append(os.Environ(), childVariable+"=1"), env...)
	child.Stderr = os.Stderr
	return child
}

func converseWith(t testing.TB, env ...string) *judge {
	t.Helper()
	j := &judge{t: t, child: adapter(t, env...)}
	j.in, _ = j.child.StdinPipe()
	out, _ := j.child.StdoutPipe()
	j.out = bufio.NewReaderSize(out, 1<<20)
	if err := j.child.Start(); err != nil {
		t.Fatal(err)
	}
	j.say(`{"heaplaw":[1],"subject":"gc","seed":0}`)
	if hello, err := j.out.ReadString('\n'); !strings.Contains(hello, `"version":1`) {
		t.Fatalf("hello: %s, %v", hello, err)
	}
	return j
}

func (j *judge) say(line string) error {
	_, err := io.WriteString(j.in, line+"\n")
	return err
}

// try performs a batch, which the adapter may not survive.
func (j *judge) try(ops []string) ([]json.RawMessage, error) {
	j.batches++
	if err := j.say(fmt.Sprintf(`{"batch":%d,"ops":[%s]}`, j.batches, strings.Join(ops, ","))); err != nil {
		return nil, err
	}
	line, err := j.out.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	var reply struct {
		Batch   int
		Answers []json.RawMessage
	}
	if err := json.Unmarshal(line, &reply); err != nil {
		return nil, fmt.Errorf("%w: %s", err, line)
	}
	if reply.Batch != j.batches || len(reply.Answers) != len(ops) {
		return nil, fmt.Errorf("batch %d of %d ops: %s", j.batches, len(ops), line)
	}
	return reply.Answers, nil
}

func (j *judge) batch(ops []string) []json.RawMessage {
	j.t.Helper()
	answers, err := j.try(ops)
	if err != nil {
		j.t.Fatal(err)
	}
	return answers
}

func (j *judge) end() {
	j.in.Close()
	if err := j.child.Wait(); err != nil {
		j.t.Error(err)
	}
}
