// Command addons holds the services of a local cluster that run outside its pods: DNS,
// ingress, storage and metrics.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"k8s.io/klog/v2"

	"storeweaver.dev/cluster/addons/ingress"
	"storeweaver.dev/cluster/addons/storage"
)

// services do their work until ctx ends.
var services = map[string]func(ctx context.Context, arguments []string) error{
	"dns":     dns,
	"ingress": ingress.Run,
	"metrics": metrics,
	"storage": storage.Run,
}

func main() {
	if len(os.Args) < 2 || services[os.Args[1]] == nil {
		names := strings.Join(slices.Sorted(maps.Keys(services)), ", ")
		fmt.Fprintf(os.Stderr, "usage: addons SERVICE [flags]; services: %s\n", names)
		os.Exit(2)
	}
	name := os.Args[1]
	// said outright, since Caddy takes over what is written through the standard log
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	klog.SetSlogLogger(slog.Default())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := services[name](ctx, os.Args[2:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
