package relay

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

// answerReversed reads until the client has finished, then answers.
func answerReversed(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			said, _ := io.ReadAll(connection)
			for i, j := 0, len(said)-1; i < j; i, j = i+1, j-1 {
				said[i], said[j] = said[j], said[i]
			}
			_, _ = connection.Write(said)
		}()
	}
}

func start(t *testing.T, target string) (address string, stop func() error) {
	t.Helper()
	listener := listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, listener, target) }()
	return listener.Addr().String(), func() error { cancel(); return <-ended }
}

func TestAnAnswerArrivesAfterTheClientHasFinishedWriting(t *testing.T) {
	server := listen(t)
	go answerReversed(server)
	address, stop := start(t, server.Addr().String())
	said := bytes.Repeat([]byte("0123456789"), 200_000)
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = connection.Write(said)
		_ = connection.(*net.TCPConn).CloseWrite()
	}()
	answer, err := io.ReadAll(connection)
	if err != nil || len(answer) != len(said) || answer[0] != '9' {
		t.Fatalf("answer of %d bytes, error %v", len(answer), err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestStoppingClosesOpenConnections(t *testing.T) {
	server := listen(t)
	go answerReversed(server)
	address, stop := start(t, server.Addr().String())
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
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
	target := gone.Addr().String()
	_ = gone.Close()
	address, stop := start(t, target)
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(connection); len(rest) != 0 {
		t.Fatalf("unexpected %q", rest)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}
