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
)

const dialTimeout = 5 * time.Second

// Run relays until ctx ends.
func Run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("relay", flag.ExitOnError)
	descriptor := flags.Uint("fd", 0, "file descriptor of the inherited listening socket")
	target := flags.String("to", "", "address to which connections are carried, HOST:PORT")
	_ = flags.Parse(arguments)
	file := os.NewFile(uintptr(*descriptor), "listener")
	if file == nil {
		return fmt.Errorf("--fd %d is not a file descriptor", *descriptor)
	}
	listener, err := net.FileListener(file)
	if err != nil {
		return fmt.Errorf("--fd %d is not a listening socket: %w", *descriptor, err)
	}
	_ = file.Close()
	return Serve(ctx, listener, *target)
}

// Serve carries each connection that listener accepts to target, until ctx ends; open
// connections are closed then.
func Serve(ctx context.Context, listener net.Listener, target string) error {
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	var open sync.WaitGroup
	defer open.Wait()
	for {
		client, err := listener.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			// out of file descriptors, or a client that left already
			slog.Warn("a connection could not be accepted", "error", err)
			time.Sleep(50 * time.Millisecond)
			continue
		}
		open.Add(1)
		go func() {
			defer open.Done()
			carry(ctx, client, target)
		}()
	}
}

func carry(ctx context.Context, client net.Conn, target string) {
	defer client.Close()
	dialer := net.Dialer{Timeout: dialTimeout}
	server, err := dialer.DialContext(ctx, "tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	stop := context.AfterFunc(ctx, func() {
		_ = client.Close()
		_ = server.Close()
	})
	defer stop()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{server, client}, {client, server}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			// the other direction may still have something to say
			if half, ok := way[0].(*net.TCPConn); ok {
				_ = half.CloseWrite()
			}
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}
