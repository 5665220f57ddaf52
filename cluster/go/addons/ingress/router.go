package ingress

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

// current is what requests are routed by. Caddy makes its modules itself, from
// configuration, so it cannot be handed to them.
var current atomic.Pointer[Table]

func init() {
	current.Store(emptyTable())
	caddy.RegisterModule(Router{})
	caddy.RegisterModule(Pods{})
}

// Router is the Caddy handler that chooses a request's Backend; the proxy comes after it.
type Router struct{}

// CaddyModule names the handler.
func (Router) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.storeweaver_router", New: func() caddy.Module { return new(Router) }}
}

// ServeHTTP passes the request on, or answers with a page that says why it cannot.
func (Router) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	defer draining.enter(w)()
	table := current.Load()
	host := hostname(r)
	backend := table.Lookup(host, r.URL.Path)
	switch {
	case backend == nil:
		unknownHost(w, r, host, table.Hosts())
		return nil
	case backend.Problem != "":
		unavailable(w, r, host, backend.Problem)
		return nil
	}
	err := next.ServeHTTP(w, r)
	failure, isFailure := errors.AsType[caddyhttp.HandlerError](err)
	if !isFailure || failure.StatusCode < http.StatusInternalServerError {
		return err
	}
	slog.Warn("no pod answered", "host", host, "service", backend.Service, "error", failure.Err)
	if isUnsent(failure) {
		unavailable(w, r, host, fmt.Sprintf("No pod of the Service %s takes connections.", backend.Service))
	} else {
		interrupted(w, r, failure.StatusCode, host, backend.Service)
	}
	return nil
}

// isUnsent tells that no pod has seen the request: none could be connected to, or the last
// one went while the request waited, which the proxy calls 503.
func isUnsent(failure caddyhttp.HandlerError) bool {
	_, isDial := errors.AsType[reverseproxy.DialError](failure)
	return isDial || failure.StatusCode == http.StatusServiceUnavailable
}

// hostname is the host that the client asked for, without the port.
func hostname(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return strings.Trim(r.Host, "[]")
}

// Pods is where Caddy's proxy learns the addresses for a request.
type Pods struct{}

// CaddyModule names the source of upstreams.
func (Pods) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.reverse_proxy.upstreams.storeweaver_pods", New: func() caddy.Module { return new(Pods) }}
}

// GetUpstreams looks the request up anew at each try, so that a retry reaches a pod that
// came meanwhile.
func (Pods) GetUpstreams(r *http.Request) ([]*reverseproxy.Upstream, error) {
	backend := current.Load().Lookup(hostname(r), r.URL.Path)
	if backend == nil {
		return nil, nil
	}
	upstreams := make([]*reverseproxy.Upstream, len(backend.Addresses))
	for i, address := range backend.Addresses {
		upstreams[i] = &reverseproxy.Upstream{Dial: address}
	}
	return upstreams, nil
}

var (
	_ caddyhttp.MiddlewareHandler = Router{}
	_ reverseproxy.UpstreamSource = Pods{}
)
