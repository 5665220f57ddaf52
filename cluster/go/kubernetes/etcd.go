package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
)

// etcd runs a server by etcd's own configuration file until SIGTERM or SIGINT.
func etcd() int {
	flags := flag.NewFlagSet("etcd", flag.ExitOnError)
	file := flags.String("config-file", "", "etcd's configuration, JSON or YAML")
	_ = flags.Parse(os.Args[1:])
	if err := serveEtcd(*file); err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		return 1
	}
	return 0
}

func serveEtcd(file string) error {
	if file == "" {
		return errors.New("--config-file is missing")
	}
	config, err := embed.ConfigFromFile(file)
	if err != nil {
		return fmt.Errorf("the configuration %s cannot be used: %w", file, err)
	}
	if config.UnsafeNoFsync {
		return errors.New("unsafe-no-fsync would lose acknowledged writes when the machine stops; remove it")
	}
	server, err := embed.StartEtcd(config)
	if err != nil {
		return fmt.Errorf("the server cannot start: %w", err)
	}
	defer server.Close()
	// only from here on: a start that waits, for the lock of its data say, ends at once
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	select {
	case <-ctx.Done():
		return nil
	case <-server.Server.StopNotify():
		return errors.New("the server stopped by itself")
	case err := <-server.Err():
		return fmt.Errorf("the server failed: %w", cause(err))
	}
}

// cause is err, or words for the end of a listener that gave none.
func cause(err error) error {
	if err == nil {
		return errors.New("a listener ended")
	}
	return err
}
