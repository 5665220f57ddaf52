package ingress

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

func TestOnlyPodsThatTakeRequestsAreAsked(t *testing.T) {
	objects := world()
	objects.Slices = func(string, string) []*discoveryv1.EndpointSlice {
		return []*discoveryv1.EndpointSlice{
			slice("http", 8080,
				endpoint("10.0.0.3", discoveryv1.EndpointConditions{Ready: new(true)}),
				endpoint("10.0.0.2", discoveryv1.EndpointConditions{}),
				endpoint("10.0.0.4", discoveryv1.EndpointConditions{Ready: new(false)}),
				endpoint("10.0.0.5", discoveryv1.EndpointConditions{Ready: new(true), Terminating: new(true)}),
				endpoint("pod.example", discoveryv1.EndpointConditions{}),
			),
			slice("http", 8080, endpoint("10.0.0.3", discoveryv1.EndpointConditions{})),
			slice("other", 9090, endpoint("10.0.0.6", discoveryv1.EndpointConditions{})),
			slice("http", 8080, endpoint("fd00::1", discoveryv1.EndpointConditions{})),
		}
	}
	found := resolve("shop", *to("front").Service, objects)
	if !slices.Equal(found.Addresses, []string{"10.0.0.2:8080", "10.0.0.3:8080", "[fd00::1]:8080"}) || found.Problem != "" {
		t.Fatalf("%+v", found)
	}
}

func TestAPortIsFoundByNumberOrByName(t *testing.T) {
	for name, c := range map[string]struct {
		port    networkingv1.ServiceBackendPort
		problem string
	}{
		"number":         {networkingv1.ServiceBackendPort{Number: 80}, ""},
		"name":           {networkingv1.ServiceBackendPort{Name: "http"}, ""},
		"unknown number": {networkingv1.ServiceBackendPort{Number: 82}, "The Service shop/front has no port 82."},
		"unknown name":   {networkingv1.ServiceBackendPort{Name: "web"}, "The Service shop/front has no port web."},
		"without pods":   {networkingv1.ServiceBackendPort{Name: "other"}, "The Service shop/front has no pod that is ready."},
	} {
		backend := networkingv1.IngressServiceBackend{Name: "front", Port: c.port}
		if found := resolve("shop", backend, world()); found.Problem != c.problem {
			t.Errorf("%s: %q", name, found.Problem)
		}
	}
}

func TestWhatCannotBeAskedSaysWhy(t *testing.T) {
	objects := world()
	plain := objects.Service
	objects.Service = func(namespace, name string) *corev1.Service {
		found := plain(namespace, name)
		if name == "outside" {
			found.Spec.Type = corev1.ServiceTypeExternalName
		}
		return found
	}
	known := backends{objects: objects, known: map[backendKey]*Backend{}}
	for service, problem := range map[string]string{
		"none":    "There is no Service shop/none.",
		"empty":   "The Service shop/empty has no pod that is ready.",
		"outside": "The Service shop/outside is a name outside the cluster, which is not supported here.",
	} {
		if found := known.of("shop", to(service)); found.Problem != problem {
			t.Errorf("%s: %q", service, found.Problem)
		}
	}
	resource := networkingv1.IngressBackend{Resource: &corev1.TypedLocalObjectReference{}}
	if found := known.of("shop", resource); found.Problem == "" {
		t.Error("a resource was taken for a Service")
	}
}
