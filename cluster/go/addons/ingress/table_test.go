package ingress

import (
	"crypto/tls"
	"fmt"
	"slices"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
)

// expect looks places up, each HOST and PATH, and compares the name of the Service; an empty
// name stands for nothing that is served.
func expect(t *testing.T, table *Table, places map[[2]string]string) {
	t.Helper()
	for place, service := range places {
		found, wanted := "nothing", "nothing"
		if backend := table.Lookup(place[0], place[1]); backend != nil {
			found = backend.Service
		}
		if service != "" {
			wanted = "shop/" + service
		}
		if found != wanted {
			t.Errorf("%s%s: %s, expected %s", place[0], place[1], found, wanted)
		}
	}
}

func TestRequestsGoWhereTheMostSpecificRuleSays(t *testing.T) {
	plan := Build(world(ingressOf("a", time.Hour,
		path{"shop.test", "/", prefix, "front"},
		path{"shop.test", "/app", prefix, "admin"},
		path{"shop.test", "/app/deep/", prefix, "deep"},
		path{"shop.test", "/app", exact, "exact"},
		path{"shop.test", "/slash/", exact, "slash"},
		path{"shop.test", "/own", specific, "own"},
		path{"*.test", "/", prefix, "wild"},
		path{"", "/health", prefix, "any"},
	)))
	if len(plan.Warnings) != 0 {
		t.Fatalf("warnings: %v", plan.Warnings)
	}
	expect(t, plan.Table, map[[2]string]string{
		{"shop.test", "/"}:            "front",
		{"SHOP.test", "/x"}:           "front",
		{"shop.test.", "/x"}:          "front",
		{"shop.test", "/app"}:         "exact",
		{"shop.test", "/app/"}:        "admin",
		{"shop.test", "/app/x"}:       "admin",
		{"shop.test", "/apple"}:       "front",
		{"shop.test", "/APP"}:         "front",
		{"shop.test", "/app/deep"}:    "deep",
		{"shop.test", "/app/deep/er"}: "deep",
		{"shop.test", "/app/deeper"}:  "admin",
		{"shop.test", "/slash/"}:      "slash",
		{"shop.test", "/slash"}:       "front",
		{"shop.test", "/own/x"}:       "own",
		{"other.test", "/app"}:        "wild",
		{"a.other.test", "/"}:         "",
		{"a.other.test", "/health/x"}: "any",
		{"test", "/"}:                 "",
		{"", "/health"}:               "any",
	})
}

func TestAHostWithoutTheAskedPathLeavesItToTheLessSpecific(t *testing.T) {
	plan := Build(world(ingressOf("a", 0,
		path{"shop.test", "/app", prefix, "admin"},
		path{"*.test", "/files", prefix, "wild"},
		path{"", "/", prefix, "any"},
	)))
	expect(t, plan.Table, map[[2]string]string{
		{"shop.test", "/app"}: "admin", {"shop.test", "/files"}: "wild", {"shop.test", "/"}: "any",
	})
}

func TestTheOlderIngressKeepsAPathThatTwoClaim(t *testing.T) {
	plan := Build(world(
		ingressOf("younger", 0, path{"shop.test", "/", prefix, "thief"}, path{"shop.test", "/more", prefix, "more"}),
		ingressOf("older", time.Hour, path{"shop.test", "/", prefix, "owner"}),
	))
	expect(t, plan.Table, map[[2]string]string{{"shop.test", "/"}: "owner", {"shop.test", "/more"}: "more"})
	if len(plan.Warnings) != 1 || plan.Warnings[0].Ingress.Name != "younger" {
		t.Fatalf("warnings: %v", plan.Warnings)
	}
}

func TestDefaultBackendsTakeWhatNoRuleTakes(t *testing.T) {
	withRules := ingressOf("rules", 0, path{"shop.test", "/app", prefix, "admin"})
	withRules.Spec.DefaultBackend = new(to("own"))
	alone := ingressOf("alone", 0)
	alone.Spec.DefaultBackend = new(to("global"))
	plan := Build(world(withRules, alone))
	expect(t, plan.Table, map[[2]string]string{
		{"shop.test", "/app"}: "admin", {"shop.test", "/"}: "own", {"else.test", "/"}: "global",
	})
}

func TestARuleWithoutPathsIsForTheDefaultBackend(t *testing.T) {
	bare := ingressOf("bare", 0)
	bare.Spec.Rules = []networkingv1.IngressRule{{Host: "shop.test"}}
	bare.Spec.DefaultBackend = new(to("own"))
	expect(t, Build(world(bare)).Table, map[[2]string]string{{"shop.test", "/"}: "own", {"else.test", "/"}: ""})
}

func TestACertificateServesItsHostAndItsWildcard(t *testing.T) {
	with := ingressOf("a", 0, path{"rule.test", "/", prefix, "front"})
	with.Spec.TLS = []networkingv1.IngressTLS{
		{Hosts: []string{"shop.test", "*.wild.test"}, SecretName: "tls"},
		{SecretName: "tls"},
		{Hosts: []string{"bare.test"}},
	}
	objects := world(with)
	objects.Certificate = func(string, string) (*tls.Certificate, error) { return &tls.Certificate{}, nil }
	plan := Build(objects)
	for name, has := range map[string]bool{
		"Shop.test": true, "a.wild.test": true, "wild.test": false, "b.a.wild.test": false,
		"rule.test": true, "bare.test": false, "": false,
	} {
		if (plan.Table.Certificate(name) != nil) != has {
			t.Errorf("%q: certificate %v", name, !has)
		}
	}
}

func TestAnUnusableSecretIsToldAndSparesTheRules(t *testing.T) {
	with := ingressOf("a", 0, path{"shop.test", "/", prefix, "front"})
	with.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{"shop.test"}, SecretName: "tls"}}
	plan := Build(world(with))
	expect(t, plan.Table, map[[2]string]string{{"shop.test", "/"}: "front"})
	if len(plan.Warnings) != 1 {
		t.Fatalf("warnings: %v", plan.Warnings)
	}
}

func TestHostsAreInOrder(t *testing.T) {
	plan := Build(world(ingressOf("a", 0,
		path{"b.test", "/", prefix, "x"}, path{"*.test", "/", prefix, "x"},
		path{"a.test", "/", prefix, "x"}, path{"", "/", prefix, "x"},
	)))
	if found := plan.Table.Hosts(); !slices.Equal(found, []string{"*.test", "a.test", "b.test"}) {
		t.Fatal(found)
	}
}

// BenchmarkBuild tells how long a change takes among many stores, each with five paths.
func BenchmarkBuild(b *testing.B) {
	var ingresses []*networkingv1.Ingress
	for i := range 5000 {
		host, front, back := fmt.Sprintf("s%d.test", i), fmt.Sprintf("front%d", i), fmt.Sprintf("back%d", i)
		ingresses = append(ingresses, ingressOf(fmt.Sprint(i), time.Duration(i)*time.Second,
			path{host, "/", prefix, front}, path{host, "/app", prefix, back}, path{host, "/admin", prefix, back},
			path{host, "/auth", prefix, back}, path{host, "/store", prefix, back}))
	}
	objects := world(ingresses...)
	for b.Loop() {
		Build(objects)
	}
}
