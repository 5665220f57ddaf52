package ingress

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:12vh auto;padding:0 1.5rem}
h1{font-size:1.4rem}
</style>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{if .Hosts}}<p>These hosts are served here:</p>
<ul>{{range .Hosts}}<li><a href="//{{.}}{{$.Port}}/">{{.}}</a></li>{{end}}</ul>{{end}}
</html>
`))

type content struct {
	Title string
	Text  string
	Hosts []string
	Port  string
}

func unknownHost(w http.ResponseWriter, r *http.Request, host string, hosts []string) {
	text := fmt.Sprintf("No Ingress serves %s%s.", host, r.URL.Path)
	if len(hosts) == 0 {
		text += " There is no Ingress yet."
	}
	answer(w, r, http.StatusNotFound, content{Title: "Nothing is served here", Text: text, Hosts: hosts})
}

func unavailable(w http.ResponseWriter, r *http.Request, host, problem string) {
	w.Header().Set("Retry-After", "2")
	text := fmt.Sprintf("%s does not answer just now. %s", host, problem)
	answer(w, r, http.StatusServiceUnavailable, content{Title: "Please try again in a moment", Text: text})
}

func answer(w http.ResponseWriter, r *http.Request, status int, c content) {
	if _, port, found := strings.Cut(r.Host, ":"); found {
		c.Port = ":" + port
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		w.WriteHeader(status)
		_ = page.Execute(w, c)
		return
	}
	header.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, c.Text)
	for _, host := range c.Hosts {
		fmt.Fprintf(w, "  %s%s\n", host, c.Port)
	}
}
