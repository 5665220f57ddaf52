package ingress

import (
	"crypto/tls"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	prefix   = networkingv1.PathTypePrefix
	exact    = networkingv1.PathTypeExact
	specific = networkingv1.PathTypeImplementationSpecific
)

type path struct {
	host, path string
	kind       networkingv1.PathType
	service    string
}

func to(service string) networkingv1.IngressBackend {
	return networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: service, Port: networkingv1.ServiceBackendPort{Number: 80},
	}}
}

// ingressOf has one rule for each path and belongs to the class "ours".
func ingressOf(name string, age time.Duration, paths ...path) *networkingv1.Ingress {
	made := &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: name, CreationTimestamp: metav1.NewTime(time.Unix(1e9, 0).Add(-age)),
		},
		Spec: networkingv1.IngressSpec{IngressClassName: new("ours")},
	}
	for _, p := range paths {
		made.Spec.Rules = append(made.Spec.Rules, networkingv1.IngressRule{
			Host: p.host,
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
				Paths: []networkingv1.HTTPIngressPath{{Path: p.path, PathType: &p.kind, Backend: to(p.service)}},
			}},
		})
	}
	return made
}

func class(name, controller string) *networkingv1.IngressClass {
	return &networkingv1.IngressClass{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{}},
		Spec:       networkingv1.IngressClassSpec{Controller: controller},
	}
}

// world has a Service of every name but "none", each with one ready pod but "empty".
func world(ingresses ...*networkingv1.Ingress) Objects {
	return Objects{
		Ingresses: ingresses,
		Classes:   []*networkingv1.IngressClass{class("ours", Controller), class("foreign", "example.org/other")},
		Service: func(_, service string) *corev1.Service {
			if service == "none" {
				return nil
			}
			return &corev1.Service{
				ObjectMeta: metav1.ObjectMeta{Name: service},
				Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 80}, {Name: "other", Port: 81}}},
			}
		},
		Slices: func(_, service string) []*discoveryv1.EndpointSlice {
			if service == "empty" {
				return nil
			}
			return []*discoveryv1.EndpointSlice{slice("http", 8080, endpoint("10.0.0.1", discoveryv1.EndpointConditions{}))}
		},
		Certificate: func(string, string) (*tls.Certificate, error) { return nil, errors.New("none") },
	}
}

func slice(port string, number int32, endpoints ...discoveryv1.Endpoint) *discoveryv1.EndpointSlice {
	return &discoveryv1.EndpointSlice{
		Ports: []discoveryv1.EndpointPort{{Name: &port, Port: &number}}, Endpoints: endpoints,
	}
}

func endpoint(address string, conditions discoveryv1.EndpointConditions) discoveryv1.Endpoint {
	return discoveryv1.Endpoint{Addresses: []string{address}, Conditions: conditions}
}
