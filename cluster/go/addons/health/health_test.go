package health

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestReadinessFollowsTheService(t *testing.T) {
	var problem error
	server := httptest.NewServer(handler(func() error { return problem }))
	defer server.Close()
	for _, expected := range []struct {
		problem error
		path    string
		status  int
	}{
		{errors.New("not yet"), "/readyz", 503},
		{errors.New("not yet"), "/healthz", 200},
		{nil, "/readyz", 200},
	} {
		problem = expected.problem
		answer, err := http.Get(server.URL + expected.path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != expected.status {
			t.Errorf("%s with %v: %d", expected.path, expected.problem, answer.StatusCode)
		}
	}
}

func TestATakenAddressIsAnError(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if Serve(context.Background(), taken.Addr().String(), func() error { return nil }) == nil {
		t.Fatal("it was accepted")
	}
}
