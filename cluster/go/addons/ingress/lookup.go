package ingress

import (
	"crypto/tls"
	"slices"
	"strings"
)

// Lookup finds where a request goes: by the exact host before a wildcard before the rules
// without a host, and within each by an exact path before a prefix, a longer one before a
// shorter. Nil when no rule and no default backend fits.
func (t *Table) Lookup(host, path string) *Backend {
	host = normal(host)
	for _, s := range []*site{t.hosts[host], t.wildcards[parent(host)], t.anyHost} {
		if s == nil {
			continue
		}
		for _, r := range s.routes {
			if r.matches(path) {
				return r.backend
			}
		}
		if s.fallback != nil {
			return s.fallback
		}
	}
	return t.fallback
}

// Certificate is the one for a server name, by exact name or by wildcard; nil when none is known.
func (t *Table) Certificate(name string) *tls.Certificate {
	name = normal(name)
	if found := t.certificates[name]; found != nil {
		return found
	}
	return t.certificates["*."+parent(name)]
}

// Hosts are all hosts that have rules, in order.
func (t *Table) Hosts() []string {
	hosts := make([]string, 0, len(t.hosts)+len(t.wildcards))
	for host := range t.hosts {
		hosts = append(hosts, host)
	}
	for suffix := range t.wildcards {
		hosts = append(hosts, "*."+suffix)
	}
	slices.Sort(hosts)
	return hosts
}

// matches compares whole path elements: /foo fits /foo and /foo/bar, and not /foobar.
func (r route) matches(path string) bool {
	if r.isExact {
		return path == r.path
	}
	rest, isBelow := strings.CutPrefix(path, r.path)
	return isBelow && (rest == "" || rest[0] == '/')
}

// normal is the form in which names are compared. A full stop at the end is part of some
// clients' Host and makes no difference.
func normal(host string) string {
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// parent is the name without its first label, which is all that a wildcard stands for.
func parent(host string) string {
	_, rest, _ := strings.Cut(host, ".")
	return rest
}
