package ingress

import (
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
)

const (
	// grace is how long open requests may go on once the controller has been told to stop.
	grace = 2 * time.Second
	// settling is how long a connection that was just accepted may need to send its request.
	settling = 100 * time.Millisecond
)

func init() { caddy.RegisterModule(Gate{}) }

// draining is what the servers' end takes: neither Caddy nor Go's server, which drops a
// request that it reads after it was told to stop, answers everybody that was accepted.
var draining drain

type drain struct {
	isClosed atomic.Bool
	underway atomic.Int64
	lock     sync.Mutex
	gates    []*gate
}

// enter counts a request until the returned function is called. Once no more connections
// are accepted, each is closed with its next answer, so that its client comes anew.
func (d *drain) enter(w http.ResponseWriter) (leave func()) {
	d.underway.Add(1)
	if d.isClosed.Load() {
		w.Header().Set("Connection", "close")
	}
	return func() { d.underway.Add(-1) }
}

// run stops accepting, and returns when all requests are answered or have had their time.
// Whoever connects to an inherited socket from then on waits for the next controller.
func (d *drain) run() {
	d.isClosed.Store(true)
	d.lock.Lock()
	for _, each := range d.gates {
		each.shut()
	}
	d.lock.Unlock()
	time.Sleep(settling)
	for end := time.Now().Add(grace); d.underway.Load() > 0 && time.Now().Before(end); {
		time.Sleep(settling / 10)
	}
}

// Gate is the Caddy module by which a listening socket can be left while its server goes on.
type Gate struct{}

// CaddyModule names the wrapper of listeners.
func (Gate) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.listeners.storeweaver_gate", New: func() caddy.Module { return new(Gate) }}
}

// WrapListener puts a gate before a server.
func (Gate) WrapListener(listener net.Listener) net.Listener {
	made := &gate{Listener: listener, closed: make(chan struct{})}
	draining.lock.Lock()
	defer draining.lock.Unlock()
	draining.gates = append(draining.gates, made)
	return made
}

type gate struct {
	net.Listener
	shutting sync.Once
	failure  error
	closing  sync.Once
	closed   chan struct{}
}

// Accept waits for the end where the gate is shut: an error would end the server at once.
func (g *gate) Accept() (net.Conn, error) {
	connection, err := g.Listener.Accept()
	if err != nil && draining.isClosed.Load() {
		<-g.closed
	}
	return connection, err
}

// Close is called by the server when it ends.
func (g *gate) Close() error {
	g.closing.Do(func() { close(g.closed) })
	return g.shut()
}

func (g *gate) shut() error {
	g.shutting.Do(func() { g.failure = g.Listener.Close() })
	return g.failure
}

var _ caddy.ListenerWrapper = Gate{}
