// Command addons holds the services of a local cluster that run outside its pods: DNS,
// ingress, storage, metrics, and the relay by which the host reaches the API server.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sort"
	"strings"
	"syscall"

	"storeweaver.dev/cluster/addons/ingress"
	"storeweaver.dev/cluster/addons/relay"
	"storeweaver.dev/cluster/addons/storage"
)

var services = map[string]func(ctx context.Context, arguments []string) error{
	"dns":     dns,
	"ingress": ingress.Run,
	"metrics": metrics,
	"relay":   relay.Run,
	"storage": storage.Run,
}

func main() {
	if len(os.Args) < 2 || services[os.Args[1]] == nil {
		names := make([]string, 0, len(services))
		for name := range services {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Fprintf(os.Stderr, "usage: addons SERVICE [flags]; services: %s\n", strings.Join(names, ", "))
		os.Exit(2)
	}
	name := os.Args[1]
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := services[name](ctx, os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
