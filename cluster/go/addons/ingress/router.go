package ingress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
	"github.com/caddyserver/certmagic"
)

// current is what requests are routed by. Caddy makes its modules itself, from
// configuration, so the table cannot be handed to them.
var current atomic.Pointer[Table]

func init() {
	current.Store(&Table{})
	caddy.RegisterModule(Router{})
	caddy.RegisterModule(Pods{})
	caddy.RegisterModule(Certificates{})
}

// hostKey is under which the proxy finds the host that the client asked for.
type hostKey struct{}

// Router is the Caddy handler that chooses a request's Backend; the proxy comes after it.
type Router struct{}

// CaddyModule names the handler.
func (Router) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.storeweaver_router", New: func() caddy.Module { return new(Router) }}
}

// ServeHTTP passes the request on, or answers with a page that says why it cannot.
func (Router) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	table := current.Load()
	host := r.Host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		host = bare
	}
	backend := table.Lookup(host, r.URL.Path)
	switch {
	case backend == nil:
		unknownHost(w, r, host, table.Hosts())
		return nil
	case backend.Problem != "":
		unavailable(w, r, host, backend.Problem)
		return nil
	}
	err := next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), hostKey{}, host)))
	var failure caddyhttp.HandlerError
	if errors.As(err, &failure) && failure.StatusCode >= http.StatusBadGateway {
		slog.Warn("no pod answered", "host", host, "service", backend.Service, "error", failure.Err)
		unavailable(w, r, host, fmt.Sprintf("No pod of the Service %s answered.", backend.Service))
		return nil
	}
	return err
}

// Pods is where Caddy's proxy learns the addresses for a request.
type Pods struct{}

// CaddyModule names the source of upstreams.
func (Pods) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.reverse_proxy.upstreams.storeweaver_pods", New: func() caddy.Module { return new(Pods) }}
}

// GetUpstreams looks the request up anew, so that a retry reaches a pod that came meanwhile.
func (Pods) GetUpstreams(r *http.Request) ([]*reverseproxy.Upstream, error) {
	host, _ := r.Context().Value(hostKey{}).(string)
	backend := current.Load().Lookup(host, r.URL.Path)
	if backend == nil {
		return nil, nil
	}
	upstreams := make([]*reverseproxy.Upstream, len(backend.Addresses))
	for i, address := range backend.Addresses {
		upstreams[i] = &reverseproxy.Upstream{Dial: address}
	}
	return upstreams, nil
}

// Certificates is where Caddy learns the certificate of a server name.
type Certificates struct {
	fallback *tls.Certificate
}

// CaddyModule names the source of certificates.
func (Certificates) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "tls.get_certificate.storeweaver_secrets", New: func() caddy.Module { return new(Certificates) }}
}

// Provision makes the certificate that is shown where no Secret has one.
func (c *Certificates) Provision(caddy.Context) error {
	fallback, err := selfSigned()
	c.fallback = fallback
	return err
}

// GetCertificate never leaves the name to Caddy, which would ask a public authority for it.
func (c *Certificates) GetCertificate(_ context.Context, hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if found := current.Load().Certificate(hello.ServerName); found != nil {
		return found, nil
	}
	return c.fallback, nil
}

var (
	_ caddyhttp.MiddlewareHandler = Router{}
	_ reverseproxy.UpstreamSource = Pods{}
	_ certmagic.Manager           = (*Certificates)(nil)
	_ caddy.Provisioner           = (*Certificates)(nil)
)
