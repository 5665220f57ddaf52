package ingress

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func dialRaw(t *testing.T) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", clearAddress)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

func readRaw(t *testing.T, connection net.Conn) string {
	t.Helper()
	read, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	return string(read)
}

// load makes requests until it is stopped, and counts them.
type load struct {
	served, failed atomic.Int64
	first          atomic.Pointer[string]
	done           chan struct{}
	clients        sync.WaitGroup
}

// startLoad calls each, which says what went wrong or nothing, from four sides at once.
func startLoad(each func() string) *load {
	l := &load{done: make(chan struct{})}
	for range 4 {
		l.clients.Go(func() {
			for {
				select {
				case <-l.done:
					return
				default:
				}
				if problem := each(); problem != "" {
					l.failed.Add(1)
					l.first.CompareAndSwap(nil, &problem)
				}
				l.served.Add(1)
			}
		})
	}
	return l
}

// wait returns when so many more requests have been answered.
func (l *load) wait(requests int64) {
	for until := l.served.Load() + requests; l.served.Load() < until; {
		time.Sleep(time.Millisecond)
	}
}

func (l *load) stop(t *testing.T) {
	t.Helper()
	close(l.done)
	l.clients.Wait()
	if l.failed.Load() > 0 {
		t.Errorf("%d of %d requests failed, the first with: %s", l.failed.Load(), l.served.Load(), *l.first.Load())
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
	other := pod(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	use(t, map[string]*Backend{"shop.test": at(address)})
	stream, err := client().Get("http://shop.test/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	shared := client()
	l := startLoad(func() string {
		answer, err := shared.Get("http://shop.test/")
		if err != nil {
			return err.Error()
		}
		defer answer.Body.Close()
		if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "ok" {
			return fmt.Sprintf("%d %s %v", answer.StatusCode, body, err)
		}
		return ""
	})
	for i := range 200 {
		l.wait(1)
		// another host comes and the pod is replaced
		use(t, map[string]*Backend{"shop.test": at([]string{address, other}[i%2]), fmt.Sprintf("h%d.test", i): at(address)})
	}
	l.stop(t)
	close(release)
	if body, err := io.ReadAll(stream.Body); err != nil || string(body) != "begin end" {
		t.Fatalf("the stream gave %q, %v", body, err)
	}
}

func TestAnInheritedSocketOutlivesItsServers(t *testing.T) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	file, err := socket.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	start := func() *exec.Cmd {
		server := exec.Command(os.Args[0])
		server.Env = append(os.Environ(), asServer+"=fd/3")
		server.ExtraFiles = []*os.File{file}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Process.Kill() })
		return server
	}
	asker := func(transport *http.Transport) func() string {
		return func() string {
			answer, err := (&http.Client{Transport: transport}).Get("http://" + socket.Addr().String())
			if err != nil {
				return err.Error()
			}
			defer answer.Body.Close()
			// the servers have an empty table
			if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusNotFound {
				return fmt.Sprint(answer.Status, err)
			}
			return ""
		}
	}
	once := startLoad(asker(&http.Transport{DisableKeepAlives: true}))
	kept := startLoad(asker(&http.Transport{}))
	for range 5 {
		server := start()
		once.wait(50)
		kept.wait(50)
		if err := server.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := server.Wait(); err != nil {
			t.Fatalf("the server ended with %v", err)
		}
	}
	start()
	once.wait(50)
	kept.wait(50)
	once.stop(t)
	kept.stop(t)
}
