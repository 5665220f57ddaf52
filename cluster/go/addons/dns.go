package main

import (
	"context"
	"os"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/ready"
)

// dns is CoreDNS with the plugins that a cluster uses; it handles signals itself.
func dns(_ context.Context, arguments []string) error {
	dnsserver.Directives = []string{
		"bind", "errors", "health", "ready", "kubernetes", "loop", "cache", "forward",
	}
	os.Args = append([]string{"dns"}, arguments...)
	coremain.Run()
	return nil
}
