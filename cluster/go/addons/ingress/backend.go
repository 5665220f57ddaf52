package ingress

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// Backend is where requests for a path go: to the pods and not to the Service's address, so
// that a pod on its way out gets no new request and a kept-alive connection does not outlive it.
type Backend struct {
	// Service is its NAMESPACE/NAME.
	Service string
	// Addresses are those of the ready pods, HOST:PORT.
	Addresses []string
	// Problem says, in one sentence, why there is no address; empty when there is one.
	Problem string
}

// backends are those of one table; the paths of a store share them.
type backends struct {
	objects Objects
	known   map[backendKey]*Backend
}

type backendKey struct {
	namespace, service string
	port               networkingv1.ServiceBackendPort
}

func (b backends) of(namespace string, backend networkingv1.IngressBackend) *Backend {
	if backend.Service == nil {
		return &Backend{Problem: "The Ingress names a resource instead of a Service, which is not supported here."}
	}
	key := backendKey{namespace, backend.Service.Name, backend.Service.Port}
	if b.known[key] == nil {
		b.known[key] = resolve(namespace, *backend.Service, b.objects)
	}
	return b.known[key]
}

func resolve(namespace string, backend networkingv1.IngressServiceBackend, objects Objects) *Backend {
	resolved := &Backend{Service: namespace + "/" + backend.Name}
	service := objects.Service(namespace, backend.Name)
	if service == nil {
		resolved.Problem = fmt.Sprintf("There is no Service %s.", resolved.Service)
		return resolved
	}
	if service.Spec.Type == corev1.ServiceTypeExternalName {
		resolved.Problem = fmt.Sprintf("The Service %s is a name outside the cluster, which is not supported here.", resolved.Service)
		return resolved
	}
	port := servicePort(service, backend.Port)
	if port == nil {
		wanted := cmp.Or(backend.Port.Name, strconv.Itoa(int(backend.Port.Number)))
		resolved.Problem = fmt.Sprintf("The Service %s has no port %s.", resolved.Service, wanted)
		return resolved
	}
	resolved.Addresses = addresses(objects.Slices(namespace, service.Name), port.Name)
	if len(resolved.Addresses) == 0 {
		resolved.Problem = fmt.Sprintf("The Service %s has no pod that is ready.", resolved.Service)
	}
	return resolved
}

func servicePort(service *corev1.Service, wanted networkingv1.ServiceBackendPort) *corev1.ServicePort {
	for i, port := range service.Spec.Ports {
		if wanted.Name != "" && port.Name == wanted.Name || wanted.Name == "" && port.Port == wanted.Number {
			return &service.Spec.Ports[i]
		}
	}
	return nil
}

func addresses(endpointSlices []*discoveryv1.EndpointSlice, port string) []string {
	var found []string
	for _, slice := range endpointSlices {
		for _, p := range slice.Ports {
			if p.Port == nil || p.Name != nil && *p.Name != port {
				continue
			}
			for _, endpoint := range slice.Endpoints {
				if !takesRequests(endpoint.Conditions) {
					continue
				}
				for _, address := range endpoint.Addresses {
					if _, err := netip.ParseAddr(address); err == nil {
						found = append(found, net.JoinHostPort(address, strconv.Itoa(int(*p.Port))))
					}
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// takesRequests asks for the end of a pod as well: a Service that publishes pods before they
// are ready calls them ready until they are gone.
func takesRequests(conditions discoveryv1.EndpointConditions) bool {
	isReady := conditions.Ready == nil || *conditions.Ready
	isEnding := conditions.Terminating != nil && *conditions.Terminating
	return isReady && !isEnding
}
