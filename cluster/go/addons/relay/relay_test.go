package relay

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func listen(t *testing.T) *net.TCPListener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.(*net.TCPListener)
}

// serve hands each connection to a program of the test.
func serve(t *testing.T, each func(*net.TCPConn)) string {
	t.Helper()
	listener := listen(t)
	go func() {
		for {
			connection, err := listener.AcceptTCP()
			if err != nil {
				return
			}
			go each(connection)
		}
	}()
	return listener.Addr().String()
}

// answerReversed reads until the client has finished, then answers.
func answerReversed(connection *net.TCPConn) {
	defer connection.Close()
	said, _ := io.ReadAll(connection)
	for i, j := 0, len(said)-1; i < j; i, j = i+1, j-1 {
		said[i], said[j] = said[j], said[i]
	}
	_, _ = connection.Write(said)
}

func start(t *testing.T, target string) (address string, stop func() error) {
	t.Helper()
	listener := listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- relay(ctx, listener, target) }()
	return listener.Addr().String(), func() error { cancel(); return <-ended }
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection.(*net.TCPConn)
}

// duplicate is a descriptor for the same socket that nobody owns, as a child process gets it.
func duplicate(t *testing.T, socket *net.TCPListener) uintptr {
	t.Helper()
	raw, err := socket.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var made int
	controlled := raw.Control(func(descriptor uintptr) { made, err = syscall.Dup(int(descriptor)) })
	if err := errors.Join(controlled, err); err != nil {
		t.Fatal(err)
	}
	return uintptr(made)
}

func TestAnAnswerArrivesAfterTheClientHasFinishedWriting(t *testing.T) {
	address, stop := start(t, serve(t, answerReversed))
	said := bytes.Repeat([]byte("0123456789"), 200_000)
	connection := dial(t, address)
	go func() {
		_, _ = connection.Write(said)
		_ = connection.CloseWrite()
	}()
	answer, err := io.ReadAll(connection)
	if err != nil || len(answer) != len(said) || answer[0] != '9' {
		t.Fatalf("answer of %d bytes, error %v", len(answer), err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestAnAnswerOnItsWayArrivesAlthoughTheRelayStops(t *testing.T) {
	began, goOn := make(chan struct{}, 1), make(chan struct{})
	address, stop := start(t, serve(t, func(connection *net.TCPConn) {
		defer connection.Close()
		select {
		case began <- struct{}{}:
		default:
		}
		<-goOn
		_, _ = connection.Write([]byte("answer"))
	}))
	connection := dial(t, address)
	<-began
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	// a stopped relay takes no new connection; from then on the open one is being drained
	for {
		another, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		_ = another.Close()
	}
	close(goOn)
	_ = connection.CloseWrite()
	if answer, err := io.ReadAll(connection); err != nil || string(answer) != "answer" {
		t.Fatalf("%q, %v", answer, err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func TestStoppingEndsConnectionsThatWouldGoOnForEver(t *testing.T) {
	address, stop := start(t, serve(t, answerReversed))
	connection := dial(t, address)
	if _, err := connection.Write([]byte("half a sentence")); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(connection); len(rest) != 0 {
		t.Fatalf("unexpected %q", rest)
	}
}

func TestATargetThatIsAwayClosesTheConnection(t *testing.T) {
	gone := listen(t)
	_ = gone.Close()
	address, stop := start(t, gone.Addr().String())
	if rest, _ := io.ReadAll(dial(t, address)); len(rest) != 0 {
		t.Fatalf("unexpected %q", rest)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestAClientThatVanishesFreesItsServer(t *testing.T) {
	freed := make(chan error)
	address, stop := start(t, serve(t, func(connection *net.TCPConn) {
		defer connection.Close()
		for {
			if _, err := connection.Write([]byte("news ")); err != nil {
				freed <- err
				return
			}
		}
	}))
	connection := dial(t, address)
	if _, err := io.ReadFull(connection, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	// closing with no linger resets the connection, as a killed client's kernel may
	_ = connection.SetLinger(0)
	_ = connection.Close()
	<-freed
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsLeftOfConnectionsThatAreDone(t *testing.T) {
	address, stop := start(t, serve(t, answerReversed))
	defer func() { _ = stop() }()
	before := runtime.NumGoroutine()
	for range 100 {
		connection := dial(t, address)
		_ = connection.CloseWrite()
		if _, err := io.ReadAll(connection); err != nil {
			t.Fatal(err)
		}
	}
	for runtime.NumGoroutine() > before {
		time.Sleep(time.Millisecond)
	}
}

func TestTheSocketOutlivesTheRelay(t *testing.T) {
	target := serve(t, answerReversed)
	socket := listen(t)
	for range 2 {
		listener, err := inherited(duplicate(t, socket))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		connection := dial(t, socket.Addr().String())
		go func() { ended <- relay(ctx, listener, target) }()
		_, _ = connection.Write([]byte("ab"))
		_ = connection.CloseWrite()
		if answer, err := io.ReadAll(connection); err != nil || string(answer) != "ba" {
			t.Fatalf("%q, %v", answer, err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsNotAListeningSocketIsRefused(t *testing.T) {
	descriptor, err := syscall.Open(os.DevNull, syscall.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inherited(uintptr(descriptor)); err == nil {
		t.Fatal("it was accepted")
	}
}
