package ingress

import (
	"fmt"
	"html/template"
	"net"
	"net/http"
	"strings"
)

// listed is how many hosts a page names at most.
const listed = 200

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
<ul>{{range .Hosts}}<li>{{if .Link}}<a href="{{.Link}}">{{.Name}}</a>{{else}}{{.Name}}{{end}}</li>{{end}}</ul>{{end}}
{{if .More}}<p>And {{.More}} more.</p>{{end}}
</html>
`))

type content struct {
	Title string
	Text  string
	Hosts []hostLink
	More  int
}

// hostLink has no Link where the name is a wildcard.
type hostLink struct {
	Name string
	Link string
}

func unknownHost(w http.ResponseWriter, r *http.Request, host string, hosts []string) {
	shown := content{
		Title: "Nothing is served here",
		Text:  fmt.Sprintf("No Ingress serves %s%s.", host, r.URL.Path),
	}
	if len(hosts) == 0 {
		shown.Text += " There is no Ingress with a host yet."
	}
	shown.More = max(0, len(hosts)-listed)
	for _, name := range hosts[:len(hosts)-shown.More] {
		link := hostLink{Name: name}
		if !strings.HasPrefix(name, "*.") {
			link.Link = "//" + name + port(r) + "/"
		}
		shown.Hosts = append(shown.Hosts, link)
	}
	answer(w, r, http.StatusNotFound, shown)
}

// unavailable is for a request that no pod has seen.
func unavailable(w http.ResponseWriter, r *http.Request, host, problem string) {
	w.Header().Set("Retry-After", "2")
	answer(w, r, http.StatusServiceUnavailable, content{
		Title: "Please try again in a moment",
		Text:  fmt.Sprintf("%s does not answer just now. %s", host, problem),
	})
}

// interrupted is for a request that a pod may have acted on, so that trying again is not
// advised before a look at what happened.
func interrupted(w http.ResponseWriter, r *http.Request, status int, host, service string) {
	answer(w, r, status, content{
		Title: "The answer was interrupted",
		Text: fmt.Sprintf("A pod of the Service %s broke off before it answered for %s. "+
			"What was asked for may have been done: please look before you try again.", service, host),
	})
}

// port is that by which the client reached us, with its colon; empty for the usual one.
func port(r *http.Request) string {
	if _, found, err := net.SplitHostPort(r.Host); err == nil {
		return ":" + found
	}
	return ""
}

// answer writes a page for a browser and a few lines for anybody else.
func answer(w http.ResponseWriter, r *http.Request, status int, c content) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Vary", "Accept")
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
		fmt.Fprintf(w, "  %s%s\n", host.Name, port(r))
	}
	if c.More > 0 {
		fmt.Fprintf(w, "  and %d more\n", c.More)
	}
}
