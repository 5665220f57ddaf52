// Package health answers whoever supervises a service.
package health

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Serve answers on address until ctx ends: /healthz at once, /readyz with 503 and the
// reason for as long as ready gives an error. An empty address asks for neither.
func Serve(ctx context.Context, address string, ready func() error) error {
	if address == "" {
		return nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("the health address cannot be used: %w", err)
	}
	server := &http.Server{Handler: handler(ready), ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }()
	return nil
}

func handler(ready func() error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}
