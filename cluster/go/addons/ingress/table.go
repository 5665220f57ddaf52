// Package ingress routes the hosts of Ingress objects to the pods behind them.
//
// Caddy is the server and the proxy; its configuration is loaded once. What changes is a
// Table, built anew from the API's objects and swapped in whole: no connection notices, one
// Ingress cannot spoil the configuration of the others, and a lookup costs the same with one
// host or with thousands.
package ingress

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// Objects are what a Plan is made from.
type Objects struct {
	Ingresses []*networkingv1.Ingress
	Classes   []*networkingv1.IngressClass
	// Service is nil for one that does not exist.
	Service func(namespace, name string) *corev1.Service
	Slices  func(namespace, service string) []*discoveryv1.EndpointSlice
	// Certificate is that of a Secret of type kubernetes.io/tls.
	Certificate func(namespace, secret string) (*tls.Certificate, error)
}

// Plan is what the Objects ask for.
type Plan struct {
	Table *Table
	// Ours are the Ingresses that are served, the oldest first.
	Ours     []*networkingv1.Ingress
	Warnings []Warning
}

// Warning is something in an Ingress that cannot be honoured.
type Warning struct {
	Ingress *networkingv1.Ingress
	Reason  string
}

// Table says where each host and path goes. It is never changed once built.
type Table struct {
	hosts        map[string]*site
	wildcards    map[string]*site
	anyHost      *site
	fallback     *Backend
	certificates map[string]*tls.Certificate
}

// site is what one host serves, the most specific route first.
type site struct {
	routes   []route
	fallback *Backend
}

type route struct {
	path    string
	isExact bool
	backend *Backend
}

// Build plans for all Ingresses that are ours. Where two claim the same host and path, or
// the certificate of a host, the older one keeps it.
func Build(objects Objects) Plan {
	plan := Plan{
		Table: emptyTable(),
		Ours:  ours(objects.Ingresses, objects.Classes),
	}
	slices.SortFunc(plan.Ours, func(a, b *networkingv1.Ingress) int {
		return cmp.Or(
			a.CreationTimestamp.Compare(b.CreationTimestamp.Time),
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Name, b.Name),
		)
	})
	known := backends{objects: objects, known: map[backendKey]*Backend{}}
	for _, ingress := range plan.Ours {
		warn := func(format string, arguments ...any) {
			plan.Warnings = append(plan.Warnings, Warning{ingress, fmt.Sprintf(format, arguments...)})
		}
		plan.Table.addRules(ingress, known, warn)
		plan.Table.addCertificates(ingress, objects, warn)
	}
	plan.Table.sortRoutes()
	return plan
}

func emptyTable() *Table {
	return &Table{
		hosts:        map[string]*site{},
		wildcards:    map[string]*site{},
		anyHost:      &site{},
		certificates: map[string]*tls.Certificate{},
	}
}

func (t *Table) addRules(ingress *networkingv1.Ingress, known backends, warn func(string, ...any)) {
	var own *Backend
	if ingress.Spec.DefaultBackend != nil {
		own = known.of(ingress.Namespace, *ingress.Spec.DefaultBackend)
		if len(ingress.Spec.Rules) == 0 && t.fallback == nil {
			t.fallback = own
		}
	}
	for _, rule := range ingress.Spec.Rules {
		s := t.site(rule.Host)
		if s.fallback == nil {
			s.fallback = own
		}
		if rule.HTTP == nil {
			continue
		}
		for _, path := range rule.HTTP.Paths {
			added := routeOf(path)
			isTaken := slices.ContainsFunc(s.routes, func(r route) bool {
				return r.path == added.path && r.isExact == added.isExact
			})
			if isTaken {
				warn("%s%s is served by an earlier rule already", rule.Host, path.Path)
				continue
			}
			added.backend = known.of(ingress.Namespace, path.Backend)
			s.routes = append(s.routes, added)
		}
	}
}

// routeOf treats ImplementationSpecific as Prefix.
func routeOf(path networkingv1.HTTPIngressPath) route {
	if path.PathType != nil && *path.PathType == networkingv1.PathTypeExact {
		return route{path: path.Path, isExact: true}
	}
	return route{path: strings.TrimRight(path.Path, "/")}
}

func (t *Table) addCertificates(ingress *networkingv1.Ingress, objects Objects, warn func(string, ...any)) {
	for _, entry := range ingress.Spec.TLS {
		if entry.SecretName == "" {
			continue
		}
		certificate, err := objects.Certificate(ingress.Namespace, entry.SecretName)
		if err != nil {
			warn("the TLS Secret %s cannot be used: %v", entry.SecretName, err)
			continue
		}
		hosts := entry.Hosts
		if len(hosts) == 0 {
			for _, rule := range ingress.Spec.Rules {
				hosts = append(hosts, rule.Host)
			}
		}
		for _, host := range hosts {
			if host = normal(host); t.certificates[host] == nil {
				t.certificates[host] = certificate
			}
		}
	}
}

// site is where the rules of a host are collected.
func (t *Table) site(host string) *site {
	host = normal(host)
	if host == "" {
		return t.anyHost
	}
	group := t.hosts
	if suffix, isWildcard := strings.CutPrefix(host, "*."); isWildcard {
		group, host = t.wildcards, suffix
	}
	if group[host] == nil {
		group[host] = &site{}
	}
	return group[host]
}

func (t *Table) sortRoutes() {
	t.anyHost.sort()
	for _, group := range []map[string]*site{t.hosts, t.wildcards} {
		for _, s := range group {
			s.sort()
		}
	}
}

// sort puts exact paths before prefixes and longer ones before shorter.
func (s *site) sort() {
	slices.SortStableFunc(s.routes, func(a, b route) int {
		if a.isExact != b.isExact {
			if a.isExact {
				return -1
			}
			return 1
		}
		return cmp.Compare(len(b.path), len(a.path))
	})
}
