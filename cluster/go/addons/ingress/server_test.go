package ingress

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
)

func TestARequestReachesItsPodAsItWasMade(t *testing.T) {
	address := pod(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %s %s", r.Host, r.RequestURI,
			r.Header.Get("X-Forwarded-Host"), r.Header.Get("X-Forwarded-Proto"), r.Header.Get("X-Forwarded-For"))
	})
	use(t, map[string]*Backend{"shop.test": at(address)})
	for scheme, expected := range map[string]string{
		"http":  "shop.test /a%2Fb?c=d shop.test http 127.0.0.1",
		"https": "shop.test /a%2Fb?c=d shop.test https 127.0.0.1",
	} {
		// what a client claims about itself is not passed on
		found := get(t, scheme+"://shop.test/a%2Fb?c=d", "X-Forwarded-For", "192.0.2.1", "X-Forwarded-Host", "forged")
		if found.status != 200 || found.body != expected {
			t.Errorf("%s: %d %q", scheme, found.status, found.body)
		}
	}
}

func TestTheTableOfTheAPIsObjectsIsServed(t *testing.T) {
	address := pod(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		t.Fatal(err)
	}
	objects := world(ingressOf("a", time.Hour,
		path{"shop.test", "/", prefix, "none"},
		path{"shop.test", "/app", prefix, "admin"},
		path{"*.test", "/", prefix, "empty"},
	))
	objects.Slices = func(_, service string) []*discoveryv1.EndpointSlice {
		if service == "empty" {
			return nil
		}
		return []*discoveryv1.EndpointSlice{
			slice("http", int32(at.Port()), endpoint(at.Addr().String(), discoveryv1.EndpointConditions{})),
		}
	}
	current.Store(Build(objects).Table)
	for url, expected := range map[string]struct {
		status int
		body   string
	}{
		"http://shop.test/app/x":  {200, "/app/x"},
		"http://shop.test:81/app": {200, "/app"},
		"http://shop.test/apple":  {503, "There is no Service shop/none."},
		"http://wild.test/":       {503, "The Service shop/empty has no pod that is ready."},
		"http://a.wild.test/":     {404, "No Ingress serves a.wild.test/."},
	} {
		if found := get(t, url); found.status != expected.status || !strings.Contains(found.body, expected.body) {
			t.Errorf("%s: %d %s", url, found.status, found.body)
		}
	}
}

func TestACertificateIsChosenByName(t *testing.T) {
	address := pod(t, func(http.ResponseWriter, *http.Request) {})
	table := use(t, map[string]*Backend{"shop.test": at(address)})
	own, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	table.certificates["shop.test"] = own
	table.certificates["*.wild.test"] = own
	shown := func(name string) string {
		connection, err := tls.Dial("tcp", securedAddress, &tls.Config{ServerName: name, InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		return connection.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	if shown("shop.test") != shown("a.wild.test") || shown("shop.test") == shown("other.test") || shown("other.test") != shown("") {
		t.Fatal("the wrong certificate was shown")
	}
}

func TestAnAnswerIsPassedOnWhileItIsWritten(t *testing.T) {
	arrived := make(chan struct{})
	address := pod(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 3 {
			fmt.Fprintln(w, "news")
			w.(http.Flusher).Flush()
			<-arrived
		}
	})
	use(t, map[string]*Backend{"shop.test": at(address)})
	answer, err := client().Get("http://shop.test/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for range 3 {
		if !lines.Scan() || lines.Text() != "news" {
			t.Fatalf("%q, %v", lines.Text(), lines.Err())
		}
		arrived <- struct{}{}
	}
}

func TestAProtocolIsSwitchedAndBothSidesTalk(t *testing.T) {
	address := pod(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Connection") != "Upgrade" {
			http.Error(w, "not asked for", http.StatusBadRequest)
			return
		}
		connection, stream, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer connection.Close()
		fmt.Fprint(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		_ = stream.Flush()
		_, _ = io.Copy(connection, stream)
	})
	use(t, map[string]*Backend{"shop.test": at(address)})
	connection, err := net.Dial("tcp", clearAddress)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprint(connection, "GET / HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
	stream := bufio.NewReader(connection)
	answer, err := http.ReadResponse(stream, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", answer, err)
	}
	for _, said := range []string{"one\n", "two\n"} {
		fmt.Fprint(connection, said)
		if heard, err := stream.ReadString('\n'); err != nil || heard != said {
			t.Fatalf("%q, %v", heard, err)
		}
	}
}

func TestABigUploadArrivesWholeAndUnbuffered(t *testing.T) {
	const size = 64 << 20
	begun := make(chan struct{})
	address := pod(t, func(w http.ResponseWriter, r *http.Request) {
		first := make([]byte, 1)
		if _, err := io.ReadFull(r.Body, first); err != nil {
			return
		}
		close(begun)
		hash := sha256.New()
		_, _ = hash.Write(first)
		_, _ = io.Copy(hash, r.Body)
		fmt.Fprintf(w, "%x", hash.Sum(nil))
	})
	use(t, map[string]*Backend{"shop.test": at(address)})
	hash := sha256.New()
	content := io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{}), size), hash)
	// all but the first part is sent only when the pod has seen that
	held := io.MultiReader(io.LimitReader(content, 1<<20), waiting{begun, content})
	found := ask(t, http.MethodPost, "http://shop.test/", held)
	if found.body != fmt.Sprintf("%x", hash.Sum(nil)) {
		t.Fatalf("%d %q", found.status, found.body)
	}
}

// waiting reads only when begun is closed.
type waiting struct {
	begun chan struct{}
	io.Reader
}

func (w waiting) Read(into []byte) (int, error) {
	<-w.begun
	return w.Reader.Read(into)
}

func TestARequestThatNoPodHasSeenWaitsForOneThatIsComing(t *testing.T) {
	use(t, map[string]*Backend{"shop.test": at(freeAddress())})
	done := make(chan answered, 1)
	go func() { done <- ask(t, http.MethodPost, "http://shop.test/", strings.NewReader("order")) }()
	for draining.underway.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	address := pod(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	use(t, map[string]*Backend{"shop.test": at(address)})
	if found := <-done; found.status != 200 || found.body != "order" {
		t.Fatalf("%d %s", found.status, found.body)
	}
}

func TestPodsThatTakeNoConnectionAre503(t *testing.T) {
	use(t, map[string]*Backend{"shop.test": at(freeAddress())})
	found := get(t, "http://shop.test/")
	if found.status != 503 || !strings.Contains(found.body, "No pod of the Service shop/front takes connections") || found.header.Get("Retry-After") == "" {
		t.Fatalf("%d %v %s", found.status, found.header, found.body)
	}
}

func TestWhatAPodMayHaveDoneIsNotDoneAgain(t *testing.T) {
	var seen atomic.Int64
	address := pod(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	use(t, map[string]*Backend{"shop.test": at(address)})
	found := ask(t, http.MethodPost, "http://shop.test/", strings.NewReader("order"))
	if found.status != 502 || seen.Load() != 1 || found.header.Get("Retry-After") != "" || !strings.Contains(found.body, "may have been done") {
		t.Fatalf("%d after %d tries: %s", found.status, seen.Load(), found.body)
	}
}

func TestAConnectionToAPodIsGivenUpBeforeThePodDoes(t *testing.T) {
	ended := make(chan struct{}, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			ended <- struct{}{}
		}
	}
	server.Start()
	defer server.Close()
	use(t, map[string]*Backend{"shop.test": at(server.Listener.Addr().String())})
	get(t, "http://shop.test/")
	<-ended
}
