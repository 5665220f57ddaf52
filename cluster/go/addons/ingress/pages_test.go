package ingress

import (
	"fmt"
	"strings"
	"testing"
)

func TestAnUnknownHostIsToldWhichExist(t *testing.T) {
	use(t, map[string]*Backend{"shop.test": at(), "*.wild.test": at()})
	found := get(t, "http://other.test:81/<b>", "Accept", "text/html,*/*")
	if found.status != 404 || !strings.HasPrefix(found.header.Get("Content-Type"), "text/html") {
		t.Fatalf("%d %v", found.status, found.header)
	}
	for text, isThere := range map[string]bool{
		`<a href="//shop.test:81/">shop.test</a>`: true,
		"<li>*.wild.test</li>":                    true,
		"/&lt;b&gt;":                              true,
		"<b>":                                     false,
	} {
		if strings.Contains(found.body, text) != isThere {
			t.Errorf("%s: %v, in %s", text, !isThere, found.body)
		}
	}
	found = get(t, "http://other.test:81/")
	if !strings.Contains(found.body, "  shop.test:81\n") || !strings.HasPrefix(found.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("%v %s", found.header, found.body)
	}
}

func TestAForgedHostIsEscaped(t *testing.T) {
	use(t, nil)
	for _, host := range []string{"[::1]:80", "a\"onx=1", "x:<script>"} {
		connection := dialRaw(t)
		fmt.Fprintf(connection, "GET / HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nConnection: close\r\n\r\n", host)
		body := readRaw(t, connection)
		if strings.Contains(body, "<script") || strings.Contains(body, `a"onx`) {
			t.Errorf("%s: %s", host, body)
		}
	}
}

func TestALongListOfHostsIsCut(t *testing.T) {
	hosts := map[string]*Backend{}
	for i := range listed + 5 {
		hosts[fmt.Sprintf("s%d.test", i)] = at()
	}
	use(t, hosts)
	if found := get(t, "http://other.test/", "Accept", "text/html"); strings.Count(found.body, "<li>") != listed || !strings.Contains(found.body, "And 5 more.") {
		t.Fatal(found.body)
	}
}

func TestAServiceWithoutPodsAnswersWithASentence(t *testing.T) {
	use(t, map[string]*Backend{"shop.test": {Service: "shop/front", Problem: "The Service shop/front has no pod that is ready."}})
	for accept, kind := range map[string]string{"text/html": "text/html", "application/json": "text/plain"} {
		found := get(t, "http://shop.test/", "Accept", accept)
		if found.status != 503 || found.header.Get("Retry-After") == "" || !strings.HasPrefix(found.header.Get("Content-Type"), kind) ||
			!strings.Contains(found.body, "shop.test does not answer just now. The Service shop/front has no pod that is ready.") {
			t.Errorf("%s: %d %v %s", accept, found.status, found.header, found.body)
		}
	}
}
