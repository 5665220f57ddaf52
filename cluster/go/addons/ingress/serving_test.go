package ingress

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// asServer makes the test program a controller's process that serves an inherited socket.
const asServer = "INGRESS_TEST_SERVES"

var clearAddress, securedAddress string

func TestMain(m *testing.M) {
	if listen := os.Getenv(asServer); listen != "" {
		os.Exit(serveUntilTold(listen))
	}
	clearAddress, securedAddress = freeAddress(), freeAddress()
	if err := serve([]string{clearAddress}, []string{securedAddress}); err != nil {
		panic(err)
	}
	code := m.Run()
	stop()
	os.Exit(code)
}

func serveUntilTold(listen string) int {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	if err := serve([]string{listen}, nil); err != nil {
		return 1
	}
	<-ctx.Done()
	stop()
	return 0
}

func freeAddress() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// client reaches the servers whatever host a URL names.
func client() *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		to := clearAddress
		if strings.HasSuffix(address, ":443") {
			to = securedAddress
		}
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	return &http.Client{Transport: &http.Transport{
		DialContext:     dial,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // the tests look at the names themselves
	}}
}

// pod is a server and gives its address.
func pod(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// use makes a table current in which each host goes to one backend.
func use(t *testing.T, hosts map[string]*Backend) *Table {
	t.Helper()
	table := emptyTable()
	for host, backend := range hosts {
		table.site(host).routes = []route{{backend: backend}}
	}
	current.Store(table)
	return table
}

func at(addresses ...string) *Backend {
	return &Backend{Service: "shop/front", Addresses: addresses}
}

type answered struct {
	status int
	header http.Header
	body   string
}

func ask(t *testing.T, method, url string, body io.Reader, header ...string) answered {
	t.Helper()
	request, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{answer.StatusCode, answer.Header, string(read)}
}

func get(t *testing.T, url string, header ...string) answered {
	t.Helper()
	return ask(t, http.MethodGet, url, nil, header...)
}
