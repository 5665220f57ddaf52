package ingress

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
)

func TestAStatusIsWrittenOnlyWhereItHasToChange(t *testing.T) {
	const address = "127.0.0.1"
	type points = []networkingv1.IngressLoadBalancerIngress
	for name, c := range map[string]struct {
		found           points
		isServed, isDue bool
		wanted          string
	}{
		"new":                    {nil, true, true, address},
		"written":                {points{{IP: address}}, true, false, address},
		"another's, now ours":    {points{{Hostname: "lb.example"}}, true, true, address},
		"ours no more":           {points{{IP: address}}, false, true, ""},
		"never ours":             {nil, false, false, ""},
		"another's":              {points{{IP: "192.0.2.1"}}, false, false, ""},
		"another's among others": {points{{IP: address}, {IP: "192.0.2.1"}}, false, false, ""},
	} {
		ingress := &networkingv1.Ingress{}
		ingress.Status.LoadBalancer.Ingress = c.found
		wanted, isDue := due(ingress, c.isServed, address)
		found := ""
		if len(wanted) == 1 {
			found = wanted[0].IP
		}
		if isDue != c.isDue || found != c.wanted {
			t.Errorf("%s: %v, due %v", name, wanted, isDue)
		}
	}
}
