package ingress

import (
	"crypto/tls"
	"errors"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type path struct {
	host, path string
	kind       networkingv1.PathType
	service    string
}

func ingressOf(name string, age time.Duration, paths ...path) *networkingv1.Ingress {
	class := "ours"
	made := &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: name, CreationTimestamp: metav1.NewTime(time.Unix(1e9, 0).Add(-age)),
		},
		Spec: networkingv1.IngressSpec{IngressClassName: &class},
	}
	for _, p := range paths {
		backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
			Name: p.service, Port: networkingv1.ServiceBackendPort{Number: 80},
		}}
		made.Spec.Rules = append(made.Spec.Rules, networkingv1.IngressRule{
			Host: p.host,
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
				Paths: []networkingv1.HTTPIngressPath{{Path: p.path, PathType: &p.kind, Backend: backend}},
			}},
		})
	}
	return made
}

// world has a Service, named as asked for, with one ready pod for each name but "none" and "empty".
func world(ingresses ...*networkingv1.Ingress) Objects {
	port, yes, no := int32(8080), true, false
	name := "http"
	return Objects{
		Ingresses: ingresses,
		Classes: []*networkingv1.IngressClass{{
			ObjectMeta: metav1.ObjectMeta{Name: "ours"},
			Spec:       networkingv1.IngressClassSpec{Controller: Controller},
		}},
		Service: func(_, service string) *corev1.Service {
			if service == "none" {
				return nil
			}
			return &corev1.Service{
				ObjectMeta: metav1.ObjectMeta{Name: service},
				Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: name, Port: 80}}},
			}
		},
		Slices: func(_, service string) []*discoveryv1.EndpointSlice {
			endpoints := []discoveryv1.Endpoint{{
				Addresses: []string{"10.0.0.9"}, Conditions: discoveryv1.EndpointConditions{Ready: &no},
			}}
			if service != "empty" {
				endpoints = append(endpoints, discoveryv1.Endpoint{
					Addresses: []string{"10.0.0.1"}, Conditions: discoveryv1.EndpointConditions{Ready: &yes},
				})
			}
			return []*discoveryv1.EndpointSlice{{
				Ports: []discoveryv1.EndpointPort{{Name: &name, Port: &port}}, Endpoints: endpoints,
			}}
		},
		Certificate: func(string, string) (*tls.Certificate, error) { return nil, errors.New("none") },
	}
}

func TestRequestsGoWhereTheMostSpecificRuleSays(t *testing.T) {
	prefix, exact := networkingv1.PathTypePrefix, networkingv1.PathTypeExact
	table, warnings := Build(world(
		ingressOf("a", time.Hour,
			path{"shop.test", "/", prefix, "front"},
			path{"shop.test", "/app", prefix, "admin"},
			path{"shop.test", "/app/deep/", prefix, "deep"},
			path{"shop.test", "/app", exact, "exact"},
			path{"*.test", "/", prefix, "wild"},
			path{"", "/health", prefix, "any"},
		),
	))
	if len(warnings) != 0 {
		t.Fatalf("warnings: %v", warnings)
	}
	for _, c := range []struct{ host, path, service string }{
		{"shop.test", "/", "front"},
		{"SHOP.test", "/x", "front"},
		{"shop.test", "/app", "exact"},
		{"shop.test", "/app/", "admin"},
		{"shop.test", "/app/x", "admin"},
		{"shop.test", "/apple", "front"},
		{"shop.test", "/app/deep", "deep"},
		{"shop.test", "/app/deep/er", "deep"},
		{"other.test", "/app", "wild"},
		{"a.other.test", "/", ""},
		{"a.other.test", "/health/x", "any"},
		{"test", "/", ""},
	} {
		backend := table.Lookup(c.host, c.path)
		switch {
		case backend == nil && c.service != "":
			t.Errorf("%s%s: nothing, expected %s", c.host, c.path, c.service)
		case backend != nil && backend.Service != "shop/"+c.service:
			t.Errorf("%s%s: %s, expected %q", c.host, c.path, backend.Service, c.service)
		}
	}
}

func TestOnlyReadyPodsAreAsked(t *testing.T) {
	table, _ := Build(world(ingressOf("a", 0, path{"shop.test", "/", networkingv1.PathTypePrefix, "front"})))
	if found := table.Lookup("shop.test", "/"); !slices.Equal(found.Addresses, []string{"10.0.0.1:8080"}) {
		t.Fatalf("addresses %v", found.Addresses)
	}
}

func TestAMissingServiceAndOneWithoutPodsSaySo(t *testing.T) {
	prefix := networkingv1.PathTypePrefix
	table, _ := Build(world(ingressOf("a", 0,
		path{"none.test", "/", prefix, "none"}, path{"empty.test", "/", prefix, "empty"})))
	for host, problem := range map[string]string{
		"none.test":  "There is no Service shop/none.",
		"empty.test": "The Service shop/empty has no pod that is ready.",
	} {
		if found := table.Lookup(host, "/"); found.Problem != problem {
			t.Errorf("%s: %q", host, found.Problem)
		}
	}
}

func TestTheOlderIngressKeepsAPathThatTwoClaim(t *testing.T) {
	prefix := networkingv1.PathTypePrefix
	table, warnings := Build(world(
		ingressOf("younger", 0, path{"shop.test", "/", prefix, "thief"}),
		ingressOf("older", time.Hour, path{"shop.test", "/", prefix, "owner"}),
	))
	if found := table.Lookup("shop.test", "/"); found.Service != "shop/owner" {
		t.Fatalf("went to %s", found.Service)
	}
	if len(warnings) != 1 || warnings[0].Ingress.Name != "younger" {
		t.Fatalf("warnings: %v", warnings)
	}
}

func TestIngressesOfAnotherClassAreLeftAlone(t *testing.T) {
	foreign := "foreign"
	other := ingressOf("other", 0, path{"shop.test", "/", networkingv1.PathTypePrefix, "front"})
	other.Spec.IngressClassName = &foreign
	classless := ingressOf("classless", 0, path{"shop.test", "/", networkingv1.PathTypePrefix, "front"})
	classless.Spec.IngressClassName = nil
	objects := world(other, classless)
	if table, _ := Build(objects); table.Lookup("shop.test", "/") != nil {
		t.Fatal("an Ingress of another class, or of none, was served")
	}
	objects.Classes[0].Annotations = map[string]string{networkingv1.AnnotationIsDefaultIngressClass: "true"}
	if table, _ := Build(objects); table.Lookup("shop.test", "/") == nil {
		t.Fatal("an Ingress without a class was not served by the default class")
	}
}

func TestDefaultBackendsTakeWhatNoRuleTakes(t *testing.T) {
	own := ingressOf("own", 0, path{"shop.test", "/app", networkingv1.PathTypePrefix, "admin"})
	own.Spec.DefaultBackend = &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: "own", Port: networkingv1.ServiceBackendPort{Name: "http"},
	}}
	global := ingressOf("global", 0)
	global.Spec.DefaultBackend = &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: "global", Port: networkingv1.ServiceBackendPort{Number: 80},
	}}
	table, _ := Build(world(own, global))
	for where, service := range map[[2]string]string{
		{"shop.test", "/app"}: "shop/admin", {"shop.test", "/"}: "shop/own", {"else.test", "/"}: "shop/global",
	} {
		if found := table.Lookup(where[0], where[1]); found == nil || found.Service != service {
			t.Errorf("%v: %+v, expected %s", where, found, service)
		}
	}
}

func TestACertificateServesItsHostAndItsWildcard(t *testing.T) {
	with := ingressOf("a", 0, path{"shop.test", "/", networkingv1.PathTypePrefix, "front"})
	with.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{"shop.test", "*.wild.test"}, SecretName: "tls"}}
	objects := world(with)
	objects.Certificate = func(string, string) (*tls.Certificate, error) { return &tls.Certificate{}, nil }
	table, _ := Build(objects)
	for name, has := range map[string]bool{"Shop.test": true, "a.wild.test": true, "wild.test": false, "b.a.wild.test": false} {
		if (table.Certificate(name) != nil) != has {
			t.Errorf("%s: certificate %v", name, !has)
		}
	}
}
