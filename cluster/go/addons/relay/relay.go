// Package relay carries connections from a listening socket of one network namespace to an
// address of another. The socket is opened on the host and inherited.
package relay

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"storeweaver.dev/cluster/addons/commandline"
	"storeweaver.dev/cluster/addons/health"
)

const (
	dialTimeout = 5 * time.Second
	// drain is how long open connections may go on once the relay has been told to stop. A
	// watch never ends by itself, so it is only for answers that are on their way.
	drain = 500 * time.Millisecond
)

// Run relays until ctx ends.
func Run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("relay", flag.ContinueOnError)
	descriptor := flags.Uint("fd", 0, "file descriptor of the inherited listening socket")
	target := flags.String("to", "", "address to which connections are carried, HOST:PORT")
	address := flags.String("health", "", "address of /healthz and /readyz, HOST:PORT")
	if err := commandline.Parse(flags, arguments, "to"); err != nil {
		return err
	}
	listener, err := inherited(uintptr(*descriptor))
	if err != nil {
		return err
	}
	if err := health.Serve(ctx, *address, func() error { return nil }); err != nil {
		return err
	}
	return relay(ctx, listener, *target)
}

// inherited leaves the socket itself open in the process that handed it down.
func inherited(descriptor uintptr) (net.Listener, error) {
	file := os.NewFile(descriptor, "listener")
	if file == nil {
		return nil, fmt.Errorf("--fd %d is not a file descriptor", descriptor)
	}
	defer file.Close()
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("--fd %d is not a listening socket: %w", descriptor, err)
	}
	return listener, nil
}

// relay carries each connection that listener accepts to target, until ctx ends and the
// open ones are done or have had their time.
func relay(ctx context.Context, listener net.Listener, target string) error {
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	drained, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	var open sync.WaitGroup
	for {
		client, err := listener.Accept()
		if err == nil {
			open.Go(func() { carry(drained, client, target) })
			continue
		}
		if ctx.Err() != nil {
			break
		}
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("the listening socket was closed: %w", err)
		}
		slog.Warn("a connection could not be accepted", "error", err)
		time.Sleep(50 * time.Millisecond)
	}
	timer := time.AfterFunc(drain, end)
	defer timer.Stop()
	open.Wait()
	return nil
}

// carry copies both ways until both ends have finished, one has failed, or ctx ends.
func carry(ctx context.Context, client net.Conn, target string) {
	defer client.Close()
	dialer := net.Dialer{Timeout: dialTimeout}
	server, err := dialer.DialContext(ctx, "tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	abandon := func() {
		_ = client.Close()
		_ = server.Close()
	}
	stop := context.AfterFunc(ctx, abandon)
	defer stop()
	var ways sync.WaitGroup
	for _, way := range [][2]net.Conn{{server, client}, {client, server}} {
		ways.Go(func() {
			if _, err := io.Copy(way[0], way[1]); err != nil {
				abandon()
				return
			}
			// the other direction may still have something to say
			if half, ok := way[0].(*net.TCPConn); ok {
				_ = half.CloseWrite()
			}
		})
	}
	ways.Wait()
}
