package ingress

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
)

var clearAddress, securedAddress string

func TestMain(m *testing.M) {
	state, err := os.MkdirTemp("", "ingress")
	if err != nil {
		panic(err)
	}
	os.Setenv("XDG_DATA_HOME", state)
	clearAddress, securedAddress = freeAddress(), freeAddress()
	if err := serve([]string{clearAddress}, []string{securedAddress}); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = caddy.Stop()
	_ = os.RemoveAll(state)
	os.Exit(code)
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
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // the test looks at the name itself
	}}
}

func pod(t *testing.T, handler http.HandlerFunc) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func use(hosts map[string]*Backend) *Table {
	table := &Table{hosts: map[string]*site{}, wildcards: map[string]*site{}, certificates: map[string]*tls.Certificate{}}
	for host, backend := range hosts {
		table.site(host).routes = []route{{backend: backend}}
	}
	current.Store(table)
	return table
}

func get(t *testing.T, url string, header ...string) (int, http.Header, string) {
	t.Helper()
	request, _ := http.NewRequest(http.MethodGet, url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, string(body)
}

func TestARequestReachesItsPodWithItsHost(t *testing.T) {
	address := pod(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s", r.Host, r.Header.Get("X-Forwarded-Host"), r.Header.Get("X-Forwarded-Proto"))
	})
	use(map[string]*Backend{"shop.test": {Service: "a/b", Addresses: []string{address}}})
	if status, _, body := get(t, "http://shop.test/"); status != 200 || body != "shop.test shop.test http" {
		t.Fatalf("%d %q", status, body)
	}
	if status, _, body := get(t, "https://shop.test/"); status != 200 || body != "shop.test shop.test https" {
		t.Fatalf("%d %q", status, body)
	}
}

func TestAnUnknownHostIsToldWhichExist(t *testing.T) {
	use(map[string]*Backend{"shop.test": {Service: "a/b"}})
	status, header, body := get(t, "http://other.test/<b>", "Accept", "text/html")
	if status != 404 || !strings.Contains(body, `href="//shop.test/"`) || strings.Contains(body, "<b>") {
		t.Fatalf("%d %s", status, body)
	}
	if !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		t.Fatal(header)
	}
	if _, header, body := get(t, "http://x.test/"); !strings.Contains(body, "shop.test") || !strings.HasPrefix(header.Get("Content-Type"), "text/plain") {
		t.Fatalf("%v %s", header, body)
	}
}

func TestAServiceWithoutPodsAnswers503WithASentence(t *testing.T) {
	use(map[string]*Backend{"shop.test": {Service: "a/b", Problem: "The Service a/b has no pod that is ready."}})
	status, header, body := get(t, "http://shop.test/")
	if status != 503 || !strings.Contains(body, "has no pod that is ready") || header.Get("Retry-After") == "" {
		t.Fatalf("%d %v %s", status, header, body)
	}
}

func TestAPodThatDoesNotAnswerIs503(t *testing.T) {
	use(map[string]*Backend{"shop.test": {Service: "a/b", Addresses: []string{freeAddress()}}})
	if status, _, body := get(t, "http://shop.test/"); status != 503 || !strings.Contains(body, "No pod of the Service a/b answered") {
		t.Fatalf("%d %s", status, body)
	}
}

func TestACertificateIsChosenByName(t *testing.T) {
	address := pod(t, func(w http.ResponseWriter, _ *http.Request) {})
	table := use(map[string]*Backend{"shop.test": {Service: "a/b", Addresses: []string{address}}})
	own, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	table.certificates["shop.test"] = own
	shown := func(name string) string {
		connection, err := tls.Dial("tcp", securedAddress, &tls.Config{ServerName: name, InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		return connection.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	if shown("shop.test") == shown("other.test") {
		t.Fatal("both names were shown the same certificate")
	}
}

func TestChangingTheTableUnderLoadFailsNoRequestAndDropsNoStream(t *testing.T) {
	release := make(chan struct{})
	address := pod(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stream" {
			fmt.Fprint(w, "begin ")
			w.(http.Flusher).Flush()
			<-release
			fmt.Fprint(w, "end")
			return
		}
		fmt.Fprint(w, "ok")
	})
	backend := &Backend{Service: "a/b", Addresses: []string{address}}
	use(map[string]*Backend{"shop.test": backend})
	stream, err := client().Get("http://shop.test/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	var failed, served atomic.Int64
	var clients sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		clients.Add(1)
		go func() {
			defer clients.Done()
			shared := client()
			for {
				select {
				case <-done:
					return
				default:
				}
				answer, err := shared.Get("http://shop.test/")
				if err != nil || answer.StatusCode != 200 {
					failed.Add(1)
				}
				if err == nil {
					_, _ = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
				}
				served.Add(1)
			}
		}()
	}
	for i := int64(0); i < 200 && failed.Load() == 0; i++ {
		for served.Load() < i && failed.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		use(map[string]*Backend{"shop.test": backend, fmt.Sprintf("h%d.test", i): backend})
	}
	close(done)
	clients.Wait()
	close(release)
	if body, err := io.ReadAll(stream.Body); err != nil || string(body) != "begin end" {
		t.Fatalf("the stream gave %q, %v", body, err)
	}
	if failed.Load() != 0 {
		t.Fatalf("%d of %d requests failed", failed.Load(), served.Load())
	}
}
