package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asPause makes the test program process 1, and asParent a process whose children outlive it.
const (
	asPause  = "PAUSE_TEST_IS_PAUSE"
	asParent = "PAUSE_TEST_IS_PARENT"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(asPause) != "":
		abandon()
		main()
		os.Exit(0)
	case os.Getenv(asParent) != "":
		for range 100 {
			if err := exec.Command("/bin/true").Start(); err != nil {
				panic(err)
			}
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// abandon starts a process that leaves a hundred others to process 1.
func abandon() {
	parent := exec.Command("/proc/self/exe")
	parent.Env = []string{asParent + "=1"}
	if err := parent.Start(); err != nil {
		panic(err)
	}
	fmt.Println("ready")
}

// start is process 1 of a process namespace of its own, which takes root.
func start(t *testing.T) *exec.Cmd {
	t.Helper()
	pause := exec.Command("/proc/self/exe")
	pause.Env = []string{asPause + "=1"}
	pause.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	output, err := pause.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := pause.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pause.Process.Kill() })
	if line, err := bufio.NewReader(output).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return pause
}

// children are those of a process that have not been reaped.
func children(t *testing.T, pid int) int {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no process %d, %v", pid, err)
	}
	found := 0
	for _, list := range lists {
		content, err := os.ReadFile(list)
		if err == nil {
			found += len(strings.Fields(string(content)))
		}
	}
	return found
}

func TestOrphansAreReaped(t *testing.T) {
	pause := start(t)
	for children(t, pause.Process.Pid) > 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestItEndsWhenTold(t *testing.T) {
	for _, told := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		pause := start(t)
		// once the orphans are reaped it listens to signals
		for children(t, pause.Process.Pid) > 0 {
			time.Sleep(time.Millisecond)
		}
		if err := pause.Process.Signal(told); err != nil {
			t.Fatal(err)
		}
		if err := pause.Wait(); err != nil {
			t.Fatalf("after %v: %v", told, err)
		}
	}
}
