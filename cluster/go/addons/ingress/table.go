// Package ingress routes the hosts of Ingress objects to the pods behind them.
//
// Caddy is the server and the proxy; its configuration is loaded once. What changes is a
// Table, built anew from the API's objects and swapped in whole: no connection notices,
// and a lookup costs the same with one host or with thousands.
package ingress

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// Controller is the name by which an IngressClass chooses this controller.
const Controller = "storeweaver.dev/ingress"

const classAnnotation = "kubernetes.io/ingress.class"

// Objects are what a Table is built from. A function answers nil for what does not exist.
type Objects struct {
	Ingresses   []*networkingv1.Ingress
	Classes     []*networkingv1.IngressClass
	Service     func(namespace, name string) *corev1.Service
	Slices      func(namespace, service string) []*discoveryv1.EndpointSlice
	Certificate func(namespace, secret string) (*tls.Certificate, error)
}

// Backend is where requests for a path go.
type Backend struct {
	// Service is its NAMESPACE/NAME.
	Service string
	// Addresses are those of the ready pods, HOST:PORT.
	Addresses []string
	// Problem says, in one sentence, why there is no address; empty when there is one.
	Problem string
}

// Table says where each host and path goes. It is never changed once built.
type Table struct {
	hosts        map[string]*site
	wildcards    map[string]*site
	anyHost      *site
	fallback     *Backend
	certificates map[string]*tls.Certificate
}

type site struct {
	routes   []route
	fallback *Backend
}

type route struct {
	path    string
	exact   bool
	backend *Backend
}

// Warning is something in an Ingress that cannot be honoured.
type Warning struct {
	Ingress *networkingv1.Ingress
	Reason  string
}

// Build makes the table of all Ingresses that are ours. Where two claim the same host and
// path, the older one keeps it.
func Build(objects Objects) (*Table, []Warning) {
	table := &Table{
		hosts:        map[string]*site{},
		wildcards:    map[string]*site{},
		certificates: map[string]*tls.Certificate{},
	}
	var warnings []Warning
	ours := Ours(objects.Ingresses, objects.Classes)
	slices.SortFunc(ours, func(a, b *networkingv1.Ingress) int {
		return cmp.Or(
			a.CreationTimestamp.Compare(b.CreationTimestamp.Time),
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Name, b.Name),
		)
	})
	for _, ingress := range ours {
		warn := func(format string, arguments ...any) {
			warnings = append(warnings, Warning{ingress, fmt.Sprintf(format, arguments...)})
		}
		table.addRules(ingress, objects, warn)
		table.addCertificates(ingress, objects, warn)
	}
	for _, s := range table.sites() {
		slices.SortStableFunc(s.routes, func(a, b route) int {
			if a.exact != b.exact {
				return cmp.Compare(btoi(b.exact), btoi(a.exact))
			}
			return cmp.Compare(len(b.path), len(a.path))
		})
	}
	return table, warnings
}

// Ours are those of the Ingresses that ask for this controller: by class, by the older
// annotation, or by neither where a class of ours is the default one.
func Ours(ingresses []*networkingv1.Ingress, classes []*networkingv1.IngressClass) []*networkingv1.Ingress {
	names := map[string]bool{}
	byDefault := false
	for _, class := range classes {
		if class.Spec.Controller == Controller {
			names[class.Name] = true
			byDefault = byDefault || class.Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true"
		}
	}
	var ours []*networkingv1.Ingress
	for _, ingress := range ingresses {
		annotation, annotated := ingress.Annotations[classAnnotation]
		switch {
		case ingress.Spec.IngressClassName != nil:
			if names[*ingress.Spec.IngressClassName] {
				ours = append(ours, ingress)
			}
		case annotated:
			if names[annotation] {
				ours = append(ours, ingress)
			}
		case byDefault:
			ours = append(ours, ingress)
		}
	}
	return ours
}

func (t *Table) addRules(ingress *networkingv1.Ingress, objects Objects, warn func(string, ...any)) {
	var own *Backend
	if ingress.Spec.DefaultBackend != nil {
		own = resolve(ingress.Namespace, *ingress.Spec.DefaultBackend, objects)
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
			added := route{
				path:    path.Path,
				exact:   path.PathType != nil && *path.PathType == networkingv1.PathTypeExact,
				backend: resolve(ingress.Namespace, path.Backend, objects),
			}
			if !added.exact {
				added.path = strings.TrimRight(path.Path, "/")
			}
			taken := slices.ContainsFunc(s.routes, func(r route) bool {
				return r.path == added.path && r.exact == added.exact
			})
			if taken {
				warn("%s%s belongs to an older Ingress already", rule.Host, path.Path)
				continue
			}
			s.routes = append(s.routes, added)
		}
	}
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
			if host = strings.ToLower(host); t.certificates[host] == nil {
				t.certificates[host] = certificate
			}
		}
	}
}

func (t *Table) site(host string) *site {
	host = strings.ToLower(host)
	if host == "" {
		if t.anyHost == nil {
			t.anyHost = &site{}
		}
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

func (t *Table) sites() []*site {
	var all []*site
	for _, group := range []map[string]*site{t.hosts, t.wildcards} {
		for _, s := range group {
			all = append(all, s)
		}
	}
	if t.anyHost != nil {
		all = append(all, t.anyHost)
	}
	return all
}

// Lookup finds where a request goes: the exact host before a wildcard before rules without
// a host, an exact path before a prefix, a longer one before a shorter. Nil when no rule and
// no default backend fits.
func (t *Table) Lookup(host, path string) *Backend {
	host = strings.ToLower(host)
	s := t.hosts[host]
	if s == nil {
		if _, suffix, found := strings.Cut(host, "."); found {
			s = t.wildcards[suffix]
		}
	}
	for _, candidate := range []*site{s, t.anyHost} {
		if candidate == nil {
			continue
		}
		for _, r := range candidate.routes {
			if r.matches(path) {
				return r.backend
			}
		}
		if candidate.fallback != nil {
			return candidate.fallback
		}
	}
	return t.fallback
}

// matches compares whole path elements: /foo fits /foo and /foo/bar, and not /foobar.
func (r route) matches(path string) bool {
	if r.exact {
		return path == r.path
	}
	rest, found := strings.CutPrefix(path, r.path)
	return found && (rest == "" || rest[0] == '/')
}

// Certificate is the one for a server name, by exact name or by wildcard; nil when none is known.
func (t *Table) Certificate(name string) *tls.Certificate {
	name = strings.ToLower(name)
	if found := t.certificates[name]; found != nil {
		return found
	}
	if _, suffix, found := strings.Cut(name, "."); found {
		return t.certificates["*."+suffix]
	}
	return nil
}

// Hosts are all hosts that have rules, in order.
func (t *Table) Hosts() []string {
	var hosts []string
	for host := range t.hosts {
		hosts = append(hosts, host)
	}
	for suffix := range t.wildcards {
		hosts = append(hosts, "*."+suffix)
	}
	slices.Sort(hosts)
	return hosts
}

func resolve(namespace string, backend networkingv1.IngressBackend, objects Objects) *Backend {
	if backend.Service == nil {
		return &Backend{Problem: "The Ingress names a resource instead of a Service, which is not supported here."}
	}
	resolved := &Backend{Service: namespace + "/" + backend.Service.Name}
	service := objects.Service(namespace, backend.Service.Name)
	if service == nil {
		resolved.Problem = fmt.Sprintf("There is no Service %s.", resolved.Service)
		return resolved
	}
	port := servicePort(service, backend.Service.Port)
	if port == nil {
		wanted := cmp.Or(backend.Service.Port.Name, strconv.Itoa(int(backend.Service.Port.Number)))
		resolved.Problem = fmt.Sprintf("The Service %s has no port %s.", resolved.Service, wanted)
		return resolved
	}
	resolved.Addresses = addresses(objects.Slices(namespace, service.Name), port.Name)
	if len(resolved.Addresses) == 0 {
		resolved.Problem = fmt.Sprintf("The Service %s has no pod that is ready.", resolved.Service)
	}
	return resolved
}

func servicePort(service *corev1.Service, wanted networkingv1.ServiceBackendPort) *corev1.ServicePort {
	for i, port := range service.Spec.Ports {
		if wanted.Name != "" && port.Name == wanted.Name || wanted.Name == "" && port.Port == wanted.Number {
			return &service.Spec.Ports[i]
		}
	}
	return nil
}

// addresses are those of pods that are ready and not on their way out, so that a pod that
// stops gets no new request.
func addresses(endpointSlices []*discoveryv1.EndpointSlice, port string) []string {
	var found []string
	for _, slice := range endpointSlices {
		for _, p := range slice.Ports {
			if p.Port == nil || (p.Name != nil && *p.Name != port) {
				continue
			}
			for _, endpoint := range slice.Endpoints {
				if endpoint.Conditions.Ready != nil && !*endpoint.Conditions.Ready {
					continue
				}
				for _, address := range endpoint.Addresses {
					if _, err := netip.ParseAddr(address); err == nil {
						found = append(found, net.JoinHostPort(address, strconv.Itoa(int(*p.Port))))
					}
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
