// Command pause is process 1 of every pod: it keeps the pod's namespaces, reaps orphans,
// and ends at once when told to.
package main

import (
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	// it allocates next to nothing once it waits
	debug.SetGCPercent(-1)
	// a channel each, so that the end of many children cannot crowd out the word to end
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	for {
		select {
		case <-told:
			return
		case <-children:
			reap()
		}
	}
}

// reap takes leave of every child that has ended; one signal may stand for several.
func reap() {
	for {
		child, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err != nil || child <= 0 {
			return
		}
	}
}
